"""Lesson 11 in a real JupyterLab: all of it runs, and its panels answer."""

import pytest
from visits import everybody_can_use, panels_answer, visit

pytest.importorskip("torch")
pytestmark = pytest.mark.browser

SLIPS, PROGRAM = range(2)  # the panels' pictures, from the top; the cockpit's two come after
NAME = "11_pytorch"


def test_the_lesson(open_notebook):
    """One visit, since running the lesson takes a while: each part below is a test of its own."""
    lesson = visit(open_notebook, NAME, pictures=4)
    every_slip_shows(lesson)
    panels_answer(lesson, NAME, {"the program": ("step of the game", PROGRAM)})
    the_cockpit_plays(lesson)
    everybody_can_use(lesson)


def every_slip_shows(lesson):
    """Each choice draws a picture of its own, but "none" and eps look nearly alike."""
    menu, seen = lesson.control("slip").locator("select"), set()
    for slip in lesson.ask("SLIPS[1:]"):
        old = lesson.image(SLIPS)
        menu.select_option(slip)
        lesson.wait(lambda old=old: lesson.image(SLIPS) != old, 10, slip)
        seen.add(lesson.image(SLIPS))
    assert len(seen) == 6


def the_cockpit_plays(lesson):
    """The panel of the TensorFlow game plays this one: play, turn, pause, scrub, step, reset."""
    assert lesson.ask("live.step") == lesson.shown_step() > 0
    lesson.press("Play")
    before = lesson.shown_step()
    lesson.wait(lambda: lesson.shown_step() > before + 20, what="the step counter")
    old = lesson.ask("live.knobs['d_rate'].value")
    lesson.drag("learning rate of D", 0.9)
    lesson.wait(lambda: lesson.ask("live.knobs['d_rate'].value") > old, 5, "the rate")
    lesson.press("Pause")
    lesson.says("Paused at step")
    step = lesson.ask("live.step")
    lesson.drag("timeline", 0.5)
    lesson.says("Back at step")
    assert lesson.ask("live.step") < step
    lesson.press("Reset")
    lesson.says("Back at step 0")
    assert lesson.ask("[live.step, 'tensorflow' in __import__('sys').modules]") == [0, False]
