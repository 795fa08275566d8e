"""The published tables played anew: what the results hold, and that the player plays them right."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from gan_lessons.data import measured

KEYS = ("setup", "data", "method")
SCRIPT = Path(__file__).resolve().parents[1] / "tools" / "measure_published.py"


SIZES = {"ring": 8, "grid": 25}
FIGURES = {"modes", "percent", "tenth", "hq", "reverse_kl"}


@pytest.fixture(scope="module")
def results():
    return measured("published")


def ends(results, setup, data, method):
    """{figure: values over seeds} at the end of the longest runs of this row."""
    same = [r for r in results["rows"] if [r[k] for k in KEYS] == [setup, data, method]]
    row = max(same, key=lambda row: row["iterations"])
    return {key: np.array(v) for key, v in row["checkpoints"][str(row["iterations"])].items()}


def test_the_results_are_whole(results):
    rows = results["rows"]
    keys = [tuple(row[key] for key in (*KEYS, "iterations", "machine")) for row in rows]
    assert len(set(keys)) == len(rows)
    for row in rows:
        n = len(row["seeds"])
        assert n == len(set(row["seeds"])) == len(row["seconds"]) > 0
        assert str(row["iterations"]) in row["checkpoints"]
        for found in row["checkpoints"].values():
            assert set(found) == FIGURES and {len(values) for values in found.values()} == {n}
            hq, kl, size = np.array(found["hq"]), np.array(found["reverse_kl"]), SIZES[row["data"]]
            assert (hq >= 0).all() and (hq <= 100).all()
            assert (kl >= 0).all() and (kl <= np.log(size) + 1e-4).all()
            for strict in ("percent", "tenth"):
                assert (np.array(found[strict]) <= np.array(found["modes"])).all()
            assert max(found["modes"]) <= size
    for line in results["published"]:
        assert line["source"] and line["data"] in SIZES and line["modes"][0] <= SIZES[line["data"]]


def published(results, paper, data, method):
    (line,) = [
        line
        for line in results["published"]
        if paper in line["source"] and (line["data"], line["method"]) == (data, method)
    ]
    return line


def test_gan_in_the_demos_ring_keeps_its_modes_and_blurs(results):
    """Against both papers, where GAN loses modes (1 and 6.3 of 8 left) and stays sharp (98 %)."""
    found = ends(results, "demo", "ring", "GAN")
    assert len(found["modes"]) >= 3
    assert (found["tenth"] == 8).all() and (found["reverse_kl"] < 0.02).all()
    for paper in ("VEEGAN", "PacGAN"):
        line = published(results, paper, "ring", "GAN")
        assert found["modes"].mean() > line["modes"][0] and (found["hq"] < line["hq"][0]).all()


def test_gan_in_the_demos_grid_is_as_veegan_has_it(results):
    """Few modes, next to nothing of high quality; yet its points are not on a few modes alone."""
    found, line = ends(results, "demo", "grid", "GAN"), published(results, "VEEGAN", "grid", "GAN")
    error = found["modes"].std(ddof=1) / np.sqrt(len(found["modes"]))
    assert abs(found["modes"].mean() - line["modes"][0]) < 3 * error
    assert (found["hq"] < 10).all()
    assert (found["tenth"] <= 3).all()
    # As many equal modes as have this reverse KL: e^-KL × 25 > 10, far above the modes counted.
    assert (25 * np.exp(-found["reverse_kl"]) > 10).all()


def test_a_short_run_misleads(results):
    """In the demo's ring a fifth of the run has every mode already, and half of the quality."""
    (row,) = [r for r in results["rows"] if [r[k] for k in KEYS] == ["demo", "ring", "GAN"]]
    early, late = (np.array(row["checkpoints"][at]["hq"]) for at in ("5000", "25000"))
    assert (early < 0.6 * late).all()


@pytest.fixture(scope="module")
def player():
    """The script as a module; it needs PyTorch, which the course does not."""
    pytest.importorskip("torch")
    spec = importlib.util.spec_from_file_location("measure_published", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ordinary(player, name, pack, g, d):
    """The same two networks of run 1 from PyTorch's own layers: (G, D)."""
    from torch import nn

    def linear(weights, bias=None):
        layer = nn.Linear(*weights.shape[1:], bias=bias is not None)
        layer.weight.data = weights[1].T.clone()
        if bias is not None:
            layer.bias.data = bias[1, 0].clone()
        return layer

    if name == "demo":
        nets = []
        for p in (g, d):
            layers = [linear(*p[i : i + 2]) for i in (0, 2, 4)]
            nets.append(nn.Sequential(layers[0], nn.Tanh(), layers[1], nn.Tanh(), layers[2]))
        return nets

    class Maxout(nn.Module):
        def __init__(self, weights, bias):
            super().__init__()
            self.linear = linear(weights, bias)

        def forward(self, x):
            return self.linear(x).unflatten(1, (5, -1)).max(1).values

    layers = []
    for i in range(0, 12, 3):
        norm = nn.BatchNorm1d(400, eps=1e-4)
        layers += [linear(g[i]), norm, nn.ReLU()]
    judge = [Maxout(*d[i : i + 2]) for i in (0, 2, 4)]
    return nn.Sequential(*layers, linear(*g[12:])), nn.Sequential(*judge, linear(*d[6:]))


@pytest.mark.parametrize(
    "name, method", [("demo", "PacGAN2"), ("pacgan", "GAN"), ("pacgan", "PacGAN3")]
)
def test_stacked_steps_are_the_steps_of_an_ordinary_network(player, name, method):
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits as entropy

    setup, pack, random = (
        player.SETUPS[name],
        player.PACKS[method],
        torch.Generator().manual_seed(0),
    )
    state = player.fresh_state(setup, pack, [torch.Generator().manual_seed(s) for s in (1, 2)])
    g, d = ordinary(player, name, pack, *state[:2])
    g_adam = torch.optim.Adam(g.parameters(), setup.g_rate, (setup.beta1, 0.999))
    d_adam = torch.optim.Adam(d.parameters(), setup.d_rate, (setup.beta1, 0.999))
    for _ in range(3):
        z = torch.randn(2, pack, 20, setup.latent, generator=random)
        real = torch.randn(2, pack, 20, 2, generator=random)
        state = player.iterate(setup, method, state, z, real)

        fakes = torch.cat([g(place) for place in z[1]], dim=1)
        reals = torch.cat(list(real[1]), dim=1)
        ones, zeros = torch.ones(20, 1), torch.zeros(20, 1)
        d_loss = entropy(d(reals), ones) + entropy(d(fakes), zeros)
        g_loss = -entropy(d(fakes), zeros) if setup.saturating else entropy(d(fakes), ones)
        d_slopes = torch.autograd.grad(d_loss, list(d.parameters()), retain_graph=True)
        g_slopes = torch.autograd.grad(g_loss, list(g.parameters()))
        for net, slopes, adam in ((g, g_slopes, g_adam), (d, d_slopes, d_adam)):
            for p, slope in zip(net.parameters(), slopes, strict=True):
                p.grad = slope
            adam.step()
    for net, stacked in ((g, state[0]), (d, state[1])):
        for p, q in zip(net.parameters(), stacked, strict=True):
            p = p.T if p.ndim == 2 else p  # nn.Linear keeps its weights transposed
            torch.testing.assert_close(q[1].reshape(p.shape), p.detach(), rtol=0, atol=1e-5)


def test_adam_is_torchs_adam(player):
    import torch

    p = [torch.tensor([1.0, -2.0]), torch.tensor([[0.5]])]
    twins = [w.clone().requires_grad_() for w in p]
    optimizer, moments = torch.optim.Adam(twins, 0.01, (0.8, 0.999)), player.no_moments(p)
    for t in range(5):
        slopes = [torch.cos(w * (t + 1)) for w in p]
        p, moments = player.adam(p, slopes, moments, 0.01, 0.8)
        for twin, slope in zip(twins, slopes, strict=True):
            twin.grad = slope
        optimizer.step()
    for w, twin in zip(p, twins, strict=True):
        torch.testing.assert_close(w, twin.detach(), rtol=0, atol=1e-6)


def test_the_unrolled_slope_is_a_finite_difference(player):
    """The whole look-ahead, Adam and its moments included, in float64 on a tiny game."""
    import torch

    random = torch.Generator().manual_seed(0)

    def normal(*shape):
        return torch.randn(*shape, generator=random, dtype=torch.float64)

    setup = player.SETUPS["demo"]._replace(d_rate=0.2)
    d = [normal(1, 2, 3), normal(1, 1, 3), normal(1, 3, 1), normal(1, 1, 1)]
    moments = (
        [0.1 * normal(*w.shape) for w in d],
        [normal(*w.shape) ** 2 for w in d],
        torch.tensor(3.0),
    )
    fakes, real = normal(1, 1, 4, 2), normal(1, 1, 4, 2)

    def value(points):
        return player.looked_ahead(points, d, moments, real, setup)

    slope = torch.func.grad(value)(fakes)
    frozen = -torch.func.grad(player.d_loss, argnums=1)(d, fakes, real, setup.judge)
    assert (slope - frozen).abs().max() > 0.01  # looking ahead matters here
    for index in np.ndindex(1, 1, 4, 2):
        step = torch.zeros_like(fakes)
        step[index] = 1e-5
        difference = (value(fakes + step) - value(fakes - step)) / 2e-5
        assert abs(difference - slope[index]) < 1e-7, index


def test_the_score_counts_as_published(player):
    centres = player.ring(2)
    points = centres[[0, 1, 0, 1, 0]]
    points[:, 0] += [0.05, 0.05, 0.07, 0.07, 0]
    found = player.score(points, centres, 0.02)
    assert (found["modes"], found["percent"], found["hq"]) == (2, 2, 60.0)  # 3σ = .06
    shares = np.array([0.6, 0.4])
    assert found["reverse_kl"] == pytest.approx((shares * np.log(8 * shares)).sum(), abs=1e-4)
    one = player.score(np.zeros((9, 2)) + centres[3], centres, 0.02)
    assert (one["modes"], one["hq"], one["reverse_kl"]) == (1, 100.0, 2.0794)
    with pytest.raises(ValueError, match="diverged"):
        player.score(np.full((3, 2), np.nan), centres, 0.02)
    assert len(np.unique(player.ring(1).round(6), axis=0)) == 8
    assert len(np.unique(player.grid(), axis=0)) == 25
