// run.js: the run page. One state; frames come in, every part is drawn from the state.
import { mountCellPanel } from "./cell-panel.js";
import { mountCurves, lastAt } from "./chart.js";
import { GRADIENT, MODES, scaleOf } from "./colours.js";
import { showConnection } from "./connection.js";
import { $, $$, getParam, h, icon, pageData, setParam, setText } from "./dom.js";
import { FIGURES, FLAGS, fromText, isFiltering, passes, toNumber, toText } from "./filters.js";
import { amount, count, percent } from "./format.js";
import { getJson, post } from "./http.js";
import { offerKeys } from "./keys.js";
import { listen } from "./live.js";
import { mountMap3d } from "./map3d.js";
import { outcomeBar } from "./outcomes.js";
import { feedRow, isOver, kpiTexts, messageRows, mixText, notices, progressText } from "./run-view.js";
import { cellTable, mountSlabs } from "./slabs.js";
import { applyFrame, bestCell, fits, fromSnapshot, indexOf, occupied, positionOf } from "./store.js";
import { complain, toast } from "./toast.js";

const page = $("#run");
const id = page.dataset.run;
const api = `/api/runs/${id}`;
const urls = {
  name: page.dataset.name,
  page: (seq) => `/runs/${id}/children/${seq}/`,
  child: (seq) => `${api}/children/${seq}`,
  replay: (seq) => `${api}/children/${seq}/replay`,
  history: (index) => `${api}/cells/${index}/history`,
};
const POLL_MS = 5000;
const SLOW_MS = 1000; // parts that nobody reads four times a second

let state = fromSnapshot(pageData("snapshot"));
let selected = linkedCell();
let isChosen = selected !== null; // by a person; until then the panel shows the best
let mode = MODES.includes(getParam("color")) ? getParam("color") : "fitness";
let filter = fromText(getParam("show"));
const table = { isShown: false, column: state.axes.length, sign: -1 };

function linkedCell() {
  const position = (getParam("cell") ?? "").split("-").map(Number);
  const inside = position.length === state.axes.length &&
    position.every((at, n) => Number.isInteger(at) && at >= 0 && at < state.axes[n].bins);
  return inside ? indexOf(state.axes, position) : null;
}

// --- the map, in two views that follow each other
function select(index, { aloud = false } = {}) {
  isChosen = true;
  setParam("cell", positionOf(state.axes, index).join("-"));
  showCell(index, aloud);
}
function showCell(index, aloud = false) {
  selected = index;
  slabs.select(index, { aloud });
  map3d.select(index);
  panel.show(state, index);
  setText($("#cell-note"), isChosen || state.elite[index] < 0 ? "" : "the best so far");
}
function open(index) {
  if (state.elite[index] >= 0) location.assign(urls.page(state.elite[index]));
}
const panel = mountCellPanel($("#cell"), urls);
const slabs = mountSlabs($("#slabs"), $("#readout"), () => state, { select, open });
const map3d = mountMap3d($("#map3d"), page.dataset.plotly, () => state, { select });

function setMode(next) {
  mode = next;
  setParam("color", mode === "fitness" ? null : mode);
  for (const button of $$("[data-mode]")) button.setAttribute("aria-pressed", button.dataset.mode === mode);
  $("#figure-mode").value = FIGURES.some(({ name }) => name === mode) ? mode : "";
  slabs.setMode(mode);
  map3d.setMode(mode);
  drawLegend();
}
function drawLegend() {
  const { low, high, title } = scaleOf(state, mode);
  setText($("#legend-low"), low);
  setText($("#legend-high"), high);
  setText($("#legend-title"), title);
}
$("#legend-bar").style.background = GRADIENT;

function setFilter(next) {
  filter = next;
  setParam("show", toText(filter));
  slabs.setFilter(filter);
  map3d.setFilter(filter);
  drawFilterNote();
  drawTable();
}
function drawFilterNote() {
  const all = occupied(state);
  const shown = all.filter((index) => passes(state, index, filter)).length;
  setText($("#filter-note"), isFiltering(filter) ? `${count(shown)} of ${count(all.length)} cells` : "all cells");
  $("#filter-clear").hidden = !isFiltering(filter);
}
const filterFields = { figure: $("#filter-figure"), low: $("#filter-low"), high: $("#filter-high"), flag: $("#filter-flag") };
function readFilter() {
  const { figure, low, high, flag } = filterFields;
  setText($("#filter-unit"), FIGURES.find(({ name }) => name === figure.value).unit);
  for (const field of [low, high]) {
    const isWrong = field.value.trim() !== "" && toNumber(field.value) === null;
    field.toggleAttribute("aria-invalid", isWrong);
    if (isWrong) field.setAttribute("aria-invalid", "true");
  }
  setFilter({ figure: figure.value, low: toNumber(low.value), high: toNumber(high.value), flag: flag.value });
}
function mountFilter() {
  const option = ({ name, title }) => h("option", { value: name }, title);
  $("#figure-mode").append(...FIGURES.map(option));
  filterFields.figure.append(...FIGURES.map(option));
  filterFields.flag.append(...FLAGS.map(option));
  for (const [name, field] of Object.entries(filterFields)) {
    field.value = filter[name] ?? "";
    field.addEventListener("input", readFilter);
  }
  $("#figure-mode").addEventListener("change", (event) => setMode(event.target.value || "fitness"));
  $("#filter-clear").addEventListener("click", () => {
    for (const name of ["low", "high", "flag"]) filterFields[name].value = "";
    readFilter();
    filterFields.figure.focus();
  });
  $("#filter").open = isFiltering(filter);
  readFilter();
}

function drawTable() {
  if (!table.isShown) return;
  const onSort = (column) => {
    table.sign = column === table.column ? -table.sign : -1;
    table.column = column;
    drawTable();
  };
  $("#cell-table").replaceChildren(
    cellTable(state, occupied(state).filter((index) => passes(state, index, filter)), (index) => urls.page(state.elite[index]), table, onSort));
}
function showTable(isShown) {
  table.isShown = isShown;
  $("#cell-table").hidden = !isShown;
  $("#slabs").hidden = isShown;
  $("#readout").hidden = isShown;
  $("#as-table").setAttribute("aria-pressed", isShown);
  drawTable();
}

// --- words and numbers
const PILL_ACTIONS = { running: ["pause", "stop"], paused: ["resume", "stop"], draft: [] };
function drawHeader() {
  const pill = $("#run-state");
  setText(pill, state.run.state);
  pill.dataset.state = state.run.state;
  for (const button of $$("[data-action]")) {
    button.hidden = !(PILL_ACTIONS[state.run.state] ?? []).includes(button.dataset.action);
  }
  setText($("#progress-text"), progressText(state));
  setText($("#run-mix"), mixText(state.run.models));
  const meter = $("#progress");
  meter.firstElementChild.style.width = `${Math.min(100, (100 * state.kpi.children) / state.run.budget)}%`;
  meter.setAttribute("aria-valuenow", state.kpi.children);
  const words = { running: "", paused: "Paused · ", failed: "Failed · ", finished: "Done · ", stopped: "Stopped · " };
  document.title = `${words[state.run.state] ?? ""}${page.dataset.name} · ELMWeb`;
}
function drawKpis() {
  for (const [name, [figure, note]] of Object.entries(kpiTexts(state))) {
    setText($(`[data-kpi="${name}"]`), figure);
    setText($(`[data-kpi-note="${name}"]`), note);
  }
}
function drawNotices() {
  const wanted = notices(state);
  const box = $("#notices");
  const text = JSON.stringify(wanted);
  if (box.dataset.shown === text) return;
  box.dataset.shown = text;
  box.replaceChildren(...wanted.map(({ kind, text: sentence }) =>
    h("div", { class: `note-box ${kind}` }, icon(kind === "info" ? "info" : "alert"), h("p", {}, sentence))));
}
function drawLists() {
  const any = Object.keys(state.outcomes).length > 0;
  $("#outcomes").replaceChildren(...(any
    ? outcomeBar(state.outcomes, state.examples, urls.page)
    : [h("p", { class: "muted" }, "What becomes of the model's edits will be counted here.")]));
  $("#message-rows").replaceChildren(...messageRows(state.messages));
  const focused = document.activeElement?.closest?.("#feed") ? document.activeElement.getAttribute("href") : null;
  $("#feed").replaceChildren(...(state.feed.length
    ? state.feed.map((entry) => feedRow(entry, state.axes, urls.page))
    : [h("li", { class: "muted" }, "Nothing has happened yet.")]));
  if (focused) $(`#feed a[href="${focused}"]`)?.focus({ preventScroll: true });
}

// --- curves
const curves = mountCurves(
  [
    { canvas: $("#curve-qd"), name: "qd_score", format: (y) => (y >= 1000 ? `${+(y / 1000).toFixed(1)}k` : String(+y.toFixed(2))), colour: "accent" },
    { canvas: $("#curve-coverage"), name: "coverage", format: (y) => `${+(y * 100).toFixed(1)} %`, colour: "better" },
    { canvas: $("#curve-best"), name: "max_fitness", format: (y) => `${+y.toFixed(1)} u`, colour: "new" },
  ],
  () => ({ xs: state.curve.seq, end: state.seq, series: state.curve }),
  drawCurveFigures,
);
function drawCurveFigures(cursor) {
  const { curve } = state;
  const at = cursor === null ? curve.seq.length - 1 : lastAt(curve.seq, cursor);
  const known = at >= 0 && curve.seq.length;
  setText($("#curve-qd-now"), known ? amount(curve.qd_score[at]) : "–");
  setText($("#curve-coverage-now"), known ? percent(curve.coverage[at]) : "–");
  setText($("#curve-best-now"), known ? `${amount(curve.max_fitness[at])} u` : "–");
  setText($("#curve-at"), cursor === null || !known ? "" : `at child ${count(cursor)}`);
}

// --- putting it together
let slowTimer = 0;
function drawSlow() {
  slowTimer = 0;
  if (document.hidden) return;
  drawLists();
  drawTable();
  drawLegend();
  drawFilterNote();
  curves.draw();
  if (!$("#curve-at").textContent) drawCurveFigures(null);
}
function draw(changes) {
  drawHeader();
  drawKpis();
  drawNotices();
  slowTimer ||= setTimeout(drawSlow, SLOW_MS);
  if (document.hidden) return;
  slabs.flash(changes);
  slabs.refreshReadout();
  if (changes.length) map3d.update();
  const best = isChosen ? selected : Math.max(bestCell(state), 0);
  if (best !== selected) showCell(best);
  else panel.show(state, best);
}
function drawAll() {
  draw([]);
  drawSlow();
  map3d.update();
}

// --- live
let isFetching = false;
let hasMissed = false; // a frame that came during a fetch may be newer than its snapshot
async function catchUp() {
  if (isFetching) return;
  isFetching = true;
  showConnection("catching-up");
  try {
    state = fromSnapshot(await getJson(`${api}/snapshot`));
    showConnection("live");
    drawAll();
  } catch (error) {
    complain(error);
  } finally {
    isFetching = false;
  }
  if (!hasMissed) return;
  hasMissed = false;
  setTimeout(catchUp, 250);
}
/** Without a socket (the broker may be down) the database still answers. */
async function poll(since) {
  if (document.hidden || isFetching) return;
  try {
    state = fromSnapshot(await getJson(`${api}/snapshot`));
    if (!pollTimer) return;
    showConnection("polling", { reason: "There is no live connection: asking every 5 seconds." });
    drawAll();
  } catch (error) {
    showConnection("offline", { since, reason: error.message });
  }
}
let pollTimer = 0;
listen(`/ws/runs/${id}/`, {
  frame(frame) {
    if (isFetching) {
      hasMissed = true;
      return;
    }
    const verdict = fits(state, frame);
    if (verdict === "gap") catchUp();
    else if (verdict === "apply") draw(applyFrame(state, frame));
  },
  state(name, { since } = {}) {
    if (name === "live") {
      clearInterval(pollTimer);
      pollTimer = 0;
      showConnection("live");
    } else if (!pollTimer) {
      showConnection("offline", { since, reason: "Trying to reach ELMWeb again." });
      pollTimer = setInterval(() => poll(since), POLL_MS);
    }
  },
  over: (code) => toast(code === 4401
    ? "You are logged out: reload the page and log in again."
    : "This run is not there any more.", { kind: "bad", stay: true }),
});
document.addEventListener("visibilitychange", () => document.hidden || drawAll());

// --- steering
async function act(action) {
  try {
    const { state: name } = await post(`${api}/${action}`);
    state.run = { ...state.run, state: name };
    drawHeader();
  } catch (error) {
    complain(error);
    if (error.status === 409) catchUp();
  }
}
for (const button of $$("[data-action]")) {
  button.addEventListener("click", () => {
    if (button.dataset.action === "stop") $("#stop-dialog").showModal();
    else act(button.dataset.action);
  });
}
$("#stop-yes").addEventListener("click", () => act("stop"));
for (const button of $$("[data-mode]")) button.addEventListener("click", () => setMode(button.dataset.mode));
$("#as-table").addEventListener("click", () => showTable(!table.isShown));
$("#zoom-in").addEventListener("click", () => map3d.zoom(0.8));
$("#zoom-out").addEventListener("click", () => map3d.zoom(1.25));
$("#zoom-home").addEventListener("click", () => map3d.home());
const showBest = () => select(Math.max(bestCell(state), 0), { aloud: true });
$("#go-best").addEventListener("click", showBest);
offerKeys([
  ...($("[data-action]")
    ? [{ key: "p", label: "Pause or resume the run", run: () => isOver(state) || act(state.run.state === "paused" ? "resume" : "pause") }]
    : []),
  { key: "b", label: "Select the best walker", run: showBest },
  { key: "c", label: "Colour by the next figure", run: () => setMode(MODES[(MODES.indexOf(mode) + 1) % MODES.length]) },
  { key: "t", label: "The map as a table, or as slabs", run: () => showTable(!table.isShown) },
  { key: "a", label: "Add the selected walker to a race, or take it out", run: () => $("#cell [data-pick]")?.click() },
  { key: "m", label: "Go to the map", run: () => $("#slabs").focus() },
  { key: "", shown: ["←", "→", "↑", "↓"], label: "On the map: move along width and height" },
  { key: "", shown: ["PgUp", "PgDn"], label: "On the map: move along mass" },
  { key: "", shown: ["Enter"], label: "On the map: open the walker of this cell" },
]);

mountFilter();
setMode(mode);
showCell(selected ?? Math.max(bestCell(state), 0));
drawAll();
