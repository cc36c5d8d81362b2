// ticker.js: one animation loop for every canvas; none runs while off-screen or in a hidden tab.

const LONGEST_STEP = 0.25; // [s] a slow machine shows fewer pictures; below 4 a second it is slow motion
const running = new Map(); // canvas → {step, visible}
let last = null; // when the last frame was; null after a pause: a walker goes on, it does not jump
let frame = 0;

const watcher = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const entry = running.get(target);
    if (entry) entry.visible = isIntersecting;
  }
  wake();
});

function tick(now) {
  frame = 0;
  const seconds = last === null ? 0 : Math.min((now - last) / 1000, LONGEST_STEP);
  last = now;
  for (const { step, visible } of running.values()) if (visible) step(seconds);
  wake();
}

function wake() {
  const isNeeded = !document.hidden && [...running.values()].some(({ visible }) => visible);
  if (!isNeeded) last = null;
  else if (!frame) frame = requestAnimationFrame(tick);
}
document.addEventListener("visibilitychange", wake);

/** Call ``step(seconds)`` before every frame while ``canvas`` can be seen; returns a stop function. */
export function animate(canvas, step) {
  running.set(canvas, { step, visible: false });
  watcher.observe(canvas);
  return () => {
    running.delete(canvas);
    watcher.unobserve(canvas);
  };
}

export const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
