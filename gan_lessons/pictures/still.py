"""A picture that stays in the notebook, with words for readers who cannot see it."""

import html

import numpy as np
from IPython.display import display
from matplotlib.figure import Figure
from matplotlib.text import Text

from gan_lessons import arguments
from gan_lessons.pictures.tiles import png

HIDDEN = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)"


def still(picture, words=None, width=None):
    """Return a picture to show as a cell's last line.

    picture: a matplotlib Figure, a uint8 array (H, W) or (H, W, 3), or a PNG or GIF as bytes
    words:   what it shows; a Figure may do without, for its titles, axes and legends are read
    width:   on the page, 1 to 4,000 pixels; by default the picture's own
    """
    if words is not None:
        arguments.text("words", words)
    if width is not None:
        width = arguments.whole("width", width, 1, 4000)
    if isinstance(picture, bytes) and not picture.startswith((b"\x89PNG", b"GIF8")):
        raise ValueError("picture must be a PNG or a GIF where it is bytes, got other bytes")
    if not words:
        if not isinstance(picture, Figure):
            raise ValueError("words must say what the picture shows; only a Figure has its own")
        words = words_of(picture)
    data = picture if isinstance(picture, bytes) else png(picture, level=9)
    return Still(data, words, width)


class Still:
    """PNG or GIF bytes ``data`` with ``words``; the page shows one and reads the other aloud."""

    def __init__(self, data, words, width=None):
        self.data, self.words, self.width = bytes(data), words, width  # of a widget: a memoryview

    def _ipython_display_(self):
        # JupyterLab 4.6 shows a picture without the words that belong to it; they come before it.
        aloud = f'<div role="img" aria-label="{html.escape(self.words)}" style="{HIDDEN}"></div>'
        display({"text/html": aloud, "text/plain": ""}, raw=True)
        kind = "image/gif" if self.data.startswith(b"GIF") else "image/png"
        about = {"alt": self.words} | ({"width": self.width} if self.width else {})
        display({kind: self.data, "text/plain": self.words}, metadata={kind: about}, raw=True)


def words_of(figure):
    """Say in words what can be read in a matplotlib Figure: titles, axes, legends, remarks."""
    said = []
    for part in _with_parts(figure):
        said += _written(part.texts)
        said += [f"shown: {_listed(legend.get_texts())}" for legend in part.legends]
    said += filter(None, map(_words_of_axes, figure.axes))
    return "Figure. " + " ".join(text.rstrip(".") + "." for text in said)


def _with_parts(figure):
    """The figure, and the figures in it."""
    return [figure, *(inner for part in figure.subfigs for inner in _with_parts(part))]


def _words_of_axes(axes):
    said = _written(axes.get_title(where) for where in ("left", "center", "right"))
    for name, axis in (("across", axes.xaxis), ("up", axes.yaxis)):
        if axes.axison and axis.get_label_text():
            low, high = np.sort(axis.get_view_interval())
            said.append(f"{name}: {_plain(axis.get_label_text())}, from {low:.3g} to {high:.3g}")
    if axes.get_legend():
        said.append(f"shown: {_listed(axes.get_legend().get_texts())}")
    if _written(axes.texts):
        said.append(f"written in it: {_listed(axes.texts)}")
    return "; ".join(said)


def _written(texts):
    """The words of matplotlib's Texts, or of strings, that say something."""
    words = [text.get_text() if isinstance(text, Text) else text for text in texts]
    return [_plain(word) for word in words if any(letter.isalnum() for letter in word)]


def _listed(texts):
    return ", ".join(_written(texts))


def _plain(text):
    """One line, without the signs of TeX."""
    return " ".join(text.replace("$", "").split())
