"""The classifier that scores digits, and its verdict on a batch of fakes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from gan_lessons import arguments
from gan_lessons.data import Digits, digits, read_asset, to_float, to_pixels
from gan_lessons.metrics import classifier_score, coverage, frechet_distance, nearest
from gan_lessons.runtime import keras, tf

BATCH = 500  # pictures in memory as floats at a time
LOOKED_UP = 500  # at most so many pictures seek their nearest training digit


def classifier(initializer: str = "zeros") -> keras.Model:
    """The judge's network: (n, 28, 28, 1) in [-1, 1] to features (n, 64) and logits (n, 10).

    Its initial weights are zeros, since trained ones replace them: so loading the judge draws no
    random number and leaves the seeds of a lesson alone.
    """
    arguments.choice("initializer", initializer, ("zeros", "glorot_uniform", "he_normal"))
    layers, shape = keras.layers, {"kernel_initializer": initializer}
    pictures = keras.Input((28, 28, 1))
    x = layers.Conv2D(16, 5, padding="same", activation="relu", name="conv1", **shape)(pictures)
    x = layers.MaxPooling2D(name="pool1")(x)
    x = layers.Conv2D(32, 5, padding="same", activation="relu", name="conv2", **shape)(x)
    x = layers.MaxPooling2D(name="pool2")(x)
    x = layers.Flatten(name="flatten")(x)
    features = layers.Dense(64, activation="leaky_relu", name="features", **shape)(x)
    logits = layers.Dense(10, name="logits", **shape)(features)
    return keras.Model(pictures, [features, logits], name="judge")


class Judge:
    """The trained classifier. Pictures: uint8 (n, 28, 28), or float (n, 28, 28, 1) in [-1, 1].

    It was trained on the 50,000 training digits of MNIST that do not ship with the course, so
    the shipped ones are as new to it as the fakes are.
    """

    def __init__(self, weights: dict[str, np.ndarray]):
        """weights: an array for each of the network's variables, named like "conv1/kernel"."""
        model = classifier()
        arguments.kind("weights", weights, Mapping, "a dict of arrays by name")
        for variable in model.variables:
            if variable.path not in weights:
                raise ValueError(f"weights must hold {variable.path} of shape {variable.shape}")
            name = f"weights[{variable.path!r}]"
            found = arguments.array(name, weights[variable.path], *variable.shape)
            variable.assign(found.astype(np.float32))
        # A batch of any size fits this signature: nothing is traced twice.
        signature = [tf.TensorSpec([None, 28, 28, 1], tf.float32)]
        self._forward = tf.function(lambda x: model(x, training=False), input_signature=signature)

    def look(self, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Features (n, 64) and class probabilities (n, 10), both float32, in one pass."""
        pictures = _accepted("pictures", pictures)
        starts = range(0, len(pictures), BATCH)
        parts = [self._forward(_floats(pictures[i : i + BATCH])) for i in starts]
        features, logits = (np.concatenate(part) for part in zip(*parts, strict=True))
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        return features, odds / odds.sum(axis=1, keepdims=True)

    def features(self, pictures: np.ndarray) -> np.ndarray:
        """The penultimate layer (n, 64) float32, unbounded: what the distance compares."""
        return self.look(pictures)[0]

    def probabilities(self, pictures: np.ndarray) -> np.ndarray:
        """How likely each picture is each of the ten digits: (n, 10) float32, rows sum to 1."""
        return self.look(pictures)[1]

    def labels(self, pictures: np.ndarray) -> np.ndarray:
        """The likeliest digit of each picture: (n,) integers from 0 to 9."""
        return self.probabilities(pictures).argmax(axis=1)


def _accepted(name: str, pictures: np.ndarray) -> np.ndarray:
    """The pictures unchanged, or ValueError where the judge could not make sense of them."""
    pictures = arguments.plain(name, pictures)
    wanted = "uint8 (n, 28, 28) or float (n, 28, 28, 1) in [-1, 1]"
    shape = (28, 28) if pictures.dtype == np.uint8 else (28, 28, 1)
    right_type = pictures.dtype == np.uint8 or np.issubdtype(pictures.dtype, np.floating)
    if not right_type or pictures.shape[1:] != shape:
        raise ValueError(f"{name} must be {wanted}, got {pictures.dtype} {pictures.shape}")
    if not len(pictures):
        raise ValueError(f"{name} must hold at least one picture, got none")
    low, high = pictures.min(), pictures.max()
    if pictures.dtype != np.uint8 and not (low >= -1.001 and high <= 1.001):  # NaN fails too
        raise ValueError(f"{name} must be {wanted}, got values from {low:.4g} to {high:.4g}")
    return pictures


def _floats(pictures: np.ndarray) -> np.ndarray:
    """Accepted pictures as float32 (n, 28, 28, 1) in [-1, 1]."""
    return to_float(pictures) if pictures.dtype == np.uint8 else pictures.astype(np.float32)


@cache
def judge() -> Judge:
    """The judge that ships with the course, loaded at the first call."""
    return Judge(read_asset("judge.npz"))


@dataclass(frozen=True)
class Verdict:
    """What the judge says of n fakes; print it to see each figure beside that of real digits.

    n:        how many fakes were judged
    distance: squared Fréchet distance between features of fakes and of n real digits (low is good)
    score:    classifier score, from 1 to 10 (high is good)
    digits:   how many of the ten digits hold at least 1 % of the pictures
    nearest:  median Euclidean distance to the nearest training digit, pixels in [-1, 1]. Far
              below its floor means that training digits were copied; far above, no digits.

    ``distance_floor``, ``score_ceiling``, ``digits_ceiling`` and ``nearest_floor`` are the same
    figures of real digits, which did not take part on the other side of the comparison.
    """

    n: int
    distance: float
    distance_floor: float
    score: float
    score_ceiling: float
    digits: int
    digits_ceiling: int
    nearest: float
    nearest_floor: float

    def __str__(self) -> str:
        return "\n".join(
            [
                f"{f'{self.n:,} pictures each':<24}{'fakes':>8}{'real':>8}",
                f"{'Fréchet distance':<24}{self.distance:8.2f}{self.distance_floor:8.2f}",
                f"{'classifier score (≤ 10)':<24}{self.score:8.2f}{self.score_ceiling:8.2f}",
                f"{'digits covered (of 10)':<24}{self.digits:8}{self.digits_ceiling:8}",
                f"{'nearest training digit':<24}{self.nearest:8.2f}{self.nearest_floor:8.2f}",
            ]
        )


def verdict(fakes: np.ndarray, real: Digits | None = None, seed: int = 0) -> Verdict:
    """Judge n fakes, uint8 (n, 28, 28) or float (n, 28, 28, 1) in [-1, 1], beside real digits.

    real: the digits to compare with, the shipped ones by default. All of them, training and
          test, are shuffled by the seed; n serve as references for both columns, and n others
          stand in for the fakes to give the floor. So n may be half of them at most.

    Only up to 500 of the fakes look for their nearest training digit; as many test digits do.
    """
    fakes, real = _accepted("fakes", fakes), digits() if real is None else real
    arguments.kind("real", real, Digits, "the Digits that digits() returns")
    n, everything = len(fakes), np.concatenate([real.x_train, real.x_test])
    most = len(everything) // 2
    if not 2 <= n <= most:
        raise ValueError(
            f"fakes must be 2 to {most:,} pictures, got {n:,}: the {len(everything):,} real digits "
            "must make two groups of that size (with real=digits(full=True) there are more)"
        )
    random = np.random.default_rng(arguments.seed(seed))
    chosen = random.permutation(len(everything))[: 2 * n]
    reference, stand_in = everything[chosen[:n]], everything[chosen[n:]]
    reference_features = judge().features(reference)
    fake_features, fake_answers = judge().look(fakes)
    real_features, real_answers = judge().look(stand_in)
    return Verdict(
        n=n,
        distance=frechet_distance(fake_features, reference_features),
        distance_floor=frechet_distance(real_features, reference_features),
        score=classifier_score(fake_answers),
        score_ceiling=classifier_score(real_answers),
        digits=coverage(fake_answers.argmax(axis=1)),
        digits_ceiling=coverage(real_answers.argmax(axis=1)),
        nearest=_median_nearest(fakes, real.x_train, n, random),
        nearest_floor=_median_nearest(real.x_test, real.x_train, n, random),
    )


def _median_nearest(pictures, training, n: int, random: np.random.Generator) -> float:
    """Median distance of n (at most 500) random pictures to their nearest training digit."""
    pictures = pictures[random.permutation(len(pictures))[: min(n, LOOKED_UP)]]
    pixels = pictures if pictures.dtype == np.uint8 else to_pixels(pictures)
    return float(np.median(nearest(pixels, training)[1])) / 127.5  # in [-1, 1] as networks see it
