// The front end of Access: gives the controls of a panel names, its pictures words, its menus keys.

const CONTROLS = ".noUi-handle, .widget-readout, input, select";

function set(element, name, text) { // sent only when it is new, for each change is watched
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

// JupyterLab takes arrows and letters for its cells, wherever the focus is but in a text field.
function keepKeys(event) {
  const plain = !(event.ctrlKey || event.altKey || event.metaKey || event.shiftKey);
  if (plain && event.target.matches("select")) event.stopPropagation();
}

function render({ model, el }) {
  el.style.display = "none";
  let panel = null, watch = null, waiting = 0;
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
    panel.addEventListener("keydown", keepKeys);
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
    panel?.removeEventListener("keydown", keepKeys);
  };
}

export default { render };
