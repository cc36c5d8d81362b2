// child.js: the page of one child: player, choice of diff view, keys to walk the line of descent.
import { $, $$, recall, remember } from "./dom.js";
import { offerKeys } from "./keys.js";
import { playerKeys, startPlayer } from "./player.js";

function setDiffView(view) {
  const views = $(".diff-views");
  if (!views) return;
  views.dataset.view = view;
  for (const button of $$("[data-diff]")) button.setAttribute("aria-pressed", button.dataset.diff === view);
}
if ($(".diff-views")) {
  setDiffView(recall("diff") === "unified" ? "unified" : "split");
  for (const button of $$("[data-diff]")) {
    button.addEventListener("click", () => {
      remember("diff", button.dataset.diff);
      setDiffView(button.dataset.diff);
    });
  }
}

const actions = await startPlayer();
if (actions) offerKeys(playerKeys(actions));
const follow = (selector) => () => $(selector)?.click();
offerKeys([
  { key: "[", label: "Parent", run: follow('[data-testid="parent-link"]') },
  { key: "]", label: "Best child", run: follow("[data-kin]") },
  { key: "a", label: "Add to race, or take it out", run: follow(".page-head [data-pick]") },
]);
