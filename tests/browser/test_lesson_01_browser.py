"""Lesson 01 in a real JupyterLab: all of it runs, and each panel follows its sliders."""

import statistics
import time
from pathlib import Path

import pytest
from test_cockpit_browser import press_left

pytestmark = pytest.mark.browser

LESSON = Path(__file__).resolve().parents[2] / "notebooks" / "01_minimax_objective.ipynb"
SLIDERS = {  # by panel, from the top: the label of one of its sliders
    "the game": "centre of the fakes",
    "draw your own": "width",
    "one x": "x",
    "arrows": "distance of the fakes",
    "phase portrait": "instance noise σ",
    "blocks": "shift of the fakes",
}


def test_the_lesson(open_notebook, capsys):
    """One visit; each part below is a test of its own."""
    with capsys.disabled():
        lesson = opened(open_notebook)
        every_panel_answers(lesson)
        the_fakes_reach_the_data(lesson)
        the_pad_is_drawn_on(lesson)
        nothing_is_wider_than_the_page(lesson)


def opened(open_notebook):
    """The lesson, run from top to bottom without an error."""
    start = time.monotonic()
    lesson = open_notebook(LESSON)
    loaded = time.monotonic()
    lesson.command("runmenu:run-all")
    lesson.wait(lambda: lesson.page.locator(".jp-OutputArea img").count(), 60, "a first picture")
    print(
        f"\nlesson 01: page ready after {loaded - start:.1f} s, first picture "
        f"{time.monotonic() - loaded:.1f} s after Run All"
    )
    lesson.ran_all()
    pictures = lesson.page.locator(".jp-OutputArea img.widget-image")
    lesson.wait(lambda: pictures.count() == len(SLIDERS), what="a picture in each panel")
    return lesson


def row(lesson, label, number):
    """The row of a control by its label, in the panel whose picture has this number."""
    panel = lesson.page.locator(".jp-OutputArea .widget-vbox:has(img.widget-image)").nth(number)
    return panel.locator(f'.widget-hbox:has(> .widget-label:text-is("{label}"))').first


def every_panel_answers(lesson):
    """A slider moved with the keyboard brings a new picture."""
    delays = {}
    for number, (name, label) in enumerate(SLIDERS.items()):
        handle = row(lesson, label, number).locator(".noUi-handle").first
        handle.scroll_into_view_if_needed()
        handle.focus()
        old = lesson.image(number)
        for _ in range(3):
            lesson.page.keyboard.press("ArrowRight")
        lesson.wait(lambda n=number, o=old: lesson.image(n) != o, what=f"{name}: a new picture")
        lesson.page.wait_for_timeout(500)
        delays[name] = statistics.median(press_left(lesson, number) for _ in range(3))
    words = ", ".join(f"{name} {1000 * delay:.0f} ms" for name, delay in delays.items())
    print(f"lesson 01: slider to new picture (median): {words}")
    assert max(delays.values()) < 1.0


def the_fakes_reach_the_data(lesson):
    """Exercise 1 can be done by hand: centre −0.25, width 1, weight 0.5 gives V = −1.386."""
    for label, value in (("centre of the fakes", "-0.25"), ("width", "1"),
                         ("weight of the right bump", "0.5")):  # fmt: skip
        readout = row(lesson, label, 0).locator(".widget-readout").first
        readout.click()
        readout.fill(value)
        readout.press("Enter")
    lesson.wait(lambda: any("-1.386" in text for text in lesson.texts()), what="V = −log 4")


def the_pad_is_drawn_on(lesson):
    """A stroke of the mouse across the pad changes the picture below."""
    pad = row(lesson, "real data: draw here", 1)
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


def nothing_is_wider_than_the_page(lesson):
    """At a laptop's width and in a narrow window no panel is scrolled sideways."""
    wide = (
        "[...document.querySelectorAll('.jp-OutputArea-output')]"
        ".filter(e => e.scrollWidth > e.clientWidth + 1 && e.querySelector('img'))"
        ".map(e => [e.scrollWidth, e.clientWidth])"
    )
    assert lesson.page.evaluate(wide) == []
    lesson.page.set_viewport_size({"width": 900, "height": 1000})
    lesson.page.wait_for_timeout(500)
    panels = wide.replace("'img'", "'.widget-image'")
    assert lesson.page.evaluate(panels) == []
