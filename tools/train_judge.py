"""Train the classifier that judges digits and write gan_lessons/assets/judge.npz.

    python tools/train_judge.py                    (MNIST through keras.datasets)
    python tools/train_judge.py --mnist mnist.npz  (MNIST from a file)

It learns from the 50,000 training digits that do not ship with the course: then the shipped
digits are new to it, and real against real is an honest floor for its figures. Prints the
accuracy and the SHA-256 that belongs into gan_lessons/judge.py. Takes about two minutes.
"""

import argparse
import hashlib

import numpy as np
from make_digits import ASSET, read_mnist, shipped

from gan_lessons.data import to_float
from gan_lessons.judge import Judge, classifier
from gan_lessons.runtime import keras

SEED, EPOCHS, BATCH, RATE = 0, 10, 128, 1e-3


def shifted(pictures: np.ndarray, random: np.random.Generator, reach: int = 2) -> np.ndarray:
    """Each of the pictures (n, 28, 28) uint8 moved by up to ``reach`` pixels, paper moving in."""
    n, height, width = pictures.shape
    padded = np.pad(pictures, ((0, 0), (reach, reach), (reach, reach)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (height, width), axis=(1, 2))
    down, right = random.integers(2 * reach + 1, size=(2, n))
    return windows[np.arange(n), down, right]


def train(pictures: np.ndarray, labels: np.ndarray) -> keras.Model:
    """A classifier trained on pictures (n, 28, 28) uint8, shifted anew in every epoch."""
    keras.utils.set_random_seed(SEED)
    random = np.random.default_rng(SEED)
    network = classifier("he_normal")
    logits_only = keras.Model(network.input, network.outputs[1])
    steps = EPOCHS * -(-len(pictures) // BATCH)
    logits_only.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, steps)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    for epoch in range(EPOCHS):
        print(f"epoch {epoch + 1} of {EPOCHS}", flush=True)
        moved = to_float(shifted(pictures, random))
        logits_only.fit(moved, labels, batch_size=BATCH, verbose=2)
    return network


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mnist", metavar="PATH", help="a local mnist.npz, as Keras stores it")
    mnist = read_mnist(parser.parse_args().mnist)
    unshipped = np.setdiff1d(np.arange(60_000), shipped()[0])
    network = train(mnist["x_train"][unshipped], mnist["y_train"][unshipped])

    weights = {v.path: v.numpy().astype(np.float16) for v in network.variables}
    asset = ASSET.with_name("judge.npz")
    np.savez_compressed(asset, **weights)
    right = Judge(weights).labels(mnist["x_test"]) == mnist["y_test"]
    content = asset.read_bytes()
    print(f"accuracy on the {len(right):,} test digits: {right.mean():.2%}")
    print(f"{asset.name}: {len(content):,} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
