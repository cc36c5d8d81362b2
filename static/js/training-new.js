// training-new.js: choose what a model learns from; a preview follows every change.
import { TOOLS } from "./brush-geometry.js";
import { mountBrush } from "./brush.js";
import { $, $$, h, icon, pageData, setText } from "./dom.js";
import { count, duration, plural } from "./format.js";
import { getJson, post } from "./http.js";
import { offerKeys } from "./keys.js";
import { mountMap3d } from "./map3d.js";
import { fromSnapshot, occupied } from "./store.js";
import { complain } from "./toast.js";

const SETTLE_MS = 350; // after the last change; the server counts thousands of diffs
const form = $("#tune-form");
const presets = pageData("preset-values");
const previewBox = $("#preview");

// --- the map of the first run
let state = null;
let shownRun = null;
let chosenState = null; // what the 3D view draws: only the chosen cells
const firstRun = () => $$('[name="runs"]:checked', form)[0]?.value ?? null;

function filtered() {
  if (!state) return null;
  const chosen = brush.chosen();
  if (!chosen.size) return state;
  const fitness = state.fitness.map((value, index) => (chosen.has(index) ? value : NaN));
  return { ...state, fitness };
}
function cellsChanged(chosen) {
  const all = state ? occupied(state).length : 0;
  setText($("#brush-count"), chosen.size ? `${count(chosen.size)} of ${plural(all, "cell")} chosen` : `all ${plural(all, "cell")}`);
  $("#cells").value = [...chosen].sort((a, b) => a - b).join(" ");
  $("#brush-clear").disabled = !chosen.size;
  chosenState = filtered();
  if (map3d) map3d.update();
  else if (state) mount3d();
  askSoon();
}
const brush = mountBrush($("#brush"), $("#brush-readout"), () => state, cellsChanged);
let map3d = null;
function mount3d() {
  map3d = mountMap3d($("#map3d"), form.dataset.plotly, () => chosenState, {
    select: (index) => brush.set([...brush.chosen()].filter((cell) => cell !== index)),
  });
  map3d.update();
}

async function showRun() {
  const run = firstRun();
  form.elements.run.value = run ?? "";
  if (!run || run === shownRun) return;
  try {
    const fresh = fromSnapshot(await getJson(`/api/runs/${run}/snapshot`));
    if (run !== firstRun()) return;
    const kept = shownRun === null ? $("#cells").value.split(" ").filter(Boolean).map(Number) : [];
    [state, shownRun] = [fresh, run];
    brush.set(kept); // another run, another map
  } catch (error) {
    complain(error);
  }
}

function setTool(tool) {
  brush.setTool(tool);
  for (const button of $$("button[data-tool]")) button.setAttribute("aria-pressed", button.dataset.tool === tool);
}
for (const button of $$("button[data-tool]")) button.addEventListener("click", () => setTool(button.dataset.tool));
for (const button of $$("[data-way]")) {
  button.addEventListener("click", () => {
    brush.setWay(button.dataset.way);
    for (const other of $$("[data-way]")) other.setAttribute("aria-pressed", other === button);
  });
}
$("#brush-clear").addEventListener("click", () => brush.set([]));
$("#brush-invert").addEventListener("click", () => {
  if (state) brush.set(brush.chosen().size ? occupied(state).filter((index) => !brush.chosen().has(index)) : []);
});
// A finger has to scroll over the map as well: there it chooses one cell at a time at first.
setTool(matchMedia("(pointer: coarse)").matches ? "cell" : TOOLS[0]);

// --- the preview
let timer = 0;
let request = null;
function askSoon() {
  previewBox.setAttribute("aria-busy", "true");
  clearTimeout(timer);
  timer = setTimeout(ask, SETTLE_MS);
}
async function ask() {
  request?.abort();
  request = new AbortController();
  const mine = request;
  try {
    const found = await post(form.dataset.preview, new FormData(form), { signal: mine.signal });
    showErrors({});
    show(found);
  } catch (error) {
    if (error.name === "AbortError") return;
    showErrors(error.fields ?? {});
    previewBox.replaceChildren(note("bad", error.message));
    $("#start").disabled = true;
  }
  if (mine === request) previewBox.removeAttribute("aria-busy");
}
const note = (kind, text) => h("div", { class: `note-box ${kind}` }, icon("alert"), h("p", {}, text));

function showErrors(fields) {
  for (const box of $$(".field .error", form)) {
    const name = box.id.replace(/-error$/, "");
    if (name === "name") continue; // judged when it is sent
    box.textContent = fields[name] ?? "";
    const input = form.elements[name];
    if (!input?.setAttribute) continue;
    if (fields[name]) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    if (fields[name] && $("#own").contains(input)) $("#own").open = true;
  }
}

/** Facts of a preview as [term, description, why]. */
export function previewFacts(found) {
  return [
    ["to learn from", count(found.rows), "edits that took a cell, each once"],
    ["held out", count(found.held_out_rows), "edits of other parents, to validate on"],
    ["parents", count(found.parents), "programs that were edited"],
    ["tokens, about", count(found.tokens), "estimated from the number of characters"],
    ["duplicates", count(found.duplicates), "the same edit found again: left out"],
    ["leaking", count(found.leaking), "would give held-out programs away: left out"],
    ["too long", count(found.too_long), "longer than the model can read: left out"],
  ];
}
/** What follows the training: nothing, or a comparison that takes about so long. */
const afterwards = ({ compare, compare_s: seconds }) => (!compare ? ""
  : `; then ${seconds ? `about ${duration(seconds)} for ` : ""}the comparison, ${count(compare)} children of each model`);
function show(found) {
  const facts = previewFacts(found).flatMap(([term, figure, why]) => [
    h("dt", { title: why }, term), h("dd", { "data-fact": term }, figure)]);
  const byRun = Object.keys(found.by_run).length > 1
    ? [h("p", { class: "small muted" }, `From ${Object.entries(found.by_run).map(([run, n]) => `run ${run}: ${count(n)}`).join(", ")}`)]
    : [];
  const source = found.estimate_from === "measured"
    ? "at the pace of the newest training on this machine"
    : "a guess: nothing was trained on this machine yet";
  previewBox.replaceChildren(
    ...found.problems.map((sentence) => note("warn", sentence[0].toUpperCase() + sentence.slice(1))),
    h("p", {}, h("span", { class: "preview-big num", "data-testid": "preview-edits" }, count(found.edits)), " accepted edits"),
    h("dl", { class: "facts small" }, ...facts),
    ...byRun,
    ...(found.problems.length ? [] : [h("p", { "data-testid": "estimate" }, h("b", {}, `About ${duration(found.estimate_s)}`),
      h("span", { class: "small muted" }, ` of training, ${source}${afterwards(found)}`))]),
  );
  $("#start").disabled = found.problems.length > 0;
  showMessages(found.by_message);
}

const sent = new Set(pageData("sent-messages"));
/** The messages on offer: those of the preview, and those ticked. */
function showMessages(counts) {
  const list = $("#message-choice");
  const ticked = new Set([...$$("input:checked", list).map(({ value }) => value), ...sent]);
  sent.clear();
  for (const input of $$("input", list)) counts = { [input.value]: 0, ...counts };
  for (const text of ticked) counts = { [text]: 0, ...counts };
  const focused = list.contains(document.activeElement) ? document.activeElement.value : null;
  const texts = Object.keys(counts);
  list.replaceChildren(...(texts.length ? texts.map((text) => {
    const box = h("input", { type: "checkbox", name: "messages", value: text });
    box.checked = ticked.has(text);
    const known = counts[text] || !ticked.size || ticked.has(text);
    return h("li", {}, h("label", {}, box, h("span", {}, text), h("span", { class: "num small muted" }, known ? count(counts[text]) : "")));
  }) : [h("li", { class: "small muted" }, "No edits, no messages.")]));
  if (focused !== null) $$("input", list).find(({ value }) => value === focused)?.focus();
}

// --- presets fill in the numbers; whoever changes one has numbers of their own
function fill(name) {
  for (const [field, value] of Object.entries(presets[name] ?? {})) form.elements[field].value = value;
}
form.addEventListener("change", ({ target }) => {
  if (target.name === "preset") fill(target.value);
  if (target.name === "runs") showRun();
  askSoon();
});
form.addEventListener("input", ({ target }) => {
  if (target.name !== "name") askSoon();
});
// Space and Enter on the map choose cells; Enter in a field must not start a training by accident.
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
});

offerKeys([
  { key: "m", label: "Go to the map", run: () => $("#brush").focus() },
  { key: "", shown: ["←", "→", "↑", "↓"], label: "On the map: move along width and height" },
  { key: "", shown: ["PgUp", "PgDn"], label: "On the map: move along mass" },
  { key: "", shown: ["Space"], label: "On the map: choose this cell, or take it out" },
  { key: "", shown: ["Shift", "→"], label: "On the map: choose a box of cells" },
  { key: "", shown: ["Ctrl", "a"], label: "On the map: choose all cells" },
  { key: "", shown: ["Esc"], label: "On the map: choose none, which stands for all" },
]);

if (!$("#errors")) fill(form.elements.preset.value);
$("#errors")?.focus();
showRun();
askSoon();
