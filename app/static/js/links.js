// Fresh links of five minutes: counts them down by the browser's own clock, and takes them away when they are over.
const SECOND = 1000;

for (const section of document.querySelectorAll("[data-links]")) {
  const words = JSON.parse(section.querySelector("[data-words]").innerHTML);
  const left = section.querySelector("[data-links-left]");
  const end = performance.now() + Number(section.dataset.seconds) * SECOND;
  section.querySelector("h2").focus();
  const timer = setInterval(() => {
    const seconds = Math.max(0, Math.ceil((end - performance.now()) / SECOND));
    const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    left.textContent = seconds ? words.left.replace("%(time)s", time) : words.over;
    if (seconds) return;
    clearInterval(timer);
    section.querySelector("ul").remove();
  }, SECOND);
}
