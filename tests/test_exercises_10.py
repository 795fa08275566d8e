"""Each exercise of lesson 10 accepts its solution and other right answers, and names mistakes."""

import numpy as np
import pytest
from lessons import hints

from gan_lessons.data import digits, to_float
from gan_lessons.exercises import (
    check_best_answer,
    check_blind_d,
    check_blur,
    check_nothing_known,
    check_pairs,
    check_winners,
)
from gan_lessons.exercises.lesson_10 import PAIRS as TASKS

PAIRS = {task: right for task, (right, _) in TASKS.items()}
REAL = to_float(digits().x_train[:2000])
MEAN = REAL.mean(axis=0)
ERROR = np.mean((REAL - MEAN) ** 2)
DECIBELS = 10 * np.log10(4 / ERROR)
SCORES = {
    "psnr": {0.0: 13.0, 0.01: 12.98, 0.1: 12.2, 1.0: 10.0},
    "accuracy": {0.0: 0.75, 0.01: 0.76, 0.1: 0.80, 1.0: 0.78},
    "distance": {0.0: 150.0, 0.01: 140.0, 0.1: 70.0, 1.0: 20.0},
}


@pytest.mark.parametrize(
    "check",
    [
        lambda: check_best_answer(-0.4, ...),
        lambda: check_winners(SCORES, ..., 0.1, 1),
        lambda: check_pairs(dict.fromkeys(PAIRS, ...)),
        lambda: check_blur(lambda pictures: ...),
        lambda: check_blind_d(),
        lambda: check_nothing_known(REAL, MEAN),
    ],
)
def test_untouched_exercises_are_not_attempted(check, capsys):
    assert check() is False
    assert "not attempted yet" in capsys.readouterr().out


def variation(x):
    return np.mean(np.abs(np.diff(x, axis=1))) + np.mean(np.abs(np.diff(x, axis=2)))


def in_place(x):
    x -= x.mean()
    return np.abs(np.diff(x, axis=1)).mean()


@pytest.mark.parametrize(
    "check",
    [
        lambda: check_best_answer(-0.4, -1),
        lambda: check_best_answer(np.float32(-0.4), -1.0),
        lambda: check_winners(SCORES, 0, 0.1, 1),
        lambda: check_winners(SCORES, 0.01, 0.1, np.float64(1)),
        lambda: check_pairs(PAIRS),
        lambda: check_pairs({task: np.bool_(right) for task, right in PAIRS.items()}),
        lambda: check_blur(variation),
        lambda: check_blur(lambda x: np.mean(x**2)),
        lambda: check_blur(lambda x: np.std(x[:, 1:] - x[:, :-1])),
        lambda: check_blur(lambda x: np.abs(np.fft.fft2(x[..., 0]))[:, 8:20, 8:20].mean()),
        lambda: check_blur(lambda x: -np.mean(1 - np.abs(x))),
        lambda: check_blur(in_place),
        lambda: check_blind_d("7×7"),
        lambda: check_blind_d("7x7"),
        lambda: check_nothing_known(REAL, MEAN, DECIBELS),
        lambda: check_nothing_known(REAL, MEAN[..., 0].tolist(), round(DECIBELS, 1)),
    ],
)
def test_right_answers_pass(check, capsys):
    assert check()
    assert "✓" in capsys.readouterr().out


def pairs_but(task):
    return lambda: check_pairs(PAIRS | {task: not PAIRS[task]})


WRONG = {
    "MSE, the likelier": (lambda: check_best_answer(-1, -1), "one of the two"),
    "MSE, the middle": (lambda: check_best_answer(0, -1), "weight"),
    "MSE, the sign": (lambda: check_best_answer(0.4, -1), "sign"),
    "MSE, a probability": (lambda: check_best_answer(0.7, -1), "probability"),
    "MSE, a guess": (lambda: check_best_answer(-0.6, -1), "mean"),
    "L1, the mean": (lambda: check_best_answer(-0.4, -0.4), "mean again"),
    "L1, the middle": (lambda: check_best_answer(-0.4, 0), "half the weight"),
    "L1, the rarer": (lambda: check_best_answer(-0.4, 1), "rarer"),
    "L1, a guess": (lambda: check_best_answer(-0.4, -0.7), "median"),
    "winners, no such a": (lambda: check_winners(SCORES, 0.5, 0.1, 1), "weights a"),
    "winners, psnr by the game": (lambda: check_winners(SCORES, 1, 0.1, 1), "measured"),
    "winners, judge by MSE": (lambda: check_winners(SCORES, 0, 0, 1), "0.75"),
    "winners, judge by the game": (lambda: check_winners(SCORES, 0, 1, 1), "accuracy"),
    "winners, distance by MSE": (lambda: check_winners(SCORES, 0, 0.1, 0), "150"),
    "pairs, hole": (pairs_but("a digit with a hole"), "ourselves"),
    "pairs, small": (pairs_but("a 7×7 digit"), "shrank"),
    "pairs, colour": (pairs_but("a grey photograph, to be coloured"), "made grey"),
    "pairs, noise": (pairs_but("a digit from noise alone"), "this z"),
    "pairs, zebra": (pairs_but("a horse into a zebra, from two piles of photographs"), "zebra"),
    "pairs, words": (lambda: check_pairs(PAIRS | {"a 7×7 digit": "yes"}), "True or False"),
    "pairs, one forgotten": (lambda: check_pairs({"a 7×7 digit": True}), "no answer"),
    "blur, brightness": (lambda: check_blur(lambda x: np.mean(x + 1)), "hardly notices"),
    "blur, all pixels": (lambda: check_blur(lambda x: np.mean(np.mean(x) * 0 + 1)), "neighbours"),
    "blur, a median": (
        lambda: check_blur(lambda x: np.median(np.abs(np.diff(x, axis=1)))),
        "even paper",
    ),
    "blur, turned round": (lambda: check_blur(lambda x: -variation(x)), "turn it round"),
    "blur, a sum": (lambda: check_blur(lambda x: variation(x) * len(x)), "not a sum"),
    "blur, many numbers": (
        lambda: check_blur(lambda x: np.abs(np.diff(x, axis=1)).mean(axis=(1, 2, 3))),
        "mean over the pictures",
    ),
    "blur, one place": (lambda: check_blur(lambda x: variation(x[:, :, :12])), "stand"),
    "blur, only upwards": (
        lambda: check_blur(lambda x: np.mean(np.maximum(x - 0.9, 0))),
        "white on black",
    ),
    "blur, no return": (lambda: check_blur(lambda x: print(end="")), "return"),
    "blur, it stops": (lambda: check_blur(lambda x: x.gradient()), "AttributeError"),
    "blind, box": (lambda: check_blind_d("box"), "no* pixel"),
    "blind, half": (lambda: check_blind_d("half"), "no* pixel"),
    "blind, another": (lambda: check_blind_d("all"), "one of"),
    "nothing, median": (
        lambda: check_nothing_known(REAL, np.median(REAL, axis=0), DECIBELS),
        "median",
    ),
    "nothing, grey": (lambda: check_nothing_known(REAL, np.zeros((28, 28)), DECIBELS), "grey"),
    "nothing, paper": (lambda: check_nothing_known(REAL, -np.ones((28, 28)), DECIBELS), "paper"),
    "nothing, bytes": (
        lambda: check_nothing_known(REAL, 127.5 * (MEAN + 1), DECIBELS),
        "[−1, 1]",
    ),
    "nothing, one digit": (lambda: check_nothing_known(REAL, REAL[0], DECIBELS), "axis=0"),
    "nothing, many": (lambda: check_nothing_known(REAL, REAL, DECIBELS), "one picture"),
    "decibels, peak 1": (lambda: check_nothing_known(REAL, MEAN, 10 * np.log10(1 / ERROR)), "peak"),
    "decibels, 2": (lambda: check_nothing_known(REAL, MEAN, 10 * np.log10(2 / ERROR)), "squared"),
    "decibels, natural": (
        lambda: check_nothing_known(REAL, MEAN, 10 * np.log(4 / ERROR)),
        "np.log10",
    ),
    "decibels, sign": (lambda: check_nothing_known(REAL, MEAN, -DECIBELS), "fraction"),
    "decibels, 20": (lambda: check_nothing_known(REAL, MEAN, 2 * DECIBELS), "root"),
    "decibels, MSE": (lambda: check_nothing_known(REAL, MEAN, ERROR), "MSE itself"),
    "decibels, bels": (lambda: check_nothing_known(REAL, MEAN, DECIBELS / 10), "ten times"),
    "decibels, a guess": (lambda: check_nothing_known(REAL, MEAN, 30), "log₁₀"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_answers_are_named(name, capsys):
    check, word = WRONG[name]
    assert word in hints(check, capsys)[-1]
