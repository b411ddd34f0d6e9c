// What every page has: keys, the help, selects that submit, the picture that travels between grid and product.

document.documentElement.classList.add("js");

const typing = (target) => target.closest?.("input:not([type=range]):not([type=checkbox]), textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const find = document.getElementById("find");
  if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    find?.focus();
    find?.select();
    return;
  }
  if (event.metaKey || event.ctrlKey || event.altKey || typing(event.target)) {
    if (event.key === "Escape" && event.target === find) find.blur();
    return;
  }
  if (event.key === "/") {
    event.preventDefault();
    find?.focus();
    find?.select();
  } else if (event.key === "?") {
    document.getElementById("help")?.showModal();
  } else if (event.key.startsWith("Arrow")) {
    walk(event);
  }
});

/** Moves the focus through a grid of tiles; up and down go by rows as they are on the screen. */
function walk(event) {
  const grid = event.target.closest?.(".grid, .strip") || document.querySelector(".grid");
  const links = grid ? [...grid.querySelectorAll(".tile > .picture")] : [];
  if (!links.length) return;
  const tile = event.target.closest?.(".tile");
  const at = tile ? links.indexOf(tile.querySelector(".picture")) : -1;
  if (at < 0) {
    if (event.key === "ArrowRight" || event.key === "ArrowDown") {
      if (event.target !== document.body) return;
      event.preventDefault();
      links[0].focus();
    }
    return;
  }
  const top = (link) => Math.round(link.getBoundingClientRect().top);
  const columns = links.filter((link) => top(link) === top(links[0])).length || 1;
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
  const to = links[at + step];
  if (to) {
    event.preventDefault();
    to.focus();
    to.scrollIntoView({ block: "nearest" });
  }
}

document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-submit]")) event.target.form.requestSubmit();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-help]")) document.getElementById("help")?.showModal();
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
  if (event.target.matches?.("dialog")) event.target.close();
  const picture = event.target.closest(".tile > .picture");
  if (picture && !event.metaKey && !event.ctrlKey) picture.style.viewTransitionName = "product-picture";
});

window.addEventListener("pageshow", () => {
  for (const picture of document.querySelectorAll(".tile > .picture")) picture.style.viewTransitionName = "";
});

// A photo dropped anywhere, or pasted, is a search.
const onSearch = () => document.getElementById("seek");
document.addEventListener("dragover", (event) => {
  if (event.dataTransfer?.types.includes("Files") && document.getElementById("find")) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  const file = event.dataTransfer?.files?.[0];
  if (!file || event.defaultPrevented || onSearch() || !document.getElementById("find") || !file.type.startsWith("image/")) return;
  event.preventDefault();
  carry(file);
});
document.addEventListener("paste", (event) => {
  const file = [...(event.clipboardData?.files || [])].find((f) => f.type.startsWith("image/"));
  if (!file || onSearch() || !document.getElementById("find")) return;
  event.preventDefault();
  carry(file);
});

/** Searches by a photo from any page: it is sent at once and kept nowhere in the browser. */
function carry(photo) {
  const form = Object.assign(document.createElement("form"), { action: "/search", method: "post", enctype: "multipart/form-data", hidden: true });
  const list = new DataTransfer();
  list.items.add(photo);
  const image = Object.assign(document.createElement("input"), { type: "file", name: "image" });
  image.files = list.files;
  form.append(document.querySelector("[name=csrf]").cloneNode(), image);
  document.body.append(form);
  form.requestSubmit();
}

// A page that comes too late for its transition is shown without one; the browser calls that an error, and it is none.
addEventListener("unhandledrejection", (event) => {
  const { name, message } = event.reason ?? {};
  if (["AbortError", "InvalidStateError", "TimeoutError"].includes(name) && /transition/i.test(message)) event.preventDefault();
});
