// replay.js: a recorded run (simulation/replay.py) as arrays, and the pose at any moment.

/**
 * Decode a replay.
 *
 * Returns {header, joints, frames, fps, start, duration, xs, ys, com}. ``xs`` and ``ys`` are
 * (joints, frames) [u], ``com`` is (frames, 2). Time 0 is when the muscles start; before it the
 * walker settles, so times run from ``start`` <= 0 to ``duration`` [s].
 */
export function decodeReplay(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const { joints, frames, scale, fps, settle_frames: settled } = header;
  // A view needs an even offset; the format pads its header, and a copy takes any.
  const steps = new Int16Array(buffer.slice(4 + length, 4 + length + joints * frames * 4));
  const xs = new Float32Array(joints * frames);
  const ys = new Float32Array(joints * frames);
  for (let joint = 0; joint < joints; joint++) {
    integrate(steps, joint * 2 * frames, xs, joint * frames, frames, scale);
    integrate(steps, (joint * 2 + 1) * frames, ys, joint * frames, frames, scale);
  }
  return {
    header, joints, frames, fps, xs, ys,
    start: -settled / fps,
    duration: (frames - 1 - settled) / fps,
    com: centresOfMass(header.masses, xs, ys, joints, frames),
  };
}

/** Running sums of int16 differences, which may wrap as int16 does. */
function integrate(steps, from, out, to, frames, scale) {
  let sum = 0;
  for (let k = 0; k < frames; k++) {
    sum = ((sum + steps[from + k]) << 16) >> 16;
    out[to + k] = sum * scale;
  }
}

function centresOfMass(masses, xs, ys, joints, frames) {
  const com = new Float32Array(frames * 2);
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  for (let k = 0; k < frames; k++) {
    let x = 0;
    let y = 0;
    for (let joint = 0; joint < joints; joint++) {
      x += masses[joint] * xs[joint * frames + k];
      y += masses[joint] * ys[joint * frames + k];
    }
    com[2 * k] = x / total;
    com[2 * k + 1] = y / total;
  }
  return com;
}

/** Where in the frames time ``t`` [s] lies: frame, the next one, and the share between them. */
export function frameAt(replay, t) {
  const at = Math.min(Math.max((t - replay.start) * replay.fps, 0), replay.frames - 1);
  const frame = Math.floor(at);
  return { frame, next: Math.min(frame + 1, replay.frames - 1), share: at - frame };
}

/** The joints' positions (joints, 2) [u] at time ``t``, between frames interpolated. */
export function poseAt(replay, t, out = new Float32Array(replay.joints * 2)) {
  const { frame, next, share } = frameAt(replay, t);
  for (let joint = 0; joint < replay.joints; joint++) {
    const row = joint * replay.frames;
    out[2 * joint] = replay.xs[row + frame] + share * (replay.xs[row + next] - replay.xs[row + frame]);
    out[2 * joint + 1] = replay.ys[row + frame] + share * (replay.ys[row + next] - replay.ys[row + frame]);
  }
  return out;
}

/** The centre of mass [u] at time ``t``. */
export function comAt(replay, t) {
  const { frame, next, share } = frameAt(replay, t);
  const { com } = replay;
  return [
    com[2 * frame] + share * (com[2 * next] - com[2 * frame]),
    com[2 * frame + 1] + share * (com[2 * next + 1] - com[2 * frame + 1]),
  ];
}

/** Signed distance [u] walked since the muscles started. */
export const distanceAt = (replay, t) => (t <= 0 ? 0 : comAt(replay, t)[0] - comAt(replay, 0)[0]);

/** Signed speed [u/s] of the centre of mass, over half a second. */
export function speedAt(replay, t) {
  const from = Math.max(0, t - 0.5);
  return t > from ? (comAt(replay, t)[0] - comAt(replay, from)[0]) / (t - from) : 0;
}

/** The drive of a muscle in [-1, 1] at time ``t``: -1 wants it shortest, 1 longest. */
export function activation({ hz, ramp_s: ramp }, phase, t) {
  if (t <= 0) return 0;
  const u = Math.min(t / ramp, 1);
  return u * u * (3 - 2 * u) * Math.sin(2 * Math.PI * (t * hz + phase));
}

/** The ground's height [u] at ``x``: linear between the points of the first terrain line. */
export function groundHeight(line, x) {
  const n = pieceAt(line, x);
  const [[x0, y0], [x1, y1]] = [line[n], line[n + 1]];
  const share = x1 > x0 ? Math.min(Math.max((x - x0) / (x1 - x0), 0), 1) : 0;
  return y0 + share * (y1 - y0);
}

const TOUCHING = 0.08; // [u] the simulation's 0.05, and what the replay's rounding may add

/** The points [x, y] of the ground [u] that joints stand on, or touch overhead. */
export function contacts(replay, pose) {
  const { terrain, radius, ground_radius: half } = replay.header;
  const found = [];
  for (let joint = 0; joint < replay.joints; joint++) {
    const [x, y] = [pose[2 * joint], pose[2 * joint + 1]];
    for (const line of terrain) {
      const { point, gap } = nearest(line, x, y, radius + half);
      if (!point || gap - radius - half > TOUCHING) continue;
      const toward = gap > 0 ? half / gap : 0; // the line's own thickness
      found.push([point[0] + (x - point[0]) * toward, point[1] + (y - point[1]) * toward]);
    }
  }
  return found;
}

/** The point of ``line`` nearest to (x, y), among its pieces within ``reach`` of x. */
function nearest(line, x, y, reach) {
  let best = { point: null, gap: Infinity };
  for (let n = pieceAt(line, x - reach); n < line.length - 1 && line[n][0] <= x + reach; n++) {
    const [[x0, y0], [x1, y1]] = [line[n], line[n + 1]];
    const along = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / ((x1 - x0) ** 2 + (y1 - y0) ** 2 || 1);
    const share = Math.min(Math.max(along, 0), 1);
    const point = [x0 + share * (x1 - x0), y0 + share * (y1 - y0)];
    const gap = Math.hypot(x - point[0], y - point[1]);
    if (gap < best.gap) best = { point, gap };
  }
  return best;
}

/** The last piece of ``line``, which goes from left to right, that begins left of ``x``. */
function pieceAt(line, x) {
  let low = 0;
  let high = line.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (line[middle][0] <= x) low = middle;
    else high = middle;
  }
  return low;
}

/** [left, bottom, right, top] of every pose from ``from`` on [u]. */
export function bounds(replay, from = 0) {
  const first = frameAt(replay, from).frame;
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (let joint = 0; joint < replay.joints; joint++) {
    for (let k = joint * replay.frames + first; k < (joint + 1) * replay.frames; k++) {
      box[0] = Math.min(box[0], replay.xs[k]);
      box[1] = Math.min(box[1], replay.ys[k]);
      box[2] = Math.max(box[2], replay.xs[k]);
      box[3] = Math.max(box[3], replay.ys[k]);
    }
  }
  return box;
}

/** What a person who cannot see the animation should know. */
export function describe(replay) {
  const { header } = replay;
  const muscles = header.springs.filter((spring) => spring[4]).length;
  const total = distanceAt(replay, replay.duration);
  const how = Math.abs(total) < 0.5
    ? "stays where it is"
    : `moves ${Math.abs(total).toFixed(1)} units to the ${total < 0 ? "left" : "right"}`;
  const some = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
  return `A walker of ${some(header.joints, "joint")}, ${some(muscles, "muscle")} and ` +
    `${some(header.springs.length - muscles, "rod")}; it ${how} in ${replay.duration.toFixed(0)} seconds.`;
}
