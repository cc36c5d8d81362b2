// polyline.js: ground as points [[x, y], ...] from left to right, and what a pen does to it. Pure.

const STEP = 0.5; // [u] a pen leaves points no closer than this
const TOLERANCE = 0.04; // [u] a tenth of a joint's radius: nobody sees it, no walker feels it

/** The ground's height at ``x``: linear between points, flat beyond them. */
export function heightAt(points, x) {
  if (x <= points[0][0]) return points[0][1];
  if (x >= points.at(-1)[0]) return points.at(-1)[1];
  let [low, high] = [0, points.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (points[middle][0] <= x) low = middle;
    else high = middle;
  }
  const [[x0, y0], [x1, y1]] = [points[low], points[high]];
  return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
}

const round = (value) => Math.round(value * 100) / 100 + 0;
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const snap = (x, reach) => clamp(Math.round(x / STEP) * STEP, -reach, reach);

/** The ground after a pen went straight from one point to another; the rest stays as it is. */
export function stroke(points, from, to, { reach, low, high }) {
  const [a, b] = from[0] <= to[0] ? [from, to] : [to, from];
  const ends = [a, b].map(([x, y]) => [snap(x, reach), round(clamp(y, low, high))]);
  if (ends[0][0] === ends[1][0]) ends.splice(0, 2, [ends[0][0], round(clamp(to[1], low, high))]);
  const [left, right] = [ends[0][0] - STEP, ends.at(-1)[0] + STEP];
  return [
    ...points.filter(([x]) => x < left),
    ...(left >= -reach ? [[left, round(heightAt(points, left))]] : []),
    ...ends,
    ...(right <= reach ? [[right, round(heightAt(points, right))]] : []),
    ...points.filter(([x]) => x > right),
  ];
}

/** The same ground with fewer points: none further off than the tolerance (Douglas & Peucker). */
export function simplified(points, most, tolerance = TOLERANCE) {
  const keep = new Uint8Array(points.length);
  keep[0] = keep[points.length - 1] = 1;
  const parts = [[0, points.length - 1]];
  while (parts.length) {
    const [first, last] = parts.pop();
    const chord = [points[first], points[last]];
    let [worst, at] = [tolerance, -1];
    for (let n = first + 1; n < last; n++) {
      const off = Math.abs(points[n][1] - heightAt(chord, points[n][0]));
      if (off > worst) [worst, at] = [off, n];
    }
    if (at > 0) {
      keep[at] = 1;
      parts.push([first, at], [at, last]);
    }
  }
  const kept = points.filter((_, n) => keep[n]);
  return kept.length <= most ? kept : simplified(points, most, tolerance * 1.5);
}

/** The ground with its edges worn off: each metre takes the mean of its neighbourhood. */
export function smoothed(points, reach) {
  const heights = [];
  for (let x = -reach; x <= reach; x++) heights.push(heightAt(points, x));
  const at = (n) => heights[clamp(n, 0, heights.length - 1)];
  return heights.map((_, n) => [n - reach, round((at(n - 2) + 2 * at(n - 1) + 3 * at(n) + 2 * at(n + 1) + at(n + 2)) / 9)]);
}

export const toText = (points) => points.map(([x, y]) => `${x}, ${y}`).join("\n");
