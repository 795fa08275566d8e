"""A game killed a hundred times, also while it saves, that goes on from its file each time."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from player import GAMES, checksum

from gan_lessons.training import GAN

pytestmark = pytest.mark.long
PLAYER = Path(__file__).resolve().parent / "player.py"


def play_and_kill(kind, path, every, chance):
    """Let a player play and kill it, mostly within a second after a save. Returns what it said."""
    command = [sys.executable, str(PLAYER), kind, str(path), str(every)]
    player = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    late = threading.Timer(180, player.kill)  # it hangs
    late.start()
    said, until = [], "at" if chance.random() < 0.1 else "saved"
    for line in player.stdout:
        said.append(line)
        if line.startswith(until):
            break
    time.sleep(chance.uniform(0.0, 1.0))
    player.kill()  # SIGKILL; on Windows, TerminateProcess
    said += [line for line in player.stdout if line.endswith("\n")]
    late.cancel()
    player.wait()
    return [line.split() for line in said if line.strip()]


@pytest.mark.parametrize(
    "chain", ["digits", "pictures", "repair", *(f"points {n}" for n in range(7))]
)
def test_a_game_killed_again_and_again_is_the_unbroken_one(chain, tmp_path):
    """Ten kills a chain; each player goes on from the file that the one before left."""
    kind, kills = chain.split()[0], 10
    path, chance = tmp_path / "run.keras", random.Random(chain)
    resumed, while_saving, saved = {}, 0, 0
    for trial in range(kills + 1):
        every = chance.choice([0.0, 0.0, 0.2])
        said = play_and_kill(kind, path, every, chance)
        assert said and said[0][0] == "at", f"trial {trial}: the file could not be loaded"
        step = int(said[0][1])
        assert step >= saved, f"trial {trial}: saved at step {saved}, resumed at {step}"
        resumed[step] = int(said[0][2])
        saved = max([saved, *(int(line[1]) for line in said if line[0] == "saved")])
        while_saving += said[-1][0] == "saving"
        assert not any(line[0] == "stopped:" for line in said), said[-1]
    assert len(resumed) > kills / 3 and saved > 0
    game = GAMES[kind][0]()
    for step in sorted(resumed):
        if step > game.step:
            game.advance(step - game.step)
        assert checksum(game) == resumed[step], f"another game at step {step}"
    left = [part.name for part in tmp_path.iterdir() if part != path]
    print(
        f"{chain}: killed {kills} times, {while_saving} times while it saved; resumed at "
        f"{len(resumed)} different steps up to {max(resumed)}, each bit for bit the unbroken run; "
        f"{len(left)} parts left by the last minute's kills"
    )
    assert all(name.endswith(".part.keras") for name in left) and len(left) <= while_saving + 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks a process that only saves")
@pytest.mark.parametrize(
    ("kind", "kills"), [("points", 100), ("digits", 20), ("pictures", 20), ("repair", 20)]
)
def test_a_save_killed_at_any_moment_leaves_a_whole_file(kind, kills, tmp_path):
    """A copy of this process saves again and again, and is killed somewhere in a save."""
    path, chance = tmp_path / "run.keras", random.Random(kind)
    game, played, in_a_save, new = GAMES[kind][0](), {}, 0, 0
    for _ in range(kills):
        game.advance(2)
        played[game.step] = checksum(game)
        start = time.perf_counter()
        if not path.exists():
            game.save(path)
            length = time.perf_counter() - start
        copy = os.fork()
        if copy == 0:
            while True:
                game.save(path)
        time.sleep(chance.uniform(0.0, 2 * length))
        os.kill(copy, signal.SIGKILL)
        os.waitpid(copy, 0)
        in_a_save += (tmp_path / f".run-{copy}.part.keras").exists()
        found = GAN.load(path)
        assert checksum(found) == played[found.step]
        new += found.step == game.step
    assert in_a_save > kills / 2 and new > 0
    again = GAN.load(path, *GAMES[kind][1]())
    whole = GAMES[kind][0]()
    whole.advance(again.step + 10)
    again.advance(10)
    assert checksum(again) == checksum(whole)
    print(
        f"{kind}: {kills} kills, {in_a_save} in the middle of a save; the file was whole each time "
        f"({new} times the new one, else the one before), and its game went on bit for bit"
    )
