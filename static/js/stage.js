// stage.js: draws one moment of a replay. Only the canvas context is touched.
import { activation, comAt, distanceAt, poseAt } from "./replay.js";
import { projection } from "./camera.js";
import { colour } from "./theme.js";

const SEGMENT_RADIUS = 0.3; // [u] the ground's lines are this thick on either side
const TRACE_SECONDS = 3;

/**
 * Draw ``replay`` at time ``t`` as ``camera`` sees it.
 *
 * ``options``: width, height (CSS pixels), trace, labels, muscles (all true unless said).
 */
export function drawStage(context, replay, t, camera, options) {
  const { width, height, trace = true, labels = true, muscles = true } = options;
  const toStage = projection(camera, width, height);
  context.fillStyle = colour("sky");
  context.fillRect(0, 0, width, height);
  drawDistanceLines(context, replay, camera, toStage, width, height);
  drawTerrain(context, replay.header.terrain, camera, toStage, width, height);
  if (labels) drawLabels(context, replay, camera, toStage, width, height);
  if (trace) drawTrace(context, replay, t, toStage);
  const pose = poseAt(replay, t);
  drawSprings(context, replay, pose, t, camera, toStage, muscles);
  drawJoints(context, replay, pose, camera, toStage);
}

/** Steps of 1, 2, 5, 10 … units that are at least ``pixels`` apart. */
export function tickStep(scale, pixels) {
  const wanted = pixels / scale;
  const power = 10 ** Math.floor(Math.log10(wanted));
  return [1, 2, 5, 10].map((m) => m * power).find((step) => step >= wanted);
}

function* tickMarks(replay, camera, width) {
  const origin = comAt(replay, 0)[0]; // distance counts from where the muscles started
  const step = Math.max(1, tickStep(camera.scale, 56));
  const half = width / 2 / camera.scale;
  const first = Math.ceil((camera.x - half - origin) / step);
  const last = Math.floor((camera.x + half - origin) / step);
  for (let n = first; n <= last; n++) yield [origin + n * step, n * step];
}

function drawDistanceLines(context, replay, camera, toStage, width, height) {
  context.lineWidth = 1;
  for (const [x, distance] of tickMarks(replay, camera, width)) {
    const [px] = toStage(x, 0);
    context.strokeStyle = colour(distance === 0 ? "ground-edge" : "sky-line");
    context.setLineDash(distance === 0 ? [5, 4] : []);
    line(context, Math.round(px) + 0.5, 0, Math.round(px) + 0.5, height);
  }
  context.setLineDash([]);
}

function drawTerrain(context, [ground, ...ceilings], camera, toStage, width, height) {
  const thickness = 2 * SEGMENT_RADIUS * camera.scale;
  context.lineJoin = "round";
  context.beginPath();
  path(context, ground, toStage);
  const [right] = toStage(ground.at(-1)[0], 0);
  const [left] = toStage(ground[0][0], 0);
  context.lineTo(right, height + thickness);
  context.lineTo(left, height + thickness);
  context.closePath();
  context.fillStyle = context.strokeStyle = colour("ground");
  context.lineWidth = thickness;
  context.stroke();
  context.fill();
  for (const ceiling of ceilings) {
    context.beginPath();
    path(context, ceiling, toStage);
    context.stroke();
  }
  // the surface: the ground's line, lifted by its own radius
  context.beginPath();
  path(context, ground, (x, y) => toStage(x, y + SEGMENT_RADIUS));
  context.strokeStyle = colour("ground-edge");
  context.lineWidth = 1.5;
  context.stroke();
}

function drawLabels(context, replay, camera, toStage, width, height) {
  context.fillStyle = colour("muted");
  context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
  context.textAlign = "center";
  for (const [x, distance] of tickMarks(replay, camera, width)) {
    const [px] = toStage(x, 0);
    context.fillText(distance === 0 ? "start" : `${Math.round(distance)} u`, px, height - 7);
  }
}

function drawTrace(context, replay, t, toStage) {
  const from = Math.max(0, t - TRACE_SECONDS);
  if (t <= from) return;
  context.beginPath();
  for (let at = from; at <= t; at += 0.05) context.lineTo(...toStage(...comAt(replay, at)));
  context.lineTo(...toStage(...comAt(replay, t)));
  context.strokeStyle = colour("trace");
  context.globalAlpha = 0.7;
  context.lineWidth = 1.5;
  context.setLineDash([4, 4]);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function drawSprings(context, replay, pose, t, camera, toStage, muscles) {
  const thin = Math.min(Math.max(camera.scale * 0.24, 1.7), 5);
  context.lineCap = "round";
  const spring = ([i, j], width, style) => {
    context.lineWidth = width;
    context.strokeStyle = style;
    line(context, ...toStage(pose[2 * i], pose[2 * i + 1]), ...toStage(pose[2 * j], pose[2 * j + 1]));
  };
  for (const rod of replay.header.springs) {
    if (!rod[4] || !muscles) spring(rod, thin, colour("rod"));
  }
  if (!muscles) return;
  for (const muscle of replay.header.springs) {
    if (!muscle[4]) continue;
    const drive = activation(replay.header, muscle[3], t);
    const toward = colour(drive < 0 ? "muscle-short" : "muscle-long");
    // Short and thick like a flexed muscle, or long and thin: colour is not the only sign.
    spring(muscle, thin * (1.7 - 0.6 * drive), mix(colour("muscle-rest"), toward, Math.abs(drive)));
  }
}

function drawJoints(context, replay, pose, camera, toStage) {
  const radius = Math.max(replay.header.radius * camera.scale, 2.2);
  context.fillStyle = colour("joint");
  context.beginPath();
  for (let joint = 0; joint < replay.joints; joint++) {
    const [x, y] = toStage(pose[2 * joint], pose[2 * joint + 1]);
    context.moveTo(x + radius, y);
    context.arc(x, y, radius, 0, 2 * Math.PI);
  }
  context.fill();
}

function line(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

function path(context, points, toStage) {
  points.forEach(([x, y], n) => (n ? context.lineTo(...toStage(x, y)) : context.moveTo(...toStage(x, y))));
}

const channels = new Map();
function rgb(text) {
  if (!channels.has(text)) channels.set(text, text.match(/[\d.]+/g).slice(0, 3).map(Number));
  return channels.get(text);
}
function mix(from, to, share) {
  const [a, b] = [rgb(from), rgb(to)];
  return `rgb(${a.map((value, n) => Math.round(value + share * (b[n] - value))).join(" ")})`;
}

/** "23.4 u · 4.1 u/s" for the read-out under a stage. */
export const readOut = (replay, t, speed) =>
  `${distanceAt(replay, t).toFixed(1)} u · ${speed.toFixed(1)} u/s`.replaceAll("-", "−");
