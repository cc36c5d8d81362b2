// toast.js: short messages in the corner, read out by screen readers.
import { $, h, icon } from "./dom.js";

const SHOWN_MS = 7000;
const lastShown = new Map(); // the same sentence at most once in a while

/** Show ``text``; ``action`` is {label, run} for an undo button. */
export function toast(text, { kind = "info", action = null, stay = false } = {}) {
  const now = performance.now();
  if (!action && now - (lastShown.get(text) ?? -1e9) < SHOWN_MS) return;
  lastShown.set(text, now);
  const close = () => box.remove();
  const box = h(
    "div",
    { class: `toast ${kind}` },
    icon(kind === "bad" ? "alert" : kind === "good" ? "check" : "info"),
    h("p", {}, text),
    action && h("button", { class: "button small", type: "button", onclick: () => (close(), action.run()) }, action.label),
    h("button", { class: "icon-button", type: "button", "aria-label": "Dismiss", onclick: close }, icon("close")),
  );
  $("#toasts").append(box);
  if (!stay) setTimeout(close, action ? 2 * SHOWN_MS : SHOWN_MS);
}

/** For a rejected promise: the error's sentence as a toast. */
export function complain(error) {
  if (error.name === "AbortError") return;
  console.error(error);
  toast(error.message, { kind: "bad" });
}
