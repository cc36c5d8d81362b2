// dashboard.js: the rows stay fresh; the server draws them, this only swaps what changed.
import { $, $$ } from "./dom.js";
import { getText } from "./http.js";
import { showConnection } from "./connection.js";

const EVERY_MS = 3000;
const CALM_MS = 10000; // nothing is running

/** Replace the children of ``list`` that differ from ``fresh``, matched by id; keeps focus. */
export function patchRows(list, fresh) {
  const rows = [...fresh.children];
  if (rows.map((row) => row.id).join() !== $$(":scope > *", list).map((row) => row.id).join()) {
    list.replaceChildren(...rows);
    return;
  }
  for (const row of rows) {
    const old = document.getElementById(row.id);
    if (old.innerHTML === row.innerHTML) continue;
    const hadFocus = old.contains(document.activeElement);
    old.replaceWith(row);
    if (hadFocus) $("a", row)?.focus({ preventScroll: true });
  }
}

const list = $("#run-rows");
let lastSuccess = Date.now();

async function refresh() {
  if (!document.hidden) {
    try {
      const fresh = document.createElement("div");
      fresh.innerHTML = await getText(list.dataset.part);
      const wasEmpty = !list.children.length;
      if (wasEmpty && fresh.children.length) location.reload();
      patchRows(list, fresh);
      lastSuccess = Date.now();
      showConnection("live");
    } catch (error) {
      showConnection("offline", { since: lastSuccess, reason: error.message });
    }
  }
  setTimeout(refresh, $('[data-state="running"]', list) ? EVERY_MS : CALM_MS);
}
setTimeout(refresh, EVERY_MS);
showConnection("live");
