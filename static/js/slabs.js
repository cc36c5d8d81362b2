// slabs.js: the whole map as slabs on a canvas: nothing hidden, every cell one keypress or tap away.
import { onResize, prepare } from "./canvas.js";
import { scaleOf, shade } from "./colours.js";
import { h, setText } from "./dom.js";
import { ALL, flagTitles, passes } from "./filters.js";
import { binRange, count, distance, plural } from "./format.js";
import { cellAt, cellCorner, layOut, moved, slabCorner } from "./slab-layout.js";
import { positionOf } from "./store.js";
import { colour, onTheme } from "./theme.js";
import { reducedMotion } from "./ticker.js";

const FLASH_MS = 900;

/** "height 5–7.5 u, width …, mass …" */
export const cellName = (axes, index) =>
  positionOf(axes, index)
    .map((at, n) => `${axes[n].name} ${binRange(axes[n], at)}${axes[n].unit ? ` ${axes[n].unit}` : ""}`)
    .join(", ");

/** What the read-out says about a cell. */
export function cellText(state, index) {
  const name = cellName(state.axes, index);
  if (Number.isNaN(state.fitness[index])) return `${name}: no walker yet`;
  const fitness = state.run?.fitness ?? { name: "distance" };
  const what = fitness.name === "distance" ? "walks" : fitness.label;
  const flags = flagTitles(state, index).map((title) => `, ${title}`).join("");
  return `${name}: ${what} ${distance(state.fitness[index])}${flags}, child ${count(state.elite[index])}, ` +
    `${plural(state.visits[index], "visit")}`;
}

/**
 * Show ``state()`` on the grid element ``root``.
 *
 * ``on``: select(index), open(index). Returns {draw, select, flash, setMode}.
 */
export function mountSlabs(root, readout, state, on) {
  const canvas = h("canvas", { "aria-hidden": "true" });
  // The focused cell, for screen readers: two take turns, because only a new id is announced.
  const spoken = ["a", "b"].map((id) => h("div", { role: "gridcell", id: `slab-cell-${id}` }));
  root.replaceChildren(canvas, h("div", { role: "row", class: "visually-hidden" }, ...spoken));
  let layout = null;
  let selected = 0;
  let hovered = null;
  let mode = "fitness";
  let filter = ALL;
  let turn = 0;
  const flashes = new Map(); // index → {kind, start}
  let queued = 0;

  function draw() {
    queued = 0;
    const width = root.clientWidth;
    if (!width) return;
    layout = layOut(state().axes, width);
    canvas.style.height = `${layout.height}px`;
    const { context } = prepare(canvas);
    context.clearRect(0, 0, layout.width, layout.height);
    drawCells(context, layout, state(), mode, filter);
    drawLabels(context, layout);
    drawFlashes(context, layout, flashes);
    if (hovered !== null) outline(context, layout, hovered, 1.5);
    outline(context, layout, selected, 2.5);
    if (flashes.size) queue();
  }
  const queue = () => (queued ||= requestAnimationFrame(draw));

  function say(index, aloud) {
    readout.setAttribute("aria-live", aloud ? "polite" : "off");
    setText(readout, cellText(state(), index));
  }
  function select(index, { aloud = false } = {}) {
    selected = index;
    turn = 1 - turn;
    setText(spoken[turn], cellText(state(), index));
    root.setAttribute("aria-activedescendant", spoken[turn].id);
    say(index, aloud);
    queue();
  }
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return layout && cellAt(layout, event.clientX - box.left, event.clientY - box.top);
  };

  root.addEventListener("pointermove", (event) => {
    const index = at(event);
    if (index === hovered) return;
    hovered = index;
    canvas.style.cursor = index === null ? "default" : "pointer";
    say(index ?? selected, false);
    queue();
  });
  root.addEventListener("pointerleave", () => {
    hovered = null;
    say(selected, false);
    queue();
  });
  root.addEventListener("click", (event) => {
    const index = at(event);
    if (index !== null) on.select(index);
  });
  root.addEventListener("dblclick", (event) => {
    const index = at(event);
    if (index !== null) on.open(index);
  });
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = moved(state().axes, selected, event.key);
    if (next !== null) {
      event.preventDefault();
      on.select(next, { aloud: true });
    } else if (event.key === "Enter") {
      event.preventDefault();
      on.open(selected);
    }
  });
  onResize(root, draw);
  onTheme(draw);

  return {
    draw: queue,
    select,
    refreshReadout: () => say(hovered ?? selected, false),
    flash(changes) {
      if (!reducedMotion() && !document.hidden) {
        for (const { index, kind } of changes) flashes.set(index, { kind, start: performance.now() });
      }
      queue();
    },
    setMode(next) {
      mode = next;
      queue();
    },
    setFilter(next) {
      filter = next;
      queue();
    },
  };
}

function drawCells(context, layout, state, mode, filter) {
  const { share } = scaleOf(state, mode);
  const side = layout.cell - 1;
  const empty = colour("cell-empty");
  for (let index = 0; index < state.fitness.length; index++) {
    const [x, y] = cellCorner(layout, index);
    const isEmpty = Number.isNaN(state.fitness[index]);
    const isShown = !isEmpty && passes(state, index, filter);
    context.fillStyle = isShown ? shade(share(index)) : empty;
    context.fillRect(x, y, side, side);
    if (isEmpty || isShown) continue;
    context.fillStyle = colour("line-strong"); // there is somebody, filtered out: a dot
    context.fillRect(x + side / 2 - 1, y + side / 2 - 1, 2, 2);
  }
}

export function drawLabels(context, layout) {
  const [up, right, over] = layout.axes;
  const family = getComputedStyle(document.body).fontFamily;
  context.fillStyle = colour("muted");
  context.textBaseline = "alphabetic";
  context.font = `11px ${family}`;
  context.textAlign = "left";
  for (let slab = 0; slab < over.bins; slab++) {
    const [x, y] = slabCorner(layout, slab);
    context.fillText(`${over.name} ${binRange(over, slab)}`, x, y - 5);
  }
  context.font = `10px ${family}`;
  const tall = up.bins * layout.cell;
  for (let row = 0; row < layout.down; row++) {
    const [x, y] = slabCorner(layout, row * layout.across);
    context.textAlign = "right";
    context.fillText(String(up.high), x - 4, y + 8);
    context.fillText(String(up.low), x - 4, y + tall);
    context.save();
    context.translate(x - 8, y + tall / 2);
    context.rotate(-Math.PI / 2);
    context.textAlign = "center";
    context.fillText(`${up.name} ${up.unit}`, 0, 0);
    context.restore();
  }
  for (let column = 0; column < layout.across; column++) {
    const last = (layout.down - 1) * layout.across + column;
    const [x, y] = slabCorner(layout, last);
    context.textAlign = "left";
    context.fillText(String(right.low), x, y + tall + 11);
    context.textAlign = "right";
    context.fillText(String(right.high), x + layout.slabWidth, y + tall + 11);
    context.textAlign = "center";
    context.fillText(`${right.name} ${right.unit}`, x + layout.slabWidth / 2, y + tall + 11);
  }
}

export function outline(context, layout, index, weight) {
  const [x, y] = cellCorner(layout, index);
  const side = layout.cell - 1;
  context.lineWidth = weight + 2;
  context.strokeStyle = colour("surface");
  context.strokeRect(x - 0.5, y - 0.5, side + 1, side + 1);
  context.lineWidth = weight;
  context.strokeStyle = colour("text");
  context.strokeRect(x - 0.5, y - 0.5, side + 1, side + 1);
}

/** A ring round a new cell, a triangle over a better one; they grow and fade. */
function drawFlashes(context, layout, flashes) {
  const now = performance.now();
  for (const [index, { kind, start }] of flashes) {
    const share = (now - start) / FLASH_MS;
    if (share >= 1) {
      flashes.delete(index);
      continue;
    }
    const [x, y] = cellCorner(layout, index);
    const [cx, cy] = [x + (layout.cell - 1) / 2, y + (layout.cell - 1) / 2];
    const radius = layout.cell * (0.7 + 0.8 * share);
    context.globalAlpha = 1 - share;
    context.lineWidth = 2;
    context.strokeStyle = colour(kind === "new" ? "new" : "better");
    context.beginPath();
    if (kind === "new") context.arc(cx, cy, radius, 0, 2 * Math.PI);
    else {
      context.moveTo(cx, cy - radius);
      context.lineTo(cx + radius, cy + radius * 0.7);
      context.lineTo(cx - radius, cy + radius * 0.7);
      context.closePath();
    }
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** The map as a table: rows of occupied cells, best first unless sorted otherwise. */
export function cellTable(state, indexes, hrefOf, sort, onSort) {
  const columns = [
    ...state.axes.map((axis, n) => ({
      label: axis.unit ? `${axis.name} [${axis.unit}]` : axis.name,
      key: (i) => positionOf(state.axes, i)[n],
      show: (i) => binRange(axis, positionOf(state.axes, i)[n]),
    })),
    { label: "distance", key: (i) => state.fitness[i], show: (i) => distance(state.fitness[i]) },
    { label: "visits", key: (i) => state.visits[i], show: (i) => count(state.visits[i]) },
    { label: "elite", key: (i) => state.elite[i], link: true, show: (i) => `child ${count(state.elite[i])}` },
  ];
  const { key } = columns[sort.column];
  const sorted = [...indexes].sort((a, b) => sort.sign * (key(a) - key(b)));
  return h("table", {},
    h("thead", {}, h("tr", {}, ...columns.map(({ label }, n) => h("th", {
      class: "num", scope: "col",
      "aria-sort": n !== sort.column ? null : sort.sign > 0 ? "ascending" : "descending",
    }, h("button", { type: "button", onclick: () => onSort(n) },
      `${label}${n !== sort.column ? "" : sort.sign > 0 ? " ↑" : " ↓"}`))))),
    h("tbody", {}, ...sorted.map((index) => h("tr", {}, ...columns.map(({ show, link }) =>
      h("td", { class: "num" }, link ? h("a", { href: hrefOf(index) }, show(index)) : show(index)))))));
}
