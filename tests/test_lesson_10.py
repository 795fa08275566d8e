"""What lesson 10 says, checked a second way: the best answers, the page's code, the measurement."""

import ast

import numpy as np
import pytest
from lessons import definitions, lesson
from scipy.optimize import minimize_scalar

from gan_lessons.data import digits, measured, to_float
from gan_lessons.judge import judge
from gan_lessons.repair import box, cover, half, psnr

FOUND = measured("lesson_10")
A, TASKS = FOUND["weights"], ("box", "half", "7×7")


@pytest.fixture(scope="module")
def page():
    """By name, the functions of the notebook, made to run here."""
    shipped = digits()
    scope = {"np": np, "real": to_float(shipped.x_train)}
    trees = definitions(lesson("10_repair"))
    scope["UPPER"] = scope["real"][:, :14].reshape(len(scope["real"]), -1)
    scope["LENGTHS"] = np.square(scope["UPPER"]).sum(axis=1)
    exec(ast.unparse(trees["nearest_halves"]), scope)
    return scope


@pytest.mark.parametrize("p", [0.1, 0.3, 0.7])
def test_two_answers_have_their_mean_and_their_median(p):
    """Exercise 1 in general: a minimiser finds the mean p·a + (1 − p)·b, and the likelier end."""
    a, b = -1.0, 1.0
    square = minimize_scalar(lambda v: p * (v - a) ** 2 + (1 - p) * (v - b) ** 2)
    assert square.x == pytest.approx(p * a + (1 - p) * b, abs=1e-6)
    line = np.linspace(-1, 1, 2001)
    absolute = p * np.abs(line - a) + (1 - p) * np.abs(line - b)
    assert line[absolute.argmin()] == pytest.approx(a if p > 0.5 else b)


def test_the_nearest_halves_are_the_nearest(page):
    digit = to_float(digits().x_test)[13]
    chosen = page["nearest_halves"](digit[np.newaxis], 30)[0]
    far = [np.linalg.norm(picture[:14] - digit[:14]) for picture in page["real"][:3000]]
    mine = [np.linalg.norm(page["real"][i][:14] - digit[:14]) for i in chosen]
    assert mine == sorted(mine)
    assert np.sum(np.array(far) < mine[-1] - 1e-4) == np.sum(chosen[:-1] < 3000)


def test_mean_and_median_beat_every_single_completion(page):
    digit = to_float(digits().x_test)[13]
    y = page["real"][page["nearest_halves"](digit[np.newaxis], 30)[0], 14:].astype(float)
    mean, median = y.mean(axis=0), np.median(y, axis=0)

    def losses(v):
        return np.mean((y - v) ** 2), np.mean(np.abs(y - v))

    single = np.array([losses(v) for v in y])
    assert losses(mean)[0] < single[:, 0].min() and losses(median)[1] < single[:, 1].min()
    assert losses(mean)[0] == pytest.approx(y.var(axis=0).mean())
    for i in range(0, 30, 7):  # L(v) = ‖v − ȳ‖² + variance
        assert single[i, 0] == pytest.approx(np.mean((y[i] - mean) ** 2) + losses(mean)[0])
    assert single[:, 0].mean() == pytest.approx(2 * losses(mean)[0])  # the 3 dB
    random = np.random.default_rng(0)
    for _ in range(20):
        shift = 0.05 * random.normal(size=mean.shape)
        assert losses(mean + shift)[0] > losses(mean)[0]
        assert losses(median + shift)[1] > losses(median)[1]


def seeds(kind, a, task, column):
    rows, place = FOUND[kind][str(a)], FOUND["columns"].index(column)
    return np.array([rows[seed][task][place] for seed in "012"])


def test_the_measurement_is_whole():
    for kind, weights in (("paired", A), ("unpaired", FOUND["unpaired_weights"]), ("blind", [1.0])):
        for a in weights:
            rows = FOUND[kind][str(a)]
            assert sorted(rows) == ["0", "1", "2"]
            for row in rows.values():
                assert sorted(row) == sorted(TASKS)
                assert np.isfinite(list(row.values())).all()


def mean(kind, a, task, column):
    return seeds(kind, a, task, column).mean()


@pytest.mark.parametrize("task", TASKS)
def test_the_trade_off_and_its_surprise(task):
    """PSNR falls and sharpness rises with a; but the crowd is most real *before* the end."""
    psnr = [mean("paired", a, task, "psnr") for a in A]
    sharp = [mean("paired", a, task, "sharpness") for a in A]
    assert (np.diff(psnr) < 0.02).all() and psnr[0] - psnr[-1] > 2.5
    assert (np.diff(sharp) > 0).all()
    distance = {a: seeds("paired", a, task, "distance") for a in A}
    assert distance[0.3].max() < 0.5 * distance[0.0].min()
    assert distance[0.3].max() < distance[1.0].min()
    accuracy = {a: seeds("paired", a, task, "accuracy") for a in A}
    assert accuracy[1.0].max() < accuracy[0.0].min()
    assert accuracy[0.1].mean() > accuracy[0.0].mean()


def test_the_winners_are_those_of_the_solution():
    best = {name: [mean("paired", a, "half", name) for a in A] for name in FOUND["columns"]}
    assert A[np.argmax(best["psnr"])] == 0.0
    assert A[np.argmax(best["accuracy"])] == 0.1
    assert A[np.argmin(best["distance"])] == 0.3


def test_z_does_little():
    for a in A:
        assert seeds("paired", a, "half", "spread").max() < 0.08
    assert seeds("paired", 0.0, "half", "spread").max() < 0.03


@pytest.mark.parametrize("task", TASKS)
def test_an_unpaired_target_only_fights_the_game(task):
    for a in FOUND["unpaired_weights"]:
        for name, sign in (("psnr", 1), ("accuracy", 1), ("distance", -1)):
            pairs, none = (sign * seeds(kind, a, task, name) for kind in ("paired", "unpaired"))
            assert pairs.min() > none.max(), (a, name)
    for name, sign in (("accuracy", 1), ("distance", -1)):
        alone, none = (
            sign * mean("paired", 1.0, task, name),
            sign * mean("unpaired", 0.1, task, name),
        )
        assert alone > none


def test_the_unpaired_answer_to_a_small_digit_is_the_mean_of_all():
    """Its PSNR is that of the training digits' mean, on the digits that were measured."""
    true, every = to_float(digits().x_test[:1000]), to_float(digits().x_train)
    error = np.mean((true - every.mean(axis=0)) ** 2)
    assert mean("unpaired", 0.0, "7×7", "psnr") == pytest.approx(10 * np.log10(4 / error), abs=0.1)


def test_a_blind_d_hurts_the_half_and_hardly_the_small_digit():
    seeing, blind = (seeds(kind, 1.0, "half", "accuracy") for kind in ("paired", "blind"))
    assert seeing.min() > blind.max()
    for task in ("box", "7×7"):
        assert mean("paired", 1.0, task, "accuracy") - mean("blind", 1.0, task, "accuracy") < 0.03


@pytest.fixture(scope="module")
def repair():
    """The shipped repairers as repair(given, a), with the latents of the page."""
    from gan_lessons.networks import trained_repairs

    generator, weights = trained_repairs()
    z = np.random.default_rng(10).normal(size=(1000, 16)).astype(np.float32)

    def run(given, a):
        generator.set_weights(weights[a])
        return generator.predict([z[: len(given)], given], batch_size=250, verbose=0)

    return run


def test_the_shipped_repairers_are_the_seed_0_of_the_measurement(repair):
    test = to_float(digits().x_test[:1000])
    for a in (0.0, 0.1):
        committed = seeds("paired", a, "half", "psnr")[0]
        assert psnr(repair(cover(test, half()), a), test, half()) == pytest.approx(
            committed, abs=0.02
        )


def test_what_was_known_counts_and_not_how_many_pixels(repair):
    shipped = digits()
    test, labels = to_float(shipped.x_test), shipped.y_test

    def read(pictures, known):
        return judge().labels(repair(cover(pictures, known), 0.3))

    nines = [
        np.mean(read(test[labels == 4], known) == 9)
        for known in (box(3, 6, 9, 16), box(17, 6, 9, 16))
    ]
    assert nines[0] > 0.05 > 2 * nines[1]
    right = [
        np.mean(read(test[:1000], known) == labels[:1000])
        for known in (box(9, 9, 10, 10), ~box(5, 5, 18, 18))
    ]
    assert right[0] < 0.92 and right[1] > 0.96


def test_thirty_z_say_one_digit_where_the_truth_has_seven(page, repair):
    digit = to_float(digits().x_test)[13]
    chosen = page["nearest_halves"](digit[np.newaxis], 30)[0]
    assert len(np.unique(digits().y_train[chosen])) == 7
    given = cover(digit[np.newaxis].repeat(30, axis=0), half())
    for a in A:
        assert len(np.unique(judge().labels(repair(given, a)))) == 1
