// <time data-relative> reads «5 минут назад» and stays true; <time data-age> says the same in short, «5 мин»;
// <time data-until> counts down. All keep the exact moment in their title. The words are the browser's own, in the language of the page.
const STEPS = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];
const language = document.documentElement.lang || "ru";
const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

export function startTimes() {
  refresh();
  setInterval(refresh, 30_000);
  document.addEventListener("htmx:afterSettle", refresh);
  document.addEventListener("visibilitychange", refresh);
}

function refresh() {
  for (const time of document.querySelectorAll("time[data-relative], time[data-age], time[data-until]")) {
    const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
    if (Number.isNaN(seconds)) continue;
    if ("relative" in time.dataset && seconds < -6 * 86400) continue;
    time.title ||= time.textContent.trim();
    time.textContent = "age" in time.dataset ? short(-seconds) : say(seconds);
  }
}

function short(seconds) {
  const [unit, size] = STEPS.find(([, length]) => seconds >= length) ?? ["minute", 60];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(Math.max(0, Math.trunc(seconds / size)));
}

function say(seconds) {
  // What lies ahead begins with its last minute: «через 24 часа» right after a day was given, not «через 23».
  const shown = seconds > 0 ? seconds + 59 : seconds;
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return words.format(Math.trunc(shown / size), unit);
  }
  return words.format(0, "minute");
}
