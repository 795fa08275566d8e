"""The panels with real widgets, driven on an event loop as a kernel drives them."""

import asyncio
import gc
import io
import os
import signal
import sys
import threading
import time
import tracemalloc

import numpy as np
import pytest
from fake_game import CENTRES, SPREAD, FakeGame, FakePoints
from PIL import Image

from gan_lessons.game import Knob
from gan_lessons.panels import (
    CurvePad,
    PlaneStage,
    PointPad,
    cockpit,
    compare,
    explore,
    panels_work,
)
from gan_lessons.panels.alive import HERE
from gan_lessons.panels.kernel import Home, Latest
from gan_lessons.panels.parts import knob_control, show_value
from gan_lessons.panels.timeline import Timeline, size_of
from gan_lessons.pictures import gaussian_mixture


async def until(true, seconds=20):
    """Wait on the loop until ``true()`` is."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true"
        await asyncio.sleep(0.005)


def play(test):
    """Run an async test on a fresh loop."""
    asyncio.run(test())


# The cockpit


def test_opens_paused_over_still_pictures():
    panel = cockpit(FakeGame())
    assert not panel.playing and panel.game.step == 0
    assert panel.screens.curves.value[:4] == panel.screens.seen.value[:4] == b"\x89PNG"
    assert "Paused at step 0" in panel.status and "a cell is still running" in panel.status


def test_play_pause_and_the_slices_agree_with_one_advance():
    async def test():
        panel = cockpit(FakeGame(), stop_at=10**6)
        panel.play()
        assert panel.playing and panel.console.play.description == "Pause"
        await until(lambda: panel.game.step > 100)
        panel.pause()
        step = panel.game.step
        await asyncio.sleep(0.1)
        assert not panel.playing and panel.game.step == step
        assert f"Paused at step {step:,}" in panel.status
        whole = FakeGame()
        whole.advance(step)
        for name, rows in whole.record.items():
            assert (rows == panel.game.record[name]).all()

    play(test)


def test_watch_plays_its_time_and_ends_paused():
    async def test():
        panel = cockpit(FakeGame(step_seconds=0.001), stop_at=10**6)
        start = time.monotonic()
        await panel.watch(0.4)
        assert not panel.playing and panel.game.step > 10
        assert 0.4 <= time.monotonic() - start < 5
        assert "Played its time" in panel.status

    play(test)


def test_a_watching_cell_that_is_interrupted_leaves_the_game_paused():
    async def test():
        panel = cockpit(FakeGame(step_seconds=0.001), stop_at=10**6)
        cell = asyncio.create_task(panel.watch(60))
        await until(lambda: panel.game.step > 10)
        cell.cancel()
        await until(cell.done)
        assert not panel.playing and "Paused at step" in panel.status

    play(test)


def test_watch_tells_a_failure_and_returns():
    async def test():
        game = FakeGame()
        panel = cockpit(game)
        game.advance = lambda steps: 1 / 0
        await panel.watch(5)
        assert "ZeroDivisionError" in panel.status

    play(test)


def test_buttons_press_the_same_things():
    async def test():
        panel = cockpit(FakeGame())
        panel.console.play.click()
        await until(lambda: panel.game.step > 10)
        panel.console.play.click()
        assert not panel.playing
        before = panel.game.step
        panel.console.step.click()
        assert panel.game.step == before + 1
        panel.console.seed.value = 7
        panel.console.reset.click()
        assert (panel.game.step, panel.game.seed) == (0, 7)

    play(test)


def test_stops_at_the_step_that_was_asked_for_and_says_how_far():
    async def test():
        panel = cockpit(FakeGame(), stop_at=237)
        panel.play()
        await until(lambda: not panel.playing)
        assert panel.game.step == 237 and "Reached step 237" in panel.status
        assert "step 237 of 237" in panel.console.numbers.value
        panel.play()
        assert not panel.playing and "Raise" in panel.status

    play(test)


def test_plays_for_some_seconds():
    async def test():
        panel = cockpit(FakeGame(step_seconds=0.001), stop_at=10**6)
        panel.play(seconds=0.3)
        await until(lambda: not panel.playing, 5)
        assert "Played its time" in panel.status

    play(test)


def test_play_without_a_loop_says_so():
    panel = cockpit(FakeGame())
    panel.play()
    assert not panel.playing and "Play needs JupyterLab" in panel.status


def test_step_and_reset():
    panel = cockpit(FakeGame())
    panel.step()
    assert panel.game.step == 1 and "Played one step" in panel.status
    panel.reset(seed=5)
    assert panel.game.step == 0 and panel.game.seed == 5 and panel.console.seed.value == 5


def test_knobs_turn_while_it_runs():
    async def test():
        panel = cockpit(FakeGame(), stop_at=10**6)
        panel.play()
        await until(lambda: panel.game.step > 5)
        panel.console.knobs["d_rate"].value = 1e-3
        panel.console.knobs["objective"].value = "hinge"
        assert panel.game.knobs["d_rate"].value == 1e-3 and panel.playing
        assert panel.game.references()["d_loss"] == 2
        panel.pause()

    play(test)


def test_a_page_that_rounds_a_slider_turns_no_knob():
    panel = cockpit(FakeGame())
    panel.console.knobs["d_rate"].value = 10**-3.7
    assert panel.game.knobs["d_rate"].value == 2e-4
    panel.console.knobs["d_rate"].value = 10**-3.65
    assert panel.game.knobs["d_rate"].value == 10**-3.65


def test_scrub_shows_the_past_and_fork_forgets_the_future():
    async def test():
        panel = cockpit(FakeGame(), stop_at=400)
        panel.play()
        await until(lambda: not panel.playing)
        steps = panel.timeline.steps
        panel.console.timeline.value = 10  # of 20 marks
        assert panel.game.step == min(steps, key=lambda step: abs(step - 200))
        assert "of 400" in panel.status and 0 < panel.game.step < 400
        assert panel.timeline.steps[-1] == 400
        panel.go_to(400)
        assert panel.game.step == 400 and len(panel.game.record["step"]) == 400
        panel.go_to(100)
        panel.console.knobs["noise"].value = 0.5
        panel.step()
        assert panel.game.step == 101 == max(panel.timeline.steps)
        panel.go_to(0)
        assert panel.game.knobs["noise"].value == 0 == panel.console.knobs["noise"].value
        panel.go_to(101)
        assert panel.game.knobs["noise"].value == 0.5 == panel.console.knobs["noise"].value

    play(test)


def test_diverged_is_told_as_it_is():
    async def test():
        panel = cockpit(FakeGame(diverge_at=30))
        panel.play()
        await until(lambda: not panel.playing)
        assert panel.status == "D's loss is NaN at step 30; lower D's learning rate."
        assert panel.game.step == 29

    play(test)


@pytest.mark.parametrize("member", ["advance", "sample", "verdicts", "references", "snapshot"])
def test_any_exception_reaches_the_status_line(member, monkeypatch):
    async def test():
        panel = cockpit(FakeGame(), stop_at=10**6)

        def broken(*_, **__):
            raise RuntimeError("the cable is loose")

        monkeypatch.setattr(panel.game, member, broken)
        panel.play()
        await until(lambda: not panel.playing)
        assert panel.status == "Stopped: RuntimeError: the cable is loose"

    play(test)


def test_a_bad_knob_value_reaches_the_status_line(monkeypatch):
    panel = cockpit(FakeGame())

    def refuse(**values):
        raise ValueError("noise must stay below 1")

    monkeypatch.setattr(panel.game, "turn", refuse)
    panel.console.knobs["noise"].value = 0.9
    assert "ValueError: noise must stay below 1" in panel.status


def test_autosave_and_a_full_disk(tmp_path, monkeypatch):
    async def test():
        path = tmp_path / "game.keras"
        panel = cockpit(FakeGame(), autosave=path, stop_at=10**6)
        panel.play()
        await until(lambda: panel.game.step > 10)
        panel.pause()
        assert path.exists()
        module = sys.modules["gan_lessons.panels.cockpit"]  # the package's name is the function
        monkeypatch.setattr(module, "SAVE_EVERY", 0.05)

        def full(_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(panel.game, "save", full)
        panel.play()
        await until(lambda: "No space left" in panel.status)
        assert panel.playing
        panel.pause()
        assert "Paused at step" in panel.status and "No space left" in panel.status

    play(test)


def test_a_new_cockpit_takes_the_game():
    async def test():
        game = FakeGame()
        old = cockpit(game, stop_at=10**6)
        old.play()
        await until(lambda: game.step > 5)
        new = cockpit(game)
        step = game.step
        await asyncio.sleep(0.1)
        assert not old.playing and game.step == step
        assert "newer panel" in old.status and old.console.play.disabled
        old.play()
        assert not old.playing and not old.timeline.steps
        new.step()
        assert game.step == step + 1

    play(test)


def test_a_panel_that_was_closed_still_says_why():
    async def test():
        game = FakeGame()
        old = cockpit(game)
        old.screens.seen._view_count = 1
        old.screens.seen._view_count = 0
        cockpit(game)
        assert old._repr_mimebundle_() == {"text/plain": old.status}
        assert "newer panel" in old.status
        old.step("D alone")
        assert "newer panel" in old.status

    play(test)


@pytest.mark.parametrize(
    ("given", "kind", "words"),
    [
        ({"game": FakeGame}, TypeError, "game must be an object, not its class FakeGame"),
        ({"game": object()}, TypeError, "game must have step, seed, knobs"),
        ({"presets": {"calm": {"nois": 0.1}}}, ValueError, "no knob is called 'nois'"),
        ({"presets": {"calm": {"noise": 9}}}, ValueError, "noise must lie in"),
    ],
)
def test_a_cockpit_refuses_what_would_fail_later(given, kind, words):
    with pytest.raises(kind, match=words):
        cockpit(**{"game": FakeGame(), **given})


def test_buttons_pressed_by_code_refuse_what_they_cannot_do():
    async def test():
        panel = cockpit(FakeGame())
        panel.step()
        with pytest.raises(ValueError, match="seconds must be above 0, got 0"):
            panel.play(0)
        with pytest.raises(ValueError, match="no knob is called 'moves'"):
            panel.step("D alone")
        with pytest.raises(TypeError, match="step must be a number, got 'junk'"):
            panel.go_to("junk")
        with pytest.raises(ValueError, match="seed must be at most 2147483647"):
            panel.reset(2**31)
        assert not panel.playing and panel.game.step == 1

    play(test)


def test_stops_when_its_last_view_goes():
    async def test():
        panel = cockpit(FakeGame(), stop_at=10**6)
        panel.screens.seen._view_count = 1
        panel.play()
        await until(lambda: panel.game.step > 5)
        panel.screens.seen._view_count = 0
        assert not panel.playing

    play(test)


def test_interrupt_stops_an_idle_kernel():
    async def test():
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as an idle kernel has it
        try:
            panel = cockpit(FakeGame(), stop_at=10**6)
            panel.play()
            await until(lambda: panel.game.step > 5)
            os.kill(os.getpid(), signal.SIGINT)
            await until(lambda: not panel.playing)
            assert "Stopped by ■" in panel.status
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        finally:
            signal.signal(signal.SIGINT, before)

    play(test)


def test_messages_from_another_thread_are_done_at_home():
    async def test():
        panel = cockpit(FakeGame())
        threads = []
        turn = panel.game.turn
        panel.game.turn = lambda **values: (threads.append(threading.get_ident()), turn(**values))
        other = threading.Thread(target=lambda: setattr(panel.console.knobs["noise"], "value", 0.3))
        other.start()
        other.join()
        assert not threads
        await until(lambda: threads)
        assert threads == [threading.get_ident()] and panel.game.knobs["noise"].value == 0.3

    play(test)


def test_waiting_calls_become_one():
    async def test():
        done = []
        latest = Latest(Home(), lambda: done.append(1))
        other = threading.Thread(target=lambda: [latest() for _ in range(50)])
        other.start()
        other.join()
        await asyncio.sleep(0.05)
        assert done == [1]

    play(test)


def test_the_timeline_stays_small():
    timeline = Timeline(most=40, most_bytes=100_000, spacing=1)
    for step in range(1000):
        timeline.keep(step, {"weights": np.zeros(500, np.float32)})
        assert len(timeline.steps) <= 40 and timeline.bytes <= 100_000
    assert timeline.steps[0] == 0 and timeline.steps[-1] == 999
    assert len(timeline.steps) >= 20 and set(np.diff(timeline.steps[:-1])) == {timeline.spacing}
    timeline.keep(1000, np.zeros(10**6))
    assert timeline.steps == [0, 1000]


def test_size_of_counts_nested_arrays():
    assert size_of({"a": [np.zeros(10), (np.zeros(5, np.float32),)], "b": b"123"}) == 80 + 20 + 3


def test_memory_stays_flat():
    async def test():
        panel, plane = plane_cockpit(stop_at=10**9)
        for box in plane.switches.values():
            box.value = True
        screens = panel.screens

        def frames(n):
            for _ in range(n):
                panel.game.advance(1)
                screens.draw_frame()
            gc.collect()
            return tracemalloc.get_traced_memory()[0]

        frames(100)
        tracemalloc.start()
        try:
            before = frames(50)
            after = frames(300)
        finally:
            tracemalloc.stop()
        assert after - before < 1_000_000

    play(test)


def test_still_is_a_small_png():
    still = cockpit(FakeGame()).still()
    assert still.data[:4] == b"\x89PNG" and len(still.data) < 150_000


def test_words_where_widgets_are_missing():
    bundle = cockpit(FakeGame())._repr_mimebundle_()
    assert "needs JupyterLab with ipywidgets" in bundle["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_buttons_have_words_and_tooltips():
    panel = cockpit(FakeGame())
    for button in (panel.console.play, panel.console.step, panel.console.reset):
        assert button.description and button.tooltip
    curves, samples = panel.screens.access.words
    assert "D's mean logit" in curves and "64 samples of G" in samples


def test_points_need_a_picture_of_their_own(monkeypatch):
    game = FakeGame()
    monkeypatch.setattr(game, "sample", lambda n=64: np.zeros((n, 2), np.float32))
    with pytest.raises(ValueError, match="give show="):
        cockpit(game)
    assert cockpit(game, show=lambda points: np.zeros((9, 9), np.uint8)).screens.seen.value


@pytest.mark.parametrize(
    ("knob", "words"),
    [
        (Knob(0.0, 0.0, 1.0, "log"), "above 0"),
        (Knob("x", scale="choice", choices=("a",)), "not one of"),
        (Knob(1.0, 1.0, 1.0), "range"),
        (Knob(0.5, scale="cubic"), "cubic"),
    ],
)
def test_a_bad_knob_is_named(knob, words):
    with pytest.raises(ValueError, match=words):
        knob_control("oddity", knob)


# The plane


def plane_stage(**given):
    return PlaneStage(CENTRES, centres=CENTRES, spread=SPREAD, **given)


def plane_cockpit(game=None, **given):
    """A cockpit with a plane, and that plane."""
    stage = plane_stage(density=gaussian_mixture(CENTRES, SPREAD))
    panel = cockpit(game or FakePoints(), stage=stage, **given)
    return panel, panel.screens.stages[0]


def test_the_plane_offers_the_layers_that_the_game_has():
    _, plane = plane_cockpit()
    assert list(plane.switches) == ["real", "fakes", "D", "D*", "arrows", "net"]
    assert [name for name, box in plane.switches.items() if box.value] == ["real", "fakes", "D"]

    class Bare(FakePoints):
        judge = property()  # an AttributeError, as if it were not there
        pulls = latent_dim = property()

    bare = cockpit(Bare(), stage=PlaneStage(span=2.0)).screens.stages[0]
    assert list(bare.switches) == ["fakes"] and bare.strip is None
    assert bare.words() == "a plane with fakes"


@pytest.mark.parametrize("name", ["real", "fakes", "D", "D*", "arrows", "net"])
def test_a_switch_redraws_at_once_while_paused_and_back(name):
    panel, plane = plane_cockpit()
    before, status = plane.image.value, panel.status
    box = plane.switches[name]
    box.value = not box.value
    changed = plane.image.value
    box.value = not box.value
    assert changed != before and plane.image.value == before and panel.status == status


def test_the_plane_counts_modes_and_says_so():
    panel, plane = plane_cockpit(stop_at=10**6)
    assert (plane.masses == [1, 0, 0, 0]).all()
    assert "1 of 4 modes alive" in panel.screens.access.words[1]
    panel.game.advance(199)
    panel.step()
    assert (plane.masses > 0.3).sum() == 3 and "3 of 4 modes alive" in panel.screens.access.words[1]


def test_where_D_judges_packs_there_is_no_surface_and_the_picture_says_so(monkeypatch):
    monkeypatch.setattr(FakePoints, "judge", lambda self, x: None)
    _, plane = plane_cockpit()
    assert not plane.plane.surface.get_visible()
    assert "several points at once" in plane.plane.above.get_text()


@pytest.mark.parametrize("member", ["sample", "judge", "pulls"])
def test_any_exception_of_a_layer_reaches_the_status_line(member, monkeypatch):
    async def test():
        panel, plane = plane_cockpit(stop_at=10**6)
        plane.switches["arrows"].value = True

        def broken(*_, **__):
            raise RuntimeError("the cable is loose")

        panel.play()
        monkeypatch.setattr(panel.game, member, broken)
        await until(lambda: not panel.playing)
        assert panel.status == "Stopped: RuntimeError: the cable is loose"

    play(test)


def test_the_strip_forgets_another_future_and_a_reset():
    async def test():
        panel, plane = plane_cockpit(FakePoints(step_seconds=0.001), stop_at=400)
        panel.play()
        await until(lambda: not panel.playing)
        assert plane.strip.steps[-1] == 400 and len(plane.strip.steps) > 2
        painted = strip_columns(plane)
        panel.go_to(100)
        assert 0 < strip_columns(plane) < painted  # the later part is not shown …
        panel.go_to(400)
        assert strip_columns(plane) == painted  # … but comes back with the step
        panel.go_to(100)
        at = panel.game.step
        panel.step()
        assert plane.strip.steps[-1] == at + 1
        panel.reset()
        assert plane.strip.steps == [0]
        panel.step()
        panel.reset(seed=9)
        assert plane.strip.steps == [0]

    play(test)


def strip_columns(plane):
    """How many columns of the strip are painted."""
    return (plane.strip.image.get_array()[..., :3] < 255).any(axis=(0, 2)).sum()


@pytest.mark.parametrize(("button", "moved", "who"), [(0, 0, "D alone"), (1, 1, "G alone")])
def test_one_player_steps_alone_and_the_knob_goes_back(button, moved, who):
    panel, _ = plane_cockpit()
    panel.console.alone[button].click()
    assert panel.game.step == 1 and panel.game.moved == moved
    assert panel.game.knobs["moves"].value == "D and G"
    assert f"Played one step, {who}." in panel.status


def test_the_knob_goes_back_when_the_step_fails(monkeypatch):
    panel, _ = plane_cockpit(FakePoints(diverge_at=1))
    panel.step("G alone")
    assert "NaN" in panel.status and panel.game.knobs["moves"].value == "D and G"


def test_games_without_that_knob_have_no_such_buttons():
    assert not cockpit(FakeGame()).console.alone


def test_slow_motion_plays_five_steps_a_second_each_drawn():
    async def test():
        panel, plane = plane_cockpit(stop_at=10**6)
        panel.console.slow.value = True
        panel.play()
        start = time.monotonic()
        await until(lambda: panel.game.step == 5)
        assert 0.75 < time.monotonic() - start < 5
        assert panel.playing and plane.strip.steps == list(range(6))
        panel.console.slow.value = False
        await until(lambda: panel.game.step > 50)
        panel.pause()

    play(test)


@pytest.mark.parametrize("modes", [0, 1, 8, 25])
@pytest.mark.parametrize(
    "title", ["", "one lever: 0.5", "a lever with a long name: its value; " * 6]
)
def test_no_text_around_a_plane_is_clipped_or_small(modes, title):
    centres = np.random.default_rng(0).uniform(-1, 1, (modes, 2)) if modes else None
    stage = PlaneStage(CENTRES, centres=centres, spread=SPREAD, layers=("D*", "arrows", "net"),
                       density=gaussian_mixture(CENTRES, SPREAD))  # fmt: skip
    game = FakePoints()
    game.advance(1999)
    plane = stage.open(game, title)
    plane.draw(20_000, full=True)
    room, drawer = plane.live.figure.bbox, plane.live.canvas.get_renderer()
    texts = [*plane.live.figure.texts]
    for axes in plane.live.figure.axes:
        texts += [*axes.texts, *axes.get_xticklabels()]
    boxes = [(text.get_window_extent(drawer), text) for text in texts if text.get_text()]
    assert len(boxes) >= 4
    for box, text in boxes:
        assert text.get_size() >= 8, text
        assert box.x0 >= 0 and box.x1 <= room.x1 and box.y0 >= 0 and box.y1 <= room.y1, text
    for i, (box, text) in enumerate(boxes):
        assert not any(box.overlaps(other) for other, _ in boxes[:i]), text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"real": [[0.0, 1.0, 2.0]]}, r"real must have shape \(n, 2\)"),
        ({"real": [[0.0, np.nan]]}, "real must be finite"),
        ({"centres": [[0.0, 1.0]]}, "spread must be above 0"),
        ({}, "give span"),
        ({"span": -1.0}, "span must be above 0"),
        ({"span": 1.0, "layers": ("fog",)}, "layers must be one of real, fakes, D, .*, got 'fog'"),
    ],
)
def test_a_bad_plane_is_named(given, words):
    with pytest.raises(ValueError, match=words):
        PlaneStage(**given)


def test_a_plane_needs_a_game_of_points():
    with pytest.raises(ValueError, match=r"points \(n, 2\); this game samples \(1, 28, 28, 1\)"):
        cockpit(FakeGame(), stage=PlaneStage(span=1.0))


# Two runs side by side


def test_a_pair_differs_by_its_lever_only_and_keeps_step():
    async def test():
        panel = compare(
            FakePoints(), {"noise": 0.0}, {"noise": 0.5}, stage=plane_stage(), seed=4, stop_at=250
        )
        pair = panel.game
        assert "noise" not in panel.console.knobs and "d_rate" in panel.console.knobs
        assert pair.titles == ["noise on D's inputs: 0", "noise on D's inputs: 0.5"]
        panel.console.knobs["d_rate"].value = 1e-3
        panel.play()
        await until(lambda: not panel.playing)
        left, right = pair.lanes
        assert left.step == right.step == 250 and left.seed == right.seed == 4
        assert left.covered == 3 and right.covered == 4
        assert left.knobs["d_rate"].value == right.knobs["d_rate"].value == 1e-3
        assert [plane.words()[:29] for plane in panel.screens.stages] == [
            "a plane with real, fakes, D: "
        ] * 2
        assert "3 of 4 modes alive" in panel.screens.access.words[0]
        assert "4 of 4 modes alive" in panel.screens.access.words[1]
        panel.go_to(0)
        assert left.step == right.step == 0 and left.covered == right.covered == 1
        panel.reset(seed=7)
        assert left.seed == right.seed == 7 and right.knobs["noise"].value == 0.5

    play(test)


def test_each_run_of_a_pair_is_the_game_alone():
    panel = compare(FakePoints(), {"objective": "hinge"}, {}, stage=plane_stage())
    for steps in (1, 5, 30):
        panel.game.advance(steps)
    for lane, objective in zip(panel.game.lanes, ("hinge", "non-saturating"), strict=True):
        alone = FakePoints()
        alone.turn(objective=objective)
        alone.advance(36)
        assert (lane.record["d_loss"] == alone.record["d_loss"]).all()


def test_a_switch_commands_both_planes_and_one_step_of_D_both_runs():
    panel = compare(FakePoints(), {"noise": 0.1}, {}, stage=plane_stage())
    before = [plane.image.value for plane in panel.screens.stages]
    panel.screens.switches["net"].value = True
    assert all(
        plane.image.value != old for plane, old in zip(panel.screens.stages, before, strict=True)
    )
    panel.console.alone[1].click()
    assert [lane.moved for lane in panel.game.lanes] == [1, 1]
    panel.console.alone[0].click()
    assert [lane.moved for lane in panel.game.lanes] == [1, 1] and panel.game.step == 2


@pytest.mark.parametrize("bad", ["left", "right"])
def test_when_one_run_diverges_the_other_stays_in_step(bad, monkeypatch):
    class Fragile(FakePoints):
        def advance(self, steps=1):
            fatal = self._knobs["noise"].value > 0.9
            self.diverge_at = 8 if fatal else None
            return super().advance(steps)

    sides = {"left": {"noise": 0.0}, "right": {"noise": 0.0}} | {bad: {"noise": 1.0}}
    panel = compare(Fragile(), **sides, stage=plane_stage())
    with pytest.raises(ArithmeticError, match=r"noise on D's inputs: 1: .*NaN at step 8"):
        panel.game.advance(20)
    assert [lane.step for lane in panel.game.lanes] == [7, 7]


def test_a_pair_takes_the_game_and_gives_it_back():
    game = FakePoints()
    old = cockpit(game, stage=plane_stage())
    both = compare(game, {"noise": 0.1}, {}, stage=plane_stage())
    assert "newer panel" in old.status and old.console.slow.disabled
    cockpit(game, stage=plane_stage())
    assert "newer panel" in both.status


@pytest.mark.parametrize(
    ("left", "right", "words"),
    [
        ({"fog": 1}, {}, "left: no knob is called 'fog'; there are d_rate"),
        ({"noise": 0.0}, {}, "let one knob differ"),
    ],
)
def test_a_pair_names_what_is_wrong(left, right, words):
    with pytest.raises(ValueError, match=words):
        compare(FakePoints(), left, right, stage=plane_stage())


def test_stills_of_planes_stand_side_by_side():
    panel, plane = plane_cockpit()
    both = compare(FakePoints(), {"noise": 0.1}, {}, stage=plane_stage())
    width, height = Image.open(io.BytesIO(plane.image.value)).size
    assert Image.open(io.BytesIO(panel.still().data)).size == (430 + width + 20, height)
    pair = Image.open(io.BytesIO(both.still().data))
    assert pair.size[0] == 2 * width + 20 and pair.size[1] > height  # the lever stands above


# explore


def bars(figure, height=1.0, red=False, kind="a"):
    if height > 8:
        raise ValueError("too high for this picture")
    figure.add_subplot().bar([0], [height], color="red" if red else "blue")
    return f"<b>{kind}</b>"


def test_explore_follows_every_kind_of_control():
    panel = explore(bars, height=(0.0, 10.0, 0.5, 2.0), red=False, kind=["a", "b"])
    assert panel.values == {"height": 2.0, "red": False, "kind": "a"}
    for name, value in (("height", 4.0), ("red", True)):
        old = panel.image.value
        panel.controls[name].value = value
        assert panel.image.value != old
    panel.controls["kind"].value = "b"
    assert panel.words.value == "<b>b</b>"


def test_explore_keeps_its_picture_when_draw_fails():
    panel = explore(bars, height=(0.0, 10.0, 0.5, 2.0))
    old = panel.image.value
    panel.controls["height"].value = 9.0
    assert panel.image.value == old
    assert "ValueError: too high for this picture" in panel.status.value
    panel.controls["height"].value = 3.0
    assert panel.image.value != old and "too high" not in panel.status.value


def test_explore_labels_and_words_for_the_picture():
    panel = explore(bars, labels={"height": "height (cm)"}, alt="One bar.", height=(0, 9, 1))
    assert panel.view.children[0].children[0].children[0].value == "height (cm)"
    assert panel.access.words == ["One bar. Now: height 0."]


@pytest.mark.parametrize("given", [(3.0, 1.0, 0.1), (0.0, 1.0, 0.1, 2.0)])
def test_explore_names_a_bad_range(given):
    with pytest.raises(ValueError, match="height"):
        explore(bars, height=given)


def test_explore_names_a_bad_control():
    with pytest.raises(TypeError, match="height"):
        explore(bars, height="high")
    with pytest.raises(ValueError, match="at least one control"):
        explore(bars)


@pytest.mark.long
def test_memory_stays_flat_over_10_000_frames():
    """The whole panel as it plays, task, snapshots and all; measured as the process' memory."""
    resource = pytest.importorskip("resource")

    async def test():
        panel = cockpit(FakeGame(), stop_at=10**9)
        panel.play()
        await until(lambda: panel.screens.frames > 1_000, 600)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        await until(lambda: panel.screens.frames > 11_000, 3_000)
        panel.pause()
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before  # kB on Linux
        print(f"10,000 frames: peak memory grew by {grown / 1000:.1f} MB")
        assert grown < 40_000

    play(test)


# the pad


def test_explore_follows_a_drawn_curve():
    panel = explore(lambda figure, drawn: f"{sum(drawn):.1f}", drawn=CurvePad(4))
    assert panel.words.value == "0.0"
    panel.controls["drawn"].value = [0.25, 0.5, 0.75, 1]
    assert panel.words.value == "2.5"


@pytest.mark.parametrize("bad", [[0.0] * 3, [0.5, 0.5, 0.5, 1.5], [0.0, 0.0, 0.0, np.nan]])
def test_a_pad_refuses_what_is_no_curve(bad):
    pad = CurvePad(4, [0, 0, 0, 1])
    with pytest.raises(ValueError, match="value must be 4 heights from 0 to 1"):
        pad.value = bad
    assert pad.value == (0, 0, 0, 1)


def test_a_pad_needs_columns():
    with pytest.raises(ValueError, match="columns must be at least 2, got 1"):
        CurvePad(1)


def test_a_pad_of_points_holds_points_that_a_game_can_learn():
    pad = PointPad([(0, 0.5)], most=3)
    assert pad.value == ((0.0, 0.5),)
    pad.value = [[0.25, -1], [1, 1], [0, 0]]  # as the page sends them
    assert np.asarray(pad.value).shape == (3, 2)
    pad.value = ()
    assert pad.value == ()
    panel = explore(lambda figure, drawn: f"{len(drawn)} points", drawn=pad)
    pad.value = [(0.0, 0.0)]
    assert panel.words.value == "1 points"


@pytest.mark.parametrize("bad", [[(0, 0)] * 4, [(0, 1.5)], [(0, np.nan)], [(0, 0, 0)], [0.5, 0.5]])
def test_a_pad_of_points_refuses_anything_else(bad):
    pad = PointPad([(0, 0)], most=3)
    with pytest.raises(ValueError, match="at most 3 points"):
        pad.value = bad
    assert pad.value == ((0, 0),)
    with pytest.raises(ValueError, match="most must be at least 1, got 0"):
        PointPad(most=0)


# Whether panels work


def test_the_line_changes_when_a_page_has_drawn_it():
    alive = panels_work()
    bundle = alive._repr_mimebundle_()
    assert "✗ Panels do not work here" in bundle["text/plain"]
    assert "has not heard" in alive.view.children[0].value
    alive.view._view_count = 1  # what the page sends
    assert HERE in alive.view.children[0].value


@pytest.mark.parametrize("knob", [Knob(2e-3, 1e-5, 1e-1, "log"), Knob(0.5, 1e-5, 0.1)])
def test_single_precision_moves_no_end_of_a_slider(knob):
    control = knob_control("rate", knob)
    ends = control.min, control.max
    for end in (knob.low, knob.high):
        show_value(control, float(np.float32(end)))
        assert (control.min, control.max) == ends
        assert control.value == pytest.approx(end, rel=1e-6)
    show_value(control, knob.low / 2)
    assert control.min < ends[0] and control.value == pytest.approx(knob.low / 2)
    show_value(control, 2.0)
    assert control.max > ends[1] and control.value == 2.0


def test_more_knobs_unfold():
    switch, box = cockpit(FakeGame()).console.view.children[-2:]
    assert switch.description == "More knobs" and box.layout.display == "none"
    switch.value = True
    assert box.layout.display is None
