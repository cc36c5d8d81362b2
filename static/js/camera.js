// camera.js: which part of the world a stage shows. A camera is {x, y, scale}: the world point at
// the middle of the stage's ground line, and pixels per unit; ``mirror`` shows left as right.
import { bounds, comAt, groundHeight } from "./replay.js";

export const GROUND_AT = 0.8; // of the stage's height, from the top
const SMALLEST_VIEW = 13; // [u] a small walker does not fill the stage

/** A camera that follows the centre of mass and the ground under it. */
export function followCamera(replay, width, height) {
  const size = walkerSize(replay);
  const scale = Math.min(
    (height * GROUND_AT) / Math.max(SMALLEST_VIEW, size.height * 1.3 + 2),
    width / Math.max(SMALLEST_VIEW * 1.4, size.width * 1.9 + 4),
  );
  const ground = replay.header.terrain[0];
  return (t) => {
    const [x] = comAt(replay, t);
    return { x, y: smoothGround(ground, x), scale };
  };
}

/** A camera that shows the whole way. */
export function fitCamera(replay, width, height) {
  const [left, bottom, right, top] = bounds(replay);
  const scale = Math.min(width / (right - left + 6), (height * GROUND_AT) / Math.max(top - Math.min(bottom, 0) + 2, 6));
  const ground = replay.header.terrain[0];
  const x = (left + right) / 2;
  return () => ({ x, y: smoothGround(ground, x), scale });
}

/** World to stage pixels. */
export const projection = (camera, width, height) => (x, y) => [
  width / 2 + (camera.mirror ? camera.x - x : x - camera.x) * camera.scale,
  height * GROUND_AT - (y - camera.y) * camera.scale,
];

/** Mean height of the ground around ``x``: a camera that follows every bump would shake. */
export function smoothGround(ground, x) {
  let sum = 0;
  for (let offset = -8; offset <= 8; offset += 2) sum += groundHeight(ground, x + offset);
  return sum / 9;
}

/** The largest width and height [u] over the run, from a sample of its poses. */
export function walkerSize(replay) {
  let width = 0;
  let height = 0;
  for (let frame = 0; frame < replay.frames; frame += 15) {
    let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let joint = 0; joint < replay.joints; joint++) {
      const k = joint * replay.frames + frame;
      left = Math.min(left, replay.xs[k]);
      right = Math.max(right, replay.xs[k]);
      bottom = Math.min(bottom, replay.ys[k]);
      top = Math.max(top, replay.ys[k]);
    }
    width = Math.max(width, right - left);
    height = Math.max(height, top - bottom);
  }
  return { width, height };
}
