// Whose device this is. A page says itself whose it is, <body data-user>; the page without a connection is nobody's: there
// it is who was here last.
const PERSON = "sos:person";

export function person() {
  return document.body.dataset.user ?? remembered();
}

export function rememberPerson() {
  const { user } = document.body.dataset;
  if (!user) return;
  try {
    localStorage.setItem(PERSON, user);
  } catch {
    // then that page's presses are nobody's, and the server asks whose they are
  }
}

function remembered() {
  try {
    return localStorage.getItem(PERSON) ?? "";
  } catch {
    return "";
  }
}
