// A feed is dropped or chosen and goes up at once; a running import tells how far it is.

import { swap } from "./swap.js";

const drop = document.getElementById("drop");
if (drop) {
  const form = drop.closest("form");
  const file = form.elements.feed;
  drop.querySelector("[data-tool=choose]").hidden = false;
  drop.querySelector("[data-tool=choose]").addEventListener("click", () => file.click());
  file.addEventListener("change", () => file.files.length && form.requestSubmit());
  form.addEventListener("submit", () => drop.classList.add("busy"));
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      drop.classList.toggle("over", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files.length) {
        file.files = event.dataTransfer.files;
        form.requestSubmit();
      }
    });
  }
}

/** Asks again while something runs, less often when the page is hidden. */
async function follow() {
  const part = document.getElementById("running");
  if (!part?.dataset.running) return;
  if (!document.hidden) await swap("running", location.href, { quiet: true });
  setTimeout(follow, 1000);
}
setTimeout(follow, 1000);
