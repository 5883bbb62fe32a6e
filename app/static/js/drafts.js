// What was typed into <form data-draft="key"> survives leaving the page, and goes when the form is sent.
// Files, passwords and hidden fields are never kept. A form that came back from the server wins over the draft.
const PREFIX = "draft:";
const DAYS = 7 * 24 * 3600 * 1000;

export function startDrafts() {
  sweep();
  for (const form of document.querySelectorAll("form[data-draft]")) keep(form);
}

function keep(form) {
  const key = PREFIX + form.dataset.draft;
  if (!form.hasAttribute("data-returned")) restore(form, localStorage.getItem(key));
  // Kept at once: whoever leaves right after the last tick must find it again.
  form.addEventListener("input", () => save(form, key));
  form.addEventListener("submit", () => save(form, key));
  form.addEventListener("reset", () => localStorage.removeItem(key));
}

/** The page that shows the result names the draft that is done with: <… data-draft-done="key">. */
function sweep() {
  for (const mark of document.querySelectorAll("[data-draft-done]")) localStorage.removeItem(PREFIX + mark.dataset.draftDone);
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(PREFIX) && Date.now() - (parse(localStorage.getItem(key))?.at ?? 0) > DAYS) localStorage.removeItem(key);
  }
}

function fields(form) {
  return [...form.elements].filter(
    (field) => field.name && !["hidden", "file", "password", "submit", "button", "fieldset"].includes(field.type),
  );
}

function save(form, key) {
  const values = {};
  for (const field of fields(form)) {
    if (["checkbox", "radio"].includes(field.type)) {
      values[field.name] ??= [];
      if (field.checked) values[field.name].push(field.value);
    } else if (field.value) values[field.name] = field.value;
  }
  const empty = Object.values(values).every((value) => value.length === 0);
  if (empty) localStorage.removeItem(key);
  else localStorage.setItem(key, JSON.stringify({ at: Date.now(), values }));
}

function restore(form, text) {
  const values = parse(text)?.values;
  if (!values) return;
  // What the address of the page has filled in is newer: data-filled names it.
  const filled = form.dataset.filled?.split(" ") ?? [];
  for (const field of fields(form)) {
    if (!(field.name in values) || filled.includes(field.name)) continue;
    if (["checkbox", "radio"].includes(field.type)) field.checked = values[field.name].includes(field.value);
    else field.value = values[field.name];
  }
  form.querySelector("[data-draft-note]")?.removeAttribute("hidden");
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
