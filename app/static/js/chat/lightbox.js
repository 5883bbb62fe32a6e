// Opens the pictures of a conversation at full size, with the arrows from one to the next.
export class Lightbox {
  constructor(panel, piece) {
    this.panel = panel;
    this.piece = piece;
    panel.addEventListener("click", (event) => {
      const shot = event.target.closest("[data-shot]");
      if (!shot || event.metaKey || event.ctrlKey || event.shiftKey || !HTMLDialogElement.prototype.showModal) return;
      event.preventDefault();
      this.open(shot);
    });
  }

  open(shot) {
    this.dialog ??= this.build();
    this.show(shot);
    this.dialog.showModal();
  }

  build() {
    const dialog = this.piece("lightbox");
    this.panel.append(dialog);
    for (const button of dialog.querySelectorAll("[data-step]")) {
      button.addEventListener("click", () => this.step(Number(button.dataset.step)));
    }
    dialog.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step) this.step(step);
    });
    dialog.querySelector(":scope > img").addEventListener("click", () => this.step(1));
    dialog.addEventListener("close", () => this.shot?.focus());
    return dialog;
  }

  shots() {
    return [...this.panel.querySelectorAll("[data-shot]")];
  }

  step(by) {
    const shots = this.shots();
    this.show(shots[(shots.indexOf(this.shot) + by + shots.length) % shots.length]);
  }

  show(shot) {
    this.shot = shot;
    const image = this.dialog.querySelector(":scope > img");
    image.src = shot.href;
    image.alt = shot.dataset.shot;
    this.dialog.querySelector("[data-name]").textContent = [shot.dataset.shot, shot.dataset.size].filter(Boolean).join(" · ");
    this.dialog.querySelector("[data-save]").href = `${shot.href}?save`;
    this.dialog.classList.toggle("lightbox--alone", this.shots().length < 2);
  }
}
