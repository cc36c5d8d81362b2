// brush-geometry.js: which cells a gesture covers. Pure geometry.
import { cellAt, cellCorner } from "./slab-layout.js";
import { positionOf } from "./store.js";

export const TOOLS = ["rectangle", "lasso", "cell"];

/** The middle of a cell on the canvas. */
export const centreOf = (layout, index) => cellCorner(layout, index).map((x) => x + (layout.cell - 1) / 2);

/** Whether a point lies inside a polygon [[x, y], ...] (even-odd rule). */
export function isInside([x, y], polygon) {
  let inside = false;
  for (let n = 0, m = polygon.length - 1; n < polygon.length; m = n++) {
    const [[x0, y0], [x1, y1]] = [polygon[n], polygon[m]];
    if (y0 > y !== y1 > y && x < ((x1 - x0) * (y - y0)) / (y1 - y0) + x0) inside = !inside;
  }
  return inside;
}

/** The cells of ``indexes`` that a gesture covers: those whose middle lies inside it. */
export function covered(layout, tool, path, indexes) {
  const [[x0, y0], [x1, y1]] = [path[0], path.at(-1)];
  if (tool === "rectangle") {
    const [left, right, top, bottom] = [Math.min(x0, x1), Math.max(x0, x1), Math.min(y0, y1), Math.max(y0, y1)];
    return indexes.filter((index) => {
      const [x, y] = centreOf(layout, index);
      return x >= left && x <= right && y >= top && y <= bottom;
    });
  }
  if (tool === "lasso") return indexes.filter((index) => isInside(centreOf(layout, index), path));
  const touched = new Set(path.map(([x, y]) => cellAt(layout, x, y)));
  return indexes.filter((index) => touched.has(index));
}

/** The cells of ``indexes`` in the box between two cells, along every axis. */
export function boxBetween(axes, a, b, indexes) {
  const [from, to] = [positionOf(axes, a), positionOf(axes, b)];
  return indexes.filter((index) => positionOf(axes, index).every((at, n) =>
    at >= Math.min(from[n], to[n]) && at <= Math.max(from[n], to[n])));
}

/** ``chosen`` after a gesture: its cells put in, or taken out. */
export function combined(chosen, cells, way) {
  const next = new Set(chosen);
  for (const index of cells) way === "remove" ? next.delete(index) : next.add(index);
  return next;
}
