// editor.js: a textarea in which Tab indents; Escape gives Tab back to the keyboard's focus.

const INDENT = "    ";

/** Text and selection after Tab or Shift+Tab: {text, start, end}. */
export function indented(text, start, end, isBack) {
  if (start === end && !isBack) {
    return { text: text.slice(0, start) + INDENT + text.slice(end), start: start + INDENT.length, end: end + INDENT.length };
  }
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const lines = text.slice(from, end).split("\n");
  const changed = lines.map((line) => (isBack ? line.replace(/^ {1,4}|^\t/, "") : INDENT + line));
  const body = changed.join("\n");
  return {
    text: text.slice(0, from) + body + text.slice(end),
    start: Math.max(from, start + changed[0].length - lines[0].length),
    end: from + body.length,
  };
}

/** What a new line starts with: the indent of this one, one more after a colon. */
export function newLine(before) {
  const line = before.slice(before.lastIndexOf("\n") + 1);
  return `\n${line.match(/^[ \t]*/)[0]}${/:\s*$/.test(line) ? INDENT : ""}`;
}

/** Make ``area`` handle Tab and Enter; undo keeps working because the browser does the typing. */
export function makeEditor(area) {
  let leaves = false;
  area.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leaves = true;
    else if (event.key === "Tab" && !leaves && !event.ctrlKey && !event.altKey) {
      event.preventDefault();
      const { text, start, end } = indented(area.value, area.selectionStart, area.selectionEnd, event.shiftKey);
      replace(area, text);
      area.setSelectionRange(start, end);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && !event.isComposing) {
      event.preventDefault();
      type(area, newLine(area.value.slice(0, area.selectionStart)));
    } else if (event.key !== "Shift") leaves = false;
  });
}

function type(area, text) {
  // execCommand is old, and the only way to type that the browser's undo knows of.
  if (!document.execCommand("insertText", false, text)) area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
}
function replace(area, text) {
  area.setSelectionRange(0, area.value.length);
  type(area, text);
}
