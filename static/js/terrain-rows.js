// terrain-rows.js: the terrains of a new run: rows of kind, difficulty and number, with pictures.
import { $, $$, setText } from "./dom.js";
import { number } from "./model-mix.js";
import { showTerrain } from "./terrain-picture.js";

const MOST = 8; // simulation/course.py
const NUMBERED = ["bumpy", "hills"]; // of these another number is another ground
const fieldsOf = (row) => Object.fromEntries(["terrain", "difficulty", "terrain_seed"].map((name) => [name, $(`[name="${name}"]`, row).value]));
const isSaved = ({ terrain }) => terrain.startsWith("saved:");

/** What is wrong with the terrains [{terrain, difficulty, terrain_seed}], or "". */
export function terrainProblem(rows) {
  if (!rows.length) return "A run needs a terrain.";
  if (rows.length > MOST) return `A run has at most ${MOST} terrains.`;
  const texts = rows.map((row) => {
    const isBare = isSaved(row) || row.terrain === "flat";
    return isBare ? row.terrain : `${row.terrain}:${number(row.difficulty)}:${row.terrain_seed.trim() || 0}`;
  });
  for (const row of rows) {
    if (isSaved(row) || row.terrain === "flat") continue;
    const difficulty = row.difficulty.trim() === "" ? 0.5 : number(row.difficulty);
    if (!(difficulty >= 0 && difficulty <= 1)) return "The difficulty is a number from 0 to 1.";
    if (!/^\s*\d{0,9}\s*$/.test(row.terrain_seed)) return "The terrain's number is a whole number from 0 to 999,999,999.";
  }
  return new Set(texts).size < texts.length ? "A terrain is there twice: once is enough." : "";
}

/** Bring the rows to life; returns {problem, focus}. */
export function mountTerrains(list) {
  const rows = () => $$(".terrain-row", list);
  const problem = () => terrainProblem(rows().map(fieldsOf));

  function drawRow(row) {
    const fields = fieldsOf(row);
    $("[data-difficult]", row).hidden = isSaved(fields) || fields.terrain === "flat";
    $("[data-numbered]", row).hidden = !NUMBERED.includes(fields.terrain);
    showTerrain($("[data-frame]", row), list.dataset.picture, fields);
  }
  function draw() {
    list.classList.toggle("single", rows().length === 1);
    $("#over-choice").hidden = rows().length < 2;
    $("#add-terrain").disabled = rows().length >= MOST;
    setText($("#terrain-error"), problem());
  }
  for (const name of ["input", "change"]) {
    list.addEventListener(name, (event) => {
      drawRow(event.target.closest(".terrain-row"));
      draw();
    });
  }
  list.addEventListener("click", (event) => {
    const row = event.target.closest("[data-remove]")?.closest(".terrain-row");
    if (!row) return;
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    draw();
    $("select", next ?? document.createElement("i"))?.focus();
  });
  $("#add-terrain").addEventListener("click", () => {
    const row = $("#terrain-template").content.firstElementChild.cloneNode(true);
    const used = new Set(rows().map((one) => $("select", one).value));
    const free = $$("option", row).find(({ value }) => !used.has(value));
    if (free) $("select", row).value = free.value;
    list.append(row);
    drawRow(row);
    draw();
    $("select", row).focus();
  });
  rows().forEach(drawRow);
  const said = $("#terrain-error").textContent; // the server's, about what was sent
  draw();
  if (said) setText($("#terrain-error"), said);
  return { problem, focus: () => $("select", list)?.focus() };
}
