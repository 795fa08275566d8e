"""Lesson 01's exercises: each accepts right answers in any form and names the usual mistakes."""

import numpy as np
import pytest
from lessons import hints

from gan_lessons.exercises import (
    check_blind,
    check_covering,
    check_end,
    check_r1,
    check_ratio,
    check_rows,
    check_unfair,
)

LOG2 = np.log(2)


def said(check, *answers, capsys):
    return hints(lambda: check(*answers), capsys)[-1]


# --- right answers, in several forms ---


@pytest.mark.parametrize(
    ("check", "answers"),
    [
        (check_end, (2 * np.log(0.5), 0.5)),
        (check_end, (-1.386, 1 / 2)),
        (check_end, (np.float32(-1.3863), np.array([0.5]))),
        (check_covering, (1, np.sqrt(3.8125))),
        (check_covering, (np.float64(1), 1.95)),
        (check_unfair, (lambda p, q: 2 * p / (2 * p + q),)),
        (check_unfair, (lambda p, q: p / (p + q / 2),)),
        (check_unfair, (lambda p, q: 1 / (1 + q / (2 * p)),)),
        (check_unfair, (lambda p, q: (2 / 3 * p / (2 / 3 * p + 1 / 3 * q)).tolist(),)),
        (check_unfair, (lambda p, q: np.round(0.667 * p / (0.667 * p + 0.333 * q), 3),)),
        (check_unfair, (lambda p, q: 1 / (1 + np.exp(np.log(q) - np.log(2 * p))),)),
        (check_ratio, (148,)),
        (check_ratio, (0.9933 / 0.0067,)),
        (check_ratio, (np.array(np.exp(5)),)),
        (check_r1, (1.2, 1)),
        (check_r1, (4 * 0.3, np.float32(1.0))),
        (check_blind, (0.25 * LOG2, LOG2, 20)),
        (check_blind, (0.173, 0.693, np.float32(20))),
    ],
)
def test_right_answers_pass(check, answers, capsys):
    assert check(*answers) is True
    assert capsys.readouterr().out.startswith("✓")


@pytest.mark.parametrize(
    ("check", "count"),
    [(check_end, 2), (check_covering, 2), (check_ratio, 1), (check_r1, 2), (check_blind, 3)],
)
def test_untouched_exercises_are_not_attempted(check, count, capsys):
    def stub(p, q): ...

    assert check(*[...] * count) is False
    assert check(*[0.5] * (count - 1), ...) is False
    assert check_unfair(stub) is False
    assert capsys.readouterr().out.count("not attempted yet") == 3


# --- wrong answers that people give ---


@pytest.mark.parametrize(
    ("v", "judge", "word"),
    [
        (0, 0.5, "guess"),
        (1.386, 0.5, "sign"),
        (-0.693, 0.5, "one half"),
        (0.693, 0.5, "one half"),
        (-2, 0.5, "bits"),
        (-0.602, 0.5, "decimal"),
        (0.5, 0.5, "judge's answer"),
        (-1.38, 0.5, "very near"),  # read off the panel one mark beside
        (-1.39, 0.5, "three are asked"),
        (-1.2, 0.5, "both halves"),
        (None, 0.5, "number"),
        (-1.386, 1, "half the time"),
        (-1.386, 0, "half the time"),
        (-1.386, 0.3325, "density"),
        (-1.386, 0.25, "product"),
        (-1.386, 0.6, "Put q = p"),
        ("low", 0.5, "number"),
    ],
)
def test_wrong_ends(v, judge, word, capsys):
    assert word in said(check_end, v, judge, capsys=capsys)


@pytest.mark.parametrize(
    ("mean", "sd", "word"),
    [
        (-2, 0.5, "one bump"),
        (2, 1, "one bump"),
        (0, 1.95, "weights"),
        (-1, 1.95, "swapped"),
        (1.5, 1.95, "both bumps"),
        (0.2, 1.95, "mean of the data"),
        (1, 3.8125, "square root"),
        (1, 0.9, "also lie apart"),
        (1, 1.73, "also have a width"),
        (1, 2.15, "¼ and ¾"),
        (1, 0.875, "lie apart"),
        (1, 1.94, "average the variances"),
        (1, 2.61, "do not add"),
        (1, 1, "one bump"),
        (1, 3.0, "Variance ="),
        (1, [1, 2], "one number"),
    ],
)
def test_wrong_gaussians(mean, sd, word, capsys):
    assert word in said(check_covering, mean, sd, capsys=capsys)


@pytest.mark.parametrize(
    ("judge", "word"),
    [
        (lambda p, q: p / (p + q), "equally many"),
        (lambda p, q: p / (p + 2 * q), "fakes"),
        (lambda p, q: 2 * p / (p + q), "below the line"),
        (lambda p, q: 2 / 3 * p / (p + q), "below the line too"),
        (lambda p, q: q / (2 * p + q), "probability of real"),
        (lambda p, q: 2 * p / np.where(q > 0, q, np.nan), "odds"),
        (lambda p, q: 2 / 3, "prior alone"),
        (lambda p, q: p / (2 * p + q), "above the line"),
        (lambda p, q: q / (p + q), "2p log d"),
        (lambda p, q: print(end=""), "return"),
        (2 / 3, "function"),
        (lambda p, q: 2 * p / (2 * p + q) - 0.1, "2p log d"),
        (lambda p, q: p[:2], "shape"),
        (lambda p, q: "real", "numbers"),
        (lambda p, q: undefined, "NameError"),  # noqa: F821
        (lambda p: p, "TypeError"),
    ],
)
def test_wrong_judges(judge, word, capsys):
    assert word in said(check_unfair, judge, capsys=capsys)


@pytest.mark.parametrize(
    ("ratio", "word"),
    [
        (0.0067, "upside down"),
        (149.4, "1/D"),
        (0.993, "Divide"),
        (1, "non-saturating push alone"),
        (5, "1/(1 + e⁵)"),
        (745.6, "losses"),
        (-148.4, "one sign"),
        (22026, "one factor"),
        (142, "digits"),
        (4, "1 − D by D"),
    ],
)
def test_wrong_ratios(ratio, word, capsys):
    assert word in said(check_ratio, ratio, capsys=capsys)


RIGHT = {
    "minimax, simultaneous": "spirals out",
    "minimax, G first": "circles",
    "non-saturating, G first": "comes in slowly",
    "Wasserstein, simultaneous": "spirals out",
    "minimax with R1, γ = 0.3, simultaneous": "comes in fast",
    "minimax with noise, σ = 1, simultaneous": "comes in fast",
    "WGAN-GP, γ = 1, G first": "circles",
}


def test_rows(capsys):
    assert check_rows(RIGHT)
    assert check_rows({name: f" {answer.capitalize()}" for name, answer in RIGHT.items()})
    assert check_rows(dict.fromkeys(RIGHT, ...)) is False
    assert "not attempted yet" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("row", "answer", "word"),
    [
        ("minimax, simultaneous", "circles", "|1 + hλ|"),
        ("minimax, simultaneous", "comes in slowly", "±i/2"),
        ("minimax, G first", "spirals out", "determinant 1"),
        ("non-saturating, G first", "circles", "inwards"),
        ("Wasserstein, simultaneous", "comes in fast", "no negative real part"),
        ("minimax with R1, γ = 0.3, simultaneous", "circles", "−γ/2"),
        ("minimax with noise, σ = 1, simultaneous", "spirals out", "−σ²/4"),
        ("WGAN-GP, γ = 1, G first", "comes in fast", "wants |ψ| = 1"),
        ("WGAN-GP, γ = 1, G first", "stays", "none of"),
    ],
)
def test_wrong_rows(row, answer, word, capsys):
    found = hints(lambda: check_rows(RIGHT | {row: answer}), capsys)
    assert word in found[-1] and row in found[-1]
    assert "none of" in found[0] or "6 of 7" in found[0]


def test_a_renamed_row_is_told(capsys):
    assert "keep the names" in said(check_rows, RIGHT | {"hinge": "circles"}, capsys=capsys)
    few = {name: answer for name, answer in RIGHT.items() if name != "minimax, G first"}
    assert "“minimax, G first” is missing" in said(check_rows, few, capsys=capsys)
    assert check_rows({}) is False


@pytest.mark.parametrize(
    ("step", "gamma", "word"),
    [
        (4, 1, "γ = 1"),
        (13.3, 1, "imaginary part"),
        (0.6, 1, "factor 2"),
        (0.3, 1, "that is γ"),
        (2, 1, "complex"),
        (0, 1, "without R1"),
        (np.inf, 1, "overshoots"),
        (1.2, 0, "never settles"),
        (1.2, 2, "slower"),
        (1.2, 0.5, "γ²/4"),
        (1.2, 0.3, "try more"),
        (1.2, 3, "more is not always"),
        (1.2, np.inf, "more is not always"),
        (1.2, 1.4, "root become 0"),
    ],
)
def test_wrong_r1(step, gamma, word, capsys):
    assert word in said(check_r1, step, gamma, capsys=capsys)


@pytest.mark.parametrize(
    ("near", "far", "w1", "word"),
    [
        (0.693, 0.693, 20, "do not touch"),
        (0.25, 0.693, 20, "bits"),
        (0.52, 0.693, 20, "shared part gives 0"),
        (0.75, 0.693, 20, "shared part"),
        (0.347, 0.693, 20, "*mean*"),
        (0.087, 0.693, 20, "mean of two"),
        (0, 0.693, 20, "equal blocks"),
        (0.1, 0.693, 20, "Split"),
        (0.173, 1, 20, "bits"),
        (0.173, 1.386, 20, "at most log 2"),
        (0.173, np.inf, 20, "stays finite"),
        (0.173, 20, 20, "how far"),
        (0.173, 0.693, 19, "gap"),
        (0.173, 0.693, np.inf, "carried"),
        (0.173, 0.693, 0.693, "that is JSD"),
        (0.173, 0.693, 400, "square"),
        (0.173, 0.693, 5, "Every number"),
    ],
)
def test_wrong_yardsticks(near, far, w1, word, capsys):
    assert word in said(check_blind, near, far, w1, capsys=capsys)
