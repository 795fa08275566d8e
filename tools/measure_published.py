"""Play the published mode-collapse tables anew; writes gan_lessons/assets/published.json.

    pip install torch
    python tools/measure_published.py --setup demo
    python tools/measure_published.py --setup pacgan --seeds 0 1 --iterations 10000

Two set-ups, each on a ring of 8 and on a grid of 25 Gaussians:

* ``demo``: the notebook of Metz et al. 2017 (poolio/unrolled_gan). G and D 2×128 tanh, orthogonal
  weights × 1.4, z ~ N(0, I₂₅₆); both play the saddle objective; Adam, β₁ .5, D 1e-4, G 1e-3;
  batches of 512 (packs, for PacGAN); 25,000 iterations. "unrolled" looks five Adam steps of D ahead
  on the same batch and differentiates through them. The ring here is the paper's, r = 2, σ = .02:
  the notebook's own (r = 1, σ = .01) runs its angles to 2π inclusive, so two of its eight centres
  fall together.
* ``pacgan``: Lin et al. 2018, §4.1 and their code (fjxmlzn/PacGAN). Ring r = 1, σ = .01; grid σ =
  .05; 100,000 training points. G 4×400 ReLU with batch norm (statistics of each place in the pack
  apart, running ones when it is judged), z ~ N(0, I₂); D 3×200 maxout of 5; weights N(0, .02²);
  non-saturating; Adam 1e-4, β₁ .8; 100 packs a batch; 400,000 iterations.

In both, D and G step at the same time, from the same weights. Seeds may play as one stack of
weights (S, in, out); each draws its own random numbers, so a run is a function of its seed. A call
adds its runs to those in the file and skips those that it holds, so it may be stopped and resumed.

Milliseconds of one CPU core an iteration: demo GAN 5, PacGAN2 6, PacGAN3 9, PacGAN4 10, unrolled
about 35; pacgan GAN 15, PacGAN2 20, PacGAN4 25. So ten seeds of all methods on both data sets take
nine core-hours for demo and 180 for pacgan; --seeds, --methods and --iterations ask for less.
"""

import argparse
import json
import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache, partial
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch.func import grad, vjp
from torch.nn.functional import softplus

RESULTS = Path(__file__).resolve().parents[1] / "gan_lessons" / "assets" / "published.json"
SAMPLES = 2500
ROW = ("setup", "data", "method", "iterations", "machine")  # what tells rows apart
AHEAD = 5  # steps of D that "unrolled" looks ahead
PACKS = {"GAN": 1, "unrolled": 1, "PacGAN2": 2, "PacGAN3": 3, "PacGAN4": 4}

# [mean, standard error] of modes, % of high quality and reverse KL, as far as the paper gives them.
VEEGAN = "Srivastava et al. 2017 (VEEGAN), table 1"
PACGAN = "Lin et al. 2018 (PacGAN), table 1: 10 trials"
PUBLISHED = [
    (VEEGAN, "ring", "GAN", [1], [99.3]),
    (VEEGAN, "ring", "ALI", [2.8], [0.13]),
    (VEEGAN, "ring", "unrolled", [7.6], [35.6]),
    (VEEGAN, "ring", "VEEGAN", [8], [52.9]),
    (VEEGAN, "grid", "GAN", [3.3], [0.5]),
    (VEEGAN, "grid", "ALI", [15.8], [1.6]),
    (VEEGAN, "grid", "unrolled", [23.6], [16]),
    (VEEGAN, "grid", "VEEGAN", [24.6], [40]),
    (PACGAN, "ring", "GAN", [6.3, 0.5], [98.2, 0.2], [0.45, 0.09]),
    (PACGAN, "ring", "ALI", [6.6, 0.3], [97.6, 0.4], [0.36, 0.04]),
    (PACGAN, "ring", "PacGAN2", [7.9, 0.1], [95.6, 2.0], [0.07, 0.03]),
    (PACGAN, "ring", "PacGAN3", [7.8, 0.1], [97.7, 0.3], [0.10, 0.02]),
    (PACGAN, "ring", "PacGAN4", [7.8, 0.1], [95.9, 1.4], [0.07, 0.02]),
    (PACGAN, "grid", "GAN", [17.3, 0.8], [94.8, 0.7], [0.70, 0.07]),
    (PACGAN, "grid", "ALI", [24.1, 0.4], [95.7, 0.6], [0.14, 0.03]),
    (PACGAN, "grid", "PacGAN2", [23.8, 0.7], [91.3, 0.8], [0.13, 0.04]),
    (PACGAN, "grid", "PacGAN3", [24.6, 0.4], [94.2, 0.4], [0.06, 0.02]),
    (PACGAN, "grid", "PacGAN4", [24.8, 0.2], [93.6, 0.6], [0.04, 0.01]),
]
COLUMNS = ("source", "data", "method", "modes", "hq", "reverse_kl")


def ring(radius):
    angles = 2 * np.pi * np.arange(8) / 8  # no end point: with it two centres would coincide
    return radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def grid():
    line = np.arange(-4, 5, 2)
    return np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)


# A network is a list p of weights, each with the stack of runs S as its first axis, and a function.


def dense(x, weights, bias):
    """x (S, n, in) by weights (S, in, out) plus bias (S, 1, out)."""
    return torch.baddbmm(bias, x, weights)


def tanh_net(p, x):
    for i in range(0, len(p) - 2, 2):
        x = torch.tanh(dense(x, *p[i : i + 2]))
    return dense(x, *p[-2:])


def tanh_generator(p, z, running=None):
    """z (S, m, n, latent) to points (S, m, n, 2); this generator has no statistics to run."""
    return tanh_net(p, z.flatten(1, 2)).unflatten(1, z.shape[1:3]), []


def norm_generator(p, z, running=None):
    """As above with batch norm: each of the m places in a pack is a batch of its own.

    Also returns the mean and deviation of each layer, averaged over the places; given ``running``
    ones, it uses those instead.
    """
    x, seen = z.flatten(1, 2), []
    for i in range(0, len(p) - 2, 3):
        weights, scale, shift = p[i : i + 3]
        x = torch.bmm(x, weights).unflatten(1, z.shape[1:3])
        if running is None:
            mean = x.mean(2, keepdim=True)
            deviation = (x.var(2, correction=0, keepdim=True) + 1e-4).sqrt()
            seen += [mean.mean(1, keepdim=True), deviation.mean(1, keepdim=True)]
        else:
            mean, deviation = running[len(seen) : len(seen) + 2]
            seen += [mean, deviation]
        x = torch.relu((x - mean) / deviation * scale + shift).flatten(1, 2)
    return dense(x, *p[-2:]).unflatten(1, z.shape[1:3]), seen


def maxout_net(p, x):
    for i in range(0, len(p) - 2, 2):
        x = dense(x, *p[i : i + 2]).unflatten(2, (5, -1)).amax(2)
    return dense(x, *p[-2:])


def packed(points):
    """Points (S, m, n, 2) as n packs (S, n, 2m): m points side by side."""
    return points.transpose(1, 2).flatten(2)


class Setup(NamedTuple):
    generate: callable
    judge: callable
    saturating: bool  # does G play the saddle objective, or the non-saturating one?
    batch: int
    latent: int
    g_rate: float
    d_rate: float
    beta1: float
    checkpoints: tuple
    pool: int  # points in the training set; 0: fresh ones each time
    methods: tuple


SETUPS = {
    "demo": Setup(
        *(tanh_generator, tanh_net, True, 512, 256, 1e-3, 1e-4, 0.5),
        checkpoints=(5_000, 10_000, 25_000),
        pool=0,
        methods=("GAN", "unrolled", "PacGAN2", "PacGAN3", "PacGAN4"),
    ),
    "pacgan": Setup(
        *(norm_generator, maxout_net, False, 100, 2, 1e-4, 1e-4, 0.8),
        checkpoints=(10_000, 25_000, 50_000, 100_000, 200_000, 400_000),
        pool=100_000,
        methods=("GAN", "PacGAN2", "PacGAN3", "PacGAN4"),
    ),
}

DATA = {  # centres and spread
    "demo": {"ring": (ring(2), 0.02), "grid": (grid(), 0.05)},
    "pacgan": {"ring": (ring(1), 0.01), "grid": (grid(), 0.05)},
}


def fresh_networks(setup, pack, random):
    """The weights of G and D of one run, without the stack's axis."""

    def layer(rows, columns):
        if setup.generate is tanh_generator:
            weights = torch.empty(rows, columns)
            return torch.nn.init.orthogonal_(weights, 1.4, generator=random)
        return 0.02 * torch.randn(rows, columns, generator=random)

    def layers(*shapes):
        return [part for shape in shapes for part in (layer(*shape), torch.zeros(1, shape[1]))]

    if setup.generate is tanh_generator:
        g = layers((setup.latent, 128), (128, 128), (128, 2))
        return g, layers((2 * pack, 128), (128, 128), (128, 1))
    scale, shift = torch.ones(1, 1, 400), torch.zeros(1, 1, 400)
    hidden = [(layer(rows, 400), scale, shift) for rows in (setup.latent, 400, 400, 400)]
    g = [part for parts in hidden for part in parts] + layers((400, 2))
    return g, layers((2 * pack, 1000), (200, 1000), (200, 1000), (200, 1))


def fresh_state(setup, pack, randoms):
    """G, D, their Adam moments and G's running statistics, one run for each random generator."""
    runs = [fresh_networks(setup, pack, random) for random in randoms]
    g, d = ([torch.stack(w) for w in zip(*p, strict=True)] for p in zip(*runs, strict=True))
    norms = g[1:-2:3] if setup.generate is norm_generator else []
    running = [start for scale in norms for start in (torch.zeros_like(scale), scale.clone())]
    return g, d, no_moments(g), no_moments(d), running


def no_moments(p):
    return [torch.zeros_like(w) for w in p], [torch.zeros_like(w) for w in p], torch.zeros(())


def adam(p, slopes, moments, rate, beta1, beta2=0.999, epsilon=1e-8):
    """One Adam step as a function (Kingma & Ba 2015): (new weights, new moments)."""
    first, second, t = moments
    t = t + 1
    first = [beta1 * m + (1 - beta1) * s for m, s in zip(first, slopes, strict=True)]
    second = [beta2 * v + (1 - beta2) * s * s for v, s in zip(second, slopes, strict=True)]
    size, root = rate / (1 - beta1**t), (1 - beta2**t).sqrt()
    p = [
        w - size * m / (v.sqrt() / root + epsilon) for w, m, v in zip(p, first, second, strict=True)
    ]
    return p, (first, second, t)


def d_loss(d, fakes, real, judge):
    """The log loss of D, mean over packs, summed over the stack (so each run keeps its slopes)."""
    n = real.shape[2]
    logits = judge(d, packed(torch.cat([real, fakes], dim=2)))
    return (softplus(-logits[:, :n]) + softplus(logits[:, n:])).mean(1).sum()


def non_saturating(fakes, d, judge):
    return softplus(-judge(d, packed(fakes))).mean(1).sum()


def looked_ahead(fakes, d, moments, real, setup):
    """The saddle objective after AHEAD Adam steps of D: a function of the points (Metz et al.)."""
    for _ in range(AHEAD):
        slopes = grad(d_loss)(d, fakes, real, setup.judge)
        d, moments = adam(d, slopes, moments, setup.d_rate, setup.beta1)
    return -d_loss(d, fakes, real, setup.judge)


def iterate(setup, method, state, z, real):
    """D and G step at once, from the same weights: the new state."""
    g, d, g_moments, d_moments, running = state
    fakes, pull, seen = vjp(lambda p: setup.generate(p, z), g, has_aux=True)
    d_slopes, saddle = grad(d_loss, argnums=(0, 1))(d, fakes, real, setup.judge)
    if method == "unrolled":
        pulls = grad(looked_ahead)(fakes, d, d_moments, real, setup)
    elif setup.saturating:
        pulls = -saddle
    else:
        pulls = grad(non_saturating)(fakes, d, setup.judge)
    (g_slopes,) = pull(pulls)
    g, g_moments = adam(g, g_slopes, g_moments, setup.g_rate, setup.beta1)
    d, d_moments = adam(d, d_slopes, d_moments, setup.d_rate, setup.beta1)
    running = [0.95 * old + 0.05 * new for old, new in zip(running, seen, strict=True)]
    return g, d, g_moments, d_moments, running


def score(points, centres, spread):
    """The published figures of points (n, 2), and two that one stray point cannot move.

    Every point belongs to its nearest mode. ``hq`` is the % within 3σ of it; ``modes`` counts those
    with at least one such point, ``percent`` those with 1 % of all points among such, ``tenth``
    those with a tenth of the fair share; ``reverse_kl`` is KL(shares of the modes ‖ uniform) in
    nats, over all points, good or not.
    """
    if not np.isfinite(points).all():
        raise ValueError("points hold NaN or infinity: the game has diverged")
    distances = np.linalg.norm(points[:, None] - centres, axis=2)
    nearest = distances.argmin(axis=1)
    good = distances.min(axis=1) < 3 * spread
    alive = np.bincount(nearest[good], minlength=len(centres)) / len(points)
    share = np.bincount(nearest, minlength=len(centres)) / len(points)
    held = share[share > 0]
    return {
        "modes": int((alive > 0).sum()),
        "percent": int((alive >= 0.01).sum()),
        "tenth": int((alive >= 0.1 / len(centres)).sum()),
        "hq": round(100 * float(good.mean()), 2),
        "reverse_kl": round(float((held * np.log(held * len(centres))).sum()), 4),
    }


@cache
def compiled(name, method):
    return torch.compile(partial(iterate, SETUPS[name], method))


def play(name, data, method, seeds, iterations):
    """{checkpoint: {figure: [one for each seed]}} of the stacked runs of these seeds."""
    setup, pack, (centres, spread) = SETUPS[name], PACKS[method], DATA[name][data]
    randoms = [torch.Generator().manual_seed(1000 + seed) for seed in seeds]
    middles = torch.tensor(centres, dtype=torch.float32)

    def draw(n, random):
        chosen = torch.randint(len(middles), (n,), generator=random)
        return middles[chosen] + spread * torch.randn(n, 2, generator=random)

    def reals(n, random, pool):
        if pool is None:
            return draw(n, random)
        return pool[torch.randint(len(pool), (n,), generator=random)]

    def latents(m, n, sources):
        return torch.stack([torch.randn(m, n, setup.latent, generator=r) for r in sources])

    state = fresh_state(setup, pack, randoms)
    pools = [draw(setup.pool, random) if setup.pool else None for random in randoms]
    figures = {}
    for iteration in range(1, iterations + 1):
        rows = [reals(pack * setup.batch, *source) for source in zip(randoms, pools, strict=True)]
        real = torch.stack(rows).unflatten(1, (pack, setup.batch))
        state = compiled(name, method)(state, latents(pack, setup.batch, randoms), real)
        if iteration in setup.checkpoints:
            judges = [torch.Generator().manual_seed(seed) for seed in seeds]
            points, _ = setup.generate(state[0], latents(1, SAMPLES, judges), state[4])
            clouds = points[:, 0].double().numpy()
            found = [score(cloud, centres, spread) for cloud in clouds]
            figures[iteration] = {key: [run[key] for run in found] for key in found[0]}
    return figures


def add(rows, row, seeds, seconds, figures):
    """Put the runs of these seeds behind the others of their row."""
    same = [old for old in rows if all(old[key] == row[key] for key in ROW)]
    if not same:
        empty = {key: [] for key in next(iter(figures.values()))}
        checkpoints = {str(at): {key: [] for key in empty} for at in figures}
        same = [row | {"seeds": [], "seconds": [], "checkpoints": checkpoints}]
        rows += same
    same[0]["seeds"] += seeds
    same[0]["seconds"] += [seconds] * len(seeds)
    for at, found in figures.items():
        for key, values in found.items():
            same[0]["checkpoints"][str(at)][key] += values


def task(row, seeds, threads):
    """What one worker does: play a stack of runs; also the core-seconds that a run took."""
    torch.set_num_threads(threads)
    began = time.process_time()  # of all its threads: a busy machine does not count
    figures = play(row["setup"], row["data"], row["method"], seeds, row["iterations"])
    return row, seeds, round((time.process_time() - began) / len(seeds)), figures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--setup", choices=SETUPS, required=True)
    parser.add_argument("--data", nargs="+", choices=("ring", "grid"), default=("ring", "grid"))
    parser.add_argument("--methods", nargs="+", choices=PACKS)
    parser.add_argument("--seeds", nargs="+", type=int, default=range(10), metavar="SEED")
    parser.add_argument("--iterations", type=int, help="a checkpoint (default: the last)")
    parser.add_argument("--stack", type=int, default=1, help="seeds that play as one stack")
    parser.add_argument("--jobs", type=int, default=2, help="stacks that play at once")
    parser.add_argument("--machine", default="two CPU cores", help="in words, for the table")
    parser.add_argument("--results", type=Path, default=RESULTS)
    args = parser.parse_args()
    setup = SETUPS[args.setup]
    iterations = args.iterations or setup.checkpoints[-1]
    if iterations not in setup.checkpoints:
        parser.error(f"--iterations must be one of {setup.checkpoints}, got {iterations}")

    rows = []
    if args.results.exists():
        rows = json.loads(args.results.read_text(encoding="utf-8"))["rows"]
    tasks = []
    for method, data in product(args.methods or setup.methods, args.data):
        values = args.setup, data, method, iterations, args.machine
        row = dict(zip(ROW, values, strict=True))
        done = [seed for old in rows if row.items() <= old.items() for seed in old["seeds"]]
        todo = [seed for seed in args.seeds if seed not in done]
        tasks += [(row, todo[i : i + args.stack]) for i in range(0, len(todo), args.stack)]
    threads = max(1, os.cpu_count() // args.jobs)
    # Workers start afresh (spawn): a forked one would inherit threads that are not there.
    with ProcessPoolExecutor(args.jobs, multiprocessing.get_context("spawn")) as pool:
        ends = as_completed([pool.submit(task, *each, threads) for each in tasks])
        for row, seeds, seconds, figures in (end.result() for end in ends):
            add(rows, row, seeds, seconds, figures)
            # strict=False: two papers, one of them without a reverse KL
            published = [dict(zip(COLUMNS, line, strict=False)) for line in PUBLISHED]
            text = json.dumps({"published": published, "rows": rows})
            args.results.write_text(text + "\n", encoding="utf-8")
            print(row["data"], row["method"], seeds, seconds, figures[iterations], flush=True)


if __name__ == "__main__":
    main()
