"""Lesson 00 in a real JupyterLab: the trailer plays by itself, every panel answers."""

import statistics
import time
from pathlib import Path

import pytest
from test_cockpit_browser import press_left

pytestmark = pytest.mark.browser

LESSON = Path(__file__).resolve().parents[2] / "notebooks" / "00_start_here.ipynb"
RING_CURVES, RING, DIGIT_CURVES, DIGITS, PEN, LINE, IDEAS = range(7)
WIDE = (
    "[...document.querySelectorAll('.jp-OutputArea-output')]"
    ".filter(e => e.scrollWidth > e.clientWidth + 1 && e.querySelector('.widget-image'))"
    ".map(e => [e.scrollWidth, e.clientWidth])"
)


def test_the_lesson(open_notebook, capsys):
    """One visit; each part below is a test of its own."""
    with capsys.disabled():
        lesson = open_notebook(LESSON)
        the_trailer_plays(lesson)
        the_panels_answer(lesson)
        nothing_is_wider_than_the_page(lesson)


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
    print(f"\nlesson 00: after Run All a first panel in {first:.1f} s, moving in {ring:.1f} s")
    ring, digits = lesson.ask("[points.step, writer.step]")
    print(f"lesson 00: the ring stopped at step {ring:,}, the digits at {digits:,}")
    assert ring > 50 and digits > 20
    assert not lesson.ask("panel.playing or writing.playing")
    page = lesson.page.locator(".jp-OutputArea .widget-html-content")
    lesson.wait(lambda: any("✓ Panels work" in text for text in page.all_inner_texts()))


def the_panels_answer(lesson):
    """Another digit, another line, another idea: each a new picture."""
    delays = {}
    for name, label, number in (
        ("a digit", "digit you ask for", PEN),
        ("the line", "line", LINE),
        ("an idea", "lever", IDEAS),
    ):
        old = lesson.image(number)
        lesson.drag(label, 0.6)
        lesson.wait(lambda n=number, o=old: lesson.image(n) != o, what=f"{name}: a new picture")
        lesson.page.wait_for_timeout(500)
        lesson.control(label).locator(".noUi-handle").first.focus()
        delays[name] = statistics.median(press_left(lesson, number) for _ in range(4))
    menu = lesson.control("idea").locator("select")
    for idea in ("expectation", "divergence", "gradient", "change of variables"):
        old = lesson.image(IDEAS)
        menu.select_option(idea)
        lesson.wait(lambda o=old: lesson.image(IDEAS) != o, what=f"a picture of {idea}")
    words = ", ".join(f"{name} {1000 * delay:.0f} ms" for name, delay in delays.items())
    print(f"lesson 00: slider to new picture (median): {words}")
    assert max(delays.values()) < 1.0


def nothing_is_wider_than_the_page(lesson):
    """At a laptop's width and in a narrow window no panel is scrolled sideways."""
    assert lesson.page.evaluate(WIDE) == []
    lesson.page.set_viewport_size({"width": 900, "height": 1000})
    lesson.page.wait_for_timeout(500)
    assert lesson.page.evaluate(WIDE) == []
