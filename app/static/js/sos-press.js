// Presses for help. Each is kept in the browser before anything else is tried, and is sent until the server has it: its
// key makes a repeated sending harmless, the time of the press and whose it is go along. It needs no page of its own: the
// page without a connection (templates/public/offline.html) uses it too. `news` tells: "sent" {url}, "trouble",
// "stranger", "asking" (taken back, but it may be there), "gone".
import { newId } from "./ids.js";
import { person } from "./person.js";

const PREFIX = "sos:press:";
const DAY = 24 * 3600 * 1000; // an older press is not made by itself: the server is told to ask with a button
const AGAIN = 1500;
const SLOW = 1500; // no answer for so long is no connection for whoever waits
/** How long an attempt may take, the first, the second …: a slow server answers in the end, a dead line is let go. */
const PATIENCE = [6000, 12_000, 24_000, 40_000];
const LATE = 20_000; // so long a server may still be busy with an attempt that was given up
const memory = new Map(); // for a browser whose storage is full or forbidden
const flying = new Map(); // key → what stops the attempt
const given = new Map(); // key → how many attempts were given up
let timer;

export const news = new EventTarget();

/** A press with what it carries: place, words. One that was made earlier brings its `key` and `pressed_at`. */
export function press(details) {
  const one = { key: newId(), pressed_at: new Date().toISOString(), user: person(), ...details };
  // On a page that is nobody's we only think to know whose it is: whoever signs in next is asked, if it is another one.
  if (!document.body.dataset.user) one.guessed = "yes";
  keep(one);
  if (!navigator.onLine) tell("trouble");
  deliver();
}

/** What the server does not have yet and gets by itself, the oldest first. */
export function waiting() {
  return kept()
    .filter((one) => !one.taken && !isOld(one))
    .sort((a, b) => a.pressed_at.localeCompare(b.pressed_at));
}

/** The person does not need help any more. Of a press that has been on its way nobody knows here whether it has arrived:
 *  the server is asked, and if the call is made its page is shown. */
export function takeBack() {
  for (const one of waiting()) {
    if (one.tried_at) keep({ ...one, taken: "yes" });
    else {
      drop(one.key);
      flying.get(one.key)?.abort();
    }
  }
  tell(kept().some(({ taken }) => taken) ? "asking" : "gone", { taken: true });
}

/** Sends what is kept, now and again until nothing is. */
export function deliver() {
  const all = kept();
  for (const one of all) attempt(one);
  clearTimeout(timer);
  if (all.length) timer = setTimeout(deliver, AGAIN);
}

for (const name of ["pageshow", "focus"]) addEventListener(name, deliver);
document.addEventListener("visibilitychange", deliver);
addEventListener("online", () => {
  // What hangs on the old line never comes back.
  for (const stop of flying.values()) stop.abort();
  given.clear();
  deliver();
});
addEventListener("storage", ({ key, newValue }) => {
  if (!key?.startsWith(PREFIX)) return;
  // Another tab has sent it or taken it back.
  if (!newValue) memory.delete(key.slice(PREFIX.length));
  else if (!JSON.parse(newValue).taken) return;
  if (!waiting().length) tell("gone");
});

async function attempt(one) {
  if (flying.has(one.key)) return;
  if (one.taken && isOld(one)) return drop(one.key);
  const stop = new AbortController();
  flying.set(one.key, stop);
  if (navigator.onLine && !one.taken) keep({ ...one, tried_at: Date.now() });
  const tries = given.get(one.key) ?? 0;
  const slow = setTimeout(() => tell("trouble"), SLOW);
  const patience = setTimeout(() => {
    given.set(one.key, tries + 1);
    stop.abort();
  }, PATIENCE[Math.min(tries, PATIENCE.length - 1)]);
  try {
    const response = await fetch("/sos/calls", {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams({ ...one, ...(isOld(one) && { ask: "yes" }) }),
      signal: stop.signal,
      keepalive: true, // it goes on when the page is left
    });
    if (response.status === 401) return one.taken || isOld(one) || tell("stranger");
    if (!response.ok) throw new Error(String(response.status));
    onAnswer(one, await response.json());
  } catch {
    if (memory.has(one.key)) tell("trouble");
  } finally {
    clearTimeout(slow);
    clearTimeout(patience);
    flying.delete(one.key);
  }
}

/** `url`: where to go, to the call or to a question; none if a press that was taken back has not arrived. */
function onAnswer(one, answer) {
  if (!answer.url && Math.abs(Date.now() - one.tried_at) < LATE) return; // it may arrive yet: we ask again
  drop(one.key);
  if (answer.url) tell("sent", answer);
  else if (!kept().some(({ taken }) => taken)) tell("gone", { taken: true });
}

function tell(kind, detail = {}) {
  news.dispatchEvent(new CustomEvent(kind, { detail }));
}

/** By the clock of the phone, which says both when it was pressed and what time it is. Who was asked is `sure`. */
function isOld({ pressed_at: at, sure }) {
  return !sure && Date.now() - Date.parse(at) >= DAY;
}

/** What may be sent from here. A press that is surely somebody else's waits for him; of one that is perhaps not the
 *  reader's the server asks. Where nobody could answer, on the page without a connection, it waits. */
function kept() {
  for (const one of stored()) memory.set(one.key, one);
  const asks = Boolean(document.body.dataset.user);
  return [...memory.values()].filter(({ user, guessed }) => user === person() || (asks && (!user || guessed)));
}

function keep(one) {
  memory.set(one.key, one);
  try {
    localStorage.setItem(PREFIX + one.key, JSON.stringify(one));
  } catch {
    // it lives as long as the page
  }
}

function drop(key) {
  memory.delete(key);
  given.delete(key);
  try {
    localStorage.removeItem(PREFIX + key);
  } catch {
    // nothing was kept
  }
}

function stored() {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
    return keys.map((key) => JSON.parse(localStorage.getItem(key)));
  } catch {
    return [];
  }
}
