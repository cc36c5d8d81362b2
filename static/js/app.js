// app.js: what every page does: theme, shortcuts, help, copy buttons, walker previews.
import { $, $$, icon } from "./dom.js";
import { offerKeys, showHelp, startKeys } from "./keys.js";
import { startPreviews } from "./previews.js";
import { startTheme } from "./theme.js";
import { complain, toast } from "./toast.js";
import { startTray } from "./tray.js";

async function copy(button) {
  const source = button.dataset.copyFrom;
  const text = source ? $(source).textContent : new URL(button.dataset.copy, location.href).href;
  try {
    await navigator.clipboard.writeText(text);
    toast(button.dataset.copied ?? "Copied.", { kind: "good" });
  } catch {
    complain(new Error("The browser did not allow copying. Select the text and press Ctrl+C."));
  }
}

function start() {
  startTheme();
  startKeys();
  const go = (name) => () => {
    const item = $(`[data-rail="${name}"]`);
    if (item.checkVisibility()) location.assign(item.href); // else it is not for this role
  };
  if ($("[data-rail]")) {
    offerKeys([
      { key: "r", label: "Runs", run: go("runs") },
      { key: "n", label: "New run", run: go("new") },
      { key: "s", label: "Seed programs", run: go("seeds") },
      { key: "w", label: "Races", run: go("races") },
      { key: "v", label: "Models and their versions", run: go("models") },
    ]);
  }
  $("#help-button")?.addEventListener("click", showHelp);
  for (const dialog of $$("dialog")) {
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-copy-from]");
    if (button) copy(button);
  });
  for (const button of $$("[data-once]")) {
    // A form that was sent must not be sent twice by an impatient click.
    button.form?.addEventListener("submit", () => setTimeout(() => (button.disabled = true)));
    addEventListener("pageshow", (event) => event.persisted && (button.disabled = false));
  }
  for (const message of $$("[data-message]")) {
    toast(message.textContent, { kind: message.dataset.message });
  }
  startPreviews(document);
  startTray();
}

start();
