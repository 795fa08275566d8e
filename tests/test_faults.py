"""What a learner's kernel goes through: ■, death, a full disk, damaged files, many panels.

The long trials of the same are in the folder ``long``.
"""

import asyncio
import contextlib
import gc
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import weakref
import zlib
from pathlib import Path

import numpy as np
import pytest
from fake_game import CENTRES, SPREAD, FakeGame, FakePoints
from ipywidgets.widgets.widget import _instances as registered
from kernels import Kernel, run_all, run_and_interrupt
from lessons import lesson
from test_training import POINTS, assert_same, new_game, weights

from gan_lessons import data, networks
from gan_lessons.interrupts import unbroken
from gan_lessons.judge import judge
from gan_lessons.panels import PlaneStage, cockpit, compare, explore
from gan_lessons.runtime import keras
from gan_lessons.saving import LEFT_OVER, read_whole, written_whole
from gan_lessons.training import GAN, PointGAN, point_game

HERE = Path(__file__).resolve().parent
PLAYER = """
import asyncio, sys
sys.path.insert(0, {tests!r})
from test_training import new_game
from gan_lessons.panels import cockpit

sys.modules["gan_lessons.panels.cockpit"].SAVE_EVERY = 0.3
game = new_game(seed=6)
game.turn(penalty="R1", noise=0.1)


async def main():
    picture = game.sample(1)[:, None].repeat(9, 1).astype("uint8")  # points have no picture
    panel = cockpit(game, autosave={path!r}, stop_at=10**6, show=lambda points: picture[0])
    panel.play()
    while True:
        await asyncio.sleep(0.05)


asyncio.run(main())
"""


def test_a_killed_run_resumes_exactly_from_its_last_save(tmp_path):
    path = tmp_path / "run.keras"
    code = PLAYER.format(tests=str(HERE), path=str(path))
    player = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 120
        saves = set()
        while len(saves) < 3 and time.monotonic() < end and player.poll() is None:
            saves |= {path.stat().st_mtime_ns} if path.exists() else set()
            time.sleep(0.01)
        assert len(saves) >= 3, "it did not save"
    finally:
        os.kill(player.pid, signal.SIGKILL)
        player.wait()
    resumed = GAN.load(path, new_game.__globals__["POINTS"])
    saved_at = resumed.step
    assert saved_at > 0 and len(resumed.record["step"]) == saved_at
    resumed.advance(25)
    whole = new_game(seed=6)
    whole.turn(penalty="R1", noise=0.1)
    whole.advance(saved_at + 25)
    assert_same(weights(resumed), weights(whole))
    assert_same(resumed.record.values(), whole.record.values())


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs an alarm clock")
def test_an_interrupt_loses_at_most_the_slice_in_flight():
    game = new_game(seed=8)
    game.advance(1)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # nohup ignores it

    def press(*_):
        if len(game.record["step"]) > 1:  # a slice has been played, however slow the machine
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.raise_signal(signal.SIGINT)

    clock = signal.signal(signal.SIGALRM, press)
    signal.setitimer(signal.ITIMER_REAL, 0.5, 0.1)
    try:
        game.advance(10**6)
        raise AssertionError("the interrupt did not arrive")
    except KeyboardInterrupt:
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, clock)
        signal.signal(signal.SIGINT, before)
    assert game.step == len(game.record["step"]) > 1
    stopped, kept = game.step, weights(game)
    game.reset()
    game.advance(stopped)
    for a, b in zip(weights(game), kept, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_second_interrupt_does_not_stop_the_game_from_being_put_back(game, monkeypatch):
    put_back, play, before = game._put_back, game._play, signal.getsignal(signal.SIGINT)
    game.reset()
    game.advance(2)

    def press(*_):
        play(*_)
        signal.raise_signal(signal.SIGINT)

    def press_again(values):
        signal.raise_signal(signal.SIGINT)
        put_back(values)

    with monkeypatch.context() as patched:
        patched.setattr(game, "_play", press)
        patched.setattr(game, "_put_back", press_again)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            with pytest.raises(KeyboardInterrupt):
                game.advance(3)
        finally:
            signal.signal(signal.SIGINT, before)
    assert game.step == len(game.record["step"]) == int(game._step_now.numpy()) == 2


def test_an_interrupt_while_the_game_is_compiled_leaves_no_trace(monkeypatch):
    """Minibatch discrimination is settled in the trace; D must be free of that afterwards."""

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    game = point_game(POINTS, width=8)
    with monkeypatch.context() as patched:
        patched.setattr(game, "_step", interrupted)
        with pytest.raises(KeyboardInterrupt):
            game.advance(5)
    layers = game._batch_layers()
    assert layers and all(layer.awake is None for layer in layers) and game.step == 0
    game.advance(2)
    assert game.step == 2


def test_an_interrupt_leaves_both_runs_of_a_pair_at_the_same_step(monkeypatch):
    panel = compare(FakePoints(), {"noise": 0.1}, {"noise": 0.2}, stage=plane())
    pair, played = panel.game, []
    pair.advance(5)
    advance, restore = FakePoints.advance, FakePoints.restore

    def once(game, steps):
        if played:
            signal.raise_signal(signal.SIGINT)
        played.append(advance(game, steps))

    def press_again(game, snapshot):
        if played:
            signal.raise_signal(signal.SIGINT)
        restore(game, snapshot)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with monkeypatch.context() as patched:
            patched.setattr(FakePoints, "advance", once)
            patched.setattr(FakePoints, "restore", press_again)
            with pytest.raises(KeyboardInterrupt):
                pair.advance(10)
    finally:
        signal.signal(signal.SIGINT, before)
    assert [lane.step for lane in pair.lanes] == [5, 5]


WRITER = """
import sys
from gan_lessons.saving import written_whole

for _ in range(200):
    with written_whole(sys.argv[1], ".bin") as part:
        part.write_bytes(sys.argv[2].encode() * 200_000)
"""


def test_two_kernels_that_save_to_one_place_leave_a_whole_file(tmp_path):
    path = tmp_path / "both.bin"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), who]) for who in "ab"]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        if path.exists():
            seen.add(path.read_bytes())
    assert all(writer.returncode == 0 for writer in writers)
    assert seen <= {b"a" * 200_000, b"b" * 200_000} and seen
    assert os.listdir(tmp_path) == ["both.bin"]


def test_an_interrupt_waits_until_a_library_is_whole():
    done = []
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), unbroken(), unbroken():
            signal.raise_signal(signal.SIGINT)
            done.append("import")
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert done == ["import"]


@pytest.mark.long
def test_a_lesson_interrupted_here_and_there_runs_again_in_the_same_kernel(tmp_path):
    """One lesson; the folder ``long`` has them all, with a killed kernel besides."""
    notebook = lesson("10_repair")
    with Kernel(tmp_path) as kernel:
        assert run_and_interrupt(kernel, notebook, random.Random(1), most=3, patience=0.3)
        run_all(kernel, notebook)
    assert not os.listdir(tmp_path)  # two copies of a lesson in one folder cannot meet


# --- A save that cannot be written ---


@pytest.fixture(scope="module")
def game():
    return new_game(seed=6)


@contextlib.contextmanager
def no_room(folder):
    """No file may grow beyond 4 kB, as if the disk was full."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        yield folder
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextlib.contextmanager
def full_disk(folder):
    """A disk of its own; only root can mount it."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_save_without_room_leaves_the_old_one(game, tmp_path):
    path = tmp_path / "game.keras"
    game.save(path)
    whole = path.read_bytes()
    game.advance(2)
    with no_room(tmp_path), pytest.raises(OSError, match=r"not saved: .*make room .*game.keras"):
        game.save(path)
    assert path.read_bytes() == whole and os.listdir(tmp_path) == ["game.keras"]
    game.advance(1)
    game.save(path)
    assert path.read_bytes() != whole and os.listdir(tmp_path) == ["game.keras"]


def test_a_save_on_a_full_disk_leaves_the_old_one(game, tmp_path):
    with full_disk(tmp_path):
        path = tmp_path / "game.keras"
        game.save(path)
        whole = path.read_bytes()
        filler = tmp_path / "filler"
        filler.write_bytes(bytes(shutil.disk_usage(tmp_path).free - 12_000))
        with pytest.raises(OSError, match=r"not saved: No space left.*make room .*game.keras"):
            game.save(path)
        assert path.read_bytes() == whole
        assert sorted(os.listdir(tmp_path)) == ["filler", "game.keras"]
        filler.unlink()
        game.save(path)


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("nowhere/game.keras", "No such file or directory"),
        ("a file/game.keras", "Not a directory"),
        ("folder.keras", "."),  # each system has its own words
    ],
)
def test_a_save_to_a_place_that_is_none(game, tmp_path, place, why):
    (tmp_path / "a file").write_text("")
    (tmp_path / "folder.keras").mkdir()
    before = sorted(os.listdir(tmp_path))
    with pytest.raises(OSError, match=f"not saved: .*{why}.*choose a folder.*{Path(place).name}"):
        game.save(tmp_path / place)
    assert sorted(os.listdir(tmp_path)) == before
    game.advance(1)


def test_another_error_in_a_save_stays_what_it_is(tmp_path):
    def save_badly():
        with written_whole(tmp_path / "a.b", ".b"):
            raise KeyError("no such layer")

    try:
        raise OSError(28, "of another story")
    except OSError:
        with pytest.raises(KeyError, match="no such layer"):
            save_badly()


def test_what_a_killed_save_left_goes_with_a_later_one(game, tmp_path):
    old, young = tmp_path / ".run-1.part.keras", tmp_path / ".run-2.part.keras"
    for part in (old, young, tmp_path / ".other-1.part.keras"):
        part.write_text("half")
        os.utime(part, (0, time.time() - 2 * LEFT_OVER))
    young.touch()  # somebody may still be writing it
    game.save(tmp_path / "run.keras")
    assert sorted(os.listdir(tmp_path)) == [".other-1.part.keras", young.name, "run.keras"]


def test_a_cockpit_that_cannot_save_plays_on_says_so_and_saves_when_it_can(
    game, tmp_path, monkeypatch
):
    monkeypatch.setattr(sys.modules["gan_lessons.panels.cockpit"], "SAVE_EVERY", 0.02)

    async def test():
        path = tmp_path / "new" / "game.keras"
        blank = np.zeros((9, 9), np.uint8)
        panel = cockpit(game, autosave=path, stop_at=10**6, show=lambda points: blank)
        panel.play()
        await until(lambda: "Could not save" in panel.status)
        step = game.step
        await until(lambda: game.step > step)
        for words in (str(path), "No such file", "choose a folder that is there"):
            assert words in panel.status
        path.parent.mkdir()
        await until(lambda: "Could not save" not in panel.status)
        panel.pause()
        assert "Paused at step" in panel.status and os.listdir(path.parent) == ["game.keras"]

    asyncio.run(test())


async def until(true, seconds=60):
    """Wait on the loop until ``true()`` is."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true"
        await asyncio.sleep(0.005)


# --- Files that are missing or damaged ---

READ = {  # each shipped file that a program reads, and what reads it
    "digits.npz": data.digits,
    "faces.npz": data.faces,
    "judge.npz": judge.__wrapped__,  # without its cache
    "digit_pair.npz": networks.trained_pair,
    "face_pair.npz": networks.trained_face_generator,
    "repair.npz": networks.trained_repairs,
    **{f"{name}.json": lambda name=name: data.measured(name) for name in data.MEASURED_CRC32},
}


def flip(content):
    """One bit changed, somewhere."""
    at = random.Random(len(content)).randrange(8 * len(content))
    return content[: at // 8] + bytes([content[at // 8] ^ 1 << at % 8]) + content[at // 8 + 1 :]


DAMAGE = {
    "a bit": flip,
    "its end": lambda content: content[:-1],
    "half of it": lambda content: content[: len(content) // 2],
    "all of it": lambda content: b"",
    "another file": lambda content: b'{"no": "archive"}',
}


def test_every_shipped_file_is_read_here():
    shipped = {path.name for path in data.ASSETS.iterdir()}
    assert {name for name in shipped if name.endswith((".npz", ".json"))} == set(READ)


@pytest.mark.parametrize("name", data.MEASURED_CRC32)
def test_the_checksums_of_what_was_measured(name):
    content = (data.ASSETS / f"{name}.json").read_bytes().replace(b"\r\n", b"\n")
    found = zlib.crc32(content)
    assert data.MEASURED_CRC32[name] == found, f"say 0x{found:08X} for {name} in MEASURED_CRC32"


@pytest.mark.parametrize("name", READ)
def test_a_damaged_file_is_named_with_the_cure(name, tmp_path, monkeypatch):
    whole = (data.ASSETS / name).read_bytes()
    monkeypatch.setattr(data, "ASSETS", tmp_path)
    place = tmp_path / name
    for damage in DAMAGE.values():
        place.write_bytes(damage(whole))
        with pytest.raises(ValueError, match=rf"{name} is damaged.*git checkout -- .*{name}"):
            READ[name]()
    place.unlink()
    with pytest.raises(FileNotFoundError, match=rf"{name} is missing; reinstall.*{name}"):
        READ[name]()
    place.mkdir()
    with pytest.raises(FileNotFoundError, match=rf"{name} is missing"):
        READ[name]()
    place.rmdir()
    place.write_bytes(whole)
    READ[name]()


def test_a_damaged_save_is_refused_with_its_name_and_the_cure(game, tmp_path):
    good, bad = tmp_path / "good.keras", tmp_path / "bad.keras"
    game.save(good)
    whole, chance = good.read_bytes(), random.Random(0)
    for damage in list(DAMAGE.values())[1:]:
        bad.write_bytes(damage(whole))
        with pytest.raises(ValueError, match=r"bad.keras is damaged.*older copy"):
            GAN.load(bad)
    for _ in range(100):  # a flipped bit is noticed, or changes nothing (a date, an attribute)
        changed = bytearray(whole)
        changed[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        bad.write_bytes(changed)
        try:
            found = GAN.load(bad)
        except ValueError as error:
            assert "bad.keras" in str(error) and "older copy" in str(error)
        else:
            assert found.seed == game.seed and found.step == game.step
            assert_same(weights(found), weights(game))


def test_a_file_that_is_no_saved_game_is_named(game, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no saved game .*missing.keras; check its name"):
        GAN.load(tmp_path / "missing.keras")
    with pytest.raises(ValueError, match=r"is damaged, or no saved game"):
        GAN.load(tmp_path)
    np.savez(tmp_path / "arrays.npz", a=np.zeros(3))
    shutil.copy(tmp_path / "arrays.npz", tmp_path / "arrays.keras")
    for name in ("arrays.npz", "arrays.keras"):
        with pytest.raises(ValueError, match=rf"{name} is no saved game that can be read here"):
            GAN.load(tmp_path / name)
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save(tmp_path / "net.keras")
    with pytest.raises(TypeError, match=r"net.keras holds a Sequential, not a GAN"):
        GAN.load(tmp_path / "net.keras")
    game.save(tmp_path / "game.keras")
    with pytest.raises(TypeError, match=r"game.keras holds a GAN, not a PointGAN"):
        PointGAN.load(tmp_path / "game.keras")


def test_a_game_with_a_layer_that_is_not_defined_here_says_so(tmp_path, monkeypatch):
    @keras.saving.register_keras_serializable("tests")
    class Mine(keras.layers.Layer):
        def call(self, x):
            return x

    def with_mine():
        return keras.Sequential([keras.Input((2,)), Mine(), keras.layers.Dense(1)])

    def generator():
        return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])

    game = GAN(generator, with_mine, POINTS)
    game.compile()
    game.save(tmp_path / "mine.keras")
    assert isinstance(GAN.load(tmp_path / "mine.keras"), GAN)
    known = keras.saving.get_custom_objects()
    monkeypatch.delitem(known, next(name for name in known if name.endswith("Mine")))
    with pytest.raises(ValueError, match=r"mine.keras .*Mine.*Layers of your own"):
        GAN.load(tmp_path / "mine.keras")


def test_a_file_is_blamed_for_its_own_error_only(tmp_path):
    (tmp_path / "empty.zip").write_bytes(b"PK\x05\x06" + bytes(18))  # whole, with nothing in it
    try:
        raise KeyError("an outer story")
    except KeyError:
        blamed = pytest.raises(ValueError, match="RuntimeError: no weights")
        with blamed as caught, read_whole(tmp_path / "empty.zip"):
            raise RuntimeError("no weights") from None
    assert "outer story" not in str(caught.value)


# --- Several panels ---


def plane():
    return PlaneStage(CENTRES, centres=CENTRES, spread=SPREAD)


def test_two_panels_play_two_games_at_once_and_neither_minds():
    async def test():
        games = [FakeGame(seed=1), FakePoints(seed=2)]
        panels = cockpit(games[0], stop_at=300), cockpit(games[1], stop_at=250, stage=plane())
        for panel in panels:
            panel.play()
        await until(lambda: not any(panel.playing for panel in panels))
        for game, alone, steps in zip(games, (FakeGame(1), FakePoints(2)), (300, 250), strict=True):
            alone.advance(steps)
            assert game.step == steps
            assert_same(game.record.values(), alone.record.values())

    asyncio.run(test())


PANELS = {  # each makes the panel of a cell; the game is the same one, or a new one
    "cockpit": lambda game: cockpit(game, stop_at=10**6),
    "cockpit, a new game": lambda game: cockpit(FakeGame(), stop_at=10**6),
    "plane": lambda game: cockpit(game, stop_at=10**6, stage=plane()),
    "pair": lambda game: compare(game, {"noise": 0.1}, {"noise": 0.2}, stage=plane()),
}


@pytest.mark.parametrize("kind", PANELS)
def test_a_panel_run_again_while_it_plays_leaves_one_task_and_one_panel(kind):
    """As a page does it: the new panel is shown, then the old one's views go."""

    async def test():
        game = FakePoints() if kind in ("plane", "pair") else FakeGame()
        counts, seen, old = [], [], None
        for _ in range(4):
            panel = PANELS[kind](game)
            panel.play()
            panel.screens.seen._view_count = 1
            if old:
                old.screens.seen._view_count = 0
            await asyncio.sleep(0.02)
            old = panel
            seen.append(weakref.ref(panel.screens.seen))
            counts.append((len(registered), len(asyncio.all_tasks())))
        assert panel.playing and {tasks for _, tasks in counts} == {2}  # this test and the panel
        assert counts[1][0] == counts[-1][0]
        panel.pause()
        old = None
        await asyncio.sleep(0)
        gc.collect()
        assert sum(image() is not None for image in seen) <= 2

    asyncio.run(test())


# --- Exceptions in what a learner wrote ---


class Broken:
    """A function that fails until it is mended."""

    def __init__(self, answer):
        self.answer, self.broken = answer, False

    def __call__(self, *given, **named):
        if self.broken:
            raise RuntimeError("the cable is loose")
        return self.answer


@pytest.mark.parametrize("press", ["play", "step", "reset", "check-up"])
def test_a_failing_callback_is_told_and_the_panel_goes_on_afterwards(press):
    async def test():
        class Report:
            def _repr_html_(self):
                return "healthy"

        show = Broken(np.zeros((9, 9), np.uint8))
        check_up = Broken(Report())
        panel = cockpit(FakeGame(), stop_at=10**6, show=show, check_up=check_up)
        buttons = {button.description.lower(): button for button in panel.console.buttons}
        show.broken = check_up.broken = True
        buttons[press].click()
        await until(lambda: "RuntimeError: the cable is loose" in panel.status)
        assert not panel.playing
        show.broken = check_up.broken = False
        buttons[press].click()
        assert "RuntimeError" not in panel.status
        assert press != "check-up" or panel.console.report.value == "healthy"
        panel.play()
        step = panel.game.step
        await until(lambda: panel.game.step > step)
        panel.pause()

    asyncio.run(test())


def test_a_game_that_fails_in_a_step_can_be_played_on(monkeypatch):
    async def test():
        panel = cockpit(FakeGame(), stop_at=10**6)
        fails = Broken(None)
        fails.broken = True
        with monkeypatch.context() as patched:
            patched.setattr(panel.game, "advance", fails)
            panel.play()
            await until(lambda: not panel.playing)
            assert panel.status == "Stopped: RuntimeError: the cable is loose"
        panel.play()
        await until(lambda: panel.game.step > 10)
        panel.pause()

    asyncio.run(test())


def test_an_explore_panel_draws_again_after_a_mistake_in_its_function():
    draw = Broken("words")
    panel = explore(draw, height=(0.0, 9.0, 1.0))
    draw.broken = True
    panel.controls["height"].value = 3.0
    assert "RuntimeError: the cable is loose" in panel.status.value
    draw.broken = False
    panel.controls["height"].value = 4.0
    assert "RuntimeError" not in panel.status.value and panel.words.value == "words"


def test_a_run_that_diverges_stops_says_why_and_can_be_mended(game):
    async def test():
        blank = np.zeros((9, 9), np.uint8)
        game.reset()
        game.turn(objective="Wasserstein")
        panel = cockpit(game, stop_at=10**6, show=lambda points: blank)
        panel.play()
        await until(lambda: game.step > 3)
        game.d_optimizer.learning_rate = 1e30
        await until(lambda: not panel.playing)
        assert "NaN or infinite at step" in panel.status and "learning rate" in panel.status
        assert game.step > 3 and all(np.isfinite(w).all() for w in weights(game))
        step = game.step
        game.turn(d_rate=1e-3)
        panel.play()
        await until(lambda: game.step > step)
        panel.pause()

    asyncio.run(test())
