// What was written but is not in the list yet, as bubbles after it: with a clock while it waits, with the reason and
// two buttons when it was refused.
import { size } from "../sizes.js";
import { join } from "./thread.js";

export class Pending {
  constructor(panel, thread, outbox, piece) {
    Object.assign(this, { panel, thread, outbox, piece });
    this.list = panel.querySelector("[data-outbox]");
    this.bubbles = new Map();
    this.list.addEventListener("click", (event) => {
      const id = event.target.closest("[data-client]")?.dataset.client;
      if (event.target.closest("[data-retry]")) outbox.retry(id);
      if (event.target.closest("[data-drop-message]")) this.drop(id);
    });
  }

  /** The bubbles are as the outbox says. */
  draw() {
    for (const [id, bubble] of this.bubbles) {
      if (this.outbox.find(id)) continue;
      bubble.remove();
      this.bubbles.delete(id);
    }
    for (const item of this.outbox.items) {
      if (!this.bubbles.has(item.id)) this.bubbles.set(item.id, this.build(item));
      this.update(this.bubbles.get(item.id), item);
    }
    this.drawDay();
  }

  drop(id) {
    const item = this.outbox.forget(id);
    if (item?.text) this.panel.composer?.give(item.text);
  }

  build(item) {
    const li = this.piece("message");
    li.dataset.client = item.id;
    li.querySelector(".bubble__text").textContent = item.text;
    const time = li.querySelector("time");
    time.dateTime = new Date(item.at).toISOString();
    time.textContent = this.clock(item.at).slice(11, 16);
    const pictures = item.files.filter((file) => file.preview || file.blob);
    const others = item.files.filter((file) => !pictures.includes(file));
    fill(li.querySelector(".shots"), pictures.map((file) => shot(file, pictures.length === 1)));
    li.querySelector(".shots").classList.toggle("shots--many", pictures.length > 1);
    fill(li.querySelector(".files"), others.map((file) => this.tile(file)));
    li.dataset.at = item.at / 1000;
    li.dataset.day = this.clock(item.at).slice(0, 10);
    const before = this.list.lastElementChild ?? this.thread.messages().at(-1);
    this.list.append(li);
    join(before, li);
    return li;
  }

  update(li, item) {
    this.thread.mark(li, item.error ? "failed" : item.number ? "sent" : "sending");
    const problem = li.querySelector(".message__problem");
    problem.hidden = !item.error;
    problem.firstElementChild.textContent = item.error ?? "";
  }

  /** The first message of a day that the list does not show yet. */
  drawDay() {
    this.list.querySelector(".day")?.remove();
    const first = this.outbox.items[0];
    const date = first && this.clock(first.at).slice(0, 10);
    if (!first || this.thread.messages().at(-1)?.dataset.day === date) return;
    const day = this.piece("day");
    day.dataset.day = date;
    day.firstElementChild.textContent = this.thread.dayName(date);
    this.list.prepend(day);
  }

  /** Date and time in the reader's zone, which need not be the browser's. */
  clock(moment) {
    return new Date(moment + Number(this.panel.dataset.zone) * 60_000).toISOString();
  }

  tile(file) {
    const tile = this.piece("tile");
    tile.querySelector(".file__name").textContent = file.name;
    tile.querySelector(".file__size").textContent = size(file.size, this.panel.words.units);
    return tile;
  }
}

function fill(row, children) {
  row.hidden = !children.length;
  row.replaceChildren(...children);
}

// As templates/parts/chat_message.html does it, so that nothing moves when the server's bubble comes.
function shot(file, alone) {
  const frame = document.createElement("span");
  frame.className = "shot";
  const image = new Image(132, 132);
  image.alt = file.name;
  image.src = file.blob || file.preview;
  if (alone) image.addEventListener("load", () => fit(image, file));
  if (alone && file.width) fit(image, file);
  frame.append(image);
  return frame;
}

function fit(image, file) {
  const [width, height] = [file.width ?? image.naturalWidth, file.height ?? image.naturalHeight];
  const scale = Math.min(280 / width, 320 / height, 1);
  image.width = Math.max(1, width * scale);
  image.height = Math.max(1, height * scale);
}
