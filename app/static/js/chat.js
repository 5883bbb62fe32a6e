// <chat-panel>: a conversation that lives (templates/parts/chat.html). It puts the parts together: the list, the box,
// what waits to be sent; says what has been received and read; shows who types. The server's fragments are the only
// way in for messages: a poke, a break or an own message all lead to «everything after my last number».
import { Composer } from "./chat/composer.js";
import { Lightbox } from "./chat/lightbox.js";
import { Outbox, sendLeftovers } from "./chat/outbox.js";
import { Pending } from "./chat/pending.js";
import { isMine, Thread } from "./chat/thread.js";
import { Refused, send, Unreachable } from "./http.js";
import { forgetUnread, setUnread } from "./title.js";
import { announce } from "./toasts.js";

const TYPING_EVERY = 3000;
const TYPING_SHOWN = 4000;
const SETTLE = 120; // ms in which several marks become one request

class ChatPanel extends HTMLElement {
  connectedCallback() {
    this.leave = new AbortController();
    const options = { signal: this.leave.signal };
    if (!this.thread) this.build();
    this.outbox.watch();
    this.eye = new IntersectionObserver(([entry]) => this.look(entry.isIntersecting));
    this.eye.observe(this.querySelector(".chat__end"));
    document.addEventListener("visibilitychange", () => this.look(), options);
    addEventListener("online", () => this.refresh(), options);
    this.outbox.kick();
    this.refreshed();
  }

  disconnectedCallback() {
    this.leave.abort();
    this.eye.disconnect();
    this.outbox.unwatch();
    forgetUnread(this.id);
    clearTimeout(this.retry);
    sendLeftovers(document.body.dataset.user); // the desk goes to another order: what waits here still goes
  }

  build() {
    const { thread, url } = this.dataset;
    const user = document.body.dataset.user;
    this.words = JSON.parse(this.dataset.words);
    this.piece = (name) => this.querySelector(`template[data-part="${name}"]`).content.cloneNode(true).firstElementChild;
    this.thread = new Thread(this, this.piece, this.words, (li) => this.settle(li));
    this.outbox = new Outbox(user, thread, url, { changed: (item) => this.onOutbox(item), words: this.words });
    this.pending = new Pending(this, this.thread, this.outbox, this.piece);
    new Lightbox(this, this.piece);
    const form = this.querySelector("form.composer");
    if (form) {
      this.composer = new Composer(this, form, {
        piece: this.piece,
        words: this.words,
        draftKey: `draft:chat:${user}:${thread}`,
        onSend: ({ text, files }) => this.write(text, files),
        onTyping: () => this.typing(),
      });
    }
    this.jump = this.querySelector(".chat__jump");
    this.jump.addEventListener("click", () => this.thread.toEnd());
    this.addEventListener("live", (event) => this.onLive(event.detail.pokes));
    this.addEventListener("chat:moved", () => this.showJump());
    this.addEventListener("chat:discard", ({ detail }) => send(`${detail.url}/discard`).catch(() => {}));
    for (const li of this.thread.messages()) this.settle(li);
    this.pending.draw();
  }

  // --- what comes ---------------------------------------------------------------------------------------------------

  onLive(pokes) {
    for (const poke of pokes) if (poke.kind === "thread.typing") this.showTyping(poke);
    const notes = this.dataset.kind === "notes";
    const ours = (poke) => {
      if (poke.kind === "resync") return true;
      if (poke.kind === "thread.seen") return String(poke.thread) === this.dataset.thread;
      // «client.wrote», «client.answered»: of a client and a provider.
      return (notes ? /^note\./ : /^(message|client)\./).test(poke.kind);
    };
    if (pokes.some((poke) => poke.kind === "resync")) this.outbox.kick();
    if (pokes.some(ours)) this.refresh();
  }

  /** Fetches what is missing; after a break it tries again until it could. */
  async refresh() {
    clearTimeout(this.retry);
    try {
      this.arrived(await this.thread.sync());
      this.attempts = 0;
    } catch (error) {
      if (!(error instanceof Unreachable)) return; // this reader may not see it any more
      this.attempts = (this.attempts ?? 0) + 1;
      this.retry = setTimeout(() => this.isConnected && this.refresh(), Math.min(15_000, 1000 * 2 ** this.attempts));
    }
  }

  arrived(added) {
    const stays = this.thread.atEnd;
    const foreign = added.filter((li) => !isMine(li));
    if (foreign.length) {
      if (!this.reading) this.thread.divide(foreign);
      this.hush(foreign);
      announce(foreign.map((li) => this.spoken(li)).join(" "));
    }
    if (added.length && stays) this.thread.toEnd();
    this.refreshed();
  }

  /** An own message that the list shows need not be sent any more. */
  settle(li) {
    if (li.dataset.client) this.outbox.forget(li.dataset.client);
  }

  refreshed() {
    this.querySelector(".chat__empty").hidden = this.thread.last > 0 || this.outbox.items.length > 0;
    this.look();
    this.showJump();
  }

  spoken(li) {
    const name = li.querySelector(".bubble__who > b")?.textContent ?? "";
    const text = li.querySelector(".bubble__text")?.textContent || this.words.file;
    return this.words.from.replace("%(name)s", name).replace("%(text)s", text);
  }

  // --- what goes ----------------------------------------------------------------------------------------------------

  write(text, files) {
    this.thread.undivide();
    this.outbox.add(text, files);
    this.thread.toEnd();
    this.typed = 0;
  }

  onOutbox(item) {
    this.pending.draw();
    this.querySelector(".chat__empty").hidden = this.thread.last > 0 || this.outbox.items.length > 0;
    if (item?.number > this.thread.last) this.refresh();
    else if (item?.number) this.outbox.forget(item.id);
  }

  typing() {
    const now = Date.now();
    if (document.body.dataset.connection !== "online" || now - (this.typed ?? 0) < TYPING_EVERY) return;
    this.typed = now;
    send(this.dataset.typing).catch(() => {});
  }

  // --- received, seen -----------------------------------------------------------------------------------------------

  /** The reader has the end of the conversation before his eyes, or not. */
  look(endInView = this.endInView) {
    this.endInView = endInView;
    this.reading = Boolean(endInView) && !document.hidden;
    const { thread } = this;
    const unread = thread.unread();
    if (this.reading) thread.marks.mine = Math.max(thread.marks.mine, thread.last);
    if (unread.length || this.said?.delivered < thread.last) this.tell();
    this.count();
  }

  count() {
    const unread = this.thread.unread().length;
    setUnread(this.id, unread);
    const dot = document.querySelector(`[data-unread-dot="${this.dataset.kind === "notes" ? "notes" : "chat"}"]`);
    if (dot) dot.hidden = !unread;
    this.showJump();
  }

  tell() {
    if (!("writer" in this.dataset)) return; // an onlooker's reading is nobody's business
    clearTimeout(this.telling);
    this.telling = setTimeout(async () => {
      const now = { delivered: this.thread.last, read: this.reading ? this.thread.last : 0 };
      if (this.said?.delivered >= now.delivered && this.said?.read >= now.read) return;
      const before = this.said;
      this.said = { delivered: now.delivered, read: Math.max(now.read, before?.read ?? 0) };
      try {
        await send(this.dataset.seen, Object.entries(now));
      } catch (error) {
        if (!(error instanceof Refused)) this.said = before; // said again after the break
      }
    }, SETTLE);
  }

  showJump() {
    const unread = this.thread.unread().length;
    this.jump.hidden = this.thread.atEnd;
    const label = unread ? this.words.new.replace("%(count)s", unread) : "";
    this.jump.lastElementChild.textContent = label;
    this.jump.setAttribute("aria-label", label || this.words.down);
  }

  // --- who types ----------------------------------------------------------------------------------------------------

  showTyping(poke) {
    if (String(poke.thread) !== this.dataset.thread || String(poke.user) === document.body.dataset.user) return;
    const wrote = this.querySelector(`[data-author="${poke.user}"] .bubble__who > b`);
    const name = wrote?.textContent ?? JSON.parse(this.dataset.people)[poke.user];
    this.typist = String(poke.user);
    this.querySelector(".chat__typing").textContent = name ? this.words.typing.replace("%(name)s", name) : this.words.typing_somebody;
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => this.hush(), TYPING_SHOWN);
  }

  hush(added) {
    if (added && !added.some((li) => li.dataset.author === this.typist)) return;
    this.querySelector(".chat__typing").textContent = "";
  }
}

customElements.define("chat-panel", ChatPanel);
