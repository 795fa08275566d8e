"""Pick the face emoji that ship with the course and write them to gan_lessons/assets/faces.npz.

    python tools/make_faces.py --source emoji64.npz

emoji64.npz: images (n, 64, 64, 3) uint8 on white, category (n,) as an index into categories, and
names (n,); made from the folder img/google/64 of npm's ``emoji-datasource-google`` 16.0.0. Prints
the SHA-256 that belongs into gan_lessons/data.py. Every run writes the same bytes.
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np

SEED, HELD_OUT = 9, 24
GROUP = "Smileys & Emotion/face-"
ASSET = Path(__file__).resolve().parents[1] / "gan_lessons" / "assets" / "faces.npz"


def shipped(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Which of n faces are for training and which are held out: two sorted arrays of indices."""
    order = np.random.default_rng(SEED).permutation(n)
    return np.sort(order[HELD_OUT:]), np.sort(order[:HELD_OUT])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", metavar="FILE", required=True, help="the emoji64.npz")
    with np.load(parser.parse_args().source, allow_pickle=False) as source:
        is_face = np.char.startswith(source["categories"][source["category"]], GROUP)
        faces, names = source["images"][is_face], source["names"][is_face]
    train, test = shipped(len(faces))
    names = np.char.lower(names)
    np.savez_compressed(
        ASSET,
        x_train=faces[train],
        x_test=faces[test],
        names_train=names[train],
        names_test=names[test],
    )
    content = ASSET.read_bytes()
    print(f"{len(train)} faces to train on, {len(test)} held out")
    print(f"{ASSET.name}: {len(content):,} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
