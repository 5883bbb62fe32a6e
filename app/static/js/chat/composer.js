// The box at the foot: text that grows, files by clip, camera, drop and paste with progress, a draft that survives.
import { upload } from "./uploads.js";

const wide = matchMedia("(width >= 56.25rem)");

export class Composer {
  /** limits come with the form; `onSend({text, files})`, `onTyping()`. */
  constructor(panel, form, { piece, words, draftKey, onSend, onTyping }) {
    Object.assign(this, { panel, form, piece, words, draftKey, onSend, onTyping });
    this.area = form.elements.text;
    this.limit = Number(this.area.dataset.limit);
    this.area.removeAttribute("maxlength"); // a long text is refused with words, not cut silently
    this.problem = form.querySelector(".composer__problem");
    this.row = form.querySelector(".composer__chips");
    this.left = form.querySelector(".composer__left");
    this.chips = [];
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.area.addEventListener("keydown", (event) => this.onKey(event));
    this.area.addEventListener("input", () => this.onInput());
    for (const input of form.querySelectorAll("input[type=file]")) {
      input.addEventListener("change", () => {
        this.attach(input.files);
        input.value = "";
      });
    }
    this.area.addEventListener("paste", (event) => {
      if (!event.clipboardData.files.length) return;
      event.preventDefault();
      this.attach(event.clipboardData.files);
    });
    this.listenToDrops();
    this.restore();
  }

  // --- text ---------------------------------------------------------------------------------------------------------

  onKey(event) {
    if (event.key !== "Enter" || event.isComposing || event.shiftKey || event.altKey) return;
    if (!wide.matches && !event.ctrlKey && !event.metaKey) return; // a phone has the button, and needs its new lines
    event.preventDefault();
    this.send();
  }

  onInput() {
    this.say("");
    this.measure();
    this.keep();
    if (this.area.value.trim()) this.onTyping();
  }

  measure() {
    const room = this.limit - this.area.value.trim().length;
    this.left.textContent = room < this.limit / 10 ? String(room) : "";
    this.left.toggleAttribute("data-over", room < 0);
    if (CSS.supports("field-sizing", "content")) return;
    this.area.style.blockSize = "auto";
    this.area.style.blockSize = `${this.area.scrollHeight + 2}px`;
  }

  send() {
    const text = this.area.value.trim();
    if (text.length > this.limit) return this.say(this.words.too_long);
    const failed = this.chips.find((chip) => chip.failed);
    if (failed) return failed.element.querySelector(".chit__problem [data-remove]").focus();
    if (!text && !this.chips.length) return this.area.focus();
    const files = this.chips.map((chip) => chip.file);
    this.clear();
    this.onSend({ text, files });
  }

  clear() {
    this.area.value = "";
    this.chips = [];
    this.row.replaceChildren();
    this.say("");
    this.measure();
    this.draw();
    this.keep();
    this.area.focus();
  }

  /** Brings a text back that could not be sent, unless something else is being written. */
  give(text) {
    if (this.area.value.trim()) return;
    this.area.value = text;
    this.onInput();
    this.area.focus();
  }

  say(text) {
    this.problem.textContent = text;
    this.problem.hidden = !text;
  }

  // --- files --------------------------------------------------------------------------------------------------------

  attach(files) {
    const problems = [];
    for (const file of files) {
      const wrong = this.fault(file);
      if (wrong) problems.push(wrong);
      else this.start(file);
    }
    this.say([...new Set(problems)].join(" "));
    this.keep();
  }

  /** What the server would say, without sending it there first. */
  fault(file) {
    const { accept, bytes, files } = JSON.parse(this.form.dataset.limits);
    const extension = `.${file.name.split(".").at(-1).toLowerCase()}`;
    const say = (words) => words.replace("%(name)s", file.name);
    if (this.chips.length >= files) return this.words.too_many;
    if (!file.size) return say(this.words.empty);
    if (file.size > bytes) return say(this.words.too_large);
    return accept.split(",").includes(extension) ? "" : say(this.words.forbidden);
  }

  start(source) {
    const blob = source.type.startsWith("image/") ? URL.createObjectURL(source) : "";
    const file = { name: source.name, size: source.size, blob, preview: "" };
    const chip = this.show(file);
    this.run(chip, source);
  }

  run(chip, source) {
    const bar = chip.element.querySelector("progress");
    chip.failed = false;
    delete chip.element.dataset.failed;
    const sending = upload(this.panel.dataset.upload, source, (done) => (bar.value = done));
    chip.abort = sending.abort;
    chip.file.pending = sending.promise;
    sending.promise.then(
      (known) => {
        Object.assign(chip.file, known);
        delete chip.file.pending;
        chip.element.dataset.done = "";
        this.keep();
      },
      (error) => {
        if (!this.chips.includes(chip)) return; // removed, or already part of a message that will say it
        this.fail(chip, error, () => this.run(chip, source));
      },
    );
  }

  /** Why the server has not taken a file stands with it until it is taken away: the box goes on being written in. */
  fail(chip, error, again) {
    const { element } = chip;
    const problem = element.querySelector(".chit__problem");
    const retry = problem.querySelector("[data-again]");
    chip.failed = true;
    element.dataset.failed = "";
    problem.hidden = false;
    problem.firstElementChild.textContent = error.code ? error.message : this.words.not_uploaded;
    // What is wrong with the file itself is wrong the next time, too.
    retry.hidden = /^(file_|too_large)/.test(error.code);
    retry.onclick = () => {
      problem.hidden = true;
      element.querySelector("[data-remove]").focus();
      again();
    };
    element.scrollIntoView({ block: "nearest" });
  }

  show(file) {
    const element = this.piece("chip");
    const chip = { file, element };
    element.querySelector(".chit__name").textContent = file.name;
    const image = element.querySelector("img");
    image.hidden = !(file.preview || file.blob);
    image.onerror = () => (image.hidden = true); // no picture, whatever its name says
    if (!image.hidden) image.src = file.blob || file.preview;
    if (file.id) element.dataset.done = "";
    for (const remove of element.querySelectorAll("[data-remove]")) remove.addEventListener("click", () => this.remove(chip));
    this.chips.push(chip);
    this.row.append(element);
    this.draw();
    return chip;
  }

  remove(chip) {
    chip.abort?.();
    this.chips.splice(this.chips.indexOf(chip), 1);
    chip.element.remove();
    this.say("");
    this.draw();
    this.keep();
    this.area.focus();
    if (chip.file.id) this.panel.dispatchEvent(new CustomEvent("chat:discard", { detail: chip.file }));
  }

  draw() {
    this.row.hidden = !this.chips.length;
  }

  listenToDrops() {
    let depth = 0;
    const over = (on) => this.panel.toggleAttribute("data-over", on);
    const carries = (event) => event.dataTransfer?.types.includes("Files");
    this.panel.addEventListener("dragenter", (event) => carries(event) && over(Boolean((depth += 1))));
    this.panel.addEventListener("dragleave", (event) => carries(event) && over((depth -= 1) > 0));
    this.panel.addEventListener("dragover", (event) => carries(event) && event.preventDefault());
    this.panel.addEventListener("drop", (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      over(Boolean((depth = 0)));
      this.attach(event.dataTransfer.files);
    });
  }

  // --- draft (js/drafts.js sweeps old ones) -------------------------------------------------------------------------

  keep() {
    const files = this.chips.filter((chip) => chip.file.id).map(({ file: { blob, pending, ...plain } }) => plain);
    try {
      if (!this.area.value && !files.length) localStorage.removeItem(this.draftKey);
      else localStorage.setItem(this.draftKey, JSON.stringify({ at: Date.now(), text: this.area.value, files }));
    } catch {
      // No storage, no draft.
    }
  }

  restore() {
    try {
      const draft = JSON.parse(localStorage.getItem(this.draftKey));
      if (draft && !this.area.value) this.area.value = draft.text;
      for (const file of draft?.files ?? []) this.show(file);
      if ("proposed" in this.area.dataset) this.propose(draft?.text ?? "");
    } catch {
      localStorage.removeItem(this.draftKey);
    }
    this.measure();
  }

  /** Words that the link to this page has brought: below what was being written, and once only. */
  propose(before) {
    if (before && !before.includes(this.area.value)) this.area.value = `${before}\n${this.area.value}`;
    else if (before) this.area.value = before;
    history.replaceState(history.state, "", location.pathname);
    this.keep();
  }
}
