// One tab of the browser sounds, however many are open: whoever holds the turn. The next one has it as soon as that tab
// falls silent or is closed. Without Web Locks (a page that is not served securely) it is a lease that is kept alive.
const KEY = "atrium-siren";
const LEASE = 2500;
const SHORT = 300; // so soon nobody can have fallen silent
const me = Math.random().toString(36).slice(2);
let leaving = null; // an AbortController while we hold the turn or wait for it
let wanted = null; // what to do with it, for the lease
let held = false;

/** `act(waited)` is called when it is our turn: at once, or when another tab has left. `lose()` when it is not ours any
 *  more though we have not left it: another tab took us for gone. */
export function takeTurn(act, lose) {
  if (leaving) return;
  leaving = new AbortController();
  const asked = performance.now();
  const begin = () => act(performance.now() - asked > SHORT);
  if (!navigator.locks) {
    wanted = { begin, lose };
    return keepLease();
  }
  const { signal } = leaving;
  const hold = () => {
    if (signal.aborted) return null;
    begin();
    return new Promise((done) => signal.addEventListener("abort", done));
  };
  navigator.locks.request(KEY, { signal }, hold).catch(() => {}); // left while waiting
}

export function leaveTurn() {
  leaving?.abort();
  if (leaving && !navigator.locks && lease().owner === me) localStorage.removeItem(KEY);
  leaving = null;
  held = false;
}

/** Each second, for browsers without locks. */
export function keepLease() {
  if (!leaving || navigator.locks) return;
  const { owner, until } = lease();
  const before = held;
  held = owner === me || until <= Date.now();
  if (held) localStorage.setItem(KEY, JSON.stringify({ owner: me, until: Date.now() + LEASE }));
  if (held && !before) wanted.begin();
  else if (before && !held) wanted.lose();
}

function lease() {
  return JSON.parse(localStorage.getItem(KEY) ?? '{"owner": "", "until": 0}');
}
