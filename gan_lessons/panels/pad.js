// The front end of CurvePad: a curve of columns that follows the mouse, the pen or the arrow keys.
// The model's `value` holds a height in [0, 1] for each column.

const SVG = "http://www.w3.org/2000/svg";
const PAUSE = 40; // milliseconds between two messages to the kernel while drawing
const STEP = 0.05; // what an arrow key changes

function element(parent, name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent.append(made);
  return made;
}

function render({ model, el }) {
  let mine = [...model.get("value")]; // ahead of the model while a message waits
  const heights = () => [...mine];
  const columns = mine.length;
  const svg = element(el, "svg", {
    viewBox: `0 0 ${columns} 1`, preserveAspectRatio: "none", tabindex: 0, role: "slider",
    "aria-label": model.get("name"), "aria-valuemin": 0, "aria-valuemax": 1,
    style: `display:block;width:100%;height:${model.get("height")}px;touch-action:none;` +
      "cursor:crosshair;border:1px solid var(--jp-border-color1,#999);box-sizing:border-box",
  });
  const area = element(svg, "path", { fill: model.get("colour"), "fill-opacity": 0.75 });
  const here = element(svg, "rect", { width: 1, height: 1, y: 0, fill: "gray", opacity: 0 });
  let at = 0, last = null, waiting = 0;

  function show() {
    const value = heights();
    const steps = value.map((height, i) => `L${i},${1 - height} L${i + 1},${1 - height}`);
    area.setAttribute("d", `M0,1 ${steps.join(" ")} L${columns},1 Z`);
    here.setAttribute("x", at);
    svg.setAttribute("aria-valuenow", value[at].toFixed(2));
    svg.setAttribute("aria-valuetext", `column ${at + 1} of ${columns}: ${value[at].toFixed(2)}`);
  }

  function send() {
    waiting ||= setTimeout(() => {
      waiting = 0;
      model.set("value", mine);
      model.save_changes();
    }, PAUSE);
  }

  function put(column, height) {
    const value = heights();
    const from = last ?? { column, height };
    const far = Math.abs(column - from.column);
    for (let k = 0; k <= far; k++) { // a quick stroke leaves no column out
      const share = far ? k / far : 1;
      const i = from.column + Math.round(share * (column - from.column));
      value[i] = from.height + share * (height - from.height);
    }
    last = { column, height };
    at = column;
    mine = value;
    send();
    show();
  }

  const clip = (x, low, high) => Math.min(Math.max(x, low), high);

  function follow(event) {
    const box = svg.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * columns);
    const height = 1 - (event.clientY - box.top) / box.height;
    put(clip(column, 0, columns - 1), clip(height, 0, 1));
  }

  svg.addEventListener("pointerdown", (event) => {
    svg.setPointerCapture(event.pointerId);
    last = null;
    follow(event);
  });
  svg.addEventListener("pointermove", (event) => { if (event.buttons) follow(event); });
  svg.addEventListener("focus", () => here.setAttribute("opacity", 0.25));
  svg.addEventListener("blur", () => here.setAttribute("opacity", 0));
  svg.addEventListener("keydown", (event) => {
    const sideways = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const upwards = { ArrowUp: STEP, ArrowDown: -STEP }[event.key];
    if (sideways) at = clip(at + sideways, 0, columns - 1);
    else if (upwards) { last = null; put(at, clip(heights()[at] + upwards, 0, 1)); }
    else if (event.key === "Delete") { mine = Array(columns).fill(0); send(); }
    else return;
    event.preventDefault();
    event.stopPropagation(); // the notebook has its own use for arrows
    show();
  });

  function hear() {
    if (waiting) return; // the kernel's echo of an earlier message would undo what was drawn since
    mine = [...model.get("value")];
    show();
  }

  model.on("change:value", hear);
  show();
  return () => model.off("change:value", hear);
}

export default { render };
