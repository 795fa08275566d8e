"""Damage to digits and figures of their repair: holes, halves, 7×7; PSNR and sharpness.

What a repairer is given is one array (n, 28, 28, 2): the picture, 0 (grey) where nothing is known,
and a map of what is known, 1 or 0. Of a shrunken digit no pixel is known: the map is 0 everywhere
and the first channel holds the 7×7 picture, each pixel as a block of 4×4.
"""

import numpy as np

from gan_lessons import arguments

SIDE, BLOCK = 28, 4


def box(top=7, left=7, height=14, width=14):
    """What is known beside a missing box: bool (28, 28), False in the hole. Units: pixels."""
    top, left = arguments.whole("top", top, 0, SIDE - 1), arguments.whole("left", left, 0, SIDE - 1)
    height = arguments.whole("height", height, 1, SIDE - top)  # the box must lie in 28×28
    width = arguments.whole("width", width, 1, SIDE - left)
    known = np.ones((SIDE, SIDE), bool)
    known[top : top + height, left : left + width] = False
    return known


def half(missing="bottom", at=SIDE // 2):
    """What is known where one side is missing: bool (28, 28); ``at``: rows or columns kept."""
    turns = {"bottom": 0, "right": 1, "top": 2, "left": 3}
    arguments.choice("missing", missing, turns)
    at = arguments.whole("at", at, 0, SIDE - 1)
    return np.rot90(box(at, 0, SIDE - at, SIDE), turns[missing]).copy()


def stroke(random, brush=5, length=12):
    """What is known beside a random painted stroke: bool (28, 28)."""
    arguments.kind("random", random, np.random.Generator, "a NumPy Generator")
    brush = arguments.whole("brush", brush, 1, SIDE)
    length = arguments.whole("length", length, 0, 1000)
    known = np.ones((SIDE, SIDE), bool)
    row, column = random.integers(4, 24, 2)
    angle = random.uniform(0, 2 * np.pi)
    for _ in range(length):
        top, left = max(0, int(row) - brush // 2), max(0, int(column) - brush // 2)
        known[top : top + brush, left : left + brush] = False
        angle += random.normal(0, 0.6)
        row, column = np.clip([row + 2 * np.sin(angle), column + 2 * np.cos(angle)], 1, 26)
    return known


def holes(n, seed=0):
    """What is known beside ``n`` random holes, bool (n, 28, 28): boxes, sides and strokes."""
    random, made = np.random.default_rng(arguments.seed(seed)), []
    for i in range(arguments.whole("n", n, 1, 100_000)):
        if i % 3 == 0:
            size = random.integers(8, 21, 2)
            made.append(box(*random.integers(0, SIDE - size + 1), *size))
        elif i % 3 == 1:
            side = ("bottom", "top", "left", "right")[random.integers(4)]
            made.append(half(side, random.integers(8, 21)))
        else:
            made.append(stroke(random, random.integers(3, 8), random.integers(4, 20)))
    return np.array(made)


def cover(pictures, known):
    """What is left of pictures (n, 28, 28, 1) where only ``known`` (28, 28) or (n, 28, 28) is seen.

    Returns float32 (n, 28, 28, 2): the picture, 0 in the hole, and the map of what is known.
    """
    pictures = _pictures("pictures", pictures).astype(np.float32)
    known = _map(known, pictures.shape[:3]).astype(np.float32)[..., np.newaxis]
    return np.concatenate([pictures * known, known], axis=-1)


def shrink(pictures):
    """Pictures (n, 28, 28, 1) as (n, 7, 7, 1): each pixel the mean of a block of 4×4."""
    n, high, wide, channels = _pictures("pictures", pictures).shape
    blocks = np.reshape(pictures, (n, high // BLOCK, BLOCK, wide // BLOCK, BLOCK, channels))
    return blocks.mean(axis=(2, 4))


def enlarge(small):
    """What a repairer is given of shrunken pictures (n, 7, 7, 1): float32 (n, 28, 28, 2)."""
    small = arguments.array("small", small, "n", SIDE // BLOCK, SIDE // BLOCK, 1)
    blocks = np.asarray(small, np.float32).repeat(BLOCK, axis=1).repeat(BLOCK, axis=2)
    return np.concatenate([blocks, np.zeros_like(blocks)], axis=-1)


def psnr(repaired, true, known=None):
    """Peak signal-to-noise ratio in dB over the missing pixels of all pictures together.

    10 log₁₀(2² / MSE) of pictures (n, 28, 28, 1) in [−1, 1], whose peak is 2; inf where all is
    right. known: bool (28, 28) or (n, 28, 28); by default nothing is.
    """
    true = _pictures("true", true)
    repaired = arguments.array("repaired", repaired, *true.shape)
    error = (np.asarray(repaired, float) - np.asarray(true, float))[..., 0] ** 2
    missing = _missing(known, error.shape)
    with np.errstate(divide="ignore"):
        return float(10 * np.log10(4 / error[missing].mean()))


def sharpness(pictures, known=None):
    """Mean length of the gradient of pictures (n, 28, 28, 1) over the missing pixels, per pixel.

    Forward differences to the next pixel below and to the right; the last row and column are left
    out. Blurred pictures have less of it.
    """
    x = _pictures("pictures", pictures).astype(float)[..., 0]
    down, right = np.diff(x, axis=1)[:, :, :-1], np.diff(x, axis=2)[:, :-1]
    return float(np.hypot(down, right)[_missing(known, x.shape, SIDE - 1)].mean())


def _pictures(name, given):
    return arguments.array(name, given, "n", SIDE, SIDE, 1)


def _map(known, shape):
    """A map of what is known as bool (n, 28, 28), or an error."""
    known = arguments.plain("known", known)
    if known.shape not in (shape, shape[1:]) or not np.isin(known, (0, 1)).all():
        raise ValueError(
            f"known must be True or False, {shape[1:]} or {shape}, got {known.dtype} {known.shape}"
        )
    return np.broadcast_to(known.astype(bool), shape)


def _missing(known, shape, side=SIDE):
    """What is missing in the first rows and columns, so many of each, or an error."""
    missing = np.ones(shape, bool) if known is None else ~_map(known, shape)
    missing = missing[:, :side, :side]
    if not missing.any():
        raise ValueError("known must leave at least one pixel missing")
    return missing
