// training-curves.js: lines over the steps of a training, on a canvas.
import { onResize, prepare } from "./canvas.js";
import { ticks } from "./chart.js";
import { count } from "./format.js";
import { colour, onTheme } from "./theme.js";

const PAD = { left: 46, right: 14, top: 12, bottom: 26 };

/** The points [[step, value], ...] of one series of the metrics; gaps are left out. */
export const pointsOf = (metrics, name) =>
  metrics.filter((point) => Number.isFinite(point[name])).map((point) => [point.step, point[name]]);

/** Round values that span low to high, about ``wanted`` of them; the axis need not begin at 0. */
export function marksBetween(low, high, wanted = 4) {
  const reach = Math.max(high - low, Math.abs(high) * 0.02, 1e-6);
  const step = ticks(reach, wanted)[1];
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: Math.max(last - first, 1) + 1 }, (_, n) => (first + n) * step);
}

/**
 * Draw lines on ``canvas``. ``lines``: [{name, colour, dash, dots}]; ``data()`` returns
 * {metrics, end, top, mark}: the step where the x axis ends, the top of a y axis from 0 (without
 * it the axis spans the values), and a step to mark. Returns {draw}.
 */
export function mountLines(canvas, lines, format, data) {
  let queued = 0;
  const draw = () => {
    queued = 0;
    paint(canvas, lines, format, data());
  };
  const queue = () => (queued ||= requestAnimationFrame(draw));
  onResize(canvas, queue);
  onTheme(queue);
  return { draw: queue };
}

function paint(canvas, lines, format, { metrics, end, top = 0, mark = null }) {
  const { context, width, height } = prepare(canvas);
  if (!width) return;
  const series = lines.map((line) => ({ ...line, points: pointsOf(metrics, line.name) }));
  const values = series.flatMap(({ points }) => points.map(([, y]) => y));
  const isEmpty = !values.length;
  const marks = top || isEmpty
    ? [0, 0.25, 0.5, 0.75, 1].map((share) => share * (top || 1))
    : marksBetween(Math.min(...values), Math.max(...values));
  const [base, peak] = [marks[0], marks.at(-1)];
  const [right, bottom] = [width - PAD.right, height - PAD.bottom];
  const toX = (x) => PAD.left + (x / Math.max(end, 1)) * (right - PAD.left);
  const toY = (y) => bottom - ((y - base) / (peak - base)) * (bottom - PAD.top);
  context.clearRect(0, 0, width, height);
  context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
  context.lineWidth = 1;
  context.fillStyle = colour("muted");
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const at of marks) {
    const y = Math.round(toY(at)) + 0.5;
    context.strokeStyle = colour(at === base ? "line-strong" : "line");
    stroke(context, [[PAD.left, y], [right, y]]);
    if (!isEmpty || top) context.fillText(format(at), PAD.left - 6, y);
  }
  if (isEmpty) {
    context.textAlign = "center";
    context.fillText("Nothing measured yet", (PAD.left + right) / 2, (PAD.top + bottom) / 2);
    return;
  }
  context.textBaseline = "alphabetic";
  context.fillText(`step ${count(end)}`, right, bottom + 16);
  context.textAlign = "left";
  context.fillText("0", PAD.left, bottom + 16);
  if (mark) {
    context.strokeStyle = colour("line-strong");
    context.setLineDash([2, 3]);
    stroke(context, [[toX(mark), PAD.top], [toX(mark), bottom]]);
    context.setLineDash([]);
    const isLate = mark > end / 2;
    context.textAlign = isLate ? "right" : "left";
    context.fillText("best", toX(mark) + (isLate ? -5 : 5), PAD.top + 8);
  }
  for (const { points, colour: ink, dash, dots } of series) {
    const placed = points.map(([x, y]) => [toX(x), toY(y)]);
    context.strokeStyle = context.fillStyle = colour(ink);
    context.lineWidth = 2;
    context.lineJoin = "round";
    context.setLineDash(dash ?? []);
    stroke(context, placed);
    context.setLineDash([]);
    if (dots || placed.length === 1) {
      for (const [x, y] of placed) {
        context.beginPath();
        context.arc(x, y, 3, 0, 2 * Math.PI);
        context.fill();
      }
    }
  }
}

function stroke(context, points) {
  context.beginPath();
  points.forEach(([x, y], n) => (n ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}
