"""Measure what lesson 03 claims about training; writes gan_lessons/assets/lesson_03.json.

    python tools/measure_lesson_03.py

Two measurements. The arrows that each build of D gives to the fakes: their mean length and their
mean cosine with the ideal direction, after some steps, over several seeds. And how well a fresh D
tells real digits from the shipped generator's fakes, and two halves of the real digits from each
other, on digits it trained on and on others. About twelve minutes on two cores. The functions are
the lesson's own: this script reads them from the notebook.
"""

import ast
import json
import linecache
import sys
import types
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from lessons import lesson  # noqa: E402

from gan_lessons.data import ASSETS, digits, ring, to_float  # noqa: E402
from gan_lessons.networks import digit_discriminator, trained_pair  # noqa: E402
from gan_lessons.runtime import keras, tf  # noqa: E402

SEEDS = (0, 1, 2, 3, 4)
STEPS = (30, 300, 3000)
DIGIT_SEEDS = (0, 1, 2)
DIGIT_STEPS = (100, 200, 400, 800, 1600, 3000)
TRAINED_ON, HELD_OUT = 4000, 1000  # digits of each kind


def page():
    """The lesson's imports, functions and constants in capitals, as a module; nothing else runs."""
    module, kept = types.ModuleType("page"), []
    for cell in lesson("03_discriminator").cells:
        for node in ast.parse(cell.source).body if cell.cell_type == "code" else []:
            if "gan_lessons.exercises" in ast.unparse(node):
                continue
            constant = isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "").isupper()
            if constant or isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef):
                kept.append(ast.unparse(node))
    source = "\n\n".join(kept)
    linecache.cache["page.py"] = len(source), None, source.splitlines(True), "page.py"
    exec(compile(source, "page.py", "exec"), module.__dict__)  # tf.function reads the lines again
    return module


def arrows(here):
    """By case and build and step: lists, one value a seed."""
    rows = dict.fromkeys((*here.BUILDS, *here.LEVERS), ("minimax", here.log_loss_d))
    rows |= {name: (name, here.D_LOSSES[name]) for name in ("least squares", "hinge")}
    found = {}
    for case in here.FAKES:
        for build, (own, loss) in rows.items():
            kind = build if own == "minimax" else "LeakyReLU"
            seeds = [measured_arrows(here, kind, loss, own, case, seed) for seed in SEEDS]
            found.setdefault(case, {})[build] = {
                step: {name: [seen[step][name] for seen in seeds] for name in seeds[0][step]}
                for step in seeds[0]
            }
            print(case, build, found[case][build]["3000"], flush=True)
    return found


def measured_arrows(here, kind, loss, own, case, seed):
    """By step: the cosine, and the mean length of the arrows of the objectives that use this D."""
    _, records = here.taught(kind, loss, case, seed=seed)
    pulls = {"own": own} if own != "minimax" else {"minimax": own, "own": "non-saturating"}
    found = {}
    for step in STEPS:
        record = records[here.STOPS.index(step)]
        found[str(step)] = {"cosine": round(float(record["cosine"]), 3)}
        for name, objective in pulls.items():
            moves = here.PULLS[objective](record["logit"]) * record["slope"]
            length = float(np.linalg.norm(moves, axis=1).mean())
            found[str(step)][name] = float(f"{length:.3g}")
    return found


def two_samples(here):
    """By question and seed: rows [steps, right on digits trained on, right held out, its loss]."""
    generator, _ = trained_pair()
    fakes = np.concatenate(
        [generator(tf.random.stateless_normal((500, 32), (1, part))).numpy() for part in range(10)]
    )
    found = {"fakes": {}, "halves": {}}
    for seed in DIGIT_SEEDS:
        keras.utils.set_random_seed(seed)
        train = here.trainer(digit_discriminator(), rate=0.002, batch=64)
        order = np.random.default_rng(seed).permutation(10_000)
        real = to_float(digits().x_train[order])
        for name, other in (("fakes", fakes), ("halves", real[5000:])):
            rows = train(
                real[:TRAINED_ON], other[:TRAINED_ON], DIGIT_STEPS, judged(here, real, other)
            )
            found[name][str(seed)] = [
                [step, *row] for step, row in zip(DIGIT_STEPS, rows, strict=True)
            ]
            print(name, seed, found[name][str(seed)], flush=True)
    return found


def judged(here, real, other):
    """What ``train`` looks at: shares of right answers, and the held-out loss."""
    seen, unseen = slice(HELD_OUT), slice(TRAINED_ON, TRAINED_ON + HELD_OUT)

    def look(network):
        _, known = here.marks(network, real[seen], other[seen])
        loss, right = here.marks(network, real[unseen], other[unseen])
        return [round(float(known), 4), round(float(right), 4), round(loss, 3)]

    return look


def main():
    here = page()
    here.real = ring(100_000, spread=0.3, seed=3)
    found = {"arrows": arrows(here), "two samples": two_samples(here)}
    (ASSETS / "lesson_03.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
