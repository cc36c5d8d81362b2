// terrain-picture.js: the server's drawing of a terrain, put into a frame.
import { getText } from "./http.js";

const turns = new WeakMap(); // frame → the newest request; older answers are dropped

/** Show the terrain that ``fields`` ({terrain, difficulty, terrain_seed}) say in ``frame``. */
export async function showTerrain(frame, url, fields) {
  const mine = (turns.get(frame) ?? 0) + 1;
  turns.set(frame, mine);
  let drawn = null;
  try {
    const text = await getText(`${url}?${new URLSearchParams(fields)}`);
    drawn = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  } catch {
    // half-typed numbers: the form says what is wrong with them
  }
  if (turns.get(frame) !== mine) return;
  if (drawn) frame.replaceChildren(document.adoptNode(drawn));
}
