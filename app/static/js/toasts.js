// Short words at the foot of the page. `toast()` is for other modules; those the server wrote are already there.
const STAY = 6000;

export function startToasts() {
  const place = document.getElementById("toasts");
  if (!place) return;
  for (const element of place.querySelectorAll("[data-toast]")) leave(element, STAY);
  // Those that a fragment brings.
  new MutationObserver((changes) => {
    for (const node of changes.flatMap((change) => [...change.addedNodes])) {
      if (!node.matches?.("[data-toast]")) continue;
      // Two parts of a page that are refused at once say one thing: once is enough.
      for (const other of place.querySelectorAll("[data-toast]")) {
        if (other !== node && other.textContent.trim() === node.textContent.trim()) other.remove();
      }
      leave(node, STAY);
    }
  }).observe(place, { childList: true });
}

/** Shows `text`; with `undo` a button that calls it. Returns the element. */
export function toast(text, { tone = "", undo = null, undoLabel = "", stay = STAY } = {}) {
  const element = document.createElement("div");
  element.className = tone ? `toast toast--${tone}` : "toast";
  element.setAttribute("role", tone === "danger" ? "alert" : "status");
  const words = document.createElement("span");
  words.textContent = text;
  element.append(words);
  if (undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn--quiet";
    button.textContent = undoLabel;
    button.addEventListener("click", () => {
      element.remove();
      undo();
    });
    element.append(button);
  }
  document.getElementById("toasts")?.append(element);
  leave(element, stay);
  return element;
}

/** Says `text` to screen readers only. */
export function announce(text) {
  const region = document.getElementById("live-region");
  if (region) region.textContent = text;
}

// A toast that is being read (pointer or focus on it) waits.
function leave(element, stay) {
  let timer = setTimeout(() => element.remove(), stay);
  const hold = () => clearTimeout(timer);
  const go = () => {
    clearTimeout(timer);
    timer = setTimeout(() => element.remove(), stay / 2);
  };
  element.addEventListener("pointerenter", hold);
  element.addEventListener("pointerleave", go);
  element.addEventListener("focusin", hold);
  element.addEventListener("focusout", go);
}
