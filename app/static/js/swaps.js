// htmx for the pages that fetch fragments: morphing swaps, so focus, scroll and typed text stay where they are.
import { Idiomorph } from "idiomorph";
import htmx from "htmx.org";

window.htmx = htmx;

htmx.defineExtension("morph", {
  isInlineSwap: (style) => style === "morph",
  handleSwap: (style, target, fragment) => {
    if (style !== "morph") return false;
    return Idiomorph.morph(target, fragment.children.length === 1 ? fragment.firstElementChild : fragment.children, {
      ignoreActiveValue: true,
    });
  },
});

// A status that the server refuses still brings its words: show them where the fragment would have stood.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { status } = event.detail.xhr;
  if (status === 409 || status === 422) event.detail.shouldSwap = true;
});
