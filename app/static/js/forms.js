// Small manners of forms: one press sends once, the first error is brought into view, a password can be shown,
// files can be dropped and are listed, a long text says how much room is left.
export function startForms() {
  document.addEventListener("submit", onSubmit);
  document.addEventListener("click", reveal);
  document.addEventListener("input", countDown);
  for (const zone of document.querySelectorAll("[data-drop]")) droppable(zone);
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

function droppable(zone) {
  const input = zone.querySelector("input[type=file]");
  if (!input) return;
  collect(zone, input);
  const over = (on) => (event) => {
    event.preventDefault();
    zone.toggleAttribute("data-over", on);
  };
  zone.addEventListener("dragover", over(true));
  zone.addEventListener("dragleave", over(false));
  zone.addEventListener("drop", (event) => {
    over(false)(event);
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

/** What was chosen, each file with its cross. A second choice adds to the first: on a phone pictures come one by one. */
function collect(zone, input) {
  const list = zone.querySelector(".drop__list");
  const part = zone.querySelector("template[data-part=file]");
  if (!list || !part) return;
  let chosen = [];
  input.addEventListener("change", () => {
    const known = new Set(chosen.map(mark));
    const fresh = [...input.files].filter((file) => !known.has(mark(file)));
    put(input.multiple ? [...chosen, ...fresh] : [...input.files]);
  });
  list.addEventListener("click", (event) => {
    const row = event.target.closest("button")?.closest("li");
    if (!row) return;
    const at = [...list.children].indexOf(row);
    put(chosen.filter((_, index) => index !== at));
    (list.children[Math.min(at, chosen.length - 1)]?.querySelector("button") ?? input).focus();
  });

  function put(files) {
    chosen = files;
    const held = new DataTransfer();
    for (const file of files) held.items.add(file);
    input.files = held.files;
    list.replaceChildren(...files.map(row));
    list.hidden = !files.length;
  }

  function row(file) {
    const item = part.content.cloneNode(true);
    item.querySelector("[data-name]").textContent = file.name;
    item.querySelector("[data-size]").textContent = size(file.size);
    return item;
  }
}

function mark(file) {
  return [file.name, file.size, file.lastModified].join("/");
}

function size(bytes) {
  const [unit, amount] = bytes < 1e6 ? ["kilobyte", bytes / 1e3] : ["megabyte", bytes / 1e6];
  const digits = { maximumFractionDigits: amount < 10 && unit === "megabyte" ? 1 : 0 };
  const words = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, unitDisplay: "short", ...digits });
  return words.format(Math.max(amount, 1));
}
