"""Each exercise of lesson 09 accepts its solution and other right answers, and names mistakes."""

import numpy as np
import pytest
from lessons import hints

from gan_lessons.data import faces, to_float
from gan_lessons.exercises import (
    check_by_heart,
    check_copies,
    check_flip,
    check_leak,
    check_side,
)
from gan_lessons.exercises.lesson_09 import BY_HEART, COPIES, suspects
from gan_lessons.metrics import nearest
from gan_lessons.runtime import tf


def where(x, turned):
    return tf.where(turned[:, tf.newaxis, tf.newaxis, tf.newaxis], x[:, :, ::-1], x)


def by_gather(x, turned):
    side = x.shape[2]
    columns = tf.where(turned[:, tf.newaxis], tf.range(side)[::-1], tf.range(side))
    return tf.gather(x, columns, axis=2, batch_dims=1)


def by_share(x, turned):
    share = tf.cast(tf.reshape(turned, (-1, 1, 1, 1)), x.dtype)
    return share * tf.reverse(x, [2]) + (1 - share) * x


def one_by_one(x, turned):
    return tf.stack(
        [tf.image.flip_left_right(p) if t else p for p, t in zip(x, turned, strict=True)]
    )


@pytest.mark.parametrize(
    "check",
    [
        lambda: check_side(),
        lambda: check_side(4, ...),
        lambda: check_by_heart(dict.fromkeys(BY_HEART, ...)),
        lambda: check_flip(lambda x, turned: ...),
        lambda: check_leak(0.6, ...),
        lambda: check_copies(dict.fromkeys(COPIES, ...)),
    ],
)
def test_untouched_exercises_are_not_attempted(check, capsys):
    assert check() is False
    assert "not attempted yet" in capsys.readouterr().out


@pytest.mark.parametrize(
    "check",
    [
        lambda: check_side(4, [2, 2, 2, 2]),
        lambda: check_side(8, (2, 2, 2)),
        lambda: check_side(4, np.array([1, 2, 2, 2, 2])),
        lambda: check_side(1, [4, 4, 4]),
        lambda: check_side(16, 4),
        lambda: check_side(64, []),
        lambda: check_side(1, [64]),
        lambda: check_by_heart(BY_HEART),
        lambda: check_by_heart({case: f" {word.upper()}" for case, word in BY_HEART.items()}),
        lambda: check_leak(0.6, 0),
        lambda: check_leak(60, np.float32(0.0)),
        lambda: check_copies(COPIES),
        lambda: check_copies({name: word.title() for name, word in COPIES.items()}),
    ],
)
def test_right_answers_pass(check, capsys):
    assert check()
    assert "✓" in capsys.readouterr().out


def as_a_list(x, turned):
    return [p[:, ::-1] if t else p for p, t in zip(x, turned, strict=True)]


def in_float64(x, turned):
    return by_share(tf.cast(x, tf.float64), turned)


@pytest.mark.parametrize("flip", [where, by_gather, by_share, one_by_one, as_a_list, in_float64])
def test_right_flips_pass(flip):
    assert check_flip(flip)


WRONG = {
    "sides, D4": (lambda: check_side(4, [1, 2, 2]), "16×16"),
    "sides, one doubling missing": (lambda: check_side(4, [2, 2, 2]), "one doubling"),
    "sides, sizes for strides": (lambda: check_side(4, [8, 16, 32, 64]), "not the sizes"),
    "sides, too large": (lambda: check_side(7, [2, 2, 2, 2]), "112"),
    "sides, a fraction": (lambda: check_side(4, [2.5, 2, 2]), "whole numbers"),
    "sides, pairs": (lambda: check_side(4, [2, (2, 2), 2, 2]), "one for both directions"),
    "sides, nothing": (lambda: check_side(0, [2, 2]), "whole numbers"),
    "by heart, real is real": (
        lambda: check_by_heart(BY_HEART | {"a held-out face": "real"}),
        "list of 94",
    ),
    "by heart, perfect": (
        lambda: check_by_heart(BY_HEART | {"a new, perfect face by G": "real"}),
        "perfect",
    ),
    "by heart, copy": (
        lambda: check_by_heart(BY_HEART | {"a copy of a training face by G": "fake"}),
        "who made them",
    ),
    "by heart, training": (
        lambda: check_by_heart(BY_HEART | {"a training face": "fake"}),
        "on D's list",
    ),
    "by heart, another word": (
        lambda: check_by_heart(BY_HEART | {"a training face": "yes"}),
        "answer",
    ),
    "flip, all": (lambda: check_flip(lambda x, t: x[:, :, ::-1]), "all are mirrored"),
    "flip, none": (lambda: check_flip(lambda x, t: x), "none is mirrored"),
    "flip, rows": (
        lambda: check_flip(lambda x, t: tf.where(t[:, None, None, None], x[:, ::-1], x)),
        "heads",
    ),
    "flip, colours": (
        lambda: check_flip(lambda x, t: tf.where(t[:, None, None, None], x[..., ::-1], x)),
        "colours are reversed",
    ),
    "flip, the others": (lambda: check_flip(lambda x, t: where(x, ~t)), "wrong ones"),
    "flip, NumPy": (
        lambda: check_flip(lambda x, t: tf.constant(where(x, t).numpy())),
        "no slope",
    ),
    "flip, no return": (lambda: check_flip(lambda x, t: print(end="")), "return"),
    "flip, a shape": (lambda: check_flip(lambda x, t: where(x, t)[:2]), "shape must stay"),
    "flip, an error": (lambda: check_flip(lambda x, t: x + t), "stopped with"),
    "leak, D is not fooled": (lambda: check_leak(0.0, 0), "perfect copy"),
    "leak, the rest": (lambda: check_leak(0.4, 0), "without a hole"),
    "leak, twice": (lambda: check_leak(0.36, 0), "no second draw"),
    "leak, all": (lambda: check_leak(1.0, 0), "40 %"),
    "leak, both as one": (lambda: check_leak(0.6, 0.6), "84"),
    "leak, both all": (lambda: check_leak(0.6, 1), "all fakes"),
    "leak, both product": (lambda: check_leak(0.6, 0.36), "on top"),
    "leak, another": (lambda: check_leak(0.6, 0.2), "same share"),
    "copies, a list": (lambda: check_copies(["copy"] * 4), "“A” has no answer"),
    "by heart, a slip": (
        lambda: check_by_heart({c.replace("held-", "held "): w for c, w in BY_HEART.items()}),
        "“a held-out face” has no answer",
    ),
    "copies, moved": (lambda: check_copies(COPIES | {"A": "no copy"}), "once it is moved"),
    "copies, held out": (lambda: check_copies(COPIES | {"B": "copy"}), "held-out face"),
    "copies, noise": (lambda: check_copies(COPIES | {"C": "no copy"}), "nearer to a training"),
    "copies, mean": (lambda: check_copies(COPIES | {"D": "copy"}), "blur"),
    "copies, another word": (lambda: check_copies(COPIES | {"D": "new"}), "answer"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_answers_get_the_hint_they_need(name, capsys):
    check, word = WRONG[name]
    assert any(word in said for said in hints(check, capsys))


def test_the_suspects_are_what_the_check_says():
    found = faces()
    train, held_out = to_float(found.x_train), to_float(found.x_test)
    floor = nearest(held_out, train)[1]
    apart = dict(zip("ABCD", nearest(suspects(found), train)[1], strict=True))
    near = {name for name, far in apart.items() if far < floor.min()}
    assert near == {"C"} == {name for name, word in COPIES.items() if word == "copy"}
    assert apart["A"] > np.median(floor) > apart["D"] > floor.min()
    back = np.roll(suspects(found)[:1], (-2, -3), (1, 2))
    assert nearest(back, train)[1][0] < 0.1 * floor.min()
