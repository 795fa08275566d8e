"""Measure what lesson 08 claims about silent faults; writes assets/lesson_08.json.

    python tools/measure_lesson_08.py [--only "D's sign" …] [--seeds 3]

Each patient of ``gan_lessons.patients`` and the healthy program play the same number of steps from
the same seeds. At some moments the judge looks at 1,000 fakes, brought from the range of the
program's own data to [-1, 1] and cut off there.
Besides: the share of clear digits (the judge is 90 % sure), the losses, D's mean outputs, the
spread of the fakes over z, their distance to the mean digit, and twelve fakes of the first seed as
PNG in base64. What was measured before stays where ``--only`` leaves it out.
"""

import argparse
import base64
import json
import time
from pathlib import Path

import numpy as np

OUT = Path(__file__).resolve().parents[1] / "gan_lessons" / "assets" / "lesson_08.json"
MOMENTS = (0, 100, 200, 300, 400)
EVERY = 10  # steps that one point of the curves is the mean of
BATCH = 32
TWO_FAULTS = ("G's sign", "other range")
ANEW = 40  # steps of a program that builds networks at every step: it cannot be compiled


def train(source, seed, moments, compiled=True):
    """Train one program; its rows at the moments, its curves and its last fakes."""
    from gan_lessons.data import digits
    from gan_lessons.patients import admit
    from gan_lessons.runtime import keras, tf

    real = digits()
    gan = admit(source, real.x_train, real.y_train, seed)
    keras.utils.set_random_seed(seed)
    step = tf.function(gan.train_step, reduce_retracing=True) if compiled else gan.train_step
    random = np.random.default_rng(seed)
    z = random.normal(size=(1000, 32)).astype(np.float32)
    parts = gan.data if isinstance(gan.data, tuple) else (gan.data,)
    rows, losses, start = [], [], time.process_time()
    for played in range(moments[-1] + 1):
        if played in moments:
            rows.append(look(gan, parts[0], z))
        if played == moments[-1]:
            break
        chosen = random.integers(len(parts[0]), size=BATCH)
        batch = tuple(tf.constant(part[chosen]) for part in parts)
        losses.append([float(v) for v in step(batch if len(parts) > 1 else batch[0])])
    curves = np.reshape(losses, (-1, EVERY, 2)).mean(axis=1).round(3).tolist()
    fakes = as_pictures(gan.generator.predict(z[:12], verbose=0), parts[0])
    return rows, curves, fakes, time.process_time() - start


def as_pictures(fakes, real):
    """Fakes in [-1, 1], brought there from the range of the data that the program learned from."""
    return np.clip(fakes if real.min() < 0 else 2 * fakes - 1, -1, 1)


def look(gan, real, z):
    """What ``columns`` of the result names, of 1,000 fakes."""
    from gan_lessons.judge import judge, verdict

    fakes = gan.generator.predict(z, verbose=0, batch_size=250)
    cut = as_pictures(fakes, real)
    clear = (judge().probabilities(cut).max(axis=1) > 0.9).mean()
    on = [gan.discriminator.predict(x, verbose=0).mean() for x in (real[:250], fakes[:250])]
    spread = fakes.std(axis=0).mean() / real[:1000].std(axis=0).mean()
    far = np.sqrt(((fakes - real.mean(axis=0)) ** 2).mean(axis=(1, 2, 3))).mean()
    values = [verdict(cut).distance, clear, *on, spread, far]
    return [float(f"{value:.4g}") for value in values]


def sheet(fakes):
    from gan_lessons.pictures import png, tile

    return base64.b64encode(png(tile(fakes, columns=6), level=9)).decode()


def main():
    from gan_lessons.patients import SILENT, patient_source

    runs = {"healthy": (), **{name: (name,) for name in SILENT}, "two faults": TWO_FAULTS}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=tuple(runs), default=tuple(runs))
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    result = json.loads(OUT.read_text(encoding="utf-8")) if OUT.is_file() else {"runs": {}}
    result |= {
        "moments": MOMENTS,
        "every": EVERY,
        "columns": ["distance", "clear", "d_real", "d_fake", "spread", "to_mean"],
    }
    for name in options.only:
        anew = name == "built anew"
        moments = [m for m in MOMENTS if m <= ANEW] + [ANEW] if anew else MOMENTS
        found = {"moments": moments, "rows": [], "curves": []}
        for seed in range(options.seeds):
            rows, curves, fakes, seconds = train(
                patient_source(*runs[name]), seed, moments, not anew
            )
            found["rows"].append(rows)
            found["curves"].append(curves)
            if seed == 0:
                found["sheet"] = sheet(fakes)
            print(f"{name:18} seed {seed}: {rows[-1]}  {seconds:.0f} s", flush=True)
        result["runs"][name] = found
        OUT.write_text(json.dumps(result, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
