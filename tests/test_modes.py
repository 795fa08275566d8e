"""Modes and coverage of points: against brute force, at their ceilings, and with bad input."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_lessons.data import gaussians, grid_centres, ring, ring_centres
from gan_lessons.metrics import mode_report, precision_recall

RING = ring_centres()


def test_the_centres_are_those_of_the_papers():
    assert len(np.unique(RING.round(6), axis=0)) == 8  # an end point would make two the same
    np.testing.assert_allclose(np.hypot(*RING.T), 2)
    wanted = {(x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)}
    assert {tuple(centre) for centre in grid_centres()} == wanted
    np.testing.assert_array_equal(ring(50, seed=4), gaussians(50, RING, seed=4))


def test_a_perfect_sampler_reaches_the_ceiling():
    """1 − e^(−4.5) of a Gaussian in the plane lies within 3 σ (the Rayleigh distribution)."""
    found = mode_report(gaussians(100_000, RING, 0.05, seed=1), RING, 0.05)
    assert (found.captured, found.alive) == (8, 8)
    ceiling = scipy.stats.rayleigh.cdf(3)
    assert ceiling == pytest.approx(1 - np.exp(-4.5)) == pytest.approx(0.98889, abs=1e-5)
    assert found.quality == pytest.approx(ceiling, abs=0.0011)  # 3.3 standard errors
    assert 0 <= found.reverse_kl < 1e-3


def test_one_mode_has_the_worst_reverse_kl():
    found = mode_report(gaussians(2500, RING[:1], 0.05, seed=1), RING, 0.05)
    assert (found.captured, found.alive) == (1, 1)
    assert found.reverse_kl == pytest.approx(np.log(8)) == pytest.approx(2.079, abs=1e-3)


def test_one_stray_point_captures_a_mode_but_does_not_bring_it_to_life():
    points = np.vstack([gaussians(2499, RING[:1], 0.01, seed=1), RING[3:4]])
    found = mode_report(points, RING, 0.05)
    assert (found.captured, found.alive) == (2, 1)


@settings(max_examples=30, deadline=None)
@given(n=st.integers(1, 60), modes=st.integers(1, 9), seed=st.integers(0, 999))
def test_the_report_agrees_with_a_plain_loop(n, modes, seed):
    random = np.random.default_rng(seed)
    centres, points = random.normal(size=(modes, 2)), random.normal(size=(n, 2))
    good, held = np.zeros(modes, int), np.zeros(modes, int)
    for point in points:
        distances = [np.hypot(*(point - centre)) for centre in centres]
        mode = int(np.argmin(distances))
        held[mode] += 1
        good[mode] += distances[mode] < 0.6
    found = mode_report(points, centres, 0.2)
    assert found.captured == (good > 0).sum()
    assert found.alive == (good >= 0.1 * n / modes).sum()
    assert found.quality == pytest.approx(good.sum() / n)
    np.testing.assert_allclose(found.shares, held / n)
    assert found.reverse_kl == pytest.approx(scipy.stats.entropy(held, np.ones(modes)), abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(n=st.integers(4, 25), m=st.integers(4, 25), k=st.integers(1, 3), seed=st.integers(0, 999))
def test_precision_and_recall_agree_with_a_plain_loop(n, m, k, seed):
    random = np.random.default_rng(seed)
    real, fake = random.normal(size=(n, 2)), random.normal(size=(m, 2)) + 1

    def inside(points, manifold):
        reach = [sorted(np.hypot(*(x - y)) for y in manifold)[k] for x in manifold]
        return np.mean(
            [
                any(np.hypot(*(p - x)) <= r for x, r in zip(manifold, reach, strict=True))
                for p in points
            ]
        )

    precision, recall = precision_recall(real, fake, k)
    assert precision == pytest.approx(inside(fake, real))
    assert recall == pytest.approx(inside(real, fake))


def test_precision_and_recall_tell_loss_of_modes_from_bad_samples():
    real = ring(1000, seed=0)
    same = precision_recall(real, ring(1000, seed=1))
    one_mode = precision_recall(real, gaussians(1000, RING[:1], 0.05, seed=2))
    blurred = precision_recall(real, ring(1000, spread=0.5, seed=3))
    assert min(same) > 0.9
    assert one_mode[0] > 0.9 and one_mode[1] == pytest.approx(1 / 8, abs=0.03)
    assert blurred[0] < 0.2 and blurred[1] > 0.8


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda: mode_report(RING, RING, 0), "spread must be above 0, got 0"),
        (lambda: mode_report(np.zeros((2, 3)), RING, 1), r"centres must have shape \(k, 3\)"),
        (lambda: precision_recall(RING[:3], RING), "more than k = 3 rows, got 3 and 8"),
        (lambda: precision_recall(RING, RING, k=0), "k must be at least 1, got 0"),
        (lambda: precision_recall(RING, np.zeros((9, 3))), "must be equally wide"),
        (lambda: grid_centres(side=0), "side must be at least 1, got 0"),
        (lambda: gaussians(3, [[0, 0, 0]]), r"centres must have shape \(modes, 2\)"),
        (lambda: gaussians(0, RING), "n must be at least 1, got 0"),
    ],
)
def test_bad_input_is_named(call, why):
    with pytest.raises(ValueError, match=why):
        call()
