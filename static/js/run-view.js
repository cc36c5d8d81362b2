// run-view.js: the parts of the run page that are words and numbers: state in, elements out.
import { h } from "./dom.js";
import { amount, binRange, count, distance, duration, percent } from "./format.js";
import { fateOf } from "./outcomes.js";
import { positionOf } from "./store.js";

const OVER = ["finished", "stopped", "failed"];
export const isOver = (state) => OVER.includes(state.run.state);

/** The tiles under the header: {id: [figure, note]}. */
export function kpiTexts({ kpi, axes, run }) {
  const cells = axes.reduce((product, axis) => product * axis.bins, 1);
  return {
    qd: [amount(kpi.qd_score), kpi.mean_fitness === null ? "" : `mean ${amount(kpi.mean_fitness)} u`],
    coverage: [percent(kpi.coverage), `${count(kpi.cells_filled)} of ${count(cells)}`],
    best: [kpi.cells_filled ? distance(kpi.max_fitness) : "–", "in 10 s"],
    valid: [percent(kpi.valid_rate), "of children"],
    runnable: [percent(kpi.runnable_rate), "of children"],
    novel: [percent(kpi.novel_rate), "of children"],
    pace: [kpi.per_minute ? count(kpi.per_minute) : "–", run.state === "running" ? "children" : "on average"],
    eta: [run.state === "running" ? duration(kpi.eta_s) : "–", `ran ${duration(kpi.elapsed_s)}`],
  };
}

/** One entry of the feed. */
export function feedRow(entry, axes, hrefOf) {
  const fate = fateOf(entry);
  const where = entry.cell === null ? entry.reason : positionOf(axes, entry.cell)
    .map((at, n) => binRange(axes[n], at)).join(" × ");
  return h("li", {}, h("a", { href: hrefOf(entry.seq) },
    h("span", { class: "sign", style: { color: `var(--${fate.colour})` } }, fate.sign),
    h("span", { class: "feed-fate" }, entry.seq === 0 ? "seed program" : fate.label),
    h("span", { class: "feed-where muted" }, where ?? ""),
    h("span", { class: "num feed-figure" }, entry.fitness === null ? "" : distance(entry.fitness)),
    h("span", { class: "num muted feed-seq" }, count(entry.seq))));
}

/** The table of commit messages: how often each was used and what came of it. */
export function messageRows(messages) {
  const total = messages.reduce((sum, { weight }) => sum + weight, 0);
  const share = (part, whole) => (whole ? part / whole : null);
  return messages.map(({ text, weight, uses, valid, admitted }) => h("tr", {},
    h("td", { class: "message-text" }, text),
    h("td", { class: "num" }, percent(weight / total, 0)),
    h("td", { class: "num" }, count(uses)),
    h("td", { class: "num" }, percent(share(valid, uses), 0)),
    h("td", { class: "num" }, percent(share(admitted, uses)))));
}

/** What the person should know before anything else: [{kind, text}], most pressing first. */
export function notices(state) {
  const found = [];
  const { run, workers, kpi } = state;
  if (run.state === "failed") found.push({ kind: "bad", text: `The run failed: ${run.reason}` });
  if (isOver(state) || run.state === "draft") return found;
  const missing = Object.keys(workers).filter((kind) => !workers[kind]);
  if (missing.length && run.state === "running") {
    const text = missing.length > 1
      ? "Neither the model worker nor the evaluate worker answers: the run goes on when they are back."
      : missing[0] === "model"
        ? "The model worker does not answer: no new edits until it is back."
        : "The evaluate worker does not answer: nothing is simulated until it is back.";
    found.push({ kind: "warn", text: `${text} ELMWeb restarts what dies within seconds, and no child is lost.` });
  }
  if (!kpi.cells_filled) found.push({ kind: "info", text: waitingText(state) });
  return found;
}

function waitingText({ kpi, feed, run }) {
  if (!kpi.children) {
    return run.state === "running"
      ? "Waiting for the first walker: the seed program is being simulated, then the model starts to edit."
      : "No child yet.";
  }
  const reasons = feed.slice(0, 3).map(({ seq, reason }) => `child ${seq}: ${reason}`);
  return `Waiting for the first walker. So far ${count(kpi.children)} children, none could walk: ${reasons.join(" · ")}`;
}

/** "1,248 of 2,000 children" */
export const progressText = ({ kpi, run }) => `${count(kpi.children)} of ${count(run.budget)} children`;

/** "bundled" or "bundled 75 % + legs 25 %" */
export function mixText(models) {
  const total = models.reduce((sum, [, weight]) => sum + weight, 0);
  return models.length === 1 ? models[0][0] : models.map(([name, weight]) => `${name} ${percent(weight / total, 0)}`).join(" + ");
}
