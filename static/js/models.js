// models.js: remove a model and bring it back, upload weights, keep the trainings fresh.
import { $, $$ } from "./dom.js";
import { getText, post } from "./http.js";
import { complain, toast } from "./toast.js";

const FRESH_MS = 4000;

for (const form of $$("[data-remove-model]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await post(form.action);
      form.hidden = true;
      toast(`Removed ${form.dataset.removeModel}. Runs that use it need another model.`, {
        action: { label: "Undo", run: () => restore(form) },
      });
    } catch (error) {
      complain(error);
    }
  });
}
async function restore(form) {
  try {
    await post(form.dataset.restore);
    form.hidden = false;
    $("button", form).focus();
  } catch (error) {
    complain(error);
  }
}

$("[data-promote-run]")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const select = $("select", form);
  const name = select.selectedOptions[0].textContent;
  try {
    await post(form.action, new FormData(form));
    toast(`It writes for ${name} from the next batch on.`, { kind: "good", action: { label: "Undo", run: () => rollback(select.value) } });
  } catch (error) {
    complain(error);
  }
});
async function rollback(run) {
  try {
    await post("/models/rollback/", { run });
    toast("The run has the models again that it had before.", { kind: "good" });
  } catch (error) {
    complain(error);
  }
}

const MAX_UPLOAD = 80_000_000; // the server's own limit, said before anything is sent
$("#upload-form")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const sentence = $("#upload-error");
  const file = form.elements.file.files[0];
  sentence.textContent = "";
  if (!form.elements.name.value.trim()) sentence.textContent = "Give the model a name.";
  else if (!file) sentence.textContent = "Choose a file: the .zip that “Download the weights” gave.";
  else if (file.size > MAX_UPLOAD) sentence.textContent = `${file.name} has ${Math.round(file.size / 1e6)} MB, at most ${MAX_UPLOAD / 1e6} MB are taken.`;
  if (sentence.textContent) return;
  const button = $("button", form);
  button.disabled = true;
  try {
    const { url } = await post(form.action, new FormData(form));
    location.assign(url);
  } catch (error) {
    sentence.textContent = error.message;
  } finally {
    button.disabled = false;
  }
});

/** Swap the rows of the trainings while one of them goes on. */
async function refresh() {
  const list = $("#training-rows");
  const goesOn = $('[data-state="running"], [data-state="queued"], [data-state="comparing"]', list);
  if (goesOn && !document.hidden && !list.contains(document.activeElement)) {
    try {
      const page = new DOMParser().parseFromString(await getText(location.pathname), "text/html");
      const fresh = page.querySelector("#training-rows");
      if (fresh && fresh.innerHTML !== list.innerHTML) list.replaceChildren(...fresh.children);
    } catch {
      // the next look may succeed
    }
  }
  if (goesOn) setTimeout(refresh, FRESH_MS);
}
if ($("#training-rows")) setTimeout(refresh, FRESH_MS);
