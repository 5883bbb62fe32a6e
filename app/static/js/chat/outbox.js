// Messages that the server has not answered for yet. Each is kept in the browser under a key of its own, so it survives
// the page and several tabs do not overwrite each other; its id makes a repeated sending harmless. Strictly one after
// another: the order in which they were written is the order in which they arrive.
import { Refused, send, Unreachable } from "../http.js";
import { newId } from "../ids.js";

const PREFIX = "outbox:";
const LONGEST = 30_000;
const TOO_OLD = 24 * 3600 * 1000; // after a day people decide themselves whether it should still go
const panels = new Set(); // outboxes that a conversation on this page looks after

export class Outbox {
  /** `changed(item | null)` is called after each change, `words` are the texts for what goes wrong here. */
  constructor(user, thread, url, { changed = () => {}, words = {} } = {}) {
    Object.assign(this, { prefix: `${PREFIX}${user}:${thread}:`, url, changed, words });
    this.items = stored(this.prefix);
    for (const item of this.items) if (Date.now() - item.at > TOO_OLD) item.error ??= words.refused ?? " ";
  }

  watch() {
    this.stopped = false;
    panels.add(this.prefix);
    this.onStorage = (event) => {
      // Another tab has settled it, or has written something new.
      if (event.key?.startsWith(this.prefix) && !event.newValue) this.forget(event.key.slice(this.prefix.length));
    };
    addEventListener("storage", this.onStorage);
  }

  unwatch() {
    panels.delete(this.prefix);
    removeEventListener("storage", this.onStorage);
    this.stopped = true;
    this.wake?.();
  }

  /** files: {id, name, size, preview, width, height}; without an id yet, `pending` promises one. */
  add(text, files) {
    const at = Math.max(Date.now(), (this.items.at(-1)?.at ?? 0) + 1);
    const item = { id: newId(), at, url: this.url, text, files };
    this.items.push(item);
    this.keep(item);
    // Uploads that end while earlier messages wait are worth remembering.
    for (const file of files) file.pending?.then(() => this.find(item.id) && !item.number && this.keep(item), () => {});
    this.changed(item);
    this.kick();
    return item;
  }

  retry(id) {
    const item = this.find(id);
    if (!item) return;
    delete item.error;
    item.at = Math.max(item.at, Date.now() - TOO_OLD / 2);
    this.keep(item);
    this.changed(item);
    this.kick();
  }

  /** The server has it and the page shows it, or its writer does not want it any more. */
  forget(id) {
    const item = this.find(id);
    if (!item) return null;
    this.items.splice(this.items.indexOf(item), 1);
    put(this.prefix + id, null);
    for (const { blob } of item.files) if (blob) URL.revokeObjectURL(blob);
    this.changed(null);
    return item;
  }

  find(id) {
    return this.items.find((item) => item.id === id);
  }

  /** Sends what waits, now: also out of a pause between two attempts. */
  async kick() {
    this.wake?.();
    if (this.running) return;
    this.running = true;
    let failures = 0;
    let item;
    while (!this.stopped && (item = this.items.find((each) => !each.error && !each.number))) {
      try {
        item.number = await this.deliver(item);
        put(this.prefix + item.id, null);
        failures = 0;
      } catch (error) {
        if (error instanceof Refused) {
          item.error = error.message;
          this.keep(item);
        } else if (error instanceof Unreachable) {
          await this.pause(Math.max(error.seconds * 1000, Math.min(LONGEST, 1000 * 2 ** failures++)));
        } else throw error;
      }
      this.changed(item);
    }
    this.running = false;
  }

  async deliver(item) {
    for (const file of item.files) {
      if (!file.id && !file.pending) throw new Refused(422, { text: this.words.lost_file });
      if (!file.id) Object.assign(file, await file.pending);
    }
    this.keep(item);
    const pairs = [["client_id", item.id], ["text", item.text], ...item.files.map((file) => ["files", file.id])];
    return (await send(item.url, pairs)).number;
  }

  pause(time) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, time * (0.8 + Math.random() * 0.4));
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  keep(item) {
    const files = item.files.map(({ pending, blob, ...plain }) => plain);
    put(this.prefix + item.id, JSON.stringify({ ...item, files }));
  }
}

/** What was left behind on other pages goes too, without a conversation to show it. */
export function sendLeftovers(user) {
  const threads = new Set();
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(`${PREFIX}${user}:`)) threads.add(key.split(":")[2]);
  }
  for (const thread of threads) {
    if (panels.has(`${PREFIX}${user}:${thread}:`)) continue;
    const box = new Outbox(user, thread, "");
    // A file that never arrived has to be attached again: that is for the conversation to say.
    box.items = box.items.filter((item) => item.files.every((file) => file.id));
    box.kick();
  }
}

function stored(prefix) {
  const found = [];
  for (const key of Object.keys(localStorage).filter((each) => each.startsWith(prefix))) {
    try {
      found.push(JSON.parse(localStorage.getItem(key)));
    } catch {
      localStorage.removeItem(key);
    }
  }
  return found.sort((a, b) => a.at - b.at);
}

// A full or forbidden storage must not keep anybody from writing: then it lives as long as the page.
function put(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // see above
  }
}
