"""Lesson 09: its sizes, distances and optimum computed a second way; its claims in the record.

The functions are the ones on the page, read from the notebook.
"""

import ast
import math
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

from lessons import definitions, lesson
from make_faces import HELD_OUT, shipped
from measure_lesson_09 import SEEDS, STEPS, STRENGTHS, coarse, stained

from gan_lessons.data import faces, measured, read_asset, to_float
from gan_lessons.metrics import distances, nearest
from gan_lessons.networks import (
    face_discriminator,
    face_generator,
    trained_face_discriminator,
    trained_face_generator,
)
from gan_lessons.panels import cockpit
from gan_lessons.runtime import keras, tf
from gan_lessons.training import face_game

NAME = "09_colour_images"
TRAIN, TEST = (to_float(pictures) for pictures in faces()[:2])


@pytest.fixture(scope="module")
def page():
    """The functions of the page, with the names that they use."""
    names = {
        "np": np,
        "tf": tf,
        "keras": keras,
        "nearest": nearest,
        "product": product,
        "train": TRAIN,
    }
    for node in definitions(lesson(NAME)).values():
        exec(compile(ast.Module([node], []), NAME, "exec"), names)
    return names


@pytest.fixture(scope="module")
def pair():
    """The shipped generator and discriminator."""
    return trained_face_generator(), trained_face_discriminator()


@pytest.fixture(scope="module")
def fakes(pair):
    z = np.random.default_rng(0).normal(size=(94, 32)).astype(np.float32)
    return pair[0](z, training=False).numpy()


# --- the data ---


def test_the_faces_are_split_once_and_for_all():
    found = faces()
    assert found.x_train.shape == (94, 64, 64, 3) and found.x_test.shape == (24, 64, 64, 3)
    assert found.x_train.dtype == found.x_test.dtype == np.uint8
    names = [*found.names_train, *found.names_test]
    assert len(set(names)) == 118
    pictures = np.concatenate([found.x_train, found.x_test])
    assert len({picture.tobytes() for picture in pictures}) == 118
    assert (pictures[:, 0, 0] >= 250).all()  # on white


def test_which_faces_are_held_out_is_a_fixed_draw():
    train, held_out = shipped(118)
    assert len(held_out) == HELD_OUT == 24
    assert sorted([*train, *held_out]) == list(range(118))


# --- 1: sizes ---


@pytest.mark.parametrize(
    ("start", "strides"), [(4, (1, 2, 2)), (4, (2,) * 4), (8, (2, 2, 2)), (3, (3,))]
)
def test_a_stride_multiplies_whatever_the_kernel(page, start, strides):
    for kernel in (3, 4, 5):
        made = page["sizes"](start, strides, kernel)
        assert made[0] == start and made[-1] == start * math.prod(strides)


def test_the_networks_are_those_that_the_text_counts():
    g, d = face_generator(), face_discriminator()
    assert g.output_shape == d.input_shape == (None, 64, 64, 3)
    dense = 32 * 2048 + 4 * 2048  # batch normalisation has four per unit
    ups = sum(25 * a * b + 4 * b for a, b in ((128, 64), (64, 32), (32, 16)))
    assert g.count_params() == dense + ups + 25 * 16 * 3 + 3 == 344_179
    downs = sum(25 * a * b + b for a, b in ((3, 16), (16, 32), (32, 64), (64, 128)))
    assert d.count_params() == downs + 4 * 4 * 128 + 1 == 272_289
    assert TRAIN.size == 94 * 64 * 64 * 3 > g.count_params()
    assert not [layer for layer in d.layers if "batch" in layer.name]


# --- 2: the shipped pair ---


def test_the_run_on_record_ends_with_the_shipped_generator(pair):
    run = read_asset("face_pair.npz")
    assert run["pictures"].shape == (len(run["steps"]), 8, 64, 64, 3)
    assert (np.diff(run["steps"]) > 0).all() and (np.diff(run["seconds"]) > 0).all()
    game = face_game(trained=True)
    made = (game.sample(8) + 1) * 127.5  # shipped as float16: a few grey levels at the most
    apart = np.abs(made - run["pictures"][-1])
    assert apart.max() < 8 and apart.mean() < 0.5


def test_a_trained_game_starts_from_it_and_goes_back(pair):
    game = face_game(trained=True, seed=3)
    for player, network in ((game.average, pair[0]), (game.discriminator, pair[1])):
        assert all(map(np.array_equal, player.get_weights(), network.get_weights()))
    game.generator.set_weights([0 * w for w in game.generator.get_weights()])
    game.reset()
    assert all(map(np.array_equal, game.generator.get_weights(), pair[0].get_weights()))


def test_its_d_tells_the_three_kinds_apart(pair, fakes):
    train, test, fake = (pair[1](x, training=False).numpy().mean() for x in (TRAIN, TEST, fakes))
    assert train > test + 1 > fake


# --- 5: copies ---


def test_distances_are_in_grey_levels(page):
    shifted = np.clip(TRAIN[:3], -0.9, 0.9)
    index, distance = page["neighbours"](shifted + 10 / 127.5, shifted)
    assert index.tolist() == [0, 1, 2] and distance == pytest.approx(10, abs=1e-3)


def test_least_after_moves_finds_every_moved_copy(page):
    moved = np.roll(TRAIN[::20], (3, -2), axis=(1, 2))
    assert page["neighbours"](moved)[1].min() > 15
    assert page["least_after_moves"](moved).max() < 1e-3


def test_pixels_are_fooled_twice(page):
    floor = page["neighbours"](TEST)[1]
    for pixels, low, high in ((1, 0, 0.01), (3, 0.8, 1)):
        apart = page["neighbours"](np.roll(TRAIN, pixels, axis=2))[1]
        assert low <= np.mean(apart > np.median(floor)) <= high
    assert page["neighbours"](TRAIN.mean(axis=0, keepdims=True))[1][0] < np.median(floor)


def test_hardly_a_fake_is_a_copy(page, fakes):
    floor = page["neighbours"](TEST)[1]
    apart = page["neighbours"](fakes)[1]
    assert np.median(apart) < np.median(floor)
    assert np.mean(apart < floor.min()) < 0.1


def test_a_walk_morphs(pair, fakes):
    ends = np.random.default_rng(1).normal(size=(2, 32))
    share = np.linspace(0, 1, 41)[:, np.newaxis]
    z = ((1 - share) * ends[0] + share * ends[1]).astype(np.float32)
    paces = np.sqrt(np.mean(np.diff(pair[0](z, training=False), axis=0) ** 2, axis=(1, 2, 3)))
    assert paces.max() < 0.15 * paces.sum()


def test_the_held_out_faces_are_odder_than_the_training_faces(page):
    """Each training face against the other 93, one by one: what the page sorts out of a table."""
    others = [page["neighbours"](TRAIN[[i]], np.delete(TRAIN, i, 0))[1][0] for i in range(94)]
    flat = TRAIN.reshape(94, -1)
    table = np.sort(distances(flat, flat), axis=1)[:, 1] / np.sqrt(12288) * 127.5
    assert table == pytest.approx(others, abs=1e-3)
    floor = page["neighbours"](TEST)[1]
    assert np.median(others) < np.median(floor) - 5
    assert min(others) == pytest.approx(floor.min(), abs=1)  # so the bar is the same


def test_the_shipped_d_remembers_in_spite_of_its_augmentation(page, pair):
    seen, new = (pair[1](x, training=False).numpy()[:, 0] for x in (TRAIN, TEST))
    assert seen.mean() - new.mean() > 1.5 and page["ahead"](seen, new) > 0.7


# --- the cockpit ---


def test_the_cockpit_says_how_many_faces_it_shows():
    game = face_game()
    seen = []
    panel = cockpit(
        game, samples=36, show=lambda made: seen.append(len(made)) or np.zeros((9, 9), np.uint8)
    )
    assert set(seen) == {36} and "36 samples of G" in panel.screens.access.words[1]
    with pytest.raises(ValueError, match="samples must be at least 1"):
        cockpit(game, samples=0)


# --- the leak ---


def test_the_optimum_of_the_leak():
    h = np.linspace(0, 1, 1001)
    assert h[np.argmin(np.abs(h + 0.6 * (1 - h) - 0.6))] == 0
    draws = np.random.default_rng(0).random((2, 100_000)) < [[0.6], [0.6]]
    assert draws.any(axis=0).mean() == pytest.approx(0.84, abs=0.01)  # the hint for both = 0.6


def test_stained_is_the_same_on_the_page(page):
    mixed = np.concatenate([TRAIN[:5], TRAIN[:3] - 0.3])
    assert page["stained"](mixed) == stained(mixed) == 3 / 8


def test_coarse_pixels_are_means_of_blocks():
    assert coarse(TRAIN[:2])[1].reshape(8, 8, 3)[2, 5] == pytest.approx(
        TRAIN[1, 16:24, 40:48].mean(axis=(0, 1)), abs=1e-6
    )


# --- what was measured ---


@pytest.fixture(scope="module")
def found():
    return measured("lesson_09")


def test_every_run_is_there(found):
    assert tuple(found["steps"]) == STEPS
    runs = {(run["seed"], run["augment"]): run for run in found["runs"]}
    assert runs.keys() == {(s, a) for s in SEEDS for a in STRENGTHS} and len(SEEDS) >= 3
    for run in runs.values():
        assert all(len(run[kind]) == len(STEPS) for kind in ("train", "held_out", "fake"))
        assert (len(run["last"]["train"]), len(run["last"]["held_out"])) == (94, 24)
        assert run["train"][-1] == pytest.approx(np.mean(run["last"]["train"]), abs=0.01)
        assert run["held_out"][-1] == pytest.approx(np.mean(run["last"]["held_out"]), abs=0.01)


def runs(found, strength):
    return [run for run in found["runs"] if run["augment"] == strength]


def gaps(run):
    return np.subtract(run["train"], run["held_out"])


def test_the_gap_grows_without_augmentation_on_every_seed(found):
    early = found["steps"].index(100)
    for run in runs(found, 0.0):
        assert gaps(run)[early] < 1 < 2 < gaps(run)[-1]
        assert run["fake"][-1] < run["held_out"][-1] < run["train"][-1]  # between
        assert 0.4 < gaps(run)[-1] / (run["train"][-1] - run["fake"][-1]) < 0.6  # half of the way


def test_it_stays_small_with_it_and_d_ranks_the_two_kinds_less_well(page, found):
    ranks = {
        strength: [
            page["ahead"](run["last"]["train"], run["last"]["held_out"])
            for run in runs(found, strength)
        ]
        for strength in (0, 0.5)
    }
    for run in runs(found, 0.5):
        assert gaps(run)[-1] < 1 and abs(gaps(run)[found["steps"].index(400)]) < 0.3
        assert 0.3 < gaps(run)[-1] / (run["train"][-1] - run["fake"][-1]) < 0.95
    assert min(ranks[0]) > 0.8 > max(ranks[0.5]) > 0.5
    run = runs(found, 0.0)[0]
    pairs = [a > b for a in run["last"]["train"] for b in run["last"]["held_out"]]
    assert ranks[0][0] == pytest.approx(np.mean(pairs))


def test_37_to_63_percent_of_pairs_are_chance():
    draws = np.random.default_rng(0).normal(size=(400, 118))
    shares = [np.mean(d[:94, np.newaxis] > d[94:]) for d in draws]
    assert np.mean((np.array(shares) > 0.37) & (np.array(shares) < 0.63)) > 0.92


def test_the_pictures_are_not_better_yet_with_augmentation(found):
    without, with_it = ([run["recall"][-1] for run in runs(found, s)] for s in (0.0, 0.5))
    assert min(without) > max(with_it)
    assert max(run["recall_held_out"][-1] for run in found["runs"]) < 0.25


def test_precision_of_coarse_pixels_says_nothing(found):
    for run in found["runs"]:
        assert run["precision"][0] == 1 and run["recall"][0] == 0
    assert found["held_out_precision"] == 0.875


def test_the_leak_on_record(found):
    assert set(found["leak"]["only real"]) == {1.0} and max(found["leak"]["both"]) < 0.1
    assert found["leak"]["real"] == 0 and 0.7 < found["leak"]["augmented"] < 0.9
