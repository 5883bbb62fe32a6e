// Uploads a file at once, with progress, again after a break; what it is attached to is sent later.
import { csrf, judge, Refused, Unreachable } from "../http.js";

const PAUSE = 3000;

/** {promise, abort}: the promise gives what the server says of the file, or is rejected with Refused. */
export function upload(url, file, onProgress) {
  const control = new AbortController();
  return { promise: attempt(url, file, onProgress, control.signal), abort: () => control.abort() };
}

async function attempt(url, file, onProgress, signal) {
  for (;;) {
    try {
      return await once(url, file, onProgress, signal);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      onProgress(0);
      await back(Math.max(PAUSE, error.seconds * 1000), signal);
    }
  }
}

// fetch() does not tell how much was sent.
function once(url, file, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file, file.name);
    request.open("POST", url);
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", csrf());
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded / event.total));
    request.addEventListener("loadend", () => {
      if (request.status === 201) return resolve(request.response);
      try {
        judge(request.status, request.response, Number(request.getResponseHeader("Retry-After")) || 0);
      } catch (error) {
        reject(error);
      }
    });
    signal.addEventListener("abort", () => {
      request.abort();
      reject(new Refused(0));
    });
    if (signal.aborted) reject(new Refused(0));
    else request.send(form);
  });
}

function back(time, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, time);
    addEventListener("online", done);
    signal.addEventListener("abort", done);
  });
}
