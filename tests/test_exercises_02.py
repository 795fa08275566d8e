"""Lesson 02: each exercise accepts right answers and names the usual mistakes."""

from statistics import NormalDist

import numpy as np
import pytest
from lessons import hints

from gan_lessons.exercises import (
    check_bridges,
    check_gap,
    check_norms,
    check_overlaps,
    check_sizes,
    check_threes,
)

normal = NormalDist()
SHARE, SLOPE = 2 * normal.cdf(0.5) - 1, 1 / normal.inv_cdf(0.505)


def refused(check, word, capsys):
    """The check does not pass, and one of its hints holds the word."""
    said = hints(check, capsys)
    assert all(line.startswith("✗") for line in said) and word in "".join(said), said


# --- 1: the gap ---


@pytest.mark.parametrize(
    "answers", [(SHARE, SLOPE), (0.38, 80), (0.383, 79.8), (np.float32(0.3829), [79.79])]
)
def test_right_gaps_pass(answers, capsys):
    assert check_gap(*answers)
    assert capsys.readouterr().out.startswith("✓ the gap")


GAPS = {
    "zero": (0, SLOPE, "continuous"),
    "percent": (38, SLOPE, "0.38"),
    "length": (1, SLOPE, "how much of the noise"),
    "twice too long": (2 * normal.cdf(1) - 1, SLOPE, "−½ to ½"),
    "below": (normal.cdf(0.5), SLOPE, "subtract"),
    "one side": (normal.cdf(0.5) - 0.5, SLOPE, "x = −1 to x = 1"),
    "from 0": (normal.cdf(1) - 0.5, SLOPE, "median"),
    "times K": (2 * normal.cdf(2) - 1, SLOPE, "divide by K"),
    "outside": (1 - SHARE, SLOPE, "outside"),
    "length times density": (0.4, SLOPE, "not as dense"),
    "something": (0.1, SLOPE, "cdf(0.5)"),
    "text": ("small", SLOPE, "number"),
    "one-sided percent": (SHARE, 1 / normal.inv_cdf(0.51), "0.505"),
    "whole gap": (SHARE, 2 * SLOPE, "w/2"),
    "99 %": (SHARE, 1 / normal.inv_cdf(0.99), "0.005"),
    "z": (SHARE, normal.inv_cdf(0.505), "slope is the way"),
    "one in a hundred": (SHARE, 100, "solve"),
    "another": (SHARE, 40.5, "0.505"),
}


@pytest.mark.parametrize("mistake", GAPS)
def test_wrong_gaps_are_named(mistake, capsys):
    share, slope, word = GAPS[mistake]
    refused(lambda: check_gap(share, slope), word, capsys)


# --- 2: the bridges ---


def two_heaps():
    """Noise, Jacobians and verdicts of x = tanh(40 z₁), y = x / 10: one bridge along z₁ = 0."""
    z = np.random.default_rng(0).normal(size=(4000, 2)).astype(np.float32)
    slope = 40 / np.cosh(40 * z[:, 0].astype(float)) ** 2
    J = np.zeros((4000, 2, 2))
    J[:, 0, 0], J[:, 1, 1] = slope, slope / 10
    return z, J, np.abs(np.tanh(40 * z[:, 0])) > 0.999


def largest(J):
    return np.linalg.svd(J, compute_uv=False)[:, 0]


KEEPS = {
    "quantile": lambda z, J: largest(J) < np.quantile(largest(J), 0.85),
    "norm": lambda z, J: np.linalg.norm(J, axis=(1, 2)) < 0.3,
    "det": lambda z, J: np.abs(np.linalg.det(J)) < np.quantile(np.abs(np.linalg.det(J)), 0.8),
}


@pytest.mark.parametrize("answer", KEEPS)
def test_right_bridges_pass(answer, capsys):
    assert check_bridges(KEEPS[answer], *two_heaps()), capsys.readouterr().out


def length(z):
    return np.linalg.norm(z, axis=1)


WRONG_KEEPS = {
    "far ones": (lambda z, J: length(z) < 1.9, "outwards: the length"),
    "near ones": (lambda z, J: length(z) > 0.6, "centre"),
    "the stretched": (lambda z, J: largest(J) > np.quantile(largest(J), 0.15), "*most*"),
    "everything": (lambda z, J: np.full(len(z), True), "return False"),
    "too few": (lambda z, J: largest(J) < np.quantile(largest(J), 0.3), "quantile"),
    "nothing kept": (lambda z, J: np.full(len(z), False), "quantile"),
    "indices": (lambda z, J: np.flatnonzero(largest(J) < 5), "booleans"),
    "two columns": (lambda z, J: np.abs(z) < 2, "booleans"),
    "the points": (lambda z, J: z[largest(J) < 5], "booleans"),
    "no return": (lambda z, J: print(end=""), "return"),
    "by chance": (lambda z, J: np.arange(len(z)) % 8 > 0, "stretches"),
    "typo": (lambda z, J: larest(J) < 1, "NameError"),  # noqa: F821
}


@pytest.mark.parametrize("mistake", WRONG_KEEPS)
def test_wrong_bridges_are_named(mistake, capsys):
    keep, word = WRONG_KEEPS[mistake]
    refused(lambda: check_bridges(keep, *two_heaps()), word, capsys)


# --- 3: the sizes ---

D0, D4 = (7, [2, 2, 1]), (4, [2, 2, 2, 2])


@pytest.mark.parametrize(
    ("d0", "d4"),
    [(D0, D4), ((7, [2, 2]), (16, [1, 2, 2])), ((7, (4,)), (8, [2, 2, 2])),
     ([14, [1, 2, 1]], (4, np.array([4, 4]))), ((28, [1, 1, 1]), (32, [2.0]))],
)  # fmt: skip
def test_right_sizes_pass(d0, d4, capsys):
    assert check_sizes(56, d0, 16, d4), capsys.readouterr().out
    assert check_sizes(np.int64(56), d0, 16.0, d4)


SIZES = {
    "D0 as meant": (28, D0, 16, D4, "discriminator expects"),
    "adds": (42, D0, 16, D4, "multiplies"),
    "area": (56**2, D0, 16, D4, "square root"),
    "sums": (13, D0, 16, D4, "multiplies"),
    "D4 sums": (56, D0, 9, D4, "multiplies"),
    "something": (50, D0, 16, D4, "in × stride"),
    "both sides": (56, ((7, 7), [2, 2]), 16, D4, "one side"),
    "stride both ways": (56, (7, [(2, 2), (2, 2)]), 16, D4, "both ways"),
    "not a number": (56, (float("nan"), [2, 2]), 16, D4, "whole numbers"),
    "D4 as meant": (56, D0, 64, D4, "meant to make"),
    "D4 three twos": (56, D0, 32, D4, "only two layers"),
    "D0 unchanged": (56, (7, [2, 2, 2]), 16, D4, "56"),
    "half a start": (56, (3.5, [2, 2, 2]), 16, D4, "whole numbers"),
    "shrinking": (56, (7, [2, 2, 2, 0.5]), 16, D4, "whole numbers"),
    "only strides": (56, [2, 2], 16, D4, "starting size"),
    "a number": (56, 7, 16, D4, "starting size"),
    "D4 one more": (56, D0, 16, (4, [2, 2, 2]), "32"),
    "D4 unchanged": (56, D0, 16, (4, [1, 2, 2]), "16"),
}


@pytest.mark.parametrize("mistake", SIZES)
def test_wrong_sizes_are_named(mistake, capsys):
    *answers, word = SIZES[mistake]
    refused(lambda: check_sizes(*answers), word, capsys)


# --- 4: the overlaps ---


@pytest.mark.parametrize(
    "answers",
    [(9, 4, [2, 4, 6, 8]), (9.0, np.float64(4), {8, 6, 4, 2}), (9, 4, np.array([2, 4, 6, 8]))],
)
def test_right_overlaps_pass(answers, capsys):
    assert check_overlaps(*answers), capsys.readouterr().out


EVEN = [2, 4, 6, 8]
OVERLAPS = {
    "on a line": (3, 2, EVEN, "two dimensions"),
    "swapped": (4, 9, EVEN, "swapped"),
    "all weights": (25, 4, EVEN, "two pixels apart"),
    "the corner": (9, 1, EVEN, "middle"),
    "mixed": (9, 6, EVEN, "2·2"),
    "something": (5, 5, EVEN, "multiply"),
    "odd": (9, 4, [3, 5, 7], "stride divides"),
    "without 2": (9, 4, [4, 6, 8], "multiple"),
    "only 4": (9, 4, [4], "multiple"),
    "one number": (9, 4, 4, "list"),
    "too large": (9, 4, [2, 4, 6, 8, 10], "2 to 8"),
    "a mask": (9, 4, np.arange(2, 9) % 2 == 0, "sizes themselves"),
}


@pytest.mark.parametrize("mistake", OVERLAPS)
def test_wrong_overlaps_are_named(mistake, capsys):
    *answers, word = OVERLAPS[mistake]
    refused(lambda: check_overlaps(*answers), word, capsys)


# --- 5: the lengths ---


@pytest.mark.parametrize("answers", [(5.7, 4), (np.sqrt(32), 4.0), (5.61, 3.95), ([5.6], 3.9)])
def test_right_norms_pass(answers, capsys):
    assert check_norms(*answers), capsys.readouterr().out


NORMS = {
    "zero": (0, 4, "sum of 32"),
    "one": (1, 4, "all 32"),
    "square": (32, 4, "square root"),
    "something": (7, 4, "square root"),
    "the same": (5.66, 5.66, "cuts the corner"),
    "half": (5.66, 2.83, "variances add"),
    "the middle is 0": (5.66, 0, "independent"),
    "squared middle": (5.66, 16, "variance"),
}


@pytest.mark.parametrize("mistake", NORMS)
def test_wrong_norms_are_named(mistake, capsys):
    *answers, word = NORMS[mistake]
    refused(lambda: check_norms(*answers), word, capsys)


# --- 6: threes ---

AXES = np.eye(10, 32)


def judged(z):
    """A judge whose digit k lies along axis k."""
    return (z @ AXES.T).argmax(axis=1)


@pytest.mark.parametrize(
    "to_three",
    [
        lambda z: z + 3 * AXES[3],
        lambda z: [row + 3.5 * AXES[3] for row in z],
        lambda z: z + 2.5 * AXES[3] - AXES[judged(z)],
    ],
)
def test_right_threes_pass(to_three, capsys):
    assert check_threes(to_three, judged), capsys.readouterr().out


THREES = {
    "one picture": (lambda z: np.repeat([5 * AXES[3]], len(z), axis=0), "do not replace"),
    "unchanged": (lambda z: z, "direction"),
    "too short": (lambda z: z + AXES[3], "further"),
    "too far": (lambda z: z + 20 * AXES[3], "at most 5"),
    "backwards": (lambda z: z - 3 * AXES[3], "minus"),
    "another digit": (lambda z: z + 3 * AXES[5], "that of the 5"),
    "labels": (lambda z: judged(z), "latents"),
    "pictures": (lambda z: np.zeros((len(z), 28, 28, 1)), "not pictures"),
    "no return": (lambda z: print(end=""), "return"),
    "typo": (lambda z: z + meens[3], "NameError"),  # noqa: F821
    "NaN": (lambda z: z + np.nan, "NaN"),
}


@pytest.mark.parametrize("mistake", THREES)
def test_wrong_threes_are_named(mistake, capsys):
    to_three, word = THREES[mistake]
    refused(lambda: check_threes(to_three, judged), word, capsys)


# --- all of them ---


def test_untouched_exercises_are_not_attempted(capsys):
    def stub(*_): ...

    check_gap(..., ...)
    check_gap(0.38, ...)
    check_bridges(stub, *two_heaps())
    check_sizes(56, ..., ..., ...)
    check_overlaps(..., ..., ...)
    check_norms(..., ...)
    check_threes(stub, judged)
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 7
    assert all(line.startswith("·") and line.endswith("not attempted yet") for line in said)
