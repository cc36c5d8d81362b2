// stage.js: draws one moment of a replay. Only the canvas context is touched.
import { activation, comAt, contacts, distanceAt, poseAt } from "./replay.js";
import { projection } from "./camera.js";
import { colour } from "./theme.js";

const SEGMENT_RADIUS = 0.3; // [u] the ground's lines are this thick on either side
const TRACE_SECONDS = 3;

/**
 * Draw ``replay`` at time ``t`` as ``camera`` sees it.
 *
 * ``options``: width, height (CSS pixels), trace, labels, muscles, contacts (all true unless said);
 * ghost: another replay, drawn behind; tint: the colour of joints and rods, of the walker's own.
 */
export function drawStage(context, replay, t, camera, options) {
  drawWorld(context, replay, camera, options);
  if (options.ghost) drawGhost(context, options.ghost, t, camera, options);
  drawWalker(context, replay, t, camera, options);
}

/** Sky, distance lines and ground; distances count from where ``replay`` started. */
export function drawWorld(context, replay, camera, { width, height, labels = true }) {
  const toStage = projection(camera, width, height);
  context.fillStyle = colour("sky");
  context.fillRect(0, 0, width, height);
  drawDistanceLines(context, replay, camera, toStage, width, height);
  drawTerrain(context, replay.header.terrain, camera, toStage, width, height);
  if (labels) drawLabels(context, replay, camera, toStage, width, height);
}

/** The walker alone; see ``drawStage`` for the options. */
export function drawWalker(context, replay, t, camera, options) {
  const { width, height, trace = true, muscles = true, contacts = true, tint = "" } = options;
  const toStage = projection(camera, width, height);
  if (trace) drawTrace(context, replay, t, toStage, tint || colour("trace"));
  const pose = poseAt(replay, t);
  if (contacts) drawContacts(context, replay, pose, camera, toStage);
  drawSprings(context, replay, pose, t, camera, toStage, muscles, tint || colour("rod"));
  drawJoints(context, replay, pose, camera, toStage, tint || colour("joint"));
}

/** What the parent does at the same moment: an outline without muscles. */
function drawGhost(context, ghost, t, camera, { width, height }) {
  const toStage = projection(camera, width, height);
  const pose = poseAt(ghost, t);
  context.globalAlpha = 0.55;
  context.lineWidth = 1.5;
  context.strokeStyle = colour("ghost");
  context.setLineDash([3, 3]);
  for (const [i, j] of ghost.header.springs) {
    line(context, ...toStage(pose[2 * i], pose[2 * i + 1]), ...toStage(pose[2 * j], pose[2 * j + 1]));
  }
  context.setLineDash([]);
  drawJoints(context, ghost, pose, camera, toStage, colour("ghost"));
  context.globalAlpha = 1;
}

/** A patch of ground under every joint that stands on it. */
function drawContacts(context, replay, pose, camera, toStage) {
  const radius = replay.header.radius * camera.scale;
  context.fillStyle = colour("contact");
  context.globalAlpha = 0.85;
  context.beginPath();
  for (const [x, y] of contacts(replay, pose)) {
    const [px, py] = toStage(x, y);
    context.moveTo(px + 2.1 * radius, py);
    context.ellipse(px, py, Math.max(2.1 * radius, 4), Math.max(0.55 * radius, 1.6), 0, 0, 2 * Math.PI);
  }
  context.fill();
  context.globalAlpha = 1;
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
    context.fillText(distance === 0 ? "start" : `${Math.round(camera.mirror ? -distance : distance)} u`, px, height - 7);
  }
}

function drawTrace(context, replay, t, toStage, style) {
  const from = Math.max(0, t - TRACE_SECONDS);
  if (t <= from) return;
  context.beginPath();
  for (let at = from; at <= t; at += 0.05) context.lineTo(...toStage(...comAt(replay, at)));
  context.lineTo(...toStage(...comAt(replay, t)));
  context.strokeStyle = style;
  context.globalAlpha = 0.7;
  context.lineWidth = 1.5;
  context.setLineDash([4, 4]);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function drawSprings(context, replay, pose, t, camera, toStage, muscles, rodStyle) {
  const thin = Math.min(Math.max(camera.scale * 0.24, 1.7), 5);
  context.lineCap = "round";
  const spring = ([i, j], width, style) => {
    context.lineWidth = width;
    context.strokeStyle = style;
    line(context, ...toStage(pose[2 * i], pose[2 * i + 1]), ...toStage(pose[2 * j], pose[2 * j + 1]));
  };
  for (const rod of replay.header.springs) {
    if (!rod[4] || !muscles) spring(rod, thin, rodStyle);
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

function drawJoints(context, replay, pose, camera, toStage, style) {
  const radius = Math.max(replay.header.radius * camera.scale, 2.2);
  context.fillStyle = style;
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
