// «Сканер»: reads QR codes from the camera with the browser's own detector, else with the library. Only the addresses
// of places on this host, or a bare code, are followed.
const root = document.querySelector("[data-scan]");
const video = root.querySelector("video");
const note = root.querySelector("[data-scan-note]");
/** The signs of models/places.py. */
const CODE = /^[2-9A-HJKMNP-TW-Z]{10}$/;
const PAUSE = 120;
/** Longest side of what is looked at: more only costs time. */
const SIDE = 720;

start();

async function start() {
  if (!navigator.mediaDevices?.getUserMedia) return without("missing");
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: "environment", width: { ideal: 1280 } } });
  } catch (error) {
    return without({ NotAllowedError: "refused", NotReadableError: "busy" }[error.name] ?? "missing");
  }
  root.dataset.running = "";
  video.srcObject = stream;
  await video.play().catch(() => {});
  offerTorch(stream.getVideoTracks()[0]);
  addEventListener("pagehide", () => stream.getTracks().forEach((track) => track.stop()));
  // Back from the browser's memory the stream is dead: begin anew.
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  look(await reader());
}

/** Why there is no camera, and that the code can be typed. */
function without(why) {
  root.querySelector("[data-scan-camera]").hidden = true;
  say(root.dataset[why]);
  // The keyboard of a phone would hide the words.
  if (matchMedia("(hover: hover)").matches) root.querySelector("input[name=code]").focus();
}

function say(text) {
  note.hidden = !text;
  note.querySelector("div").textContent = text;
}

/** A function from the present picture to the text of a code, or "". */
async function reader() {
  const formats = (await globalThis.BarcodeDetector?.getSupportedFormats().catch(() => [])) ?? [];
  if (formats.includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async () => (await detector.detect(video).catch(() => []))[0]?.rawValue ?? "";
  }
  const { default: decode } = await import("qr/decode.js");
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async () => {
    const scale = Math.min(1, SIDE / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    try {
      return decode(context.getImageData(0, 0, canvas.width, canvas.height));
    } catch {
      return "";
    }
  };
}

async function look(read) {
  for (;;) {
    const text = video.videoWidth && document.visibilityState === "visible" ? await read() : "";
    const address = text && addressOf(text);
    if (address) return open(address);
    if (text) say(root.dataset.foreign);
    await new Promise((done) => setTimeout(done, PAUSE));
  }
}

/** Where a scanned text leads: our /p/CODE, whatever else its address says, or a bare code; else "". */
function addressOf(text) {
  const bare = text.trim().toUpperCase().replace(/[\s-]/g, "");
  if (CODE.test(bare)) return `/p/${bare}`;
  let url;
  try {
    url = new URL(text);
  } catch {
    return "";
  }
  const ours = [location.origin, new URL(root.dataset.home).origin].includes(url.origin);
  const code = url.pathname.match(/^\/p\/([^/]+)$/)?.[1]?.toUpperCase() ?? "";
  return ours && CODE.test(code) ? `/p/${code}` : "";
}

function open(address) {
  // Browsers forbid it, and complain, before the page was touched.
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(60);
  say(root.dataset.found);
  location.assign(address);
}

function offerTorch(track) {
  if (!track?.getCapabilities?.().torch) return;
  const button = root.querySelector("[data-scan-torch]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    await track.applyConstraints({ advanced: [{ torch: on }] }).catch(() => {});
    button.setAttribute("aria-pressed", String(on));
  });
}
