// Calls of help on a page of the staff: the bar that is always true, the siren, the title, who was reached. Each part is a
// module of its own; here they meet.
import htmx from "htmx.org";
import "./swaps.js";
import "./live.js";
import { Console } from "./alarm-console.js";
import { blink, notify } from "./alarm-notice.js";
import { audible, checked, chime, setChecked, silence, sound, sounding, startSiren, wake } from "./alarm-siren.js";
import { keepLease, leaveTurn, takeTurn } from "./alarm-turn.js";
import { lookAgain, startHolding } from "./held.js";
import { fragment } from "./http.js";
import { once } from "./once.js";
import { toast } from "./toasts.js";

const PATIENCE = 5000;
const TEST = 2000;
const READ = 10_000;
const CALM = 15_000; // right after a start the watchdog needs a moment
const GLOW = 8000; // how long a call that was repeated stands out
const HUMAN = ["pointermove", "pointerdown", "keydown", "wheel", "scroll", "touchstart"];

const frame = document.getElementById("alarm-frame");
const opened = performance.now();
const clocks = new WeakMap();
const known = new Map(); // alarm → what was said of it: does it sound, how many presses
const glowing = new Map(); // alarm → until when
let trouble = ""; // "offline", "over"
let deaf = 0;
let testing = false;
let asking = false;
let again = false;
let connection;

if (frame) start();

function start() {
  startSiren(() => {
    follow();
    reach();
    connection.beat();
  });
  connection = new Console(frame, () => ({ sound: audible() && checked(), visible: !document.hidden }), hear);
  news();
  frame.addEventListener("live", refresh);
  document.addEventListener("htmx:afterSwap", ({ target }) => target.closest?.("#alarm-frame, #alarm-state, .desk") && drawn());
  document.addEventListener("alarmed", onAlarmed);
  document.addEventListener("alarmtold", ({ detail: { text, tone } }) => toast(text, { tone, stay: READ }));
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    reach();
    refresh();
  });
  for (const name of ["pointerdown", "pointerup", "keydown"]) addEventListener(name, wake, true);
  for (const name of HUMAN) addEventListener(name, onHuman, { capture: true, passive: true });
  addEventListener("storage", follow);
  document.addEventListener("click", onClick);
  new ResizeObserver(([{ target }]) => document.documentElement.style.setProperty("--alarms", `${target.offsetHeight}px`)).observe(list());
  // Browsers may freeze a page in the background; not one that holds a lock.
  navigator.locks?.request("atrium-console", { mode: "shared" }, () => new Promise(() => {}));
  new Worker(frame.dataset.clock).addEventListener("message", tick);
  startHolding();
  drawn();
  connection.beat();
}

function list() {
  return document.getElementById("alarms");
}

function alarms() {
  return [...list().querySelectorAll("[data-alarm]")];
}

function keys() {
  return alarms().map((alarm) => alarm.dataset.key);
}

function tick() {
  connection.tick();
  keepLease();
  blink(kind() !== "");
  glow();
  run();
}

/** What should be heard: «alarm», «drill» or nothing. Of what is going on a page that is over knows nothing. */
function kind() {
  return trouble === "over" ? "" : list().dataset.sounding;
}

// --- what the server says -------------------------------------------------------------------------------------------

/** The bar anew; while one answer is on its way, once more after it. */
async function refresh() {
  if (asking) return void (again = true);
  asking = true;
  try {
    const html = await fragment(frame.dataset.bar, PATIENCE);
    htmx.swap(list(), html, { swapStyle: "morph" }, { contextElement: list() });
    drawn();
  } catch {
    connection.beat(); // it says what is wrong, and asks again
  } finally {
    asking = false;
    if (again) {
      again = false;
      refresh();
    }
  }
}

/** The answer to a beat; null if there was none, and why. */
function hear(answer, why = "") {
  trouble = why;
  if (answer) {
    if (answer.stamp !== list().dataset.stamp) refresh();
    // Somebody on the way from one page to the next is not gone.
    deaf = answer.heard ? 0 : deaf + 1;
    watch("heard", deaf < 2);
    watch("watched", answer.watched || performance.now() - opened < CALM);
  }
  follow();
}

function watch(name, well) {
  if ("manager" in frame.dataset) frame.querySelector(`[data-watch="${name}"]`).hidden = well;
}

/** The list was drawn anew. */
function drawn() {
  lookAgain();
  const all = alarms();
  for (const clock of document.querySelectorAll(".alarm__clock")) wind(clock);
  for (const place of document.querySelectorAll("[data-alarm-count]")) place.textContent = all.length || "";
  const page = document.querySelector("[data-alarm-page]")?.dataset.alarmPage;
  for (const alarm of all) alarm.classList.toggle("alarm--here", alarm.dataset.alarm === page);
  tellNews();
  reach();
  run();
  follow();
}

/** By the server's clock: it says how many seconds have gone by, from there on we count. */
function wind(clock) {
  const { seconds } = clock.dataset;
  if (clocks.get(clock)?.seconds !== seconds) clocks.set(clock, { seconds, from: performance.now() - seconds * 1000 });
}

/** They have come to somebody: a page that is neither looked at nor heard has shown them to nobody. */
function reach() {
  if (!document.hidden || audible()) connection.acknowledge("delivered", keys());
}

/** What is new since it was asked last: {alarm, fresh, louder, more}. */
function news() {
  return alarms().flatMap((alarm) => {
    const { alarm: id, calls } = alarm.dataset;
    const before = known.get(id);
    const now = { sounds: "sounds" in alarm.dataset, calls: Number(calls) };
    known.set(id, now);
    const found = { alarm, fresh: !before, louder: Boolean(before) && now.sounds && !before.sounds, more: now.calls > before?.calls };
    return found.fresh || found.louder || found.more ? [found] : [];
  });
}

function tellNews() {
  const all = news();
  if (!all.length) return glow();
  const said = document.getElementById("alarm-said");
  said.textContent = all.map((one) => words(one, said.dataset.again)).join(". ");
  const quiet = all.filter(({ alarm, more }) => more && !("sounds" in alarm.dataset)).map(({ alarm }) => alarm.dataset);
  for (const { alarm } of quiet) glowing.set(alarm, performance.now() + GLOW);
  glow();
  // While something sounds, one tone more would not be heard.
  if (quiet.length && !kind() && audible()) once("atrium-chime", quiet.map(({ alarm, calls }) => `${alarm}×${calls}`).join(), chime);
}

function words({ alarm, louder, more }, again) {
  const { who, where } = alarm.dataset;
  const calls = more && alarm.querySelector(".alarm__calls .sr-only")?.textContent;
  return [`SOS: ${who}`, where, louder && again, calls].filter(Boolean).join(", ");
}

function glow() {
  const now = performance.now();
  for (const alarm of alarms()) alarm.classList.toggle("alarm--again", glowing.get(alarm.dataset.alarm) > now);
}

function run() {
  for (const clock of document.querySelectorAll(".alarm__clock")) {
    const seconds = Math.floor((performance.now() - (clocks.get(clock)?.from ?? performance.now())) / 1000);
    const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, String(seconds % 60).padStart(2, "0")];
    clock.textContent = hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
  }
}

function onAlarmed({ target }) {
  target.closest?.("#alarm-dialog")?.close();
  if (!list().contains(target)) refresh();
  const page = document.getElementById("alarm-state");
  if (page && !page.contains(target)) htmx.trigger(page, "refresh");
}

// --- sound ----------------------------------------------------------------------------------------------------------

/** Sound and strip follow the bar. */
function follow() {
  if (!kind() || !audible()) {
    leaveTurn();
    if (!testing) silence();
  } else if (sounding() && !testing) sound(kind());
  else takeTurn(play, hush);
  notify(kind() ? alarms().filter((alarm) => "sounds" in alarm.dataset) : []);
  show();
}

async function play(waited) {
  // Another tab has just fallen silent, perhaps because somebody has accepted, of which we have not heard yet.
  if (waited) await refresh();
  if (kind() && audible()) sound(kind());
  show();
}

/** Another tab sounds now. */
function hush() {
  if (!testing) silence();
  show();
}

function show() {
  const on = sounding() && !testing;
  frame.dataset.siren = on ? "sounding" : kind() ? (audible() ? "elsewhere" : "blocked") : "silent";
  const own = trouble || (!audible() ? "blocked" : checked() ? "well" : "untested");
  for (const line of frame.querySelectorAll("[data-strip]")) line.hidden = line.dataset.strip !== own;
  document.getElementById("alarm-strip").dataset.tone = { offline: "danger", over: "danger", blocked: "danger", untested: "attention" }[own] ?? "";
}

// --- hands ----------------------------------------------------------------------------------------------------------

function onHuman({ isTrusted }) {
  if (isTrusted && !document.hidden) connection.acknowledge("seen", keys());
}

function onClick({ target }) {
  const pressed = (name) => target.closest?.(`[data-${name}]`);
  if (pressed("siren-check")) openCheck();
  else if (pressed("siren-test")) test();
  else if (pressed("siren-heard")) settle(true);
  else if (pressed("siren-unheard")) settle(false);
  else if (pressed("notices-allow")) Notification.requestPermission().then(showNotices);
}

function openCheck() {
  ask();
  showNotices();
  document.getElementById("siren-dialog").showModal();
}

/** Two seconds of the siren, then the question. */
async function test() {
  await wake();
  if (!audible()) return ask("help");
  ask("ask");
  if (testing || sounding()) return;
  testing = true;
  sound("alarm");
  setTimeout(() => {
    testing = false;
    silence();
    leaveTurn();
    follow();
  }, TEST);
}

function settle(heard) {
  setChecked(heard);
  ask(heard ? "" : "help");
  if (heard) document.getElementById("siren-dialog").close();
  follow();
  connection.beat();
}

function ask(...shown) {
  for (const name of ["ask", "help"]) document.querySelector(`[data-siren-${name}]`).hidden = !shown.includes(name);
}

function showNotices() {
  const state = globalThis.Notification?.permission;
  for (const part of document.querySelectorAll("[data-notices-state]")) part.hidden = part.dataset.noticesState !== state;
}
