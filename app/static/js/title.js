// The number before the page's title, «(2) Заказ 100042»: unread messages of the conversations on the page, on pages
// without one the number of the bell.
const counts = new Map();
let alarm = "";

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

/** What stands before everything while an alarm sounds; "" takes it away. */
export function setAlarm(mark) {
  if (mark === alarm) return;
  const old = alarm;
  alarm = mark;
  if (old && document.title.startsWith(old)) document.title = document.title.slice(old.length);
  show();
}

export function forgetUnread(source) {
  counts.delete(source);
  show();
}

function show() {
  const chats = [...counts].filter(([source]) => source !== "bell");
  const total = chats.length ? chats.reduce((sum, [, count]) => sum + count, 0) : (counts.get("bell") ?? 0);
  const own = alarm && document.title.startsWith(alarm) ? document.title.slice(alarm.length) : document.title;
  const bare = own.replace(/^\(\d+\+?\) /, "");
  const title = alarm + (total ? `(${total > 99 ? "99+" : total}) ${bare}` : bare);
  if (document.title !== title) document.title = title;
}
