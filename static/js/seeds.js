// seeds.js: delete a seed program and bring it back; look again while the bundled ones are checked.
import { $, $$ } from "./dom.js";
import { post } from "./http.js";
import { complain, toast } from "./toast.js";

for (const form of $$("[data-delete]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const card = form.closest("[data-seed]");
    try {
      await post(form.action);
      card.hidden = true;
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
    $("a", card).focus();
  } catch (error) {
    complain(error);
  }
}

const waiting = $("[data-reload]");
if (waiting) setTimeout(() => location.reload(), Number(waiting.dataset.reload));
