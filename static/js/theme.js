// theme.js: light, dark or the system's; and the colours of the stylesheet for canvases.
import { $, icon, recall, remember } from "./dom.js";

const THEMES = ["system", "light", "dark"];
const listeners = new Set();
let cache = new Map();

export const currentTheme = () => (THEMES.includes(recall("theme")) ? recall("theme") : "system");

/** The colour that ``--name`` means right now. */
export function colour(name) {
  if (!cache.has(name)) {
    const probe = document.createElement("i");
    probe.style.color = `var(--${name})`;
    probe.hidden = true;
    document.body.append(probe);
    cache.set(name, getComputedStyle(probe).color);
    probe.remove();
  }
  return cache.get(name);
}

/** Call ``listener`` whenever the colours change; returns a stop function. */
export function onTheme(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function announce() {
  cache = new Map();
  for (const listener of listeners) listener();
}

function apply(theme, button) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  button.replaceChildren(icon(theme));
  button.setAttribute("aria-label", `Colours: ${theme}. Change`);
  button.title = `Colours: ${theme}`;
  announce();
}

export function startTheme() {
  const button = $("#theme");
  apply(currentTheme(), button);
  button.addEventListener("click", () => {
    const next = THEMES[(THEMES.indexOf(currentTheme()) + 1) % THEMES.length];
    remember("theme", next === "system" ? null : next);
    apply(next, button);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", announce);
}
