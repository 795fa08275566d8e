"""Measure what lesson 11 claims; writes gan_lessons/assets/lesson_11.json.

    python tools/measure_lesson_11.py
    python tools/measure_lesson_11.py --speed      only the steps a second: on an idle machine

What Keras' networks and its Adam say, how near one step of both frameworks comes, how both games
learn, what D2's mistakes do (both on several seeds, the judge's distance, 1,000 fakes), and how
many steps a second each plays. The functions of the page are read from the page. Needs both
frameworks; about ten minutes on two cores.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from torch import nn

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "benchmarks")]

from frameworks import speeds  # noqa: E402
from test_lesson_11 import functions_of_the_page, largest, one_step_in_both  # noqa: E402

from gan_lessons.data import digits, to_float  # noqa: E402
from gan_lessons.judge import verdict  # noqa: E402
from gan_lessons.networks import trained_pair  # noqa: E402
from gan_lessons.runtime import keras, tf  # noqa: E402
from gan_lessons.torch_game import (  # noqa: E402
    TorchGame,
    torch_d_loss,
    torch_d_step,
    torch_discriminator,
    torch_g_loss,
    torch_generator,
)
from gan_lessons.training import digit_game  # noqa: E402

SEEDS = (0, 1, 2)
MARKS = (100, 400, 1000, 2000)
FAULT_STEPS = 400
GRADIENTS = ("1e-03", "1e-04", "1e-05", "1e-06", "1e-07", "1e-08", "1e-09")


def keras_logits():
    """D's logits on the first eight test digits and on eight fakes, by the shipped pair."""
    generator, discriminator = trained_pair()
    z = np.random.default_rng(0).normal(size=(64, 32)).astype(np.float32)
    fakes = generator(z, training=False)[:8]
    both = np.concatenate([to_float(digits().x_test[:8]), fakes])
    return [round(float(v), 7) for v in discriminator(both, training=False).numpy()[:, 0]]


def adam_first_step():
    """How far Keras' Adam goes in its first step, in learning rates, by the gradient."""
    found = {}
    for gradient in GRADIENTS:
        weight = tf.Variable([0.0])
        keras.optimizers.Adam(1.0, 0.5, 0.99).apply([tf.constant([float(gradient)])], [weight])
        found[gradient] = float(f"{-weight.numpy()[0]:.5g}")
    return found


def one_step(carry_over):
    """The largest differences between the two frameworks after one step of each player."""
    found = {}
    for name, adam in (("plain descent, rate 0.1", False), ("Adam, rates 0.002 and 0.004", True)):
        runs = [one_step_in_both(carry_over, adam, seed) for seed in SEEDS]
        apart = max(float(np.abs(a - b).max()) for (a, b), _ in runs)
        found[f"{name}: losses and norms"] = apart
        found[f"{name}: weights"] = max(float(largest(w, False)) for _, w in runs)
    return found


def keras_like(make):
    """The builder, with Keras' first weights: Glorot's, and biases of 0."""

    def made():
        network = make()
        for layer in network:
            if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
                nn.init.xavier_uniform_(layer.weight)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)
        return network

    return made


def learning(make_game):
    """For each seed the rows [step, distance]."""
    runs = []
    for seed in SEEDS:
        game, rows = make_game(seed), []
        for mark in MARKS:
            game.advance(mark - game.step)
            rows.append([mark, round(verdict(game.sample(1000)).distance, 1)])
        runs.append(rows)
        print(seed, rows, flush=True)
    return runs


def faults(page):
    """The distance after FAULT_STEPS of each mistake, one a seed."""
    moves = torch_d_step, page["detached_g_step"]
    unzeroed = page["unzeroed_d_step"], page["unzeroed_g_step"]
    sigmoid = lambda: nn.Sequential(*torch_discriminator(), nn.Sigmoid())  # noqa: E731
    changes = {
        "right": {},
        "G minimises E log D(G(z))": {"losses": (torch_d_loss, page["caught_g_loss"])},
        "G's fakes detached": {"moves": moves},
        "D never sees a fake": {"losses": (page["real_only_d_loss"], torch_g_loss)},
        "gradients never zeroed": {"moves": unzeroed},
        "the sigmoid taken twice": {"make_discriminator": sigmoid},
    }
    found = {}
    for name, change in changes.items():
        found[name] = []
        for seed in SEEDS:
            game = TorchGame(digits().x_train, seed, **change)
            game.advance(FAULT_STEPS)
            found[name].append(round(verdict(game.sample(1000)).distance))
        print(name, found[name], flush=True)
    return found


def measure():
    """Everything but the speed, by name."""
    page, real = functions_of_the_page(), digits().x_train
    alike = {
        "make_generator": keras_like(torch_generator),
        "make_discriminator": keras_like(torch_discriminator),
    }
    games = {
        "TensorFlow": lambda seed: digit_game(seed=seed),
        "PyTorch": lambda seed: TorchGame(real, seed),
        "PyTorch, Keras' first weights": lambda seed: TorchGame(real, seed, **alike),
    }
    return {
        "keras_logits": keras_logits(),
        "adam_first_step": adam_first_step(),
        "one_step": one_step(page["carry_over"]),
        "faults": faults(page),
        "learning": {name: learning(make_game) for name, make_game in games.items()},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--speed", action="store_true", help="measure nothing else")
    options = parser.parse_args()
    path = ROOT / "gan_lessons" / "assets" / "lesson_11.json"
    results = json.loads(path.read_text("utf-8")) if options.speed else measure()
    results["steps_per_second"] = speeds()
    print(json.dumps(results, indent=1))
    path.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
