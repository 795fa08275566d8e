"""Lesson 01: each formula on its page a second way, with the very functions of the page."""

import ast
import itertools
from functools import partial

import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
import scipy.stats
from lessons import definitions, lesson

from gan_lessons.dirac import ORDERS, dirac_field, equilibrium_jacobian, step_matrix, trajectory
from gan_lessons.exercises.lesson_01 import ENDS, ROWS
from gan_lessons.metrics import js_divergence, kl_divergence

X = np.linspace(-8, 8, 1601)
DX = X[1] - X[0]


def real_at(x):
    law = scipy.stats.norm
    return 0.5 * law.pdf(x, -1.5, 0.4) + 0.5 * law.pdf(x, 1.0, 0.6)


P = real_at(X)


@pytest.fixture(scope="module")
def page():
    """The functions that the lesson defines, by name, with the grid they rely on."""
    known = {"np": np, "x": X, "dx": DX, "p": P}
    for tree in definitions(lesson("01_minimax_objective")).values():
        exec(compile(ast.Module([tree], []), tree.name, "exec"), known)
    return known


def fakes():
    random = np.random.default_rng(3)
    return [scipy.stats.norm.pdf(X, random.normal(), random.uniform(0.4, 2)) for _ in range(6)]


def test_the_published_check_case_by_adaptive_integrals(page):
    def fake_at(x):
        return scipy.stats.norm.pdf(x, 0.3, 1.2)

    def pay(x):
        total = real_at(x) + fake_at(x)
        on_real = real_at(x) * np.log(real_at(x) / total)
        return on_real + fake_at(x) * np.log(fake_at(x) / total)

    right = scipy.integrate.quad(pay, -6, 6, points=[-1.5, 0.3, 1.0])[0]
    q = page["normal"](X, 0.3, 1.2)
    assert page["value"](page["fair_judge"](P, q), P, q) == pytest.approx(right, abs=1e-4)
    assert (right + np.log(4)) / 2 == pytest.approx(0.1074, abs=5e-5)


@pytest.mark.parametrize("q", fakes())
def test_line_3_of_the_proof(page, q):
    best = page["value"](page["fair_judge"](P, q), P, q)
    # the grid cuts off what lies outside: the areas stand where log 2 has its factor
    areas = -np.log(2) * (P.sum() + q.sum()) * DX
    assert best == pytest.approx(areas + 2 * js_divergence(P, q, DX), abs=1e-12)


def test_line_2_of_the_proof_by_an_optimizer(page):
    random = np.random.default_rng(0)
    for p, q in random.uniform(0.01, 2, (20, 2)):
        found = scipy.optimize.minimize_scalar(
            lambda d, p=p, q=q: -(p * np.log(d) + q * np.log(1 - d)), bounds=(0, 1),
            method="bounded", options={"xatol": 1e-8},
        )  # fmt: skip
        assert page["fair_judge"](np.array([p]), np.array([q]))[0] == pytest.approx(
            found.x, abs=1e-6
        )


def test_the_fair_judge_is_defined_everywhere(page):
    p, q = np.array([0.0, 0.0, 0.3]), np.array([0.0, 0.2, 0.0])
    assert page["fair_judge"](p, q).tolist() == [0.5, 0.0, 1.0]
    assert np.isfinite(page["value"](page["fair_judge"](p, q), p, q))


def test_the_sliders_reach_the_real_data_and_nothing_beats_it(page):
    """Exercise 1: on the panel's own marks there is one best setting, and V is −log 4 there."""
    two_bumps, value, fair = page["two_bumps"], page["value"], page["fair_judge"]
    assert two_bumps(-0.25, 1.0, 0.5) == pytest.approx(P, abs=1e-12)
    assert value(fair(P, P), P, P) == pytest.approx(-np.log(4), abs=1e-9)
    for setting in ((-0.2, 1.0, 0.5), (-0.25, 1.05, 0.5), (-0.25, 1.0, 0.45)):
        q = two_bumps(*setting)
        assert value(fair(P, q), P, q) > -np.log(4) + 1e-4


def test_the_covering_gaussian_has_the_data_s_moments(page):
    """Exercise 2 by an optimizer, and the claims about which yardstick covers and which seeks."""

    def best(distance, start):
        found = scipy.optimize.minimize(
            lambda v: distance(page["normal"](X, v[0], np.exp(v[1]))), start, method="Nelder-Mead"
        )
        return found.fun, found.x[0], np.exp(found.x[1])

    def winner(distance):
        return min(best(distance, start) for start in ((0.0, 0.5), (2.0, -0.5), (-2.5, -0.9)))

    new = 0.25 * page["normal"](X, -2, 0.5) + 0.75 * page["normal"](X, 2, 1)
    assert winner(lambda q: kl_divergence(new, q, DX))[1:] == pytest.approx((1, 1.9526), abs=2e-3)
    apart = 0.5 * page["normal"](X, -2.5, 0.4) + 0.5 * page["normal"](X, 2.0, 0.6)
    assert winner(lambda q: kl_divergence(P, q, DX))[1:] == pytest.approx((-0.25, 1.35), abs=2e-3)
    assert winner(lambda q: kl_divergence(apart, q, DX))[2] > 2
    for distance in (lambda q: kl_divergence(q, P, DX), lambda q: js_divergence(P, q, DX)):
        assert winner(distance)[2] > 1.1  # the gap is shallow: both cover
    for distance in (lambda q: kl_divergence(q, apart, DX), lambda q: js_divergence(apart, q, DX)):
        assert winner(distance)[1:] == pytest.approx((2.0, 0.6), abs=0.02)  # both seek


def test_the_pushes_are_the_slopes_of_the_losses(page):
    """What the arrows show: minus the slope in x of the loss on a fake, the judge held fixed."""
    fake, distance, h = np.linspace(-1, 5, 13), 2.5, 1e-5
    for name in ("saturating", "non-saturating"):
        loss = page[name.replace("-", "_")]

        def at(x, loss=loss):
            pair = scipy.stats.norm.logpdf(x), scipy.stats.norm.logpdf(x, distance)
            return loss(pair[0] - pair[1])

        slope = (at(fake + h) - at(fake - h)) / (2 * h)
        assert page["push_on"](fake, distance, name) == pytest.approx(-slope, abs=1e-6)


@pytest.mark.parametrize("theta", [-2.5, -0.8, 0.3, 1.7])
def test_what_g_descends(page, theta):
    """The identity with every integral by SciPy and the derivative of q in closed form."""

    def q_at(x):
        return scipy.stats.norm.pdf(x, theta, 0.5)

    def mean_slope(function):  # ∫ ∂q/∂θ · function
        def inside(x):
            return q_at(x) * (x - theta) / 0.25 * function(x)

        return scipy.integrate.quad(inside, theta - 4, theta + 4, points=[theta], limit=200)[0]

    two_jsd = mean_slope(lambda x: np.log(2 * q_at(x) / (real_at(x) + q_at(x))))
    kl = mean_slope(lambda x: np.log(q_at(x) / real_at(x)))
    saturating, non_saturating = page["g_slopes"](theta)
    assert saturating == pytest.approx(two_jsd, abs=1e-4)
    assert non_saturating == pytest.approx(kl - two_jsd, abs=1e-3)


def test_the_rows_of_the_table():
    """Exercise 5: the truth that the check knows, from the paths themselves."""
    games = {
        "minimax, simultaneous": ("simultaneous", {}),
        "minimax, G first": ("G first", {}),
        "non-saturating": ("G first", {"objective": "non-saturating"}),
        "Wasserstein": ("simultaneous", {"objective": "Wasserstein"}),
        "minimax with R1": ("simultaneous", {"gamma": 0.3}),
        "minimax with noise": ("simultaneous", {"sigma": 1.0}),
        "WGAN-GP": ("G first", {"objective": "WGAN-GP", "gamma": 1.0}),
    }
    assert games.keys() == ROWS.keys()
    for name, (order, game) in games.items():
        far = np.hypot(*trajectory(partial(dirac_field, **game), 0.2, order).T)
        out, near = far[-1] > 2, far[-1] < 1
        found = ENDS[0] if out else ENDS[1] if not near else ENDS[2 if far[-1] > 0.01 else 3]
        assert found == ROWS[name][0], (name, far[-1])
        if found == "circles":
            assert far[-100:].min() > 1 and far[-100:].max() < 1.6


def test_how_much_r1():
    """Exercise 6: the limit of the step size is 4γ, and γ = 1 settles fastest."""

    def factor(gamma, step_size):
        matrix = step_matrix(equilibrium_jacobian(gamma=gamma), step_size)
        return np.abs(np.linalg.eigvals(matrix)).max()

    for gamma in (0.1, 0.3, 0.9):
        assert factor(gamma, 4 * gamma - 0.01) < 1 < factor(gamma, 4 * gamma + 0.01)
    gammas = np.linspace(0, 3, 301)
    speed = [-np.linalg.eigvals(equilibrium_jacobian(gamma=g)).real.max() for g in gammas]
    assert gammas[np.argmax(speed)] == pytest.approx(1.0)


def test_the_eigenvalues_are_written_right(page):
    for gamma in (0.0, 0.3, 1.0, 2.0):
        matrix = equilibrium_jacobian(gamma=gamma)
        middle, root = page["eigenvalues"](matrix).split(" ± ")
        root = complex(root.replace("i", "j"))
        found = np.linalg.eigvals(matrix)
        assert np.abs(found - (float(middle) + root)).min() < 0.006
        assert np.abs(found - (float(middle) - root)).min() < 0.006


@pytest.mark.parametrize("objective", ["minimax", "non-saturating", "Wasserstein"])
def test_the_measured_factor_is_the_eigenvalues(page, objective):
    """The panel's two numbers are one, at the corners of its sliders too."""
    for order, h, gamma, sigma in itertools.product(ORDERS, (0.02, 0.6), (0, 1, 2), (0, 1.5)):
        field = partial(dirac_field, objective=objective, gamma=gamma, sigma=sigma)
        exact = equilibrium_jacobian(objective, gamma, sigma)
        said, seen = page["factors"](field, exact, h, order)
        assert seen == pytest.approx(said, abs=5e-4)


def test_one_step_of_the_game(page):
    """The squared distance grows by 1 + h²f′(θψ)² at each simultaneous step, anywhere."""
    for theta, psi, h in np.random.default_rng(0).uniform(-2, 2, (20, 3)):
        after = trajectory(page["game"], abs(h), steps=1, start=(theta, psi))[-1]
        growth = 1 + h**2 / (1 + np.exp(theta * psi)) ** 2
        assert after @ after == pytest.approx((theta**2 + psi**2) * growth)


def test_the_panels_densities_lie_on_the_grid(page):
    """At the sliders' far ends hardly anything is cut off, so the yardsticks can be believed."""
    for edge in (-1, 1):
        for width in (0.5, 2.0):
            for weight in (0.05, 0.95):
                assert page["two_bumps"](2 * edge, width, weight).sum() * DX > 0.999
        assert page["normal"](X, 2.5 * edge, 1.8).sum() * DX > 0.998


def test_the_blocks_are_exact(page):
    """Section 6: JSD = min(|d|, 1) log 2 and W₁ = |d| at every mark of the slider."""
    for shift in np.linspace(-4, 4, 81):
        pair = page["block"](0), page["block"](shift)
        assert js_divergence(*pair, DX) == pytest.approx(min(abs(shift), 1) * np.log(2), abs=1e-6)
        assert page["wasserstein_1d"](*pair, DX) == pytest.approx(abs(shift), abs=1e-6)


def test_what_the_committed_page_says_of_the_network():
    """The trained judge earns less than the fair one, and nearly as much."""
    cells = [cell for cell in lesson("01_minimax_objective").cells if cell.cell_type == "code"]
    text = "".join(output.get("text", "") for cell in cells for output in cell.outputs)
    line = next(line for line in text.splitlines() if line.startswith("V of the trained judge"))
    learned, fair = (float(word.strip(",")) for word in line.split() if word.startswith("-"))
    assert fair - 0.02 < learned < fair
