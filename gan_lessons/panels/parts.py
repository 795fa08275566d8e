"""Small pieces that both panels are built from: controls, lines of text, pictures."""

import html
import math

import ipywidgets as widgets

NEEDS_JUPYTER = (
    "This panel needs JupyterLab with ipywidgets and a running kernel; "
    "run the notebook there to play with it."
)
WRAP = widgets.Layout(flex_flow="row wrap", align_items="center")


def shown_as(view):
    """Return what a notebook needs to show ``view``, with a plain sentence where it cannot."""
    bundle = view._repr_mimebundle_() or {}
    return {**bundle, "text/plain": NEEDS_JUPYTER}


def close(widget):
    """Close a widget and all that it holds; else these stay in memory as long as the kernel."""
    held = [getattr(widget, name) for name in widget.keys]
    widget.close()
    for value in held:
        for part in value if isinstance(value, list | tuple) else [value]:
            if isinstance(part, widgets.Widget) and part is not WRAP:  # that one all panels share
                close(part)


def line(live=False):
    """Return an empty line of text. ``live``: screen readers say it whenever it changes."""
    box = widgets.HTML(layout=widgets.Layout(margin="0 2px", overflow="hidden"))
    box.live = live
    return box


def say(box, text, strong=False):
    """Write plain text into a line made by ``line``; nothing is sent when it says so already."""
    role = ' role="status"' if box.live else ""
    weight = "600" if strong else "400"
    style = f"line-height:1.4;white-space:normal;font-weight:{weight}"
    words = f'<div{role} style="{style}">{html.escape(text)}</div>'
    if box.value != words:
        box.value = words


def picture(width):
    """Return an Image ``width`` pixels wide, less where the page is narrower."""
    layout = widgets.Layout(width=f"{width}px", max_width="100%", margin="2px")
    return widgets.Image(format="png", layout=layout)


def button(text, tip, press, icon="", style="", width="84px"):
    """Return a button that calls ``press()``."""
    made = widgets.Button(
        description=text,
        tooltip=tip,
        icon=icon,
        button_style=style,
        layout=widgets.Layout(width=width),
    )
    made.on_click(lambda _: press())
    return made


def folded(text, box):
    """Return a switch called ``text`` and ``box``, which is there only while the switch is on.

    An Accordion would do this too, but no key opens it.
    """
    switch = widgets.ToggleButton(description=text, icon="chevron-down")
    shown = widgets.VBox([box], layout=widgets.Layout(display="none"))
    widgets.dlink((switch, "value"), (shown.layout, "display"), lambda on: None if on else "none")
    return [switch, shown]


def labelled(text, control, label_width="170px", width="396px"):
    """Return ``control`` with its whole label beside it, never clipped."""
    control.layout.width = "auto"
    control.layout.flex = "1 1 120px"
    control.layout.min_width = "120px"
    label = widgets.Label(text, layout=widgets.Layout(width=label_width, flex="0 0 auto"))
    layout = widgets.Layout(width=width, max_width="100%", align_items="center")
    return widgets.HBox([label, control], layout=layout)


def knob_control(name, knob):
    """Return the widget for one Knob. Raises ValueError on a knob that cannot be shown."""
    tip = knob.label or name
    if knob.scale == "choice":
        if knob.value not in knob.choices:
            raise ValueError(f"knob {name!r} is {knob.value!r}, not one of {knob.choices}")
        return widgets.Dropdown(options=list(knob.choices), value=knob.value, tooltip=tip)
    low, high = min(knob.low, knob.value), max(knob.high, knob.value)
    if not low < high:
        raise ValueError(f"knob {name!r} goes from {knob.low} to {knob.high}; give it a range")
    common = {"value": knob.value, "tooltip": tip, "continuous_update": True}
    if knob.scale == "int":
        return widgets.IntSlider(min=int(low), max=int(high), **common)
    if knob.scale == "log":
        if low <= 0:
            raise ValueError(f"knob {name!r} is logarithmic; its value and range must be above 0")
        ends = {"min": math.log10(low), "max": math.log10(high)}
        return widgets.FloatLogSlider(base=10, step=0.05, readout_format=".1e", **ends, **common)
    if knob.scale == "linear":
        step = (high - low) / 100
        return widgets.FloatSlider(min=low, max=high, step=step, readout_format=".3g", **common)
    raise ValueError(f"knob {name!r} has scale {knob.scale!r}; use linear, log, int or choice")


def show_value(control, value):
    """Set a control to a value that came from elsewhere, widening its range where needed.

    But not by a hair: a game keeps single precision, in which 1e-5 is a little less. The marks
    would move, and a page that shows the slider in two places lets the old and the new ones correct
    each other until its stack is full.
    """
    if hasattr(control, "min"):
        at = math.log10(value) if isinstance(control, widgets.FloatLogSlider) else value
        hair = 1e-6 * (control.max - control.min)
        if at < control.min - hair:
            control.min = at
        if at > control.max + hair:
            control.max = at
    control.value = value


def rounded(control, old, new):
    """Return whether ``new`` is only ``old`` moved to the nearest mark of a slider."""
    if not isinstance(control, widgets.FloatSlider | widgets.FloatLogSlider):
        return False
    if isinstance(control, widgets.FloatLogSlider):
        old, new = math.log10(old), math.log10(new)
    return abs(new - old) < 0.6 * control.step


def clock(seconds):
    """Write a time as people do: 0:07, 12:40, 1 h 05 min."""
    seconds = round(seconds)
    if seconds < 3600:
        return f"{seconds // 60}:{seconds % 60:02d}"
    return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min"
