"""Lesson 03 in a real JupyterLab: all of it runs, and each of its panels follows its controls."""

import time

import pytest
from visits import everybody_can_use, panels_answer, row, visit

pytestmark = pytest.mark.browser

NAME = "03_discriminator"

SLIDERS = {  # by panel, from the top: one of its sliders, its picture
    "D alone": ("steps of D", 0),
    "programs": ("D's logit", 1),
    "switches": ("steps of D", 2),
    "damage": ("strength", 3),
    "power": ("distance of the means", 4),
}


def test_the_lesson(open_notebook):
    """One visit, since running the lesson takes most of a minute."""
    lesson = visit(open_notebook, NAME, len(SLIDERS))
    panels_answer(lesson, NAME, SLIDERS)
    a_new_build_is_trained(lesson)
    everybody_can_use(lesson)


def a_new_build_is_trained(lesson):
    """The panel of switches trains what is first asked for, and says how long the arrows are."""
    for label, choice in (("D's build", "smoothed labels"), ("objective of G and D", "hinge")):
        old, start = lesson.image(2), time.monotonic()
        lesson.control(label, 2).locator("select").select_option(choice)
        lesson.wait(lambda old=old: lesson.image(2) != old, 30, f"the arrows of {choice}")
        row(NAME, f"{choice} trained and drawn", f"{time.monotonic() - start:.1f} s")
