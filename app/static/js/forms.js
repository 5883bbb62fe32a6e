// Small manners of forms: one press sends once, the first error is brought into view, a password can be shown,
// a long text says how much room is left.
export function startForms() {
  document.addEventListener("submit", onSubmit);
  document.addEventListener("click", reveal);
  document.addEventListener("input", countDown);
  const first = document.querySelector("[data-focus], [aria-invalid=true]");
  if (first) (first.matches("[data-focus]") ? first : first.closest(".field") ?? first).scrollIntoView({ block: "center" });
  first?.focus({ preventScroll: true });
  // A page that comes back from the browser's memory must not keep its button pressed.
  addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("form [aria-busy=true]")) button.removeAttribute("aria-busy");
  });
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
