// htmx for the pages that fetch fragments: morphing swaps, so focus, scroll and typed text stay where they are.
import { Idiomorph } from "idiomorph";
import htmx from "htmx.org";

window.htmx = htmx;

// The page looks anew by itself: nobody has sent anything.
let looking = false;
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  looking = detail.requestConfig?.triggeringEvent?.type === "refresh";
});

/** What a refused form says at its field stays until it is mended: who only looks anew does not know of it. */
function isRefused(node) {
  return looking && Boolean(node.matches?.(".field") && node.querySelector("[aria-invalid=true]"));
}

// A row names its state in data-stamp; one that has changed glows once.
function glowIfChanged(before, after) {
  if (before.dataset?.stamp && after.dataset?.stamp && before.dataset.stamp !== after.dataset.stamp) after.classList.add("glow");
  return true;
}

function folds() {
  return [...document.querySelectorAll("details[data-fold]")];
}

/** What had the focus is gone, as a button whose step is done: go on reading from what stands there now. */
function comeBack(target) {
  const place = target.querySelector("h1, h2, h3") ?? document.getElementById("main");
  if (!place || document.activeElement !== document.body) return;
  place.tabIndex = -1;
  place.focus({ preventScroll: true });
}

htmx.defineExtension("morph", {
  isInlineSwap: (style) => style === "morph",
  handleSwap: (style, target, fragment) => {
    if (style !== "morph") return false;
    const focused = document.activeElement;
    const kept = new Map(folds().map((fold) => [fold.dataset.fold, fold.open]));
    const morphed = Idiomorph.morph(target, fragment.children.length === 1 ? fragment.firstElementChild : fragment.children, {
      // What is being typed. A pressed button may have the focus still, and gets the words of its next step.
      ignoreActiveValue: !document.activeElement?.matches("button, a, summary"),
      callbacks: {
        // Which blocks are folded, which window is open and what is read is the reader's decision, not the server's; so is
        // what is ticked, where the page only looks anew.
        beforeAttributeUpdated: (name, element) =>
          !(name === "open" && element.matches("details, dialog")) &&
          !(name === "tabindex" && element === document.activeElement) &&
          !(name === "checked" && looking),
        beforeNodeMorphed: (before, after) => !isRefused(before) && glowIfChanged(before, after),
      },
    });
    // Where blocks come or go, one fold may have become another: each is as it was under its own name.
    for (const fold of folds()) if (kept.has(fold.dataset.fold)) fold.open = kept.get(fold.dataset.fold);
    if (!focused.isConnected) comeBack(target);
    return morphed;
  },
});

// A poke says what happened; an element says which kinds concern it: data-refresh="order. message.". Then htmx fetches
// its fragment anew. (The `live` event does not bubble: it is caught on its way down.)
document.addEventListener(
  "live",
  (event) => {
    const element = event.target;
    const wanted = element.dataset?.refresh?.split(" ");
    const { pokes = [event.detail] } = event.detail ?? {};
    const concerns = ({ kind }) => kind === "resync" || wanted.some((start) => kind.startsWith(start));
    if (wanted && pokes.some(concerns)) htmx.trigger(element, "refresh");
  },
  true,
);

// What an element with data-reads shows is news to nobody: its notices are read (views/context.py). But only if somebody
// has it before his eyes; what came to a hidden page is asked for again when it is looked at.
let unseen = false;

document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches?.("[data-reads]")) return;
  if (document.hidden) unseen = true;
  else event.detail.headers["X-Seen"] = "yes";
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden || !unseen) return;
  unseen = false;
  for (const element of document.querySelectorAll("[data-reads]")) htmx.trigger(element, "refresh");
});

// A window closes when what it asked is on its way.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches?.("[data-closes]")) event.target.closest("dialog")?.close();
});

// A page that looks anew and is not the reader's any more keeps nothing of what it showed (views/errors.py). A call for
// help stays, whatever is answered; so does the desk, of which each part stands for itself.
document.addEventListener("htmx:configRequest", ({ target, detail }) => {
  const whole = document.querySelector(".portal > #main") && !target.closest?.('[data-live^="alarm:"]');
  if (whole && detail.triggeringEvent?.type === "refresh") detail.headers["X-Refresh"] = "yes";
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (!xhr.getResponseHeader("X-Gone")) return;
  event.stopImmediatePropagation();
  Object.assign(event.detail, { shouldSwap: false, isError: false });
  if (!document.getElementById("gone")) putAway(xhr.responseText); // several parts are refused: it is said once
});

function putAway(words) {
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  const main = document.getElementById("main");
  main.innerHTML = words;
  htmx.process(main);
  const word = main.querySelector("h2");
  // The title may be somebody's name, and buttons beside it are about what is gone.
  for (const part of document.querySelectorAll(".topbar__title, .topbar__own")) part.replaceChildren();
  document.title = word.textContent;
  word.focus();
}

// A status that the server refuses still brings its words: show them where the fragment would have stood.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status !== 409 && xhr.status !== 422 && !xhr.getResponseHeader("HX-Retarget")) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false; // it has said why: nobody has to be told that something went wrong
});

// A live fragment may have taken away the form that was sent, before its answer came: how to swap is then told by what
// stands in its place (htmx would ask the form, which has lost the attributes around it).
document.addEventListener("htmx:beforeSwap", (event) => {
  const { requestConfig, target, shouldSwap, serverResponse } = event.detail;
  if (!shouldSwap || requestConfig.elt.isConnected || !target.isConnected) return;
  event.detail.shouldSwap = false;
  const teller = requestConfig.elt.closest("[hx-swap]") ?? target.closest("[hx-swap]");
  htmx.swap(target, serverResponse, { swapStyle: teller?.getAttribute("hx-swap") ?? "innerHTML" }, { contextElement: target });
});
