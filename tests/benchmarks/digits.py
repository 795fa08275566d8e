"""Train the course's default game of digits for some seconds; keep 10,000 pictures and judge them.

    python tests/benchmarks/digits.py --seconds 20 --seed 0 --out FILE.npz [--mnist mnist.npz]

Training seconds leave out the compilation, which is printed apart. FILE.npz holds ``images``,
uint8 (10000, 28, 28), so that anyone can judge them. With all of MNIST (``--mnist``, a file with
the arrays of keras.datasets.mnist) they are held against its 10,000 test digits; without, against
as many shipped digits as there are. A distance belongs to its judge: floor and n are printed.
"""

import argparse
import time

import numpy as np

from gan_lessons.data import digits, to_pixels
from gan_lessons.judge import judge
from gan_lessons.metrics import frechet_distance
from gan_lessons.runtime import device_line
from gan_lessons.training import digit_game

SLICE = 25  # steps between two looks at the clock


def train(game, seconds, clock=0.0):
    """Play until ``seconds`` of training have passed, of which ``clock`` were played before."""
    while clock < seconds:
        start = time.perf_counter()
        game.advance(SLICE)
        clock += time.perf_counter() - start
    return clock


def pictures(game, n=10_000, seed=1):
    """``n`` pictures of the averaged generator from latents of their own, uint8 (n, 28, 28)."""
    z = np.random.default_rng(seed).normal(size=(n, game.latent_dim)).astype(np.float32)
    return np.concatenate([to_pixels(game.sample(z=part)) for part in np.split(z, n // 500)])


def references(path=None):
    """Two disjoint sets of real digits nobody trained on, (to compare with, for the floor)."""
    if path is None:
        shipped = digits()
        both = np.random.default_rng(0).permutation(
            np.concatenate([shipped.x_train, shipped.x_test])
        )
        return both[:6000], both[6000:]
    with np.load(path, allow_pickle=False) as mnist:
        train_digits = np.random.default_rng(0).permutation(mnist["x_train"])
        return mnist["x_test"], train_digits[:10_000]


def distance(images, real):
    """Fréchet distance of as many fakes as real digits, both uint8."""
    return frechet_distance(judge().features(images[: len(real)]), judge().features(real))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", required=True)
    parser.add_argument("--mnist", help="a local mnist.npz with all 70,000 digits, to judge by")
    options = parser.parse_args()
    print(device_line())
    game = digit_game(seed=options.seed)
    start = time.perf_counter()
    game.advance(1)
    print(f"compiled in {time.perf_counter() - start:.1f} s (not counted)")
    seconds = train(game, options.seconds)
    batch = game.knobs["batch"].value
    print(
        f"{seconds:.1f} s of training: {game.step:,} steps, {1000 * seconds / game.step:.2f} ms a "
        f"step, {batch * game.step / seconds:,.0f} images a second (batch {batch})"
    )
    images = pictures(game)
    np.savez_compressed(options.out, images=images)
    real, other = references(options.mnist)
    floor = f"real against real: {distance(other, real):.2f}"
    print(f"Fréchet distance {distance(images, real):.2f} at n = {len(real):,} ({floor})")


if __name__ == "__main__":
    main()
