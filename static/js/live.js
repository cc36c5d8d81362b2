// live.js: a socket that keeps coming back; tells how the connection stands.

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;
const LOGGED_OUT = 4401;
const UNKNOWN_RUN = 4404;

export const socketUrl = (path, { protocol, host } = location) =>
  `${protocol === "https:" ? "wss" : "ws"}://${host}${path}`;

/**
 * Listen to ``path``. ``on``: frame(message), state("live" | "offline", {since}), over(code).
 *
 * ``over`` means that trying again is pointless: logged out, or the run is gone.
 */
export function listen(path, on) {
  let wait = FIRST_WAIT_MS;
  let since = Date.now();
  let socket = null;
  let isOver = false;

  function open() {
    socket = new WebSocket(socketUrl(path));
    socket.onmessage = ({ data }) => {
      wait = FIRST_WAIT_MS;
      on.state("live");
      since = Date.now();
      on.frame(JSON.parse(data));
    };
    socket.onclose = ({ code }) => {
      if (isOver) return;
      on.state("offline", { since });
      if (code === LOGGED_OUT || code === UNKNOWN_RUN) {
        isOver = true;
        on.over(code);
        return;
      }
      setTimeout(open, wait * (0.75 + Math.random() / 2));
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    };
  }
  open();
  addEventListener("pagehide", () => {
    isOver = true;
    socket.close();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}
