// slab-layout.js: where each cell of the map lies when it is cut into slabs. Pure geometry.
// The first axis runs up, the second to the right, the third over the slabs.
import { indexOf, positionOf } from "./store.js";

const LEFT = 34; // room for the labels of the first axis
const BOTTOM = 30; // and of the second
const TITLE = 17;
const GAP = 12;
const [SMALLEST, LARGEST] = [6, 15]; // [px] of a cell

/** Sizes for a box ``width`` pixels wide. */
export function layOut(axes, width) {
  const [rows, columns, slabs] = axes.map((axis) => axis.bins);
  const across = width < 400 ? 3 : width < 760 ? 4 : 6;
  const room = width - LEFT - (across - 1) * GAP;
  const cell = Math.min(Math.max(Math.floor(room / (across * columns)), SMALLEST), LARGEST);
  const down = Math.ceil(slabs / across);
  const slabWidth = columns * cell;
  const slabHeight = rows * cell + TITLE;
  const used = across * slabWidth + (across - 1) * GAP;
  return {
    axes, across, down, cell, slabWidth, slabHeight,
    left: LEFT + Math.max(0, Math.floor((room + (across - 1) * GAP - used) / 2)),
    title: TITLE, gap: GAP,
    width, height: down * slabHeight + (down - 1) * GAP + BOTTOM,
  };
}

/** The upper left corner of the cells of slab ``n``. */
export function slabCorner(layout, n) {
  const [column, row] = [n % layout.across, Math.floor(n / layout.across)];
  return [
    layout.left + column * (layout.slabWidth + layout.gap),
    row * (layout.slabHeight + layout.gap) + layout.title,
  ];
}

/** The upper left corner of the cell ``index``. */
export function cellCorner(layout, index) {
  const [row, column, slab] = positionOf(layout.axes, index);
  const [x, y] = slabCorner(layout, slab);
  return [x + column * layout.cell, y + (layout.axes[0].bins - 1 - row) * layout.cell];
}

/** The index of the cell at a point, or null between the slabs. */
export function cellAt(layout, px, py) {
  const { axes, cell } = layout;
  for (let slab = 0; slab < axes[2].bins; slab++) {
    const [x, y] = slabCorner(layout, slab);
    const [column, down] = [Math.floor((px - x) / cell), Math.floor((py - y) / cell)];
    if (column >= 0 && column < axes[1].bins && down >= 0 && down < axes[0].bins) {
      return indexOf(axes, [axes[0].bins - 1 - down, column, slab]);
    }
  }
  return null;
}

const MOVES = {
  ArrowUp: [1, 0, 0], ArrowDown: [-1, 0, 0], ArrowRight: [0, 1, 0], ArrowLeft: [0, -1, 0],
  PageDown: [0, 0, 1], PageUp: [0, 0, -1],
};

/** The cell that ``key`` leads to from ``index``; null when the key does not move. Stops at edges. */
export function moved(axes, index, key) {
  const move = MOVES[key];
  if (!move) return null;
  const position = positionOf(axes, index);
  return indexOf(axes, position.map((at, n) => Math.min(Math.max(at + move[n], 0), axes[n].bins - 1)));
}
