"""Train the repairers of lesson 10, one for each weight of L_adv; writes assets/repair.npz.

    python tools/train_repair.py

The course's game of repair on the shipped training digits, seed 0: 400 steps with a = 0, then
1,200 for each a (about three minutes on two cores). Kept, as float16: the averaged generators.
Prints the SHA-256 that belongs into gan_lessons/networks.py.
"""

import hashlib

import numpy as np

from gan_lessons.data import ASSETS
from gan_lessons.training import repair_game

WEIGHTS = (0.0, 0.01, 0.03, 0.1, 0.3, 1.0)  # a; λ = a / (1 − a)
WARM_UP, STEPS, SEED = 400, 1200, 0


def train(game, weights, seed, target="paired"):
    """For each a of ``weights``, the averaged generator's weights at the end of its game.

    All games of a seed share their first steps, played with a = 0: from a G of nothing the game
    alone can drive its tanh into saturation, where no gradient is left (SRGAN starts so too:
    Ledig et al. 2017, §3.2).
    """
    game.turn(adversarial=0.0, target=target)
    game.reset(seed)
    game.advance(WARM_UP)
    start = game.snapshot()
    for a in weights:
        game.restore(start)
        game.turn(adversarial=a)
        game.advance(STEPS)
        yield a, [array.astype(np.float16) for array in game.average.get_weights()]


def main() -> None:
    game, kept = repair_game(), {"a": np.array(WEIGHTS)}
    for k, (a, arrays) in enumerate(train(game, WEIGHTS, SEED)):
        kept |= {f"{k}/{i}": array for i, array in enumerate(arrays)}
        print(f"a = {a} done", flush=True)
    asset = ASSETS / "repair.npz"
    np.savez_compressed(asset, **kept)
    content = asset.read_bytes()
    print(f"{asset.name}: {len(content):,} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
