// The administrator's pages: filters that apply when chosen, a warning before typed text is lost, pickers.
import { startPickers } from "./admin-picker.js";

startPickers();

// A filter with data-sends applies as soon as it is chosen.
document.addEventListener("change", (event) => {
  if (event.target.closest("[data-sends]")) event.target.form?.requestSubmit();
});

// Empty filters stay out of the address.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-filters]")) return;
  const empty = [...event.target.elements].filter((field) => field.name && !field.value);
  for (const field of empty) field.disabled = true;
  // The browser reads the fields right after this event; a page kept in its memory must have them again.
  setTimeout(() => {
    for (const field of empty) field.disabled = false;
  });
});

// Leaving a form with unsaved changes is asked about; sending it is not leaving.
let changed = false;
addEventListener("input", (event) => {
  if (event.target.closest?.("form[data-unsaved]")) changed = true;
});
addEventListener("submit", (event) => {
  if (event.target.matches("form[data-unsaved]") && !event.defaultPrevented) changed = false;
});
addEventListener("beforeunload", (event) => {
  if (changed) event.preventDefault();
});
