// training.js: one training, live: curves, progress, and whether it helped.
import { showConnection } from "./connection.js";
import { $, $$, h, icon, pageData, setText } from "./dom.js";
import { amount, count, duration, percent } from "./format.js";
import { getJson, post } from "./http.js";
import { complain, toast } from "./toast.js";
import { mountLines, pointsOf } from "./training-curves.js";

const EVERY_MS = 1000;
const page = $("#training");
const GOING = ["queued", "running", "comparing"];
const WORDS = {
  draft: "Not started.",
  queued: "Waiting for the model worker.",
  stopped: "Stopped; what it learnt so far is kept.",
  comparing: "Trained. Both models now go on from the same map, to be compared.",
};
const STOP = {
  training: ["Stop this training?", "What it learnt so far is kept, and it can be resumed later."],
  comparing: ["Stop the comparison?", "The new model stays, but nothing will say whether it is better. This cannot be resumed."],
};
const LOSS = [
  { name: "train", colour: "better", label: "training" },
  { name: "validation", colour: "accent", dash: [6, 4], dots: true, label: "validation, on held-out parents" },
];
const SAMPLES = [
  { name: "well_formed", colour: "same", dash: [6, 4], dots: true, label: "pass the gate" },
  { name: "valid", colour: "new", dots: true, label: "valid: run, and differ from their parent" },
];
let live = pageData("live");

const lastStep = () => Math.max(live.progress.steps ?? 0, live.metrics.at(-1)?.step ?? 0);
const curves = [
  mountLines($("#loss-curve"), LOSS, (y) => String(+y.toFixed(3)), () => ({ metrics: live.metrics, end: lastStep(), mark: live.best_step })),
  mountLines($("#sample-curve"), SAMPLES, (y) => `${Math.round(y * 100)} %`, () => ({ metrics: live.metrics, end: lastStep(), top: 1 })),
];

/** "step 95 of 200 · 40 s so far · 44 s to go · 1,500 tokens a second" */
export function progressText({ state, progress }) {
  if (!progress.steps) return "";
  const going = state === "running" || state === "queued";
  return [
    `step ${count(progress.step)} of ${count(progress.steps)}`,
    progress.seconds ? `${duration(progress.seconds)} ${going ? "so far" : "of training"}` : "",
    going && progress.step && progress.eta_s ? `about ${duration(progress.eta_s)} to go` : "",
    progress.tokens_per_s ? `${count(progress.tokens_per_s)} tokens a second` : "",
  ].filter(Boolean).join(" · ");
}

function keyOf({ colour: ink, dash, label }, figure) {
  const NS = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(NS, "svg");
  const line = document.createElementNS(NS, "line");
  for (const [name, value] of Object.entries({ x1: 0, x2: 26, y1: 5, y2: 5, "stroke-width": 2.5, "stroke-dasharray": dash?.join(" ") ?? "" })) line.setAttribute(name, value);
  line.style.stroke = `var(--${ink})`;
  svg.append(line);
  return h("span", { class: "key" }, svg, h("span", {}, label), figure && h("b", { class: "num" }, figure));
}
function drawLegends() {
  const last = (name) => pointsOf(live.metrics, name).at(-1)?.[1];
  $("#loss-legend").replaceChildren(...LOSS.map((line) => keyOf(line, last(line.name)?.toFixed(3))));
  const samples = live.metrics.findLast?.((point) => point.samples)?.samples;
  $("#sample-legend").replaceChildren(
    ...SAMPLES.map((line) => keyOf(line, last(line.name) === undefined ? "" : percent(last(line.name), 0))),
    ...(samples ? [h("span", { class: "muted" }, `of ${count(samples)} samples at a time`)] : []),
    ...(live.metrics.length && last("well_formed") === undefined ? [h("span", { class: "muted" }, "The first sample is taken with the first validation.")] : []));
}

function drawHeader() {
  const pill = $("#state");
  setText(pill, live.state);
  pill.dataset.state = live.state;
  $("#removed").hidden = !live.is_removed;
  const offered = {
    stop: GOING.includes(live.state),
    resume: !live.is_removed && ["stopped", "failed"].includes(live.state),
    remove: !live.is_removed && !GOING.includes(live.state),
    restore: live.is_removed,
  };
  for (const button of $$("[data-action]")) button.hidden = !offered[button.dataset.action];
  setText($("#progress-text"), progressText(live));
  const share = live.progress.steps ? (100 * live.progress.step) / live.progress.steps : 0;
  const meter = $("#progress");
  meter.firstElementChild.style.width = `${Math.min(share, 100)}%`;
  meter.setAttribute("aria-valuenow", Math.round(share));
  const isOver = !GOING.includes(live.state);
  document.title = `${isOver ? `${live.state} · ` : share ? `${Math.round(share)} % · ` : ""}${page.dataset.name} · ELMWeb`;
  const { model_version: made } = live;
  if (made && !$("#made").childElementCount) {
    $("#made").replaceChildren(" · it made ", h("a", { href: `/models/${encodeURIComponent(made.version)}/`, "data-testid": "made-link" }, made.name));
  }
}
const comparedText = ({ state, compared }) => (state === "comparing"
  ? `${count(compared.done)} of ${count(compared.of)} children so far.` : "");
function drawNotices() {
  const found = [];
  if (live.state === "failed") found.push(["bad", `The training failed: ${live.reason}`]);
  else if (WORDS[live.state]) found.push(["", [WORDS[live.state], comparedText(live), live.reason].filter(Boolean).join(" ")]);
  else if (live.reason) found.push(["", live.reason]);
  const box = $("#notices");
  const text = JSON.stringify(found);
  if (box.dataset.shown === text) return;
  box.dataset.shown = text;
  box.replaceChildren(...found.map(([kind, sentence]) => h("div", { class: `note-box ${kind}` }, icon(kind ? "alert" : "info"), h("p", {}, sentence))));
}

// --- the result
const isRate = ({ unit }) => unit.startsWith("share");
export const figureOf = (row, value) => (isRate(row) ? percent(value) : amount(value));
const signed = (row, value) => {
  const figure = isRate(row) ? Math.abs(value * 100).toFixed(1) : amount(Math.abs(value));
  return `${Number(figure.replaceAll(",", "")) ? (value < 0 ? "−" : "+") : "±"}${figure}`;
};
const unitOf = (row) => (isRate(row) ? " points" : "");
const differenceOf = (row, value) => `${signed(row, value)}${unitOf(row)}`;
const spanOf = (row, [, low, high]) => `${signed(row, low)} to ${signed(row, high)}${unitOf(row)}`;
const rangeOf = (row, [, low, high]) => h("span", { class: "range" }, ` (${figureOf(row, low)} to ${figureOf(row, high)})`);

function intervalBar(row) {
  const [value, low, high] = row.difference;
  const reach = Math.max(Math.abs(low), Math.abs(high), 1e-9) * 1.08;
  const at = (x) => 50 + (50 * x) / reach;
  return h("div", { class: "interval", "data-better": String(row.better), "aria-hidden": "true" },
    h("i", { style: { left: `${at(low)}%`, width: `${at(high) - at(low)}%` } }),
    h("b", { style: { left: `${at(value)}%` } }));
}
const WORD = { true: "better", false: "worse", null: "no clear difference" };
function resultRow(row) {
  return h("tr", { "data-metric": row.metric },
    h("th", { scope: "row" }, row.label, isRate(row) ? null : h("span", { class: "range" }, ` ${row.unit}`)),
    h("td", { class: "num", "data-of": live.base }, figureOf(row, row.base[0]), rangeOf(row, row.base)),
    h("td", { class: "num", "data-of": live.name }, figureOf(row, row.tuned[0]), rangeOf(row, row.tuned)),
    h("td", { class: "num" }, h("b", {}, differenceOf(row, row.difference[0])), h("br"), h("span", { class: "range" }, WORD[row.better])),
    h("td", { class: "interval-cell" }, intervalBar(row), h("span", { class: "range num" }, spanOf(row, row.difference))));
}
function drawResult() {
  const { result, arms, model_version: made } = live;
  const rows = result.rows ?? [];
  const isDone = live.state === "finished";
  $("#result-card").hidden = !(rows.length || arms || (isDone && made));
  setText($("#result-note"), rows.length ? `${count(result.children)} children of each model, from the same map` : "");
  setText($("#verdict"), result.verdict ?? (isDone ? "The models were not compared." : "The comparison is under way."));
  $(".result-table").hidden = !rows.length;
  const text = JSON.stringify(rows);
  if ($("#result-rows").dataset.shown !== text) {
    $("#result-rows").dataset.shown = text;
    $("#result-rows").replaceChildren(...rows.map(resultRow));
  }
  $("#result-actions").hidden = !(made && isDone) && !arms;
  for (const form of $$("[data-steer]")) {
    form.hidden = !(made && isDone);
    $("button", form).classList.toggle("primary", Boolean(result.promote));
  }
  const links = arms ? ["What each did: ", h("a", { href: `/runs/${arms.base}/` }, "the run of the base"), " and ", h("a", { href: `/runs/${arms.tuned}/` }, "the run of the new one")] : [];
  if (links.length && !$("#arms").childElementCount) $("#arms").replaceChildren(...links);
}

function drawFacts() {
  const facts = [["Edits to learn from", "rows"], ["Held out", "held_out_rows"], ["Parents", "parents"], ["Tokens", "tokens"], ["Duplicates left out", "duplicates"], ["Leaking ones left out", "leaking"], ["Too long, left out", "too_long"]];
  $("#dataset").replaceChildren(...facts.filter(([, name]) => live.dataset[name] !== undefined)
    .flatMap(([label, name]) => [h("dt", {}, label), h("dd", {}, count(live.dataset[name]))]));
}
function drawPoints() {
  const cell = (text) => h("td", { class: "num" }, text);
  const loss = (x) => (Number.isFinite(x) ? x.toFixed(3) : "");
  const share = (x) => (Number.isFinite(x) ? percent(x, 0) : "");
  const points = live.metrics.filter((point) => Number.isFinite(point.validation) || point === live.metrics.at(-1));
  $("#points").replaceChildren(...points.map((point) => h("tr", {}, cell(count(point.step)), cell(duration(point.seconds)),
    cell(loss(point.train)), cell(loss(point.validation)), cell(share(point.well_formed)), cell(share(point.valid)))));
}
function draw() {
  drawHeader();
  drawNotices();
  drawResult();
  drawFacts();
  drawLegends();
  drawPoints();
  for (const curve of curves) curve.draw();
}

// --- live
let lastSuccess = Date.now();
async function refresh() {
  if (!document.hidden && GOING.includes(live.state)) {
    try {
      live = await getJson(page.dataset.live);
      lastSuccess = Date.now();
      showConnection("live");
      draw();
    } catch (error) {
      showConnection("offline", { since: lastSuccess, reason: error.message });
    }
  }
  setTimeout(refresh, EVERY_MS);
}

// --- steering
async function act(action) {
  try {
    await post(page.dataset.live.replace(/live$/, action));
    live = await getJson(page.dataset.live);
    draw();
  } catch (error) {
    complain(error);
  }
}
$('[data-action="stop"]')?.addEventListener("click", () => {
  const [title, words] = STOP[live.state] ?? STOP.training;
  $("#stop-title").textContent = title;
  $("#stop-words").textContent = words;
  $("#stop-dialog").showModal();
});
$("#stop-yes").addEventListener("click", () => act("stop"));
for (const action of ["resume", "restore"]) $(`[data-action="${action}"]`)?.addEventListener("click", () => act(action));
$('[data-action="remove"]')?.addEventListener("click", async () => {
  await act("remove");
  if (live.is_removed) toast("Taken off the list; a model that it made stays.", { action: { label: "Undo", run: () => act("restore") } });
});

for (const form of $$("[data-steer]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { run } = form.dataset;
    const where = `/models/${encodeURIComponent(live.model_version.version)}/promote/`;
    try {
      await post(where, run ? { run } : {});
      toast(run ? "The run goes on with it from the next batch." : "New runs begin with it.", { kind: "good", action: { label: "Undo", run: () => rollback(run) } });
    } catch (error) {
      complain(error);
    }
  });
}
async function rollback(run) {
  try {
    await post("/models/rollback/", run ? { run } : {});
    toast("Rolled back.", { kind: "good" });
  } catch (error) {
    complain(error);
  }
}

draw();
showConnection("live");
setTimeout(refresh, EVERY_MS);
