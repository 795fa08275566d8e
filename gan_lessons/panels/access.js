// The front end of Access: gives a panel's controls names, its pictures words, and keeps its keys.

const CONTROLS = ".noUi-handle, .widget-readout, input, select";

function set(element, name, text) { // only where it is new, for changes are watched
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

function nameControls(panel) {
  for (const label of panel.querySelectorAll(".widget-hbox > .widget-label")) {
    for (const control of label.parentElement.querySelectorAll(CONTROLS)) {
      set(control, "aria-label", label.textContent);
    }
    const [handle, readout] = [".noUi-handle", ".widget-readout"].map((part) =>
      label.parentElement.querySelector(part)
    );
    if (handle && readout) set(handle, "aria-valuetext", readout.textContent); // 2.0e-4, not −3.7
  }
}

function describePictures(panel, words) {
  [...panel.querySelectorAll("img.widget-image")].forEach((image, i) => {
    image.alt = words[i] ?? "";
  });
}

// JupyterLab takes a menu's arrows and letters for its cells, Notebook 7 those of a slider too; but
// not where this mark stands. It stands only for plain keys: Shift+Enter still runs the cell.
function keepKeys(event) {
  const plain = !(event.ctrlKey || event.altKey || event.metaKey || event.shiftKey);
  const control = event.target;
  if (!plain || !control.matches?.(".gan-panel select, .gan-panel .noUi-handle")) return;
  control.dataset.lmSuppressShortcuts = "true";
  setTimeout(() => delete control.dataset.lmSuppressShortcuts);
}

function render({ model, el }) {
  el.style.display = "none";
  let panel = null, watch = null, waiting = 0;
  const keep = (event) => keepKeys(event); // each view its own, for a page may close one of two
  const work = () => {
    nameControls(panel);
    describePictures(panel, model.get("words"));
  };
  function begin() { // the page puts this element into the panel after it was made
    panel = el.closest(".gan-panel");
    if (!panel) {
      waiting = requestAnimationFrame(begin);
      return;
    }
    window.addEventListener("keydown", keep, true); // before the page's own listener
    watch = new MutationObserver(work); // controls arrive one by one
    watch.observe(panel, {
      childList: true, subtree: true, attributes: true, attributeFilter: ["aria-valuetext"],
    });
    work();
  }
  begin();
  const hear = () => panel && work();
  model.on("change:words", hear);
  return () => {
    cancelAnimationFrame(waiting);
    model.off("change:words", hear);
    watch?.disconnect();
    window.removeEventListener("keydown", keep, true);
  };
}

export default { render };
