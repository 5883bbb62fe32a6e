// What this page says of itself to the server: that it is there and would be heard (a beat every few seconds), and which
// alarms are on its screen and have been seen. The answer to a beat is the second way by which an alarm arrives, beside
// the socket.
import { newId } from "./ids.js";
import { csrf, Refused, send } from "./http.js";

const EVERY = 5; // seconds
const PATIENCE = 4000;
// A page, not a tab: who goes on to the next page leaves this one, in whatever order the server hears of it.
const id = newId();

export class Console {
  #frame;
  #state;
  #tell;
  #tick = 0;
  #busy = false;
  #over = false;
  #failed = 0;
  #told = { delivered: new Set(), seen: new Set() };
  #missed = { delivered: [], seen: [] };

  /** `state()` → {sound, visible}; `tell(answer, trouble)` gets what the server answers, or null and why there is no
   *  answer: "offline", or "over" when it will not have this page any more. */
  constructor(frame, state, tell) {
    this.#frame = frame;
    this.#state = state;
    this.#tell = tell;
    addEventListener("pagehide", () => this.#leave());
    addEventListener("pageshow", (event) => event.persisted && this.beat());
    addEventListener("online", () => this.beat());
    addEventListener("offline", () => this.#lost());
    document.addEventListener("visibilitychange", () => this.beat());
  }

  /** Each second. */
  tick() {
    this.#tick += 1;
    if (this.#failed || this.#tick % EVERY === 0) this.beat();
    for (const [what, keys] of Object.entries(this.#missed)) this.acknowledge(what, keys.splice(0));
  }

  async beat() {
    if (this.#busy || this.#over) return;
    this.#busy = true;
    const { sound, visible } = this.#state();
    try {
      const said = [["id", id], ["sound", sound ? 1 : 0], ["visible", visible ? 1 : 0]];
      const answer = await send(this.#frame.dataset.beat, said, PATIENCE);
      this.#failed = 0;
      this.#tell(answer);
    } catch (error) {
      // No right to hear alarms any more, or somebody else has signed in beside us: the next page is another one.
      if (error instanceof Refused) {
        this.#over = true;
        this.#tell(null, "over");
      } else if ((this.#failed += 1) > 1 || !navigator.onLine) this.#tell(null, "offline");
    } finally {
      this.#busy = false;
    }
  }

  #lost() {
    if (this.#over) return;
    this.#failed = 2;
    this.#tell(null, "offline");
  }

  /** Says once which alarms are on the screen ("delivered") or were seen; again until the server has heard it. `keys`:
   *  «7.1», an alarm and whether it sounds here, for it may be told to us anew. */
  async acknowledge(what, keys) {
    const told = this.#told[what];
    const news = keys.filter((key) => !told.has(key));
    if (!news.length) return;
    for (const key of news) told.add(key);
    try {
      await send(this.#frame.dataset[what], news.map((key) => ["id", key.split(".")[0]]), PATIENCE);
    } catch (error) {
      if (error instanceof Refused) return;
      for (const key of news) told.delete(key);
      this.#missed[what].push(...news);
    }
  }

  #leave() {
    const form = new FormData();
    form.append("id", id);
    form.append("csrf_token", csrf());
    navigator.sendBeacon(this.#frame.dataset.leave, form);
  }
}
