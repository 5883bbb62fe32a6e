// Presses for help. Each is kept in the browser before anything else is tried, and is sent until the server has it: its
// key makes a repeated sending harmless, the time of the press goes along. It needs no page of its own: the page without
// a connection (templates/public/offline.html) uses it too. `news` tells: "sent" {url}, "trouble", "stranger", "gone".
import { newId } from "./ids.js";

const PREFIX = "sos:press:";
const PERSON = "sos:person";
const DAY = 24 * 3600 * 1000; // nobody is helped by yesterday's press; the server thinks so, too
const AGAIN = 1500;
const SLOW = 1500; // no answer for so long is no connection for whoever waits
const PATIENCE = 6000;
const memory = new Map(); // for a browser whose storage is full or forbidden
const flying = new Map(); // key → what stops the attempt
let timer;

export const news = new EventTarget();

/** Whose presses these are. The page without a connection knows nobody: there it is who was here last. */
export function person() {
  return document.body.dataset.user ?? read(PERSON) ?? "";
}

export function rememberPerson() {
  write(PERSON, person());
}

/** A press with what it carries: place, words. One that was made earlier brings its `key` and `pressed_at`. */
export function press(details) {
  const one = { key: newId(), pressed_at: new Date().toISOString(), user: person(), ...details };
  memory.set(one.key, one);
  write(PREFIX + one.key, JSON.stringify(one));
  if (!navigator.onLine) tell("trouble");
  deliver();
}

/** What the server does not have yet, the oldest first. */
export function waiting() {
  for (const one of stored()) memory.set(one.key, one);
  const mine = [...memory.values()].filter(({ user }) => !user || user === person());
  return mine.filter(fresh).sort((a, b) => a.pressed_at.localeCompare(b.pressed_at));
}

/** The person does not need help any more. */
export function takeBack() {
  for (const { key } of waiting()) {
    drop(key);
    flying.get(key)?.abort();
  }
  tell("gone");
}

/** Sends what waits, now and again until nothing waits. */
export function deliver() {
  const all = waiting();
  for (const one of all) attempt(one);
  clearTimeout(timer);
  if (all.length) timer = setTimeout(deliver, AGAIN);
}

for (const name of ["online", "pageshow", "focus"]) addEventListener(name, deliver);
document.addEventListener("visibilitychange", deliver);
addEventListener("storage", ({ key, newValue }) => {
  if (!key?.startsWith(PREFIX) || newValue) return;
  // Another tab has sent it or taken it back.
  memory.delete(key.slice(PREFIX.length));
  if (!waiting().length) tell("gone");
});

async function attempt(one) {
  if (flying.has(one.key)) return;
  const stop = new AbortController();
  flying.set(one.key, stop);
  const slow = setTimeout(() => tell("trouble"), SLOW);
  const patience = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const { user, ...sent } = one;
    const response = await fetch("/sos/calls", {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(sent),
      signal: stop.signal,
      keepalive: true, // it goes on when the page is left
    });
    if (response.status === 401) return tell("stranger");
    if (!response.ok) throw new Error(String(response.status));
    const answer = await response.json();
    drop(one.key);
    tell("sent", answer);
  } catch {
    if (memory.has(one.key)) tell("trouble");
  } finally {
    clearTimeout(slow);
    clearTimeout(patience);
    flying.delete(one.key);
  }
}

function tell(kind, detail) {
  news.dispatchEvent(new CustomEvent(kind, { detail }));
}

function fresh({ key, pressed_at: at }) {
  const young = Date.now() - Date.parse(at) < DAY;
  if (!young) drop(key);
  return young;
}

function drop(key) {
  memory.delete(key);
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

function read(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // it lives as long as the page
  }
}
