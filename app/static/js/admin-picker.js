// A <select> of a row of another table becomes a search box: it asks the server for twenty rows at a time.
// The select stays and is what the form sends. One row or several, several perhaps in an order of their own.
const WAIT = 180;
let number = 0;

export function startPickers() {
  for (const root of document.querySelectorAll("[data-picker]")) new Picker(root);
}

class Picker {
  constructor(root) {
    this.root = root;
    this.select = root.querySelector("select");
    this.multiple = this.select.multiple;
    this.rows = [];
    this.active = -1;
    this.build();
    this.draw();
  }

  build() {
    const id = `${this.select.id}-find`;
    this.list = element("ul", { class: "picker__list", role: "listbox", id: `${id}-list-${(number += 1)}`, hidden: "" });
    this.input = element("input", {
      id,
      type: "text",
      role: "combobox",
      class: "input",
      autocomplete: "off",
      placeholder: this.root.dataset.placeholder,
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
    });
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (this.select.hasAttribute(name)) this.input.setAttribute(name, this.select.getAttribute(name));
    }
    document.querySelector(`label[for="${CSS.escape(this.select.id)}"]`)?.setAttribute("for", id);
    this.chosen = element("ul", { class: "picker__chosen", role: "list" });
    const box = element("span", { class: "picker__box" });
    box.append(this.input);
    if (!this.multiple) box.append((this.clear = iconButton("x", this.root.dataset.remove, () => this.choose(null))));
    const focused = document.activeElement === this.select;
    this.select.hidden = true;
    this.root.append(...(this.multiple ? [this.chosen] : []), box, this.list);
    if (focused) this.input.focus();
    this.input.addEventListener("input", () => this.ask());
    this.input.addEventListener("focus", () => this.ask(""));
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.leave());
    // Pressing must not take the focus away from the input, or the list would close first.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const row = this.rows[Number(event.target.closest("[role=option]")?.dataset.index)];
      if (row) this.choose(row);
    });
  }

  /** What is chosen, as the select has it. */
  draw() {
    const options = this.options();
    if (!this.multiple) {
      this.input.value = options[0]?.text ?? "";
      this.clear.hidden = options.length === 0;
      return;
    }
    this.chosen.replaceChildren(...options.map((option, index) => this.line(option, index, options.length)));
  }

  options() {
    return [...this.select.selectedOptions].filter((option) => option.value);
  }

  line(option, index, count) {
    const { remove, up, down } = this.root.dataset;
    const line = element("li", {});
    line.append(element("span", {}, option.text));
    if ("ordered" in this.root.dataset) {
      if (index > 0) line.append(iconButton("arrow-up", `${up}: ${option.text}`, () => this.move(option, -1)));
      if (index < count - 1) line.append(iconButton("arrow-down", `${down}: ${option.text}`, () => this.move(option, 1)));
    }
    line.append(iconButton("x", `${remove}: ${option.text}`, () => this.drop(option)));
    return line;
  }

  move(option, step) {
    const other = step < 0 ? option.previousElementSibling : option.nextElementSibling;
    if (step < 0) other.before(option);
    else other.after(option);
    this.done();
    this.chosen.children[[...this.select.options].indexOf(option)]?.querySelector("button")?.focus();
  }

  drop(option) {
    option.remove();
    this.done();
    this.input.focus();
  }

  // --- asking

  ask(words = this.input.value) {
    clearTimeout(this.timer);
    // What is listed answers an older question: it must not be chosen in its place.
    this.rows = [];
    this.active = -1;
    this.timer = setTimeout(() => this.fetch(words), words ? WAIT : 0);
  }

  async fetch(words) {
    this.waiting?.abort();
    this.waiting = new AbortController();
    try {
      const answer = await fetch(`${this.root.dataset.picker}?${new URLSearchParams({ q: words })}`, {
        headers: { Accept: "application/json" },
        signal: this.waiting.signal,
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const { items } = await answer.json();
      const taken = this.multiple ? new Set(this.options().map((option) => option.value)) : new Set();
      this.show(items.filter((item) => !taken.has(String(item.id))));
    } catch (error) {
      if (error.name !== "AbortError") this.close();
    }
  }

  show(rows) {
    if (document.activeElement !== this.input) return;
    this.rows = rows;
    this.active = -1;
    this.list.replaceChildren(
      ...(rows.length
        ? rows.map((row, index) => this.option(row, index))
        : [element("li", { "aria-disabled": "true", role: "option" }, this.root.dataset.nothing)]),
    );
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  option(row, index) {
    const item = element("li", { role: "option", id: `${this.list.id}-${index}`, "data-index": index, "aria-selected": "false" }, row.label);
    if (row.hint) item.append(element("small", {}, row.hint));
    return item;
  }

  close() {
    clearTimeout(this.timer);
    this.waiting?.abort();
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  // --- keys

  key(event) {
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (open) this.step(event.key === "ArrowDown" ? 1 : -1);
      else this.ask("");
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      if (this.active >= 0) this.choose(this.rows[this.active]);
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      this.close();
      this.draw();
    } else if (event.key === "Backspace" && this.multiple && !this.input.value) {
      const last = this.options().at(-1);
      if (last) this.drop(last);
    }
  }

  step(by) {
    if (!this.rows.length) return;
    this.active = (this.active + by + this.rows.length) % this.rows.length;
    for (const [index, item] of [...this.list.children].entries()) {
      item.setAttribute("aria-selected", String(index === this.active));
      if (index === this.active) item.scrollIntoView({ block: "nearest" });
    }
    this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.active}`);
  }

  /** An emptied box means nothing is chosen; any other text that was not chosen is forgotten. */
  leave() {
    this.close();
    if (this.multiple) this.input.value = "";
    else if (!this.input.value.trim() && this.options().length) this.choose(null);
    else this.draw();
  }

  choose(row) {
    if (!this.multiple) this.select.replaceChildren(new Option("", ""));
    if (row) this.select.append(new Option(row.label, row.id, true, true));
    else if (!this.multiple) this.select.value = "";
    if (this.multiple) this.input.value = "";
    this.close();
    this.done();
  }

  done() {
    this.draw();
    this.select.dispatchEvent(new Event("input", { bubbles: true }));
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function element(name, attributes, text = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

function iconButton(icon, label, act) {
  const button = element("button", { type: "button", class: "btn btn--icon", "aria-label": label, title: label });
  const sprite = document.querySelector("svg.icon use")?.getAttribute("href").split("#")[0];
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite}#${icon}`);
  drawing.append(use);
  button.append(drawing);
  button.addEventListener("click", act);
  return button;
}
