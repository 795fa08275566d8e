"""The loss doctor: each state is found in curves that were made to show it."""

import numpy as np
import pytest

from gan_lessons.panels.doctor import STATES, WARM_UP, diagnose, separation

LOG = {"d_loss": 1.386, "g_loss": 0.693}
MINIMAX = {"d_loss": 1.386, "g_loss": -0.693}
SQUARES = {"d_loss": 0.5, "g_loss": 0.25}
HINGE = {"d_loss": 2.0, "g_loss": None}
WASSERSTEIN = {"d_loss": 0.0, "g_loss": None}
NOISE = np.random.default_rng(0).normal(0, 0.03, 300)


def curves(d, g, gradient=0.5):
    d, g = d + NOISE, g + NOISE[::-1]
    return {
        "d_loss": d,
        "g_loss": g,
        "d_gradient": gradient + 0 * d,
        "g_gradient": gradient + 0 * d,
    }


def scores(apart):
    random = np.random.default_rng(3)
    return random.normal(apart / 2, 1, 256), random.normal(-apart / 2, 1, 256)


CASES = [
    ("healthy", "non-saturating", LOG, 1.2, 0.9, 1.0),
    ("healthy", "minimax", MINIMAX, 1.2, -0.6, 1.0),
    ("healthy", "least squares", SQUARES, 0.4, 0.35, 1.0),
    ("healthy", "hinge", HINGE, 1.7, 0.1, 1.0),
    ("healthy", "Wasserstein", WASSERSTEIN, -1.0, 0.3, 3.0),
    ("D wins", "non-saturating", LOG, 0.05, 6.0, 9.0),
    ("D wins", "minimax", MINIMAX, 0.05, -0.01, 9.0),
    ("D wins", "least squares", SQUARES, 0.04, 0.95, 9.0),
    ("D wins", "hinge", HINGE, 0.05, 4.0, 9.0),
    ("D wins", "Wasserstein", WASSERSTEIN, -np.geomspace(10, 1000, 300), 400.0, 9.0),
    ("G wins", "non-saturating", LOG, 2.6, 0.2, -1.5),
    ("G wins", "minimax", MINIMAX, 2.6, -1.9, -1.5),
    ("G wins", "least squares", SQUARES, 0.9, 0.02, -1.5),
    ("G wins", "hinge", HINGE, 3.0, -1.0, -1.5),
    ("G wins", "Wasserstein", WASSERSTEIN, 0.8, -0.5, -1.5),
]


@pytest.mark.parametrize(("state", "objective", "best", "d", "g", "apart"), CASES)
def test_states(state, objective, best, d, g, apart):
    found = diagnose(curves(d, g), objective, best, scores(apart))
    assert found.state == state, found
    assert found.sentence.endswith(".") and len(found.sentence) < 220


@pytest.mark.parametrize(("state", "objective", "best", "d", "g", "apart"), CASES)
def test_without_verdicts_the_losses_alone_serve(state, objective, best, d, g, apart):
    found = diagnose(curves(d, g), objective, best)
    assert found.state in (state, "healthy" if objective == "Wasserstein" else state)


def test_oscillation_is_a_swing_and_a_trend_is_not():
    swing = 1.2 + np.sin(np.arange(300) / 8)
    assert diagnose(curves(swing, 1.0), "non-saturating", LOG).state == "oscillation"
    trend = np.linspace(0.5, 1.4, 300)
    assert diagnose(curves(trend, 0.9), "non-saturating", LOG).state == "healthy"


def test_warming_up_diverged_and_flat():
    few = {name: rows[: WARM_UP - 1] for name, rows in curves(1.2, 0.9).items()}
    assert diagnose(few, "non-saturating", LOG).state == "warming up"
    none = {name: rows[:0] for name, rows in few.items()}
    assert diagnose(none, "non-saturating", LOG).state == "warming up"
    few["g_loss"][-1] = np.inf
    assert diagnose(few, "non-saturating", LOG).state == "diverged"
    assert diagnose(curves(1.3, 0.7, gradient=0.0), "non-saturating", LOG).state == "flat"


def test_losses_alone_are_enough_of_a_history():
    rows = curves(1.2, 0.9)
    found = diagnose({"d_loss": rows["d_loss"], "g_loss": rows["g_loss"]}, "non-saturating", LOG)
    assert found.state == "healthy" and found.state in STATES


def test_separation():
    assert separation([1, 2, 3], [-1, 0]) == 1
    assert separation([0, 0], [0, 0]) == 0.5
    assert separation([-1], [1, 2]) == 0
