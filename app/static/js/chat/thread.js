// The list of a conversation: messages by gapless numbers, fetched after the last one known, older ones on the way up;
// days, runs of one author, the divider, how far own messages have come; and where the reader is in it.
import { fragment } from "../http.js";

const NEAR = 48; // pixels from the end that still count as the end
const RUN = 300; // seconds, as in views/chat.py
const STEPS = ["sending", "sent", "delivered", "read"];

export class Thread {
  /** `onMessage(li)` is called in the moment in which a message comes into the list. */
  constructor(panel, piece, words, onMessage) {
    Object.assign(this, { panel, piece, words, onMessage });
    this.url = panel.dataset.url;
    this.list = panel.querySelector(".chat__messages[data-last]");
    this.scroller = panel.querySelector(".chat__scroll");
    this.olderRow = panel.querySelector(".chat__older");
    this.last = Number(this.messages().at(-1)?.dataset.number ?? 0);
    this.marks = marksOf(this.list);
    this.today = this.list.dataset.today;
    this.atEnd = !this.divider();
    this.scroller.addEventListener("scroll", () => this.onScroll(), { passive: true });
    this.olderRow.querySelector("a").addEventListener("click", (event) => {
      event.preventDefault();
      this.older();
    });
    // The keyboard of a phone, a rotated screen, a tab that opens: the place in the text stays.
    new ResizeObserver(() => this.place()).observe(this.scroller);
  }

  messages() {
    return [...this.list.querySelectorAll(":scope > [data-number]")];
  }

  divider() {
    return this.list.querySelector("[data-divider]");
  }

  /** Others' messages that the reader has not seen, among those on the page. */
  unread() {
    return this.messages().filter((li) => !isMine(li) && Number(li.dataset.number) > this.marks.mine);
  }

  // --- fetching -----------------------------------------------------------------------------------------------------

  /** Everything after the last known number, until nothing is missing. Gives what was added. Throws Unreachable. */
  sync() {
    if (this.running) this.again = true;
    else this.running = this.catchUp().finally(() => (this.running = null));
    return this.running;
  }

  async catchUp() {
    const added = [];
    do {
      this.again = false;
      const fetched = parse(await fragment(`${this.url}?after=${this.last}`));
      added.push(...this.append(fetched));
      this.heed(fetched);
      // Numbers have no gaps: whatever is missing between ours and the server's last one is asked for.
      if (this.last < Number(fetched.dataset.last)) this.again = true;
    } while (this.again);
    return added;
  }

  append(fetched) {
    const days = new Map([...fetched.querySelectorAll(".day")].map((day) => [day.dataset.day, day]));
    const added = [];
    for (const li of fetched.querySelectorAll("[data-number]")) {
      if (Number(li.dataset.number) !== this.last + 1) continue;
      const before = this.messages().at(-1);
      if (before?.dataset.day !== li.dataset.day && days.has(li.dataset.day)) this.list.append(days.get(li.dataset.day));
      this.list.append(li);
      join(before, li);
      this.onMessage(li);
      this.last += 1;
      added.push(li);
    }
    return added;
  }

  async older() {
    const first = this.messages()[0];
    if (!first || this.olderRow.hidden || this.loading) return;
    this.loading = true;
    try {
      const fetched = parse(await fragment(`${this.url}?before=${first.dataset.number}`));
      const fromEnd = this.scroller.scrollHeight - this.scroller.scrollTop;
      const day = this.list.querySelector(":scope > .day");
      const lastOfOlder = [...fetched.querySelectorAll("[data-number]")].at(-1);
      if (day && lastOfOlder?.dataset.day === day.dataset.day) day.remove();
      this.list.prepend(...fetched.children);
      if (lastOfOlder) join(lastOfOlder, first);
      this.olderRow.hidden = !("older" in fetched.dataset);
      this.scroller.scrollTop = this.scroller.scrollHeight - fromEnd;
    } finally {
      this.loading = false;
    }
  }

  /** What every fragment tells besides messages: marks and today's date. */
  heed(fetched) {
    this.marks = { ...marksOf(fetched), mine: Math.max(this.marks.mine, Number(fetched.dataset.mine)) };
    for (const li of this.messages()) {
      if (!isMine(li) || !li.dataset.state) continue;
      const number = Number(li.dataset.number);
      const step = number <= this.marks.read ? "read" : number <= this.marks.delivered ? "delivered" : "sent";
      if (STEPS.indexOf(step) > STEPS.indexOf(li.dataset.state)) this.mark(li, step);
    }
    if (this.today !== fetched.dataset.today) {
      this.today = fetched.dataset.today;
      for (const day of this.panel.querySelectorAll(".day")) day.firstElementChild.textContent = this.dayName(day.dataset.day);
    }
  }

  mark(li, state) {
    if (li.dataset.state === state) return;
    li.dataset.state = state;
    const drawn = this.piece("states").querySelector(`[data-name="${state}"]`).firstElementChild;
    li.querySelector(".bubble__state").replaceWith(drawn);
  }

  dayName(day) {
    const days = Math.round((Date.parse(this.today) - Date.parse(day)) / 86_400_000);
    if (days === 0) return this.words.today;
    if (days === 1) return this.words.yesterday;
    const year = day.slice(0, 4) === this.today.slice(0, 4) ? undefined : "numeric";
    const format = new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "long", year, timeZone: "UTC" });
    return format.format(new Date(day));
  }

  // --- the divider --------------------------------------------------------------------------------------------------

  /** Messages came while nobody looked: the line stands before the first of them. */
  divide(added) {
    const first = added.find((li) => !isMine(li));
    const unread = this.unread();
    if (!first || (this.divider() && unread[0] !== first)) return;
    this.undivide();
    first.before(this.piece("divider"));
    first.classList.remove("message--goes-on");
  }

  undivide() {
    this.divider()?.remove();
  }

  // --- the reader's place -------------------------------------------------------------------------------------------

  onScroll() {
    this.atEnd = this.fromEnd() < NEAR;
    if (this.scroller.scrollTop < 240 && this.placed) this.older().catch(() => {});
    this.panel.dispatchEvent(new Event("chat:moved"));
  }

  fromEnd() {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight;
  }

  /** First to the divider or the end; later, whoever was at the end stays there. */
  place() {
    if (!this.scroller.clientHeight) return;
    const divider = this.divider();
    if (!this.placed && divider) {
      this.scroller.scrollTop = divider.offsetTop - 56;
      this.atEnd = this.fromEnd() < NEAR;
    } else if (this.atEnd || !this.placed) this.toEnd();
    requestAnimationFrame(() => (this.placed = true));
    this.panel.dispatchEvent(new Event("chat:moved"));
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.atEnd = true;
  }
}

export function isMine(li) {
  return li.classList.contains("message--mine");
}

/** Whether `li` continues the run of the message before it. */
export function join(before, li) {
  const together =
    before &&
    before.dataset.author === li.dataset.author &&
    before.dataset.day === li.dataset.day &&
    (li.previousElementSibling ?? before) === before &&
    Number(li.dataset.at) - Number(before.dataset.at) < RUN;
  li.classList.toggle("message--goes-on", Boolean(together));
}

function marksOf(list) {
  return { delivered: Number(list.dataset.delivered), read: Number(list.dataset.read), mine: Number(list.dataset.mine) };
}

function parse(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.querySelector("ol");
}
