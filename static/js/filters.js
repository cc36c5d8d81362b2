// filters.js: which cells of the map are asked for: by a figure of their elites, by flags. Pure.

/** Figures of an elite besides its fitness: name as the server has it, words, unit. */
export const FIGURES = [
  { name: "distance", title: "distance, either way", unit: "u" },
  { name: "signed_distance", title: "distance to the right", unit: "u" },
  { name: "steady", title: "steady distance", unit: "u" },
  { name: "airborne", title: "time in the air", unit: "%" },
  { name: "rise", title: "rise of the middle", unit: "u" },
];
export const FLAGS = [
  { name: "clean", title: "without a flag" },
  { name: "any", title: "flagged" },
  { name: "first_half", title: "first half only" },
  { name: "second_half", title: "second half only" },
  { name: "airborne", title: "in the air" },
];
export const ALL = { figure: "distance", low: null, high: null, flag: "" };

/** Whether ``filter`` leaves anything out. */
export const isFiltering = ({ low, high, flag }) => low !== null || high !== null || flag !== "";

/** Whether the elite of a cell is what ``filter`` asks for; a figure that is not known is not. */
export function passes(state, index, filter) {
  const { figure, low, high, flag } = filter;
  if (low !== null || high !== null) {
    const { unit } = FIGURES.find(({ name }) => name === figure);
    const value = (state.figures[figure]?.[index] ?? NaN) * (unit === "%" ? 100 : 1);
    if (!(value >= (low ?? -Infinity) && value <= (high ?? Infinity))) return false;
  }
  const bits = state.flags[index];
  if (flag === "clean") return bits === 0;
  if (flag === "any") return bits !== 0;
  return flag === "" || Boolean(bits & (1 << state.flagNames.indexOf(flag)));
}

/** A filter as text for the address, "" for none: "airborne:10:60:clean". */
export const toText = (filter) =>
  (isFiltering(filter) ? [filter.figure, filter.low ?? "", filter.high ?? "", filter.flag].join(":") : "");

/** The filter that a text says; anything odd in it counts as not said. */
export function fromText(text) {
  const [figure, low, high, flag] = (text ?? "").split(":");
  return {
    figure: FIGURES.some(({ name }) => name === figure) ? figure : ALL.figure,
    low: toNumber(low), high: toNumber(high),
    flag: FLAGS.some(({ name }) => name === flag) ? flag : "",
  };
}

/** A number as typed, or null. */
export function toNumber(text) {
  const value = (text ?? "").trim().replace(",", ".").replace("−", "-");
  return value === "" || !Number.isFinite(Number(value)) ? null : Number(value);
}

/** The flags of a cell in words. */
export const flagTitles = (state, index) =>
  FLAGS.filter(({ name }) => state.flagNames.includes(name) && state.flags[index] & (1 << state.flagNames.indexOf(name)))
    .map(({ title }) => title);
