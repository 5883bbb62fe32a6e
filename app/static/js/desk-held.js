// A button that has just taken the place of another one is not meant by the second tap of a hurried hand: for a moment it
// stands there, keeps the focus, is announced as not available yet, and does nothing.
const MOMENT = 700;
let groups = new Map(); // the steps offered by an order's page or row → since when

export function startHolding() {
  look(-MOMENT);
  document.addEventListener("htmx:afterSwap", () => look());
  document.addEventListener("htmx:afterSettle", () => look());
  // Before anything else hears of it; the keys 1…5 click too.
  document.addEventListener("click", hold, true);
}

function look(since = performance.now()) {
  const before = groups;
  groups = new Map();
  for (const place of document.querySelectorAll("[data-moves], .queue__act")) {
    const name = ("moves" in place.dataset ? "order " : "row ") + place.closest("[data-number]").dataset.number;
    const steps = buttons(place).map((button) => button.form?.action ?? button.href).join(" ");
    const known = before.get(name);
    groups.set(name, known?.steps === steps ? { ...known, place } : { steps, since, place });
  }
  release();
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
  if (!event.target.closest?.(":is([data-moves], .queue__act) [aria-disabled]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

function buttons(place) {
  return [...place.querySelectorAll("button, a")];
}
