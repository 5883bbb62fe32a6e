// The form builder: questions are dragged by their grip (mouse or finger), and the focus goes where the server says.
// Everything else is htmx and works as plain buttons without a script.
const HELD = "question--held";

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.button) return;
  event.preventDefault();
  drag(grip);
});

function drag(grip) {
  const held = grip.closest("[data-key]");
  const list = held.parentElement;
  const before = order(list);
  held.classList.add(HELD);
  const drop = new AbortController();
  const end = () => {
    drop.abort();
    held.classList.remove(HELD);
    if (order(list) !== before) list.closest("form").dispatchEvent(new Event("reordered"));
  };
  // On the document: a capture by the grip would end each time its question takes another place.
  const listen = (name, heard) => document.addEventListener(name, heard, { signal: drop.signal });
  listen("pointermove", (event) => place(held, list, event.clientY));
  listen("pointerup", end);
  listen("pointercancel", end);
}

/** Put the held question where the pointer is, and let the page follow at its edges. */
function place(held, list, y) {
  const after = [...list.children].find((item) => item !== held && y < middle(item));
  if (after ? after.previousElementSibling !== held : list.lastElementChild !== held) list.insertBefore(held, after ?? null);
  const edge = 80;
  if (y < edge) scrollBy(0, -12);
  else if (y > innerHeight - edge) scrollBy(0, 12);
}

function middle(item) {
  const box = item.getBoundingClientRect();
  return box.top + box.height / 2;
}

const order = (list) => [...list.children].map((item) => item.dataset.key).join();

document.addEventListener("htmx:afterSettle", () => {
  const wanted = document.querySelector("[data-take-focus]");
  if (!wanted) return;
  wanted.removeAttribute("data-take-focus");
  wanted.focus();
  wanted.closest(".question")?.scrollIntoView({ block: "nearest" });
});
