// The number before the page's title, «(2) Заказ 100042»: unread messages of the conversations on the page, on pages
// without one the number of the bell.
const counts = new Map();

export function startTitle() {
  const read = () => {
    const bell = document.querySelector('[data-counter="notices"]');
    if (bell) setUnread("bell", Number(bell.dataset.count ?? bell.textContent) || 0);
  };
  read();
  document.addEventListener("htmx:afterSettle", read);
}

/** How many unread things `source` has; 0 forgets it. */
export function setUnread(source, count) {
  counts.set(source, count);
  show();
}

export function forgetUnread(source) {
  counts.delete(source);
  show();
}

function show() {
  const chats = [...counts].filter(([source]) => source !== "bell");
  const total = chats.length ? chats.reduce((sum, [, count]) => sum + count, 0) : (counts.get("bell") ?? 0);
  const bare = document.title.replace(/^\(\d+\+?\) /, "");
  const title = total ? `(${total > 99 ? "99+" : total}) ${bare}` : bare;
  if (document.title !== title) document.title = title;
}
