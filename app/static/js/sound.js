// The chime of a new message: switched on by whoever wants it ([data-sound]), tried with [data-sound-test], played
// once even if several tabs are open. It is synthesised: nothing to download.
import { once } from "./once.js";

const KEY = "sound";
const RANG = "sound-rang";
const NOTES = [
  [0, 659.3],
  [0.13, 880],
];
let audio;

export function startSound() {
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-sound]")) return;
    localStorage.setItem(KEY, event.target.checked ? "on" : "off");
    if (event.target.checked) chime();
    show();
  });
  document.addEventListener("click", (event) => event.target.closest("[data-sound-test]") && chime());
  // Browsers keep a page silent until it is touched.
  addEventListener("pointerdown", () => isOn() && context()?.resume(), { once: true });
  addEventListener("storage", (event) => event.key === KEY && show());
  document.addEventListener("htmx:afterSettle", show);
  show();
}

export function isOn() {
  return localStorage.getItem(KEY) === "on";
}

/** Rings for the thing `key`, if the sound is on and no other tab has rung for it. */
export function ring(key) {
  if (isOn()) once(RANG, key, chime);
}

export function chime() {
  const player = context();
  if (!player) return;
  player.resume();
  for (const [delay, frequency] of NOTES) note(player, player.currentTime + delay, frequency);
  document.dispatchEvent(new CustomEvent("sound:rang"));
}

function note(player, start, frequency) {
  const tone = player.createOscillator();
  const volume = player.createGain();
  tone.frequency.value = frequency;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(0.22, start + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.001, start + 0.5);
  tone.connect(volume).connect(player.destination);
  tone.start(start);
  tone.stop(start + 0.55);
}

function context() {
  if (!globalThis.AudioContext) return null;
  audio ??= new AudioContext();
  return audio;
}

/** Every switch and its icon show the present state. */
function show() {
  for (const input of document.querySelectorAll("[data-sound]")) {
    input.checked = isOn();
    const icon = document.querySelector(`[popovertarget="${input.closest("[popover]")?.id}"] use`);
    icon?.setAttribute("href", icon.getAttribute("href").replace(/#.*/, isOn() ? "#volume-2" : "#volume-x"));
  }
}
