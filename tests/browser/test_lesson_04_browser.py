"""Lesson 04 in a real JupyterLab: all of it runs, and its cockpit does what the lesson says."""

import statistics

import pytest
from visits import everybody_can_use, panels_answer, press_left, row, visit

pytestmark = pytest.mark.browser

NAME = "04_training_loop"

WALK, DIRAC, CURVES, SAMPLES = range(4)  # the panels' pictures, from the top
RATE = "learning rate of D"
SLIDERS = {"line by line": ("lines that have run", WALK), "Dirac-GAN": ("step size", DIRAC)}


def test_the_lesson(open_notebook):
    """One visit, since running the lesson takes a minute: each part below is a test of its own."""
    lesson = visit(open_notebook, NAME, pictures=6)
    panels_answer(lesson, NAME, SLIDERS)
    the_cockpit_plays(lesson)
    every_preset_plays(lesson)
    the_cockpit_stacks(lesson)
    everybody_can_use(lesson)


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
    row(NAME, "frames while it trains", f"{frames / played:.1f} /s")
    row(NAME, "time spent on drawing", f"{drawing / played:.0%}")
    row(NAME, "timeline to new picture, median", f"{1000 * statistics.median(delays):.0f} ms")


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


def the_cockpit_stacks(lesson):
    """In the narrow window its second picture stands below the first."""
    lesson.page.set_viewport_size({"width": 900, "height": 1000})
    lesson.page.wait_for_timeout(500)
    boxes = [
        lesson.page.locator(".jp-OutputArea img.widget-image").nth(n).bounding_box()
        for n in (CURVES, SAMPLES)
    ]
    assert boxes[1]["y"] >= boxes[0]["y"] + boxes[0]["height"] - 1
