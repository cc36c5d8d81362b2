// system.js: the page stays fresh; the server draws its parts, this swaps those that changed.
import { $ } from "./dom.js";
import { getText } from "./http.js";
import { showConnection } from "./connection.js";

const EVERY_MS = 2000;
const state = $("#system-state");
let lastSuccess = Date.now();

/** Replace what changed, part by part: what a person reads, selects or has open stays as it is. */
function patch(fresh) {
  const parts = [...fresh.children];
  const isSame = parts.map((part) => part.id).join() === [...state.children].map((part) => part.id).join();
  if (!isSame) {
    state.replaceChildren(...parts);
    return;
  }
  for (const part of parts) {
    const old = document.getElementById(part.id);
    if (old.innerHTML === part.innerHTML) continue;
    if (part.matches("details")) part.open = old.open;
    const hadFocus = old.contains(document.activeElement) && document.activeElement.getAttribute("aria-labelledby");
    old.replaceWith(part);
    if (hadFocus) $(`[tabindex][aria-labelledby="${hadFocus}"]`, part)?.focus({ preventScroll: true });
  }
}

async function refresh() {
  if (!document.hidden) {
    try {
      const fresh = document.createElement("div");
      fresh.innerHTML = await getText(state.dataset.part);
      patch(fresh);
      lastSuccess = Date.now();
      showConnection("live");
    } catch (error) {
      showConnection("offline", { since: lastSuccess, reason: error.message });
    }
  }
  setTimeout(refresh, EVERY_MS);
}
setTimeout(refresh, EVERY_MS);
showConnection("live");
