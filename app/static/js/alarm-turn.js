// One tab of the browser sounds, however many are open: whoever holds the turn. The next one has it as soon as that tab
// falls silent or is closed. Without Web Locks (a page that is not served securely) it is a lease that is kept alive.
const KEY = "atrium-siren";
const LEASE = 2500;
const me = Math.random().toString(36).slice(2);
let leaving = null; // an AbortController while we hold the turn or wait for it
let begin = null;

/** `act(waited)` is called when it is our turn: at once, or when another tab has left. */
export function takeTurn(act) {
  if (leaving) return;
  leaving = new AbortController();
  if (!navigator.locks) {
    begin = act;
    return keepLease();
  }
  const { signal } = leaving;
  const asked = performance.now();
  const hold = () => {
    if (signal.aborted) return null;
    act(performance.now() - asked > 300);
    return new Promise((done) => signal.addEventListener("abort", done));
  };
  navigator.locks.request(KEY, { signal }, hold).catch(() => {}); // left while waiting
}

export function leaveTurn() {
  leaving?.abort();
  if (leaving && !navigator.locks && lease().owner === me) localStorage.removeItem(KEY);
  leaving = null;
}

/** Each second, for browsers without locks. */
export function keepLease() {
  if (!leaving || navigator.locks) return;
  const { owner, until } = lease();
  if (owner !== me && until > Date.now()) return;
  localStorage.setItem(KEY, JSON.stringify({ owner: me, until: Date.now() + LEASE }));
  if (owner !== me) begin(false);
}

function lease() {
  return JSON.parse(localStorage.getItem(KEY) ?? '{"owner": "", "until": 0}');
}
