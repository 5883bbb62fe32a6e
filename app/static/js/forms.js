// Small manners of forms: one press sends once, the first error is brought into view and goes when its field is changed,
// a password can be shown, a long text says how much room is left.
const CONTROLS = "input:not([type=hidden], [hidden]), select:not([hidden]), textarea";

export function startForms() {
  // On its way down: htmx listens at the form itself.
  document.addEventListener("submit", onUnanswered, true);
  document.addEventListener("submit", onSubmit);
  document.addEventListener("click", reveal);
  document.addEventListener("click", followSummary);
  document.addEventListener("input", countDown);
  document.addEventListener("focusin", clearOfTheBar);
  for (const name of ["input", "change"]) document.addEventListener(name, (event) => forgive(event.target.closest?.(".field")));
  document.addEventListener("reset", (event) => event.target.querySelectorAll(".field").forEach(forgive));
  const first = document.querySelector("[data-focus], [aria-invalid=true]");
  if (first?.matches("[data-focus]")) {
    first.scrollIntoView({ block: "center" });
    first.focus({ preventScroll: true });
  } else if (first) show(first);
  // A page that comes back from the browser's memory must not keep its button pressed.
  addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("form [aria-busy=true]")) button.removeAttribute("aria-busy");
  });
}

/** The browser shows the line that is written in; all of the field shall stand above the bar with the button. */
function clearOfTheBar({ target }) {
  const bar = target.matches("textarea") && target.form?.querySelector(".submitbar");
  if (bar && getComputedStyle(bar).position === "sticky") requestAnimationFrame(() => target.scrollIntoView({ block: "nearest" }));
}

function onSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || form.method === "get") return;
  const button = event.submitter ?? form.querySelector("[type=submit]");
  if (button?.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    return;
  }
  button?.setAttribute("aria-busy", "true");
}

/** A window closes before the server could answer, so it says itself that its question waits: <p data-unanswered hidden>. */
function onUnanswered(event) {
  const form = event.target;
  const said = form.closest("dialog") && form.querySelector("[data-unanswered]");
  if (!said || form.checkValidity()) return;
  event.preventDefault();
  event.stopPropagation();
  said.hidden = false;
  const wrong = form.querySelector(`:is(${CONTROLS}):invalid`);
  wrong.setAttribute("aria-invalid", "true");
  wrong.focus();
}

/** What was wrong is being mended: the error goes, so that it does not contradict what stands in the field now. */
function forgive(field) {
  const error = field?.querySelector(".field__error");
  if (!error || error.hidden) return;
  error.hidden = true;
  for (const wrong of field.querySelectorAll("[aria-invalid]")) wrong.removeAttribute("aria-invalid");
  for (const told of error.id ? [field, ...field.querySelectorAll("[aria-describedby]")] : []) {
    const rest = (told.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== error.id);
    if (rest.length) told.setAttribute("aria-describedby", rest.join(" "));
    else told.removeAttribute("aria-describedby");
  }
}

/** A link of the list of errors leads into its field, with the label in view. */
function followSummary(event) {
  const link = event.target.closest?.(".note a[href^='#']");
  const wrong = link && document.getElementById(link.hash.slice(1));
  if (!wrong) return;
  event.preventDefault();
  show(wrong);
}

/** The whole field, label and error, away from the bars; the focus in it. */
function show(wrong) {
  const field = wrong.closest(".field") ?? wrong;
  field.scrollIntoView({ block: "center" });
  (wrong.matches(CONTROLS) ? wrong : field.querySelector(CONTROLS))?.focus({ preventScroll: true });
}

function reveal(event) {
  const button = event.target.closest("[data-reveal]");
  if (!button) return;
  const input = document.getElementById(button.dataset.reveal);
  const shown = input.type === "text";
  input.type = shown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!shown));
}

function countDown(event) {
  const area = event.target;
  const left = area.dataset?.count && document.getElementById(area.dataset.count);
  if (!left) return;
  const room = area.maxLength - area.value.length;
  left.textContent = room <= Math.max(20, area.maxLength / 5) ? String(room) : "";
}
