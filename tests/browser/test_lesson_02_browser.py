"""Lesson 02 in a real JupyterLab: all of it runs, and its seven panels follow their sliders."""

import statistics
import time
from pathlib import Path

import pytest
from test_cockpit_browser import press_left

pytestmark = pytest.mark.browser

LESSON = Path(__file__).resolve().parents[2] / "notebooks" / "02_generator.ipynb"
PANELS = {  # a slider of each panel, from the top
    "bent line": "steepness",
    "layers": "layer (0: z, 3: G(z))",
    "transposed convolution": "kernel",
    "directions": "direction 1",
    "paths": "position",
    "truncation": "τ",
    "switches": "first weights × He",
}


def test_the_lesson(open_notebook, capsys):
    """One visit, since running the lesson takes half a minute."""
    with capsys.disabled():
        lesson = opened(open_notebook)
        every_panel_answers(lesson)
        the_other_controls_answer(lesson)
        nothing_is_wider_than_the_page(lesson)


def opened(open_notebook):
    """The lesson, run from top to bottom without an error."""
    lesson = open_notebook(LESSON)
    start = time.monotonic()
    lesson.command("runmenu:run-all")
    lesson.wait(lambda: lesson.page.locator(".jp-OutputArea img").count(), 60, "a first picture")
    print(f"\nlesson 02: first picture {time.monotonic() - start:.1f} s after Run All")
    lesson.ran_all()
    images = lesson.page.locator(".jp-OutputArea img.widget-image")
    lesson.wait(lambda: images.count() == len(PANELS), what="all panels")
    print(f"lesson 02: all run after {time.monotonic() - start:.1f} s")
    return lesson


def every_panel_answers(lesson):
    """Dragging and the keyboard bring a new picture in each panel."""
    delays = {}
    for number, (name, label) in enumerate(PANELS.items()):
        old = lesson.image(number)
        lesson.drag(label, 0.8)
        lesson.wait(lambda n=number, o=old: lesson.image(n) != o, what=f"{name}: a new picture")
        lesson.page.wait_for_timeout(500)
        lesson.control(label).locator(".noUi-handle").first.focus()
        delays[name] = statistics.median(press_left(lesson, number) for _ in range(3))
    words = ", ".join(f"{name} {1000 * delay:.0f} ms" for name, delay in delays.items())
    print(f"lesson 02: slider to new picture (median): {words}")
    assert max(delays.values()) < 1.0


def the_other_controls_answer(lesson):
    """A switch and two menus; the panel says Keras' own size beside the formula's."""
    names = list(PANELS)
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


def nothing_is_wider_than_the_page(lesson):
    """At a laptop's width and in a narrow window no panel is scrolled sideways."""
    wide = (
        "[...document.querySelectorAll('.jp-OutputArea-output')]"
        ".filter(e => e.scrollWidth > e.clientWidth + 1 && e.querySelector('.widget-image'))"
        ".map(e => [e.scrollWidth, e.clientWidth])"
    )
    assert lesson.page.evaluate(wide) == []
    lesson.page.set_viewport_size({"width": 900, "height": 1000})
    lesson.page.wait_for_timeout(500)
    assert lesson.page.evaluate(wide) == []
