"""Plays a game under a cockpit and saves it all the time, until somebody kills it.

python player.py KIND PATH SECONDS: goes on from PATH where there is one, saves every SECONDS, and
says so: "at STEP CHECKSUM" once it stands there, "saving", "saved STEP".
"""

import asyncio
import sys
import zlib
from pathlib import Path

import numpy as np

from gan_lessons.data import digits, faces
from gan_lessons.panels import cockpit
from gan_lessons.training import GAN, digit_game, face_game, repair_game

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import test_training


def points():
    """Small networks with dropout and batch normalisation, R1 and noise."""
    game = test_training.new_game(seed=6)
    game.turn(penalty="R1", noise=0.1)
    return game


def pictures():
    """Colour pictures, augmented."""
    game = face_game(seed=2)
    game.turn(augment=0.5)
    return game


GAMES = {  # by kind: how it begins, and what it learns from
    "points": (points, lambda: (test_training.POINTS,)),
    "digits": (lambda: digit_game(*digits()[:2], seed=3), lambda: digits()[:2]),
    "pictures": (pictures, lambda: (faces().x_train,)),
    "repair": (lambda: repair_game(seed=4), lambda: (digits().x_train,)),
}


def checksum(game):
    """One number of every weight, optimizer state and row of the record."""
    arrays = [*test_training.weights(game), *game.record.values()]
    return zlib.crc32(b"".join(np.ascontiguousarray(array).tobytes() for array in arrays))


def say(*words):
    print(*words, flush=True)


async def play(kind, path, seconds):
    begin, data = GAMES[kind]
    game = GAN.load(path, *data()) if Path(path).exists() else begin()
    say("at", game.step, checksum(game))
    save = game.save

    def told(place):
        say("saving")
        save(place)
        say("saved", game.step)

    game.save = told
    sys.modules["gan_lessons.panels.cockpit"].SAVE_EVERY = seconds
    blank = np.zeros((9, 9), np.uint8)
    panel = cockpit(game, autosave=path, stop_at=10**6, show=lambda _: blank)
    panel.play()
    while panel.playing:
        await asyncio.sleep(0.05)
    say("stopped:", panel.status)


if __name__ == "__main__":
    asyncio.run(play(sys.argv[1], sys.argv[2], float(sys.argv[3])))
