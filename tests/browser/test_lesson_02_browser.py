"""Lesson 02 in a real JupyterLab: all of it runs, and its seven panels follow their sliders."""

import pytest
from visits import everybody_can_use, panels_answer, visit

pytestmark = pytest.mark.browser

SLIDERS = {  # by panel, from the top: one of its sliders, its picture
    "bent line": ("steepness", 0),
    "layers": ("layer (0: z, 3: G(z))", 1),
    "transposed convolution": ("kernel", 2),
    "directions": ("direction 1", 3),
    "paths": ("position", 4),
    "truncation": ("τ", 5),
    "switches": ("first weights × He", 6),
}


def test_the_lesson(open_notebook):
    """One visit, since running the lesson takes half a minute."""
    lesson = visit(open_notebook, "02_generator", len(SLIDERS))
    panels_answer(lesson, "02_generator", SLIDERS)
    the_other_controls_answer(lesson)
    everybody_can_use(lesson)


def the_other_controls_answer(lesson):
    """A switch and two menus; the panel says Keras' own size beside the formula's."""
    names = list(SLIDERS)
    for label, number in (("samples", 1), ("batch normalisation", 6)):
        old = lesson.image(number)
        lesson.control(label).locator("input[type=checkbox]").click()
        lesson.wait(lambda n=number, o=old: lesson.image(n) != o, what=names[number])
    lesson.drag("kernel", 0.6)  # a kernel as long as the stride has no ends to cut off
    lesson.page.wait_for_timeout(500)
    for label, choice, number in (("padding", "same", 2), ("last function", "sigmoid", 6)):
        old = lesson.image(number)
        lesson.control(label).locator("select").select_option(choice)
        lesson.wait(lambda n=number, o=old: lesson.image(n) != o, what=names[number])
    said = next(text for text in lesson.texts() if text.startswith("formula:"))
    formula, keras = (part.split(":")[1].strip() for part in said.split("·"))
    assert formula == keras == "10", said
