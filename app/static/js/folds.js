// Blocks that fold (S0-17) stay as this reader left them while the tab lives, also in the next order opened beside the
// desk's queue; a new visit starts as the page is meant.
const KEY = "folds";

export function startFolds() {
  restore();
  document.addEventListener("htmx:afterSwap", restore);
  document.addEventListener(
    "toggle",
    (event) => {
      const fold = event.target;
      if (!fold.matches?.("details[data-fold]")) return;
      sessionStorage.setItem(KEY, JSON.stringify({ ...read(), [fold.dataset.fold]: fold.open }));
    },
    true,
  );
  addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll("details[data-fold]")) fold.open = true;
  });
}

function restore() {
  const kept = read();
  for (const fold of document.querySelectorAll("details[data-fold]")) {
    if (fold.dataset.fold in kept) fold.open = kept[fold.dataset.fold];
  }
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}
