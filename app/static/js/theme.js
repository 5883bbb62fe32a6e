// Light, dark or as the device: the choice is a cookie, so the server draws the next page in it without a flash.
const YEAR = 365 * 24 * 3600;

export function startTheme() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-set]");
    if (!button) return;
    apply(button.dataset.themeSet);
  });
}

function apply(theme) {
  const root = document.documentElement;
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  const age = theme === "auto" ? 0 : YEAR;
  document.cookie = `theme=${theme}; path=/; max-age=${age}; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
  for (const button of document.querySelectorAll("[data-theme-set]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeSet === theme));
  }
  const ground = getComputedStyle(document.body).getPropertyValue("background-color");
  for (const meta of document.querySelectorAll('meta[name="theme-color"]')) meta.content = ground || meta.content;
}
