// terrains.js: the list of terrains: delete and bring back, try a kind's difficulty.
import { $, $$ } from "./dom.js";
import { post } from "./http.js";
import { showTerrain } from "./terrain-picture.js";
import { complain, toast } from "./toast.js";

const drawEmpty = () => {
  $("#none-saved").hidden = $$("[data-terrain]").some((card) => !card.hidden);
};
for (const form of $$("[data-delete]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const card = form.closest("[data-terrain]");
    try {
      await post(form.action);
      card.hidden = true;
      drawEmpty();
      toast(`Deleted ${form.dataset.delete}.`, { action: { label: "Undo", run: () => restore(form, card) } });
    } catch (error) {
      complain(error);
    }
  });
}
async function restore(form, card) {
  try {
    await post(form.dataset.restore);
    card.hidden = false;
    drawEmpty();
    $("a", card).focus();
  } catch (error) {
    complain(error);
  }
}

for (const card of $$("[data-kind]")) {
  const slider = $("input[type=range]", card);
  slider?.addEventListener("input", () => {
    $("output", card).textContent = slider.value;
    const { kind } = card.dataset;
    showTerrain($("[data-frame]", card), $("#kinds").dataset.picture, { terrain: kind, difficulty: slider.value });
    for (const link of $$("[data-go]", card)) link.href = link.href.replace(/=[^=]*$/, `=${kind}:${slider.value}`);
  });
}
