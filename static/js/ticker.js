// ticker.js: one animation loop for every canvas; none runs while off-screen or in a hidden tab.

const LONGEST_STEP = 0.1; // [s] after a pause the walker goes on, it does not jump
const running = new Map(); // canvas → {step, visible}
let last = 0;
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
  const seconds = Math.min((now - last) / 1000, LONGEST_STEP);
  last = now;
  for (const { step, visible } of running.values()) if (visible) step(seconds);
  wake();
}

function wake() {
  const isNeeded = !document.hidden && [...running.values()].some(({ visible }) => visible);
  if (isNeeded && !frame) {
    frame = requestAnimationFrame((now) => {
      if (now - last > 1000 * LONGEST_STEP) last = now;
      tick(now);
    });
  }
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
