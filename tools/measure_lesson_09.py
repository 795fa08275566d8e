"""Measure what lesson 09 says of few pictures; writes gan_lessons/assets/lesson_09.json.

    python tools/measure_lesson_09.py

The course's game of faces from scratch, 1,000 steps, three seeds, augmentation 0 and 0.5
(about seven minutes on two free cores). The file is written after each run; a run that it holds
already is not played again.

"leak": from the shipped networks, 60 steps, three seeds of the draws: the share of fakes with a
stained background where D sees all pictures augmented, and where only the real ones are.

By run, at each of STEPS: D's mean logit on the training faces, the held-out faces and 94 fakes;
how far fakes lie from the nearest training face (median, grey levels of 255 per number); precision
against the training faces, recall of them and of the held-out ones (k = 3, on 8×8 means). At the
end, D's logit on each training and each held-out face.
"""

import json
import time

import numpy as np
from tqdm import tqdm

from gan_lessons.augment import diff_augment
from gan_lessons.data import ASSETS, faces, to_float, to_pixels
from gan_lessons.metrics import nearest, precision_recall
from gan_lessons.training import face_game

ASSET = ASSETS / "lesson_09.json"
SEEDS, STRENGTHS = (0, 1, 2), (0.0, 0.5)
STEPS, SLICE = (50, 100, 200, 400, 600, 800, 1000), 50
LEAK_STEPS, COPIES = 60, 20
TRAIN, HELD_OUT = (to_float(x) for x in faces()[:2])


def grey_levels(queries, references):
    """Distance of each query to its nearest reference, root mean square, in levels of 255."""
    return nearest(queries, references)[1] / np.sqrt(queries[0].size) * 127.5


def coarse(pictures):
    """Means of 8×8 blocks: (n, 64, 64, 3) as (n, 192)."""
    n = len(pictures)
    return pictures.reshape(n, 8, 8, 8, 8, 3).mean(axis=(2, 4)).reshape(n, -1)


def verdicts(game, pictures):
    """D's logits (n,)."""
    return game.discriminator(pictures, training=False).numpy()[:, 0]


def look(game):
    """All figures of a game as it stands, by name."""
    fakes = game.sample(len(TRAIN))
    precision, recall = precision_recall(coarse(TRAIN), coarse(fakes))
    return {
        "train": verdicts(game, TRAIN).mean(),
        "held_out": verdicts(game, HELD_OUT).mean(),
        "fake": verdicts(game, fakes).mean(),
        "distance": np.median(grey_levels(fakes, TRAIN)),
        "precision": precision,
        "recall": recall,
        "recall_held_out": precision_recall(coarse(HELD_OUT), coarse(fakes))[1],
    }


def play(game, seed, strength, progress):
    """One run: the figures of ``look`` as lists over STEPS, and the last verdicts."""
    game.turn(augment=strength)
    game.reset(seed)
    seen, spent = [], 0.0
    for stop in STEPS:
        while game.step < stop:
            start = time.process_time()
            game.advance(SLICE)
            spent += time.process_time() - start
            progress.update(SLICE)
        seen.append(look(game))
    last = {"train": verdicts(game, TRAIN), "held_out": verdicts(game, HELD_OUT)}
    return (
        {"seed": seed, "augment": strength, "cpu_seconds": round(spent)}
        | {name: [round(float(row[name]), 3) for row in seen] for name in seen[0]}
        | {"last": {name: [round(float(v), 2) for v in row] for name, row in last.items()}}
    )


def stained(pictures):
    """The share of pictures whose upper left corner, 4×4 pixels, is not white within 13 of 255."""
    corner = np.asarray(pictures)[:, :4, :4].mean(axis=(1, 2))
    return float((np.abs(corner - 1) > 0.1).any(axis=1).mean())


def augmented_faces(copies=COPIES, strength=0.5):
    """The training faces augmented once and for all: uint8 (94 × copies, 64, 64, 3)."""
    many = [diff_augment(TRAIN, (0, i), strength).numpy() for i in range(copies)]
    return to_pixels(np.concatenate(many))


def leak():
    """Shares of stained fakes, by which pictures are augmented; beside them the real shares."""
    only_real = augmented_faces()
    found = {"real": stained(TRAIN), "augmented": stained(to_float(only_real))}
    for name, data, strength in (("both", None, 0.5), ("only real", only_real, 0.0)):
        game, found[name] = face_game(data, trained=True), []
        game.turn(augment=strength)
        for seed in SEEDS:
            game.reset(seed)
            game.advance(LEAK_STEPS)
            found[name].append(round(stained(game.sample(200)), 3))
    return found


def main() -> None:
    found = json.loads(ASSET.read_text()) if ASSET.is_file() else {"steps": STEPS, "runs": []}
    floor = grey_levels(HELD_OUT, TRAIN)
    found["held_out_distance"] = [round(float(d), 2) for d in floor]
    found["held_out_precision"] = precision_recall(coarse(TRAIN), coarse(HELD_OUT))[0]
    done = {(run["seed"], run["augment"]) for run in found["runs"]}
    todo = [(s, a) for a in STRENGTHS for s in SEEDS if (s, a) not in done]
    game = face_game()
    with tqdm(total=STEPS[-1] * len(todo), unit=" steps") as progress:
        for seed, strength in todo:
            found["runs"].append(play(game, seed, strength, progress))
            ASSET.write_text(json.dumps(found) + "\n")
    if "leak" not in found:
        found["leak"] = leak()
        ASSET.write_text(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
