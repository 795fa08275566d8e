"""Train the pair of digit networks that lessons take apart; writes assets/digit_pair.npz.

    python tools/train_pair.py

The course's game of digits on the shipped training digits, seed 0, 30,000 steps (about five
minutes on two cores). Kept, as float16: the averaged generator and the discriminator. Prints what
the judge says of the generator and the SHA-256 that belongs into gan_lessons/networks.py.
"""

import hashlib

import numpy as np
from tqdm import tqdm

from gan_lessons.data import ASSETS
from gan_lessons.judge import verdict
from gan_lessons.training import digit_game

SEED, STEPS, SLICE = 0, 30_000, 500


def main() -> None:
    game = digit_game(seed=SEED)
    for _ in tqdm(range(STEPS // SLICE), unit=f"{SLICE} steps"):
        game.advance(SLICE)
    weights = {}
    for player, network in {"generator": game.average, "discriminator": game.discriminator}.items():
        rounded = [array.astype(np.float16) for array in network.get_weights()]
        weights |= {f"{player}/{index}": array for index, array in enumerate(rounded)}
        network.set_weights(rounded)  # judged as it ships
    asset = ASSETS / "digit_pair.npz"
    np.savez_compressed(asset, **weights)
    print(verdict(game.sample(6000)))
    content = asset.read_bytes()
    print(f"{asset.name}: {len(content):,} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
