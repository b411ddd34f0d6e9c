// Tags change in place; a value that is pressed opens its other values.

import { swap } from "./swap.js";

document.addEventListener("submit", async (event) => {
  if (!event.target.matches("#tags form")) return;
  event.preventDefault();
  const data = new URLSearchParams(new FormData(event.target, event.submitter));
  const focused = event.target.closest("[data-attribute]")?.dataset.attribute;
  await swap("tags", event.target.action, { method: "POST", body: data });
  if (focused) document.querySelector(`#tags [data-attribute="${CSS.escape(focused)}"] .tag-value`)?.focus();
});

document.addEventListener("click", (event) => {
  const value = event.target.closest("#tags [data-change]");
  if (!value) return;
  event.preventDefault();
  const change = document.getElementById(value.dataset.change);
  change.open = !change.open;
  if (change.open) change.querySelector("select")?.focus();
});

document.addEventListener("click", (event) => {
  const thumb = event.target.closest("[data-show]");
  if (!thumb) return;
  event.preventDefault();
  const main = document.querySelector(".product-pictures > .picture img");
  main.removeAttribute("srcset");
  main.src = thumb.dataset.show;
});
