"""The trial: a few steps of somebody's program under instruments."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from gan_lessons.checkup.readings import Readings
from gan_lessons.runtime import keras, tf

FREE_STEPS = 2  # steps played as they are: some faults show at the second only
PROBE_STEPS = 2  # steps of one player alone, each with a batch of its own
LOOKED_AT = 32  # real examples and fakes under the instruments
SAME = 1e-4  # two gradients that differ by this share of their size are the same
LOUD = 1000.0  # inputs so many times as large show how far a network can reach


class MyGAN(NamedTuple):
    """What ``check_up`` needs of your program.

    generator:     a Keras model, z (n, latent) to fakes
    discriminator: a Keras model, examples to (n, 1): logits or probabilities
    train_step:    function of one real batch that plays one step, plain or ``tf.function``. If it
                   returns exactly two numbers, they are taken for D's loss and G's loss
    data:          float array of real examples, scaled as you feed them; or a tuple (examples,
                   labels), then train_step is given such a tuple
    batch:         how many of them a step is given
    """

    generator: Any
    discriminator: Any
    train_step: Callable
    data: Any
    batch: int = 8


class Trial:
    """One check-up: the program, its data, the spy, and what is read."""

    def __init__(self, gan, spy, seed):
        self.gan, self.spy, self.seed, self.readings = gan, spy, seed, Readings()
        random = np.random.default_rng(seed)
        parts = gan.data if isinstance(gan.data, tuple) else (gan.data,)
        order = np.resize(random.permutation(len(parts[0])), 2 * max(gan.batch, LOOKED_AT))
        self.parts = [np.asarray(part)[order] for part in parts]
        self.real = self.parts[0][:LOOKED_AT]
        shape = LOOKED_AT, *gan.generator.input_shape[1:]
        self.z = random.normal(size=shape).astype(np.float32)

    def batch(self, pictures=0, labels=0):
        """A batch as train_step wants it; another number, other examples or labels."""
        n, starts = self.gan.batch, (pictures, labels)
        made = [
            tf.constant(part[n * start : n * start + n])
            for part, start in zip(self.parts, starts, strict=False)
        ]
        return tuple(made) if isinstance(self.gan.data, tuple) else made[0]

    def fakes(self, louder=1.0, training=True):
        return self.gan.generator(self.z * louder, training=training).numpy()

    def verdicts(self):
        """D's outputs on the real examples and on fakes of fixed z."""
        judge = self.gan.discriminator
        return [judge(x, training=False).numpy() for x in (self.real, self.fakes())]

    def look(self):
        """Ranges, spread and verdicts of the networks as they are."""
        r, fakes = self.readings, self.fakes()
        means = (float(outputs.mean()) for outputs in self.verdicts())
        r.verdicts = dict(zip(("real", "fake"), means, strict=True))
        reach = self.fakes(LOUD, training=False)
        for name, values in {"real": self.parts[0], "fake": fakes, "reach": reach}.items():
            r.ranges[name] = float(values.min()), float(values.max())
        r.spread = float(fakes.std(axis=0).mean() / max(self.real.std(axis=0).mean(), 1e-12))

    def play_freely(self):
        """Some steps as they are: who moves, how far, and what is raised."""
        r, players = self.readings, {"D": self.gan.discriminator, "G": self.gan.generator}
        before = {p: network.get_weights() for p, network in players.items()}
        for step in range(FREE_STEPS):
            self.spy.updates = []
            self.gan.train_step(self.batch(pictures=step, labels=step))
            r.moves = self.spy.moved()
            if step == 0:
                r.gradient = {p: float(np.linalg.norm(self.spy.gradient(p))) for p in players}
                r.change = {p: _share(before[p], n.get_weights()) for p, n in players.items()}

    def replay(self, shaken=None, **changed):
        """The gradients (D's, G's) and the losses of a step from the old weights; none applied.

        shaken:  a network that gets other weights for it
        changed: other examples or labels, as ``batch`` takes them
        """
        self.spy.put_back()
        for weight in shaken.weights if shaken else ():
            weight.assign(0.5 * weight + 0.01)
        keras.utils.set_random_seed(self.seed)
        self.spy.updates, self.spy.moving = [], set()
        returned = self.gan.train_step(self.batch(**changed))
        pair = isinstance(returned, tuple | list) and len(returned) == 2
        losses = [float(np.mean(value)) for value in returned] if pair else None
        return self.spy.gradient("D"), self.spy.gradient("G"), losses

    def ask_who_listens(self):
        """Change one source at a time; see whose gradient changes."""
        r, heard = self.readings, self.readings.listens
        first, second = self.replay(), self.replay()
        r.piles_up = False
        if not (_same(first[0], second[0]) and _same(first[1], second[1])):
            third = self.replay()
            r.piles_up = any(_grows(first[i], second[i], third[i]) for i in (0, 1))
            return  # it cannot be repeated, so a difference would say nothing
        sources = {
            "real": {"pictures": 1},
            "G": {"shaken": self.gan.generator},
            "D": {"shaken": self.gan.discriminator},
        }
        if len(self.parts) > 1:
            sources["labels"] = {"labels": 1}
        for source, changed in sources.items():
            d, g, losses = self.replay(**changed)
            heard["D", source], heard["G", source] = not _same(first[0], d), not _same(first[1], g)
            if source == "real" and losses:  # D's loss must hold real examples, whichever it is
                both = (abs(a - b) > SAME * abs(a) for a, b in zip(first[2], losses, strict=True))
                heard["G's loss", source] = all(both)
        self.compare_gradient(first[0])

    def compare_gradient(self, arrived):
        """How much of the gradient for probabilities arrives, where D answers with such."""
        self.spy.put_back()
        judge, edge = self.gan.discriminator, 1e-6
        loud = judge(LOUD * self.real, training=False).numpy()
        if not all(v.min() >= 0 and v.max() <= 1 for v in (*self.verdicts(), loud)):
            return
        with tf.GradientTape() as tape:
            real, fake = (judge(x, training=True) for x in (self.real, self.fakes()))
            loss = -tf.reduce_mean(tf.math.log(real + edge) + tf.math.log(1 + edge - fake))
        wanted = tape.gradient(loss, judge.trainable_variables)
        self.readings.shrunk = float(np.linalg.norm(arrived) / tf.linalg.global_norm(wanted))

    def play_alone(self, player):
        """Some steps in which only one player moves; D's mean verdicts before and after."""
        self.spy.put_back()
        before = [v.mean() for v in self.verdicts()]
        self.spy.moving = {player}
        for step in range(PROBE_STEPS):
            self.gan.train_step(self.batch(pictures=step, labels=step))
        after = [v.mean() for v in self.verdicts()]
        real, fake = (float(b - a) for a, b in zip(before, after, strict=True))
        return fake if player == "G" else real - fake

    def run(self):
        self.look()
        self.play_freely()
        self.ask_who_listens()
        self.readings.rise = self.play_alone("G")
        self.readings.gap = self.play_alone("D")


def _same(a, b):
    return a.shape == b.shape and np.linalg.norm(a - b) <= SAME * np.linalg.norm(a)


def _grows(a, b, c):
    """Whether three gradients grow by one and the same vector."""
    if not a.shape == b.shape == c.shape:
        return False
    step = b - a
    return np.any(step) and np.allclose(step, c - b, rtol=0.01, atol=0.01 * np.abs(step).max())


def _share(before, after):
    moved = sum(np.sum((a - b) ** 2.0) for a, b in zip(after, before, strict=True))
    return float(np.sqrt(moved / max(sum(np.sum(b**2.0) for b in before), 1e-12)))
