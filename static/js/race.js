// race.js: the page of a race: stage, live ranking, table at the end, links and downloads.
import { prepare } from "./canvas.js";
import { $, $$, getParam, h, icon, pageData, setParam, setText } from "./dom.js";
import { distance, percent, signed } from "./format.js";
import { getBytes } from "./http.js";
import { offerKeys } from "./keys.js";
import { CAMERAS, laneCameras, resultRows, standingsAt, trackCamera } from "./race-view.js";
import { recordButton } from "./record.js";
import { comAt, decodeReplay, distanceAt } from "./replay.js";
import { drawStage, drawWalker, drawWorld } from "./stage.js";
import { colour } from "./theme.js";
import { iconButton, mountTransport, relabel, transportKeys } from "./transport.js";

const CAMERA_WORDS = {
  field: "Camera shows the whole field (f)",
  leader: "Camera follows the leader (f)",
  whole: "Camera shows the whole way (f)",
};
const CAMERA_ICONS = { field: "field", leader: "follow", whole: "fit" };
const LANE = { least: 92, most: 150, enough: 460 }; // [px] heights of a lane, and of few lanes

/** Fetch all replays; a racer without one is out, with the server's sentence. */
const load = (entrants) => Promise.all(entrants.map(async (entrant, n) => {
  try {
    const replay = decodeReplay(await getBytes(entrant.replay));
    return { ...entrant, n, replay, out: replay.header.reason };
  } catch (error) {
    return { ...entrant, n, replay: null, out: error.message };
  }
}));

const tint = (n) => colour(`racer-${n + 1}`);
const chip = (n) => h("b", { class: "racer", style: { background: `var(--racer-${n + 1})` } }, String(n + 1));

function mount(root, racers, { layout, title }) {
  const running = racers.filter(({ replay }) => replay);
  const replays = running.map(({ replay }) => replay);
  const view = { layout, camera: CAMERAS.includes(getParam("camera")) ? getParam("camera") : "field" };
  const canvas = h("canvas", { role: "img", "data-testid": "race-canvas", "aria-label": `${title}: ${running.map(({ name }) => name).join(", ")}` });
  const stage = h("div", { class: "stage race-stage" }, canvas);
  const clip = { start: 0, duration: Math.max(...replays.map((replay) => replay.duration)), fps: replays[0].fps };
  const cameraButton = iconButton(CAMERA_ICONS[view.camera], CAMERA_WORDS[view.camera], { "data-testid": "race-camera" });
  let cameras = null;

  function paint(context, t, width, height, known) {
    if (view.layout === "track") paintTrack(context, t, width, height, known);
    else paintLanes(context, t, width, height, known);
  }
  const camerasFor = (width, height) => view.layout === "track"
    ? trackCamera(replays, width, height, view.camera)
    : laneCameras(replays, width, height / replays.length, view.camera);

  function paintLanes(context, t, width, height, known) {
    const tall = height / replays.length;
    const at = known(t);
    running.forEach((racer, lane) => {
      context.save();
      context.translate(0, lane * tall);
      context.beginPath();
      context.rect(0, 0, width, tall);
      context.clip();
      drawStage(context, racer.replay, t, at[lane], { width, height: tall, labels: lane === replays.length - 1, trace: false });
      drawPlate(context, racer, 10, 8, `${racer.name} · ${distance(Math.abs(distanceAt(racer.replay, t)))}${at[lane].mirror ? " (← mirrored)" : ""}`);
      if (lane) {
        context.fillStyle = colour("line-strong");
        context.fillRect(0, 0, width, 1);
      }
      context.restore();
    });
  }
  function paintTrack(context, t, width, height, known) {
    const at = known(t);
    const options = { width, height, trace: false };
    drawWorld(context, replays[0], at, options);
    const order = standingsAt(running, t).map(({ n }) => n).reverse(); // the leader is drawn last
    for (const n of order) {
      context.globalAlpha = 0.9;
      drawWalker(context, running[n].replay, t, at, { ...options, muscles: false, contacts: false, tint: tint(running[n].n) });
    }
    context.globalAlpha = 1;
    const taken = [];
    for (const { n } of standingsAt(running, t)) {
      const x = width / 2 + (comAt(running[n].replay, t)[0] - at.x) * at.scale;
      const left = Math.min(Math.max(x - 12, 4), width - 28);
      let row = 0;
      while (taken.some((one) => one.row === row && Math.abs(one.left - left) < 28)) row++;
      taken.push({ left, row });
      drawPlate(context, running[n], left, 8 + 25 * row, "");
      context.fillStyle = tint(running[n].n);
      context.globalAlpha = 0.35;
      context.fillRect(left + 11, 30 + 25 * row, 1.5, height * 0.8 - 60 - 25 * row);
      context.globalAlpha = 1;
    }
  }

  const transport = mountTransport(canvas, clip, {
    loop: false,
    extra: [cameraButton],
    resized: () => (cameras = null),
    ended: () => showEnd(true),
    draw(t) {
      const { context, width, height } = prepare(canvas);
      if (!width) return;
      cameras ??= camerasFor(width, height);
      paint(context, t, width, height, cameras);
      drawRanking(t);
      if (t < clip.duration - 1e-6) showEnd(false);
    },
  });

  // --- the ranking beside the stage, while it goes on
  const ranks = racers.map((racer, n) => h("li", { class: "rank", "data-key": racer.key },
    h("span", { class: "rank-place num" }, "–"), chip(n),
    h("span", { class: "rank-name" }, h("a", { href: racer.page }, racer.name), h("span", { class: "small muted" }, racer.out ?? racer.home)),
    h("b", { class: "num rank-at" }, racer.out ? "out" : "0.00 u"),
    h("span", { class: "rank-bar" }, h("span", { style: { background: `var(--racer-${n + 1})` } }))));
  const list = $("#ranking");
  list.replaceChildren(...ranks);
  let order = "";
  function drawRanking(t) {
    if (!ranks.length || !list.isConnected) return;
    const rows = standingsAt(racers, t);
    const best = Math.max(rows[0].at ?? 0, 1);
    rows.forEach(({ n, at }, place) => {
      const row = ranks[n];
      setText(row.querySelector(".rank-place"), at === null ? "–" : `${place + 1}.`);
      if (at !== null) setText(row.querySelector(".rank-at"), distance(at));
      row.querySelector(".rank-bar > span").style.width = `${(100 * (at ?? 0)) / best}%`;
    });
    const now = rows.map(({ n }) => n).join();
    if (now === order) return;
    order = now;
    const focused = document.activeElement;
    list.append(...rows.map(({ n }) => ranks[n])); // moves them: the list is the ranking, aloud too
    if (list.contains(focused)) focused.focus({ preventScroll: true });
  }

  // --- the end
  const result = resultRows(racers);
  $("#result-rows").replaceChildren(...result.map(resultRow));
  function showEnd(isOver) {
    const card = $("#result");
    if (card.hidden !== isOver) return;
    card.hidden = !isOver;
    setText($("#announce"), isOver ? `${result[0].name} wins with ${distance(result[0].distance)}.` : "");
  }

  // --- camera, layout, keys
  function changed() {
    cameras = null;
    sizeStage();
    transport.redraw();
  }
  function setCamera(mode) {
    view.camera = mode;
    setParam("camera", mode === CAMERAS[0] ? null : mode);
    relabel(cameraButton, CAMERA_ICONS[mode], CAMERA_WORDS[mode]);
    changed();
  }
  function setLayout(next) {
    view.layout = next;
    setParam("layout", next === "lanes" ? null : next);
    for (const field of $$('input[name="layout"]')) field.value = next;
    for (const button of $$("[data-layout]")) button.setAttribute("aria-pressed", button.dataset.layout === next);
    changed();
  }
  function sizeStage() {
    const lanes = replays.length;
    const tall = Math.max(LANE.least * lanes, Math.min(LANE.most * lanes, LANE.enough));
    stage.style.height = view.layout === "track" ? "" : `${tall}px`;
  }
  const nextCamera = () => setCamera(CAMERAS[(CAMERAS.indexOf(view.camera) + 1) % CAMERAS.length]);
  const otherLayout = () => setLayout(view.layout === "track" ? "lanes" : "track");
  cameraButton.addEventListener("click", nextCamera);
  for (const button of $$("[data-layout]")) button.addEventListener("click", () => setLayout(button.dataset.layout));
  $("#to-the-end").addEventListener("click", () => transport.actions.seek(clip.duration));
  offerKeys([
    ...transportKeys(transport.actions),
    { key: "f", label: "Camera: the field, the leader, or the whole way", run: nextCamera },
    { key: "o", label: "One track, or a lane for each", run: otherLayout },
    { key: "e", label: "To the end, and the result", run: () => transport.actions.seek(clip.duration) },
  ]);

  root.replaceChildren(stage, transport.bar);
  $("#race-downloads").prepend(recordButton({
    name: title, clip, canvas,
    paint: (context, t, width, height) => paint(context, t, width, height, camerasFor(width, height)),
  }));
  setLayout(view.layout);
}

/** A number on its colour, and words beside it. */
function drawPlate(context, { n }, x, y, words) {
  context.font = `600 12px ${getComputedStyle(document.body).fontFamily}`;
  context.textAlign = "left";
  const wide = words ? context.measureText(words).width + 12 : 0;
  context.globalAlpha = 0.85;
  context.fillStyle = colour("surface");
  if (wide) context.fillRect(x + 20, y, wide, 20);
  context.globalAlpha = 1;
  context.fillStyle = tint(n);
  context.beginPath();
  context.roundRect(x, y, 22, 20, 5);
  context.fill();
  context.fillStyle = colour("on-accent");
  context.textAlign = "center";
  context.fillText(String(n + 1), x + 11, y + 14.5);
  context.textAlign = "left";
  context.fillStyle = colour("text");
  if (wide) context.fillText(words, x + 28, y + 14.5);
}

function resultRow(row) {
  const [first, second] = row.halves ?? [null, null];
  return h("tr", { "data-key": row.key },
    h("td", { class: "num" }, row.rank === null ? "–" : `${row.rank}.`),
    h("td", {}, h("span", { class: "row nowrap" }, chip(row.n), h("a", { href: row.page }, row.name))),
    h("td", { class: "muted" }, row.home),
    h("td", { class: "num" }, row.out ? h("span", { class: "muted wrap" }, `out: ${row.out}`) : h("b", {}, distance(row.distance))),
    h("td", {}, row.signed === null ? "–" : row.signed < 0 ? "left" : "right"),
    h("td", { class: "num" }, `${signed(first)}, ${signed(second)}`),
    h("td", { class: "num" }, percent(row.airborne, 0)),
    h("td", { class: "mono", title: row.hash }, row.hash.slice(0, 8) || "–"));
}

const root = $("#race");
const race = pageData("race-data");
const racers = await load(race.entrants);
if (racers.some(({ replay }) => replay)) {
  mount(root, racers, race);
} else {
  root.replaceChildren(h("div", { class: "empty" }, icon("alert"), h("h2", {}, "Nobody can race here"),
    ...racers.map(({ name, out }) => h("p", {}, `${name}: ${out}`))));
}
