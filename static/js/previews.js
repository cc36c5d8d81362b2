// previews.js: small walkers that walk while they can be seen: <canvas data-replay="URL">.
import { followCamera } from "./camera.js";
import { onResize, prepare } from "./canvas.js";
import { getBytes } from "./http.js";
import { decodeReplay, describe } from "./replay.js";
import { drawStage } from "./stage.js";
import { onTheme } from "./theme.js";
import { animate, reducedMotion } from "./ticker.js";

/** Play ``replay`` on ``canvas`` again and again; returns {stop, replay}. */
export function playPreview(canvas, replay, { labels = false, still = reducedMotion() } = {}) {
  let t = 0;
  let camera = null;
  const draw = () => {
    const { context, width, height } = prepare(canvas);
    if (!width) return;
    camera ??= followCamera(replay, width, height);
    drawStage(context, replay, t, camera(t), { width, height, labels });
  };
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", describe(replay));
  const stops = [onResize(canvas, () => ((camera = null), draw())), onTheme(draw)];
  if (!still) {
    stops.push(animate(canvas, (seconds) => {
      t = t + seconds > replay.duration ? 0 : t + seconds;
      draw();
    }));
  }
  draw();
  return { replay, stop: () => stops.forEach((stop) => stop()) };
}

const loading = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    loading.unobserve(target);
    load(target);
  }
}, { rootMargin: "100px" });

async function load(canvas) {
  try {
    playPreview(canvas, decodeReplay(await getBytes(canvas.dataset.replay)));
  } catch (error) {
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `No animation: ${error.message}`);
    canvas.closest("[data-preview]")?.classList.add("failed");
  }
}

/** Start every preview inside ``root`` once it comes into view. */
export function startPreviews(root) {
  for (const canvas of root.querySelectorAll("canvas[data-replay]")) loading.observe(canvas);
}
