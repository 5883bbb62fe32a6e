// The tree of places: a line is dragged by its grip (mouse or finger) into another place or between two others; the
// arrows move it among its neighbours. The server decides: nothing moves on the page before it has.
import { send, Refused } from "./http.js";
import { announce, toast } from "./toasts.js";

const HELD = "tree__line--held";
const SPOTS = ["into", "before", "after"];
/** Moves that the server has not answered yet. */
let moving = 0;

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-tree] [data-grip]");
  if (!grip || event.button) return;
  event.preventDefault();
  grip.focus();
  drag(grip);
});

document.addEventListener("keydown", (event) => {
  const grip = event.target.closest?.("[data-tree] [data-grip]");
  const step = { ArrowUp: "up", ArrowDown: "down" }[event.key];
  if (!grip || !step) return;
  event.preventDefault();
  // A key that is held goes on when the line stands where it was moved to: else the server would get thirty a second.
  if (event.repeat && moving) return;
  move(grip, [["step", step]]);
});

function drag(grip) {
  const held = grip.closest("[data-place]");
  const list = held.parentElement;
  held.classList.add(HELD);
  let target = null;
  const drop = new AbortController();
  const end = (kept) => {
    drop.abort();
    held.classList.remove(HELD);
    point(list, null);
    if (kept && target) move(grip, wish(held, target));
  };
  const listen = (name, heard) => document.addEventListener(name, heard, { signal: drop.signal });
  listen("pointermove", (event) => {
    target = under(list, held, event.clientY);
    point(list, target);
    follow(event.clientY);
  });
  listen("pointerup", () => end(true));
  listen("pointercancel", () => end(false));
  listen("keydown", (event) => event.key === "Escape" && end(false));
}

/** The line under the pointer, and whether the middle of it is meant or an edge. */
function under(list, held, y) {
  for (const line of list.children) {
    const box = line.getBoundingClientRect();
    if (line === held || y < box.top || y > box.bottom) continue;
    const part = (y - box.top) / box.height;
    // Beside the top of the tree nothing stands.
    const spot = !line.dataset.in || (part > 0.3 && part < 0.7) ? "into" : part <= 0.3 ? "before" : "after";
    return { line, spot };
  }
  return null;
}

function point(list, target) {
  for (const line of list.children) for (const spot of SPOTS) line.classList.toggle(`tree__line--${spot}`, target?.line === line && target.spot === spot);
}

/** The page follows at its edges. */
function follow(y) {
  if (y < 80) scrollBy(0, -12);
  else if (y > innerHeight - 80) scrollBy(0, 12);
}

/** What the server is asked: into which place, before which one of those that stand there. */
function wish(held, { line, spot }) {
  const was = ["was_in", held.dataset.in];
  if (spot === "into") return [was, ["into", line.dataset.place]];
  const before = spot === "before" ? line : next(line, held);
  return [was, ["into", line.dataset.in], ["before", before?.dataset.place ?? ""]];
}

/** The one after a line among those beside it. */
function next(line, held) {
  let found = line.nextElementSibling;
  while (found && (found === held || found.dataset.in !== line.dataset.in)) found = found.nextElementSibling;
  return found;
}

async function move(grip, pairs) {
  const list = grip.closest("[data-tree]");
  moving += 1;
  try {
    const answer = await send(grip.dataset.move, pairs);
    await redraw(list, grip.closest("[data-place]").dataset.place);
    announce(answer.text);
  } catch (error) {
    toast(error instanceof Refused ? error.message : list.dataset.undone, { tone: "danger" });
  } finally {
    moving -= 1;
  }
}

/** The tree as it is now, with the focus where it was. */
async function redraw(list, place) {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  list.replaceChildren(...page.querySelectorAll("[data-tree] > *"));
  const line = list.querySelector(`[data-place="${place}"]`);
  line?.classList.add("tree__line--moved");
  line?.querySelector("[data-grip]")?.focus();
  line?.scrollIntoView({ block: "nearest" });
}
