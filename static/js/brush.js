// brush.js: choose cells on the slabs: with a rectangle, a lasso, a tap, or the keyboard.
import { boxBetween, centreOf, combined, covered } from "./brush-geometry.js";
import { onResize, prepare } from "./canvas.js";
import { scaleOf, shade } from "./colours.js";
import { h, setText } from "./dom.js";
import { plural } from "./format.js";
import { cellAt, cellCorner, layOut, moved } from "./slab-layout.js";
import { cellText, drawLabels, outline } from "./slabs.js";
import { occupied } from "./store.js";
import { colour, onTheme } from "./theme.js";

const TAP_PX = 5; // a gesture no longer than this is a tap on one cell

/**
 * Choose cells of ``state()`` on the grid element ``root``; ``onChange(chosen)`` hears of each change.
 *
 * Only cells with an elite can be chosen; an empty choice stands for all of them.
 * Returns {setTool, setWay, set, chosen, draw}.
 */
export function mountBrush(root, readout, state, onChange) {
  const canvas = h("canvas", { "aria-hidden": "true" });
  const spoken = ["a", "b"].map((id) => h("div", { role: "gridcell", id: `brush-cell-${id}` }));
  root.replaceChildren(canvas, h("div", { role: "row", class: "visually-hidden" }, ...spoken));
  let layout = null;
  let chosen = new Set();
  let [tool, way] = ["rectangle", "add"];
  let gesture = null; // {path, way, pointer}
  let focused = 0;
  let anchor = null; // where a box by keyboard began
  let turn = 0;
  let queued = 0;

  function draw() {
    queued = 0;
    const width = root.clientWidth;
    if (!width || !state()) return;
    layout = layOut(state().axes, width);
    canvas.style.height = `${layout.height}px`;
    const { context } = prepare(canvas);
    context.clearRect(0, 0, layout.width, layout.height);
    const shown = gesture ? combined(chosen, cellsOf(gesture), gesture.way) : chosen;
    drawCells(context, layout, state(), shown);
    drawLabels(context, layout);
    if (root.matches(":focus-visible")) outline(context, layout, focused, 2.5);
    if (gesture) drawGesture(context, tool, gesture.path);
  }
  const queue = () => (queued ||= requestAnimationFrame(draw));
  const cellsOf = ({ path }) => covered(layout, tool, path, occupied(state()));

  function change(next, words) {
    chosen = next;
    queue();
    onChange(chosen);
    if (words) setText(readout, words);
  }
  function say(index) {
    const words = `${chosen.has(index) ? "chosen, " : ""}${cellText(state(), index)}`;
    turn = 1 - turn;
    setText(spoken[turn], words);
    spoken[turn].setAttribute("aria-selected", chosen.has(index));
    root.setAttribute("aria-activedescendant", spoken[turn].id);
    setText(readout, words);
  }

  // --- mouse, pen and finger
  const pointOf = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (!layout || event.button !== 0 || !event.isPrimary) return;
    if (tool === "cell") return; // a tap; a drag is left to scrolling
    event.preventDefault();
    root.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    gesture = { path: [pointOf(event)], way: event.altKey ? "remove" : way, pointer: event.pointerId };
    queue();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (gesture?.pointer === event.pointerId) {
      const point = pointOf(event);
      if (tool === "rectangle") gesture.path = [gesture.path[0], point];
      else gesture.path.push(point);
      queue();
    } else if (layout && event.pointerType === "mouse") {
      const index = cellAt(layout, ...pointOf(event));
      if (index !== null) setText(readout, cellText(state(), index));
    }
  });
  canvas.addEventListener("pointerup", (event) => {
    if (gesture?.pointer !== event.pointerId) return;
    const done = gesture;
    gesture = null;
    const [[x0, y0], [x1, y1]] = [done.path[0], done.path.at(-1)];
    const isTap = done.path.length < 3 && Math.hypot(x1 - x0, y1 - y0) < TAP_PX;
    if (isTap) toggle(cellAt(layout, x0, y0));
    else change(combined(chosen, cellsOf(done), done.way));
    queue();
  });
  canvas.addEventListener("pointercancel", () => {
    gesture = null;
    queue();
  });
  canvas.addEventListener("click", (event) => {
    if (tool === "cell" && layout) toggle(cellAt(layout, ...pointOf(event)));
  });

  function toggle(index) {
    if (index === null) return;
    focused = anchor = index;
    if (Number.isNaN(state().fitness[index])) {
      say(index);
      queue();
      return;
    }
    change(combined(chosen, [index], chosen.has(index) ? "remove" : "add"));
    say(index);
  }

  // --- keyboard
  root.addEventListener("keydown", (event) => {
    if (!layout || event.altKey) return;
    const all = occupied(state());
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a") {
      event.preventDefault();
      change(new Set(all), `${plural(all.length, "cell")} chosen`);
      return;
    }
    if (event.ctrlKey || event.metaKey) return;
    const next = moved(state().axes, focused, event.key);
    if (next !== null) {
      event.preventDefault();
      if (event.shiftKey) anchor ??= focused;
      else anchor = null;
      focused = next;
      if (event.shiftKey) change(combined(chosen, boxBetween(state().axes, anchor, focused, all), way));
      say(focused);
      queue();
    } else if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      toggle(focused);
    } else if (event.key === "Escape" && (chosen.size || gesture)) {
      event.preventDefault();
      gesture = null;
      change(new Set(), "all cells");
    }
  });
  root.addEventListener("focus", queue);
  root.addEventListener("blur", queue);
  onResize(root, queue);
  onTheme(queue);
  root.dataset.tool = tool;

  return {
    draw: queue,
    chosen: () => chosen,
    set: (cells) => change(new Set(cells)),
    /** Where on the page a cell is, for those who point at it. */
    pointAt: (index) => layout && centreOf(layout, index),
    setTool(next) {
      tool = root.dataset.tool = next;
      queue();
    },
    setWay(next) {
      way = next;
    },
  };
}

/** Chosen cells in full colour with a frame; the others, once there is a choice, faint. */
function drawCells(context, layout, state, chosen) {
  const { share } = scaleOf(state, "fitness");
  const side = layout.cell - 1;
  for (let index = 0; index < state.fitness.length; index++) {
    const [x, y] = cellCorner(layout, index);
    const isEmpty = Number.isNaN(state.fitness[index]);
    context.globalAlpha = isEmpty || !chosen.size || chosen.has(index) ? 1 : 0.22;
    context.fillStyle = isEmpty ? colour("cell-empty") : shade(share(index));
    context.fillRect(x, y, side, side);
  }
  context.globalAlpha = 1;
  context.lineWidth = 1;
  context.strokeStyle = colour("text");
  for (const index of chosen) {
    const [x, y] = cellCorner(layout, index);
    context.strokeRect(x + 0.5, y + 0.5, side - 1, side - 1);
  }
}

function drawGesture(context, tool, path) {
  context.beginPath();
  if (tool === "rectangle") {
    const [[x0, y0], [x1, y1]] = [path[0], path.at(-1)];
    context.rect(x0, y0, x1 - x0, y1 - y0);
  } else {
    path.forEach(([x, y], n) => (n ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.closePath();
  }
  context.fillStyle = colour("accent");
  context.globalAlpha = 0.15;
  context.fill();
  context.globalAlpha = 1;
  context.setLineDash([5, 4]);
  context.lineWidth = 1.5;
  context.strokeStyle = colour("accent");
  context.stroke();
  context.setLineDash([]);
}
