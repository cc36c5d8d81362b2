// connection.js: the dot that says whether what the page shows is what happens now.
import { $, setText } from "./dom.js";
import { duration } from "./format.js";

const WORDS = { live: "live", "catching-up": "catching up", polling: "every 5 s" };
let timer = 0;

/** Show "live", "catching-up", "polling" or "offline" (with how long it has been so). */
export function showConnection(state, { since = Date.now(), reason = "" } = {}) {
  const dot = $("#connection");
  dot.hidden = false;
  dot.dataset.state = state;
  dot.title = reason;
  clearInterval(timer);
  const say = () => setText(dot, WORDS[state] ?? `offline for ${duration((Date.now() - since) / 1000)}`);
  say();
  if (state === "offline") timer = setInterval(say, 1000);
}
