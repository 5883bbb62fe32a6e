// Accounts: the live hint under a new password, the preview of a picture, demo accounts that fill the form, and what
// this browser forgets when somebody signs out.
const WAIT = 350;

for (const input of document.querySelectorAll("[data-password-rules]")) watchPassword(input);
for (const form of document.querySelectorAll("form[data-avatar]")) previewPicture(form);
document.addEventListener("click", fillIn);
document.addEventListener("submit", forget);

/** Length is seen here; whether it is a common one only the server can say, with the same rule that it will apply. */
function watchPassword(input) {
  const list = document.getElementById(input.dataset.passwordRules);
  const [length, known] = ["length", "known"].map((name) => list.querySelector(`[data-rule=${name}]`));
  const words = known.querySelector("[data-fair]");
  let timer;
  let asked = 0;
  input.addEventListener("input", () => {
    const long = [...input.value].length >= Number(length.dataset.least);
    mark(length, long ? "ok" : "");
    mark(known, "");
    words.textContent = words.dataset.fair;
    clearTimeout(timer);
    if (long) timer = setTimeout(ask, WAIT);
  });

  async function ask() {
    const turn = ++asked;
    const answer = await fetch(list.dataset.hint, {
      method: "POST",
      body: new FormData(sent()),
      headers: { Accept: "application/json", "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content },
    }).catch(() => null);
    if (!answer?.ok || turn !== asked) return;
    const { problem } = await answer.json();
    words.textContent = problem || words.dataset.fair;
    mark(known, problem ? "bad" : "ok");
  }

  /** The password with what is known of the person, and nothing else of the form. */
  function sent() {
    const form = document.createElement("form");
    for (const name of ["first_name", "last_name", "email"]) copy(name, input.form.elements[name]?.value ?? "");
    copy("password", input.value);
    return form;

    function copy(name, value) {
      const field = document.createElement("input");
      Object.assign(field, { name, value });
      form.append(field);
    }
  }
}

function mark(line, state) {
  if (state) line.dataset.state = state;
  else delete line.dataset.state;
}

/** The chosen picture as it will be shown: whole pictures are kept, faces show their middle square. */
function previewPicture(form) {
  const input = form.querySelector("input[type=file]");
  const face = document.querySelector(`[data-preview="${input.id}"]`);
  input.addEventListener("change", () => {
    const [file] = input.files;
    face.querySelector(":scope > img")?.remove();
    form.toggleAttribute("data-chosen", Boolean(file));
    if (!file) return;
    const image = new Image();
    image.alt = "";
    image.src = URL.createObjectURL(file);
    image.addEventListener("load", () => URL.revokeObjectURL(image.src));
    image.addEventListener("error", () => image.remove());
    face.append(image);
    form.querySelector("button").focus();
  });
}

function fillIn(event) {
  const button = event.target.closest("[data-fill-email]");
  if (!button) return;
  for (const name of ["email", "password"]) document.getElementById(name).value = button.dataset[name === "email" ? "fillEmail" : "fillPassword"];
  for (const other of document.querySelectorAll("[data-fill-email]")) other.setAttribute("aria-pressed", String(other === button));
  const submit = document.querySelector("form [type=submit]");
  submit.scrollIntoView({ block: "nearest" });
  submit.focus();
}

/** Drafts and unsent messages belong to the person who leaves. */
function forget(event) {
  if (!event.target.matches("form[data-forget]")) return;
  localStorage.clear();
  sessionStorage.clear();
}
