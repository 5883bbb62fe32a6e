// A link or button with data-dialog="id" opens that <dialog>; data-close inside it closes. Without this script the
// link leads to the same form as a page of its own.
export function startDialogs() {
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
