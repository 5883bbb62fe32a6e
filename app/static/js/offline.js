// The page without a connection (templates/public/offline.html): what was asked for opens as soon as the server answers
// again. Not while a press for help waits: then the page of the call is next.
import { waiting } from "./sos-press.js";

const AGAIN = 5000;
const PATIENCE = 4000;

// The page itself, asked for by its own address, is what was asked for.
if (location.pathname !== "/offline") {
  addEventListener("online", look);
  setInterval(look, AGAIN);
}

async function look() {
  if (waiting().length) return;
  try {
    const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    if (answer.ok && !waiting().length) location.reload();
  } catch {
    // not yet
  }
}
