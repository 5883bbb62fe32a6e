// [data-print] prints the page.
export function startPrinting() {
  document.addEventListener("click", (event) => event.target.closest("[data-print]") && print());
}
