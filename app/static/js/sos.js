// The forms that call for help, <form data-sos>: a press is kept in the browser and sent (js/sos-press.js), and what
// becomes of it is said: [data-sos-status] while it is sent, [data-sos-waiting] when there is no connection. Without
// this script they are plain forms. The phone follows the chosen place.
import { deliver, news, press, takeBack, waiting } from "./sos-press.js";

/** What appears under the finger that pressed for help is not what it pressed. */
const CALM = 1000;
let leaving;

// On its way down: js/forms.js lets a form be sent once, here each press counts.
document.addEventListener("submit", onSubmit, true);
document.addEventListener("click", ({ target }) => onTakeBack(target.closest("[data-sos-take-back]")));
document.addEventListener("change", (event) => showPhone(event.target.closest("form[data-phones]")));
news.addEventListener("sent", ({ detail }) => onSent(detail));
news.addEventListener("trouble", showTrouble);
news.addEventListener("stranger", () => location.assign("/sign-in?next=/sos"));
news.addEventListener("asking", () => settle("asking"));
news.addEventListener("gone", ({ detail }) => onGone(detail));

showPhone(document.querySelector("form[data-phones]"));
deliver();
document.querySelector("form[data-sos-at-once]")?.requestSubmit();

function onSubmit(event) {
  const form = event.target;
  if (!form.matches("[data-sos]")) return;
  if (!form.checkValidity()) {
    // What is missing the server says beside the fields; without a connection the browser does.
    if (navigator.onLine) return;
    event.preventDefault();
    form.reportValidity();
    return;
  }
  event.preventDefault();
  const { csrf_token: _mark, user: _whose, key, ...rest } = Object.fromEntries(new FormData(form));
  say("sending");
  // A press that waited for the sign-in is still the same one.
  press(rest.pressed_at ? { key, ...rest } : rest);
}

function onSent({ url, alarm }) {
  settle();
  for (const { dataset } of document.querySelectorAll("form[data-sos][data-draft]")) if (alarm) localStorage.removeItem(`draft:${dataset.draft}`);
  const state = document.getElementById("alarm-state");
  if (state && new URL(url, location.href).pathname === location.pathname) return window.htmx?.trigger(state, "refresh");
  // Presses of the same moment go first.
  clearTimeout(leaving);
  leaving = setTimeout(() => location.assign(url), waiting().length ? 800 : 0);
}

/** Taken back here, or settled by another tab: then the call has its page. */
function onGone({ taken }) {
  settle(taken ? "taken" : "");
  if (document.hidden) addEventListener("visibilitychange", () => location.reload(), { once: true });
}

function settle(word = "") {
  say(word);
  if (waiting().length) return;
  for (const block of document.querySelectorAll("[data-sos-waiting]")) block.hidden = true;
}

function showTrouble() {
  const [first] = waiting();
  const block = document.querySelector("[data-sos-waiting]");
  if (!first || !block) return;
  say();
  const pressed = block.querySelector("[data-sos-pressed]");
  const time = new Date(first.pressed_at).toLocaleTimeString(document.documentElement.lang);
  pressed.textContent = pressed.dataset.sosPressed.replace("%(time)s", time);
  if (!block.hidden) return;
  offerTakeBack(block.querySelector("[data-sos-take-back]"));
  block.hidden = false;
  block.scrollIntoView({ block: "center" });
}

function offerTakeBack(button) {
  name(button, "offer");
  button.disabled = true;
  setTimeout(() => (button.disabled = false), CALM);
}

/** A call is taken back by two presses: the second one answers the question that the first one asks. */
function onTakeBack(button) {
  if (!button) return;
  if (button.dataset.said === "sure") takeBack();
  else name(button, "sure");
}

function name(button, word) {
  button.dataset.said = word;
  button.querySelector("span").textContent = button.dataset[word];
}

/** `word`: one of those that the line itself carries, data-sending …; none clears it. */
function say(word = "") {
  for (const status of document.querySelectorAll("[data-sos-status]")) status.textContent = status.dataset[word] ?? "";
}

function showPhone(form) {
  const block = form?.parentElement.querySelector("[data-sos-phone]:not([data-sos-waiting] *)");
  if (!block) return;
  const phones = JSON.parse(form.dataset.phones);
  const [dial, shown] = phones[form.elements.place.value] ?? phones[""];
  block.hidden = !shown;
  block.querySelector("[data-sos-number]").textContent = shown;
  block.querySelector("[data-sos-dial]").href = dial;
}
