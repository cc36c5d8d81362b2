// format.js: numbers as people read them. Every function takes null for "not known".

const NONE = "–";
const known = (value) => typeof value === "number" && Number.isFinite(value);

export const count = (n) => (known(n) ? Math.round(n).toLocaleString("en-US") : NONE);

/** A distance or score: three significant places, no more than two decimals. */
export function amount(x) {
  if (!known(x)) return NONE;
  const size = Math.abs(x);
  const decimals = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return x.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}
export const distance = (x) => (known(x) ? `${amount(x)} u` : NONE);
export const percent = (share, decimals = 1) =>
  known(share) ? `${(share * 100).toFixed(share > 0 && share < 0.001 ? 2 : decimals)} %` : NONE;
export const signed = (x, decimals = 1) =>
  known(x) ? `${x < 0 ? "−" : "+"}${Math.abs(x).toFixed(decimals)}` : NONE;

/** 41 s · 3 min 20 s · 42 min · 2 h 05 min · 3 d 4 h */
export function duration(seconds) {
  if (!known(seconds)) return NONE;
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 600) return `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, "0")} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, "0")} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
}

/** A whole number of things: plural(2, "child", "children") */
export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

/** "12.5–15" for the n-th of ``bins`` boxes between low and high. */
export function binRange({ low, high, bins }, n) {
  const step = (high - low) / bins;
  const tidy = (x) => String(Number(x.toFixed(2)));
  return `${tidy(low + n * step)}–${tidy(low + (n + 1) * step)}`;
}
