// player.js: a walker on a stage with play, scrub, step, speed, camera and loop.
import { fitCamera, followCamera } from "./camera.js";
import { onResize, prepare } from "./canvas.js";
import { $, getParam, h, icon, setParam, setText } from "./dom.js";
import { getBytes } from "./http.js";
import { decodeReplay, describe, speedAt } from "./replay.js";
import { drawStage, readOut } from "./stage.js";
import { onTheme } from "./theme.js";
import { animate, reducedMotion } from "./ticker.js";

export const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4, 8];

/** Where playing goes on from ``t``: past the end it starts over, or stays there. */
export function advance(t, seconds, { duration, loop }) {
  const next = t + seconds;
  if (next < duration) return { t: next, ended: false };
  return loop ? { t: 0, ended: false } : { t: duration, ended: true };
}

const button = (name, label, attributes = {}) =>
  h("button", { class: "icon-button", type: "button", "aria-label": label, title: label, ...attributes }, icon(name));

function build(root, replay) {
  const parts = {
    canvas: h("canvas", { role: "img", "aria-label": describe(replay), "data-testid": "player" }),
    read: h("output", { class: "stage-read num" }),
    play: button("play", "Play (Space)", { class: "icon-button play" }),
    back: button("back", "One frame back (,)"),
    forward: button("forward", "One frame on (.)"),
    scrub: h("input", {
      type: "range", class: "scrub", "aria-label": "Time in seconds",
      min: replay.start, max: replay.duration, step: 1 / replay.fps,
    }),
    time: h("output", { class: "num small muted player-time" }),
    speed: h("select", { "aria-label": "Speed", title: "Speed (− and +)" },
      ...SPEEDS.map((speed) => h("option", { value: speed }, `${speed}×`))),
    camera: button("follow", "Camera follows the walker (f)"),
    loop: button("loop", "Start over at the end (l)"),
  };
  root.replaceChildren(
    h("div", { class: "stage" }, parts.canvas, parts.read),
    h("div", { class: "player-bar" },
      h("div", { class: "row player-buttons" }, parts.play, parts.back, parts.forward),
      parts.scrub, parts.time,
      h("div", { class: "row player-buttons" }, parts.speed, parts.camera, parts.loop)),
    h("figcaption", { class: "player-legend small muted" },
      h("span", { class: "key short" }, "muscle shortens"),
      h("span", { class: "key long" }, "muscle lengthens"),
      h("span", { class: "key rod" }, "rod"),
      h("span", { class: "key com" }, "path of the centre of mass"),
      h("span", { class: "player-text" }, describe(replay))),
  );
  return parts;
}

/** Put a player for ``replay`` into ``root``; returns what shortcuts may call. */
export function mountPlayer(root, replay, { autoplay = !reducedMotion() } = {}) {
  const parts = build(root, replay);
  const linked = Number.parseFloat(getParam("t"));
  const state = {
    t: Number.isFinite(linked) ? Math.min(Math.max(linked, replay.start), replay.duration) : 0,
    isPlaying: autoplay && !Number.isFinite(linked),
    speed: 1, loop: true, follows: true,
  };
  let camera = null;

  function draw() {
    const { context, width, height } = prepare(parts.canvas);
    if (!width) return;
    camera ??= (state.follows ? followCamera : fitCamera)(replay, width, height);
    drawStage(context, replay, state.t, camera(state.t), { width, height });
    setText(parts.read, readOut(replay, state.t, speedAt(replay, state.t)));
    setText(parts.time, state.t < 0
      ? `settling ${state.t.toFixed(1)} s`
      : `${state.t.toFixed(1)} / ${replay.duration.toFixed(1)} s`);
    parts.scrub.value = state.t;
    parts.scrub.setAttribute("aria-valuetext", `${state.t.toFixed(1)} seconds`);
  }
  function setPlaying(isPlaying) {
    state.isPlaying = isPlaying;
    if (isPlaying && state.t >= replay.duration - 1e-6) state.t = 0;
    parts.play.replaceChildren(icon(isPlaying ? "pause" : "play"));
    parts.play.setAttribute("aria-label", isPlaying ? "Pause (Space)" : "Play (Space)");
    setParam("t", isPlaying ? null : state.t.toFixed(2));
    draw();
  }
  function seek(t) {
    state.t = Math.min(Math.max(t, replay.start), replay.duration);
    setPlaying(false);
  }
  function setSpeed(speed) {
    state.speed = speed;
    parts.speed.value = speed;
  }
  function setCamera(follows) {
    state.follows = follows;
    camera = null;
    parts.camera.replaceChildren(icon(follows ? "follow" : "fit"));
    const label = follows ? "Camera follows the walker (f)" : "Camera shows the whole way (f)";
    parts.camera.setAttribute("aria-label", label);
    parts.camera.title = label;
    draw();
  }
  function setLoop(loop) {
    state.loop = loop;
    parts.loop.setAttribute("aria-pressed", loop);
  }

  const actions = {
    toggle: () => setPlaying(!state.isPlaying),
    step: (frames) => seek(state.t + frames / replay.fps),
    speed: (by) => setSpeed(SPEEDS[Math.min(Math.max(SPEEDS.indexOf(state.speed) + by, 0), SPEEDS.length - 1)]),
    camera: () => setCamera(!state.follows),
    loop: () => setLoop(!state.loop),
  };
  parts.play.addEventListener("click", actions.toggle);
  parts.canvas.addEventListener("click", actions.toggle);
  parts.back.addEventListener("click", () => actions.step(-1));
  parts.forward.addEventListener("click", () => actions.step(1));
  parts.scrub.addEventListener("input", () => seek(parts.scrub.valueAsNumber));
  parts.speed.addEventListener("change", () => setSpeed(Number(parts.speed.value)));
  parts.camera.addEventListener("click", actions.camera);
  parts.loop.addEventListener("click", actions.loop);
  onTheme(draw);
  onResize(parts.canvas, () => ((camera = null), draw()));
  animate(parts.canvas, (seconds) => {
    if (!state.isPlaying) return;
    const { t, ended } = advance(state.t, seconds * state.speed, { duration: replay.duration, loop: state.loop });
    state.t = t;
    if (ended) setPlaying(false);
    else draw();
  });
  setSpeed(1);
  setLoop(true);
  setCamera(true);
  if (state.isPlaying) setPlaying(true);
  return actions;
}

/** Fill every <figure data-player="URL">; resolves with the first player's actions, or null. */
export async function startPlayer(root = document) {
  const figure = $("[data-player]", root);
  if (!figure) return null;
  try {
    return mountPlayer(figure, decodeReplay(await getBytes(figure.dataset.player)));
  } catch (error) {
    figure.replaceChildren(h("p", { class: "empty" }, `The walker cannot be shown. ${error.message}`));
    return null;
  }
}

export const playerKeys = (actions) => [
  { key: " ", shown: ["Space"], label: "Play or pause", run: actions.toggle },
  { key: ",", label: "One frame back", run: () => actions.step(-1) },
  { key: ".", label: "One frame on", run: () => actions.step(1) },
  { key: "-", label: "Slower", run: () => actions.speed(-1) },
  { key: "+", label: "Faster", run: () => actions.speed(1) },
  { key: "f", label: "Camera: follow the walker, or show the whole way", run: actions.camera },
  { key: "l", label: "Start over at the end, or stop there", run: actions.loop },
];
