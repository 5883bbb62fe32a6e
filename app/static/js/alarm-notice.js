// Beside the sound: the title of the tab, and a notice of the system where it is allowed, for whoever looks elsewhere.
import { setAlarm } from "./title.js";

const MARK = "⚠ SOS · ";
const shown = new Map(); // alarm → the system's notice
let lit = false;

/** Each second: the title says it in turn with its own words. */
export function blink(sounding) {
  lit = sounding && !lit;
  setAlarm(lit ? MARK : "");
}

/** `alarms`: the elements of those that sound. One notice each, whichever tab shows it; gone when it is over. */
export function notify(alarms) {
  const wanted = new Map(alarms.map((alarm) => [alarm.dataset.alarm, alarm]));
  for (const [id, notice] of shown) {
    if (wanted.has(id)) continue;
    notice.close();
    shown.delete(id);
  }
  if (globalThis.Notification?.permission !== "granted") return;
  for (const [id, alarm] of wanted) if (!shown.has(id)) show(id, alarm);
}

function show(id, { dataset: { who, where } }) {
  try {
    const notice = new Notification(`SOS: ${who}`, { body: where, tag: `sos-${id}`, requireInteraction: true });
    notice.addEventListener("click", () => {
      globalThis.focus();
      notice.close();
    });
    shown.set(id, notice);
  } catch {
    // Phones let only their service worker do it: the page itself is loud enough.
  }
}
