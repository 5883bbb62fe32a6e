// A plan is enlarged in steps around the middle of what is seen; enlarged, it opens where the mark is. Also used by
// admin-plan.js.
const STEPS = [1, 1.5, 2, 3, 4, 6];

export function startPlans() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-plan-zoom]");
    if (button) zoom(button.closest("[data-plan]"), button.dataset.planZoom === "in" ? 1 : -1);
  });
  for (const plan of document.querySelectorAll("[data-plan]")) limit(plan, 0);
}

export function zoom(plan, by) {
  const view = plan.querySelector(".plan__view");
  const now = Number(plan.dataset.zoom ?? 0);
  const next = Math.min(STEPS.length - 1, Math.max(0, now + by));
  if (next === now) return;
  const here = plan.querySelector("[data-plan-here]");
  const middle = now === 0 && here ? spot(here) : seen(view);
  plan.dataset.zoom = next;
  plan.style.setProperty("--zoom", STEPS[next]);
  view.scrollTo(middle.x * view.scrollWidth - view.clientWidth / 2, middle.y * view.scrollHeight - view.clientHeight / 2);
  limit(plan, next);
}

/** A button that cannot go on says so. */
function limit(plan, step) {
  for (const button of plan.querySelectorAll("[data-plan-zoom]")) {
    button.disabled = button.dataset.planZoom === "in" ? step === STEPS.length - 1 : step === 0;
  }
}

function seen(view) {
  return {
    x: (view.scrollLeft + view.clientWidth / 2) / view.scrollWidth,
    y: (view.scrollTop + view.clientHeight / 2) / view.scrollHeight,
  };
}

function spot(pin) {
  return { x: parseFloat(pin.getAttribute("x")) / 100, y: parseFloat(pin.getAttribute("y")) / 100 };
}
