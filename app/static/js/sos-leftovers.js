// On every page of the portal: a press for help that another page has left behind is sent, and leads to its page.
import { deliver, news } from "./sos-press.js";

// Pages of the call itself (js/sos.js) say and show more.
if (!document.querySelector("[data-sos]")) news.addEventListener("sent", ({ detail }) => location.assign(detail.url));
deliver();
