"""The divergences on a grid: against closed forms, SciPy, and input they must refuse."""

from itertools import pairwise

import numpy as np
import pytest
import scipy.integrate
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_lessons.metrics import js_divergence, kl_divergence, wasserstein_1d

X = np.linspace(-12, 12, 4801)
DX = X[1] - X[0]
LOG2 = np.log(2)


def normal(mean, sd):
    return scipy.stats.norm.pdf(X, mean, sd)


def block(left, width):
    """A uniform density whose edges lie on the grid's cells."""
    return (np.abs(X + DX / 2 - left - width / 2) < width / 2) / width


means, spreads = st.floats(-2, 2), st.floats(0.4, 1.5)


@given(means, spreads, means, spreads)
@settings(max_examples=30, deadline=None)
def test_kl_of_gaussians_in_closed_form(m, s, n, t):
    right = np.log(t / s) + (s**2 + (m - n) ** 2) / (2 * t**2) - 0.5
    assert kl_divergence(normal(m, s), normal(n, t), DX) == pytest.approx(right, abs=1e-6)


@given(means, spreads, means, spreads)
@settings(max_examples=20, deadline=None)
def test_jsd_by_another_integral(m, s, n, t):
    """JSD = H(average) − average H, with SciPy's entropy of a Gaussian."""

    def log_loss(x):
        middle = (scipy.stats.norm.pdf(x, m, s) + scipy.stats.norm.pdf(x, n, t)) / 2
        return -middle * np.log(middle) if middle > 0 else 0.0

    ends = sorted({-12, m, n, 12})
    mixed = sum(scipy.integrate.quad(log_loss, a, b)[0] for a, b in pairwise(ends))
    right = mixed - (scipy.stats.norm(m, s).entropy() + scipy.stats.norm(n, t).entropy()) / 2
    found = js_divergence(normal(m, s), normal(n, t), DX)
    assert found == pytest.approx(right, abs=1e-6)
    assert -1e-12 <= found <= LOG2 + 1e-12
    assert found == pytest.approx(js_divergence(normal(n, t), normal(m, s), DX), abs=1e-12)


def test_the_published_check_case():
    p = 0.5 * normal(-1.5, 0.4) + 0.5 * normal(1, 0.6)
    assert js_divergence(p, normal(0.3, 1.2), DX) == pytest.approx(0.1074, abs=5e-5)


@pytest.mark.parametrize("shift", [0, 0.25, 0.5, 1, 3, 8])
def test_blocks_in_closed_form(shift):
    p, q = block(-2, 1), block(-2 + shift, 1)
    assert js_divergence(p, q, DX) == pytest.approx(min(shift, 1) * LOG2, abs=1e-9)
    assert wasserstein_1d(p, q, DX) == pytest.approx(shift, abs=1e-9)
    assert kl_divergence(p, q, DX) == (pytest.approx(0) if shift == 0 else np.inf)
    assert kl_divergence(p, block(-3, 4), DX) == pytest.approx(np.log(4))  # 0 log 0 = 0


@given(means, spreads, means, spreads)
@settings(max_examples=20, deadline=None)
def test_wasserstein_agrees_with_scipy(m, s, n, t):
    p, q = normal(m, s), normal(n, t)
    right = scipy.stats.wasserstein_distance(X, X, p, q)
    assert wasserstein_1d(p, q, DX) == pytest.approx(right, abs=1e-6)


@pytest.mark.parametrize("measure", [kl_divergence, js_divergence, wasserstein_1d])
@pytest.mark.parametrize(
    ("p", "q", "dx", "word"),
    [
        (np.ones(3), np.ones(4), 0.1, "shape|broadcast"),
        (np.ones((2, 2)), np.ones((2, 2)), 0.1, "shape"),
        (np.array([1.0, -1.0]), np.ones(2), 0.1, "negative"),
        (np.array([1.0, np.nan]), np.ones(2), 0.1, "finite"),
        (np.ones(2), np.ones(2), 0.0, "dx must be above 0"),
    ],
)
def test_bad_input_is_named(measure, p, q, dx, word):
    with pytest.raises(ValueError, match=word):
        measure(p, q, dx)


def test_different_areas_have_no_distance():
    with pytest.raises(ValueError, match="one area"):
        wasserstein_1d(np.ones(5), 2 * np.ones(5), 0.1)
