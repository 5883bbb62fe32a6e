// The provider's pages: copy and share an invitation's link, take away a row of hours, say a block of the week whole. Without it the link can be copied
// by hand, and a row is taken away by emptying its fields.
import "./sharing.js";
import { toast } from "./toasts.js";

// What is chosen among more chips than the screen is wide is in view, whole where it fits.
for (const bar of document.querySelectorAll(".chips--scroll")) {
  const chosen = bar.querySelector("[aria-current]");
  if (!chosen) continue;
  const [outer, inner] = [bar.getBoundingClientRect(), chosen.getBoundingClientRect()];
  if (inner.left < outer.left || inner.right > outer.right) bar.scrollLeft += inner.left - outer.left - Math.max((outer.width - inner.width) / 2, 16);
}

document.addEventListener("click", async (event) => {
  const copier = event.target.closest("[data-copy]");
  if (copier) return void copy(copier);
  const dropper = event.target.closest("[data-drop-row]");
  if (dropper) drop(dropper);
});

document.addEventListener("focusin", (event) => event.target.matches?.("[data-select]") && event.target.select());

// A short appointment of the calendar has no room for all of its words: they are said beside the pointer.
document.addEventListener("pointerover", (event) => {
  const meet = event.target.closest?.(".week .meet:not([title])");
  if (meet) meet.title = [...meet.children].map((part) => part.textContent.trim()).join(", ");
});

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

function drop(button) {
  const row = button.closest(".workday__row");
  const day = row.closest("fieldset");
  for (const field of row.querySelectorAll("input")) field.value = "";
  row.hidden = true;
  day.querySelector(".workday__do .btn")?.focus();
}
