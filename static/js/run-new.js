// run-new.js: the form of a new run: shares of the messages, checks while typing, estimate of time.
import { $, $$, pageData, setText } from "./dom.js";
import { count, duration, percent } from "./format.js";
import { mountMix, number, sharesOf } from "./model-mix.js";
import { mountTerrains } from "./terrain-rows.js";

// Lehman et al. 2022, section 5.1
const PAPER = [
  ["Changed make walker function.", 40],
  ["Changed parameters in make walker function.", 30],
  ["Small change to make walker function.", 30],
];
const MAX_BUDGET = 10_000_000;
const form = $("#run-form");
const list = $("#message-list");
const paces = pageData("paces"); // {model: {name, per_minute}}

/** What is wrong with the table of messages, or "". */
export function messageProblem(rows) {
  const filled = rows.filter(({ text, weight }) => text.trim() || weight.trim());
  if (!filled.length) return "A run needs at least one commit message.";
  for (const { text, weight } of filled) {
    if (!text.trim()) return `The weight ${weight} has no message.`;
    if (!(number(weight) >= 0)) return `The weight of “${text.trim()}” must be a number from 0 up${weight.trim() ? `, got “${weight}”` : ""}.`;
  }
  if (!filled.some(({ weight }) => number(weight) > 0)) return "At least one commit message needs a weight above 0.";
  const texts = filled.map(({ text }) => text.trim());
  const twice = texts.find((text, n) => texts.indexOf(text) !== n);
  return twice ? `“${twice}” is there twice: add up the weights instead.` : "";
}

/** What is wrong with a number field, or "". */
export const CHECKS = {
  budget: (text) => (Number.isInteger(number(text)) && number(text) >= 1 && number(text) <= MAX_BUDGET
    ? "" : "The budget is a whole number of children, from 1 to 10,000,000."),
  temperature: (text) => (number(text) > 0 && number(text) <= 2 ? "" : "The temperature is a number above 0 and up to 2, such as 0.8."),
  tries: (text) => (text.trim() === "" || /^\s*[1-4]\s*$/.test(text) ? "" : "The tries are a whole number from 1 to 4."),
  rng_seed: (text) => (text.trim() === "" || /^\s*\d{1,18}\s*$/.test(text) ? "" : "The rng seed is a whole number from 0, or empty for a random one."),
};

const rows = () => $$(".message-row", list).map((row) => ({
  row, text: $('[name="message_text"]', row).value, weight: $('[name="message_weight"]', row).value,
}));

function drawShares() {
  const all = rows();
  const total = all.reduce((sum, { weight }) => sum + (number(weight) > 0 ? number(weight) : 0), 0);
  for (const { row, weight } of all) {
    $(".share", row).textContent = total && number(weight) >= 0 ? percent(number(weight) / total, 0) : "–";
  }
  setText($("#message-error"), messageProblem(all));
}
function addRow(text = "", weight = null) {
  const row = $("#message-template").content.firstElementChild.cloneNode(true);
  $('[name="message_text"]', row).value = text;
  if (weight !== null) $('[name="message_weight"]', row).value = weight;
  list.append(row);
  drawShares();
  return row;
}
list.addEventListener("input", drawShares);
list.addEventListener("click", (event) => {
  const row = event.target.closest("[data-remove]")?.closest(".message-row");
  if (!row) return;
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  drawShares();
  ($('[name="message_text"]', next ?? document.createElement("i")) ?? $("#add-message")).focus();
});
$("#add-message").addEventListener("click", () => $('[name="message_text"]', addRow()).focus());
$("#paper-messages").addEventListener("click", () => {
  list.replaceChildren();
  for (const [text, weight] of PAPER) addRow(text, weight);
});

function checkField(name) {
  const input = form.elements[name];
  const sentence = CHECKS[name](input.value);
  $(`#${name}-error`).textContent = sentence;
  input.toggleAttribute("aria-invalid", Boolean(sentence));
  if (sentence) input.setAttribute("aria-invalid", "true");
  return !sentence;
}
/** Minutes for one child: each model's share of the time it takes alone; NaN where one is unknown. */
export function minutesEach(mix, paces) {
  return mix.reduce((sum, { name }, n) => {
    const share = sharesOf(mix)[n];
    return sum + (share ? share / (paces[name]?.per_minute ?? NaN) : 0);
  }, 0);
}
function drawEstimate() {
  const mix = models.mix();
  const each = minutesEach(mix, paces);
  const budget = number(form.elements.budget.value);
  const known = mix.length === 1
    ? `if it goes as fast as “${paces[mix[0].name]?.name}” (${count(1 / each)} children a minute)`
    : `at ${count(1 / each)} children a minute, as runs of these models went`;
  setText($("#estimate"), Number.isNaN(each)
    ? "How long it takes is not known yet: no run of this kind was timed on this machine."
    : !(budget > 0) ? "" : `About ${duration(budget * each * 60)}, ${known}.`);
}
const terrains = mountTerrains($("#terrain-rows"));
function drawFitness() {
  setText($("#fitness-hint"), form.elements.fitness.selectedOptions[0].dataset.why);
}
/** Random edits have neither a temperature nor second tries. */
function drawModels(mix) {
  const writes = mix.some(({ name }) => name !== "random_gp");
  for (const id of ["#f-temperature", "#f-tries"]) $(id).hidden = !writes;
}
let models = null;
models = mountMix($("[data-mix]"), pageData("model-notes"), (mix) => {
  drawModels(mix);
  if (models) drawEstimate();
});
for (const name of Object.keys(CHECKS)) {
  form.elements[name].addEventListener("change", () => checkField(name));
  form.elements[name].addEventListener("input", () => form.elements[name].hasAttribute("aria-invalid") && checkField(name));
}
form.elements.budget.addEventListener("input", drawEstimate);
form.elements.fitness.addEventListener("change", drawFitness);
form.addEventListener("submit", (event) => {
  const wrong = Object.keys(CHECKS).filter((name) => !checkField(name));
  const problem = messageProblem(rows());
  drawShares();
  if (!wrong.length && !problem && !models.problem() && !terrains.problem()) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!wrong.length && !problem && models.problem()) models.focus();
  else if (!wrong.length && !problem) terrains.focus();
  else (wrong.length ? form.elements[wrong[0]] : $('[name="message_text"]', list) ?? $("#add-message")).focus();
}, true);

drawShares();
drawEstimate();
drawFitness();
$("#errors")?.focus();
