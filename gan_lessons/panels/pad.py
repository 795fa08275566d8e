"""A pad to draw a curve on, with the mouse or the arrow keys: a control for ``explore``."""

from pathlib import Path

import anywidget
import numpy as np
import traitlets

from gan_lessons.pictures import REAL_COLOUR


class CurvePad(anywidget.AnyWidget):
    """A curve that a learner draws; ``value`` holds a height in [0, 1] for each column.

    Drag over it with the mouse or a pen. With the keyboard, left and right choose a column, up and
    down change its height, Delete empties the pad.

    columns: how many heights the curve has, from left to right, at least 2
    value:   the heights to start with; by default all 0
    name:    what it is, in words, for readers who cannot see it
    height:  of the pad on the page, in pixels
    """

    _esm = Path(__file__).with_name("pad.js")
    value = traitlets.Tuple().tag(sync=True)
    name = traitlets.Unicode().tag(sync=True)
    height = traitlets.Int().tag(sync=True)
    colour = traitlets.Unicode(REAL_COLOUR).tag(sync=True)
    description = traitlets.Unicode()  # read by ``explore``, as on any control

    def __init__(self, columns=48, value=None, *, name="Draw a curve.", height=110):
        if columns < 2:
            raise ValueError(f"columns must be at least 2, got {columns}")
        self.columns = columns
        super().__init__(value=(0.0,) * columns if value is None else value, name=name,
                         height=height)  # fmt: skip

    @traitlets.validate("value")
    def _heights(self, proposal):
        heights = np.asarray(proposal["value"], float)
        if heights.shape != (self.columns,) or not ((heights >= 0) & (heights <= 1)).all():
            raise ValueError(f"value must be {self.columns} heights from 0 to 1")
        return tuple(heights.tolist())
