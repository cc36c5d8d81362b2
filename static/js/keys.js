// keys.js: single-key shortcuts, their help dialog, and the switch that turns them off (WCAG 2.1.4).
import { $, h, recall, remember } from "./dom.js";

const shortcuts = [];
const inField = (target) =>
  target instanceof Element && target.closest("input:not([type=checkbox],[type=radio],[type=range]), textarea, select, [contenteditable]");
const areOn = () => recall("shortcuts") !== "off";

/** Offer ``keys`` = [{key, label, run?}]; one without ``run`` is only listed in the help. */
export function offerKeys(keys) {
  shortcuts.push(...keys);
}

export function showHelp() {
  const dialog = $("#help");
  const onOff = h("input", { type: "checkbox" });
  onOff.checked = areOn();
  onOff.addEventListener("change", () => remember("shortcuts", onOff.checked ? null : "off"));
  $("#help-keys").replaceChildren(
    ...shortcuts.flatMap(({ key, label, shown }) => [
      h("dt", {}, ...(shown ?? [key]).flatMap((k) => [h("kbd", {}, k), " "])),
      h("dd", {}, label),
    ]),
  );
  $("#help-switch").replaceChildren(onOff, " Single-key shortcuts are on");
  dialog.showModal();
}

export function startKeys() {
  offerKeys([{ key: "?", label: "This help", run: showHelp }]);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (!areOn() || inField(event.target) || $("dialog[open]")) return;
    if (event.key === " " && event.target.closest?.("button, a, summary")) return;
    const shortcut = shortcuts.find(({ key, run }) => run && key === event.key);
    if (!shortcut) return;
    event.preventDefault();
    shortcut.run(event);
  });
}
