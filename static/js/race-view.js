// race-view.js: what a race is at a moment: who is where, who leads, what each lane's camera sees.
// Pure functions of replays; nothing here touches the page.
import { GROUND_AT, smoothGround, walkerSize } from "./camera.js";
import { comAt, distanceAt, groundHeight } from "./replay.js";

export const CAMERAS = ["field", "leader", "whole"];
const SMALLEST_FIELD = 34; // [u] that a view is wide at least
const MARGIN = 5; // [u] beside the walkers

/** -1 for a walker that ends left of where it started, else 1: a lane is drawn the way it goes. */
export const headingOf = (replay) => (distanceAt(replay, replay.duration) < 0 ? -1 : 1);

/** How far [u] from the start at ``t``, either way, as the result counts it. */
export const reached = (replay, t) => Math.abs(distanceAt(replay, t));

/** The racers at ``t``, the furthest first: [{n, at}]; those who are out come last, at null. */
export function standingsAt(racers, t) {
  const rows = racers.map(({ replay, out }, n) => ({ n, at: replay && !out ? reached(replay, t) : null }));
  return rows.sort((a, b) => (b.at ?? -1) - (a.at ?? -1) || a.n - b.n);
}

/** Ranks of result rows that are sorted by ``distance``: equal distances share one. */
export function ranked(rows) {
  let rank = 0;
  return rows.map((row, n) => {
    if (row.distance === null) return { ...row, rank: null };
    if (!n || rows[n - 1].distance !== row.distance) rank = n + 1;
    return { ...row, rank };
  });
}

/** The result from the replays' headers, the furthest first, those who are out last. */
export function resultRows(racers) {
  const rows = racers.map(({ replay, out, ...entrant }, n) => {
    const header = replay?.header;
    return {
      ...entrant, n, out: out ?? null,
      distance: out ? null : header.fitness,
      signed: header?.signed_distance ?? null,
      halves: header?.halves ?? null,
      airborne: header?.airborne ?? null,
      hash: header?.trajectory_hash ?? "",
    };
  });
  rows.sort((a, b) => (b.distance ?? -1) - (a.distance ?? -1) || a.n - b.n);
  return ranked(rows);
}

/**
 * Cameras for lanes of ``width`` x ``height``: a function of t that gives one for each replay.
 *
 * All lanes share the scale, and the stretch of the way that they show, so that what is further
 * right is further ahead. A walker that goes left is drawn mirrored.
 */
export function laneCameras(replays, width, height, mode) {
  const sizes = replays.map(walkerSize);
  const tallest = Math.max(...sizes.map((size) => size.height));
  const widest = Math.max(...sizes.map((size) => size.width));
  const headings = replays.map(headingOf);
  const most = (height * GROUND_AT) / (tallest * 1.12 + 1);
  const span = spanOf(replays, mode, widest, width / most);
  return (t) => {
    const [from, to] = span(t, replays.map((replay, n) => headings[n] * distanceAt(replay, t)));
    const scale = width / (to - from);
    return replays.map((replay, n) => {
      const x = comAt(replay, 0)[0] + (headings[n] * (from + to)) / 2;
      const under = smoothGround(replay.header.terrain[0], comAt(replay, t)[0]);
      return { x, y: under, scale, mirror: headings[n] < 0 };
    });
  };
}

/** One camera for a track that all share, as a function of t; left is left. */
export function trackCamera(replays, width, height, mode) {
  const sizes = replays.map(walkerSize);
  const tallest = Math.max(...sizes.map((size) => size.height));
  const widest = Math.max(...sizes.map((size) => size.width));
  const ground = replays[0].header.terrain[0];
  const span = spanOf(replays, mode, widest, 0, (replay, t) => comAt(replay, t)[0]);
  return (t) => {
    const places = replays.map((replay) => comAt(replay, t)[0]);
    let [from, to] = span(t, places);
    const seen = places.filter((x) => x >= from && x <= to);
    const heights = (seen.length ? seen : places).map((x) => groundHeight(ground, x));
    const [low, high] = [Math.min(...heights), Math.max(...heights)];
    const scale = Math.min(width / (to - from), (height * GROUND_AT) / (tallest * 1.15 + high - low + 1));
    return { x: (from + to) / 2, y: low, scale };
  };
}

/** The stretch [from, to] of the way that a camera shows, as a function of t and of all places. */
function spanOf(replays, mode, widest, narrowest, placeAt = (replay, t) => headingOf(replay) * distanceAt(replay, t)) {
  const half = widest / 2 + MARGIN;
  const least = Math.max(SMALLEST_FIELD, 2.2 * widest, narrowest);
  const widen = (from, to, anchor) => {
    const lacking = least - (to - from);
    return lacking <= 0 ? [from, to] : [from - lacking * (1 - anchor), to + lacking * anchor];
  };
  if (mode === "whole") {
    let [from, to] = [0, 0];
    for (const replay of replays) {
      for (let t = 0; t <= replay.duration; t += 0.25) {
        [from, to] = [Math.min(from, placeAt(replay, t)), Math.max(to, placeAt(replay, t))];
      }
    }
    const whole = widen(from - half, to + half, 0.5);
    return () => whole;
  }
  if (mode === "leader") {
    return (t, places) => {
      const leader = places.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0);
      return widen(leader - half, leader + half, leader < 0 ? 0.7 : 0.3);
    };
  }
  return (t, places) => widen(Math.min(...places) - half, Math.max(...places) + half, 0.75);
}
