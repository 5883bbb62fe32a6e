/** 1,4 МБ: as the server writes it. `units` are the names, from bytes on: "B KB MB GB". */
export function size(bytes, units) {
  const names = units.split(" ");
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < names.length - 1) [value, unit] = [value / 1024, unit + 1];
  const digits = unit === 0 || value >= 10 ? 0 : 1;
  return `${value.toLocaleString(document.documentElement.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits })}\u00a0${names[unit]}`;
}
