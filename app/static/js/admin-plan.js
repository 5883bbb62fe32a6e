// Marks and outlines of places on the plan of what they stand in. A child is chosen in the list; then a click sets its
// mark, or corner after corner its outline. All points are parts of the plan, 0 to 1. Saved as one form.
const board = document.querySelector("[data-board]");
const view = board?.querySelector(".plan__view");
const sheet = board?.querySelector(".plan__sheet");
const over = board?.querySelector("[data-over]");
const hint = board?.querySelector("[data-hint]");
const out = board?.elements.drawn;

const NS = "http://www.w3.org/2000/svg";
const MOST = 200;
/** So near to the first corner a click closes the outline, in pixels. */
const NEAR = 14;
const CORNER = 7;
const STEP = { large: 0.01, small: 0.001 };
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const children = new Map();
const changed = new Set();
/** What is taken back by Ctrl+Z, the last last: [child, its mark and outline before]. */
const past = [];
let chosen = null;
let tool = "mark";
/** The corners of an outline that is not closed yet. */
let open = null;
let cross = [0.5, 0.5];

if (board) start();

function start() {
  for (const button of board.querySelectorAll("[data-child]")) {
    const child = { button, mark: JSON.parse(button.dataset.mark), area: JSON.parse(button.dataset.area) };
    children.set(button.dataset.child, { ...child, before: drawing(child) });
    button.addEventListener("click", () => choose(button.dataset.child));
  }
  for (const button of board.querySelectorAll("[data-tool]")) button.addEventListener("click", () => take(button.dataset.tool));
  board.querySelector("[data-erase]").addEventListener("click", erase);
  board.querySelector("[data-undo]").addEventListener("click", undo);
  document.addEventListener("keydown", (event) => {
    if (event.code !== "KeyZ" || event.shiftKey || event.altKey || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    undo();
  });
  sheet.addEventListener("click", press);
  view.addEventListener("keydown", key);
  over.addEventListener("pointerdown", grab);
  draw();
}

// --- what is chosen -----------------------------------------------------------------------------------------------

function choose(id) {
  chosen = id;
  open = null;
  const child = children.get(id);
  cross = child.mark ?? middle(child.area) ?? [0.5, 0.5];
  // What has an outline already is most likely a room, whose outline is to be corrected.
  if (child.area && !child.mark) tool = "area";
  draw();
}

function take(name) {
  tool = name;
  open = null;
  draw();
}

function erase() {
  if (!chosen) return;
  if (open) open = null;
  else children.get(chosen)[tool] = null;
  keep();
}

/** The form holds what differs from what was loaded; admin.js asks before it is lost. */
function keep() {
  const child = children.get(chosen);
  past.push([chosen, child.before]);
  child.before = drawing(child);
  write();
}

/** A corner of an open outline, else the last change, whosever it was. */
function undo() {
  if (open) open = open.length > 1 ? open.slice(0, -1) : null;
  else if (past.length) {
    const [id, before] = past.pop();
    Object.assign(children.get(id), JSON.parse(before), { before });
    choose(id);
    write();
  }
  draw();
}

function drawing({ mark, area }) {
  return JSON.stringify({ mark, area });
}

function write() {
  changed.add(chosen);
  const drawn = Object.fromEntries([...changed].map((id) => [id, { mark: children.get(id).mark, area: children.get(id).area }]));
  out.value = JSON.stringify(drawn);
  out.dispatchEvent(new Event("input", { bubbles: true }));
  draw();
}

// --- hands --------------------------------------------------------------------------------------------------------

function press(event) {
  if (!chosen) return pick(event);
  if (event.target.dataset?.corner !== undefined) return;
  const point = at(event);
  if (tool === "mark") {
    children.get(chosen).mark = cross = point;
    return keep();
  }
  corner(point);
}

/** Nothing is chosen: a click takes what is drawn there. */
function pick(event) {
  const point = at(event);
  const found = [...children].find(([, { mark, area }]) => (mark && far(mark, point) < NEAR) || (area && within(area, point)));
  if (found) choose(found[0]);
}

function corner(point) {
  cross = point;
  if (open && open.length >= 3 && far(open[0], point) < NEAR) return close();
  open = [...(open ?? []), point].slice(0, MOST);
  draw();
}

function close() {
  if (!open || open.length < 3) return;
  children.get(chosen).area = open;
  open = null;
  keep();
}

function key(event) {
  const arrow = ARROWS[event.key];
  if (!chosen || event.ctrlKey || event.metaKey || event.altKey) return;
  if (arrow) nudge(arrow, event.shiftKey ? STEP.small : STEP.large);
  else if (event.key === "Escape" && open) open = null;
  else if (event.key === "Enter" && open) close();
  else if (event.key === "Enter" || event.key === " ") tool === "mark" ? nudge([0, 0], 0) : corner(cross);
  else if (event.key === "Backspace" && open) undo();
  else if (event.key === "Delete") erase();
  else return;
  // Neither does the view scroll by the arrows, nor is the form sent by Enter.
  event.preventDefault();
  draw();
}

function nudge([x, y], step) {
  // Square steps on a sheet that is none.
  const ratio = sheet.clientWidth / sheet.clientHeight;
  cross = inside([cross[0] + x * step, cross[1] + y * step * ratio]);
  if (tool === "mark") {
    children.get(chosen).mark = cross;
    keep();
  }
  reveal();
}

/** A corner of the chosen outline is dragged. */
function grab(event) {
  const number = event.target.dataset?.corner;
  if (number === undefined || event.button) return;
  event.preventDefault();
  event.stopPropagation();
  const corners = open ?? children.get(chosen).area;
  let moved = false;
  const drop = new AbortController();
  const listen = (name, heard) => document.addEventListener(name, heard, { signal: drop.signal });
  listen("pointermove", (move) => {
    moved = true;
    corners[number] = at(move);
    draw();
  });
  for (const name of ["pointerup", "pointercancel"]) {
    listen(name, () => {
      drop.abort();
      if (moved && !open) keep();
      if (moved) swallow();
    });
  }
}

/** What ends a drag is no click on the plan. */
function swallow() {
  const stop = (click) => click.stopPropagation();
  addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", stop, { capture: true }));
}

function at(event) {
  const box = sheet.getBoundingClientRect();
  return inside([(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]);
}

function inside(point) {
  return point.map((part) => Math.round(Math.min(1, Math.max(0, part)) * 1e5) / 1e5);
}

/** In pixels. */
function far(one, other) {
  return Math.hypot((one[0] - other[0]) * sheet.clientWidth, (one[1] - other[1]) * sheet.clientHeight);
}

function within(area, [x, y]) {
  let is = false;
  area.forEach(([x1, y1], number) => {
    const [x2, y2] = area.at(number - 1);
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) is = !is;
  });
  return is;
}

function middle(area) {
  if (!area) return null;
  const across = area.map(([x]) => x);
  const down = area.map(([, y]) => y);
  return [(Math.min(...across) + Math.max(...across)) / 2, (Math.min(...down) + Math.max(...down)) / 2];
}

/** Enlarged, the view follows the cross. */
function reveal() {
  const x = cross[0] * view.scrollWidth;
  const y = cross[1] * view.scrollHeight;
  const outside = x < view.scrollLeft || x > view.scrollLeft + view.clientWidth || y < view.scrollTop || y > view.scrollTop + view.clientHeight;
  if (outside) view.scrollTo(x - view.clientWidth / 2, y - view.clientHeight / 2);
}

// --- eyes ---------------------------------------------------------------------------------------------------------

function draw() {
  const areas = svg("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none", width: "100%", height: "100%" });
  const signs = [];
  for (const [id, { button, mark, area }] of children) {
    const here = id === chosen;
    button.toggleAttribute("data-marked", Boolean(mark));
    button.toggleAttribute("data-outlined", Boolean(area));
    button.setAttribute("aria-pressed", String(here));
    if (area) areas.append(shape("polygon", area, here ? "plan__area plan__area--chosen" : "plan__area"));
    if (mark) signs.push(dot(mark, here ? 9 : 6, here ? "plan__mark plan__mark--chosen" : "plan__mark"));
  }
  if (open) areas.append(shape("polyline", open, "plan__area plan__area--chosen plan__area--open"));
  over.replaceChildren(areas, ...signs, ...corners(), ...(chosen && tool === "area" && document.activeElement === view ? [plus(cross)] : []));
  for (const button of board.querySelectorAll("[data-tool]")) button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
  board.querySelector("[data-undo]").disabled = !open && !past.length;
  tell();
}

function corners() {
  const area = chosen && tool === "area" ? (open ?? children.get(chosen).area) : null;
  return (area ?? []).map((point, number) => {
    const made = dot(point, CORNER, open && number === 0 ? "plan__corner plan__corner--first" : "plan__corner");
    // The first corner of an open outline is clicked to close it: it must not be in the way of that.
    if (!open) made.firstChild.dataset.corner = number;
    else made.firstChild.style.setProperty("pointer-events", "none");
    return made;
  });
}

function tell() {
  const closed = tool === "area" && chosen && !open && children.get(chosen).area;
  const text = hint.dataset[!chosen ? "choose" : closed ? "closed" : tool];
  if (hint.textContent !== text) hint.textContent = text;
}

/** A sign of one size however much the plan is enlarged. */
function dot([x, y], radius, name) {
  const spot = svg("svg", { x: `${x * 100}%`, y: `${y * 100}%`, overflow: "visible" });
  spot.append(svg("circle", { r: radius, class: name }));
  return spot;
}

function plus([x, y]) {
  const spot = svg("svg", { x: `${x * 100}%`, y: `${y * 100}%`, overflow: "visible" });
  spot.append(svg("path", { d: "M-12 0H12M0-12V12", class: "plan__cross" }));
  return spot;
}

function shape(tag, points, name) {
  return svg(tag, { points: points.map((point) => point.join()).join(" "), class: name });
}

function svg(tag, attributes) {
  const made = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
