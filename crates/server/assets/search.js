// The search page: a photo from a file, the clipboard, a drop or the camera; a crop; results that follow.

import { crop } from "./crop.js";
import { say, swap } from "./swap.js";

const form = document.getElementById("seek");
const drop = document.getElementById("drop");
const stage = document.getElementById("stage");
const picture = stage.querySelector("img");
const video = stage.querySelector("video");
const file = form.elements.image;
const parts = Object.fromEntries([...form.querySelectorAll("[data-part]")].map((p) => [p.dataset.part, p]));
const tools = Object.fromEntries([...form.querySelectorAll("[data-tool]")].map((t) => [t.dataset.tool, t]));
let stream = null;
let timer = 0;

const box = crop(stage, picture, (region) => {
  form.elements.crop.value = region ? region.map((v) => v.toFixed(4)).join(",") : "";
  tools.whole.hidden = !region;
  search();
});

/** Searches with what the form holds; without a photo the address says it all. */
async function search() {
  clearTimeout(timer);
  const data = new FormData(form);
  if (file.files.length) {
    await swap("results", form.action, { method: "POST", body: data });
    return;
  }
  data.delete("image");
  data.delete("csrf");
  const address = new URL(form.action);
  for (const [name, value] of data) if (value !== "" && value !== form.elements[name]?.dataset?.usual) address.searchParams.append(name, value);
  const { ok } = await swap("results", address);
  if (ok) history.replaceState(null, "", address);
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(search, 250);
}

function show(what) {
  parts.ask.hidden = what !== "ask";
  stage.hidden = what === "ask";
  picture.hidden = what !== "photo";
  video.hidden = what !== "camera";
  drop.classList.toggle("filled", what !== "ask");
  tools.remove.hidden = what !== "photo";
  tools.whole.hidden = true;
  tools.shoot.hidden = what !== "camera";
  tools.cancel.hidden = what !== "camera";
}

async function take(photo) {
  stop();
  if (!photo.type.startsWith("image/")) {
    say(form.dataset.noImage);
    return;
  }
  const list = new DataTransfer();
  list.items.add(photo instanceof File ? photo : new File([photo], "photo.jpg", { type: photo.type }));
  file.files = list.files;
  form.elements.crop.value = "";
  if (form.elements.like) form.elements.like.value = "";
  URL.revokeObjectURL(picture.src);
  picture.src = URL.createObjectURL(photo);
  box.set(null);
  box.outline([], "");
  show("photo");
  await Promise.all([search(), look()]);
}

/** Asks what is on the photo, to outline it. */
async function look() {
  const data = new FormData();
  data.append("image", file.files[0]);
  const shown = file.files[0];
  const response = await fetch("/api/v1/images:tag", { method: "POST", body: data, headers: { "x-csrf-token": form.elements.csrf.value } }).catch(() => null);
  if (!response?.ok || file.files[0] !== shown) return;
  const seen = await response.json();
  await picture.decode().catch(() => {});
  const partly = seen.objects.filter((object) => object.box[2] * object.box[3] < 0.95);
  box.outline(partly.map((object) => object.box), form.dataset.found);
  parts.faces.hidden = !seen.image.faces;
}

function clear() {
  file.value = "";
  form.elements.crop.value = "";
  box.set(null);
  box.outline([], "");
  parts.faces.hidden = true;
  show("ask");
  search();
}

function stop() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  video.srcObject = null;
}

async function camera() {
  let asked = null;
  try {
    asked = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    say(form.dataset.noCamera);
    return;
  }
  // Until somebody allowed it, the button may have been pressed again, or the page left.
  stop();
  stream = asked;
  if (document.hidden) return stop();
  video.srcObject = stream;
  await video.play().catch(() => {});
  if (stream === asked) show("camera");
}

async function shoot() {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d").drawImage(video, 0, 0);
  const photo = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92));
  await take(photo);
}

tools.choose.hidden = false;
tools.choose.addEventListener("click", () => file.click());
tools.camera.hidden = !navigator.mediaDevices?.getUserMedia;
tools.camera.addEventListener("click", camera);
tools.shoot.addEventListener("click", shoot);
tools.cancel.addEventListener("click", () => {
  stop();
  show("ask");
});
tools.remove.addEventListener("click", clear);
tools.whole.addEventListener("click", () => {
  box.set(null);
  form.elements.crop.value = "";
  tools.whole.hidden = true;
  search();
});
file.addEventListener("change", () => file.files[0] && take(file.files[0]));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  search();
});
form.addEventListener("input", (event) => {
  if (event.target.type === "range") {
    const output = event.target.parentElement.querySelector("output");
    if (output) output.textContent = Number(event.target.value).toFixed(2);
  }
  if (event.target !== file) soon();
});
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    drop.classList.toggle("over", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
  });
}
document.addEventListener("paste", (event) => {
  const pasted = [...(event.clipboardData?.files || [])].find((f) => f.type.startsWith("image/"));
  if (pasted) {
    event.preventDefault();
    take(pasted);
  }
});

// The camera is on only while somebody looks at this page.
const leave = () => {
  if (!stream) return;
  stop();
  show("ask");
};
document.addEventListener("visibilitychange", () => document.hidden && leave());
window.addEventListener("pagehide", leave);
