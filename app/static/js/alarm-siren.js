// The siren: synthesised, so there is nothing to download; it wails by an oscillator of its own, so it needs no timer,
// which browsers slow down in the background. A drill has a softer voice.
const VOICES = {
  alarm: { shape: "sawtooth", pitch: 930, swing: 330, pace: 1.5, volume: 0.6 },
  drill: { shape: "sine", pitch: 600, swing: 70, pace: 0.7, volume: 0.25 },
};
const HEARD = "siren-heard";
const SHIFT = 12 * 3600_000;

let audio = null;
let voice = null; // { kind, gain, parts } while it sounds

/** Prepares the sound; `changed` is called whenever the browser lets it sound or not. */
export function startSiren(changed) {
  if (!globalThis.AudioContext) return;
  audio = new AudioContext();
  audio.addEventListener("statechange", changed);
}

/** Whether the browser lets this page sound. */
export function audible() {
  return audio?.state === "running";
}

/** To be called from under a hand: browsers keep a page silent until it is touched. */
export async function wake() {
  if (!audio || audible() || navigator.userActivation?.hasBeenActive === false) return;
  await audio.resume().catch(() => {});
}

export function sounding() {
  return voice?.kind ?? "";
}

export function sound(kind) {
  if (voice?.kind === kind) return;
  silence();
  const { shape, pitch, swing, pace, volume } = VOICES[kind];
  const gain = new GainNode(audio, { gain: 0 });
  const tone = new OscillatorNode(audio, { type: shape, frequency: pitch });
  const wail = new OscillatorNode(audio, { type: "triangle", frequency: pace });
  const depth = new GainNode(audio, { gain: swing });
  wail.connect(depth).connect(tone.frequency);
  tone.connect(gain).connect(audio.destination);
  gain.gain.linearRampToValueAtTime(volume, audio.currentTime + 0.05);
  for (const part of [tone, wail]) part.start();
  voice = { kind, parts: [tone, wail] };
}

export function silence() {
  for (const part of voice?.parts ?? []) part.stop();
  voice = null;
}

/** Two short tones, not the siren: somebody who is gone to already calls once more. */
export function chime() {
  [660, 880].forEach((pitch, number) => {
    const from = audio.currentTime + number * 0.2;
    const gain = new GainNode(audio, { gain: 0 });
    const tone = new OscillatorNode(audio, { type: "sine", frequency: pitch });
    tone.connect(gain).connect(audio.destination);
    gain.gain.setValueAtTime(0, from);
    gain.gain.linearRampToValueAtTime(0.4, from + 0.02);
    gain.gain.linearRampToValueAtTime(0, from + 0.18);
    tone.start(from);
    tone.stop(from + 0.2);
  });
}

// --- checked at the start of a shift --------------------------------------------------------------------------------

/** Whether the reader has heard it here within this shift. Whoever comes next to the same machine is asked anew. */
export function checked() {
  const [user, at] = (localStorage.getItem(HEARD) ?? "").split(" ");
  const since = Date.now() - Number(at);
  return user === document.body.dataset.user && since >= 0 && since < SHIFT;
}

export function setChecked(heard) {
  if (heard) localStorage.setItem(HEARD, `${document.body.dataset.user} ${Date.now()}`);
  else localStorage.removeItem(HEARD);
}
