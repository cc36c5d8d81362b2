// model-install.js: the button that fetches SmolLM2, and how far that is.
import { $, setText } from "./dom.js";
import { percent } from "./format.js";
import { getJson, post } from "./http.js";
import { complain } from "./toast.js";

const EVERY_MS = 1000;
const WORDS = {
  starting: "Starting…",
  downloading: "Downloading",
  unpacking: "Unpacking…",
  converting: "Converting: about a minute…",
  installed: "Putting it on the list…",
};
const url = $("#smollm2").dataset.install;
const button = $("#install");

/** "Downloading 40 %" */
export const wordsFor = ({ what, share }) =>
  `${WORDS[what] ?? WORDS.starting}${share === null ? "" : ` ${percent(share, 0)}`}`;

function show(found) {
  const isRunning = found.state === "running";
  $("#install-progress").hidden = !isRunning;
  button.hidden = isRunning;
  setText($("#install-words"), isRunning ? wordsFor(found) : "");
  const done = found.share === null ? 0 : 100 * found.share;
  const meter = $("#install-progress .meter");
  meter.hidden = found.share === null;
  meter.firstElementChild.style.width = `${done}%`;
  meter.setAttribute("aria-valuenow", Math.round(done));
  setText($("#install-error"), found.state === "failed" ? `It was not installed: ${found.reason}` : "");
  if (found.state === "installed") location.reload();
}
async function follow() {
  try {
    const found = await getJson(url);
    show(found);
    if (found.state !== "running") return;
  } catch {
    // the next look may succeed
  }
  setTimeout(follow, EVERY_MS);
}
button.addEventListener("click", async () => {
  try {
    show(await post(url));
    setTimeout(follow, EVERY_MS);
  } catch (error) {
    complain(error);
  }
});
if ($("#smollm2").dataset.state === "running") follow();
