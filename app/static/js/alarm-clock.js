// A worker that ticks each second. Pages in the background may have their own timers only once a minute, workers theirs.
setInterval(() => postMessage(0), 1000);
