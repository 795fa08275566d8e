"""Lesson 01 in a real JupyterLab: all of it runs, and each panel follows its sliders."""

import pytest
from visits import everybody_can_use, panels_answer, visit

pytestmark = pytest.mark.browser

SLIDERS = {  # by panel, from the top: one of its sliders, its picture
    "the game": ("centre of the fakes", 0),
    "draw your own": ("width", 1),
    "one x": ("x", 2),
    "arrows": ("distance of the fakes", 3),
    "phase portrait": ("instance noise σ", 4),
    "blocks": ("shift of the fakes", 5),
}


def test_the_lesson(open_notebook):
    """One visit; each part below is a test of its own."""
    lesson = visit(open_notebook, "01_minimax_objective", len(SLIDERS))
    panels_answer(lesson, "01_minimax_objective", SLIDERS)
    the_fakes_reach_the_data(lesson)
    the_pad_is_drawn_on(lesson)
    everybody_can_use(lesson)


def the_fakes_reach_the_data(lesson):
    """Exercise 1 can be done by hand: centre −0.25, width 1, weight 0.5 gives V = −1.386."""
    for label, value in (("centre of the fakes", "-0.25"), ("width", "1"),
                         ("weight of the right bump", "0.5")):  # fmt: skip
        readout = lesson.control(label, 0).locator(".widget-readout").first
        readout.click()
        readout.fill(value)
        readout.press("Enter")
    lesson.wait(lambda: any("-1.386" in text for text in lesson.texts()), what="V = −log 4")


def the_pad_is_drawn_on(lesson):
    """A stroke of the mouse across the pad changes the picture below."""
    pad = lesson.control("real data: draw here", 1)
    pad.scroll_into_view_if_needed()
    box, old, mouse = pad.bounding_box(), lesson.image(1), lesson.page.mouse
    mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.3 * box["height"])
    mouse.down()
    mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.2 * box["height"], steps=5)
    mouse.up()
    lesson.wait(lambda: lesson.image(1) != old, what="a picture of what was drawn")
    lesson.page.wait_for_timeout(500)
    assert lesson.ask("max(pad.value[24:30])") > 0.6
    assert not lesson.status(), lesson.status()
