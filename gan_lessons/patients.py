"""The patients: one healthy program, and for each fault the few words of it that are changed."""

import difflib
import inspect
from typing import NamedTuple

from gan_lessons import arguments
from gan_lessons.checkup import MyGAN
from gan_lessons.data import to_float
from gan_lessons.networks import digit_discriminator, digit_generator
from gan_lessons.runtime import keras, tf

layers = keras.layers


def healthy_gan(pictures, labels):
    """The program that all patients are made from: a small digit GAN as people write it.

    pictures: uint8 (n, 28, 28); labels: (n,), not used by the healthy one. Returns a MyGAN.
    """
    data = to_float(pictures)
    G, D = digit_generator(), digit_discriminator()
    d_adam, g_adam = (keras.optimizers.Adam(rate, beta_1=0.5) for rate in (2e-3, 4e-3))

    def cross_entropy(target, logit):
        target = target * tf.ones_like(logit)
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(target, logit))

    def train_step(real):
        z = tf.random.normal((tf.shape(real)[0], 32))
        with tf.GradientTape(persistent=True) as tape:
            fake = G(z, training=True)
            on_real, on_fake = D(real, training=True), D(fake, training=True)
            d_loss = cross_entropy(1.0, on_real) + cross_entropy(0.0, on_fake)
            g_loss = cross_entropy(1.0, on_fake)
        d_slope = tape.gradient(d_loss, D.trainable_variables)
        g_slope = tape.gradient(g_loss, G.trainable_variables)
        d_adam.apply(d_slope, D.trainable_variables)
        g_adam.apply(g_slope, G.trainable_variables)
        return d_loss, g_loss

    return MyGAN(G, D, train_step, data)


class Patient(NamedTuple):
    """A fault of one of the five articles, as changes of ``healthy_gan``.

    where:   the articles that have it
    fault:   the name that the check-up should give
    changes: by the words of the healthy program, the words that stand there instead
    """

    where: str
    fault: str
    changes: dict


# Words of the healthy program that patients change, and new lines at their depth in it
NETWORKS = "G, D = digit_generator(), digit_discriminator()"
NOISE = "z = tf.random.normal"
G_LOSS = "g_loss = cross_entropy(1.0, on_fake)"
D_LOSS = "d_loss = cross_entropy(1.0, on_real) + cross_entropy(0.0, on_fake)"
G_APPLY = "g_adam.apply(g_slope, G.trainable_variables)"
D_APPLY = "d_adam.apply(d_slope, D.trainable_variables)"
BOTH = "G.trainable_variables + D.trainable_variables"
CUT = {G_LOSS: "g_loss = cross_entropy(1.0, D(tf.stop_gradient(fake)))"}
BODY, STEP, TAPE = ("\n" + " " * depth for depth in (4, 8, 12))


def _network(line):
    """The change that builds another network."""
    return {NETWORKS: NETWORKS + BODY + line}


def _generator(side, *strides):
    """The change to a G of three transposed convolutions, from side × side × 8."""
    parts = [f"layers.Dense({side * side * 8}), layers.Reshape(({side}, {side}, 8))"]
    for channels, stride in zip((8, 8, 1), strides, strict=True):
        parts.append(f'layers.Conv2DTranspose({channels}, 4, strides={stride}, padding="same")')
    return _network(f"G = keras.Sequential([keras.Input((32,)), {', '.join(parts)}])")


def _first(line):
    """The change that begins the step with another line."""
    return {NOISE: line + STEP + NOISE}


SILENT = {
    "G's sign": Patient(
        "D2, D3", "sign of G's loss", {G_LOSS: "g_loss = -cross_entropy(1.0, on_fake)"}
    ),
    "detached": Patient(
        "D2",
        "no gradient reaches G",
        CUT
        | {G_APPLY: f"g_slope = [tf.zeros_like(v) for v in G.trainable_variables]{STEP}{G_APPLY}"},
    ),
    "D in G's step": Patient(
        "D3",
        "G's step moves D",
        {
            "(g_loss, G.trainable_variables)": f"(g_loss, {BOTH})",
            G_APPLY: f"g_adam.apply(g_slope, {BOTH})",
        },
    ),
    "sigmoid twice": Patient(
        "D4", "sigmoid twice", _network('D = keras.Sequential([D, layers.Activation("sigmoid")])')
    ),
    "other range": Patient(
        "D0", "range", {"data = to_float(pictures)": "data = (to_float(pictures) + 1) / 2"}
    ),
    "MSE to any x": Patient(
        "D3",
        "unpaired target",
        {G_LOSS: f"{G_LOSS}{TAPE}g_loss = tf.reduce_mean((fake - real) ** 2) + 0.01 * g_loss"},
    ),
    "one joint loss": Patient(
        "D3",
        "one loss for both",
        {
            G_LOSS: f"{G_LOSS}{TAPE}d_loss = g_loss = g_loss + d_loss",
            D_APPLY: f"g_adam.apply(g_slope + d_slope, {BOTH})",
            f"        {G_APPLY}\n": "",
        },
    ),
    "digits as targets": Patient(
        "D2",
        "labels as targets",
        {
            "def train_step(real):": f"def train_step(batch):{STEP}real, digit = batch",
            "cross_entropy(1.0, on_real)": "cross_entropy(digit[:, None], on_real)",
            "train_step, data)": 'train_step, (data, labels.astype("float32")))',
        },
    ),
    "never a fake": Patient(
        "D2", "D sees no fakes", {D_LOSS: "d_loss = cross_entropy(1.0, on_real)"}
    ),
    "never zeroed": Patient(
        "D2",
        "gradients pile up",
        {
            NETWORKS: f"{NETWORKS}{BODY}piles = [tf.Variable(tf.zeros_like(v)) for v in "
            "D.trainable_variables]",
            D_APPLY: "d_slope = [p.assign_add(s) for p, s in zip(piles, d_slope, strict=True)]"
            f"{STEP}{D_APPLY}",
        },
    ),
    "built anew": Patient(
        "D0",
        "networks built anew",
        _first(f"G = digit_generator(){STEP}g_adam = keras.optimizers.Adam(4e-3, beta_1=0.5)"),
    ),
    "a constant": Patient(
        "D4",
        "constant in G's loss",
        {G_LOSS: f"{G_LOSS} - cross_entropy(1.0, on_real)"},
    ),
    "D's sign": Patient(
        "D4",
        "sign of D's loss",
        {D_LOSS: "d_loss = -cross_entropy(1.0, on_real) - cross_entropy(0.0, on_fake)"},
    ),
}
LOUD = {
    "three strides from 7": Patient("D0", "shapes", _generator(7, 2, 2, 2)),
    "strides 1, 2, 2 from 4": Patient("D4", "shapes", _generator(4, 1, 2, 2)),
    "noise (n, n, 3)": Patient(
        "D4", "noise shape", {"(tf.shape(real)[0], 32)": "(*tf.shape(real)[:2], 32)"}
    ),
    "Conv2D after Flatten": Patient(
        "D3",
        "convolution after Flatten",
        _network(
            "D = keras.Sequential([keras.Input((28, 28, 1)), "
            "layers.Flatten(), layers.Conv2D(16, 3), layers.Dense(1)])"
        ),
    ),
    "expand_dims(axis=0)": Patient(
        "D3", "an axis too many", _first("real = tf.expand_dims(real, axis=0)")
    ),
    "one picture": Patient("D0", "one picture for a batch", _first("real = real[0, :, :, 0]")),
    "name rebound": Patient(
        "D0",
        "loss name rebound",
        _first("nonlocal cross_entropy")
        | {"return d_loss, g_loss": f"cross_entropy = d_loss{STEP}return d_loss, g_loss"},
    ),
    "None gradients": Patient("D2", "no gradient reaches G", CUT),
    "one optimizer, new networks": Patient(
        "D0", "networks built anew", _first("G = digit_generator()")
    ),
}
PATIENTS = SILENT | LOUD


def patient_source(*names):
    """The source of the healthy program with the faults of these patients in it."""
    for name in names:
        arguments.choice("names", name, PATIENTS)
    source = inspect.getsource(healthy_gan)
    for name in names:
        for old, new in PATIENTS[name].changes.items():
            if source.count(old) != 1:
                raise ValueError(f"{name!r}: {old!r} stands {source.count(old)} times there")
            source = source.replace(old, new)
    return source


def admit(source, pictures, labels, seed=0, **names):
    """The MyGAN that a program, as text, makes of uint8 pictures (n, 28, 28) and their labels.

    names: what the program should find under a name, in place of what this module has there
    """
    arguments.text("source", source)
    labels = arguments.array("labels", labels, len(to_float(pictures)))
    seed = arguments.seed(seed)
    space = globals() | names
    exec(source, space)
    keras.utils.set_random_seed(seed)
    return space["healthy_gan"](pictures, labels)


def changed_lines(*names):
    """What stands in the healthy program and what in the patient, as lines of − and +."""
    both = patient_source().splitlines(), patient_source(*names).splitlines()
    lines = list(difflib.unified_diff(*both, lineterm="", n=0))[2:]
    return "\n".join(line[0] + " " + line[1:].strip() for line in lines if line[0] in "+-")
