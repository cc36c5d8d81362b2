// run-models.js: change the models of a run that goes on, and how often they are trained again.
import { $, pageData } from "./dom.js";
import { post } from "./http.js";
import { mountMix, number } from "./model-mix.js";
import { complain, toast } from "./toast.js";

const form = $("#mix-form");
const save = $('[data-testid="save-mix"]');
let inForce = pageData("snapshot").run.models;

const entries = (mix) => (mix.length === 1
  ? [[mix[0].name, 100]] : mix.map(({ name, weight }) => [name, number(weight)]));
const isSame = (a, b) => JSON.stringify(a.map(([name, weight]) => [name, Number(weight)])) ===
  JSON.stringify(b.map(([name, weight]) => [name, Number(weight)]));
function judge(mix) {
  const one = mix.length === 1 && inForce.length === 1;
  save.disabled = one ? mix[0].name === inForce[0][0] : isSame(entries(mix), inForce);
}
const rows = mountMix($("[data-mix]", form), pageData("model-notes"), judge);

async function send(mix) {
  const fields = new FormData();
  for (const [name, weight] of mix) {
    fields.append("model_name", name);
    fields.append("model_weight", weight);
  }
  const { before, after } = await post(form.action, fields);
  inForce = after;
  rows.set(after);
  judge(rows.mix());
  return before;
}
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (rows.problem()) {
    rows.focus();
    return;
  }
  try {
    const before = await send(entries(rows.mix()));
    toast("The next batch is written by these models.", { kind: "good", action: { label: "Undo", run: () => undo(before) } });
  } catch (error) {
    complain(error);
  }
});
async function undo(before) {
  try {
    await send(before);
    toast("The run has its models back.", { kind: "good" });
  } catch (error) {
    complain(error);
  }
}

// --- training again by itself
const repeat = $("#repeat-form");
const isOn = $("#repeat-on");
async function setRepeat(every) {
  $("#repeat-error").textContent = "";
  try {
    const { repeat: set } = await post(repeat.action, { every, preset: repeat.elements.preset.value });
    toast(set ? `Trained again after every ${set.every} accepted edits.` : "Not trained again by itself.", { kind: "good" });
  } catch (error) {
    $("#repeat-error").textContent = error.message;
  }
}
isOn.addEventListener("change", () => {
  $(".repeat-fields", repeat).hidden = !isOn.checked;
  if (isOn.checked) repeat.elements.every.focus();
  else setRepeat("");
});
repeat.addEventListener("submit", (event) => {
  event.preventDefault();
  setRepeat(repeat.elements.every.value);
});
