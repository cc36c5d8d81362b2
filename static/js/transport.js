// transport.js: what plays a clip: play, scrub, step, speed, loop; by mouse, touch and keyboard.
import { onResize } from "./canvas.js";
import { getParam, h, icon, setParam } from "./dom.js";
import { onTheme } from "./theme.js";
import { animate, reducedMotion } from "./ticker.js";

export const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4, 8];
const DRAG_PIXELS = 8; // a pointer that moves less is a tap

/** Where playing goes on from ``t``: past the end it starts over, or stays there. */
export function advance(t, seconds, { duration, loop }) {
  const next = t + seconds;
  if (next < duration) return { t: next, ended: false };
  return loop ? { t: 0, ended: false } : { t: duration, ended: true };
}

export const iconButton = (name, label, attributes = {}) =>
  h("button", { class: "icon-button", type: "button", "aria-label": label, title: label, ...attributes }, icon(name));

/** Say what a button does now, by picture and in words. */
export function relabel(button, name, label) {
  button.replaceChildren(icon(name));
  button.setAttribute("aria-label", label);
  button.title = label;
}

/**
 * Play ``clip`` = {start, duration, fps} on ``canvas``.
 *
 * ``draw(t)`` paints one moment; ``ended()`` is called when the end is reached. Returns
 * {bar, actions, redraw, t()}: ``bar`` goes under the canvas, ``extra`` buttons at its end.
 */
export function mountTransport(canvas, clip, { draw, ended = () => {}, resized = () => {}, loop = true, extra = [],
  autoplay = !reducedMotion() }) {
  const linked = Number.parseFloat(getParam("t"));
  const within = (t) => Math.min(Math.max(t, clip.start), clip.duration);
  const state = {
    t: Number.isFinite(linked) ? within(linked) : Math.max(0, clip.start),
    isPlaying: autoplay && !Number.isFinite(linked),
    speed: 1,
    loop,
  };
  const play = iconButton("play", "Play (Space)", { class: "icon-button play", "data-testid": "play" });
  const back = iconButton("back", "One frame back (,)");
  const forward = iconButton("forward", "One frame on (.)");
  const scrub = h("input", {
    type: "range", class: "scrub", "aria-label": "Time in seconds", "data-testid": "scrub",
    min: clip.start, max: clip.duration, step: 1 / clip.fps,
  });
  const time = h("output", { class: "num small muted player-time" });
  const speeds = h("select", { "aria-label": "Speed", title: "Speed (− and +)" },
    ...SPEEDS.map((speed) => h("option", { value: speed }, `${speed}×`)));
  const again = iconButton("loop", "Start over at the end (l)");
  const bar = h("div", { class: "player-bar" },
    h("div", { class: "row player-buttons" }, play, back, forward),
    scrub, time,
    h("div", { class: "row player-buttons" }, speeds, ...extra, again));

  function redraw() {
    draw(state.t);
    time.textContent = state.t < 0
      ? `settling ${state.t.toFixed(1)} s`
      : `${state.t.toFixed(1)} / ${clip.duration.toFixed(1)} s`;
    scrub.value = state.t;
    scrub.setAttribute("aria-valuetext", `${state.t.toFixed(1)} seconds`);
  }
  function setPlaying(isPlaying) {
    state.isPlaying = isPlaying;
    if (isPlaying && state.t >= clip.duration - 1e-6) state.t = 0;
    relabel(play, isPlaying ? "pause" : "play", isPlaying ? "Pause (Space)" : "Play (Space)");
    setParam("t", isPlaying ? null : state.t.toFixed(2));
    redraw();
  }
  function seek(t) {
    state.t = within(t);
    setPlaying(false);
    if (state.t >= clip.duration - 1e-6) ended();
  }
  function setSpeed(speed) {
    state.speed = speed;
    speeds.value = speed;
  }
  function setLoop(isOn) {
    state.loop = isOn;
    again.setAttribute("aria-pressed", isOn);
  }
  const actions = {
    toggle: () => setPlaying(!state.isPlaying),
    step: (frames) => seek(state.t + frames / clip.fps),
    speed: (by) => setSpeed(SPEEDS[Math.min(Math.max(SPEEDS.indexOf(state.speed) + by, 0), SPEEDS.length - 1)]),
    loop: () => setLoop(!state.loop),
    seek,
    pause: () => state.isPlaying && setPlaying(false),
  };
  play.addEventListener("click", actions.toggle);
  back.addEventListener("click", () => actions.step(-1));
  forward.addEventListener("click", () => actions.step(1));
  scrub.addEventListener("input", () => seek(scrub.valueAsNumber));
  speeds.addEventListener("change", () => setSpeed(Number(speeds.value)));
  again.addEventListener("click", actions.loop);
  dragToSeek(canvas, () => state.t, seek, actions.toggle, clip);
  onTheme(redraw);
  onResize(canvas, () => (resized(), redraw()));
  animate(canvas, (seconds) => {
    if (!state.isPlaying) return;
    const next = advance(state.t, seconds * state.speed, { duration: clip.duration, loop: state.loop });
    state.t = next.t;
    if (!next.ended) return redraw();
    setPlaying(false);
    ended();
  });
  setSpeed(1);
  setLoop(loop);
  if (state.isPlaying) setPlaying(true);
  else redraw();
  return { bar, actions, redraw, t: () => state.t };
}

/** A tap plays or pauses; a finger or mouse drawn sideways scrubs, the whole width being the clip. */
function dragToSeek(canvas, now, seek, tap, clip) {
  let from = null; // {x, t, isDrag} while a pointer is down
  canvas.style.touchAction = "pan-y";
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button === 0) from = { x: event.clientX, t: now(), isDrag: false };
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!from) return;
    const by = event.clientX - from.x;
    if (!from.isDrag && Math.abs(by) < DRAG_PIXELS) return;
    if (!from.isDrag) canvas.setPointerCapture(event.pointerId);
    from.isDrag = true;
    seek(from.t + (by / canvas.clientWidth) * (clip.duration - Math.max(clip.start, 0)));
  });
  canvas.addEventListener("pointerup", () => {
    if (from && !from.isDrag) tap();
    from = null;
  });
  canvas.addEventListener("pointercancel", () => (from = null));
}

export const transportKeys = (actions) => [
  { key: " ", shown: ["Space"], label: "Play or pause", run: actions.toggle },
  { key: ",", label: "One frame back", run: () => actions.step(-1) },
  { key: ".", label: "One frame on", run: () => actions.step(1) },
  { key: "-", label: "Slower", run: () => actions.speed(-1) },
  { key: "+", label: "Faster", run: () => actions.speed(1) },
  { key: "l", label: "Start over at the end, or stop there", run: actions.loop },
];
