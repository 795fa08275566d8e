"""Each objective and penalty against its closed form, finite differences and its own optimum."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from gan_lessons.objectives import (
    OBJECTIVES,
    between,
    input_slope,
    no_penalty,
    r1,
    wgan_gp,
)
from gan_lessons.runtime import tf

logits = st.lists(st.floats(-20, 20), min_size=1, max_size=6).map(np.array)
smoothings = st.floats(0, 0.5)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# The losses once more, in float64 and with probabilities, as the papers write them.
PAPER_D = {
    "non-saturating": lambda r, f, s: (
        -np.mean((1 - s) * np.log(sigmoid(r)) + s * np.log(sigmoid(-r)))
        - np.mean(np.log(1 - sigmoid(f)))
    ),
    "least squares": lambda r, f, s: np.mean((r - 1 + s) ** 2) + np.mean(f**2),
    "hinge": lambda r, f, s: np.mean(np.maximum(0, 1 - r)) + np.mean(np.maximum(0, 1 + f)),
    "Wasserstein": lambda r, f, s: np.mean(f) - np.mean(r),
}
PAPER_D["minimax"] = PAPER_D["non-saturating"]
PAPER_G = {
    "non-saturating": lambda f: -np.mean(np.log(sigmoid(f))),
    "minimax": lambda f: np.mean(np.log(1 - sigmoid(f))),
    "least squares": lambda f: np.mean((f - 1) ** 2),
    "hinge": lambda f: -np.mean(f),
    "Wasserstein": lambda f: -np.mean(f),
}


@pytest.mark.parametrize("name", OBJECTIVES)
@given(real=logits, fake=logits, smoothing=smoothings)
def test_losses_are_those_of_the_papers(name, real, fake, smoothing):
    d_loss = OBJECTIVES[name].d_loss(tf.constant(real), tf.constant(fake), smoothing)
    g_loss = OBJECTIVES[name].g_loss(tf.constant(fake))
    np.testing.assert_allclose(d_loss, PAPER_D[name](real, fake, smoothing), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(g_loss, PAPER_G[name](fake), rtol=1e-6, atol=1e-6)


def slope(function, x, h=1e-5):
    """Central differences of a scalar function at every entry of x."""
    steps = np.eye(len(x)) * h
    return np.array([(function(x + e) - function(x - e)) / (2 * h) for e in steps])


@pytest.mark.parametrize("name", OBJECTIVES)
def test_gradients_agree_with_finite_differences(name):
    real, fake = np.array([-2.3, 0.4, 1.7]), np.array([-1.2, 0.3, 2.6])
    r, f = tf.Variable(real), tf.Variable(fake)
    with tf.GradientTape(persistent=True) as tape:
        d_loss = OBJECTIVES[name].d_loss(r, f, 0.1)
        g_loss = OBJECTIVES[name].g_loss(f)
    by_real = slope(lambda v: PAPER_D[name](v, fake, 0.1), real)
    by_fake = slope(lambda v: PAPER_D[name](real, v, 0.1), fake)
    np.testing.assert_allclose(tape.gradient(d_loss, r), by_real, atol=1e-6)
    np.testing.assert_allclose(tape.gradient(d_loss, f), by_fake, atol=1e-6)
    np.testing.assert_allclose(tape.gradient(g_loss, f), slope(PAPER_G[name], fake), atol=1e-6)


@given(fake=st.floats(-15, 15))
def test_logit_gradients_of_the_two_log_losses(fake):
    f = tf.Variable([fake], dtype=tf.float64)
    with tf.GradientTape(persistent=True) as tape:
        saturating = OBJECTIVES["minimax"].g_loss(f)
        non_saturating = OBJECTIVES["non-saturating"].g_loss(f)
    d = sigmoid(fake)
    np.testing.assert_allclose(tape.gradient(saturating, f), [-d], atol=1e-9)
    np.testing.assert_allclose(tape.gradient(non_saturating, f), [-(1 - d)], atol=1e-9)


@pytest.mark.parametrize("name", OBJECTIVES)
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.3])
def test_references_are_where_a_blind_d_does_best(name, smoothing):
    """At p = q the best D gives every example the same logit t: find t by search."""
    objective = OBJECTIVES[name]

    def d_loss(t):
        return float(PAPER_D[name](np.array([t]), np.array([t]), smoothing))

    best = minimize_scalar(d_loss, bounds=(-5, 5), method="bounded", options={"xatol": 1e-10}).x
    assert objective.d_reference(smoothing) == pytest.approx(d_loss(best), abs=1e-6)
    if objective.g_reference(smoothing) is not None:
        at_best = PAPER_G[name](np.array([best]))
        assert objective.g_reference(smoothing) == pytest.approx(at_best, abs=1e-4)


def test_published_reference_values():
    log, squares = OBJECTIVES["non-saturating"], OBJECTIVES["least squares"]
    assert log.d_reference(0) == pytest.approx(2 * np.log(2))
    assert log.g_reference(0) == pytest.approx(np.log(2))
    assert OBJECTIVES["minimax"].g_reference(0) == pytest.approx(-np.log(2))
    assert log.d_reference(0.1) == pytest.approx(1.376, abs=1e-3)
    assert log.g_reference(0.1) == pytest.approx(0.799, abs=1e-3)
    assert (squares.d_reference(0), squares.g_reference(0)) == (0.5, 0.25)


@pytest.mark.parametrize("name", OBJECTIVES)
@pytest.mark.parametrize("size", [-1e4, 1e4])
def test_huge_logits_stay_finite(name, size):
    logit = tf.Variable([size])
    with tf.GradientTape() as tape:
        both = OBJECTIVES[name].d_loss(logit, logit, 0.1) + OBJECTIVES[name].g_loss(logit)
    assert np.isfinite(both)
    assert np.isfinite(tape.gradient(both, logit)).all()


# --- Penalties on discriminators whose slope is known ---

X = np.random.default_rng(0).normal(size=(7, 3))
W = np.array([[0.5], [-1.0], [2.0]])
MATRIX = np.array([[2.0, 0.3, 0.0], [0.3, 1.0, -0.5], [0.0, -0.5, 0.7]])


def linear(weights):
    return lambda x, training: x @ weights


def quadratic(x, training):
    return 0.5 * tf.reduce_sum(x @ MATRIX * x, axis=1, keepdims=True)


def test_r1_closed_forms():
    np.testing.assert_allclose(r1(input_slope(linear(W), tf.constant(X))), 0.5 * np.sum(W**2))
    slopes = np.sum((X @ MATRIX) ** 2, axis=1)
    np.testing.assert_allclose(input_slope(quadratic, tf.constant(X)), slopes)
    np.testing.assert_allclose(r1(input_slope(quadratic, tf.constant(X))), 0.5 * slopes.mean())


def test_wgan_gp_closed_forms():
    mix = np.random.default_rng(1).uniform(size=(7, 1))
    norm = np.linalg.norm(W)
    x = between(tf.constant(X), tf.constant(X[::-1]), mix)
    np.testing.assert_allclose(x, mix * X + (1 - mix) * X[::-1])
    np.testing.assert_allclose(wgan_gp(input_slope(linear(W), x)), (norm - 1) ** 2)
    norms = np.linalg.norm(x @ MATRIX, axis=1)
    value = wgan_gp(input_slope(quadratic, x))
    np.testing.assert_allclose(value, np.mean((norms - 1) ** 2))


@pytest.mark.parametrize("penalty", [r1, wgan_gp])
def test_penalties_can_be_differentiated_by_weights(penalty):
    """D(x) = tanh(x w): the gradient of its slope by w, against finite differences."""

    def value(w):
        return penalty(input_slope(lambda x, training: tf.tanh(x @ w), tf.constant(X)))

    w = tf.Variable(W)
    with tf.GradientTape() as tape:
        result = value(w)
    by_hand = slope(lambda v: float(value(tf.constant(v[:, None]))), W[:, 0])
    np.testing.assert_allclose(tape.gradient(result, w)[:, 0], by_hand, atol=1e-6)


def test_penalty_on_pictures_sums_over_all_pixels():
    pictures = tf.constant(np.random.default_rng(2).normal(size=(4, 5, 5, 1)))
    flat = linear(np.ones((25, 1)))
    slope = input_slope(lambda x, training: flat(tf.reshape(x, (-1, 25)), training), pictures)
    np.testing.assert_allclose(slope, [25.0] * 4)


def test_no_penalty_is_nothing():
    assert no_penalty(None, None, None) == 0.0
