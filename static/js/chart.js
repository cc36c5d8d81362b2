// chart.js: small curves over children, on canvases that share one cursor.
import { onResize, prepare } from "./canvas.js";
import { count } from "./format.js";
import { colour, onTheme } from "./theme.js";

const PAD = { left: 46, right: 12, top: 10, bottom: 24 };

/** Round tick values from 0 to at least ``top``, about ``wanted`` of them. */
export function ticks(top, wanted = 3) {
  const rough = Math.max(top, 1e-9) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= rough);
  return Array.from({ length: Math.ceil(top / step - 1e-9) + 1 }, (_, n) => n * step);
}

/** The position in sorted ``xs`` of the last value <= x, or 0. */
export function lastAt(xs, x) {
  let [low, high] = [0, xs.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (xs[middle] <= x) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Curves that share the x axis.
 *
 * ``specs``: [{canvas, name, format, colour}]; ``data()`` returns {xs, end, series: {name: ys}}.
 * Returns {draw}.
 */
export function mountCurves(specs, data, onCursor) {
  let cursor = null; // a value on the x axis
  let queued = 0;
  const draw = () => {
    queued = 0;
    for (const spec of specs) drawCurve(spec, data(), cursor);
  };
  const queue = () => (queued ||= requestAnimationFrame(draw));
  for (const { canvas } of specs) {
    canvas.addEventListener("pointermove", (event) => {
      const { width } = canvas.getBoundingClientRect();
      const share = (event.offsetX - PAD.left) / (width - PAD.left - PAD.right);
      cursor = share < 0 || share > 1 ? null : share * Math.max(data().end, 1);
      onCursor(cursor);
      queue();
    });
    canvas.addEventListener("pointerleave", () => {
      cursor = null;
      onCursor(null);
      queue();
    });
    onResize(canvas, queue);
  }
  onTheme(queue);
  return { draw: queue };
}

function drawCurve({ canvas, name, format, colour: ink }, { xs, end, series }, cursor) {
  const { context, width, height } = prepare(canvas);
  if (!width) return;
  const ys = series[name];
  const marks = ticks(Math.max(ys.length ? Math.max(...ys) : 0, 1e-6));
  const [right, bottom] = [width - PAD.right, height - PAD.bottom];
  const toX = (x) => PAD.left + (x / Math.max(end, 1)) * (right - PAD.left);
  const toY = (y) => bottom - (y / marks.at(-1)) * (bottom - PAD.top);
  context.clearRect(0, 0, width, height);
  context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
  drawAxes(context, { marks, format, toX, toY, right, bottom, end });
  if (ys.length) drawLine(context, { xs, ys, end, toX, toY, bottom, ink });
  if (cursor !== null && ys.length) drawCursor(context, { xs, ys, cursor, toX, toY, bottom, ink });
}

function drawAxes(context, { marks, format, toX, toY, right, bottom, end }) {
  context.lineWidth = 1;
  context.fillStyle = colour("muted");
  for (const mark of marks) {
    const y = Math.round(toY(mark)) + 0.5;
    context.strokeStyle = colour(mark === 0 ? "line-strong" : "line");
    segment(context, PAD.left, y, right, y);
    context.textAlign = "right";
    context.textBaseline = "middle";
    context.fillText(format(mark), PAD.left - 6, y);
  }
  context.textBaseline = "alphabetic";
  context.textAlign = "left";
  context.fillText("0", PAD.left, bottom + 15);
  context.textAlign = "right";
  context.fillText(`${count(end)} children`, right, bottom + 15);
}

/** Steps, because the map keeps its value between two admitted children. */
function drawLine(context, { xs, ys, end, toX, toY, bottom, ink }) {
  context.beginPath();
  context.moveTo(toX(xs[0]), toY(ys[0]));
  for (let n = 1; n < xs.length; n++) {
    context.lineTo(toX(xs[n]), toY(ys[n - 1]));
    context.lineTo(toX(xs[n]), toY(ys[n]));
  }
  context.lineTo(toX(end), toY(ys.at(-1)));
  context.strokeStyle = colour(ink);
  context.lineWidth = 2;
  context.lineJoin = "round";
  context.stroke();
  context.lineTo(toX(end), bottom);
  context.lineTo(toX(xs[0]), bottom);
  context.closePath();
  context.globalAlpha = 0.1;
  context.fillStyle = colour(ink);
  context.fill();
  context.globalAlpha = 1;
}

function drawCursor(context, { xs, ys, cursor, toX, toY, bottom, ink }) {
  const x = toX(cursor);
  context.strokeStyle = colour("line-strong");
  context.lineWidth = 1;
  segment(context, x, PAD.top, x, bottom);
  context.beginPath();
  context.arc(x, toY(ys[lastAt(xs, cursor)]), 4, 0, 2 * Math.PI);
  context.fillStyle = colour(ink);
  context.fill();
}

function segment(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}
