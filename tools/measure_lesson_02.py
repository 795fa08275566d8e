"""Measure what lesson 02 claims about training; writes gan_lessons/assets/lesson_02.json.

    python tools/measure_lesson_02.py [--only latent switches equal_time]

Three measurements, several seeds each: the ring learned from latents of several sizes; the
switches of section 6 (range of the data, batch normalisation, initialisation) after some hundred
steps on digits; four generators on digits at equal CPU time, each with the best of three learning
rates. About twenty minutes on two cores. The clock is CPU time of this process, so that other
work on the machine changes little.
"""

import argparse
import json
import time

import numpy as np

from gan_lessons import networks
from gan_lessons.data import ASSETS, digits, ring, to_float
from gan_lessons.judge import judge
from gan_lessons.metrics import frechet_distance
from gan_lessons.runtime import keras
from gan_lessons.training import GAN
from gan_lessons.training.recipes import HEALTHY

SEEDS = (0, 1, 2)
RING_SEEDS, RING_STEPS, RING_SAMPLES = (0, 1, 2, 3, 4), 4000, 5000
SWITCH_STEPS = (50, 500)
CPU_SECONDS = (10, 20, 40, 60)
RATES = (4e-3, 1e-3, 2.5e-4)  # of G; the best is chosen on a seed that is not measured
RATE_SEED, RATE_SECONDS = 9, 20
JUDGED = 2000  # fakes against as many real digits

# --- the ring from latents of several sizes ---


def on_modes(points, modes=8, radius=2.0, spread=0.05):
    """(modes captured, share within 3σ of a mode); captured: at least 1 % of all points."""
    angles = 2 * np.pi * np.arange(modes) / modes
    centres = radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    away = np.linalg.norm(points[:, None] - centres, axis=2)
    near = away.min(axis=1) < 3 * spread
    counts = np.bincount(away.argmin(axis=1)[near], minlength=modes)
    return int((counts >= 0.01 * len(points)).sum()), round(float(near.mean()), 3)


def latent_sizes():
    """By latent size and penalty, a row [modes, share on modes] for each seed."""
    found = {}
    for latent in (1, 2, 4, 16):
        game = new_game(
            lambda latent=latent: networks.point_generator(latent),
            networks.point_discriminator,
            ring(10_000),
        )
        for penalty in ("none", "R1"):
            rows = []
            for seed in RING_SEEDS:
                game.reset(seed)
                game.turn(d_rate=1e-3, g_rate=1e-3, batch=256, penalty=penalty)
                game.advance(RING_STEPS)
                z = np.random.default_rng(seed).normal(size=(RING_SAMPLES, latent))
                rows.append(on_modes(game.sample(z=z)))
            found.setdefault(penalty, {})[latent] = rows
            print(latent, penalty, rows, flush=True)
    return found


# --- the switches ---


def switched_generator(squash="tanh", normalise=True, scale=1.0):
    """``networks.digit_generator`` with another last function, no normalisation, other weights.

    scale: of the first weights, as a multiple of Keras' default (Glorot uniform).
    """
    layers = keras.layers

    def first():
        return keras.initializers.VarianceScaling(scale**2, "fan_avg", "uniform")

    def hidden(h):
        h = layers.BatchNormalization(momentum=0.9)(h) if normalise else h
        return layers.ReLU()(h)

    z = keras.Input((32,), name="z")
    h = layers.Dense(7 * 7 * 32, use_bias=not normalise, kernel_initializer=first())(z)
    h = layers.Reshape((7, 7, 32))(hidden(h))
    up = {"strides": 2, "padding": "same", "use_bias": not normalise}
    h = hidden(layers.Conv2DTranspose(16, 4, kernel_initializer=first(), **up)(h))
    h = layers.Conv2D(4, 3, padding="same", kernel_initializer=first())(h)
    h = layers.Activation(squash)(keras.ops.depth_to_space(h, 2))
    return keras.Model(z, h)


SWITCHES = {  # what differs from the course's generator; "low": the data lie in [low, 1]
    "the course's: tanh, data in [−1, 1]": {},
    "tanh, data in [0, 1] (D0)": {"low": 0},
    "sigmoid, data in [0, 1]": {"low": 0, "squash": "sigmoid"},
    "no tanh, data in [−1, 1]": {"squash": "linear"},
    "no batch normalisation": {"normalise": False},
    "first weights × 0.1": {"scale": 0.1},
    "first weights × 0.1, no normalisation": {"scale": 0.1, "normalise": False},
    "first weights × 4, no normalisation": {"scale": 4.0, "normalise": False},
}


def switches(real):
    """By switch, a row [D's accuracy early, late, distance at the end] for each seed."""
    found, pictures = {}, to_float(digits().x_train)
    for name, given in SWITCHES.items():
        given = dict(given)
        low = given.pop("low", -1)
        data = pictures if low == -1 else (pictures + 1) / 2
        game = new_game(
            lambda given=given: switched_generator(**given), networks.digit_discriminator, data
        )
        found[name] = [switched(game, seed, low, real) for seed in SEEDS]
        print(name, found[name], flush=True)
    return found


def switched(game, seed, low, real):
    game.reset(seed)
    row = []
    for goal in SWITCH_STEPS:
        game.advance(goal - game.step)
        on_real, on_fake = game.verdicts(1000)
        row.append(round(float(((on_real > 0).mean() + (on_fake < 0).mean()) / 2), 3))
    fakes = np.clip(fakes_of(game), low, 1)
    return [*row, round(distance(fakes if low == -1 else 2 * fakes - 1, real), 1)]


# --- four generators at equal time ---

GENERATORS = {
    "dense (D3)": networks.dense_generator,
    "convolutional (D0)": networks.article_generator,
    "convolutional (course)": networks.digit_generator,
    "resize + convolution": networks.upsampling_generator,
}


def equal_time(real):
    """By generator: the chosen rate, and by seed rows [CPU seconds of training, step, distance]."""
    found = {}
    for name, make in GENERATORS.items():
        game = new_game(make, networks.digit_discriminator, digits().x_train)
        game.advance(1)  # compiles
        tried = {rate: timed(game, RATE_SEED, rate, real, [RATE_SECONDS]) for rate in RATES}
        print(name, tried, flush=True)
        rate = min(tried, key=lambda rate: tried[rate][-1][2])
        runs = {seed: timed(game, seed, rate, real, CPU_SECONDS) for seed in SEEDS}
        found[name] = {"g_rate": rate, "runs": runs}
        print(name, found[name], flush=True)
    return found


def timed(game, seed, rate, real, goals):
    """Rows [CPU seconds of training, step, distance] of one run."""
    game.reset(seed)
    game.turn(g_rate=rate)
    clock, rows = 0.0, []
    for goal in goals:
        while clock < goal:
            start = time.process_time()
            game.advance(25)
            clock += time.process_time() - start
        rows.append([goal, game.step, round(distance(fakes_of(game), real), 2)])
    return rows


# --- shared ---


def new_game(make_generator, make_discriminator, data):
    """A compiled game with the knobs of HEALTHY."""
    game = GAN(make_generator, make_discriminator, data)
    game.compile()
    game.turn(**HEALTHY)
    return game


def fakes_of(game):
    z = np.random.default_rng(7).normal(size=(JUDGED, game.latent_dim)).astype(np.float32)
    return np.concatenate([game.sample(z=part) for part in np.split(z, JUDGED // 250)])


def distance(fakes, real):
    return frechet_distance(judge().features(fakes), judge().features(real))


def main():
    mixed = np.random.default_rng(0).permutation(digits().x_train)
    real, other = mixed[:JUDGED], mixed[JUDGED : 2 * JUDGED]
    parts = {
        "latent": latent_sizes,
        "switches": lambda: switches(real),
        "equal_time": lambda: equal_time(real),
    }
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=parts, default=list(parts))
    path = ASSETS / "lesson_02.json"
    results = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    results["floor"] = round(distance(to_float(other), real), 2)
    for name in parser.parse_args().only:
        results[name] = parts[name]()
        text = json.dumps(results, indent=1, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
