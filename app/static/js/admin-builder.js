// The form builder: questions are dragged by their grip (mouse or finger), and the focus goes where the server says.
// Everything else is htmx and works as plain buttons without a script.
const HELD = "question--held";

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.button) return;
  event.preventDefault();
  drag(grip, event);
});

function drag(grip, start) {
  const held = grip.closest("[data-key]");
  const list = held.parentElement;
  const before = order(list);
  grip.setPointerCapture(start.pointerId);
  held.classList.add(HELD);
  const move = (event) => place(held, list, event.clientY);
  const end = () => {
    grip.removeEventListener("pointermove", move);
    held.classList.remove(HELD);
    if (order(list) !== before) list.closest("form").dispatchEvent(new Event("reordered"));
  };
  grip.addEventListener("pointermove", move);
  grip.addEventListener("pointerup", end, { once: true });
  grip.addEventListener("pointercancel", end, { once: true });
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
