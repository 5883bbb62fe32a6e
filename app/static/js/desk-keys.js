// The desk by keyboard. Keys are read by their place, so they work in the Russian layout too; never while somebody is
// typing or a window is open; and they can be switched off.
import { closeOrder, openOrder } from "./desk-open.js";

const OFF = "desk-keys-off";
const SECOND = 1200;
let leader = 0;

export function startKeys() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys-help]")) help();
  });
  document.addEventListener("change", ({ target }) => {
    if (!target.matches("[data-keys-on]")) return;
    if (target.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
  document.addEventListener("htmx:afterSettle", () => {
    const box = document.querySelector("[data-keys-on]");
    if (box) box.checked = !localStorage.getItem(OFF);
  });
}

const KEYS = {
  KeyJ: () => step(1),
  KeyK: () => step(-1),
  KeyO: () => {
    const row = focused() ?? document.querySelector(".queue__row");
    if (row) openOrder(row);
  },
  KeyA: () => press("[data-assign]"),
  KeyR: () => write("chat"),
  KeyN: () => write("notes"),
  KeyS: () => document.querySelector("#alarms .alarm__acts :is(button, a)")?.focus(),
  Slash: () => document.querySelector("[data-search]")?.focus(),
  Escape: closeOrder,
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (localStorage.getItem(OFF)) return;
  // Out of the field at first; what was typed stays. From there the keys work again.
  if (event.key === "Escape" && !event.isComposing && event.target.matches?.(".composer textarea, [data-search]:placeholder-shown") && !covered()) return event.target.blur();
  if (busy(event.target)) return;
  const act = find(event);
  if (!act) return;
  event.preventDefault();
  act();
}

function find(event) {
  if (event.key === "?" || (event.code === "Slash" && event.shiftKey)) return help;
  const led = Date.now() - leader < SECOND;
  leader = 0;
  if (led) return () => document.querySelector(`[data-go="${event.code.slice(3).toLowerCase()}"]`)?.click();
  if (event.shiftKey) return null;
  if (event.code === "KeyG") return () => (leader = Date.now());
  const digit = /^(?:Digit|Numpad)([1-5])$/.exec(event.code)?.[1];
  if (digit) return () => document.querySelectorAll(":is(#order-state, #alarm-state) [data-key]")[digit - 1]?.click();
  return KEYS[event.code];
}

function busy(target) {
  if (covered()) return true;
  return target.matches?.("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button])");
}

function covered() {
  return document.querySelector("dialog[open], [popover]:popover-open") !== null;
}

function help() {
  document.querySelector("[data-keys]").click();
}

function press(selector) {
  document.querySelector(`#order-state ${selector}`)?.click();
}

function focused() {
  return document.activeElement?.closest?.(".queue__item")?.querySelector(".queue__row");
}

function step(by) {
  const all = [...document.querySelectorAll(".queue__row")];
  const from = focused() ?? document.querySelector(".queue__row[aria-current]");
  const to = from ? all[all.indexOf(from) + by] : all[0];
  to?.focus();
  to?.scrollIntoView({ block: "nearest" });
}

/** The tab with its message field; notes come when their tab is opened for the first time. */
function write(tab) {
  if (!document.querySelector(`.case [data-tab="${tab}"]`)) return;
  document.dispatchEvent(new CustomEvent("tab:show", { detail: tab }));
  const talk = document.querySelector(`[data-talk="${tab}"]`);
  const field = () => talk.querySelector("textarea");
  if (field()) field().focus();
  else talk.addEventListener("htmx:afterSettle", () => field()?.focus(), { once: true });
}
