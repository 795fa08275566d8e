"""Finds out whether widgets live in the page that shows the notebook, and says so there."""

import ipywidgets as widgets

from gan_lessons.panels.parts import line, say, shown_as

NOT_HERE = (
    "✗ Panels do not work here. If you read this after running the cell, the page is not "
    "JupyterLab with ipywidgets and a running kernel: start the course with the README's first "
    "command, or on Binder. The pictures and texts can be read as they are."
)
HERE = "✓ Panels work: your browser has drawn this line and told the kernel so."
DRAWN = "Your browser draws panels, but the kernel has not heard from it yet. Is a cell running?"


def panels_work():
    """Return a line that says whether panels work where the notebook is shown now."""
    said = line()
    view = widgets.VBox([said])
    say(said, DRAWN)
    view._view_count = 0  # from now on the page counts the views
    view.observe(lambda _: say(said, HERE, strong=True), "_view_count")
    return _Alive(view)


class _Alive:
    def __init__(self, view):
        self.view = view

    def _repr_mimebundle_(self, **_):
        return {**shown_as(self.view), "text/plain": NOT_HERE}
