"""Lesson 03's exercises accept right answers and name the usual mistakes."""

import numpy as np
import pytest
from lessons import hints

from gan_lessons.exercises import (
    check_floor,
    check_how_many,
    check_order,
    check_pulls,
    check_real_mean,
    check_smoothing,
)
from gan_lessons.runtime import tf


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# --- 1: real news from fakes ---


@pytest.mark.parametrize(
    "real_mean",
    [
        lambda v, w: np.sum(np.exp(w) * v) / np.sum(np.exp(w)),
        lambda v, w: np.mean(np.exp(w) * v),
        lambda v, w: np.average(v, weights=np.exp(w)),
        lambda v, w: (sigmoid(w) / (1 - sigmoid(w))) @ v / len(v),
        lambda v, w: np.array([np.mean(np.exp(w) * v)]),  # an array of one number
        lambda v, w: tf.tensordot(tf.nn.softmax(tf.constant(w)), tf.constant(v), 1),
    ],
)
def test_right_means_pass(real_mean, capsys):
    assert check_real_mean(real_mean)
    assert capsys.readouterr().out.startswith("✓ real news")


WRONG_MEANS = {
    "plain": (lambda v, w: v.mean(), "do nothing yet"),
    "by D": (lambda v, w: np.average(v, weights=sigmoid(w)), "σ(ℓ)"),
    "by D, mean": (lambda v, w: (v * sigmoid(w)).mean(), "p/q"),
    "by the logit": (lambda v, w: (v * w).mean(), "exponential"),
    "upside down": (lambda v, w: np.average(v, weights=np.exp(-w)), "upside down"),
    "sum": (lambda v, w: (v * np.exp(w)).sum(), "divide"),
    "no values": (lambda v, w: np.exp(w).mean(), "where are the values"),
    "only convincing ones": (lambda v, w: v[w > 0].mean(), "throw"),
    "no mean": (lambda v, w: np.exp(w) * v, "shape"),
    "something else": (lambda v, w: np.median(v), "np.exp(logits)"),
    "crash": (lambda v, w: undefined, "NameError"),  # noqa: F821
}


@pytest.mark.parametrize("mistake", WRONG_MEANS)
def test_wrong_means_are_named(mistake, capsys):
    wrong, word = WRONG_MEANS[mistake]
    assert word in hints(lambda: check_real_mean(wrong), capsys)[-1]


# --- 2 and 6: one number each ---

ONE_NUMBER = {
    check_floor: {
        0: "Put *these* in",
        -1.006: "first sigmoid",
        1.386: "coin",
        0.313: "half on fakes",
        0.693: "half on real",
        0.503: "mean of the halves",
        0.31: "half on fakes",  # rounded
        0.62: "not −1",
        0.437: "natural",
        1.627: "not 1",
        0.731: "not a loss",
        1.0: "softplus(0)",
        2.0: "sign",
        1.2: "softplus(0)",
        "high": "number",
    },
    check_how_many: {
        2500: "*each*",
        625: "√2",
        312.5: "two",
        313: "two",
        5000: "½",
        10_000: "½",
        50: "Square",
        25: "2,500",
        -1250: "positive",
        1000: "0.02",
        "many": "number",
    },
}


@pytest.mark.parametrize("check", ONE_NUMBER)
def test_wrong_numbers_are_named(check, capsys):
    for wrong, word in ONE_NUMBER[check].items():
        said = hints(lambda check=check, wrong=wrong: check(wrong), capsys)[-1]
        assert word in said, (wrong, said)


@pytest.mark.parametrize(
    ("check", "right"),
    [
        *((check_floor, value) for value in (1.006, 1.01, np.log(2) + np.log1p(np.exp(-1)))),
        (check_floor, tf.nn.softplus(-1.0) + tf.nn.softplus(0.0)),
        *((check_how_many, value) for value in (1250, 1250.0, np.int64(1250), 1251)),
    ],
)
def test_right_numbers_pass(check, right):
    assert check(right)


# --- 3: the pulls ---

PULLS = {"minimax": 0.0025, "non-saturating": 0.9975, "least squares": 14, "hinge": 1}


@pytest.mark.parametrize(
    "change",
    [{}, {"minimax": sigmoid(-6)}, {"non-saturating": 1.0}, {"least squares": tf.constant(14.0)}],
)
def test_right_pulls_pass(change):
    assert check_pulls(PULLS | change)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"minimax": 0.9975}, "D = σ(−6)"),
        ({"minimax": 0}, "not 0"),
        ({"minimax": -0.0025}, "negative"),
        ({"minimax": 0.5}, "½"),
        ({"non-saturating": 0.0025}, "1 − D"),
        ({"non-saturating": 6.0025}, "derivative"),
        ({"least squares": 49}, "derivative"),
        ({"least squares": 7}, "factor 2"),
        ({"least squares": 12}, "not 0"),
        ({"least squares": -14}, "length"),
        ({"hinge": 6}, "derivative"),
        ({"hinge": 0}, "flat"),
        ({"hinge": 7}, "belongs to D"),
        ({"hinge": 3}, "right length is 1"),
        ({"non-saturating": 0.95}, "right length is 0.998"),
        ({"hinge": "one"}, "number"),
    ],
)
def test_wrong_pulls_are_named(change, word, capsys):
    assert word in hints(lambda: check_pulls(PULLS | change), capsys)[-1]


def test_the_dict_of_answers_is_kept(capsys):
    for check, answers in ((check_pulls, PULLS), (check_smoothing, SMOOTHED)):
        first = next(iter(answers))
        assert "keep the dict" in hints(lambda c=check, a=answers: c(list(a.values())), capsys)[-1]
        assert "where is" in hints(lambda c=check, a=answers, f=first: c({f: a[f]}), capsys)[-1]


# --- 4: smoothing ---

SMOOTHED = {"only real": 0.9, "only fakes": 0.0, "p = q": 0.45}


@pytest.mark.parametrize("change", [{}, {"only fakes": 0}, {"only real": np.float32(0.9)}])
def test_right_smoothing_passes(change):
    assert check_smoothing(SMOOTHED | change)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"only real": 1.0}, "without smoothing"),
        ({"only real": 0.45}, "q = 0"),
        ({"only real": 0.95}, "0.9 itself"),
        ({"only fakes": 0.1}, "one-sided"),
        ({"only fakes": 0.05}, "one-sided"),
        ({"only fakes": 0.45}, "p = 0"),
        ({"p = q": 0.5}, "without smoothing"),
        ({"p = q": 0.9}, "half"),
        ({"p = q": 0.55}, "real side"),
        ({"p = q": 0.474}, "denominator"),
        ({"p = q": 0.2}, "0.9 p/(p + q)"),
        ({"p = q": 45}, "between 0 and 1"),
    ],
)
def test_wrong_smoothing_is_named(change, word, capsys):
    assert word in hints(lambda: check_smoothing(SMOOTHED | change), capsys)[-1]


# --- 5: in D's eyes ---

MEDIANS = {
    "on its side": 0.08,
    "fakes": -0.18,
    "shifted by 4": -0.49,
    "blurred twice": -0.67,
    "inverted": -1.23,
}
SIDE, FAKES, SHIFTED, BLURRED, INVERTED = MEDIANS


def test_right_orders_pass():
    assert check_order(list(MEDIANS), MEDIANS)
    assert check_order(tuple(MEDIANS), MEDIANS)
    assert check_order(np.array(list(MEDIANS)), MEDIANS)


@pytest.mark.parametrize(
    ("order", "word"),
    [
        ([INVERTED, BLURRED, SHIFTED, FAKES, SIDE], "turn it round"),
        ([FAKES, SHIFTED, BLURRED, INVERTED, SIDE], "far the lowest"),
        ([FAKES, SHIFTED, BLURRED, SIDE, INVERTED], "strokes are strokes"),
        ([SIDE, SHIFTED, FAKES, BLURRED, INVERTED], "second"),
        ([SIDE, FAKES, BLURRED, SHIFTED, INVERTED], "middle"),
        ([SIDE, FAKES], "once"),
        (SIDE, "once"),
        ([SIDE, SIDE, FAKES, BLURRED, INVERTED], "once"),
        (["side", FAKES, SHIFTED, BLURRED, INVERTED], "once"),
    ],
)
def test_wrong_orders_are_named(order, word, capsys):
    assert word in hints(lambda: check_order(order, MEDIANS), capsys)[-1]


# --- untouched ---


def test_untouched_exercises_are_not_attempted(capsys):
    def stub(values, logits): ...

    assert not any(
        [
            check_real_mean(stub),
            check_floor(...),
            check_pulls(PULLS | {"hinge": ...}),
            check_smoothing(SMOOTHED | {"p = q": ...}),
            check_order([...], MEDIANS),
            check_order(..., MEDIANS),
            check_how_many(...),
        ]
    )
    assert capsys.readouterr().out.count("not attempted yet") == 7
