"""Train the pair of face networks that lesson 09 goes on from; writes assets/face_pair.npz.

    python tools/train_faces.py [--run faces_run.keras]

The course's game of faces, seed 0, augmentation 0.5, 3,000 steps (about four minutes on two free
cores). Kept: the averaged generator and the discriminator, as float16, and what the generator made
on the way from eight latents. Every 250 steps the game itself is saved to --run, from where a
stopped training goes on. Prints the SHA-256 that belongs into gan_lessons/networks.py.
"""

import argparse
import hashlib
import time
from pathlib import Path

import numpy as np
from tqdm import tqdm

from gan_lessons.data import ASSETS, faces, to_pixels
from gan_lessons.training import PictureGAN, face_game

SEED, AUGMENT, SLICE, SAVE_EVERY, SHOWN = 0, 0.5, 50, 250, 8
STEPS = 0, 100, 500, 1500, 3000
ASSET = ASSETS / "face_pair.npz"


def begun(run):
    """The game, new or as it was saved; (step, CPU seconds, pictures) of each stop; all seconds."""
    if run.exists():
        with np.load(ASSET, allow_pickle=False) as asset:
            stops = zip(asset["steps"], asset["seconds"], asset["pictures"], strict=True)
            return PictureGAN.load(run, faces().x_train), list(stops), float(asset["spent"])
    game = face_game(seed=SEED)
    game.turn(augment=AUGMENT)
    return game, [(0, 0.0, to_pixels(game.sample(SHOWN)))], 0.0


def write(game, stops, spent):
    """The asset as the game stands now."""
    weights = {
        f"{player}/{index}": array.astype(np.float16)
        for player, network in (("generator", game.average), ("discriminator", game.discriminator))
        for index, array in enumerate(network.get_weights())
    }
    steps, seconds, pictures = map(np.array, zip(*stops, strict=True))
    run = {"steps": steps, "seconds": seconds, "spent": spent, "pictures": pictures}
    np.savez_compressed(ASSET, **run, **weights)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", metavar="FILE", type=Path, default="faces_run.keras")
    run = parser.parse_args().run
    game, stops, spent = begun(run)
    for _ in tqdm(range(game.step, STEPS[-1], SLICE), unit=f"{SLICE} steps"):
        start = time.process_time()
        game.advance(SLICE)
        spent += time.process_time() - start
        if game.step in STEPS:
            stops.append((game.step, spent, to_pixels(game.sample(SHOWN))))
        if game.step % SAVE_EVERY == 0 or game.step in STEPS:
            write(game, stops, spent)
            game.save(run)
    content = ASSET.read_bytes()
    print(f"{ASSET.name}: {len(content):,} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
