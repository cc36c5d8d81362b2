// seed-new.js: edit a program, have it checked in the sandbox, save exactly what was checked.
import { $, h, icon, pageData } from "./dom.js";
import { makeEditor } from "./editor.js";
import { amount, distance } from "./format.js";
import { getBytes, getJson, post } from "./http.js";
import { playPreview } from "./previews.js";
import { decodeReplay, describe } from "./replay.js";
import { complain, toast } from "./toast.js";

const MAX_BYTES = 64 * 1024; // the server's own limit, said before anything is sent
const POLL_MS = 350;
const LONG_WAIT_S = 8;

const form = $("#seed-form");
const area = $("#source");
const result = $("#result");
let checked = null; // {check, source}: the good check and the text it was about
let turn = 0; // only the newest check may write

makeEditor(area);

function show(...elements) {
  result.replaceChildren(...elements);
}
function setSavable(good) {
  checked = good;
  $('input[name="check"]').value = good?.check ?? "";
  $("#save").disabled = !good;
  $("#save-hint").textContent = good ? "Exactly the checked text is saved." : "Check the program first.";
}
function refused(title, reason) {
  show(h("div", { class: "note-box bad" }, icon("alert"), h("div", {}, h("b", {}, title), reason && h("p", {}, reason))));
}

area.addEventListener("input", () => {
  if (checked && area.value !== checked.source) {
    setSavable(null);
    show(h("p", { class: "muted" }, "The program has changed since it was checked. Check it again."));
  }
});

async function check() {
  const mine = ++turn;
  const source = area.value;
  setSavable(null);
  if (!source.trim()) {
    refused("The program is empty.", "Paste or upload one that defines make_walker().");
    area.focus();
    return;
  }
  if (new Blob([source]).size > MAX_BYTES) {
    refused("The program is too large.", `It may have ${MAX_BYTES.toLocaleString("en-US")} bytes.`);
    return;
  }
  const words = h("p", {}, "Sent to the sandbox…");
  show(h("div", { class: "checking" }, h("span", { class: "spinner", "aria-hidden": "true" }), words));
  try {
    const { check: job } = await post(form.dataset.check, { source });
    for (;;) {
      const answer = await getJson(`${form.dataset.check}/${job}`);
      if (mine !== turn) return;
      if (answer.state === "done" || answer.state === "failed" || answer.state === "cancelled") {
        await finish(job, source, answer);
        return;
      }
      const waited = Math.round(answer.waited_s);
      words.textContent = answer.state === "leased"
        ? `Running in the sandbox, then ten seconds of physics… ${waited} s`
        : waited < LONG_WAIT_S
          ? `Waiting for the evaluate worker… ${waited} s`
          : `Waiting for the evaluate worker since ${waited} s. It may be busy with a run, or being restarted.`;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  } catch (error) {
    if (mine === turn) refused("It could not be checked.", error.message);
  }
}

async function finish(job, source, answer) {
  if (!answer.walker_ok) {
    if (answer.outcome) refused("This program cannot be a seed program yet.", answer.reason || answer.sentence);
    else refused("The check did not finish.", "Check it again.");
    showLine(answer.reason);
    return;
  }
  const replay = decodeReplay(await getBytes(`${form.dataset.check}/${job}/replay`));
  const canvas = h("canvas");
  const { details, measures } = answer;
  show(
    h("div", { class: "note-box good" }, icon("check"), h("p", {}, `This program builds a walker. ${answer.reason}`)),
    h("div", { class: "preview" }, canvas),
    h("dl", { class: "facts" },
      h("dt", {}, "Distance in 10 s"), h("dd", {}, h("b", {}, distance(answer.fitness))),
      h("dt", {}, "Height, width, mass"), h("dd", {}, measures ? measures.map(amount).join(", ") : "–"),
      h("dt", {}, "Joints, springs"), h("dd", {}, `${details.joints ?? "–"}, ${details.muscles ?? "–"}`)),
    ...(details.notes ?? []).map((note) => h("p", { class: "small muted" }, note)),
    h("p", { class: "visually-hidden" }, describe(replay)),
  );
  playPreview(canvas, replay, { labels: true });
  if (area.value === source) setSavable({ check: job, source });
}

/** Put the caret on the line that a reason names. */
function showLine(reason) {
  const line = Number(reason?.match(/\bline (\d+)/)?.[1]);
  const lines = area.value.split("\n");
  if (!line || line > lines.length) return;
  const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  area.setSelectionRange(start, start + lines[line - 1].length);
  area.scrollTop = (line - 6) * Number.parseFloat(getComputedStyle(area).lineHeight);
  result.append(h("button", { class: "button small", type: "button", onclick: () => area.focus() }, `Go to line ${line}`));
}

// --- files
async function take(file) {
  if (!file) return;
  if (file.size > MAX_BYTES) {
    refused("The file is too large.", `${file.name} has ${file.size.toLocaleString("en-US")} bytes, at most ${MAX_BYTES.toLocaleString("en-US")} are allowed.`);
    return;
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
    if (text.includes("\0")) throw new TypeError("NUL");
    area.value = text.replaceAll("\r\n", "\n");
  } catch {
    refused("The file is not text.", `${file.name} is not UTF-8 text: upload a Python source file.`);
    return;
  }
  if (!form.elements.name.value) form.elements.name.value = file.name.replace(/\.(py|txt)$/, "").slice(0, 80);
  check();
}
$("#file").addEventListener("change", (event) => {
  take(event.target.files[0]);
  event.target.value = "";
});
const drop = $("#drop");
for (const name of ["dragover", "dragenter"]) {
  drop.addEventListener(name, (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    drop.classList.add("over");
  });
}
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  drop.classList.remove("over");
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  take(event.dataTransfer.files[0]);
});

$("#check").addEventListener("click", () => check().catch(complain));
area.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    check();
  }
});
$("#use-starter").addEventListener("click", () => {
  const before = area.value;
  area.value = pageData("starter");
  area.dispatchEvent(new Event("input"));
  if (before.trim()) {
    toast("The starter took the place of your program.", {
      action: { label: "Undo", run: () => ((area.value = before), area.dispatchEvent(new Event("input"))) },
    });
  }
  area.focus();
});
if (!area.value.trim()) area.value = pageData("starter");
else check();
