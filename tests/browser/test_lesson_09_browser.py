"""Lesson 09 in a real JupyterLab: all of it runs, its panels answer, its cockpit plays."""

import pytest
from visits import everybody_can_use, panels_answer, visit

pytestmark = pytest.mark.browser

# The panels' pictures, from the top; the cockpit has its curves first.
AUGMENTED, MOVED, WALK, CURVES, FACES = range(5)
PICTURES = 5
SLIDERS = {
    "augmented faces": ("strength", AUGMENTED),
    "moved copies": ("pixels", MOVED),
    "walk": ("position", WALK),
}


def test_the_lesson(open_notebook):
    """One visit, since running the lesson takes a minute."""
    lesson = visit(open_notebook, "09_colour_images", pictures=PICTURES)
    panels_answer(lesson, "09_colour_images", SLIDERS)
    the_cockpit_plays(lesson)
    everybody_can_use(lesson)


def the_cockpit_plays(lesson):
    """Each preset turns the knob and starts from the shipped pair; its pictures change."""
    preset = lesson.control("preset", CURVES).locator("select")
    for name, strength in (("without augmentation", 0.0), ("with augmentation", 0.5)):
        preset.select_option(name)
        lesson.wait(lambda n=name: f"Set to “{n}”" in lesson.ask("panel.status"), what=name)
        assert lesson.ask("game.knobs['augment'].value") == pytest.approx(strength)
        old = lesson.image(FACES)
        lesson.ask("panel.play()")
        lesson.wait(lambda: lesson.ask("game.step") > 5, 60, f"{name} playing")
        lesson.ask("panel.pause()")
        assert lesson.image(FACES) != old
