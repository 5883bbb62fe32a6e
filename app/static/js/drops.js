// The file fields of forms: files can be dropped, and what was chosen is listed, each with its cross. A second choice adds
// to the first, for on a phone pictures come one by one.
import { size } from "./sizes.js";

export function startDrops() {
  for (const zone of document.querySelectorAll("[data-drop]")) droppable(zone);
}

function droppable(zone) {
  const input = zone.querySelector("input[type=file]");
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
  collect(zone, input);
}

function collect(zone, input) {
  const list = zone.querySelector(".drop__list");
  const part = zone.querySelector("template[data-part=file]");
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
    item.querySelector("[data-size]").textContent = size(file.size, list.dataset.units);
    return item;
  }
}

function mark(file) {
  return [file.name, file.size, file.lastModified].join("/");
}
