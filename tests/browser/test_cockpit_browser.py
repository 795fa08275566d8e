"""The cockpit in a real JupyterLab: what a learner's hands do, and what the eyes then see."""

import statistics
import time

import pytest
from visits import press_left, row

pytestmark = pytest.mark.browser

CELLS = [
    "from fake_game import FakeGame\nfrom gan_lessons.panels import cockpit, explore",
    "game = FakeGame(step_seconds=0.004)\n"
    "panel = cockpit(game, title='A small game', stop_at=5000)\npanel",
    "def draw(figure, height, steep):\n"
    "    axes = figure.add_subplot()\n"
    "    axes.plot([0, 1], [0, height ** (2 if steep else 1)])\n"
    "    axes.set_ylim(0, 10)\n"
    "    return f'height <b>{height}</b>'\n"
    "tool = explore(draw, height=(0, 10, 1, 4), steep=False, size=(400, 300))\ntool",
    "import asyncio, time",
]


@pytest.fixture
def notebook(open_notebook):
    """The small notebook, run from top to bottom."""
    opened = open_notebook(CELLS)
    opened.run_all()
    opened.wait(lambda: opened.page.locator(".jp-OutputArea img.widget-image").count() == 3)
    return opened


def test_opens_paused(notebook):
    assert "Paused at step 0" in notebook.status()
    assert notebook.ask("game.step") == 0
    assert not [said for said in notebook.said if "view" in said]


def test_play_turn_pause_scrub_fork_reset(notebook):
    notebook.press("Play")
    notebook.wait(lambda: notebook.shown_step() > 100)
    seen, end = set(), time.monotonic() + 4
    before = notebook.ask("[panel.screens.frames, panel.pace.played, panel.screens.seconds]")
    while time.monotonic() < end:
        seen.add(notebook.image(1))
        notebook.page.wait_for_timeout(5)
    after = notebook.ask("[panel.screens.frames, panel.pace.played, panel.screens.seconds]")
    frames, played, drawing = (b - a for a, b in zip(before, after, strict=True))

    # a slider acts while it runs
    notebook.drag("D's learning rate", 0.9)
    turned = time.monotonic()
    notebook.wait(lambda: notebook.ask("game.knobs['d_rate'].value") > 1e-3, 3)
    turned = time.monotonic() - turned
    assert notebook.ask("panel.playing"), notebook.status()

    notebook.press("Pause")
    notebook.says("Paused at step")
    step = notebook.ask("game.step")
    notebook.page.wait_for_timeout(300)
    assert notebook.ask("game.step") == step == notebook.shown_step()
    assert "Paused at step" in notebook.status()  # nothing sent it elsewhere

    # back on the timeline, with the time from the key to the new picture
    notebook.drag("timeline", 0.8)
    notebook.says("Back at step")
    notebook.page.wait_for_timeout(500)  # the last movement of the mouse may still be on its way
    there = notebook.ask("game.step")
    notebook.control("timeline").locator(".noUi-handle").first.focus()
    delays = [press_left(notebook, 1) for _ in range(8)]
    back = notebook.ask("game.step")
    assert back < there < step, delays
    assert notebook.ask("max(panel.timeline.steps)") == step

    notebook.press("Step")
    notebook.says("Played one step")
    assert notebook.ask("game.step") == back + 1
    assert notebook.ask("max(panel.timeline.steps)") == back + 1  # the future is forgotten

    notebook.press("Reset")
    notebook.says("Back at step 0")
    assert notebook.ask("game.step") == notebook.shown_step() == 0
    row("a test game", "frames while it plays", f"{frames / played:.1f} /s")
    row("a test game", "of them seen in the browser", f"{len(seen) / 4:.1f} /s")
    row("a test game", "to draw a frame", f"{1000 * drawing / frames:.1f} ms")
    row("a test game", "time spent on drawing", f"{drawing / played:.0%}")
    row(
        "a test game",
        "timeline to new picture, median",
        f"{1000 * statistics.median(delays):.0f} ms",
    )
    row("a test game", "slider to knob of the game", f"{1000 * turned:.0f} ms")
    assert frames / played > 5  # the goal is 20; a busy machine must not fail the test
    assert statistics.median(delays) < 1.0


def test_interrupt_stops_an_idle_kernel(notebook):
    notebook.press("Play")
    notebook.wait(lambda: notebook.shown_step() > 50)
    notebook.interrupt()
    notebook.says("Stopped by ■")
    assert not notebook.ask("panel.playing")
    notebook.press("Play")
    notebook.says("Playing")
    notebook.wait(lambda: notebook.ask("panel.playing"))


def test_closing_the_view_stops(notebook):
    notebook.press("Play")
    notebook.wait(lambda: notebook.shown_step() > 50)
    notebook.command("editmenu:clear-all")
    notebook.wait(lambda: not notebook.ask("panel.playing"), what="the stop")


def test_explore_follows_its_slider(notebook):
    old = notebook.image(2)
    notebook.drag("height", 0.9)
    notebook.wait(lambda: notebook.image(2) != old and "height 9" in notebook.texts())
    notebook.control("height").locator(".noUi-handle").first.focus()
    delay = statistics.median(press_left(notebook, 2) for _ in range(5))
    row("explore", "slider to new picture, median", f"{1000 * delay:.0f} ms")
    assert delay < 1.0


SHOWN_TWICE = [
    "from gan_lessons.panels import explore\n"
    "def draw(figure, kind):\n"
    "    figure.text(0.5, 0.5, kind)\n"
    "tool = explore(draw, kind=['a', 'b', 'c'], size=(200, 100))\ntool",
    "tool",
]


def test_a_panel_shown_twice_keeps_its_keys_when_one_of_both_goes(open_notebook):
    notebook = open_notebook(SHOWN_TWICE)
    notebook.run_all()
    images = notebook.page.locator(".jp-OutputArea img.widget-image")
    notebook.wait(lambda: images.count() == 2)
    notebook.page.locator(".jp-CodeCell .jp-InputPrompt").nth(1).click()
    notebook.command("notebook:clear-cell-output")
    notebook.wait(lambda: images.count() == 1)
    notebook.control("kind").locator("select").focus()
    notebook.page.keyboard.press("ArrowDown")
    notebook.wait(lambda: notebook.ask("tool.values['kind']") == "b")
