"""Lesson 05: its formulas computed a second way, and what its text claims of its measurements.

The functions are the ones on the page, read from the notebook.
"""

import ast
import itertools
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.integrate
import scipy.spatial
import scipy.stats

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

from lessons import definitions, lesson
from measure_lesson_05 import COLLAPSE, CURES, DIGIT_MOMENTS, DIGIT_RUNS, MOMENTS

from gan_lessons import metrics
from gan_lessons.data import gaussians, measured, ring, ring_centres
from gan_lessons.dirac import dirac_field, push, trajectory
from gan_lessons.exercises.lesson_05 import FALLS

NAME = "05_mode_collapse"
FAULTS = {  # the words of exercise 3 as arguments of bad_sampler: modes, blur, junk
    "4 of 8 modes": (4, 1, 0),
    "a third of the samples are strays": (8, 1, 1 / 3),
    "each mode a third as wide": (8, 1 / 3, 0),
    "each mode three times as wide": (8, 3, 0),
}


ON_THE_GRID = (
    "nothing",
    "PacGAN, 2",
    "minibatch standard deviation",
    "R1, weight 1",
    "z of 2",
    "two time scales: D's rate 2e-3",
    "average of G",
)
SLOWER = {  # how many times as slow, as the text says
    "G looks 1 move ahead": 3,
    "G looks 5 moves ahead": 9,
    "minibatch discrimination": 9,
}


@pytest.fixture(scope="module")
def page():
    """The functions of the page, with the names that they use."""
    names = {
        "np": np,
        "RING": ring_centres(),
        "SPREAD": 0.05,
        "ALIVE": 0.1,
        "real": {"ring": ring(10_000)},
        "gaussians": gaussians,
        "push": push,
        **{name: getattr(metrics, name) for name in ("Modes", "nearest", "distances")},
    }
    for node in definitions(lesson(NAME)).values():
        exec(compile(ast.Module([node], []), NAME, "exec"), names)
    return names


def constant(name):
    """What the page assigns to a name, where that is plain data; |-unions of such included."""
    found = {}
    for cell in lesson(NAME).cells:
        if cell.cell_type == "code":
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.Assign):
                    target = ast.unparse(node.targets[0])
                    try:
                        found[target] = eval(ast.unparse(node.value), {}, dict(found))
                    except Exception:
                        continue
                    if target.startswith("CURES["):
                        found["CURES"][target[7:-2]] = found[target]
    return found[name]


# --- 2: measures ---


@pytest.mark.parametrize(("reach", "share"), [(2, 0.8647), (3, 0.9889)])
def test_the_ceilings(reach, share):
    found, _ = scipy.integrate.quad(lambda r: r * np.exp(-(r**2) / 2), 0, reach)
    assert found == pytest.approx(share, abs=1e-4)
    assert np.mean(np.linalg.norm(ring(50_000)[:, None] - ring_centres(), axis=2).min(1)
                   < reach * 0.05) == pytest.approx(share, abs=0.003)  # fmt: skip


def test_the_report_on_the_page_is_right_by_brute_force(page):
    points = page["bad_sampler"](5, 1.5, 0.2, 700)
    found = page["mode_report"](points, page["RING"], 0.05)
    apart = scipy.spatial.distance.cdist(points, page["RING"])
    good = apart.min(axis=1) < 0.15
    held = [np.sum(good & (apart.argmin(axis=1) == k)) for k in range(8)]
    assert found.captured == sum(n > 0 for n in held)
    assert found.alive == sum(n >= 0.1 * 700 / 8 for n in held)
    q = np.bincount(apart.argmin(axis=1), minlength=8) / 700
    assert found.reverse_kl == pytest.approx(
        scipy.stats.entropy(q[q > 0], np.full(8, 1 / 8)[q > 0])
    )


def test_which_one_falls(page):
    real = page["real"]["ring"][:500]
    perfect = page["precision_recall"](real, page["bad_sampler"](8, 1, 0, 500))
    for fault, arguments in FAULTS.items():
        found = page["precision_recall"](real, page["bad_sampler"](*arguments, 500))
        drop = dict(zip(("precision", "recall"), np.subtract(perfect, found), strict=True))
        assert max(drop, key=drop.get) == FALLS[fault]
        assert drop[FALLS[fault]] > 0.25 and min(drop.values()) < 0.1
    assert FAULTS.keys() == FALLS.keys()


def test_strays_fool_recall_and_the_captured_modes(page):
    points = page["bad_sampler"](1, 1, 0.05, 2500)
    report = page["mode_report"](points, page["RING"], 0.05)
    assert report.alive == 1 < report.captured
    assert page["precision_recall"](page["real"]["ring"][:500], points[:500])[1] > 0.95


def test_a_blob_in_the_middle_fools_reverse_kl(page):
    points = gaussians(2500, [[0.0, 0.0]], 0.3)
    report = page["mode_report"](points, page["RING"], 0.05)
    assert report.quality == 0 and report.reverse_kl < 0.02


def test_the_noise_of_the_reverse_kl(page):
    draws = np.random.default_rng(0).multinomial(2500, np.full(8, 1 / 8), size=2000) / 2500
    kl = (draws * np.log(draws * 8)).sum(axis=1)
    assert kl.mean() == pytest.approx(7 / 5000, rel=0.05)


# --- 3: why ---


def test_the_islands_change_their_character_at_four(page):
    islands = page["islands"]
    for s in (0.5, 2.0, 3.9):
        assert np.ptp(islands(s, rounds=2000)[-1]) < 1e-3
    for s in (4.1, 5.0, 10.0):
        assert np.ptp(islands(s, rounds=2000)[-1]) > 0.05
    errors = 8 * islands(1.5)[8:10] - 1  # near fair shares each round multiplies them by 1 - s/2
    assert np.allclose(errors[1] / errors[0], 1 - 1.5 / 2, rtol=0.02)
    eager = islands(100.0)
    assert (eager[5:].max(axis=1) > 0.9).all() and len(set(eager.argmax(axis=1))) == 8


def test_a_d_that_remembers_makes_the_average_fair(page):
    remembered = page["islands"](20.0, memory=True)
    assert np.abs(8 * remembered.mean(axis=0) - 1).max() < 0.5
    assert len(set(remembered.argmax(axis=1))) == 8
    assert np.median(remembered.max(axis=1)) > 0.6


def test_the_value_of_the_island_game_in_either_order():
    """Against fair shares no D gets more than -log 4, so nor does it against a G that answers."""
    D = np.random.default_rng(1).uniform(1e-3, 1 - 1e-3, (10_000, 8))
    fair = (np.log(D) + np.log(1 - D)).mean(axis=1)
    assert (np.log(D).mean(axis=1) + np.log(1 - D).min(axis=1) <= fair + 1e-12).all()
    assert fair.max() <= -np.log(4) and np.log(0.5) * 2 == pytest.approx(-np.log(4))


def loss_later(theta, psi, k, h):
    for _ in range(k):
        psi = psi + h * theta * push(theta * psi)
    return -np.logaddexp(0, -theta * psi)


@pytest.mark.parametrize("k", range(6))
def test_looking_ahead_is_the_slope_through_the_moves(page, k):
    for theta, psi in np.random.default_rng(0).uniform(-2, 2, (20, 2)):
        e, h = 1e-6, 0.3
        slope = (loss_later(theta + e, psi, k, h) - loss_later(theta - e, psi, k, h)) / (2 * e)
        g_moves, d_moves = page["ahead"](theta, psi, k, h)
        assert g_moves == pytest.approx(-slope, abs=1e-7)
        assert d_moves == pytest.approx(dirac_field(theta, psi)[1])
    assert k or np.allclose(page["ahead"](0.3, -0.8, 0), dirac_field(0.3, -0.8))


def eigenvalues(field):
    e = 1e-6
    return np.linalg.eigvals(np.transpose([field(e, 0.0), field(0.0, e)]) / e)


def test_the_eigenvalues_and_when_it_no_longer_turns(page):
    turning = []
    for k in range(13):
        found = eigenvalues(lambda a, b, k=k: page["ahead"](a, b, k))
        root = np.emath.sqrt((0.2 * k) ** 2 / 16 - 1 / 4)
        expected = np.sort_complex([-k / 20 + root, -k / 20 - root])
        assert np.allclose(np.sort_complex(found), expected, atol=2e-3 if k == 10 else 1e-4)
        turning.append((0.2 * k) ** 2 / 16 < 1 / 4 - 1e-12)
    assert turning.index(False) == 10


@pytest.mark.parametrize("order", ["simultaneous", "G first", "D first"])
def test_any_look_ahead_goes_in(page, order):
    ends = []
    for k in range(6):
        path = trajectory(lambda a, b, k=k: page["ahead"](a, b, k), 0.2, order)
        ends.append(np.hypot(*path[-1]))
    assert ends[0] > 1.2 and ends[1] < 0.13 and all(np.diff(ends) < 0)


# --- 4: cures ---


def test_packs_and_nearness(page):
    threes = list(itertools.product(range(8), repeat=3))
    assert np.mean([len(set(modes)) == 1 for modes in threes]) == pytest.approx(1 / 64)
    x = np.arange(10.0).reshape(5, 2)
    assert page["packed"](x, 3)[3].tolist() == [6, 7, 8, 9, 0, 1]
    random = np.random.default_rng(0)
    h, T = random.normal(size=(7, 3)), random.normal(size=(3, 4, 2))
    m = np.tensordot(h, T, axes=1)
    for b in range(4):
        apart = scipy.spatial.distance.cdist(m[:, b], m[:, b], "cityblock")
        alike = (np.exp(-apart).sum(axis=1) - 1) / 7
        assert np.allclose(page["batch_nearness"](h, T)[:, b], alike)


def test_the_cures_on_the_page_are_those_that_were_measured():
    assert constant("COLLAPSE") == COLLAPSE
    on_page = constant("CURES")
    assert on_page.items() <= CURES.items()
    left_out = CURES.keys() - on_page.keys()
    assert all(name.startswith(("nothing", "both rates", "ten times")) for name in left_out)


# --- what was measured ---


@pytest.fixture(scope="module")
def results():
    return measured("lesson_05")


@pytest.fixture(scope="module")
def last(results):
    """By data and cure, the mean over seeds of each figure at the last moment."""
    return {
        data: {
            name: dict(zip(results["columns"], np.mean(cure["runs"], axis=0)[-1], strict=True))
            for name, cure in results[data].items()
        }
        for data in ("ring", "grid")
    }


@pytest.mark.parametrize("data", ["ring", "grid"])
def test_every_cure_was_measured_on_ten_seeds(results, data):
    assert tuple(results["moments"]) == MOMENTS
    assert results["columns"] == ["captured", "alive", "quality", "reverse_kl"]
    assert results[data].keys() == (CURES.keys() if data == "ring" else set(ON_THE_GRID))
    modes = 8 if data == "ring" else 25
    for cure in results[data].values():
        rows = np.array(cure["runs"], float)
        assert rows.shape == (10, len(MOMENTS), 4) and len(cure["cpu_seconds"]) == 10
        assert (rows[..., 1] <= rows[..., 0]).all() and rows[..., 0].max() <= modes
        assert rows[..., 2].min() >= 0 and rows[..., 2].max() <= 1
        assert rows[..., 3].min() >= 0 and rows[..., 3].max() <= np.log(modes) + 1e-3


def test_what_the_text_says_of_the_ring(results, last):
    alive = {name: np.array(c["runs"])[:, -1, 1] for name, c in results["ring"].items()}
    assert alive["nothing"].max() <= 1
    for name in ("two time scales: D's rate 2e-3", "both rates 1e-3", "both rates 1e-3, z of 2"):
        assert (alive[name] == 8).all()
    assert (alive["PacGAN, 2"] == 8).all()
    assert np.sum(alive["minibatch standard deviation"] == 8) == 9
    for name in ("R1, weight 1", "least squares", "5 D updates"):
        assert 2 <= np.sum(alive[name] == 8) <= 8
    assert (alive["minibatch discrimination"] == 8).all()
    assert (alive["G looks 5 moves ahead"] == 8).all()
    assert (alive["WGAN-GP, 5 D updates"] == 8).all()
    assert np.sum(alive["G looks 1 move ahead"] == 8) == 1
    nowhere = ("noise on D's inputs, 0.5", "z of 2", "average of G")
    for name in (*nowhere, "both rates a tenth (D3's advice)", "ten times the data (D3's advice)"):
        assert not (alive[name] == 8).any() and alive[name].mean() < 1.5
    ring = last["ring"]
    assert max(ring, key=lambda name: ring[name]["quality"]) == "minibatch discrimination"
    assert ring["PacGAN, 4"]["reverse_kl"] < 0.05 and ring["PacGAN, 4"]["quality"] < 0.2
    assert ring["average of G"]["captured"] == 0
    assert ring["average of G"]["reverse_kl"] < ring["nothing"]["reverse_kl"] - 0.5
    costs = {name: np.mean(c["cpu_seconds"]) for name, c in results["ring"].items()}
    for name in ("PacGAN, 2", "minibatch standard deviation"):
        assert costs[name] < 1.2 * costs["nothing"]
    for name, times in {"5 D updates": 3, "WGAN-GP, 5 D updates": 5, **SLOWER}.items():
        assert 0.6 < costs[name] / costs["nothing"] / times < 1.6


def test_what_the_text_says_of_the_grid(results, last):
    grid = last["grid"]
    for cure in results["grid"].values():
        assert np.max(np.array(cure["runs"])[:, -1, 1]) < 25
    best = "two time scales: D's rate 2e-3"
    assert max(grid, key=lambda name: grid[name]["alive"]) == best
    assert max(cure["quality"] for cure in grid.values()) == grid[best]["quality"] < 0.15
    for name in ("PacGAN, 2", "minibatch standard deviation", best):
        assert grid[name]["reverse_kl"] < 0.2
    assert 0.3 < grid["R1, weight 1"]["reverse_kl"] < 0.9
    for name in ("nothing", "z of 2", "average of G"):
        assert grid[name]["reverse_kl"] > 1


def test_a_short_run_ranks_the_cures_differently(results):
    early, late = (
        {n: np.mean(c["runs"], axis=0)[at, 1] for n, c in results["ring"].items()} for at in (0, -1)
    )
    assert early["WGAN-GP, 5 D updates"] < early["nothing"] < early["least squares"]
    assert late["WGAN-GP, 5 D updates"] > late["least squares"] + 2 > late["nothing"] + 2


def test_the_rows_played_live_leave_a_gap_in_the_table(results):
    first = {n: np.array(c["runs"], float)[:, 0, 3] for n, c in results["ring"].items()}
    assert first["nothing"].min() > 10 * first["PacGAN, 2"].max()


def test_what_the_text_says_of_the_published_set_up():
    final, early = {}, {}
    for row in measured("published")["rows"]:
        at = max(row["checkpoints"], key=int)
        assert int(at) == {"demo": 25_000, "pacgan": 10_000}[row["setup"]]
        means = {key: np.mean(values) for key, values in row["checkpoints"][at].items()}
        if row["setup"] == "demo":
            final[row["data"], row["method"]] = means
        else:
            early[row["data"], row["method"]] = means
    packs = ("PacGAN2", "PacGAN3", "PacGAN4")
    for method in ("GAN", "unrolled", *packs):
        assert final["ring", method]["modes"] == 8
    sharp = [final["ring", method]["hq"] for method in ("unrolled", "GAN", *packs)]
    assert sharp == sorted(sharp, reverse=True) and sharp[1] - sharp[-1] > 40
    gan = final["grid", "GAN"]
    assert 3 < gan["modes"] < 9 and gan["hq"] < 5 and gan["reverse_kl"] > 0.4
    for method in packs:
        found = final["grid", method]
        assert found["modes"] >= 18 and found["hq"] < 5 and found["reverse_kl"] < 0.05
    assert early["ring", "GAN"]["modes"] == 8
    gan, pac = early["grid", "GAN"], early["grid", "PacGAN2"]
    assert abs(gan["modes"] - 17.3) < 2 and gan["modes"] < pac["modes"] < 23.8
    assert gan["reverse_kl"] > 0.4 > 0.1 > pac["reverse_kl"] and max(gan["hq"], pac["hq"]) < 25


def test_what_the_text_says_of_digits(results):
    digits = results["digits"]
    assert tuple(digits["moments"]) == DIGIT_MOMENTS
    for name in DIGIT_RUNS:
        counts = np.array(digits[name]["counts"])
        assert counts.shape == (3, len(DIGIT_MOMENTS), 10) and (counts.sum(axis=2) == 1000).all()
        assert len(digits[name]["sheets"]) == len(DIGIT_MOMENTS)
    called_eight = np.array(digits["D frozen"]["counts"])[:, DIGIT_MOMENTS.index(200), 8]
    assert (called_eight > 800).all()
    covered = {name: (np.array(digits[name]["counts"]) >= 10).sum(axis=2) for name in DIGIT_RUNS}
    frozen, chased = covered.values()
    assert (frozen[:, 2] == 10).all() and (frozen[:, -1] <= 2).all()
    assert (chased == 10).all()
