"""Lesson 03: its formulas computed a second way, and what its text claims of its measurements.

The functions are the ones on the page, read from the notebook by the lesson's own script.
"""

import ast
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.ndimage
import scipy.optimize
import scipy.stats

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

from lessons import definitions, lesson
from measure_lesson_03 import DIGIT_SEEDS, DIGIT_STEPS, SEEDS, STEPS, page

from gan_lessons.data import digits, measured, ring, to_float
from gan_lessons.networks import point_discriminator, trained_pair
from gan_lessons.objectives import (
    least_squares_g,
    log_loss_d,
    minimax_g,
    non_saturating_g,
    raise_score_g,
)
from gan_lessons.pictures import new_figure
from gan_lessons.runtime import keras, tf

CASES = ("overlapping", "far apart")


@pytest.fixture(scope="module")
def here():
    found = page()
    found.real = ring(100_000, spread=0.3, seed=3)
    return found


@pytest.fixture(scope="module")
def pair():
    return trained_pair()


def expectation(function, centre, spread):
    """E f(x) for a round Gaussian in the plane, by Gauss-Hermite quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    offsets = np.stack(np.meshgrid(nodes, nodes), axis=-1)
    return (function(centre + spread * offsets) * np.outer(weights, weights)).sum() / (2 * np.pi)


# --- 1: densities, D*, the ratio ---


def test_the_densities(here):
    x = np.random.default_rng(0).uniform(-3, 3, (50, 2))
    modes = [scipy.stats.multivariate_normal(c, 0.09).pdf(x) for c in here.CENTRES]
    assert np.allclose(here.p(x), np.mean(modes, axis=0))
    assert np.allclose(here.q(x), scipy.stats.multivariate_normal([0.5, 0], 1.44).pdf(x))
    assert np.allclose(np.linalg.norm(here.CENTRES, axis=1), 2) and len(here.CENTRES) == 8
    sample = here.fakes_of("far apart", 20_000, seed=0)
    assert np.allclose(sample.mean(axis=0), (5, 0), atol=0.01) and abs(sample.std() - 2.53) < 0.02


@pytest.mark.parametrize("case", CASES)
def test_the_least_loss_is_that_of_the_optimum(here, case):
    def share(x):
        return here.p(x) / (here.p(x) + here.q(x, case))

    on_real = np.mean([expectation(lambda x: np.log(share(x)), c, 0.3) for c in here.CENTRES])
    on_fake = expectation(lambda x: np.log1p(-np.minimum(share(x), 1 - 1e-16)), *here.FAKES[case])
    assert here.least_loss(case) == pytest.approx(-on_real - on_fake, abs=1e-3)


def test_the_true_logit_has_the_least_loss_and_any_other_bounds_the_jsd(here):
    real, fake = ring(200_000, spread=0.3, seed=1), here.fakes_of("overlapping", 200_000, seed=2)
    logits = [here.true_logit(x.astype(float)) for x in (real, fake)]
    assert float(log_loss_d(*logits)) == pytest.approx(here.least_loss(), abs=0.01)
    assert np.allclose(np.exp(logits[0]), here.p(real.astype(float)) / here.q(real.astype(float)))
    for bend in (lambda t: 0 * t, lambda t: 0.5 * t, lambda t: 2 * t, lambda t: t + 0.3):
        assert float(log_loss_d(*map(bend, logits))) > here.least_loss() + 0.005
    right = (np.mean(logits[0] > 0) + np.mean(logits[1] < 0)) / 2  # ½ + ½ TV, as section 5 has it
    variation = 0.5 * abs(here.p(here.PLANE) - here.q(here.PLANE)).sum() * here.CELL
    assert right == pytest.approx(0.5 + variation / 2, abs=0.002)
    assert variation == pytest.approx(0.637, abs=1e-3)


def test_the_solution_of_real_news(here):
    fake = here.fakes_of("overlapping", 400_000, seed=3).astype(float)
    radius = np.hypot(*fake.T)
    direct = np.hypot(*ring(100_000, spread=0.3, seed=4).T).mean()
    tree = ast.Module([definitions(lesson("03_discriminator"))["real_mean"]], [])
    exec(compile(tree, "solution", "exec"), here.__dict__)
    assert here.real_mean(radius, here.true_logit(fake)) == pytest.approx(direct, abs=0.01)


def test_training_can_be_sliced_and_starts_anew(here):
    keras.utils.set_random_seed(0)
    train = here.trainer(point_discriminator(8))
    fake = here.fakes_of("overlapping", 100_000, seed=4)
    weights = [
        np.concatenate(
            [w.ravel() for w in train(here.real, fake, stops, keras.Model.get_weights)[-1]]
        )
        for stops in ((40,), (10, 25, 40), (39,))
    ]
    assert np.array_equal(weights[0], weights[1])
    assert not np.allclose(weights[0], weights[2])


def test_marks():
    found = page().marks(lambda x: tf.constant(x), np.array([[2.0], [-1.0]]), np.array([[-3.0]]))
    loss = np.mean(np.logaddexp(0, [-2, 1])) + np.logaddexp(0, -3)
    assert found == pytest.approx((loss, 0.75))


# --- 2: one sigmoid too many ---


def test_the_three_programs(here):
    logits = np.linspace(-12, 12, 25)
    once, twice = here.sigmoid(logits), here.sigmoid(here.sigmoid(logits))
    for label in (0, 1):
        found = {
            name: here.pull_on_logit(logits, label, end, from_logits)[1]
            for name, (end, from_logits, *_) in here.PROGRAMS.items()
        }
        right, by_probability, double = found.values()
        assert np.allclose(right, once - label, atol=1e-5)
        assert np.allclose(by_probability, once - label, atol=2e-2)  # 1 − σ is rounded
        assert np.allclose(double, (twice - label) * here.sigmoid_slope(logits), atol=1e-5)
    assert np.allclose(here.sigmoid_slope(logits), once * (1 - once))
    end, from_logits, *_ = here.PROGRAMS["sigmoid, from_logits=False"]
    assert np.allclose(here.pull_on_logit([17.0, 30.0], 0, end, from_logits)[1], 0)


def test_the_floor(here):
    lowest = scipy.optimize.minimize_scalar(
        lambda t: float(here.sigmoid_twice(tf.constant([t]), tf.constant([-t]))),
        bounds=(0, 40), method="bounded",
    )  # fmt: skip
    assert lowest.fun == pytest.approx(here.np.log(1 + np.exp(-1)) + np.log(2), abs=1e-4)
    assert lowest.fun == pytest.approx(1.006, abs=5e-4)


# --- 3: arrows ---


def test_the_pulls_are_the_slopes_of_the_losses(here):
    losses = {
        "minimax": minimax_g,
        "non-saturating": non_saturating_g,
        "least squares": least_squares_g,
        "hinge": raise_score_g,
    }
    for logit in (-6.0, -1.0, 0.0, 2.5):
        for name, pull in here.PULLS.items():
            up, down = (float(losses[name](tf.constant([logit + h], tf.float64)))
                        for h in (1e-5, -1e-5))  # fmt: skip
            assert float(pull(np.array(logit))) == pytest.approx((down - up) / 2e-5, abs=1e-5)


@pytest.mark.parametrize("case", CASES)
def test_the_ideal_direction_is_the_slope_of_the_true_logit(here, case):
    x, h = here.fakes_of(case, 40, seed=5).astype(float), 1e-5
    steps = h * np.eye(2)
    slope = [here.true_logit(x + s, case) - here.true_logit(x - s, case) for s in steps]
    assert np.allclose(here.ideal(x, case), np.stack(slope, axis=1) / (2 * h), rtol=1e-4, atol=1e-4)


def test_slopes_arrows_and_cosines(here):
    keras.utils.set_random_seed(3)
    network = here.built("tanh", width=8)
    x, h = here.fakes_of("overlapping", 20, seed=6), 1e-2
    slope, logit = here.slopes(network, x)
    differences = [
        network(x + s).numpy() - network(x - s).numpy() for s in np.float32(h * np.eye(2))
    ]
    assert np.allclose(slope, np.hstack(differences) / (2 * h), atol=2e-3)
    assert np.allclose(here.arrows(network, x, minimax_g), here.sigmoid(logit) * slope, atol=1e-5)
    assert np.allclose(here.cosines(slope, -2 * slope), -1)
    turned = slope @ np.array([[0, 1], [-1, 0]])
    assert np.allclose(here.cosines(slope, turned), 0, atol=1e-5)


def test_the_builds(here):
    kinds = {
        kind: [type(layer).__name__ for layer in here.built(kind).layers] for kind in here.BUILDS
    }
    assert kinds["LeakyReLU"].count("LeakyReLU") == kinds["dropout"].count("Dropout") == 2
    assert kinds["ReLU"].count("ReLU") == kinds["tanh"].count("Activation") == 2
    assert kinds["spectral norm"].count("SpectralNormalization") == 3
    _, records = here.taught("spectral norm", log_loss_d, "far apart", n=50)
    assert np.linalg.norm(records[4]["slope"], axis=1).max() < 1.1


def test_smoothing_by_minimising():
    for p, q in ((1, 0), (0.02, 1), (1, 1), (1, 3)):
        paid = scipy.optimize.minimize_scalar(
            lambda d, p=p, q=q: -p * (0.9 * np.log(d) + 0.1 * np.log(1 - d)) - q * np.log(1 - d),
            bounds=(1e-9, 1 - 1e-9), method="bounded",
        )  # fmt: skip
        assert paid.x == pytest.approx(0.9 * p / (p + q), abs=1e-3)


# --- 4: digits ---


def test_damages(here):
    x = to_float(digits().x_test[:5])
    kernel = np.outer([1, 2, 1], [1, 2, 1])[None, :, :, None] / 16
    twice = scipy.ndimage.convolve(
        scipy.ndimage.convolve(x, kernel, mode="wrap"), kernel, mode="wrap"
    )
    assert np.allclose(here.blurred(x, 2), twice, atol=1e-6)
    assert np.allclose(here.DAMAGES["inverted, sixths"](x, 6), -x)
    assert np.allclose(here.DAMAGES["mixed with another, sixteenths"](x, 8), (x + x[::-1]) / 2)
    for name, damage in here.DAMAGES.items():
        assert np.allclose(damage(x, 0), x), name
    stroke = x > 0
    cross = np.ones((1, 3, 3, 1))
    assert np.array_equal(here.widened(stroke), scipy.ndimage.binary_dilation(stroke, cross))


def test_what_the_expert_thinks(here, pair):
    """The order of exercise 5, saliency, and the shares of section 5."""
    generator, expert = pair
    test = to_float(digits().x_test[:1000])
    fakes = generator(tf.random.stateless_normal((1000, 32), (9, 9))).numpy()

    def median(pictures):
        return np.median(expert(pictures.astype("float32"), training=False))

    some, damage = test[:400], here.DAMAGES
    order = [
        median(damage["turned, quarter turns"](some, 1)),
        median(fakes),
        median(damage["shifted right, pixels"](some, 4)),
        median(damage["blurred, times"](some, 2)),
        median(damage["inverted, sixths"](some, 6)),
    ]
    assert (np.diff(order) < -0.1).all(), order
    assert order[0] > median(some) - 0.1
    assert here.marks(expert, test, fakes)[1] == pytest.approx(0.63, abs=0.04)
    size = np.abs(here.slopes(expert, some[:100])[0])
    ink = some[:100] > 0
    edge, rest = here.widened(ink) & ~ink, size[~here.widened(ink)].mean()
    assert 3 < size[edge].mean() / rest < size[ink].mean() / rest < 4.5


# --- 5: two samples ---


def test_the_best_accuracy_is_half_and_half_the_total_variation(here):
    x = np.linspace(-10, 10, 20_001)
    for distance in (0.0, 0.2, 1.0):
        apart = abs(scipy.stats.norm.pdf(x) - scipy.stats.norm.pdf(x, distance)).sum() * 1e-3 / 2
        assert here.best_accuracy(distance) == pytest.approx(0.5 + apart / 2, abs=1e-5)
        assert here.best_accuracy(distance) == pytest.approx(scipy.stats.norm.cdf(distance / 2))


def test_the_power_and_the_floor(here):
    for n in (100, 300, 1000):
        floor = scipy.stats.binom(2 * n, 0.5).std() / (2 * n)
        assert floor == pytest.approx(1 / (2 * np.sqrt(2 * n)))
        found = here.draw_power(new_figure().subplots(), 0.2, n)
        above = np.floor(2 * n * (0.5 + 2 * floor))
        assert found == pytest.approx(
            scipy.stats.binom(2 * n, here.best_accuracy(0.2)).sf(above), abs=0.03
        )
    assert 0.5 + 2 / (2 * np.sqrt(2 * 1250)) == pytest.approx(0.52)


# --- what was measured ---


def test_the_measured_arrows_say_what_the_text_says():
    found = measured("lesson_03")["arrows"]
    assert set(found) == set(CASES)
    near, far = (found[case] for case in CASES)
    for rows in (*near.values(), *far.values()):
        assert list(rows) == [str(step) for step in STEPS]
        assert all(len(v) == len(SEEDS) for row in rows.values() for v in row.values())

    def all_of(rows, name, what, step="3000"):
        return np.array(rows[name][step][what])

    for plain in ("LeakyReLU", "ReLU", "tanh"):  # they differ little
        assert (all_of(near, plain, "cosine") > 0.9).all()
        assert (all_of(far, plain, "minimax") < 3e-4).all() and (
            all_of(far, plain, "own") > 2
        ).all()
    assert (all_of(near, "tanh", "cosine", "30") < all_of(near, "ReLU", "cosine", "30").min()).all()
    for alive in ("spectral norm", "noise on inputs"):  # length for direction
        assert (all_of(far, alive, "minimax") > 0.09).all()
        assert (all_of(near, alive, "cosine") < 0.5).all()
    assert (
        all_of(near, "noise on inputs", "cosine") < all_of(near, "spectral norm", "cosine")
    ).all()
    assert (all_of(near, "dropout", "cosine") < 0.7).all()
    assert (all_of(far, "dropout", "minimax") < 1e-3).all()
    assert (all_of(far, "smoothed labels", "minimax") < 1e-3).all()
    assert (all_of(near, "smoothed labels", "cosine") > 0.9).all()
    assert (all_of(far, "least squares", "own", "300") > 0.2).all()
    assert (all_of(far, "least squares", "own") < 0.02).all()
    assert all_of(far, "least squares", "cosine").min() == pytest.approx(-0.25, abs=0.005)
    assert all_of(far, "least squares", "cosine").max() == pytest.approx(0.95, abs=0.005)
    earlier = all_of(near, "least squares", "cosine", "300")
    assert all_of(near, "least squares", "cosine").max() < earlier.min()  # worse at 3,000
    assert (all_of(far, "LeakyReLU", "cosine") > 0.9).all()  # no length, but a good direction
    assert (all_of(far, "hinge", "own") > 2).all()


def test_the_mean_of_noisy_arrows_is_no_worse_than_spectral_norm(here):
    here.points = here.fakes_of("overlapping", 300, seed=8)
    fake = here.fakes_of("overlapping", 100_000, seed=4)
    found = {}
    for kind, noise in (("dropout", 0.0), ("LeakyReLU", 1.0)):
        train = here.teacher(kind, log_loss_d)
        found[kind] = train(here.real, fake, (3000,), lambda d, s=noise: here.shaken(d, s), noise)
    (one, many), (noisy, mean) = found["dropout"][0], found["LeakyReLU"][0]
    assert one < 0.72 and many > one + 0.1
    assert noisy < 0.3 and 0.35 < mean < 0.55  # spectral norm: 0.41 to 0.44


def test_the_measured_two_samples_say_what_the_text_says():
    found = measured("lesson_03")["two samples"]
    for rows in (*found["fakes"].values(), *found["halves"].values()):
        assert [row[0] for row in rows] == list(DIGIT_STEPS)
        assert rows[-1][1] > 0.99  # on its own pictures
    assert len(found["fakes"]) == len(found["halves"]) == len(DIGIT_SEEDS)
    floor = 2 / (2 * np.sqrt(2000))
    for rows in found["halves"].values():
        assert max(abs(row[2] - 0.5) for row in rows) < floor
    for rows in found["fakes"].values():
        assert all(row[2] > 0.5 + floor for row in rows if row[0] >= 400) and rows[-1][2] > 0.6
