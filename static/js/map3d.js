// map3d.js: the map as a cloud of squares in 3D (Plotly). It follows the slabs, never leads:
// where WebGL is missing the slabs show everything.
import { PLOTLY_SCALE, scaleOf } from "./colours.js";
import { h } from "./dom.js";
import { ALL, passes } from "./filters.js";
import { cellText } from "./slabs.js";
import { occupied, positionOf } from "./store.js";
import { colour, onTheme } from "./theme.js";

const EVERY_MS = 500; // a redraw costs 0.15 s of script with 1,000 cells
const REST = 4; // times as long as a redraw took, at least, until the next: a page on a slow machine stays usable
const DRAG_PX = 6;

/** The middle of a cell in the units of its axis. */
const middle = ({ low, high, bins }, at) => low + ((at + 0.5) * (high - low)) / bins;

/** Plotly traces: the cells, and a frame round the selected one. */
export function traces(state, mode, selected, filter = ALL) {
  const indexes = occupied(state).filter((index) => passes(state, index, filter));
  const scale = scaleOf(state, mode);
  const along = (n, list) => list.map((i) => middle(state.axes[n], positionOf(state.axes, i)[n]));
  const cloud = {
    type: "scatter3d", mode: "markers",
    x: along(0, indexes), y: along(1, indexes), z: along(2, indexes),
    customdata: indexes,
    hovertext: indexes.map((index) => cellText(state, index).replace(": ", "<br>").replaceAll(", ", "<br>")),
    hoverinfo: "text",
    marker: {
      symbol: "square", size: 6.5, opacity: 1, line: { width: 0 },
      color: indexes.map(scale.share), cmin: 0, cmax: 1, colorscale: PLOTLY_SCALE,
    },
  };
  const chosen = selected === null ? [] : [selected];
  const frame = {
    type: "scatter3d", mode: "markers", hoverinfo: "skip",
    x: along(0, chosen), y: along(1, chosen), z: along(2, chosen),
    marker: { symbol: "square-open", size: 12, color: colour("text"), line: { width: 3, color: colour("text") } },
  };
  return [cloud, frame];
}

/** Further away in a narrow box, so that all three axes stay in sight. */
function cameraFor(root) {
  const far = Math.max(1, Math.min(1.35, (0.95 * root.clientHeight) / Math.max(root.clientWidth, 1))) * 1.22;
  return { eye: { x: 1.4 * far, y: -1.45 * far, z: 0.85 * far }, center: { x: -0.07, y: -0.07, z: -0.12 } };
}

function layoutOf(axes, root) {
  const axis = ({ name, unit, low, high }) => ({
    title: { text: unit ? `${name} [${unit}]` : name }, range: [low, high], autorange: false,
    gridcolor: colour("line"), zerolinecolor: colour("line"), linecolor: colour("line-strong"),
    color: colour("muted"), showspikes: false, nticks: 6,
  });
  return {
    uirevision: "keep", margin: { l: 0, r: 0, t: 0, b: 0 }, showlegend: false,
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: getComputedStyle(document.body).fontFamily, size: 11, color: colour("muted") },
    hoverlabel: { bgcolor: colour("raised"), bordercolor: colour("line-strong"), font: { color: colour("text"), size: 12 } },
    scene: {
      aspectmode: "cube", uirevision: "keep",
      xaxis: axis(axes[0]), yaxis: axis(axes[1]), zaxis: axis(axes[2]),
      camera: cameraFor(root),
    },
  };
}

function hasWebGL() {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("webgl2") ?? canvas.getContext("webgl");
  context?.getExtension("WEBGL_lose_context")?.loseContext(); // browsers allow few at a time
  return Boolean(context);
}

function loadScript(src) {
  return new Promise((resolve, reject) => {
    const script = h("script", { src });
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => reject(new Error("The 3D view could not be loaded."));
    document.head.append(script);
  });
}

/**
 * Draw the map into ``root`` once the page has had time to paint; returns {update, select, setMode}.
 *
 * ``state`` is a function; ``on.select(index)`` is called for a click on a cell.
 */
export function mountMap3d(root, src, state, on) {
  let plotly = null;
  let mode = "fitness";
  let filter = ALL;
  let selected = null;
  let isDirty = true;
  let isDragging = false;
  let hovered = null;
  let drawing = false;
  let due = 0; // when the next redraw may begin
  let timer = 0;

  async function draw() {
    timer = 0;
    if (!plotly || !isDirty || drawing || isDragging || document.hidden) return;
    const began = performance.now();
    const wait = due - began;
    if (wait > 0) {
      timer ||= setTimeout(draw, wait);
      return;
    }
    isDirty = false;
    drawing = true;
    try {
      await plotly.react(root, traces(state(), mode, selected, filter), layoutOf(state().axes, root), {
        displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: false,
      });
      await new Promise(requestAnimationFrame); // drawing without a GPU goes on behind the script
    } finally {
      drawing = false;
      const now = performance.now();
      due = now + Math.max(EVERY_MS, REST * (now - began));
      if (isDirty) update();
    }
  }
  function update() {
    isDirty = true;
    timer ||= setTimeout(draw, Math.max(0, due - performance.now()));
  }

  async function start() {
    if (!hasWebGL()) {
      sayMissing(root, "This browser shows no 3D (WebGL is off or missing). The slabs show every cell.");
      return;
    }
    try {
      plotly = await loadScript(src);
      root.replaceChildren();
      await draw();
      listen();
    } catch (error) {
      plotly = null;
      sayMissing(root, `${error.message} The slabs show every cell.`);
    }
  }
  function listen() {
    // Plotly misses clicks on 3D points; a pointer that goes up where it went down, over the last
    // hovered point, is one.
    let down = null;
    root.on("plotly_hover", ({ points }) => (hovered = points[0].customdata ?? null));
    root.on("plotly_unhover", () => (hovered = null));
    root.on("plotly_webglcontextlost", () => {
      root.replaceChildren();
      sayMissing(root, "The 3D view lost its graphics context.", () => (root.replaceChildren(), update()));
    });
    root.addEventListener("pointerdown", (event) => {
      isDragging = true;
      down = [event.clientX, event.clientY];
    }, true);
    window.addEventListener("pointerup", (event) => {
      if (!isDragging) return;
      isDragging = false;
      const still = Math.hypot(event.clientX - down[0], event.clientY - down[1]) < DRAG_PX;
      if (still && hovered !== null) on.select(hovered);
      if (isDirty) update();
    }, true);
    window.addEventListener("pointercancel", () => (isDragging = false), true);
    addEventListener("pagehide", (event) => event.persisted || plotly.purge(root));
  }
  function zoom(factor) {
    if (!plotly) return;
    const { eye } = root._fullLayout.scene.camera;
    plotly.relayout(root, { "scene.camera.eye": { x: eye.x * factor, y: eye.y * factor, z: eye.z * factor } });
  }

  document.addEventListener("visibilitychange", () => isDirty && update());
  onTheme(update);
  const idle = window.requestIdleCallback ?? ((run) => setTimeout(run, 200));
  requestAnimationFrame(() => requestAnimationFrame(() => idle(start, { timeout: 1500 })));

  return {
    update,
    zoom,
    home: () => plotly?.relayout(root, { "scene.camera": cameraFor(root) }),
    select(index) {
      selected = index;
      update();
    },
    setMode(next) {
      mode = next;
      update();
    },
    setFilter(next) {
      filter = next;
      update();
    },
  };
}

function sayMissing(root, sentence, retry = null) {
  root.replaceChildren(h("div", { class: "empty" }, h("p", {}, sentence),
    retry && h("button", { class: "button small", type: "button", onclick: retry }, "Draw it again")));
}
