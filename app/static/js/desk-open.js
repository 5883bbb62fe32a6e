// Opening an order beside its queue: the address, the title, «back» and the narrow layout follow. Without this module
// the links are pages.
import htmx from "htmx.org";
import { announce } from "./toasts.js";

const desk = document.getElementById("desk");
const pane = document.getElementById("order-pane");
let listTitle = pane && document.title;
let list = document.getElementById("rows")?.dataset.list;
// The addresses at which this page shows its queue: another one is another list.
let homes = new Set([list, location.pathname + location.search]);

export function startOpening() {
  if (!pane) return;
  document.addEventListener("click", onClick);
  addEventListener("popstate", () => (isOrder() ? load(location.href) : leave()));
  mark();
}

/** Opens the order of a row, or of any link to one. */
export function openOrder(link) {
  load(link.href).then((shown) => {
    if (!shown || link.href === location.href) return;
    history.pushState({ desk: true }, "", link.href);
    named();
    mark();
  });
}

/** Back to the queue, where the reader left it. */
export function closeOrder() {
  if (!pane) return; // a page of its own
  if (desk.dataset.pane === "queue" && !isOrder()) return;
  const row = current();
  history.pushState({ desk: true }, "", list);
  leave();
  row?.focus({ preventScroll: true });
}

/** The page shows another list now: what is typed into the search changes its address, and that of the opened order. */
export function relist(title) {
  list = document.getElementById("rows").dataset.list;
  homes = new Set([list]);
  listTitle = title;
  const query = list.slice(list.indexOf("?"));
  history.replaceState(history.state, "", isOrder() ? location.pathname + query : list);
  if (!isOrder()) retitle(title);
  homes.add(location.pathname + location.search);
  mark();
}

function onClick(event) {
  if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.defaultPrevented) return;
  const link = event.target.closest("a[data-open], a[data-back-to-queue]");
  if (!link) return;
  event.preventDefault();
  if ("open" in link.dataset) openOrder(link);
  else closeOrder();
}

async function load(url) {
  pane.setAttribute("aria-busy", "true");
  try {
    await htmx.ajax("GET", url, { target: pane, swap: "innerHTML show:none" });
  } finally {
    pane.removeAttribute("aria-busy");
  }
  desk.dataset.pane = "order";
  named();
  mark();
  const heading = pane.querySelector("h1");
  announce(heading?.textContent ?? "");
  // Where the queue is out of sight, reading goes on at the order.
  if (!document.querySelector(".desk__queue").offsetParent) heading?.focus({ preventScroll: true });
  return true;
}

function leave() {
  if (!homes.has(location.pathname + location.search)) {
    location.reload();
    return;
  }
  desk.dataset.pane = "queue";
  pane.replaceChildren(document.getElementById("no-order").content.cloneNode(true));
  retitle(listTitle);
  mark();
}

function isOrder() {
  return /\/desk\/orders\/\d+$/.test(location.pathname);
}

function current() {
  const number = pane.querySelector("[data-case]")?.dataset.case;
  return number && document.querySelector(`#row-${number} .queue__row`);
}

function named() {
  const title = pane.querySelector("[data-title]")?.dataset.title;
  if (title) retitle(title);
}

/** Keeps the number that title.js has put before it. */
function retitle(title) {
  document.title = (/^\(\d+\+?\) /.exec(document.title)?.[0] ?? "") + title.replace(/^\(\d+\+?\) /, "");
}

/** The row of the opened order says so; rows that are drawn anew are marked again by the queue. */
export function mark() {
  for (const row of document.querySelectorAll(".queue__row[aria-current]")) row.removeAttribute("aria-current");
  current()?.setAttribute("aria-current", "true");
}
