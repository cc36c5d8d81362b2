// canvas.js: a canvas that is as sharp as the screen and as large as its box.

/** Match the bitmap to the box; returns {context, width, height} in CSS pixels. */
export function prepare(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = Math.min(devicePixelRatio || 1, 3);
  const [w, h] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { context, width, height };
}

/** Call ``draw`` when the box of ``element`` changes, at most once a frame. */
export function onResize(element, draw) {
  let queued = 0;
  const observer = new ResizeObserver(() => {
    queued ||= requestAnimationFrame(() => ((queued = 0), draw()));
  });
  observer.observe(element);
  return () => observer.disconnect();
}
