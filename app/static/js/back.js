// The arrow «назад» leads to the list as it was left: same filters, same place (S0-12). A list says its name by
// data-remember="orders", the arrow names the list by data-back="orders". Without a script it is a plain link.
export function startBack() {
  const list = document.querySelector("[data-remember]");
  if (list) {
    const keep = () => sessionStorage.setItem(`list:${list.dataset.remember}`, location.pathname + location.search);
    keep();
    document.addEventListener("htmx:replacedInHistory", keep);
  }
  const arrow = document.querySelector("[data-back]");
  const address = arrow && sessionStorage.getItem(`list:${arrow.dataset.back}`);
  if (!address) return;
  arrow.href = address;
  arrow.addEventListener("click", (event) => {
    // Coming straight from it, the browser's own way back keeps the scroll position too.
    if (document.referrer !== location.origin + address || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    history.back();
  });
}
