// bugfix.js: the benchmark's figures as a plot with a logarithmic axis, like the paper's.
import { $, pageData } from "./dom.js";
import { count } from "./format.js";
import { colour, onTheme } from "./theme.js";

const TASKS = { "4-parity": "", quadratic: "2" }; // which x axis is whose
// One symbol more than colours: a sixth operator has the first colour, not its symbol.
const OURS = { colours: ["accent", "bad-program", "better", "bad-body", "warn"], symbols: ["circle", "square", "diamond", "star", "pentagon", "hexagon"] };
const THEIRS = { colours: ["same"], symbols: ["circle-open", "diamond-open", "triangle-up-open", "square-open", "cross-open", "star-open"] };
const MEASURED = "measured here";
const ALL = 6; // where on the axis of 4-parity a figure for all numbers of bugs stands
const LOWEST = 0.001; // [%] the axis ends below what 100,000 trials can show

const shown = (share) => Number((100 * share).toPrecision(3));

/** What a point says: "28 % (26 to 30 %), 281 of 1,000". */
export function pointText({ rate, interval, solved, trials }) {
  const range = interval ? ` (${shown(interval[0])} to ${shown(interval[1])} %)` : "";
  return `${shown(rate)} %${range}${trials ? `<br>${count(solved)} of ${count(trials)}` : ""}`;
}

const shortGroup = (group) => (group.startsWith("Lehman") ? "paper" : group);

/**
 * Plotly traces: for each operator one line a task, a hollow triangle where we found none, and one
 * trace for those who published a single figure for all numbers of bugs.
 */
export function traces(lines, paint) {
  const counts = { ours: 0, theirs: 0 };
  const drawn = lines.filter((line) => line.overall === null).flatMap((line) => {
    const isOurs = line.group === MEASURED;
    const style = isOurs ? OURS : THEIRS;
    const n = counts[isOurs ? "ours" : "theirs"]++;
    const color = paint(style.colours[n % style.colours.length]);
    const name = isOurs ? line.name : `${line.name} (${shortGroup(line.group)})`;
    const marker = { symbol: style.symbols[n % style.symbols.length], size: isOurs ? 10 : 9, color, line: { width: isOurs ? 0 : 1.6 } };
    const parts = Object.entries(TASKS).flatMap(([task, axis]) => {
      const cells = line.cells.filter((cell) => cell.task === task);
      const common = {
        type: "scatter", xaxis: `x${axis}`, yaxis: "y", name, legendgroup: name, showlegend: false,
        hovertemplate: `%{text}<extra>${name}</extra>`,
      };
      const found = cells.filter((cell) => cell.rate > 0);
      const none = isOurs ? cells.filter((cell) => cell.rate === 0) : [];
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
          marker: { ...marker, symbol: "triangle-down-open", size: 12, line: { width: 2 } },
        },
      ].filter(Boolean);
    });
    const named = parts.find((part) => part.mode === "lines+markers") ?? parts[0];
    if (named) named.showlegend = true;
    return parts;
  });
  const single = lines.filter((line) => line.overall !== null);
  if (single.length) {
    drawn.push({
      type: "scatter", mode: "markers", xaxis: "x", yaxis: "y", name: `Models of ${single[0].group}`,
      x: single.map(() => ALL), y: single.map((line) => 100 * line.overall),
      text: single.map((line) => `${line.name}<br>${shown(line.overall)} %, not split by bugs`),
      hovertemplate: "%{text}<extra></extra>",
      marker: { symbol: "line-ew-open", size: 16, color: paint("same"), line: { width: 2 } },
    });
  }
  return drawn;
}

export function layout(paint, width, named) {
  const isNarrow = width < 600;
  const legend = 30 * named; // [px] on a phone each named line has a row under the plot
  const axis = (ticks, title, domain) => ({
    domain, range: [0.6, ticks.length + 0.4], tickvals: ticks.map((_, n) => n + 1), ticktext: ticks,
    title: { text: title, standoff: 6, font: { size: 13 } }, fixedrange: true, zeroline: false,
    gridcolor: paint("line"), linecolor: paint("line-strong"), color: paint("muted"),
  });
  return {
    height: isNarrow ? 350 + legend : 520,
    margin: { l: 58, r: 10, t: 10, b: 46 }, hovermode: "closest", dragmode: false,
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: getComputedStyle(document.body).fontFamily, size: 12.5, color: paint("text") },
    hoverlabel: { bgcolor: paint("raised"), bordercolor: paint("line-strong"), font: { color: paint("text") } },
    legend: isNarrow ? { orientation: "h", y: -0.15, yanchor: "top", x: -0.1, maxheight: legend } : { x: 1.02, y: 1 },
    xaxis: axis([1, 2, 3, 4, 5, "all"], "bugs in 4-parity", [0, 0.7]),
    xaxis2: axis([1, 2], isNarrow ? "quadratic" : "bugs in quadratic", [0.76, 1]),
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
  const draw = () => {
    const drawn = traces(lines, colour);
    const named = drawn.filter((trace) => trace.showlegend !== false).length;
    plotly.react(root, drawn, layout(colour, root.clientWidth, named), {
      displayModeBar: false, responsive: false,
    });
  };
  draw();
  onTheme(draw);
  new ResizeObserver(draw).observe(root);
}

start();
