// outcomes.js: what becomes of children, in words, shapes and colours; the same everywhere.
import { h } from "./dom.js";
import { count, percent } from "./format.js";

// In the order of the bar: from what moves the map to what never ran.
export const FATES = [
  { key: "evaluated:new", label: "new cell", sign: "○", colour: "new" },
  { key: "evaluated:improved", label: "better", sign: "▲", colour: "better" },
  { key: "evaluated:rejected", label: "not better", sign: "·", colour: "same" },
  { key: "duplicate", label: "duplicate", sign: "=", colour: "repeat" },
  { key: "no_diff", label: "no diff", sign: "∅", colour: "bad-edit" },
  { key: "does_not_apply", label: "does not apply", sign: "≠", colour: "bad-edit" },
  { key: "syntax_error", label: "syntax error", sign: "✕", colour: "bad-program" },
  { key: "undefined_name", label: "undefined name", sign: "?", colour: "bad-program" },
  { key: "crashed", label: "crashed", sign: "✕", colour: "bad-program" },
  { key: "timed_out", label: "timed out", sign: "⧖", colour: "danger" },
  { key: "forbidden", label: "forbidden", sign: "⊘", colour: "danger" },
  { key: "bad_result", label: "bad result", sign: "✕", colour: "bad-program" },
  { key: "bad_body", label: "bad body", sign: "◇", colour: "bad-body" },
  { key: "unstable", label: "unstable", sign: "◇", colour: "bad-body" },
];
const BY_KEY = new Map(FATES.map((fate) => [fate.key, fate]));

/** The fate of a feed entry or child: {key, label, sign, colour}. */
export function fateOf({ outcome, placement }) {
  const key = outcome === "evaluated" ? `evaluated:${placement}` : outcome;
  return BY_KEY.get(key) ?? { key, label: key.replaceAll("_", " "), sign: "·", colour: "same" };
}

/** The slices of the bar: those that happened, with their share. */
export function slices(outcomes) {
  const total = Object.values(outcomes).reduce((sum, n) => sum + n, 0);
  const known = FATES.filter(({ key }) => outcomes[key]);
  const others = Object.keys(outcomes)
    .filter((key) => outcomes[key] && !BY_KEY.has(key))
    .map((key) => fateOf({ outcome: key }));
  return [...known, ...others].map((fate) => ({ ...fate, n: outcomes[fate.key], share: outcomes[fate.key] / total }));
}

/** The bar and its legend; every slice leads to the newest child that ended so. */
export function outcomeBar(outcomes, examples, hrefOf) {
  const parts = slices(outcomes);
  const link = (fate, attributes, ...inside) =>
    h("a", { href: hrefOf(examples[fate.key]), ...attributes }, ...inside);
  return [
    h("div", { class: "outcome-bar" }, ...parts.map((fate) => link(fate, {
      title: `${fate.label}: ${count(fate.n)} (${percent(fate.share)}). Open the newest one.`,
      style: { width: `${fate.share * 100}%`, background: `var(--${fate.colour})` },
      tabindex: -1, "aria-hidden": "true",
    }))),
    h("ul", { class: "outcome-legend" }, ...parts.map((fate) => h("li", {}, link(fate, {
      title: "Open the newest one",
    }, h("span", { class: "sign", style: { color: `var(--${fate.colour})` } }, fate.sign),
    h("span", { class: "grow" }, fate.label),
    h("span", { class: "num muted" }, count(fate.n)),
    h("b", { class: "num" }, percent(fate.share)))))),
  ];
}
