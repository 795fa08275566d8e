"""The Dirac-GAN: its field from the definition, its paths, its matrices, the published table."""

from functools import partial

import numpy as np
import pytest
import scipy.integrate
import scipy.stats

from gan_lessons.dirac import (
    OBJECTIVES,
    ORDERS,
    dirac_field,
    equilibrium_jacobian,
    push,
    step_matrix,
    trajectory,
)


def f(t):
    return -np.logaddexp(0, -t)


def mean(function, centre, sigma):
    """The mean of a function over N(centre, sigma), by adaptive quadrature."""
    if sigma == 0:
        return function(centre)
    law = scipy.stats.norm(centre, sigma)
    span = centre - 9 * sigma, centre + 9 * sigma
    return scipy.integrate.quad(lambda x: law.pdf(x) * function(x), *span, points=[0.0, centre])[0]


def slow_field(theta, psi, objective, gamma, sigma, h=1e-5):
    """The same from the two losses, by finite differences."""
    score = f if objective in ("minimax", "non-saturating") else (lambda t: t)

    def g_gain(theta):
        if objective == "non-saturating":
            return mean(lambda x: f(-psi * x), theta, sigma)
        return -mean(lambda x: score(psi * x), theta, sigma)

    def d_gain(psi):
        gain = mean(lambda x: score(psi * x), theta, sigma)
        gain += mean(lambda x: score(-psi * x), 0.0, sigma)
        target = 1.0 if objective == "WGAN-GP" else 0.0
        return gain - gamma / 2 * (abs(psi) - target) ** 2

    return ((g_gain(theta + h) - g_gain(theta - h)) / (2 * h),
            (d_gain(psi + h) - d_gain(psi - h)) / (2 * h))  # fmt: skip


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize(("gamma", "sigma"), [(0.0, 0.0), (0.7, 0.0), (0.0, 0.8), (0.3, 1.5)])
def test_the_field_is_the_gradient_of_each_player_s_own_loss(objective, gamma, sigma):
    for theta, psi in ((1.0, 1.0), (-0.7, 2.0), (0.4, -1.3)):
        right = slow_field(theta, psi, objective, gamma, sigma)
        found = dirac_field(theta, psi, objective, gamma, sigma)
        assert found == pytest.approx(right, abs=1e-4)


def test_the_field_takes_arrays():
    theta, psi = np.random.default_rng(0).normal(size=(2, 3, 4))
    both = dirac_field(theta, psi, gamma=0.2, sigma=0.5)
    one = dirac_field(theta[1, 2], psi[1, 2], gamma=0.2, sigma=0.5)
    assert np.shape(both) == (2, 3, 4)
    assert [part[1, 2] for part in both] == pytest.approx(one)


def test_push_is_the_derivative_and_does_not_overflow():
    t = np.linspace(-5, 5, 11)
    assert push(t) == pytest.approx((f(t + 1e-6) - f(t - 1e-6)) / 2e-6, abs=1e-8)
    with np.errstate(all="raise"):
        assert push(np.array([-2000.0, 0.0, 2000.0])).tolist() == [1.0, 0.5, 0.0]


def numerical_jacobian(function, h=1e-5):
    columns = [np.subtract(function(*(h * e)), function(*(-h * e))) / (2 * h) for e in np.eye(2)]
    return np.stack(columns, axis=1)


@pytest.mark.parametrize("objective", OBJECTIVES[:3])
@pytest.mark.parametrize(("gamma", "sigma"), [(0.0, 0.0), (0.3, 0.0), (2.0, 0.0), (0.0, 1.2)])
def test_the_jacobian_is_the_field_s(objective, gamma, sigma):
    field = partial(dirac_field, objective=objective, gamma=gamma, sigma=sigma)
    exact = equilibrium_jacobian(objective, gamma, sigma)
    assert exact == pytest.approx(numerical_jacobian(field), abs=1e-6)


@pytest.mark.parametrize("number", [0.0, 0.3, 1.0, 1.7])
def test_the_published_eigenvalues(number):
    def eigenvalues(*given):
        return np.sort_complex(np.linalg.eigvals(equilibrium_jacobian(*given)))

    def published(middle, under_root):
        root = np.emath.sqrt(under_root)
        return np.sort_complex(np.array([middle - root, middle + root], complex))

    for objective in ("minimax", "non-saturating"):
        r1 = published(-number / 2, number**2 / 4 - 1 / 4)
        noise = published(-(number**2) / 4, number**4 / 16 - 1 / 4)
        assert eigenvalues(objective, number) == pytest.approx(r1, abs=1e-7)
        assert eigenvalues(objective, 0.0, number) == pytest.approx(noise, abs=1e-7)
    assert eigenvalues("Wasserstein", 0.0, number) == pytest.approx(published(0, -1))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("gamma", [0.0, 0.5])
def test_the_step_matrix_is_a_step_s_derivative(order, gamma):
    field = partial(dirac_field, gamma=gamma)
    found = step_matrix(equilibrium_jacobian(gamma=gamma), 0.3, order)
    right = numerical_jacobian(lambda *start: trajectory(field, 0.3, order, 1, start)[-1])
    assert found == pytest.approx(right, abs=1e-6)


def end(order="simultaneous", **game):
    return np.hypot(*trajectory(partial(dirac_field, **game), 0.2, order)[-1])


def test_the_published_distances():
    """Step .2 from (1, 1), 500 steps; the limits are half a unit of the last digit."""
    assert end() == pytest.approx(3.10, abs=0.005)
    assert 1.335 <= end("G first") <= 1.425
    assert end(objective="non-saturating") == pytest.approx(0.64, abs=0.005)
    assert end("G first", objective="non-saturating") == pytest.approx(0.284, abs=0.0005)
    assert end("D first", objective="non-saturating") == pytest.approx(0.271, abs=0.0005)
    assert 5e-7 < end(gamma=0.3) < 5e-6
    assert end(gamma=1.0) < 1e-16
    for order in ORDERS:
        assert 0.5 < end(order, objective="WGAN-GP", gamma=1.0) < 2


def test_the_limit_cycle_and_the_slow_way_in_of_non_saturating():
    field = partial(dirac_field, objective="non-saturating")
    together = np.hypot(*trajectory(field, 0.2, steps=4000).T)
    in_turn = np.hypot(*trajectory(field, 0.2, "G first", steps=4000).T)
    assert 0.6 < together[2000:].min() < together[2000:].max() < 0.66
    assert in_turn[4000] == pytest.approx(in_turn[1000] / 2, rel=0.1)  # like 1/√n


def test_non_saturating_points_inwards_by_the_formula():
    theta, psi = np.random.default_rng(0).uniform(-3, 3, (2, 50))
    g_moves, d_moves = dirac_field(theta, psi, "non-saturating")
    formula = -theta * psi * np.tanh(theta * psi / 2)
    assert theta * g_moves + psi * d_moves == pytest.approx(formula)


def test_simultaneous_minimax_grows_by_the_formula():
    path = trajectory(dirac_field, 0.2, steps=50)
    squares = (path**2).sum(axis=1)
    growth = 1 + 0.04 * push(path[:-1].prod(axis=1)) ** 2
    assert squares[1:] / squares[:-1] == pytest.approx(growth)


def test_the_flow_keeps_the_distance():
    path = trajectory(dirac_field, 1e-3, "G first", steps=10_000)
    assert np.hypot(*path.T) == pytest.approx(np.sqrt(2), rel=1e-3)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: dirac_field(1, 1, "hinge"), "objective must be one of minimax"),
        (lambda: dirac_field(1, 1, gamma=-1), "gamma"),
        (lambda: dirac_field(1, 1, sigma=float("nan")), "sigma"),
        (lambda: trajectory(dirac_field, 0.2, "both"), "order must be one of simultaneous"),
        (lambda: trajectory(dirac_field, 0.0), "step_size must be above 0"),
        (lambda: equilibrium_jacobian("WGAN-GP"), "objective must be one of"),
        (lambda: step_matrix(np.eye(2), 0.1, "both"), "order must be one of"),
    ],
)
def test_bad_input_is_named(call, word):
    with pytest.raises(ValueError, match=word):
        call()
