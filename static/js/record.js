// record.js: a clip as an animated GIF, drawn by the code that draws it on the page.
//
// Made in the browser, picture by picture: so it shows what the page shows, drops no frame on a
// busy machine (as a recording of the screen would), and no server needs a second way to draw.
import { h, icon } from "./dom.js";
import { paletteOf, startGif } from "./gif.js";
import { colour } from "./theme.js";
import { complain } from "./toast.js";

const DELAY = 4; // [1/100 s] between pictures: 25 a second; browsers slow down below 2
const WIDEST = 640; // [px] keeps 10 s of a walker below some 3 MB
const PALETTE_FROM = 8; // pictures that say which colours there are
const BREATH_MS = 40; // work this long, then let the page live

/**
 * Draw ``clip`` = {duration} with ``paint(context, t, width, height)`` as a GIF of the canvas's shape.
 *
 * ``progress(share)`` is called now and then; returns null once ``isStopped()``.
 */
export async function recordGif(clip, shape, paint, { progress = () => {}, isStopped = () => false, title } = {}) {
  const width = Math.min(WIDEST, Math.max(2, Math.round(shape.width)));
  const height = Math.max(2, Math.round((width * shape.height) / shape.width));
  const canvas = h("canvas", { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const pictures = Math.floor((clip.duration * 100) / DELAY) + 1;
  const draw = (n) => {
    const t = Math.min((n * DELAY) / 100, clip.duration);
    context.setTransform(1, 0, 0, 1, 0, 0);
    paint(context, t, width, height);
    if (title) caption(context, title(t));
    return context.getImageData(0, 0, width, height).data;
  };
  const samples = Array.from({ length: PALETTE_FROM }, (_, k) => draw(Math.round((k * (pictures - 1)) / (PALETTE_FROM - 1))));
  const gif = startGif(width, height, paletteOf(samples), DELAY);
  let rested = performance.now();
  for (let n = 0; n < pictures; n++) {
    gif.add(draw(n));
    if (performance.now() - rested < BREATH_MS) continue;
    progress(n / pictures);
    await new Promise((go) => setTimeout(go));
    rested = performance.now();
    if (isStopped()) return null;
  }
  return gif.bytes();
}

function caption(context, text) {
  context.font = `600 14px ${getComputedStyle(document.body).fontFamily}`;
  context.textAlign = "left";
  context.fillStyle = colour("text");
  context.fillText(text, 12, 22);
}

/** A button that makes the GIF and saves it; while it works it shows how far it is and stops it. */
export function recordButton({ name, clip, canvas, paint, title }) {
  const label = h("span", {}, "GIF");
  const button = h("button", { class: "button small", type: "button", title: "Download as an animated GIF", "data-testid": "gif" },
    icon("download"), label);
  let isWorking = false;
  button.addEventListener("click", async () => {
    if (isWorking) {
      isWorking = false;
      return;
    }
    isWorking = true;
    const shape = { width: canvas.clientWidth, height: canvas.clientHeight };
    try {
      const bytes = await recordGif(clip, shape, paint, {
        title,
        progress: (share) => (label.textContent = `${Math.round(100 * share)} %, stop`),
        isStopped: () => !isWorking,
      });
      if (bytes) save(bytes, `${fileName(name)}.gif`, "image/gif");
    } catch (error) {
      complain(error);
    }
    isWorking = false;
    label.textContent = "GIF";
  });
  return button;
}

export const fileName = (text) => `elmweb-${text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 60)}`;

function save(bytes, name, type) {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
