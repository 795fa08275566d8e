"""Measure what lesson 05 claims about cures of mode collapse; writes assets/lesson_05.json.

    python tools/measure_lesson_05.py [--data ring grid digits] [--seeds 10] [--only "PacGAN, 2" …]

One game that collapses, then the same game with one lever turned, each from the same ten seeds:
modes, high quality and reverse KL of 2,500 samples of G itself (no average) at three moments, and
the seconds that a run took, compiling left out. Two processes at a time share the runs. What was
measured before stays where ``--only`` or ``--data`` leaves it out. ``digits`` is another game: the
trained pair of the course plays on, from three seeds, and the judge counts its digits.
"""

import argparse
import base64
import json
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

OUT = Path(__file__).resolve().parents[1] / "gan_lessons" / "assets" / "lesson_05.json"
DATA = ("ring", "grid", "digits")
MOMENTS = (1000, 2000, 3000)
SPREAD = 0.05
COLLAPSE = {"d_rate": 2e-4, "g_rate": 2e-3}  # both data sets: G ten times as fast as D
CURES = {  # by name, what is turned
    "nothing": {},
    "PacGAN, 2": {"pack": 2},
    "PacGAN, 4": {"pack": 4},
    "minibatch standard deviation": {"batch_std": 1.0},
    "minibatch discrimination": {"batch_discrimination": 1.0},
    "G looks 1 move ahead": {"unroll": 1},
    "G looks 5 moves ahead": {"unroll": 5},
    "noise on D's inputs, 0.5": {"noise": 0.5},
    "R1, weight 1": {"penalty": "R1", "penalty_weight": 1.0},
    "WGAN-GP, 5 D updates": {
        "objective": "Wasserstein",
        "penalty": "WGAN-GP",
        "penalty_weight": 1.0,
        "d_steps": 5,
    },
    "least squares": {"objective": "least squares"},
    "z of 2": {"latent": 2},
    "two time scales: D's rate 2e-3": {"d_rate": 2e-3},
    "5 D updates": {"d_steps": 5},
    "both rates a tenth (D3's advice)": {"d_rate": 2e-5, "g_rate": 2e-4},
    "ten times the data (D3's advice)": {},
    "average of G": {"average": 0.999},
    "both rates 1e-3": {"d_rate": 1e-3, "g_rate": 1e-3},
    "both rates 1e-3, z of 2": {"d_rate": 1e-3, "g_rate": 1e-3, "latent": 2},
}


def measure(data, names, seeds):
    """By cure, rows [captured, alive, quality, reverse KL] by seed and moment, and the seconds."""
    from gan_lessons.data import gaussians, grid_centres, ring_centres
    from gan_lessons.metrics import mode_report
    from gan_lessons.training import point_game

    centres = ring_centres() if data == "ring" else grid_centres()
    game = point_game(gaussians(10_000, centres, SPREAD))
    at_rest = {name: knob.value for name, knob in game.knobs.items()}
    found = {}
    for name in names:
        more = 10 if name.startswith("ten times the data") else 1
        if more > 1:
            game.attach(gaussians(10_000 * more, centres, SPREAD))
        game.turn(**at_rest | COLLAPSE | CURES[name])
        game.advance(1)  # compiles what this cure needs
        runs, seconds = [], []
        for seed in seeds:
            game.reset(seed)
            start, rows = time.process_time(), []
            for moment in MOMENTS:
                game.advance(moment - game.step)
                report = mode_report(game.sample(2500), centres, SPREAD)
                rows.append([*map(int, report[:2]), *(round(v, 4) for v in report[2:4])])
            seconds.append(round(time.process_time() - start, 2))
            runs.append(rows)
        if more > 1:
            game.attach(gaussians(10_000, centres, SPREAD))
        found[name] = {"runs": runs, "cpu_seconds": seconds}
        print(data, name, [rows[-1] for rows in runs], f"{sum(seconds):.0f} s", flush=True)
    return found


DIGIT_MOMENTS = (0, 50, 100, 150, 200, 300)
DIGIT_RUNS = {
    "D frozen": {"moves": "G alone", "g_rate": 4e-3},
    "G's rate 40 times D's": {"d_rate": 1e-4, "g_rate": 4e-3},
}


def digits(seeds):
    """By run, counts of the judge's ten labels among 1,000 fakes by seed and moment; and pictures.

    All start from the trained pair. ``sheets``: seed 0, 24 fakes at each moment, PNG in base64.
    """
    import numpy as np

    from gan_lessons.judge import judge
    from gan_lessons.networks import trained_pair
    from gan_lessons.pictures import png, tile
    from gan_lessons.training import digit_game

    game, pair = digit_game(), trained_pair()
    at_rest = {name: knob.value for name, knob in game.knobs.items()}
    found = {"moments": DIGIT_MOMENTS}
    for name, knobs in DIGIT_RUNS.items():
        counts, sheets = [], []
        for seed in seeds:
            game.turn(**at_rest | {"penalty": "none", "average": 0.0} | knobs)
            game.reset(seed)
            for network, trained in zip(
                (game.generator, game.discriminator, game.average), (*pair, pair[0]), strict=True
            ):
                network.set_weights(trained.get_weights())
            counts.append([])
            for moment in DIGIT_MOMENTS:
                if moment > game.step:
                    game.advance(moment - game.step)
                fakes = game.sample(1000)
                counts[-1].append(np.bincount(judge().labels(fakes), minlength=10).tolist())
                if seed == 0:
                    sheet = png(tile(fakes[:24], columns=12), level=9)
                    sheets.append(base64.b64encode(sheet).decode())
            print("digits", name, seed, counts[-1], flush=True)
        found[name] = {"counts": counts, "sheets": sheets}
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", choices=DATA, default=DATA)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--only", nargs="+", choices=tuple(CURES), default=tuple(CURES))
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    result = json.loads(OUT.read_text(encoding="utf-8")) if OUT.is_file() else {}
    result |= {"moments": MOMENTS, "columns": ["captured", "alive", "quality", "reverse_kl"]}
    if "digits" in options.data:
        result["digits"] = digits(range(3))
        OUT.write_text(json.dumps(result, separators=(",", ":")) + "\n", encoding="utf-8")
    points = [data for data in options.data if data != "digits"]
    jobs = [(data, (name,)) for data in points for name in options.only]
    fresh = get_context("spawn")  # TensorFlow does not survive a fork
    with ProcessPoolExecutor(options.workers, fresh) as pool:
        asked = [
            (data, pool.submit(measure, data, names, range(options.seeds))) for data, names in jobs
        ]
        for data, answer in asked:
            result.setdefault(data, {}).update(answer.result())
            OUT.write_text(json.dumps(result, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
