// bugfix.js: the benchmark's figures as a plot with a logarithmic axis, like the paper's.
import { $, pageData } from "./dom.js";
import { count } from "./format.js";
import { colour, onTheme } from "./theme.js";

const TASKS = { "4-parity": { axis: "", bugs: 5 }, quadratic: { axis: "2", bugs: 2 } };
const OURS = ["accent", "bad-program", "better", "bad-body"];
const SYMBOLS = ["circle", "square", "diamond", "cross", "x", "pentagon", "star"];
const MEASURED = "measured here";
const LOWEST = 0.001; // [%] the axis ends below what 100,000 trials can show

const shown = (share) => Number((100 * share).toPrecision(2));

/** What a point says: "28 % (26 to 30 %), 281 of 1,000". */
export function pointText({ rate, interval, solved, trials }) {
  const range = interval ? ` (${shown(interval[0])} to ${shown(interval[1])} %)` : "";
  return `${shown(rate)} %${range}${trials ? `<br>${count(solved)} of ${count(trials)}` : ""}`;
}

/** Plotly traces: for each operator one line a task, and a hollow triangle where none was found. */
export function traces(lines, paint) {
  let ours = 0;
  return lines.flatMap((line, n) => {
    const isOurs = line.group === MEASURED;
    const color = paint(isOurs ? OURS[ours++ % OURS.length] : "same");
    const name = isOurs ? line.name : `${line.name} (${line.group === "OpenELM" ? "OpenELM" : "paper"})`;
    const marker = { symbol: SYMBOLS[n % SYMBOLS.length], size: isOurs ? 10 : 8, color };
    const drawn = Object.entries(TASKS).flatMap(([task, { axis }]) => {
      const cells = line.cells.filter((cell) => cell.task === task);
      const common = {
        type: "scatter", xaxis: `x${axis}`, yaxis: "y", name, legendgroup: name, showlegend: false,
        hovertemplate: `%{text}<extra>${name}</extra>`,
      };
      const found = cells.filter((cell) => cell.rate > 0);
      const none = cells.filter((cell) => cell.rate === 0 && cell.interval);
      const at = (list) => ({ x: list.map((cell) => cell.bugs), text: list.map(pointText) });
      return [
        found.length && {
          ...common, ...at(found), mode: "lines+markers", marker,
          y: found.map((cell) => 100 * cell.rate),
          line: { color, width: isOurs ? 2.5 : 1.2, dash: isOurs ? "solid" : "dot" },
          error_y: {
            type: "data", symmetric: false, visible: isOurs, color, thickness: 1.5, width: 4,
            array: found.map(({ rate, interval }) => (interval ? 100 * (interval[1] - rate) : 0)),
            arrayminus: found.map(({ rate, interval }) => (interval ? 100 * (rate - interval[0]) : 0)),
          },
        },
        none.length && {
          ...common, ...at(none), mode: "markers",
          y: none.map((cell) => 100 * cell.interval[1]),
          marker: { ...marker, symbol: "triangle-down-open", size: 11, line: { width: 2 } },
        },
      ].filter(Boolean);
    });
    if (drawn.length) drawn[0].showlegend = true;
    return drawn;
  });
}

export function layout(paint, width) {
  const isNarrow = width < 600;
  const axis = (bugs, title, domain) => ({
    domain, range: [0.6, bugs + 0.4], tickvals: Array.from({ length: bugs }, (_, n) => n + 1),
    title: { text: title, standoff: 8 }, fixedrange: true, zeroline: false,
    gridcolor: paint("line"), linecolor: paint("line-strong"), color: paint("muted"),
  });
  return {
    margin: { l: 58, r: 10, t: 10, b: 20 }, hovermode: "closest", dragmode: false,
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: getComputedStyle(document.body).fontFamily, size: 12.5, color: paint("text") },
    hoverlabel: { bgcolor: paint("raised"), bordercolor: paint("line-strong"), font: { color: paint("text") } },
    legend: isNarrow ? { orientation: "h", y: -0.14, yanchor: "top", x: 0 } : { x: 1.02, y: 1 },
    xaxis: axis(TASKS["4-parity"].bugs, "bugs in 4-parity", [0, 0.66]),
    xaxis2: axis(TASKS.quadratic.bugs, isNarrow ? "in quadratic" : "bugs in quadratic", [0.72, 1]),
    yaxis: {
      type: "log", range: [Math.log10(LOWEST), 2.05], fixedrange: true, zeroline: false,
      tickvals: [0.001, 0.01, 0.1, 1, 10, 100],
      ticktext: ["0.001 %", "0.01 %", "0.1 %", "1 %", "10 %", "100 %"],
      gridcolor: paint("line"), linecolor: paint("line-strong"), color: paint("muted"),
    },
  };
}

function start() {
  const root = $("#bugfix-chart");
  const lines = pageData("bugfix-lines");
  const plotly = window.Plotly;
  if (!plotly) {
    root.textContent = "The plot could not be loaded; the table has every figure.";
    return;
  }
  const draw = () =>
    plotly.react(root, traces(lines, colour), layout(colour, root.clientWidth), {
      displayModeBar: false, responsive: false,
    });
  draw();
  onTheme(draw);
  new ResizeObserver(draw).observe(root);
}

if (typeof document !== "undefined") start();
