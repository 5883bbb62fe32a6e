// What one tab does for all of this browser's: the chime of a message, of a call that is repeated.
const LONG_ENOUGH = 10_000; // for the other tabs to come to the same thing, and to what this one has written down

/** Calls `act` in one of the tabs that ask for the same `what` of the same `name`. The lock decides, not what is
 *  written down: that reaches another process some time later, and serves tabs that come when the lock is gone. */
export function once(name, what, act) {
  const first = (lock) => {
    if (!lock || localStorage.getItem(name) === what) return;
    localStorage.setItem(name, what);
    act();
    return new Promise((done) => setTimeout(done, LONG_ENOUGH));
  };
  if (navigator.locks) navigator.locks.request(`${name} ${what}`, { ifAvailable: true }, first);
  else first(true);
}
