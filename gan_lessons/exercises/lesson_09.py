"""The checks of lesson 09: sizes, a D that knows by heart, a flip, a leak, copies."""

import math
from numbers import Integral

import numpy as np

from gan_lessons.exercises.core import call, checked, given, number, parts, refuse, require

SIDE = 64


def check_side(start=..., strides=...):
    """Lesson 09: a start size and strides of transposed convolutions that end at 64."""

    def examine():
        steps = list(strides) if np.iterable(strides) else [strides]
        require(
            all(isinstance(s, Integral) and s >= 1 for s in [start, *steps]),
            "the start size and each stride are whole numbers from 1, one for both directions.",
        )
        made = start * math.prod(steps)
        require(
            steps[-1:] != [SIDE] or made == SIDE,
            "strides are wanted, not the sizes on the way: each stride multiplies the size.",
        )
        require(
            made != SIDE // 2,
            f"that ends at {made}: one doubling is missing. Does the layer that makes the colours "
            "have a stride too?",
        )
        require(
            made == SIDE,
            f"that ends at {made}×{made}. With padding “same” a stride s multiplies the size by s; "
            "the kernel does not matter.",
            f"the start size times all strides must be {SIDE}; yours is {made}.",
        )

    return checked("sizes", given(start, strides), examine, "that makes 64×64.")


BY_HEART = {
    "a training face": "real",
    "a held-out face": "fake",
    "a new, perfect face by G": "fake",
    "a copy of a training face by G": "real",
}
BY_HEART_HINTS = {
    "a training face": "it is on D's list.",
    "a held-out face": "it is a real face, but is it on the list of 94?",
    "a new, perfect face by G": "D has no idea of “perfect”: is the face on the list?",
    "a copy of a training face by G": "D sees pixels, not who made them: is it on the list?",
}


def check_by_heart(answers):
    """Lesson 09: what a D that only knows a list of 94 faces says, "real" or "fake"; a dict."""

    def examine():
        for case, right in BY_HEART.items():
            require(case in answers, f"“{case}” has no answer.")
            said = str(answers[case]).strip().lower()
            require(said in ("real", "fake"), f"{case}: answer “real” or “fake”.")
            require(said == right, f"{case}: {BY_HEART_HINTS[case]}")

    praise = "such a D rewards copies, and only copies."
    return checked("by heart", given(*parts(answers)), examine, praise)


def check_flip(flip):
    """Lesson 09: ``flip(x, turned)`` mirrors left and right the pictures where turned is True."""
    from gan_lessons.runtime import tf

    random = np.random.default_rng(9)
    x = random.uniform(-1, 1, (4, 6, 5, 3)).astype(np.float32)
    turned = np.array([True, False, False, True])
    right = np.where(turned[:, None, None, None], x[:, :, ::-1], x)
    mistakes = {
        "all are mirrored: look at “turned”.": x[:, :, ::-1],
        "none is mirrored: look at “turned”.": x,
        "these stand on their heads: rows are axis 1, columns axis 2.": np.where(
            turned[:, None, None, None], x[:, ::-1], x
        ),
        "the colours are reversed: columns are axis 2, colours axis 3.": np.where(
            turned[:, None, None, None], x[..., ::-1], x
        ),
        "the wrong ones are mirrored: those where “turned” is True should be.": np.where(
            turned[:, None, None, None], x, x[:, :, ::-1]
        ),
    }

    def examine():
        picture = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(picture)
            made = call(flip, (picture, tf.constant(turned)), "flip")
            require(made is not None, "it returns nothing: is there a return?")
            shape = tuple(np.shape(made))
            require(shape == x.shape, f"the shape must stay {x.shape}, but it is {shape}.")
            made = tf.cast(made, tf.float32)
            weighted = tf.reduce_sum(made * right)
        for hint, wrong in mistakes.items():
            require(not np.allclose(made, wrong), hint)
        require(np.allclose(made, right), "some pixels are not where they should be.")
        slope = tape.gradient(weighted, picture)
        require(
            slope is not None,
            "right pixels, but no slope passes through: G would learn nothing. Use TensorFlow's "
            "functions, not NumPy's.",
        )
        require(np.allclose(slope, x), "the slope is not that of a mirror.")

    return checked("flip", given(flip), examine, "mirrored, and a slope passes through.")


def check_leak(only_real=..., both=...):
    """Lesson 09: the share of fakes with a hole at the optimum; 60 % of what is augmented gets one.

    only_real: only real pictures are augmented; both: real ones and fakes.
    """
    mistakes = {
        "only_real": {
            0.0: "60 % of the real pictures that D sees have a hole. What is their perfect copy?",
            0.4: "that is the share without a hole.",
            1.0: "40 % of the real pictures that D sees have no hole.",
            0.36: "the fakes are not augmented here: there is no second draw.",
        },
        "both": {
            0.6: "then D would see holes in 0.6 + 0.4 · 0.6 = 84 % of the fakes, but in 60 % of "
            "the real ones.",
            0.36: "holes come on top: a G with 36 % holes is seen with 74 %.",
            0.84: "that is what D would see of a G that makes 60 % holes.",
            1.0: "then D sees holes in all fakes, but in 60 % of the real ones only.",
            0.4: "a G with 40 % holes is seen with 76 %, but the real ones with 60 %.",
        },
    }

    def examine():
        rights = {"only_real": 0.6, "both": 0.0}
        for name, answer in {"only_real": only_real, "both": both}.items():
            value = number(answer, name)
            value = value / 100 if 1 < value <= 100 else value
            refuse(value, mistakes[name], atol=0.005, what=name)
            require(
                np.isclose(value, rights[name], atol=0.005),
                f"{name}: at the optimum D sees the same share of holes in both kinds.",
            )

    praise = "0.6 and 0: what only one side gets, G learns."
    return checked("leak", given(only_real, both), examine, praise)


COPIES = {"A": "moved copy", "B": "no copy", "C": "copy", "D": "no copy"}
COPY_HINTS = {
    "A": "far away as it stands, but very near once it is moved.",
    "B": "moved or not, it stays about as far as a held-out face. It is one.",
    "C": "nearer to a training face than any held-out face is.",
    "D": "nearer than most held-out faces, but not nearer than all of them; a copy would be near "
    "0. It is the mean of all training faces: blur is near to everything.",
}


def suspects(faces):
    """Four pictures (4, 64, 64, 3) float32 in [−1, 1] from ``faces``, A to D of ``COPIES``."""
    train, held_out = (x.astype(np.float32) / 127.5 - 1 for x in (faces.x_train, faces.x_test))
    noise = np.random.default_rng(9).normal(0, 0.05, train[0].shape)
    four = np.roll(train[12], (2, 3), (0, 1)), held_out[10], train[30] + noise, train.mean(axis=0)
    return np.clip(four, -1, 1).astype(np.float32)


def check_copies(answers):
    """Lesson 09: which of four suspects is a "copy", a "moved copy" or "no copy"; a dict."""

    def examine():
        for name, right in COPIES.items():
            require(name in answers, f"“{name}” has no answer.")
            said = str(answers[name]).strip().lower()
            require(
                said in ("copy", "moved copy", "no copy"),
                f"{name}: answer “copy”, “moved copy” or “no copy”.",
            )
            require(said == right, f"{name}: {COPY_HINTS[name]}")

    praise = "and none of it says how good a picture is."
    return checked("copies", given(*parts(answers)), examine, praise)
