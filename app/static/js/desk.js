// The staff's page: starts its behaviours, each in a module of its own, and shows what answers say.
import htmx from "htmx.org";
import { startKeys } from "./desk-keys.js";
import { startLookups } from "./desk-lookup.js";
import { startOpening } from "./desk-open.js";
import { startQueue } from "./desk-queue.js";
import { startSearch } from "./desk-search.js";
import { startHolding } from "./held.js";
import { signIn } from "./http.js";
import { toast } from "./toasts.js";

const UNDO_TIME = 15_000;
const undos = new Map(); // a toast → what its button takes back

// An answer says in a header what is to be told, and how it is taken back.
document.addEventListener("toast", ({ detail }) => {
  const undo = detail.undo && (() => takeBack(detail.undo));
  const shown = toast(detail.text, { tone: detail.tone, undo, undoLabel: detail.undo?.label, stay: undo ? UNDO_TIME : undefined });
  if (undo) undos.set(shown, detail.undo);
});

function takeBack({ url, version }) {
  const state = document.getElementById("order-state");
  const here = state && numberOf(url) === state.dataset.number;
  const target = here ? state : document.body;
  htmx.ajax("POST", url, { source: target, target, swap: here ? "morph" : "none", values: { version } });
}

function numberOf(url) {
  return /\/orders\/(\d+)\//.exec(url)[1];
}

// What somebody has changed meanwhile is not taken back: the offer goes when the page shows a later state.
document.addEventListener("htmx:afterSettle", () => {
  for (const [shown, { url, version }] of undos) {
    const number = numberOf(url);
    const seen = document.querySelectorAll(`#order-state[data-number="${number}"], #row-${number}`);
    if ([...seen].some((place) => Number(place.dataset.version) > version)) shown.remove();
    if (!shown.isConnected) undos.delete(shown);
  }
});

// The window whose content is fetched: a skeleton while it is on its way, closed when what it asked has been done.
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.target.id !== "dialog-body" || detail.requestConfig.verb !== "get") return;
  detail.target.replaceChildren(document.getElementById("dialog-wait").content.cloneNode(true));
});
document.addEventListener("changed", () => document.getElementById("desk-dialog")?.close());

// Refusals are pieces of the page: they stand where the order or the window would have stood.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { status } = detail.xhr;
  if (![403, 404].includes(status) || !detail.target.closest("#order-pane, #dialog-body")) return;
  detail.shouldSwap = true;
  detail.isError = false;
});
document.addEventListener("htmx:responseError", ({ detail }) => {
  if (detail.xhr.status === 401) signIn();
  else if (!detail.xhr.getResponseHeader("HX-Trigger")) trouble("trouble");
});
document.addEventListener("htmx:sendError", () => trouble("offline"));

function trouble(which) {
  const dialog = document.getElementById("desk-dialog");
  if (dialog.querySelector(".skeleton")) dialog.close();
  toast(dialog.dataset[which], { tone: "danger" });
}

startOpening();
startQueue();
startKeys();
startLookups();
startSearch();
startHolding();
