"""Measure what lesson 10 claims about repair; writes assets/lesson_10.json.

    python tools/measure_lesson_10.py [--only shipped paired unpaired blind] [--seeds 0 1 2]

For each weight a of L_adv and three seeds a game, as tools/train_repair.py plays it; seed 0 of the
paired games is the shipped one. Then 1,000 test digits are repaired after three kinds of damage.
"unpaired": the MSE compares with another digit. "blind": D does not see what was given. What was
measured before stays where ``--only`` leaves it out. About ten minutes on two cores.
"""

import argparse
import json

import numpy as np
from train_repair import WEIGHTS, train

from gan_lessons.data import ASSETS, digits, to_float
from gan_lessons.judge import judge
from gan_lessons.metrics import frechet_distance
from gan_lessons.networks import trained_repairs
from gan_lessons.repair import box, cover, enlarge, half, psnr, sharpness, shrink
from gan_lessons.training import repair_game

OUT = ASSETS / "lesson_10.json"
SEEDS = (0, 1, 2)
SOME = (0.0, 0.1)  # a of the unpaired games
COLUMNS = ("psnr", "accuracy", "sharpness", "distance", "spread")

shipped = digits()
TRUE, LABELS = to_float(shipped.x_test[:1000]), shipped.y_test[:1000]
OTHERS = judge().features(shipped.x_test[1000:])
FEATURES, ANSWERS = judge().look(TRUE)
REAL = {
    "accuracy": float(np.mean(ANSWERS.argmax(axis=1) == LABELS)),
    "distance": frechet_distance(FEATURES, OTHERS),
}
TASKS = {
    "box": (cover(TRUE, box()), box()),
    "half": (cover(TRUE, half()), half()),
    "7×7": (enlarge(shrink(TRUE)), np.zeros((28, 28), bool)),
}


def figures(repair):
    """By task, the COLUMNS of ``repair(given, z)`` on the test digits.

    psnr in dB and sharpness (over that of the true digits) of the missing pixels; accuracy of the
    judge; Fréchet distance of its features to 1,000 other real digits; spread: mean difference of
    two repairs with different z, per missing pixel, in [0, 2].
    """
    random, found = np.random.default_rng(0), {}
    for task, (given, known) in TASKS.items():
        made, again = (repair(given, random.normal(size=(len(given), 16))) for _ in range(2))
        features, answers = judge().look(made)
        row = (
            psnr(made, TRUE, known),
            np.mean(answers.argmax(axis=1) == LABELS),
            sharpness(made, known) / sharpness(TRUE, known),
            frechet_distance(features, OTHERS),
            np.abs(made - again)[:, ~known].mean(),
        )
        found[task] = [round(float(value), 4) for value in row]
    return found


def keep(kind, a, seed, row):
    """Write one row of figures into the file, beside those that are there."""
    result = json.loads(OUT.read_text(encoding="utf-8")) if OUT.is_file() else {}
    result |= {"columns": COLUMNS, "weights": WEIGHTS, "unpaired_weights": SOME, "true": REAL}
    rows = result.setdefault(kind, {}).setdefault(str(a), {})
    rows[str(seed)] = row
    OUT.write_text(json.dumps(result, separators=(",", ":")) + "\n", encoding="utf-8")
    print(kind, a, seed, row, flush=True)


def measure(kind, seeds):
    """Train and rate the games of one kind; seed 0 of the paired ones is the shipped one."""
    game = repair_game(blind=kind == "blind")
    weights = {"paired": WEIGHTS, "unpaired": SOME, "blind": (1.0,)}[kind]
    target = "unpaired" if kind == "unpaired" else "paired"
    for seed in seeds:
        if kind == "paired" and seed == 0:
            continue
        for a, arrays in train(game, weights, seed, target):
            game.average.set_weights(arrays)
            keep(kind, a, seed, figures(game.repair))


def measure_shipped():
    """Rate the shipped repairers."""
    generator, weights = trained_repairs()
    for a in WEIGHTS:
        generator.set_weights(weights[a])
        row = figures(lambda given, z: generator.predict([z, given], verbose=0))
        keep("paired", a, 0, row)


def main():
    kinds = ("shipped", "paired", "unpaired", "blind")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=kinds, default=kinds)
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS)
    options = parser.parse_args()
    for kind in options.only:
        measure_shipped() if kind == "shipped" else measure(kind, options.seeds)


if __name__ == "__main__":
    main()
