"""Lesson 00 in a real JupyterLab: the trailer plays by itself, every panel answers."""

import time

import pytest
from visits import FOLDER, everybody_can_use, panels_answer, row

pytestmark = pytest.mark.browser

RING_CURVES, RING, DIGIT_CURVES, DIGITS, PEN, LINE, IDEAS = range(7)
SLIDERS = {
    "a digit": ("digit you ask for", PEN),
    "the line": ("line", LINE),
    "an idea": ("lever", IDEAS),
}


def test_the_lesson(open_notebook):
    """One visit; each part below is a test of its own."""
    lesson = open_notebook(FOLDER / "00_start_here.ipynb")
    the_trailer_plays(lesson)
    panels_answer(lesson, "00_start_here", SLIDERS)
    every_idea_has_a_picture(lesson)
    everybody_can_use(lesson)


def the_trailer_plays(lesson):
    """The ring's pictures move while all cells wait; then the digits come."""
    start = time.monotonic()
    lesson.command("runmenu:run-all")
    images = lesson.page.locator(".jp-OutputArea img.widget-image")
    lesson.wait(lambda: images.count() >= 2, 60, "the first panel")
    first = time.monotonic() - start
    seen = set()

    def moved():
        seen.add(lesson.image(RING))
        return len(seen) > 10

    lesson.wait(moved, 60, "ten pictures of the ring")
    ring = time.monotonic() - start
    lesson.ran_all()
    row("00_start_here", "Run All to the first panel", f"{first:.1f} s")
    row("00_start_here", "Run All to ten pictures of the ring", f"{ring:.1f} s")
    ring, digits = lesson.ask("[points.step, writer.step]")
    row("00_start_here", "steps in ten seconds, ring and digits", f"{ring:,} and {digits:,}")
    assert ring > 50 and digits > 20
    assert not lesson.ask("panel.playing or writing.playing")
    page = lesson.page.locator(".jp-OutputArea .widget-html-content")
    lesson.wait(lambda: any("✓ Panels work" in text for text in page.all_inner_texts()))


def every_idea_has_a_picture(lesson):
    """The menu of the refresher."""
    menu = lesson.control("idea").locator("select")
    for idea in ("expectation", "divergence", "gradient", "change of variables"):
        old = lesson.image(IDEAS)
        menu.select_option(idea)
        lesson.wait(lambda o=old: lesson.image(IDEAS) != o, what=f"a picture of {idea}")
