// The front end of HolePad: a digit of 28×28 pixels in which a hole is painted.
// The model's `value` holds the numbers of the missing pixels, 28 · row + column, ascending.

const SIDE = 28;
const PAUSE = 40; // milliseconds between two messages to the kernel while painting

function render({ model, el }) {
  const size = model.get("height");
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", model.get("name"));
  canvas.style = `display:block;width:${size}px;height:${size}px;max-width:100%;` +
    "touch-action:none;cursor:crosshair;image-rendering:pixelated;" +
    "border:1px solid var(--jp-border-color1,#999);box-sizing:border-box";
  const spoken = document.createElement("div");
  spoken.setAttribute("aria-live", "polite");
  spoken.style.fontSize = "12px";
  el.append(canvas, spoken);
  const pen = canvas.getContext("2d");
  let at = [14, 14], waiting = 0;
  let mine = new Set(model.get("value")); // ahead of the model while a message waits

  function show() {
    const view = model.get("picture"), image = pen.createImageData(SIDE, SIDE);
    for (let cell = 0; cell < SIDE * SIDE; cell++) {
      const grey = cell < view.byteLength ? view.getUint8(cell) : 0;
      image.data.set(mine.has(cell) ? [128, 128, 128, 255] : [grey, grey, grey, 255], 4 * cell);
    }
    pen.putImageData(image, 0, 0);
    if (document.activeElement === canvas) {
      pen.fillStyle = model.get("colour");
      pen.fillRect(at[0], at[1], 1, 1);
    }
    spoken.textContent = `${mine.size} pixels missing; brush at row ${at[1]}, column ${at[0]}`;
  }

  function tell() {
    waiting ||= setTimeout(() => {
      waiting = 0;
      model.set("value", [...mine].sort((a, b) => a - b));
      model.save_changes();
    }, PAUSE);
    show();
  }

  function paint(erase) { // a brush of 3×3 pixels
    for (let row = at[1] - 1; row <= at[1] + 1; row++) {
      for (let column = at[0] - 1; column <= at[0] + 1; column++) {
        if (row < 0 || column < 0 || row >= SIDE || column >= SIDE) continue;
        if (erase) mine.delete(SIDE * row + column);
        else mine.add(SIDE * row + column);
      }
    }
  }

  const clip = (x) => Math.min(Math.max(x, 0), SIDE - 1);

  function place(event) {
    const box = canvas.getBoundingClientRect();
    return [clip(Math.floor(SIDE * (event.clientX - box.left) / box.width)),
      clip(Math.floor(SIDE * (event.clientY - box.top) / box.height))];
  }

  function follow(event) { // from the last place to this one, so that a quick stroke has no gaps
    const from = at, to = place(event);
    const steps = Math.max(1, Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]));
    for (let step = 1; step <= steps; step++) {
      at = [0, 1].map((k) => Math.round(from[k] + (to[k] - from[k]) * step / steps));
      paint(event.shiftKey);
    }
    tell();
  }

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    at = place(event);
    follow(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.buttons) follow(event);
  });
  canvas.addEventListener("focus", show);
  canvas.addEventListener("blur", show);
  canvas.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const by = move[event.key];
    if (by) at = [clip(at[0] + by[0]), clip(at[1] + by[1])];
    else if (event.key === " " || event.key === "Enter") paint(event.shiftKey);
    else if (event.key === "Delete") mine = new Set();
    else return;
    event.preventDefault();
    event.stopPropagation(); // the notebook has its own use for these keys
    if (by) show();
    else tell();
  });

  function hear() {
    if (waiting) return; // the kernel's echo of an earlier message would undo what came since
    mine = new Set(model.get("value"));
    show();
  }

  model.on("change:value", hear);
  model.on("change:picture", show);
  show();
  return () => {
    model.off("change:value", hear);
    model.off("change:picture", show);
  };
}

export default { render };
