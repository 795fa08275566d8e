"""Lesson 04 in a real JupyterLab: all of it runs, and its cockpit does what the lesson says."""

import statistics
import time
from pathlib import Path

import pytest
from test_cockpit_browser import press_left

pytestmark = pytest.mark.browser

LESSON = Path(__file__).resolve().parents[2] / "notebooks" / "04_training_loop.ipynb"
WALK, DIRAC, CURVES, SAMPLES = range(4)  # the panels' pictures, from the top
RATE = "learning rate of D"


def test_the_lesson(open_notebook, capsys):
    """One visit, since running the lesson takes a minute: each part below is a test of its own."""
    with capsys.disabled():
        lesson = opened(open_notebook)
        the_small_panels_answer(lesson)
        the_cockpit_plays(lesson)
        every_preset_plays(lesson)
        nothing_is_wider_than_the_page(lesson)


def opened(open_notebook):
    """The lesson, run from top to bottom without an error."""
    start = time.monotonic()
    lesson = open_notebook(LESSON)
    loaded = time.monotonic()
    lesson.command("runmenu:run-all")
    lesson.wait(lambda: lesson.page.locator(".jp-OutputArea img").count(), 60, "a first picture")
    print(
        f"\nlesson 04: page ready after {loaded - start:.1f} s, first picture "
        f"{time.monotonic() - loaded:.1f} s after Run All"
    )
    lesson.ran_all()
    lesson.wait(lambda: lesson.page.locator(".jp-OutputArea img.widget-image").count() >= 4)
    return lesson


def the_cockpit_plays(lesson):
    """Play, turn, pause, scrub back, step, reset."""
    assert lesson.ask("live.step") == lesson.shown_step() > 0
    lesson.press("Play")
    before = lesson.shown_step()
    lesson.wait(lambda: lesson.shown_step() > before + 30, what="the step counter")
    seen = lesson.ask("[panel.screens.frames, panel.pace.played, panel.screens.seconds]")
    lesson.page.wait_for_timeout(5000)
    now = lesson.ask("[panel.screens.frames, panel.pace.played, panel.screens.seconds]")
    frames, played, drawing = (b - a for a, b in zip(seen, now, strict=True))
    old = lesson.ask("live.knobs['d_rate'].value")
    lesson.drag(RATE, 0.9)
    turned = lesson.wait(lambda: lesson.ask("live.knobs['d_rate'].value") > old, 5, "the rate")
    assert turned and lesson.ask("panel.playing")
    lesson.press("Pause")
    lesson.says("Paused at step")
    step = lesson.ask("live.step")
    lesson.page.wait_for_timeout(500)
    assert lesson.ask("live.step") == step
    lesson.drag("timeline", 0.5)
    lesson.says("Back at step")
    lesson.page.wait_for_timeout(500)
    lesson.control("timeline").locator(".noUi-handle").first.focus()
    delays = [press_left(lesson, SAMPLES) for _ in range(4)]
    back = lesson.ask("live.step")
    assert back < step
    lesson.press("Step")
    lesson.says("Played one step")
    assert lesson.ask("live.step") == back + 1
    lesson.press("Reset")
    lesson.says("Back at step 0")
    assert lesson.ask("live.step") == 0
    print(
        f"lesson 04: {frames / played:.1f} frames/s while training, {drawing / played:.0%} of the "
        f"time drawing; timeline to new picture {1000 * statistics.median(delays):.0f} ms (median)"
    )


def every_preset_plays(lesson):
    """Choosing a preset starts anew with its knobs."""
    preset = lesson.control("preset").locator("select")
    for name in ("D wins", "G wins", "oscillation", "broken", "healthy"):
        preset.select_option(name)
        lesson.says(f"Set to “{name}”")
        lesson.press("Play")
        lesson.wait(lambda: lesson.shown_step() > 5, what=f"{name} playing")
        lesson.press("Pause")
        lesson.says("Paused at step")
    assert lesson.ask("live.knobs['penalty'].value") == "R1"


def the_small_panels_answer(lesson):
    """The walk through a step and the smallest GAN follow their sliders."""
    delays = {}
    for name, label, number in (
        ("line by line", "lines that have run", WALK),
        ("Dirac-GAN", "step size", DIRAC),
    ):
        old = lesson.image(number)
        lesson.drag(label, 0.6)
        lesson.wait(lambda n=number, o=old: lesson.image(n) != o, what=f"{name}: a new picture")
        lesson.page.wait_for_timeout(500)
        lesson.control(label).locator(".noUi-handle").first.focus()
        delays[name] = statistics.median(press_left(lesson, number) for _ in range(4))
    words = ", ".join(f"{name} {1000 * delay:.0f} ms" for name, delay in delays.items())
    print(f"lesson 04: slider to new picture (median): {words}")
    assert max(delays.values()) < 1.0


def nothing_is_wider_than_the_page(lesson):
    """At a laptop's width no panel is scrolled sideways; in a narrow window panels stack."""
    wide = (
        "[...document.querySelectorAll('.jp-OutputArea-output')]"
        ".filter(e => e.scrollWidth > e.clientWidth + 1 && e.querySelector('.widget-image'))"
        ".map(e => [e.scrollWidth, e.clientWidth])"
    )
    assert lesson.page.evaluate(wide) == []
    lesson.page.set_viewport_size({"width": 900, "height": 1000})
    lesson.page.wait_for_timeout(500)
    assert lesson.page.evaluate(wide) == []
    boxes = [
        lesson.page.locator(".jp-OutputArea img.widget-image").nth(n).bounding_box()
        for n in (CURVES, SAMPLES)
    ]
    assert boxes[1]["y"] >= boxes[0]["y"] + boxes[0]["height"] - 1
