// model-mix.js: rows of models with weights; one row is simply "the model".
import { $, $$, setText } from "./dom.js";
import { percent } from "./format.js";

export const number = (text) => (text.trim() === "" ? NaN : Number(text.trim().replace(",", ".")));

/** What is wrong with a mix [{name, weight}] (weights as typed), or "". */
export function mixProblem(mix) {
  if (!mix.length) return "A run needs a model.";
  if (mix.length === 1) return "";
  const wrong = mix.find(({ weight }) => !(number(weight) >= 0));
  if (wrong) return `The weight of “${wrong.name}” must be a number from 0 up${wrong.weight.trim() ? `, got “${wrong.weight}”` : ""}.`;
  if (!mix.some(({ weight }) => number(weight) > 0)) return "At least one model needs a weight above 0.";
  const names = mix.map(({ name }) => name);
  const twice = names.find((name, n) => names.indexOf(name) !== n);
  return twice ? `“${twice}” is there twice: add up the weights instead.` : "";
}

/** The share of each model, 0 to 1; a single one has it all. */
export function sharesOf(mix) {
  if (mix.length === 1) return [1];
  const weights = mix.map(({ weight }) => Math.max(number(weight) || 0, 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (total ? weight / total : null));
}

/**
 * Bring the rows under ``root`` to life. ``notes``: {name: sentence}. ``onChange(mix)`` hears of
 * every change. Returns {mix, problem, focus}.
 */
export function mountMix(root, notes, onChange = () => {}) {
  const list = $(".mix-list", root);
  const rows = () => $$(".mix-row", list);
  const mix = () => rows().map((row) => ({
    name: $("select", row).value, weight: $("input", row).value,
  }));

  function draw() {
    const now = mix();
    const shares = sharesOf(now);
    root.classList.toggle("single", now.length === 1);
    rows().forEach((row, n) => {
      setText($(".share", row), percent(shares[n], 0));
      setText($(".mix-note", row), notes[now[n].name] ?? "");
    });
    setText($(".mix-error", root), mixProblem(now));
    onChange(now);
  }
  list.addEventListener("input", draw);
  list.addEventListener("change", draw);
  list.addEventListener("click", (event) => {
    const row = event.target.closest("[data-remove]")?.closest(".mix-row");
    if (!row) return;
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    draw();
    ($("select", next ?? document.createElement("i")) ?? $("[data-add]", root)).focus();
  });
  $("[data-add]", root).addEventListener("click", () => {
    const row = $("template", root).content.firstElementChild.cloneNode(true);
    const used = new Set(mix().map(({ name }) => name));
    const free = $$("option", row).find(({ value }) => !used.has(value));
    if (free) $("select", row).value = free.value;
    list.append(row);
    draw();
    $("select", row).focus();
  });
  draw();
  return {
    mix,
    problem: () => mixProblem(mix()),
    focus: () => ($("select", list) ?? $("[data-add]", root)).focus(),
    /** Show another mix, [[name, weight], ...]. */
    set(entries) {
      list.replaceChildren(...entries.map(([name, weight]) => {
        const row = $("template", root).content.firstElementChild.cloneNode(true);
        $("select", row).value = name;
        $("input", row).value = weight;
        return row;
      }));
      draw();
    },
  };
}
