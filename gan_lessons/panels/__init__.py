"""Panels for the notebooks: ``explore`` (sliders → picture) and ``cockpit`` (any Game).

They know a game only by the members of ``gan_lessons.game.Game``. ``PlaneStage`` shows a game of
points, ``compare`` is a cockpit of two. ``line_by_line`` is an explore panel over a function;
``CurvePad``, ``PointPad`` and ``HolePad`` are controls to draw on; ``diagnose`` is the loss doctor
without the panel; ``panels_work`` says whether widgets live here.
"""

from gan_lessons.interrupts import unbroken

with unbroken():
    from gan_lessons.panels.alive import panels_work
    from gan_lessons.panels.cockpit import Cockpit, cockpit
    from gan_lessons.panels.doctor import diagnose
    from gan_lessons.panels.explore import Explorer, explore
    from gan_lessons.panels.lines import line_by_line, record_lines
    from gan_lessons.panels.pad import CurvePad, HolePad, PointPad
    from gan_lessons.panels.pair import compare
    from gan_lessons.panels.stages import PlaneStage

__all__ = [
    "Cockpit",
    "CurvePad",
    "Explorer",
    "HolePad",
    "PlaneStage",
    "PointPad",
    "cockpit",
    "compare",
    "diagnose",
    "explore",
    "line_by_line",
    "panels_work",
    "record_lines",
]
