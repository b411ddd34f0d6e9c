// Takes one part of a page that the server rendered and puts it in place of ours: forms work without scripts, and
// with scripts they do not reload the page.

const latest = new Map();

/** Sends `request` and replaces the element with this id by its namesake in the answer; the last request wins. */
export async function swap(id, address, options = {}) {
  const part = document.getElementById(id);
  latest.get(id)?.abort();
  const abort = new AbortController();
  latest.set(id, abort);
  if (!options.quiet) part.classList.add("busy");
  part.setAttribute("aria-busy", "true");
  try {
    const { quiet, ...sent } = options;
    const response = await fetch(address, { ...sent, signal: abort.signal, headers: { accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const next = page.getElementById(id);
    if (next) {
      part.replaceWith(document.adoptNode(next));
      document.dispatchEvent(new CustomEvent("swapped", { detail: next }));
    } else {
      say(page.querySelector("[data-problem]")?.textContent.trim() || response.statusText);
    }
    return { ok: response.ok && Boolean(next), url: response.url };
  } catch (error) {
    if (error.name === "AbortError") return { ok: false };
    say(document.body.dataset.offline);
    return { ok: false };
  } finally {
    if (latest.get(id) === abort) {
      latest.delete(id);
      const now = document.getElementById(id);
      now?.classList.remove("busy");
      now?.removeAttribute("aria-busy");
    }
  }
}

/** Says something in passing, to eyes and to screen readers. */
export function say(text) {
  document.querySelector(".toast")?.remove();
  const toast = document.createElement("p");
  toast.className = "toast";
  toast.setAttribute("role", "status");
  document.body.append(toast);
  toast.textContent = text;
  setTimeout(() => toast.remove(), 5000);
}
