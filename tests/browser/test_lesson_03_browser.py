"""Lesson 03 in a real JupyterLab: all of it runs, and each of its panels follows its controls."""

import statistics
import time
from pathlib import Path

import pytest
from test_cockpit_browser import press_left

pytestmark = pytest.mark.browser

LESSON = Path(__file__).resolve().parents[2] / "notebooks" / "03_discriminator.ipynb"
SLIDERS = ("steps of D", "D's logit", "steps of D", "strength", "distance of the means")
NAMES = ("D alone", "programs", "switches", "damage", "power")


def test_the_lesson(open_notebook, capsys):
    """One visit, since running the lesson takes most of a minute."""
    with capsys.disabled():
        start = time.monotonic()
        lesson = open_notebook(LESSON)
        loaded = time.monotonic()
        lesson.command("runmenu:run-all")
        lesson.wait(
            lambda: lesson.page.locator(".jp-OutputArea img").count(), 60, "a first picture"
        )
        print(
            f"\nlesson 03: page ready after {loaded - start:.1f} s, first picture "
            f"{time.monotonic() - loaded:.1f} s after Run All"
        )
        lesson.ran_all()
        images = lesson.page.locator(".jp-OutputArea img.widget-image")
        lesson.wait(lambda: images.count() == len(NAMES), what="all panels")
        every_panel_answers(lesson)
        a_new_build_is_trained(lesson)
        nothing_is_wider_than_the_page(lesson)


def panel(lesson, number):
    """The output that holds the panel with this number, from the top."""
    return lesson.page.locator(".jp-OutputArea-output:has(img.widget-image)").nth(number)


def row(lesson, number, label):
    """The row of a control in one panel: two panels have a slider of the same name."""
    return panel(lesson, number).locator(f'.widget-hbox:has(> .widget-label:text-is("{label}"))')


def every_panel_answers(lesson):
    """Each slider, moved by the keyboard and by a menu's choice, gives a new picture soon."""
    delays = {}
    for number, (name, label) in enumerate(zip(NAMES, SLIDERS, strict=True)):
        old = lesson.image(number)
        handle = row(lesson, number, label).locator(".noUi-handle").first
        handle.scroll_into_view_if_needed()
        handle.focus()
        for _ in range(4):
            lesson.page.keyboard.press("ArrowRight")
        lesson.page.keyboard.press("ArrowLeft")
        lesson.wait(lambda n=number, o=old: lesson.image(n) != o, what=f"{name}: a new picture")
        lesson.page.wait_for_timeout(500)
        handle.focus()
        delays[name] = statistics.median(press_left(lesson, number) for _ in range(3))
    words = ", ".join(f"{name} {1000 * delay:.0f} ms" for name, delay in delays.items())
    print(f"lesson 03: slider to new picture (median): {words}")
    assert max(delays.values()) < 1.0


def a_new_build_is_trained(lesson):
    """The panel of switches trains what is first asked for, and says how long the arrows are."""
    for label, choice in (("D's build", "smoothed labels"), ("objective of G and D", "hinge")):
        old, start = lesson.image(2), time.monotonic()
        row(lesson, 2, label).locator("select").select_option(choice)
        lesson.wait(lambda old=old: lesson.image(2) != old, 30, f"the arrows of {choice}")
        print(f"lesson 03: {choice} trained and drawn in {time.monotonic() - start:.1f} s")


def nothing_is_wider_than_the_page(lesson):
    """Neither at a laptop's width nor in a narrow window is a panel scrolled sideways."""
    wide = (
        "[...document.querySelectorAll('.jp-OutputArea-output')]"
        ".filter(e => e.scrollWidth > e.clientWidth + 1 && e.querySelector('.widget-image'))"
        ".map(e => [e.scrollWidth, e.clientWidth])"
    )
    for width in (1280, 900):
        lesson.page.set_viewport_size({"width": width, "height": 1000})
        lesson.page.wait_for_timeout(500)
        assert lesson.page.evaluate(wide) == []
