// A field in which a person is found by name: <div data-lookup="url"> with a text input (combobox), a hidden input that
// gets the id, and an empty list. Twenty people at a time; arrow keys, Enter, Escape.
const DELAY = 150;

export function startLookups() {
  let timer;
  document.addEventListener("input", ({ target }) => {
    const field = fieldOf(target);
    if (!field) return;
    field.value.value = "";
    clearTimeout(timer);
    timer = setTimeout(() => search(field), DELAY);
  });
  document.addEventListener("focusin", ({ target }) => {
    const field = fieldOf(target);
    if (field && !field.value.value) search(field);
  });
  document.addEventListener("focusout", ({ target }) => {
    const field = fieldOf(target);
    if (field) close(field);
  });
  document.addEventListener("keydown", (event) => {
    const field = fieldOf(event.target);
    if (field) onKey(event, field);
  });
  // Before the input loses the focus and the list goes.
  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest?.("[data-lookup] [role=option]");
    if (!option) return;
    event.preventDefault();
    choose(fieldOf(option.closest("[data-lookup]").querySelector("[role=combobox]")), option);
  });
}

function fieldOf(input) {
  const root = input.matches?.("[data-lookup] [role=combobox]") && input.closest("[data-lookup]");
  return root ? { root, input, value: root.querySelector("input[type=hidden]"), list: root.querySelector("[role=listbox]") } : null;
}

async function search(field) {
  const words = field.input.value;
  const answer = await fetch(`${field.root.dataset.lookup}?q=${encodeURIComponent(words)}`);
  // A slow answer to what was typed before is of no use.
  if (!answer.ok || words !== field.input.value || document.activeElement !== field.input) return;
  field.list.innerHTML = await answer.text();
  field.list.hidden = false;
  field.input.setAttribute("aria-expanded", "true");
}

function close(field) {
  field.list.hidden = true;
  field.input.setAttribute("aria-expanded", "false");
  field.input.removeAttribute("aria-activedescendant");
}

function choose(field, option) {
  field.value.value = option.dataset.value;
  field.input.value = option.dataset.text;
  close(field);
}

function onKey(event, field) {
  if (field.list.hidden) {
    if (event.key === "ArrowDown") search(field);
    return;
  }
  const options = [...field.list.querySelectorAll("[role=option]")];
  const active = options.find((option) => option.getAttribute("aria-selected") === "true");
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by && options.length) {
    event.preventDefault();
    activate(field, options, options[(options.indexOf(active) + by + options.length) % options.length]);
  } else if (event.key === "Enter" && active) {
    event.preventDefault();
    choose(field, active);
  } else if (event.key === "Escape") {
    // The list closes, the window stays.
    event.preventDefault();
    event.stopPropagation();
    close(field);
  }
}

function activate(field, options, wanted) {
  for (const option of options) option.setAttribute("aria-selected", String(option === wanted));
  field.input.setAttribute("aria-activedescendant", wanted.id);
  wanted.scrollIntoView({ block: "nearest" });
}
