"""Each exercise of lesson 05 accepts its solution and other right answers, and names mistakes."""

import numpy as np
import pytest
from lessons import hints

from gan_lessons.exercises import (
    check_all_alive,
    check_batch_std,
    check_ceiling,
    check_falls,
    check_moves,
    check_packs,
    check_reverse_kl,
)
from gan_lessons.exercises.lesson_05 import FALLS
from gan_lessons.game import Diverged

LN2 = np.log(2)
KL_B = 0.5 * np.log(4) + 0.5 * np.log(4 / 7)


@pytest.mark.parametrize(
    "check",
    [
        lambda: check_ceiling(),
        lambda: check_reverse_kl(0.693, ...),
        lambda: check_moves(...),
        lambda: check_packs(1 / 64, ...),
        lambda: check_falls(dict.fromkeys(FALLS, ...)),
        lambda: check_batch_std(lambda h: ...),
        lambda: check_all_alive(None, "A", ...),
    ],
)
def test_untouched_exercises_are_not_attempted(check, capsys):
    assert check() is False
    assert "not attempted yet" in capsys.readouterr().out


@pytest.mark.parametrize(
    "check",
    [
        lambda: check_ceiling(1 - np.exp(-2)),
        lambda: check_ceiling(0.8647),
        lambda: check_ceiling(86.5),
        lambda: check_ceiling(0.86),
        lambda: check_reverse_kl(0.693, 0.413),
        lambda: check_reverse_kl(0.69, 0.41),
        lambda: check_reverse_kl(LN2, np.float32(KL_B)),
        lambda: check_moves(10),
        lambda: check_moves(2 / 0.2),
        lambda: check_packs(1 / 64, 1),
        lambda: check_packs(0.0156, 1.0),
        lambda: check_packs(0.016, 1.0),
        lambda: check_falls(FALLS | {"4 of 8 modes": "Recall"}),
        lambda: check_falls(FALLS),
        lambda: check_all_alive(lambda n, k, s: [8] * 5, "A", {"pack": 2}, locked=("d_rate",)),
    ],
)
def test_right_answers_pass(check, capsys):
    assert check()
    assert "✓" in capsys.readouterr().out


def std_of(h):
    return np.std(h, axis=0).mean()


def column(h, value):
    return np.concatenate([h, np.broadcast_to(np.reshape(value, (-1, 1)), (len(h), 1))], axis=1)


@pytest.mark.parametrize(
    "layer",
    [
        lambda h: column(h, std_of(h)),
        lambda h: np.column_stack([h, np.full(len(h), np.sqrt(h.var(axis=0)).mean())]),
        lambda h: np.pad(h, ((0, 0), (0, 1)), constant_values=std_of(h)).astype(np.float32),
        lambda h: column(h, np.std(h, axis=0, ddof=1).mean()),
        lambda h: column(h, np.mean(np.sqrt(h.var(axis=0) + 1e-8))).tolist(),
    ],
)
def test_right_layers_pass(layer):
    assert check_batch_std(layer)


WRONG = {
    "ceiling, on a line": (lambda: check_ceiling(0.9545), "line"),
    "ceiling, on a line, rounded": (lambda: check_ceiling(0.95), "line"),
    "ceiling, a square": (lambda: check_ceiling(0.911), "square"),
    "ceiling, 3σ": (lambda: check_ceiling(0.9889), "3σ"),
    "ceiling, outside": (lambda: check_ceiling(0.1353), "outside"),
    "ceiling, no half": (lambda: check_ceiling(1 - np.exp(-4)), "half"),
    "ceiling, not halved right": (lambda: check_ceiling(0.632), "r²/2"),
    "ceiling, a guess": (lambda: check_ceiling(0.9), "1 − exp"),
    "A in bits": (lambda: check_reverse_kl(1, KL_B), "nats"),
    "A as one mode": (lambda: check_reverse_kl(np.log(8), KL_B), "one mode"),
    "A, forward": (lambda: check_reverse_kl(np.inf, KL_B), "KL(p‖q)"),
    "A negative": (lambda: check_reverse_kl(-LN2, KL_B), "sign"),
    "A against 1": (lambda: check_reverse_kl(np.log(4), KL_B), "fair"),
    "B, big mode only": (lambda: check_reverse_kl(LN2, LN2), "small ones"),
    "B, forward": (lambda: check_reverse_kl(LN2, 0.3164), "KL(p‖q)"),
    "B in bits": (lambda: check_reverse_kl(LN2, KL_B / LN2), "nats"),
    "B, not weighted": (lambda: check_reverse_kl(LN2, np.log(4)), "weight"),
    "B, a guess": (lambda: check_reverse_kl(LN2, 0.2), "log 4"),
    "moves 1": (lambda: check_moves(1), "still turns"),
    "moves 2": (lambda: check_moves(2), "0.2"),
    "moves 5": (lambda: check_moves(5), "negative"),
    "moves 20": (lambda: check_moves(20), "fewer"),
    "moves 9": (lambda: check_moves(9), "just"),
    "moves 3": (lambda: check_moves(3), "≥ 2"),
    "packs, given mode": (lambda: check_packs(1 / 512, 1), "first point"),
    "packs of two": (lambda: check_packs(1 / 8, 1), "pack of two"),
    "packs, in per cent": (lambda: check_packs(1.56, 100), "percentage"),
    "packs added": (lambda: check_packs(3 / 8, 1), "multiply"),
    "packs, not": (lambda: check_packs(63 / 64, 1), "not"),
    "packs, collapsed like real": (lambda: check_packs(1 / 64, 1 / 64), "one mode only"),
    "packs, never": (lambda: check_packs(1 / 64, 0), "always"),
    "falls, swapped": (
        lambda: check_falls(
            {f: "recall" if w == "precision" else "precision" for f, w in FALLS.items()}
        ),
        "each *fake*",
    ),
    "falls, all recall": (lambda: check_falls(dict.fromkeys(FALLS, "recall")), "strays"),
    "falls, all precision": (lambda: check_falls(dict.fromkeys(FALLS, "precision")), "other four"),
    "falls, narrow": (
        lambda: check_falls(FALLS | {"each mode a third as wide": "precision"}),
        "no fake near",
    ),
    "falls, wide": (
        lambda: check_falls(FALLS | {"each mode three times as wide": "recall"}),
        "balls are large",
    ),
    "falls, another word": (lambda: check_falls(FALLS | {"4 of 8 modes": "quality"}), "should be"),
    "std of all": (lambda: check_batch_std(lambda h: column(h, h.std())), "axis=0"),
    "std of rows": (lambda: check_batch_std(lambda h: column(h, h.std(axis=1))), "axis=0"),
    "variance": (lambda: check_batch_std(lambda h: column(h, h.var(axis=0).mean())), "root"),
    "root of the mean": (
        lambda: check_batch_std(lambda h: column(h, np.sqrt(h.var(axis=0).mean()))),
        "then the mean",
    ),
    "sum": (lambda: check_batch_std(lambda h: column(h, h.std(axis=0).sum())), "sum"),
    "one number": (lambda: check_batch_std(std_of), "shape (6, 4)"),
    "all deviations": (
        lambda: check_batch_std(
            lambda h: np.concatenate([h, np.tile(h.std(axis=0), (len(h), 1))], axis=1)
        ),
        "column of shape",
    ),
    "first, not last": (
        lambda: check_batch_std(lambda h: np.insert(h, 0, std_of(h), axis=1)),
        "come last",
    ),
    "no return": (lambda: check_batch_std(lambda h: print(end="")), "return"),
    "it stops": (lambda: check_batch_std(lambda h: h.deviation()), "AttributeError"),
    "another number": (lambda: check_batch_std(lambda h: column(h, 1.0)), "np.std"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_answers_are_named(name, capsys):
    check, word = WRONG[name]
    assert word in hints(check, capsys)[-1]


@pytest.mark.parametrize(
    ("alive", "word"),
    [
        ([0, 1, 0, 0, 1], "one blob"),
        ([5, 8, 8, 8, 8], "too gently"),
        ([8, 8, 7, 6, 6], "calm it"),
        ([4, 6, 6, 7, 7], "second cure"),
    ],
)
def test_a_failed_repair_is_told_by_what_happened(alive, word, capsys):
    def check():
        return check_all_alive(lambda name, knobs, seed: alive, "A", {"pack": 2})

    assert word in hints(check, capsys)[-1]


def test_a_repair_keeps_to_the_rules_and_needs_every_seed(capsys):
    def play(name, knobs, seed):
        return [8] * 5 if seed == 401 else [8, 8, 7, 8, 8]

    assert not check_all_alive(play, "A", {"d_rate": 1e-3}, locked=("d_rate",))
    assert "may not be turned" in capsys.readouterr().out
    assert not check_all_alive(play, "A", {"pack": 2})
    assert not check_all_alive(play, "A", ["pack"])
    assert "a dict" in capsys.readouterr().out


@pytest.mark.parametrize(
    "error", [Diverged("NaN at step 7"), ValueError("pack must lie in [1, 4], got 7")]
)
def test_what_a_run_raises_is_told_in_its_own_words(error, capsys):
    def play(name, knobs, seed):
        raise error

    assert not check_all_alive(play, "A", {"pack": 7})
    assert str(error) in capsys.readouterr().out
