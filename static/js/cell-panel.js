// cell-panel.js: the elite of the selected cell, walking, with its numbers.
import { h, icon } from "./dom.js";
import { binRange, count, distance, plural, signed } from "./format.js";
import { getBytes, getJson } from "./http.js";
import { playPreview } from "./previews.js";
import { decodeReplay, describe } from "./replay.js";
import { positionOf } from "./store.js";
import { pickButton } from "./tray.js";

const HISTORY_SHOWN = 5;

/** Show the cell in ``root``; returns show(state, index), to be called whenever either changes. */
export function mountCellPanel(root, urls) {
  let shown = null; // "index:elite" on screen or on its way
  let player = null;
  let request = null;

  function blank(state, index) {
    player?.stop();
    player = null;
    root.replaceChildren(
      cellHeading(state, index),
      h("div", { class: "stage mini empty-stage" }, h("p", { class: "muted" }, "No walker of this kind yet.")),
      h("p", { class: "small muted" }, "A walker of this height, width and mass, however slow, would be the first here."),
    );
  }

  async function show(state, index) {
    const elite = state.elite[index];
    if (shown === `${index}:${elite}`) {
      setVisits(root, state.visits[index]);
      return;
    }
    shown = `${index}:${elite}`;
    request?.abort();
    if (elite < 0) {
      blank(state, index);
      return;
    }
    request = new AbortController();
    const { signal } = request;
    try {
      const [child, bytes, history] = await Promise.all([
        getJson(urls.child(elite), { signal }),
        getBytes(urls.replay(elite), { signal }),
        getJson(urls.history(index), { signal }),
      ]);
      player?.stop();
      const canvas = h("canvas", { "data-testid": "mini-player" });
      const replay = decodeReplay(bytes);
      root.replaceChildren(
        cellHeading(state, index),
        h("a", { class: "stage mini", href: urls.page(elite), tabindex: -1, "aria-hidden": "true" }, canvas),
        ...details(state, index, child, history.elites, urls, replay),
      );
      player = playPreview(canvas, replay, { labels: true });
    } catch (error) {
      if (error.name === "AbortError") return;
      shown = null;
      root.replaceChildren(cellHeading(state, index), h("p", { class: "note-box bad" }, error.message));
    }
  }
  return { show };
}

function cellHeading(state, index) {
  const position = positionOf(state.axes, index);
  return h("dl", { class: "cell-axes" }, ...state.axes.map((axis, n) => h("div", {},
    h("dt", {}, axis.name),
    h("dd", { class: "num" }, `${binRange(axis, position[n])}${axis.unit ? ` ${axis.unit}` : ""}`))));
}

function details(state, index, child, elites, urls, replay) {
  const older = elites.filter(({ seq }) => seq !== child.seq);
  return [
    h("div", { class: "cell-figure" },
      h("b", { class: "num" }, distance(child.fitness)),
      h("span", { class: "muted small" }, child.fitness_name === "distance"
        ? `in ${replay.duration.toFixed(0)} s${child.details.terrains ? ", over all terrains" : `, to the ${child.details.signed_distance < 0 ? "left" : "right"}`}`
        : child.fitness_label),
      h("a", { class: "button small primary", href: urls.page(child.seq), "data-testid": "open-elite" }, `Child ${count(child.seq)}`, icon("arrow"))),
    ...child.flags.map(({ sentence }) => h("p", { class: "small cell-flag" }, icon("alert"), sentence)),
    pickButton({ key: `${child.run}-${child.seq}`, name: `${urls.name} · ${child.seq}` }),
    h("p", { class: "small" }, child.operator === "seed" ? "The seed program." : `“${child.commit_message}”`),
    doesNotRepeat(child) && h("p", { class: "note-box warn small" }, "A second run of this program gave something else."),
    h("dl", { class: "facts small" },
      h("dt", {}, "First, second half"), h("dd", {}, `${signed(child.details.first_half)}, ${signed(child.details.second_half)} u`),
      h("dt", {}, "Landed here"), h("dd", { class: "cell-visits" }, plural(state.visits[index], "walker"))),
    older.length > 0 && h("p", { class: "small muted cell-older" }, "Before it: ",
      ...older.slice(0, HISTORY_SHOWN).flatMap(({ seq, fitness }, n) => [
        n ? ", " : "", h("a", { href: urls.page(seq) }, distance(fitness))]),
      older.length > HISTORY_SHOWN ? ` and ${older.length - HISTORY_SHOWN} more` : ""),
    h("p", { class: "visually-hidden" }, describe(replay)),
  ].filter(Boolean);
}

function doesNotRepeat(child) {
  const { second_run: secondRun } = child.details;
  return Boolean(secondRun) && secondRun !== "same";
}

function setVisits(root, visits) {
  const element = root.querySelector(".cell-visits");
  if (element) element.textContent = plural(visits, "walker");
}
