// Makes the site an app that can be installed: registers the service worker when the page has its peace.
export function startWorker() {
  if (!("serviceWorker" in navigator)) return;
  addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}));
}
