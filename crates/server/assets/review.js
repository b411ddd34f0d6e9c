// The review by keyboard: a key presses the control that carries it, and the next question comes in place.

import { swap } from "./swap.js";

const part = () => document.getElementById("review");
const typing = (target) => target.closest?.("input:not([type=checkbox]), textarea, select, dialog[open]");
const pressable = (target) => target.closest?.("a, button, summary, [type=checkbox]");
let busy = false;

// Before the other scripts of the page: `/` is the other value here, not the search.
document.addEventListener("keydown", onKey, { capture: true });

function onKey(event) {
  if (event.isComposing || event.metaKey || event.ctrlKey || event.altKey) return;
  if (typing(event.target)) {
    if (event.key === "Escape" && event.target.id === "other") event.target.blur();
    return;
  }
  // What has the focus takes Enter for itself.
  if (event.key === "Enter" && pressable(event.target)) return;
  const control = controlOf(event);
  if (!control) return;
  event.preventDefault();
  event.stopPropagation();
  // A key held down, or pressed while the next question is on its way, must not answer what nobody has seen.
  if (busy || event.repeat) return;
  if (control.matches("input")) control.focus();
  else control.click();
}

function controlOf(event) {
  if (/^[1-9]$/.test(event.key)) return document.querySelectorAll(".proposal")[event.key - 1];
  if (event.key === "/") return document.getElementById("other");
  return document.querySelector(`[data-key="${CSS.escape(named(event))}"]`);
}

/** The key as controls name it; with a Korean keyboard `ㅠ` is where B is. */
function named({ key, code, shiftKey }) {
  const letter = /^[a-z]$/i.test(key) ? key : code.match(/^Key([A-Z])$/)?.[1];
  if (!letter) return key;
  return shiftKey ? letter.toUpperCase() : letter.toLowerCase();
}

document.addEventListener("submit", (event) => {
  if (!event.target.closest("#review")) return;
  event.preventDefault();
  go(event.target.action, { method: "POST", body: new URLSearchParams(new FormData(event.target, event.submitter)) });
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("#review [data-key=ArrowRight], #review :is(.review-filters, .review-order) a");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  go(link.href);
});

/** Puts the next question in place of this one; one at a time, since the server is told something. */
async function go(address, options = {}) {
  if (busy) return;
  busy = true;
  const focused = document.activeElement?.closest("#review [data-key]")?.dataset.key;
  const { ok, url } = await swap("review", address, { quiet: true, ...options });
  busy = false;
  if (!ok) return;
  settle(url);
  // Whoever walks by Tab stays on the same control; a value of the next question is never under the finger.
  if (focused) part().querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

/** The address, the words for a screen reader, and the picture after this one. */
function settle(url) {
  const question = part()?.querySelector(".review");
  const here = question?.dataset.here || url;
  if (here) history.replaceState(null, "", here);
  if (url) document.getElementById("review-said").textContent = question?.dataset.said || part().querySelector("h2")?.textContent || "";
  if (question?.dataset.following) new Image().src = question.dataset.following;
}

if (part()) settle();

// Look-alikes: how many are chosen.
const spread = document.getElementById("spread");
if (spread) {
  const count = spread.querySelector("[data-count]");
  const look = () => {
    const chosen = spread.querySelectorAll("[name=chosen]:checked").length;
    count.hidden = false;
    count.textContent = chosen;
    count.closest("button").disabled = chosen === 0;
  };
  spread.addEventListener("change", look);
  // A page that comes back has what was chosen before.
  window.addEventListener("pageshow", look);
  look();
}
