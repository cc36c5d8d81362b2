// terrain-editor.js: draw ground with mouse, finger, pen or keyboard; points as text beside it.
import { onResize, prepare } from "./canvas.js";
import { $, $$, pageData, setText } from "./dom.js";
import { post } from "./http.js";
import { heightAt, simplified, smoothed, stroke, toText } from "./polyline.js";
import { colour, onTheme } from "./theme.js";
import { complain, toast } from "./toast.js";

const WAIT_MS = 400; // after the last key in the field of points
const GROUND_LINE = 0.68; // of the height: where 0 u is drawn
const limits = pageData("limits");
const form = $("#terrain-form");
const area = $("#points");
const root = $("#draw");
const canvas = $("canvas", root);

let points = [[-limits.reach, 0], [limits.reach, 0]];
let past = []; // earlier grounds
let future = [];
let before = null; // the ground when the gesture began; null between gestures
let pen = { x: 0, y: 0, isDown: false, isShown: false }; // of the keyboard
let last = null; // where the pointer was
let view = { center: 0, span: 120 };
let isGood = true; // the field of points holds what is drawn

// --- what is seen
const scale = () => root.clientWidth / view.span;
const toStage = ([x, y]) => [
  root.clientWidth / 2 + (x - view.center) * scale(), GROUND_LINE * root.clientHeight - y * scale(),
];
const toWorld = (event) => {
  const box = canvas.getBoundingClientRect();
  return [
    view.center + (event.clientX - box.left - box.width / 2) / scale(),
    (GROUND_LINE * box.height - (event.clientY - box.top)) / scale(),
  ];
};
let queued = 0;
const draw = () => (queued ||= requestAnimationFrame(paint));
function paint() {
  queued = 0;
  const { context, width, height } = prepare(canvas);
  context.clearRect(0, 0, width, height);
  drawTicks(context, width, height);
  const line = [[-limits.reach - 1, 60 + points[0][1]], [-limits.reach, points[0][1]], ...points,
    [limits.reach, points.at(-1)[1]], [limits.reach + 1, 60 + points.at(-1)[1]]].map(toStage);
  context.beginPath();
  context.moveTo(line[0][0], height + 5);
  for (const [x, y] of line) context.lineTo(x, y);
  context.lineTo(line.at(-1)[0], height + 5);
  context.fillStyle = colour("ground");
  context.fill();
  context.beginPath();
  for (const [x, y] of line) context.lineTo(x, y);
  context.lineWidth = 2;
  context.lineJoin = "round";
  context.strokeStyle = colour("ground-edge");
  context.stroke();
  drawStart(context);
  if (pen.isShown) drawPen(context);
}
function drawTicks(context, width, height) {
  const every = view.span > 300 ? 60 : view.span > 150 ? 40 : 20;
  context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
  context.textAlign = "center";
  for (let x = -limits.reach; x <= limits.reach; x += every) {
    const [at] = toStage([x, 0]);
    context.fillStyle = colour("sky-line");
    context.fillRect(at, 0, 1, height);
    context.fillStyle = colour("muted");
    if (at > 30 && at < width - 16) context.fillText(`${x}`.replace("-", "−"), at, 14);
  }
  context.textAlign = "left";
  for (let y = -60; y <= 60; y += 20) {
    const at = toStage([0, y])[1];
    if (at < 24 || at > height - 6) continue;
    context.fillStyle = colour("sky-line");
    context.fillRect(0, at, width, 1);
    context.fillStyle = colour("muted");
    context.fillText(y ? `${y} u`.replace("-", "−") : "0", 6, at - 4);
  }
}
function drawStart(context) {
  let top = -Infinity;
  for (let x = -5; x <= 5; x += 0.5) top = Math.max(top, heightAt(points, x));
  const [x, y] = toStage([-5, top + 10]);
  context.strokeStyle = colour("accent");
  context.lineWidth = 1.5;
  context.setLineDash([5, 4]);
  context.strokeRect(x, y, 10 * scale(), 10 * scale());
  context.setLineDash([]);
}
function drawPen(context) {
  const [x, y] = toStage([pen.x, pen.y]);
  context.beginPath();
  context.arc(x, y, 7, 0, 2 * Math.PI);
  context.lineWidth = 2.5;
  context.strokeStyle = colour("text");
  context.fillStyle = colour("accent");
  if (pen.isDown) context.fill();
  context.stroke();
}
function look(center, span = view.span) {
  const most = Math.max(limits.reach + 5 - span / 2, 0);
  view = { center: Math.min(Math.max(center, -most), most), span };
  for (const button of $$("[data-span]")) button.setAttribute("aria-pressed", Number(button.dataset.span) === span);
  draw();
}

// --- what is changed
function show(next, { keepText = false } = {}) {
  points = next;
  if (!keepText) {
    area.value = toText(points);
    setError("");
    isGood = true;
  }
  $("#undo").disabled = !past.length;
  $("#redo").disabled = !future.length;
  draw();
}
function change(next, options) {
  past.push(points);
  future = [];
  show(next, options);
}
function travel(from, to) {
  if (!from.length) return;
  to.push(points);
  show(from.pop());
}
const undo = () => travel(past, future);
const redo = () => travel(future, past);
function beginGesture() {
  before ??= points;
}
function endGesture() {
  if (!before) return;
  const drawn = simplified(points, limits.points);
  [points, before] = [before, null];
  change(drawn);
}
/** The pen goes from ``from`` to ``to``; the undo step is the whole gesture. */
function pull(from, to) {
  points = stroke(points, from, to, limits);
  draw();
}
function read(x, y, note = "") {
  const figure = (value) => value.toFixed(1).replace("-", "−");
  setText($("#draw-read"), `x ${figure(x)} u, height ${figure(y)} u${note}`);
}

// --- mouse, finger, stylus
root.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || !event.isPrimary) return;
  event.preventDefault();
  root.focus({ preventScroll: true });
  root.setPointerCapture(event.pointerId);
  pen.isShown = false;
  lift();
  beginGesture();
  last = toWorld(event);
  pull(last, last);
});
root.addEventListener("pointermove", (event) => {
  const [x, y] = toWorld(event);
  read(x, last ? y : heightAt(points, x));
  if (!last || !event.isPrimary) return;
  for (const one of event.getCoalescedEvents?.() ?? [event]) {
    const next = toWorld(one);
    pull(last, next);
    last = next;
  }
});
for (const name of ["pointerup", "pointercancel"]) {
  root.addEventListener(name, () => {
    if (!last) return;
    last = null;
    endGesture();
  });
}

// --- keyboard
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
function lift() {
  if (!pen.isDown) return;
  pen.isDown = false;
  endGesture();
}
function sayPen() {
  read(pen.x, pen.y, pen.isDown ? ", pen down" : ", pen up");
}
function movePen(x, y) {
  const next = {
    x: Math.min(Math.max(x, -limits.reach), limits.reach),
    y: Math.min(Math.max(y, limits.low), limits.high),
  };
  if (pen.isDown) pull([pen.x, pen.y], [next.x, next.y]);
  pen = { ...pen, ...next };
  const edge = view.span * 0.45;
  if (Math.abs(pen.x - view.center) > edge) look(pen.x - Math.sign(pen.x - view.center) * edge);
}
root.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey) {
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    lift();
    if (key === "y" || event.shiftKey) redo();
    else undo();
    return;
  }
  if (event.altKey) return;
  const move = MOVES[event.key];
  if (!pen.isShown && (move || event.key === " ")) {
    pen = { x: Math.round(view.center), y: Math.round(heightAt(points, view.center)), isDown: false, isShown: true };
  }
  if (move) {
    const by = event.shiftKey ? 5 : 1;
    movePen(pen.x + by * move[0], pen.y + by * move[1]);
  } else if (event.key === " ") {
    if (pen.isDown) lift();
    else {
      pen.isDown = true;
      beginGesture();
      pull([pen.x, pen.y], [pen.x, pen.y]);
    }
  } else if (event.key === "Home") {
    lift();
    pen = { x: 0, y: Math.round(heightAt(points, 0)), isDown: false, isShown: true };
    look(0);
  } else if (event.key === "Escape" && pen.isDown) lift();
  else return;
  event.preventDefault();
  draw();
  sayPen();
});
root.addEventListener("blur", () => {
  lift();
  pen.isShown = false;
  draw();
});

// --- buttons
$("#undo").addEventListener("click", undo);
$("#redo").addEventListener("click", redo);
$("#flatten").addEventListener("click", () => change([[-limits.reach, 0], [limits.reach, 0]]));
$("#smooth").addEventListener("click", () => change(simplified(smoothed(points, limits.reach), limits.points)));
$("#pan-left").addEventListener("click", () => look(view.center - view.span / 3));
$("#pan-right").addEventListener("click", () => look(view.center + view.span / 3));
for (const button of $$("[data-span]")) button.addEventListener("click", () => look(view.center, Number(button.dataset.span)));

// --- text and files: the server judges both
function setError(sentence) {
  setText($("#points-error"), sentence);
  if (sentence) area.setAttribute("aria-invalid", "true");
  else area.removeAttribute("aria-invalid");
}
let turn = 0; // only the newest answer counts
async function take(fields, { isFile = false } = {}) {
  const mine = ++turn;
  isGood = false;
  try {
    const answer = await post(form.dataset.check, fields);
    if (mine !== turn) return;
    setError("");
    isGood = true;
    if (answer.name && !form.elements.name.value) form.elements.name.value = answer.name;
    change(answer.points, { keepText: !isFile });
  } catch (error) {
    if (mine !== turn) return;
    if (error.status === 400) setError(error.message);
    else complain(error);
  }
}
let timer = 0;
area.addEventListener("input", () => {
  clearTimeout(timer);
  isGood = false;
  timer = setTimeout(() => take({ points: area.value }), WAIT_MS);
});
async function takeFile(file) {
  if (!file) return;
  const fields = new FormData();
  fields.append("file", file);
  await take(fields, { isFile: true });
  if (isGood) toast(`${file.name}: ${points.length} points.`, { kind: "good" });
}
$("#file").addEventListener("change", (event) => {
  takeFile(event.target.files[0]);
  event.target.value = ""; // what is saved is what is drawn
});
form.addEventListener("submit", (event) => {
  lift();
  const isNamed = form.elements.name.value.trim() !== "";
  setText($("#name-error"), isNamed ? "" : "Give the terrain a name.");
  if (isNamed && isGood) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  (isNamed ? area : form.elements.name).focus();
}, true);

onResize(root, draw);
onTheme(draw);
look(0);
if (area.value.trim()) take({ points: area.value }).then(() => {
  past = []; // what the page came with is the beginning
  show(points, { keepText: true });
});
