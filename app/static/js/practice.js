// The provider's pages: copy and share an invitation's link, take away a row of hours. Without it the link can be copied
// by hand, and a row is taken away by emptying its fields.
import { toast } from "./toasts.js";

document.addEventListener("click", async (event) => {
  const copier = event.target.closest("[data-copy]");
  if (copier) return void copy(copier);
  const sharer = event.target.closest("[data-share]");
  if (sharer) return void share(sharer);
  const dropper = event.target.closest("[data-drop-row]");
  if (dropper) drop(dropper);
});

document.addEventListener("focusin", (event) => event.target.matches?.("[data-select]") && event.target.select());

if (navigator.share) for (const button of document.querySelectorAll("[data-share]")) button.hidden = false;

async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // No right to the clipboard (plain http): what is selected can be copied all the same.
    field.select();
    if (!document.execCommand("copy")) return;
  }
  toast(button.dataset.done);
}

async function share(button) {
  try {
    await navigator.share({ title: button.dataset.title, url: button.dataset.share });
  } catch {
    // Called off by whoever pressed it.
  }
}

function drop(button) {
  const row = button.closest(".day__row");
  const day = row.closest("fieldset");
  for (const field of row.querySelectorAll("input")) field.value = "";
  row.hidden = true;
  day.querySelector(".day__do .btn")?.focus();
}
