// The service worker: makes Atrium installable and says so when there is no connection. It keeps one page without
// anybody's data and the versioned files that this page is drawn with; never a page that was made for a person.
// views/public/browsers.py writes OFFLINE = {page, phone, files} before this: when one of them changes it is a new worker,
// which keeps the page anew (the phone of the staff stands on it).
const CACHE = "atrium-offline";
const DOWN = [502, 503, 504]; // what a proxy says when there is no server behind it
/** Whoever calls for help does not wait long for a page: the kept one calls, too. That of a call that is made has time. */
const PATIENCE = [
  [/^\/sos\/alarms\//, 10_000],
  [/^\/sos(\/|$)/, 3000],
];

self.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([self.registration.navigationPreload?.enable(), sweep(), self.clients.claim()]));
});

self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate") event.respondWith(page(event));
  else if (OFFLINE.files.some((path) => event.request.url === location.origin + path)) event.respondWith(file(event));
});

async function keep() {
  const cache = await caches.open(CACHE);
  // Without cookies: a page of nobody.
  const page = await fetch(OFFLINE.page, { credentials: "omit", cache: "no-store" });
  if (!page.ok) throw new Error(`offline page: ${page.status}`);
  await cache.put(OFFLINE.page, page);
  await cache.addAll(OFFLINE.files);
}

/** Files of earlier versions go. */
async function sweep() {
  const cache = await caches.open(CACHE);
  const wanted = [OFFLINE.page, ...OFFLINE.files].map((path) => location.origin + path);
  const old = (await cache.keys()).filter(({ url }) => !wanted.includes(url));
  await Promise.all(old.map((request) => cache.delete(request)));
}

async function page(event) {
  const answer = fromServer(event);
  event.waitUntil(answer.catch(() => {})); // one that comes too late is nobody's
  try {
    return await Promise.race([answer, ...hurry(event.request)]);
  } catch (trouble) {
    return (await caches.match(OFFLINE.page)) ?? (trouble instanceof Response ? trouble : answer);
  }
}

async function fromServer(event) {
  const response = (await again(event.request)) ?? (await event.preloadResponse) ?? (await fetch(event.request));
  if (DOWN.includes(response.status)) throw response;
  return response;
}

/** The browser's way back to what a form was answered with: it asks its own memory alone, which keeps no such answer, and
 *  which nobody else may ask. Nothing is sent twice: the page that the form stood on is read (and that, too, is asked for
 *  as of the memory alone). */
function again({ method, cache, referrer, url }) {
  if (cache !== "only-if-cached") return null;
  if (method !== "GET" && referrer.startsWith(`${location.origin}/`)) return Response.redirect(referrer, 303);
  return fetch(url, { redirect: "manual", headers: { Accept: "text/html" } });
}

/** Only for what is read: a form that is sent (js/sos-press.js is not there yet) may have done its work already. */
function hurry({ method, url }) {
  const [, patience] = PATIENCE.find(([path]) => path.test(new URL(url).pathname)) ?? [];
  if (method !== "GET" || !patience) return [];
  return [new Promise((_, late) => setTimeout(() => late(new Error("late")), patience))];
}

async function file(event) {
  return (await caches.match(event.request)) ?? fetch(event.request);
}
