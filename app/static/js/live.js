// One socket a page. It only listens: a poke says what changed, pages fetch what they may see. Elements name what they
// live by in data-live («order:42», «desk», «inbox», «mine», «company», «sos») and get an event "live" for it: at most four a second (each
// at once with data-live-now), and one of kind "resync" after each connection, for what was missed meanwhile.
// <body data-connection> tells the state.
import { io } from "socket.io-client";
import { sendLeftovers } from "./chat/outbox.js";
import { signIn } from "./http.js";
import { ring, startSound } from "./sound.js";
import { startTitle } from "./title.js";

const MERGE = 250;
const GRACE = 1500; // a short break is nobody's business
const ASLEEP = 20_000;
const CHUNK = 20;
const RESYNC = { kind: "resync" };

const body = document.body;
const heard = new Set(); // subjects that the server lets us hear
const asked = new Set(); // what was refused a moment ago is not asked for at every change of the page
const waiting = new WeakMap(); // element → pokes that come together
let socket;
let grace = null;
let hiddenAt = 0;

if (body.dataset.user) start();

function start() {
  connection("connecting");
  socket = io({ transports: ["websocket"], reconnectionDelay: 400, reconnectionDelayMax: 5000, timeout: 8000 });
  socket.on("connect", () => subscribeAll());
  socket.on("disconnect", onDisconnect);
  socket.on("connect_error", onRefusal);
  socket.on("poke", spread);
  socket.on("resync", () => resync());
  socket.on("regroup", (subject) => {
    heard.delete(subject);
    subscribe([subject]);
  });
  addEventListener("offline", () => connection("offline"));
  addEventListener("online", () => socket.connected || socket.connect());
  addEventListener("pageshow", (event) => event.persisted && socket.connect());
  document.addEventListener("visibilitychange", onWake);
  new MutationObserver(soon(refresh)).observe(body, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["data-live"],
  });
  startSound();
  startTitle();
}

// --- the connection -------------------------------------------------------------------------------------------------

function connection(state) {
  if (state === "connecting") {
    if (grace || body.dataset.connection === "offline") return;
    grace = setTimeout(() => connection("offline"), body.dataset.connection ? GRACE : 3 * GRACE);
  } else {
    clearTimeout(grace);
    grace = null;
  }
  body.dataset.connection = state;
}

function onDisconnect(reason) {
  connection("connecting");
  // The server sent us away because our rights changed: we come again and hear what we may hear now.
  if (reason === "io server disconnect") setTimeout(() => socket.connect(), 300 + Math.random() * 700);
}

async function onRefusal(error) {
  if (error.message !== "sign_in") return connection("connecting");
  // Somebody who has just changed the password is sent away with the old cookie: ask with the one of now.
  try {
    const page = await fetch(location.href, { method: "HEAD", redirect: "manual", cache: "no-store" });
    if (page.ok) return void setTimeout(() => socket.connect(), 1000);
    if (page.type === "opaqueredirect" || page.status === 401) return signIn();
  } catch {
    // No connection: the socket's own patience goes on.
  }
  connection("connecting");
  setTimeout(() => socket.connect(), 3000);
}

// A phone that slept does not know that its connection died: ask for an answer at once.
function onWake() {
  if (document.hidden) hiddenAt = Date.now();
  else if (!socket.connected) socket.connect();
  else if (Date.now() - hiddenAt > ASLEEP) subscribeAll();
}

// --- what we hear ---------------------------------------------------------------------------------------------------

function elements() {
  return document.querySelectorAll("[data-live]");
}

function tokens(element) {
  return element.dataset.live.split(/\s+/).filter(Boolean);
}

function wanted() {
  const all = new Set([...elements()].flatMap(tokens));
  return [...all].filter((token) => ["desk", "company", "sos"].includes(token) || token.includes(":"));
}

async function subscribeAll() {
  heard.clear();
  if (!(await subscribe(wanted(), false))) return;
  connection("online");
  resync();
  sendLeftovers(body.dataset.user);
}

/** Whether the server answered. Whoever lives by these subjects is told to look again, for the time before. */
async function subscribe(subjects, tell = true) {
  try {
    // Also when nothing is wanted: the answer proves that the connection lives.
    for (let i = 0; i === 0 || i < subjects.length; i += CHUNK) {
      const chunk = subjects.slice(i, i + CHUNK);
      for (const subject of await socket.timeout(5000).emitWithAck("subscribe", chunk)) heard.add(subject);
    }
  } catch {
    if (socket.connected) socket.disconnect().connect();
    return false;
  }
  if (tell) resync((element) => tokens(element).some((token) => subjects.includes(token)));
  return true;
}

function refresh() {
  if (!socket.connected) return;
  const want = wanted();
  const gone = [...heard].filter((subject) => !want.includes(subject));
  if (gone.length) socket.emit("unsubscribe", gone);
  for (const subject of gone) heard.delete(subject);
  const fresh = want.filter((subject) => !heard.has(subject) && !asked.has(subject));
  if (!fresh.length) return;
  for (const subject of fresh) asked.add(subject);
  subscribe(fresh).finally(() => setTimeout(() => fresh.forEach((subject) => asked.delete(subject)), ASLEEP));
}

// --- telling the page -----------------------------------------------------------------------------------------------

function spread(poke) {
  for (const element of elements()) if (tokens(element).some((token) => matches(token, poke))) push(element, poke);
  if (poke.kind === "inbox.added" && !isRead(poke.subject)) ring(`${poke.entry}`);
}

function matches(token, { kind, subject }) {
  if (token.includes(":")) return token === subject;
  if (token === "inbox") return kind.startsWith("inbox.");
  if (token === "sos") return /^(sos|alarm)\./.test(kind);
  if (token === "desk" || token === "company") return /^(order|message|sos)\./.test(kind);
  return token === "mine" && /^(order|sos|alarm|message|thread\.seen|appointment|payment|client|package|provider|absence)/.test(kind);
}

function resync(which = () => true) {
  for (const element of elements()) if (which(element)) push(element, RESYNC);
}

function push(element, poke) {
  if ("liveNow" in element.dataset) return fire(element, [poke]); // it has a patience of its own
  if (waiting.has(element)) return void waiting.get(element).push(poke);
  const pokes = [];
  waiting.set(element, pokes);
  fire(element, [poke]);
  setTimeout(function next() {
    if (!pokes.length) return waiting.delete(element);
    fire(element, pokes.splice(0));
    setTimeout(next, MERGE);
  }, MERGE);
}

function fire(element, pokes) {
  element.dispatchEvent(new CustomEvent("live", { detail: { ...pokes.at(-1), pokes } }));
}

// A conversation that is before the reader's eyes does not ring.
function isRead(subject) {
  return [...document.querySelectorAll("chat-panel")].some((panel) => panel.dataset.live === subject && panel.reading);
}

function soon(work) {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    setTimeout(() => {
      due = false;
      work();
    }, 50);
  };
}
