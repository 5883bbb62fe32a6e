// The question for the time zone offers what the browser reports (D-18); the place of the device is never asked for.
export function startTimezone() {
  const prompt = document.querySelector("[data-zone-prompt]");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && (prompt || document.querySelector("select[data-zones]"))) offer(prompt, zone);
}

async function offer(prompt, zone) {
  const field = prompt?.querySelector("[name=timezone]");
  const offered = field?.value === zone ? prompt.querySelector("[data-zone-label]").textContent : null;
  const label = offered ?? (await named(zone));
  if (!label) return;
  if (field) {
    field.value = zone;
    prompt.querySelector("[data-zone-label]").textContent = label;
  }
  for (const select of document.querySelectorAll("select[data-zones]")) {
    if (![...select.options].some((option) => option.value === zone))
      select.options.add(new Option(label, zone), select.options[0]?.value ? 0 : 1);
    if (select.dataset.zones === "guess") select.value = zone;
  }
}

async function named(zone) {
  const answer = await fetch(`/timezone?${new URLSearchParams({ name: zone })}`, { headers: { Accept: "application/json" } }).catch(() => null);
  return answer?.ok ? (await answer.json()).label : null;
}
