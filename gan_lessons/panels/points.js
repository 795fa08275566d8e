// The front end of PointPad: dots in a square, set by the mouse, the pen or the keyboard.
// The model's `value` holds the points [x, y], each in [-1, 1], y upwards.

const SVG = "http://www.w3.org/2000/svg";
const PAUSE = 40; // milliseconds between two messages to the kernel while drawing
const STEP = 0.05; // how far an arrow key moves the cross
const APART = 0.03; // points of one stroke are at least this far from each other

function element(parent, name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent.append(made);
  return made;
}

function render({ model, el }) {
  const side = model.get("height");
  const svg = element(el, "svg", {
    viewBox: "-1 -1 2 2", tabindex: 0, role: "application", "aria-label": model.get("name"),
    style: `display:block;width:${side}px;height:${side}px;max-width:100%;touch-action:none;` +
      "cursor:crosshair;border:1px solid var(--jp-border-color1,#999);box-sizing:border-box",
  });
  element(svg, "path", { d: "M-1,0H1M0,-1V1", stroke: "gray", "stroke-width": 0.004 });
  const dots = element(svg, "path", {
    stroke: model.get("colour"), "stroke-width": 0.035, "stroke-linecap": "round",
  });
  const cross = element(svg, "path", { stroke: "gray", "stroke-width": 0.015, opacity: 0 });
  const spoken = document.createElement("div");
  spoken.setAttribute("aria-live", "polite");
  spoken.style.fontSize = "12px";
  el.append(spoken);
  let at = [0, 0], waiting = 0;
  let mine = model.get("value"); // ahead of the model while a message waits

  function show() {
    const points = mine, full = points.length >= model.get("most");
    const [x, y] = at;
    dots.setAttribute("d", points.map(([x, y]) => `M${x},${-y}h0`).join(""));
    cross.setAttribute("d", `M${x - 0.05},${-y}h0.1M${x},${-y - 0.05}v0.1`);
    spoken.textContent = `${points.length} points${full ? ", no more fit" : ""}; ` +
      `cross at ${x.toFixed(2)}, ${y.toFixed(2)}`;
  }

  function set(points) {
    mine = points;
    waiting ||= setTimeout(() => {
      waiting = 0;
      model.set("value", mine);
      model.save_changes();
    }, PAUSE);
    show();
  }

  function add(apart) {
    const points = mine, last = points[points.length - 1];
    if (points.length >= model.get("most")) return show();
    if (apart && last && Math.hypot(at[0] - last[0], at[1] - last[1]) < apart) return;
    set([...points, at]);
  }

  const clip = (x) => Math.min(Math.max(x, -1), 1);

  function follow(event, apart) {
    const box = svg.getBoundingClientRect();
    at = [clip(2 * (event.clientX - box.left) / box.width - 1),
      clip(1 - 2 * (event.clientY - box.top) / box.height)];
    add(apart);
  }

  svg.addEventListener("pointerdown", (event) => {
    svg.setPointerCapture(event.pointerId);
    follow(event, 0);
  });
  svg.addEventListener("pointermove", (event) => {
    const seen = event.buttons ? event.getCoalescedEvents() : []; // a quick stroke has many
    for (const one of seen.length || !event.buttons ? seen : [event]) follow(one, APART);
  });
  svg.addEventListener("focus", () => cross.setAttribute("opacity", 1));
  svg.addEventListener("blur", () => cross.setAttribute("opacity", 0));
  svg.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const by = move[event.key];
    if (by) at = [clip(at[0] + STEP * by[0]), clip(at[1] + STEP * by[1])];
    else if (event.key === " " || event.key === "Enter") add(0);
    else if (event.key === "Delete") set([]);
    else return;
    event.preventDefault();
    event.stopPropagation(); // the notebook has its own use for these keys
    show();
  });

  function hear() {
    if (waiting) return; // the kernel's echo of an earlier message would undo what was drawn since
    mine = model.get("value");
    show();
  }

  model.on("change:value", hear);
  show();
  return () => model.off("change:value", hear);
}

export default { render };
