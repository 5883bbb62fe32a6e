// <sos-countdown data-left="287.4" data-whole="300">: mm:ss until somebody of the staff must be there. The server says
// how much is left; the page counts on by a clock that nobody can set, with or without a connection.
import { announce } from "./toasts.js";

const ASLEEP = 5000;

class SosCountdown extends HTMLElement {
  static observedAttributes = ["data-left", "data-round"];

  attributeChangedCallback() {
    this.end = answered() + Number(this.dataset.left) * 1000;
    if (this.timer) this.tick();
  }

  connectedCallback() {
    fromPage = false;
    this.said = this.seconds();
    this.timer = setInterval(() => this.tick(), 250);
    this.tick();
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  seconds() {
    return Math.max(0, Math.ceil((this.end - performance.now()) / 1000));
  }

  tick() {
    const left = this.seconds();
    const digits = this.querySelector("[data-digits]");
    const text = [Math.floor(left / 60), left % 60].map((part) => String(part).padStart(2, "0")).join(":");
    if (digits && digits.textContent !== text) digits.textContent = text;
    this.querySelector(".count__left")?.setAttribute("stroke-dashoffset", String(100 - Math.min(100, (100 * left) / Number(this.dataset.whole))));
    this.classList.toggle("count--over", left === 0);
    if (left < this.said) this.speak(left);
    this.said = left;
  }

  /** Once at the last minute and at the end: nobody wants to hear each second. */
  speak(left) {
    if (left === 0) announce(this.dataset.over);
    else if (left <= 60 && this.said > 60) announce(this.dataset.minute);
  }
}

/** When the server said how much is left: what stands in the page with its first byte, later news just now. */
let fromPage = true;
function answered() {
  return (fromPage && performance.getEntriesByType("navigation")[0]?.responseStart) || performance.now();
}

customElements.define("sos-countdown", SosCountdown);

// A phone that slept may have a clock that slept too: the server knows.
let hiddenAt = 0;
document.addEventListener("visibilitychange", () => {
  if (document.hidden) hiddenAt = performance.now();
  else if (performance.now() - hiddenAt > ASLEEP) window.htmx?.trigger("#alarm-state", "refresh");
});
