// http.js: ask the server; whatever goes wrong ends as an Error whose message is a sentence.

export class Refused extends Error {
  constructor(message, status, fields = {}) {
    super(message);
    this.status = status;
    this.fields = fields; // {field: sentence} where the server names them
  }
}
const SESSION_OVER =
  "You are logged out: reload the page and log in again.";
const UNREACHABLE = "ELMWeb does not answer. Is it still running? The page tries again by itself.";

const csrfToken = () => document.querySelector(`meta[name="csrf-token"]`)?.content ?? "";

async function ask(url, options = {}) {
  let response;
  try {
    response = await fetch(url, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(UNREACHABLE, 0);
  }
  const wentToLogin = response.redirected && new URL(response.url).pathname.startsWith("/login");
  if (response.status === 401 || wentToLogin) throw new Refused(SESSION_OVER, 401);
  if (response.ok) return response;
  const { error, fields } = await answer(response);
  throw new Refused(error, response.status, fields);
}

/** The server's own sentence, or one that at least says what happened. */
async function answer(response) {
  try {
    const { error, fields } = await response.json();
    if (error) return { error, fields };
  } catch {
    // not JSON
  }
  if (response.status === 413) return { error: "That is too large." };
  return { error: `The server answered with an error (${response.status}).` };
}

export const getJson = async (url, options) => (await ask(url, options)).json();
export const getText = async (url, options) => (await ask(url, options)).text();
export const getBytes = async (url, options) => (await ask(url, options)).arrayBuffer();

export async function post(url, fields = {}, options = {}) {
  const body = fields instanceof FormData ? fields : new URLSearchParams(fields);
  const headers = { "X-CSRFToken": csrfToken(), Accept: "application/json" };
  const response = await ask(url, { method: "POST", body, headers, ...options });
  return response.json();
}
