"""Lesson 05 in a real JupyterLab: all of it runs, its panels answer, its last cockpit plays."""

import pytest
from visits import everybody_can_use, panels_answer, visit

pytestmark = pytest.mark.browser

# The panels' pictures, from the top; a cockpit has its curves first, a comparison two planes.
RING, OWN, SAMPLER, ISLANDS, AHEAD, PAIR, CLINIC = 0, 2, 4, 5, 6, 7, 9
PICTURES = 11
SLIDERS = {
    "sampler": ("width, in σ", SAMPLER),
    "islands": ("eagerness s", ISLANDS),
    "look ahead": ("their size", AHEAD),
}


def test_the_lesson(open_notebook):
    """One visit, since running the lesson takes a minute."""
    lesson = visit(open_notebook, "05_mode_collapse", pictures=PICTURES)
    panels_answer(lesson, "05_mode_collapse", SLIDERS)
    the_older_panels_say_who_plays(lesson)
    the_clinic_plays(lesson)
    everybody_can_use(lesson)


def the_older_panels_say_who_plays(lesson):
    """There is one game: an older panel says that it was taken over."""
    for panel in ("cockpit_1", "own", "both"):
        assert "newer panel" in lesson.ask(f"{panel}.status")


def the_clinic_plays(lesson):
    """Each broken game is a preset that plays, with its knobs."""
    preset = lesson.control("preset", CLINIC).locator("select")
    for name, knob, value in (("A", "g_rate", 0.002), ("B", "noise", 1.0), ("C", "noise", 0.0)):
        preset.select_option(name)
        lesson.wait(lambda n=name: f"Set to “{n}”" in lesson.ask("clinic.status"), what=name)
        assert lesson.ask(f"game.knobs['{knob}'].value") == pytest.approx(value)
        old = lesson.image(CLINIC + 1)
        lesson.ask("clinic.play()")
        lesson.wait(lambda: lesson.ask("game.step") > 30, 60, f"{name} playing")
        assert lesson.image(CLINIC + 1) != old
        lesson.ask("clinic.pause()")
