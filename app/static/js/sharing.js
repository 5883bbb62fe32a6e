// «Поделиться»: the phone's own way to send a link, where there is one.
if (navigator.share) for (const button of document.querySelectorAll("[data-share]")) button.hidden = false;

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-share]");
  if (button) share(button);
});

async function share(button) {
  try {
    await navigator.share({ title: button.dataset.title, url: button.dataset.share });
  } catch {
    // Called off by whoever pressed it.
  }
}
