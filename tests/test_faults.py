"""What a learner's kernel goes through: interrupts, and death in the middle of a run."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from test_training import assert_same, new_game, weights

from gan_lessons.training import GAN

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


def test_an_interrupt_loses_at_most_the_slice_in_flight():
    game = new_game(seed=8)
    game.advance(1)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # nohup ignores it
    signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        game.advance(10**6)
        raise AssertionError("the interrupt did not arrive")
    except KeyboardInterrupt:
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGINT, before)
    assert game.step == len(game.record["step"]) > 1
    stopped, kept = game.step, weights(game)
    game.reset()
    game.advance(stopped)
    for a, b in zip(weights(game), kept, strict=True):
        np.testing.assert_array_equal(a, b)
