// The list follows what is typed: the page with these words is fetched and its queue takes the place of this one, with
// every link that keeps the filters. The opened order stays. Without a script, Enter does it.
import htmx from "htmx.org";
import { Idiomorph } from "idiomorph";
import { relist } from "./desk-open.js";
import { signIn } from "./http.js";
import { announce } from "./toasts.js";

const DELAY = 250;
const queue = document.querySelector(".desk__queue");
let timer;
let asking;

export function startSearch() {
  document.addEventListener("input", ({ target }) => {
    if (!target.matches("[data-search]")) return;
    clearTimeout(timer);
    asking?.abort(); // a slow answer to what was typed before is of no use
    timer = setTimeout(search, DELAY, target);
  });
  document.addEventListener("submit", () => clearTimeout(timer));
}

async function search(field) {
  asking = new AbortController();
  try {
    const address = `${field.form.action}?${new URLSearchParams(new FormData(field.form))}`;
    const answer = await fetch(address, { signal: asking.signal, headers: { Accept: "text/html" } });
    if (answer.status === 401 || (answer.redirected && !answer.url.includes("/desk/"))) return signIn();
    if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // Typed on, or no connection: live.js says so, and Enter asks again.
  }
}

function show(page) {
  const fresh = page.querySelector(".desk__queue");
  Idiomorph.morph(queue, [...fresh.children], { morphStyle: "innerHTML", ignoreActiveValue: true });
  htmx.process(queue);
  // Which box of the menu these words are looked for in.
  for (const box of document.querySelectorAll("[data-go]")) {
    const now = page.querySelector(`[data-go="${box.dataset.go}"]`)?.getAttribute("aria-current");
    if (now) box.setAttribute("aria-current", now);
    else box.removeAttribute("aria-current");
  }
  queue.scrollTo({ top: 0 });
  relist(page.title);
  document.dispatchEvent(new CustomEvent("relisted"));
  document.dispatchEvent(new CustomEvent("htmx:afterSettle"));
  announce(queue.querySelector(".empty h2, .empty p, h1").textContent);
}
