"""Lesson 10 in a real JupyterLab: all of it runs, panels answer, a painted hole is filled."""

import time

import pytest
from visits import everybody_can_use, panels_answer, row, visit

pytestmark = pytest.mark.browser

NAME = "10_repair"

BEST, PULL, HOLE, CURVES = 0, 1, 2, 3  # the panels' pictures, from the top; the cockpit has two
PICTURES = 5
SLIDERS = {
    "best answer": ("completions", BEST),
    "λ": ("first test digit", PULL),
    "hole": ("test digit", HOLE),
}


def test_the_lesson(open_notebook):
    """One visit, since running the lesson takes half a minute."""
    lesson = visit(open_notebook, NAME, pictures=PICTURES)
    panels_answer(lesson, NAME, SLIDERS)
    a_painted_hole_is_filled(lesson)
    the_cockpit_plays(lesson)
    everybody_can_use(lesson)


def a_painted_hole_is_filled(lesson):
    """By mouse and by keyboard; Delete mends all."""
    pad = lesson.page.get_by_role("application", name="Paint a hole into the digit.")
    pad.scroll_into_view_if_needed()
    box, mouse = pad.bounding_box(), lesson.page.mouse
    pad.press("Delete")
    lesson.wait(lambda: lesson.ask("len(pad.value)") == 0, what="a whole digit")
    lesson.page.wait_for_timeout(500)
    old = lesson.image(HOLE)

    def there(row, column):
        cell = box["width"] / 28
        return box["x"] + (column + 0.5) * cell, box["y"] + (row + 0.5) * cell

    mouse.move(*there(6, 6))
    mouse.down()
    start = time.monotonic()
    mouse.move(*there(6, 20))  # one fast stroke leaves no gap
    mouse.up()
    lesson.wait(lambda: lesson.image(HOLE) != old, what="a repair")
    row(NAME, "a stroke to its repair", f"{1000 * (time.monotonic() - start):.0f} ms")
    stroke = [28 * row + column for row in (5, 6, 7) for column in range(5, 22)]
    lesson.wait(lambda: sorted(lesson.ask("list(pad.value)")) == stroke, what="the whole stroke")
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", " "):
        pad.press(key)
    more = [28 * row + column for row in (8, 9, 10) for column in (19, 20, 21)]
    lesson.wait(lambda: sorted(lesson.ask("list(pad.value)")) == sorted(stroke + more))


def the_cockpit_plays(lesson):
    """From the shipped start, with a knob for a."""
    old = lesson.image(CURVES + 1)
    lesson.ask("panel.play()")
    lesson.wait(lambda: lesson.ask("game.step") > 120, 60, "playing")
    assert lesson.image(CURVES + 1) != old
    lesson.ask("panel.pause()")
    assert lesson.ask("game.knobs['adversarial'].value") == pytest.approx(0.3)
