"""Pick the digits that ship with the course and write them to gan_lessons/assets/digits.npz.

    python tools/make_digits.py                    (MNIST through keras.datasets)
    python tools/make_digits.py --mnist mnist.npz  (MNIST from a file)

Prints the SHA-256 that belongs into gan_lessons/data.py. Every run writes the same bytes.
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np

SEED = 28
TRAIN, TEST = 10_000, 2_000
ASSET = Path(__file__).resolve().parents[1] / "gan_lessons" / "assets" / "digits.npz"


def read_mnist(path: str | None) -> dict[str, np.ndarray]:
    """All of MNIST: x_train (60000, 28, 28) uint8, y_train, x_test (10000, 28, 28), y_test."""
    if path is not None:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in ("x_train", "y_train", "x_test", "y_test")}
    from gan_lessons.runtime import keras

    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


def shipped() -> tuple[np.ndarray, np.ndarray]:
    """Which digits ship: sorted indices into MNIST's training (10000,) and test set (2000,)."""
    random = np.random.default_rng(SEED)
    train = random.choice(60_000, TRAIN, replace=False)
    test = random.choice(10_000, TEST, replace=False)
    return np.sort(train), np.sort(test)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mnist", metavar="PATH", help="a local mnist.npz, as Keras stores it")
    mnist = read_mnist(parser.parse_args().mnist)
    train, test = shipped()
    ASSET.parent.mkdir(exist_ok=True)
    # NumPy stamps the members of an .npz with 1980-01-01, so equal arrays give equal bytes.
    np.savez_compressed(
        ASSET,
        x_train=mnist["x_train"][train],
        y_train=mnist["y_train"][train].astype(np.uint8),
        x_test=mnist["x_test"][test],
        y_test=mnist["y_test"][test].astype(np.uint8),
    )
    content = ASSET.read_bytes()
    print(f"{ASSET.name}: {len(content):,} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
