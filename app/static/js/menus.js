// Menus are popovers and open by themselves; this adds arrow keys, closing after a choice, and a place beside the
// button for browsers without anchor positioning.
const anchored = CSS.supports("position-area: block-end");

export function startMenus() {
  document.addEventListener("toggle", onToggle, true);
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    const menu = event.target.closest("[data-menu]");
    if (menu && event.target.closest(".menu__item")) menu.hidePopover();
  });
}

function onToggle(event) {
  const menu = event.target;
  if (!menu.matches?.("[data-menu]") || event.newState !== "open") return;
  if (!anchored) place(menu, document.querySelector(`[popovertarget="${menu.id}"]`));
  items(menu)[0]?.focus({ preventScroll: true });
}

function place(menu, button) {
  if (!button) return;
  const box = button.getBoundingClientRect();
  menu.style.top = `${Math.min(box.bottom + 4, innerHeight - menu.offsetHeight - 8)}px`;
  menu.style.left = `${Math.max(8, Math.min(box.right - menu.offsetWidth, innerWidth - menu.offsetWidth - 8))}px`;
}

function onKey(event) {
  const menu = event.target.closest?.("[data-menu]:popover-open");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!menu || !step) return;
  event.preventDefault();
  const all = items(menu);
  all[(all.indexOf(document.activeElement) + step + all.length) % all.length]?.focus();
}

function items(menu) {
  return [...menu.querySelectorAll(".menu__item")];
}
