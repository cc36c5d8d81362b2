// store.js: what the page knows of a run: one snapshot, then numbered frames. No page is touched.

const CURVE_POINTS = 2000;
const FEED_LENGTH = 20;

/** The state after a snapshot. Cells are flat arrays by index; an empty cell's fitness is NaN. */
export function fromSnapshot(snapshot) {
  const cells = snapshot.grid.axes.reduce((product, axis) => product * axis.bins, 1);
  const state = {
    axes: snapshot.grid.axes,
    fitness: new Float32Array(cells).fill(NaN),
    elite: new Int32Array(cells).fill(-1),
    visits: new Int32Array(cells),
    changed: new Int32Array(cells),
    flagNames: snapshot.grid.flags ?? [],
    flags: new Uint8Array(cells), // bits, one for each of flagNames
    figures: Object.fromEntries((snapshot.grid.figures ?? []).map((name) => [name, new Float32Array(cells).fill(NaN)])),
    curve: snapshot.curve,
    feed: snapshot.feed,
    ...progress(snapshot),
    seq: snapshot.seq,
    run: snapshot.run,
  };
  for (const cell of snapshot.cells) setCell(state, cell);
  return state;
}

const progress = ({ kpi, outcomes, examples, messages, workers }) => ({ kpi, outcomes, examples, messages, workers });

function setCell(state, [index, fitness, elite, visits, changed, figures]) {
  const was = state.fitness[index];
  const kind = Number.isNaN(was) ? "new" : elite !== state.elite[index] ? "better" : "visited";
  state.fitness[index] = fitness;
  state.elite[index] = elite;
  state.visits[index] = visits;
  state.changed[index] = changed;
  Object.values(state.figures).forEach((values, n) => (values[index] = figures?.[n] ?? NaN));
  state.flags[index] = figures?.at(-1) ?? 0;
  return { index, kind };
}

/** Whether a frame follows on the state: "apply" it, "skip" an old one, or fetch after a "gap". */
export function fits(state, frame) {
  if (frame.seq < state.seq) return "skip";
  return frame.from <= state.seq ? "apply" : "gap";
}

/** Bring the state up to ``frame``; returns the cells that changed as [{index, kind}]. */
export function applyFrame(state, frame) {
  const changes = frame.cells.map((cell) => setCell(state, cell));
  appendCurve(state.curve, frame.curve);
  const known = new Set(state.feed.map((entry) => entry.seq));
  const news = frame.feed.filter((entry) => !known.has(entry.seq));
  state.feed = [...news, ...state.feed].sort((a, b) => b.seq - a.seq).slice(0, FEED_LENGTH);
  Object.assign(state, progress(frame));
  state.run = { ...state.run, ...frame.run };
  state.seq = frame.seq;
  return changes.filter(({ kind }) => kind !== "visited");
}

function appendCurve(curve, news) {
  const last = curve.seq.at(-1) ?? -1;
  news.seq.forEach((seq, n) => {
    if (seq > last) for (const name of Object.keys(curve)) curve[name].push(news[name][n]);
  });
  if (curve.seq.length > CURVE_POINTS) {
    // every second point goes, the newest stays
    for (const name of Object.keys(curve)) {
      const { length } = curve[name];
      curve[name] = curve[name].filter((_, n) => (length - 1 - n) % 2 === 0);
    }
  }
}

/** The index of the cell with the best elite, or -1 while the map is empty. */
export function bestCell(state) {
  let best = -1;
  for (let index = 0; index < state.fitness.length; index++) {
    const value = state.fitness[index];
    if (value > (best < 0 ? -Infinity : state.fitness[best])) best = index;
  }
  return best;
}

/** The indexes of the cells that have an elite. */
export function occupied(state) {
  const indexes = [];
  state.fitness.forEach((value, index) => Number.isNaN(value) || indexes.push(index));
  return indexes;
}

/** Position along each axis of the cell ``index``; the last axis runs fastest. */
export function positionOf(axes, index) {
  const position = [];
  for (const { bins } of [...axes].reverse()) {
    position.unshift(index % bins);
    index = Math.floor(index / bins);
  }
  return position;
}

export const indexOf = (axes, position) =>
  position.reduce((index, at, axis) => index * axes[axis].bins + at, 0);
