"""Measure what lesson 04 claims about training; writes gan_lessons/assets/lesson_04.json.

    python tools/measure_lesson_04.py --mnist mnist.npz

Two measurements: how the distance to real digits falls with seconds of training (several seeds,
10,000 fakes against the 10,000 test digits of MNIST), and what different answers to the repair
exercise reach (several seeds). About ten minutes on two cores. mnist.npz holds the arrays of
keras.datasets.mnist; the judge never trained on its test digits.
"""

import argparse
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "benchmarks"))

from digits import distance, pictures, references, train  # noqa: E402

from gan_lessons.judge import verdict  # noqa: E402
from gan_lessons.training import digit_game  # noqa: E402
from gan_lessons.training.recipes import PRESETS  # noqa: E402

SECONDS = (5, 10, 20, 30, 60)
LONG = 300  # seconds, for the first seed alone
LEARNING_SEEDS = (0, 1, 2)
REPAIR_SEEDS = (101, 102, 201, 202)
REPAIR_STEPS = 400
REPAIRS = {
    "broken, as it is": {},
    "D updates 1": {"d_steps": 1},
    "G's rate 0.004": {"g_rate": 4e-3},
    "both rates 0.0001, D updates 1": {"d_rate": 1e-4, "g_rate": 1e-4, "d_steps": 1},
    "both rates 0.02, D updates 1": {"d_rate": 2e-2, "g_rate": 2e-2, "d_steps": 1},
    "both rates 0.001, D updates 1": {"d_rate": 1e-3, "g_rate": 1e-3, "d_steps": 1},
    "rates 0.002 and 0.004, D updates 1": {"d_rate": 2e-3, "g_rate": 4e-3, "d_steps": 1},
    "rates 0.002 and 0.004, D updates 2": {"d_rate": 2e-3, "g_rate": 4e-3, "d_steps": 2},
}


def learning(game, real, seed):
    """Rows [seconds, step, distance] of one run."""
    game.reset(seed)
    clock, rows = 0.0, []
    for goal in (*SECONDS, LONG) if seed == LEARNING_SEEDS[0] else SECONDS:
        clock = train(game, goal, clock)
        rows.append([goal, game.step, round(distance(pictures(game), real), 2)])
        print(seed, rows[-1], flush=True)
    return rows


def repair(game, knobs):
    """The judge's distance (n = 1,000) after a repaired run, one a seed."""
    found = []
    for seed in REPAIR_SEEDS:
        game.reset(seed)
        game.turn(**PRESETS["broken"] | knobs)
        game.advance(REPAIR_STEPS)
        found.append(round(verdict(game.sample(1000)).distance))
    print(knobs, found, flush=True)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mnist", required=True)
    real, other = references(parser.parse_args().mnist)
    game = digit_game()
    game.advance(1)  # compiles
    results = {
        "learning": {seed: learning(game, real, seed) for seed in LEARNING_SEEDS},
        "floor": round(distance(other, real), 2),
        "repair_seeds": REPAIR_SEEDS,
        "repair": {name: repair(game, knobs) for name, knobs in REPAIRS.items()},
    }
    path = ROOT / "gan_lessons" / "assets" / "lesson_04.json"
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
