"""Names and words for those who cannot see a panel, and keys for those who use no mouse."""

from pathlib import Path

import anywidget
import traitlets

PANEL = "gan-panel"  # the class of a panel's outermost box, by which the front end finds it


class Access(anywidget.AnyWidget):
    """An invisible part of a panel, in whose outermost box (class PANEL) it does three things.

    Each control gets the label beside it as its name; each picture gets its text of ``words``, in
    the order of the panel; menus and sliders keep the keys that the page would take for its cells.
    """

    _esm = Path(__file__).parent / "access.js"
    words = traitlets.List(traitlets.Unicode()).tag(sync=True)
