// A button that has just taken the place of another one is not meant by the second tap of a hurried hand: for a moment it
// stands there, keeps the focus, is announced as not available yet, and does nothing.
const MOMENT = 700;
const PLACES = "[data-moves], .queue__act, .alarm__acts";
let groups = null; // the steps offered by an order's page, a row or a call in the bar → since when

/** Begins to hold, once a page however many modules ask for it. */
export function startHolding() {
  if (groups) return;
  groups = new Map();
  look(-MOMENT);
  document.addEventListener("htmx:afterSwap", () => look());
  document.addEventListener("htmx:afterSettle", () => look());
  // Before anything else hears of it; the keys 1…5 click too.
  document.addEventListener("click", hold, true);
}

/** The buttons are looked at anew: the page was drawn by something else than an answer to a press. */
export function lookAgain() {
  if (groups) look();
}

function look(since = performance.now()) {
  const before = groups;
  const rows = [...before.keys()].filter((name) => name.startsWith("call ")).length;
  groups = new Map();
  for (const place of document.querySelectorAll(PLACES)) {
    const row = rowOf(place);
    const name = `${row >= 0 ? "call" : "moves" in place.dataset ? "order" : "row"} ${place.closest("[data-number]").dataset.number}`;
    // Calls change places in the bar: the next person's button is another one.
    const steps = `${row} ${buttons(place).map((button) => button.form?.action ?? button.href).join(" ")}`;
    const known = before.get(name);
    // Below all others no button stood before.
    const free = !known && row >= rows;
    groups.set(name, known?.steps === steps ? { ...known, place } : { steps, since: free ? -MOMENT : since, place });
  }
  release();
}

/** The number of a call in the bar; -1 for what is not in it. */
function rowOf(place) {
  const call = place.closest("#alarms [data-alarm]");
  return call ? [...call.parentElement.querySelectorAll("[data-alarm]")].indexOf(call) : -1;
}

function release() {
  const now = performance.now();
  const held = [...groups.values()].filter(({ since }) => now - since < MOMENT);
  for (const group of groups.values()) {
    for (const button of buttons(group.place)) {
      if (held.includes(group)) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    }
  }
  if (held.length) setTimeout(release, 50);
}

function hold(event) {
  if (!event.target.closest?.(`:is(${PLACES}) [aria-disabled]`)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

function buttons(place) {
  return [...place.querySelectorAll("button, a")];
}
