"""Pads to draw on, with the mouse or the arrow keys: controls for ``explore`` and for a cell."""

from pathlib import Path

import anywidget
import numpy as np
import traitlets

from gan_lessons import arguments
from gan_lessons.pictures import REAL_COLOUR

HERE = Path(__file__).parent


def _tuple(value):
    """An array or a list as the tuple that a pad's value is."""
    if isinstance(value, tuple):
        return value
    return tuple(arguments.items("value", arguments.plain("value", value)))


class Pad(anywidget.AnyWidget):
    """What all pads have."""

    value = traitlets.Tuple().tag(sync=True)
    name = traitlets.Unicode().tag(sync=True)
    height = traitlets.Int(110).tag(sync=True)  # pixels on the page
    colour = traitlets.Unicode(REAL_COLOUR).tag(sync=True)
    description = traitlets.Unicode()  # read by ``explore``, as on any control

    def __init__(self, *, name, **values):
        super().__init__(name=arguments.text("name", name), **values)


class CurvePad(Pad):
    """A curve that a learner draws; ``value`` holds a height in [0, 1] for each column.

    Drag over it with the mouse or a pen. With the keyboard, left and right choose a column, up and
    down change its height, Delete empties the pad.

    columns: how many heights the curve has, from left to right, at least 2
    value:   the heights to start with; by default all 0
    name:    what it is, in words, for readers who cannot see it
    """

    _esm = HERE / "pad.js"

    def __init__(self, columns=48, value=None, *, name="Draw a curve."):
        self.columns = arguments.whole("columns", columns, 2, 1000)
        value = (0.0,) * self.columns if value is None else value
        super().__init__(value=_tuple(value), name=name)

    @traitlets.validate("value")
    def _heights(self, proposal):
        heights = arguments.array("value", proposal["value"], finite=False).astype(float)
        if heights.shape != (self.columns,) or not ((heights >= 0) & (heights <= 1)).all():
            raise ValueError(f"value must be {self.columns} heights from 0 to 1")
        return tuple(heights.tolist())


class PointPad(Pad):
    """Points that a learner draws in a square; ``value`` holds (x, y), each in [−1, 1].

    Paint with the mouse or a pen. With the keyboard, the arrows move a cross, space or enter adds
    a point there, Delete empties the pad.

    value:  the points to start with; by default none
    most:   how many fit at most
    name:   what it is, in words, for readers who cannot see it
    """

    _esm = HERE / "points.js"
    height = traitlets.Int(260).tag(sync=True)
    most = traitlets.Int().tag(sync=True)

    def __init__(self, value=(), *, most=400, name="Draw points."):
        most = arguments.whole("most", most, 1, 10_000)
        super().__init__(most=most, value=_tuple(value), name=name)

    @traitlets.validate("value")
    def _points(self, proposal):
        points = proposal["value"] or np.empty((0, 2))
        points = arguments.array("value", points, finite=False).astype(float)
        inside = points.ndim == 2 and points.shape[1] == 2 and (np.abs(points) <= 1).all()
        if len(points) > self.most or not inside:
            raise ValueError(f"value must be at most {self.most} points (x, y) from −1 to 1")
        return tuple(map(tuple, points.tolist()))


class HolePad(Pad):
    """A digit in which a learner paints a hole; ``value``: the missing pixels, 28·row + column.

    Paint with the mouse or a pen, with Shift to mend. With the keyboard, the arrows move the brush
    (3×3 pixels), space or enter paints there, Delete mends all.

    digit:  uint8 (28, 28): the picture; ``show`` changes it
    value:  the missing pixels to start with, numbers from 0 to 783; by default none
    name:   what it is, in words, for readers who cannot see it
    """

    _esm = HERE / "hole.js"
    height = traitlets.Int(224).tag(sync=True)
    picture = traitlets.Bytes().tag(sync=True)

    def __init__(self, digit, value=(), *, name="Paint a hole into the digit."):
        super().__init__(value=_tuple(value), name=name)
        self.show(digit)

    def show(self, digit):
        """Put another digit, uint8 (28, 28), under the hole."""
        digit = arguments.plain("digit", digit)
        if digit.shape != (28, 28) or digit.dtype != np.uint8:
            raise ValueError(f"digit must be uint8 (28, 28), got {digit.dtype} {digit.shape}")
        self.picture = digit.tobytes()

    @traitlets.validate("value")
    def _pixels(self, proposal):
        missing = arguments.array("value", proposal["value"] or np.empty(0, int))
        if missing.ndim != 1 or (missing % 1).any() or ((missing < 0) | (missing >= 28 * 28)).any():
            raise ValueError("value must be pixels from 0 to 783")
        return tuple(np.unique(missing).astype(int).tolist())
