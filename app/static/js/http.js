// How our scripts ask the server: with the CSRF mark, a limit of time, and two kinds of «no»: Refused (it will not
// help to ask again) and Unreachable (it will).
const PATIENCE = 20_000;

export class Refused extends Error {
  constructor(status, answer) {
    super(Object.values(answer?.fields ?? {}).join(" ") || answer?.text || String(status));
    this.status = status;
    this.code = answer?.code ?? "";
  }
}

export class Unreachable extends Error {
  constructor(seconds = 0) {
    super("unreachable");
    this.seconds = seconds;
  }
}

/** The markup of a fragment. */
export function fragment(url, patience) {
  return ask(url, { headers: { Accept: "text/html", "HX-Request": "true" } }, (response) => response.text(), patience);
}

/** Sends a form (pairs of names and values), outliving the page; the JSON answer, or null if there is none. */
export function send(url, pairs = [], patience) {
  const options = {
    method: "POST",
    headers: { Accept: "application/json", "X-CSRFToken": csrf() },
    body: new URLSearchParams(pairs),
    keepalive: true,
  };
  return ask(url, options, (response) => (response.status === 204 ? null : response.json()), patience);
}

export function csrf() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

/** Throws what an unhappy answer means. */
export function judge(status, answer, retryAfter = 0) {
  if (status === 401) signIn();
  if (status === 400 && answer?.code === "csrf") renew();
  if ([0, 401, 408, 425, 429].includes(status) || status >= 500 || answer?.code === "csrf") throw new Unreachable(retryAfter);
  throw new Refused(status, answer);
}

/** Somebody who is no longer signed in goes to the sign-in page, and comes back to where he was. */
export function signIn() {
  location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
}

async function ask(url, options, read, patience = PATIENCE) {
  let response;
  try {
    response = await fetch(url, { ...options, signal: AbortSignal.timeout(patience) });
    // An answer may break off after its head: a server that was killed while it spoke is unreachable, too.
    if (response.ok) return await read(response);
  } catch {
    throw new Unreachable();
  }
  const answer = await response.json().catch(() => null);
  return judge(response.status, answer, Number(response.headers.get("Retry-After")) || 0);
}

// The page is older than the session it was made in: a new one brings a new mark. What was typed is kept as a draft.
function renew() {
  const last = Number(sessionStorage.getItem("renewed"));
  if (Date.now() - last < 60_000) return;
  sessionStorage.setItem("renewed", String(Date.now()));
  location.reload();
}
