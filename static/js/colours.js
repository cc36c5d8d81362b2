// colours.js: what a cell's colour says: fitness, age, visits or a figure, always on the Viridis scale.
import { FIGURES } from "./filters.js";
import { amount, count } from "./format.js";

// Viridis at ten even steps (matplotlib); even in lightness, so colour blindness costs nothing.
const VIRIDIS = [
  [68, 1, 84], [72, 40, 120], [62, 73, 137], [49, 104, 142], [38, 130, 142],
  [31, 158, 137], [53, 183, 121], [109, 205, 89], [180, 222, 44], [253, 231, 37],
];
const SHADES = Array.from({ length: 256 }, (_, n) => {
  const at = (n / 255) * (VIRIDIS.length - 1);
  const [low, share] = [Math.min(Math.floor(at), VIRIDIS.length - 2), at % 1 || (n === 255 ? 1 : 0)];
  const channel = (c) => Math.round(VIRIDIS[low][c] + share * (VIRIDIS[low + 1][c] - VIRIDIS[low][c]));
  return `rgb(${channel(0)} ${channel(1)} ${channel(2)})`;
});
export const MODES = ["fitness", "age", "visits", ...FIGURES.map(({ name }) => name)];

/** The colour of ``share`` in [0, 1]. */
export const shade = (share) => SHADES[Math.round(255 * Math.min(Math.max(share, 0), 1))];
export const GRADIENT = `linear-gradient(90deg, ${[0, 51, 102, 153, 204, 255].map((n) => SHADES[n]).join(", ")})`;
export const PLOTLY_SCALE = VIRIDIS.map((rgb, n) => [n / (VIRIDIS.length - 1), `rgb(${rgb.join(",")})`]);

/** The top of the colour scale: a round number that grows in steps, so that colours rarely shift. */
export function scaleTop(value) {
  const steps = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 10)));
  return steps.map((step) => step * power).find((top) => top >= value) ?? 10 * power;
}

/** How far up the scale each cell is in ``mode``, and what the ends of the scale mean. */
export function scaleOf(state, mode) {
  if (mode === "age") {
    const span = Math.log1p(Math.max(state.seq, 1));
    return {
      share: (index) => 1 - Math.log1p(state.seq - state.changed[index]) / span,
      low: `${count(state.seq)} children ago`, high: "just now", title: "last change",
    };
  }
  if (mode === "visits") {
    const most = state.visits.reduce((a, b) => Math.max(a, b), 1);
    return {
      share: (index) => Math.log(Math.max(state.visits[index], 1)) / Math.max(Math.log(most), 1e-9),
      low: "1", high: count(most), title: "walkers that landed here",
    };
  }
  const figure = FIGURES.find(({ name }) => name === mode);
  if (figure) return scaleOfFigure(state, figure);
  const top = scaleTop(state.kpi.max_fitness ?? 0);
  const { name, label } = state.run?.fitness ?? { name: "distance" };
  return {
    share: (index) => state.fitness[index] / top,
    low: name === "signed_distance" ? "0 or less" : "0", high: inUnits(top),
    title: name === "distance" ? "distance walked" : label,
  };
}

const inUnits = (top) => `${amount(top)} u`.replace(/\.0+ u/, " u");

/** A share of the time has fixed ends, a distance to one side has its zero in the middle. */
function scaleOfFigure(state, { name, title, unit }) {
  const values = state.figures[name] ?? [];
  if (unit === "%") return { share: (index) => values[index], low: "0 %", high: "100 %", title };
  const size = values.reduce((most, value) => (Math.abs(value) > most ? Math.abs(value) : most), 0);
  const top = size < 5 ? 5 : scaleTop(size);
  return name === "signed_distance"
    ? { share: (index) => (values[index] / top + 1) / 2, low: `−${inUnits(top)}`, high: inUnits(top), title }
    : { share: (index) => values[index] / top, low: "0", high: inUnits(top), title };
}
