// Tabs are links with ?tab=…; here they switch without a reload and keep the address right. A page may ask
// `document.dispatchEvent(new CustomEvent("tab:show", {detail: "chat"}))`, and hears "tab:shown".
export function startTabs() {
  document.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-tabs] [data-tab]");
    if (!tab || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    history.replaceState(history.state, "", tab.href);
    faded(() => show(tab));
  });
  document.addEventListener("tab:show", (event) => {
    const tab = document.querySelector(`[data-tabs] [data-tab="${CSS.escape(event.detail)}"]`);
    if (tab) show(tab);
  });
}

function faded(change) {
  if (!document.startViewTransition || matchMedia("(prefers-reduced-motion: reduce)").matches) return change();
  const transition = document.startViewTransition(change);
  for (const promise of [transition.ready, transition.finished]) promise.catch(() => {});
}

function show(tab) {
  const bar = tab.closest("[data-tabs]");
  for (const other of bar.querySelectorAll("[data-tab]")) {
    if (other === tab) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
  bar.parentElement.dataset.tab = tab.dataset.tab;
  document.dispatchEvent(new CustomEvent("tab:shown", { detail: tab.dataset.tab }));
}
