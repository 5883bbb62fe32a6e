// A link or button with data-dialog="id" opens that <dialog>; data-close inside it closes. Without this script the
// link leads to the same form as a page of its own.
const TWICE = 500; // ms from the first press in which another one is the same press, done twice
const NEAR = 44; // pixels that a finger moves between the two
const HELP = ".sos-corner, .sos-button, [data-sos], #alarm-frame, #alarm-state, [href^='tel:']"; // never held back
let last = null; // the press in a window: {dialog, x, y, at}

export function startDialogs() {
  addEventListener("pointerdown", notePress, true);
  addEventListener("click", swallowSecond, true);
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) open(event, opener);
    const closer = event.target.closest("dialog [data-close]");
    if (closer) {
      event.preventDefault();
      closer.closest("dialog").close();
    }
    // A tap beside the window closes it where `closedby` is not known yet.
    if (event.target.matches?.("dialog[closedby=any]") && outside(event)) event.target.close();
  });
}

function open(event, opener) {
  const dialog = document.getElementById(opener.dataset.dialog);
  if (!dialog?.showModal || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  dialog.querySelector("form")?.reset();
  dialog.showModal();
}

function outside(event) {
  const box = event.target.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}

// --- a press done twice -----------------------------------------------------------------------------------------------
// The first press on a button closes its window; the second one would hit what lay below, on a phone the bar of places.

function notePress({ target, clientX: x, clientY: y, timeStamp: at }) {
  const dialog = target.closest?.("dialog[open]");
  if (dialog) last = { dialog, x, y, at };
}

function swallowSecond(event) {
  const { target, detail, clientX, clientY, timeStamp } = event;
  if (!detail || !last || timeStamp - last.at > TWICE) return; // without detail: by a key
  if ((last.dialog.open && last.dialog.isConnected) || target.closest?.(`dialog[open], ${HELP}`)) return;
  if (Math.hypot(clientX - last.x, clientY - last.y) > NEAR) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}
