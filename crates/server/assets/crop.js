// A rectangle that one draws, moves and resizes over a picture, in fractions of the picture.

const LEAST = 0.04;

/** Watches `stage` (which holds the picture `img`, fitted inside it); calls `changed` with [x, y, w, h] or null. */
export function crop(stage, img, changed) {
  let box = null;
  let element = null;

  /** Where the picture itself is inside the stage, in pixels: `object-fit: contain` leaves bands. */
  const inner = () => {
    const { width, height } = stage.getBoundingClientRect();
    const scale = Math.min(width / img.naturalWidth, height / img.naturalHeight) || 1;
    const w = img.naturalWidth * scale;
    const h = img.naturalHeight * scale;
    return { left: (width - w) / 2, top: (height - h) / 2, width: w, height: h };
  };
  const place = (node, [x, y, w, h]) => {
    const at = inner();
    node.style.left = `${at.left + x * at.width}px`;
    node.style.top = `${at.top + y * at.height}px`;
    node.style.width = `${w * at.width}px`;
    node.style.height = `${h * at.height}px`;
  };
  const point = (event) => {
    const at = inner();
    const stageBox = stage.getBoundingClientRect();
    const clamp = (v) => Math.min(1, Math.max(0, v));
    return [
      clamp((event.clientX - stageBox.left - at.left) / at.width),
      clamp((event.clientY - stageBox.top - at.top) / at.height),
    ];
  };
  const draw = () => {
    if (!box) {
      element?.remove();
      element = null;
      return;
    }
    if (!element) {
      element = document.createElement("div");
      element.className = "crop-box";
      element.tabIndex = 0;
      element.setAttribute("role", "group");
      element.setAttribute("aria-label", stage.dataset.cropLabel);
      for (const corner of ["nw", "ne", "sw", "se"]) {
        const handle = document.createElement("i");
        handle.dataset.corner = corner;
        element.append(handle);
      }
      stage.append(element);
    }
    place(element, box);
  };

  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest(".found-box") || !img.naturalWidth) return;
    event.preventDefault();
    const start = point(event);
    const before = box && [...box];
    const corner = event.target.dataset.corner;
    const moving = !corner && event.target === element;
    // The corner opposite to the one that is held stays; a new rectangle starts where the pointer went down.
    const anchor = corner
      ? [corner.includes("w") ? box[0] + box[2] : box[0], corner.includes("n") ? box[1] + box[3] : box[1]]
      : start;
    stage.setPointerCapture(event.pointerId);
    const move = (next) => {
      const [x, y] = point(next);
      if (moving) {
        const [bx, by, bw, bh] = before;
        const dx = Math.min(1 - bw - bx, Math.max(-bx, x - start[0]));
        const dy = Math.min(1 - bh - by, Math.max(-by, y - start[1]));
        box = [bx + dx, by + dy, bw, bh];
      } else {
        box = [Math.min(x, anchor[0]), Math.min(y, anchor[1]), Math.abs(x - anchor[0]), Math.abs(y - anchor[1])];
      }
      draw();
    };
    const end = () => {
      stage.removeEventListener("pointermove", move);
      if (box && (box[2] < LEAST || box[3] < LEAST)) box = before;
      draw();
      if (JSON.stringify(box) !== JSON.stringify(before)) changed(box);
    };
    stage.addEventListener("pointermove", move);
    stage.addEventListener("pointerup", end, { once: true });
    stage.addEventListener("pointercancel", end, { once: true });
  });

  stage.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!box || event.target !== element) return;
    if (event.key === "Escape") {
      box = null;
      draw();
      changed(null);
    } else if (step) {
      event.preventDefault();
      event.stopPropagation();
      const by = 0.02;
      const [x, y, w, h] = box;
      box = event.shiftKey
        ? [x, y, Math.min(1 - x, Math.max(LEAST, w + step[0] * by)), Math.min(1 - y, Math.max(LEAST, h + step[1] * by))]
        : [Math.min(1 - w, Math.max(0, x + step[0] * by)), Math.min(1 - h, Math.max(0, y + step[1] * by)), w, h];
      draw();
      changed(box);
    }
  });

  const found = [];
  new ResizeObserver(() => {
    draw();
    for (const [node, at] of found) place(node, at);
  }).observe(stage);

  return {
    set(next) {
      box = next;
      draw();
    },
    /** Outlines what the model found; a click takes it as the crop. */
    outline(boxes, label) {
      for (const [node] of found.splice(0)) node.remove();
      for (const at of boxes) {
        const node = document.createElement("button");
        node.type = "button";
        node.className = "found-box";
        node.setAttribute("aria-label", label);
        node.title = label;
        node.addEventListener("click", () => {
          box = at;
          draw();
          node.remove();
          changed(box);
        });
        found.push([node, at]);
        stage.append(node);
        place(node, at);
      }
    },
  };
}
