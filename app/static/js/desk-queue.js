// The queue stays true without moving what is read: rows that changed are drawn anew in place and glow once, rows that
// no longer match fade with a word, rows that arrive are counted in a bar. A poke says which orders; after a lost
// connection everything shown is asked for.
import htmx from "htmx.org";
import { mark } from "./desk-open.js";
import { signIn } from "./http.js";
import { setUnread } from "./title.js";

const rows = document.getElementById("rows");
const bar = document.getElementById("newbar");
const pending = new Set();
const changed = new Set();
const MOST = 100;
let all = false;
let asking = false;

export function startQueue() {
  if (!rows) return;
  rows.addEventListener("live", onLive);
  document.addEventListener("changed", ({ detail }) => ask([detail.number]));
  document.querySelector("[data-show-new]").addEventListener("click", showNew);
  rows.addEventListener("htmx:afterSwap", mark);
  // Another list: nothing of it is new.
  document.addEventListener("relisted", () => {
    pending.clear();
    showBar();
  });
}

function onLive({ detail }) {
  const pokes = detail?.pokes ?? [detail];
  for (const poke of pokes) {
    const number = /^order:(\d+)$/.exec(poke?.subject ?? "")?.[1];
    if (number) changed.add(number);
    // A call of help is poked by its alarm, which may have many orders.
    else if (!poke || poke.kind === "resync" || poke.kind.startsWith("sos.")) all = true;
  }
  ask([]);
}

function ask(numbers) {
  for (const number of numbers) changed.add(String(number));
  if (!asking && (all || changed.size)) refresh();
}

async function refresh() {
  asking = true;
  const wanted = (all ? [...rows.children].map((row) => row.dataset.number) : [...changed]).slice(0, MOST);
  all = false;
  for (const number of wanted) changed.delete(number);
  try {
    const url = `${rows.dataset.changes}&top=${rows.dataset.top}&rows=${wanted.map(known).join(",")}`;
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    if (answer.status === 401) signIn();
    if (answer.ok) apply(wanted, await answer.json());
  } catch {
    // No connection: live.js says so, and asks for everything when it is back.
  } finally {
    asking = false;
    ask([]);
  }
}

/** A row's number with what it looks like: the answer leaves out what still looks so. */
function known(number) {
  return `${number}~${document.getElementById(`row-${number}`)?.dataset.mark ?? ""}`;
}

/** `fresh` has every wanted order that matches: its markup, or an empty text if the row is as it was. */
function apply(wanted, { rows: fresh, gone, fresh: newer, counts }) {
  for (const number of wanted) {
    const row = document.getElementById(`row-${number}`);
    if (row && number in fresh) redraw(row, fresh[number]);
    else if (row) fade(row, gone[number]);
    else if (number in fresh && within(Number(number))) pending.add(Number(number));
    else pending.delete(Number(number));
  }
  for (const number of newer) if (!document.getElementById(`row-${number}`)) pending.add(number);
  for (const [name, { count, text }] of Object.entries(counts)) tally(name, count, text);
  showBar();
}

/** Whether an order would stand among the loaded rows if the list were read now. */
function within(number) {
  if ("past" in rows.dataset) return false;
  const last = rows.lastElementChild?.dataset.number;
  return !document.querySelector("[data-older]") || !last || number > Number(last);
}

function redraw(row, html) {
  if (!html) return row;
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  const fresh = holder.content.firstElementChild;
  const focused = row.contains(document.activeElement);
  // Reading a chat takes a number off the row: nothing to look at.
  if (fresh.dataset.version !== row.dataset.version || fresh.dataset.waits !== row.dataset.waits) fresh.classList.add("glow");
  row.replaceWith(fresh);
  htmx.process(fresh);
  if (focused) fresh.querySelector(".queue__row").focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("htmx:afterSettle"));
  mark();
  return fresh;
}

function fade(old, html) {
  const row = redraw(old, html);
  row.querySelector(".queue__gone")?.remove();
  row.classList.add("queue__item--gone");
  row.dataset.mark = "";
  const word = document.createElement("p");
  word.className = "queue__gone";
  word.textContent = rows.dataset.gone;
  row.append(word);
}

function tally(name, count, text) {
  const place = document.querySelector(`[data-box-count="${name}"]`);
  if (!place || place.dataset.count === String(count)) return;
  place.dataset.count = count;
  place.textContent = count || place.classList.contains("count") ? text : "";
}

function showBar() {
  const count = pending.size;
  bar.hidden = count === 0 || "past" in rows.dataset;
  const forms = JSON.parse(rows.dataset.plural);
  const form = new Intl.PluralRules(document.documentElement.lang).select(count);
  bar.querySelector("span").textContent = (forms[form] ?? forms.other).replace("#", count > 99 ? "99+" : count);
  setUnread("queue", count);
}

/** The list from its top: what was read scrolls away because the reader asks for it. */
async function showNew() {
  const answer = await fetch(rows.dataset.list, { headers: { "HX-Request": "true" } });
  if (!answer.ok) return location.reload();
  const holder = document.createElement("template");
  holder.innerHTML = await answer.text();
  document.getElementById("older").replaceWith(holder.content.querySelector("#older"));
  const items = [...holder.content.querySelectorAll("[data-number]")];
  for (const item of items) if (pending.has(Number(item.dataset.number))) item.classList.add("glow");
  rows.replaceChildren(...items);
  rows.dataset.top = items[0]?.dataset.number ?? "0";
  pending.clear();
  htmx.process(rows);
  htmx.process(document.getElementById("older"));
  document.getElementById("no-rows").hidden = items.length > 0;
  document.dispatchEvent(new CustomEvent("htmx:afterSettle"));
  mark();
  showBar();
  rows.closest(".desk__queue").scrollTo({ top: 0 });
  rows.querySelector(".queue__row")?.focus({ preventScroll: true });
}
