"""Loud faults: what the messages of Keras and TensorFlow mean in a GAN."""

import re

from gan_lessons import arguments
from gan_lessons.checkup.readings import Finding
from gan_lessons.checkup.rules import ANEW, INSIDE

ERRORS = [  # (what a message holds, the fault, the cure); the first that fits
    ("No gradients provided", "no gradient reaches G", INSIDE),
    (
        "object is not callable",
        "loss name rebound",
        "the name of a function was given a value: call the value d_loss, not like the function.",
    ),
    (
        "Unknown variable|cannot recognize variable|singleton tf.Variable",
        "networks built anew",
        ANEW,
    ),
    (
        "expected (min_)?ndim=4, found ndim=2",
        "convolution after Flatten",
        "convolutions need (height, width, channels): put Flatten behind them, or Reshape first.",
    ),
    (
        "layer 'generator'.*found shape|cannot be reshaped|[Rr]eshape|total size of",
        "noise shape",
        "z is (batch, latent): Dense acts on the last axis and carries every other one along.",
    ),
    (
        r"found shape=\(1, \d+, \d+, \d+|found ndim=5",
        "an axis too many",
        "a batch is (n, height, width, channels): no expand_dims(axis=0) on each picture.",
    ),
    (
        "Invalid input shape for input|found ndim=[23]",
        "one picture for a batch",
        "x[step] is one picture: take x[i : i + batch], with a channel axis at the end.",
    ),
    (
        r"\[(\d+)(,\d+,\d+)?,\d+\] vs\. \[(?!\1,)\d+(,\d+,\d+)?,\d+\]"
        r"|shape=\((\d+), (.*)\), .*shape=\((?!\4,)\d+, \5\)",
        "two batch sizes",
        "a number of examples is written down in your step: take len(real_batch), or give the "
        "check-up that number, MyGAN(…, batch=64).",
    ),
    (
        "found shape|[Ii]ncompatible|must be equal|must have the same shape|Dimensions",
        "shapes",
        "print G(z).shape and the data's shape: each stride of 2 doubles height and width.",
    ),
]


def explain(error, generator=None):
    """The Finding for an exception of a network or a training step, by its message.

    generator: the Keras model, to tell its messages from the discriminator's
    """
    arguments.kind("error", error, BaseException, "an exception")
    if generator is not None:
        arguments.has("generator", generator, "name", "input_shape")
    text = re.sub(r"\x1b\[\d+m", "", str(error))
    lines = [line.strip() for line in text.splitlines() if line.strip()] or [""]
    line = lines[1] if lines[0].startswith("Exception encountered") and lines[1:] else lines[0]
    wanted = re.search(r"Expected shape .*", text)  # behind a whole printed array
    said = f"{type(error).__name__}: {wanted[0] if wanted else line}"[:200]
    if generator is not None:
        named = (
            f"layer '{generator.name}'|Expected shape {re.escape(str(generator.input_shape))}, but"
        )
        text = re.sub(named, "layer 'generator' found shape", text)
    for pattern, fault, cure in ERRORS:
        if re.search(pattern, text, re.S):
            return Finding(fault, said, cure)
    return Finding("the step stops", said, "read the last line of the error first.")
