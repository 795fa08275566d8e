"""Panels for the notebooks: ``explore`` (sliders → picture) and ``cockpit`` (any Game).

They know a game only by the members of ``gan_lessons.game.Game``. ``line_by_line`` is an explore
panel over a function; ``CurvePad`` a control to draw on; ``diagnose`` the loss doctor without the
panel; ``panels_work`` says whether widgets live here.
"""

from gan_lessons.panels.alive import panels_work
from gan_lessons.panels.cockpit import Cockpit, cockpit
from gan_lessons.panels.doctor import diagnose
from gan_lessons.panels.explore import Explorer, explore
from gan_lessons.panels.lines import line_by_line, record_lines
from gan_lessons.panels.pad import CurvePad

__all__ = [
    "Cockpit",
    "CurvePad",
    "Explorer",
    "cockpit",
    "diagnose",
    "explore",
    "line_by_line",
    "panels_work",
    "record_lines",
]
