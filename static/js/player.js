// player.js: a walker on a stage with play, scrub, step, speed, camera, loop, its parent's ghost,
// and downloads.
import { fitCamera, followCamera } from "./camera.js";
import { prepare } from "./canvas.js";
import { $, h, icon, recall, remember, setText } from "./dom.js";
import { getBytes } from "./http.js";
import { recordButton } from "./record.js";
import { comAt, decodeReplay, describe, speedAt } from "./replay.js";
import { drawStage, readOut } from "./stage.js";
import { iconButton, mountTransport, relabel, transportKeys } from "./transport.js";

const key = (kind, text) => h("span", { class: `key ${kind}` }, text);

/**
 * Put a player for ``replay`` into ``root``; returns what shortcuts may call.
 *
 * ``ghost`` is another replay of the same ground and ``ghostName`` says whose; ``files`` are
 * further downloads, {label, href}; ``name`` is what a downloaded picture is called.
 */
export function mountPlayer(root, replay, { ghost = null, ghostName = "parent", files = [], name = "walker" } = {}) {
  const view = { follows: true, ghost: ghost && recall("ghost") !== "off" };
  let camera = null;
  const canvas = h("canvas", { role: "img", "aria-label": describe(replay), "data-testid": "player" });
  const read = h("output", { class: "stage-read num" });
  const apart = h("output", { class: "stage-read stage-ghost num", hidden: true });
  const cameraButton = iconButton("follow", "Camera follows the walker (f)");
  const ghostButton = ghost &&
    iconButton("ghost", `Show the ${ghostName} as a ghost (g)`, { "aria-pressed": String(Boolean(view.ghost)), "data-testid": "ghost" });
  const cameraOf = (width, height) => (view.follows ? followCamera : fitCamera)(replay, width, height);

  function draw(t) {
    const { context, width, height } = prepare(canvas);
    if (!width) return;
    camera ??= cameraOf(width, height);
    const shown = view.ghost ? ghost : null;
    drawStage(context, replay, t, camera(t), { width, height, ghost: shown });
    setText(read, readOut(replay, t, speedAt(replay, t)));
    apart.hidden = !shown;
    if (shown) setText(apart, ghostText(ghostName, aheadOf(replay, ghost, t)));
  }
  /** For a film: the same picture on another canvas. */
  function paint(context, t, width, height) {
    const film = (paint.camera ??= cameraOf(width, height));
    drawStage(context, replay, t, film(t), { width, height, ghost: view.ghost ? ghost : null });
  }

  const transport = mountTransport(canvas, replay, {
    draw, resized: () => (camera = null), extra: [ghostButton, cameraButton].filter(Boolean),
  });
  function setCamera(follows) {
    view.follows = follows;
    camera = paint.camera = null;
    relabel(cameraButton, follows ? "follow" : "fit",
      follows ? "Camera follows the walker (f)" : "Camera shows the whole way (f)");
    transport.redraw();
  }
  function setGhost(isOn) {
    if (!ghost) return;
    view.ghost = isOn;
    remember("ghost", isOn ? null : "off");
    ghostButton.setAttribute("aria-pressed", isOn);
    legendOfGhost.hidden = !isOn;
    transport.redraw();
  }
  const actions = {
    ...transport.actions,
    camera: () => setCamera(!view.follows),
    ghost: () => setGhost(!view.ghost),
    hasGhost: Boolean(ghost),
  };
  const legendOfGhost = key("ghost", ghostName);
  legendOfGhost.hidden = !view.ghost;
  cameraButton.addEventListener("click", actions.camera);
  ghostButton?.addEventListener("click", actions.ghost);
  root.replaceChildren(
    h("div", { class: "stage" }, canvas, read, apart),
    transport.bar,
    h("figcaption", { class: "player-legend small muted" },
      key("short", "muscle shortens"), key("long", "muscle lengthens"), key("rod", "rod"),
      key("com", "path of the centre of mass"), key("contact", "stands on the ground"), ghost ? legendOfGhost : "",
      h("span", { class: "player-text" }, describe(replay)),
      checkLine(replay.header.check),
      h("span", { class: "row player-files" },
        recordButton({ name, clip: replay, canvas, paint, title: (t) => readOut(replay, t, speedAt(replay, t)) }),
        ...files.map(({ label, href }) => h("a", { class: "button small", href, download: true }, icon("download"), label)))),
  );
  transport.redraw();
  return actions;
}

/** How far [u] a walker is ahead of another at ``t``, in the direction in which it goes. */
export function aheadOf(replay, other, t) {
  const way = (one) => comAt(one, t)[0] - comAt(one, 0)[0];
  return t <= 0 ? 0 : Math.abs(way(replay)) - Math.abs(way(other));
}
const ghostText = (name, by) =>
  Math.abs(by) < 0.05 ? `level with its ${name}` : `${Math.abs(by).toFixed(1)} u ${by > 0 ? "ahead of" : "behind"} its ${name}`;

/** Whether this is the run that was stored; a difference must not be overlooked. */
function checkLine(check) {
  if (!check) return "";
  const kind = check.same ? "good" : check.same === false ? "warn" : "";
  return h("span", { class: `player-text player-check ${kind}`, "data-testid": "replay-check" },
    icon(check.same === false ? "alert" : check.same ? "check" : "info"), check.sentence);
}

/** Fill every <figure data-player="URL">; resolves with the first player's actions, or null. */
export async function startPlayer(root = document) {
  const figure = $("[data-player]", root);
  if (!figure) return null;
  const { player, ghost, ghostName, name, replayJson, bodyJson } = figure.dataset;
  try {
    const [bytes, ghostBytes] = await Promise.all([getBytes(player), ghost ? getBytes(ghost).catch(() => null) : null]);
    const files = [
      replayJson && { label: "Replay as JSON", href: replayJson },
      bodyJson && { label: "Body as JSON", href: bodyJson },
    ].filter(Boolean);
    return mountPlayer(figure, decodeReplay(bytes), {
      ghost: ghostBytes && decodeReplay(ghostBytes), ghostName, name, files,
    });
  } catch (error) {
    figure.replaceChildren(h("p", { class: "empty" }, `The walker cannot be shown. ${error.message}`));
    return null;
  }
}

export const playerKeys = (actions) => [
  ...transportKeys(actions),
  { key: "f", label: "Camera: follow the walker, or show the whole way", run: actions.camera },
  ...(actions.hasGhost ? [{ key: "g", label: "Ghost of the parent", run: actions.ghost }] : []),
];
