// tray.js: who is picked for a race; kept in the browser, so it survives going from page to page.
import { $, $$, h, icon, recall, remember } from "./dom.js";
import { toast } from "./toast.js";

const STORE = "race";
const FEWEST = 2;
const MOST = 8;
const isEntry = (one) => typeof one?.key === "string" && /^(\d+-\d+|seed-\d+)$/.test(one.key) && typeof one.name === "string";
let picked = read();

function read() {
  try {
    const stored = JSON.parse(recall(STORE) ?? "[]");
    return Array.isArray(stored) ? stored.filter(isEntry).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

/** ``entries`` with {key, name} added, or without it where it was in. */
export function toggled(entries, { key, name }) {
  if (entries.some((one) => one.key === key)) return { entries: entries.filter((one) => one.key !== key), isIn: false };
  if (entries.length >= MOST) return { entries, isIn: null };
  return { entries: [...entries, { key, name }], isIn: true };
}

/** The address of the race of ``entries`` on ``terrain``. */
export const raceUrl = (entries, terrain = "flat") =>
  `/races/?walkers=${entries.map(({ key }) => key).join(",")}&terrain=${encodeURIComponent(terrain).replaceAll("%3A", ":")}`;

export const isPicked = (key) => picked.some((one) => one.key === key);

function keep(entries) {
  picked = entries;
  remember(STORE, entries.length ? JSON.stringify(entries) : null);
  draw();
}

/** Pick a walker, or put it back. */
export function pick(entry) {
  const { entries, isIn } = toggled(picked, entry);
  if (isIn === null) {
    toast(`A race has at most ${MOST} walkers: take one out first.`, { kind: "bad" });
    return;
  }
  keep(entries);
}

/** A button that picks {key, name}; pages of the server write the same by hand. */
export const pickButton = (entry) => h("button", {
  class: "button small pick", type: "button", "data-pick": entry.key, "data-pick-name": entry.name,
  "aria-pressed": String(isPicked(entry.key)),
}, icon("flag"), h("span", {}, label(entry.key)));

const label = (key) => (isPicked(key) ? "In the race" : "Add to race");

function draw() {
  for (const button of $$("[data-pick]")) {
    button.setAttribute("aria-pressed", isPicked(button.dataset.pick));
    const words = $("span", button);
    if (words) words.textContent = label(button.dataset.pick);
  }
  drawTray();
}

function drawTray() {
  const tray = $("#tray");
  if (!tray) return;
  tray.hidden = picked.length === 0;
  document.body.classList.toggle("with-tray", picked.length > 0);
  const lacking = picked.length < FEWEST;
  tray.replaceChildren(
    h("b", { class: "tray-title nowrap" }, icon("flag"), h("span", {}, `${picked.length} of ${MOST}`)),
    h("ul", { class: "tray-list" }, ...picked.map((entry) => h("li", {},
      h("span", {}, entry.name),
      h("button", { class: "icon-button", type: "button", "aria-label": `Take ${entry.name} out of the race`, onclick: () => pick(entry) }, icon("close"))))),
    h("button", { class: "icon-button", type: "button", title: "Empty the race", "aria-label": "Empty the race", "data-testid": "tray-clear", onclick: clear }, icon("trash")),
    lacking
      ? h("span", { class: "small muted tray-hint" }, "one more to race")
      : h("a", { class: "button primary", href: raceUrl(picked, tray.dataset.terrain || "flat"), "data-testid": "tray-race" }, icon("play"), "Race"));
}

function clear() {
  const before = picked;
  keep([]);
  toast("The race is empty.", { action: { label: "Undo", run: () => keep(before) } });
}

export function startTray() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pick]");
    if (button) pick({ key: button.dataset.pick, name: button.dataset.pickName });
  });
  // another tab may have picked meanwhile, and a page may come back from the browser's cache
  addEventListener("storage", (event) => event.key === STORE && ((picked = read()), draw()));
  addEventListener("pageshow", (event) => event.persisted && ((picked = read()), draw()));
  draw();
}
