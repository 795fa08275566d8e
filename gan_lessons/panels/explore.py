"""Tie named sliders and switches to a picture that updates in place."""

from numbers import Integral

import ipywidgets as widgets
import numpy as np

from gan_lessons import arguments
from gan_lessons.panels.access import PANEL, Access
from gan_lessons.panels.kernel import Home, Latest
from gan_lessons.panels.pad import Pad
from gan_lessons.panels.parts import WRAP, labelled, line, picture, say, shown_as
from gan_lessons.pictures import Still, new_figure, png


def control_for(name, given):
    """Return the widget that a shorthand stands for.

    True or False: a switch.  (low, high, step) or (low, high, step, value): a slider, for whole
    numbers where all are whole.  A list of choices: a menu.  A widget: itself.
    """
    if isinstance(given, widgets.Widget):
        if not hasattr(given, "value"):
            raise TypeError(f"control {name!r} is a {type(given).__name__}, which has no value")
        return given
    if isinstance(given, bool | np.bool_):
        return widgets.Checkbox(value=bool(given), indent=False)
    if isinstance(given, list) and given:
        return widgets.Dropdown(options=given)
    if isinstance(given, tuple) and len(given) in (3, 4):
        given = tuple(arguments.number(f"control {name!r}", number) for number in given)
        low, high, step, *value = given
        if not (low < high and step > 0 and all(low <= v <= high for v in value)):
            wanted = "low < high, step > 0, low ≤ value ≤ high"
            raise ValueError(f"control {name!r} is {given}; give {wanted}")
        whole = all(isinstance(number, Integral) for number in given)
        slider = widgets.IntSlider if whole else widgets.FloatSlider
        return slider(value=value[0] if value else low, min=low, max=high, step=step)
    raise TypeError(
        f"control {name!r} is {given!r}; give True or False, (low, high, step), "
        "(low, high, step, value), a list of choices or a widget"
    )


class Explorer:
    """The panel that ``explore`` returns; ``values`` are the controls' values now."""

    def __init__(self, draw, controls, labels, size, alt):
        self.draw, self.alt = draw, alt
        self.home = Home()
        self.size = size
        self.image = picture(size[0])
        self.words = widgets.HTML(layout=widgets.Layout(max_width="100%"))
        self.status, self.access = line(live=True), Access()
        self.controls = {name: control_for(name, given) for name, given in controls.items()}
        rows = []
        redraw = Latest(self.home, self.redraw)
        for name, control in self.controls.items():
            control.observe(redraw, "value")
            label = labels.get(name) or control.description or name.replace("_", " ")
            control.description = ""
            width = "836px" if isinstance(control, Pad) else "396px"
            rows.append(labelled(label, control, width=width))
        box = widgets.HBox([self.image, self.words], layout=WRAP)
        self.view = widgets.VBox([widgets.HBox(rows, layout=WRAP), box, self.status, self.access])
        self.view.add_class(PANEL)
        self.redraw()

    @property
    def values(self):
        """The value of each control, by name."""
        return {name: control.value for name, control in self.controls.items()}

    def redraw(self):
        """Draw the picture for the values now. A mistake in ``draw`` is told in the status line."""
        try:
            figure = new_figure(*self.size)  # quicker than to clear one that has axes
            words = self.draw(figure, **self.values)
            data = png(figure)
        except Exception as error:
            say(self.status, f"No new picture: {type(error).__name__}: {error}", strong=True)
            return
        self.image.value = data
        self.words.value = words or ""
        say(self.status, "")
        now = ", ".join(
            f"{name.replace('_', ' ')} {value}"
            for name, value in self.values.items()
            if not isinstance(self.controls[name], Pad)  # a list of heights says nothing
        )
        self.access.words = [f"{self.alt} Now: {now}."]

    def still(self):
        """Return the picture as it is now, for readers without a kernel."""
        return Still(self.image.value, self.alt)

    def _repr_mimebundle_(self, **_):
        return shown_as(self.view)


def explore(draw, *, labels=None, size=(640, 400), alt="A picture that follows the sliders.",
            **controls):  # fmt: skip
    """Return a panel whose picture follows named sliders and switches.

    draw:     draw(figure, **values) draws on an empty matplotlib Figure; a string that it returns
              is shown beside the picture as HTML
    controls: by name, (low, high, step), (low, high, step, value), True or False, a list of
              choices, or any ipywidget with a value
    labels:   what to write beside a control, by name
    size:     pixels of the picture, (width, height)
    alt:      what the picture shows, in words, for readers who cannot see it
    """
    arguments.function("draw", draw)
    if labels is not None:
        arguments.kind("labels", labels, dict, "a dict of strings by name")
    if len(arguments.kind("size", size, tuple | list, "(width, height)")) != 2:
        raise ValueError(f"size must be (width, height), got {size}")
    size = [arguments.whole("size", pixels, 20, 4000) for pixels in size]
    arguments.text("alt", alt)
    if not controls:
        raise ValueError("explore needs at least one control, for example noise=(0.0, 1.0, 0.05)")
    return Explorer(draw, controls, labels or {}, size, alt)
