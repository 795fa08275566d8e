"""The trial: a few steps of somebody's program under instruments."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from gan_lessons.checkup.rules import Readings
from gan_lessons.runtime import keras, tf

FREE_STEPS = 2  # steps played as they are: some faults show at the second only
PROBE_STEPS = 2  # steps of one player alone
LOOKED_AT = 32  # real examples and fakes under the instruments
SAME = 1e-4  # two gradients that differ by this share of their size are the same
LOUD = 1000.0  # z so many times as large shows how far G can reach


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
        self.gan, self.spy, self.readings = gan, spy, Readings()
        self.parts = gan.data if isinstance(gan.data, tuple) else (gan.data,)
        order = np.random.default_rng(seed).permutation(len(self.parts[0]))
        self.order = np.resize(order, 2 * max(gan.batch, LOOKED_AT))
        self.seed = seed
        width = gan.generator.input_shape[-1]
        self.z = np.random.default_rng(seed).normal(size=(LOOKED_AT, width)).astype(np.float32)
        self.real = np.asarray(self.parts[0][self.order[:LOOKED_AT]], np.float32)

    def batch(self, pictures=0, labels=0):
        """A batch as train_step wants it; another number, other examples or labels."""
        n = self.gan.batch
        starts = (pictures * n, *(labels * n for _ in self.parts[1:]))
        made = [
            tf.constant(p[self.order[s : s + n]]) for p, s in zip(self.parts, starts, strict=True)
        ]
        return tuple(made) if isinstance(self.gan.data, tuple) else made[0]

    def fakes(self, z=None, training=True):
        return self.gan.generator(self.z if z is None else z, training=training).numpy()

    def verdicts(self):
        """D's outputs on the real examples and on fakes of fixed z."""
        judge = self.gan.discriminator
        return judge(self.real, training=False).numpy(), judge(self.fakes(), training=False).numpy()

    def look(self):
        """Ranges, spread, verdicts of the networks as they are."""
        r, fakes = self.readings, self.fakes()
        real, fake = self.verdicts()
        r.verdicts = {"real": float(real.mean()), "fake": float(fake.mean())}
        both = np.concatenate([np.ravel(real), np.ravel(fake)])
        r.verdicts["ends"] = float(both.min()), float(both.max())
        everything = np.asarray(self.parts[0][self.order], np.float32)
        loud = self.fakes(self.z * LOUD, training=False)
        for name, values in {"real": everything, "fake": fakes, "reach": loud}.items():
            r.ranges[name] = float(values.min()), float(values.max())
        r.spread = float(fakes.std(axis=0).mean() / max(self.real.std(axis=0).mean(), 1e-12))

    def play_freely(self):
        """Some steps as they are: who moves, how far, and what is raised."""
        before = {"D": self.gan.discriminator.get_weights(), "G": self.gan.generator.get_weights()}
        for step in range(FREE_STEPS):
            self.spy.updates = []
            self.gan.train_step(self.batch(pictures=step, labels=step))
            r = self.readings
            r.moves = self.spy.moved()
            if step == 0:
                r.gradient = {p: float(np.linalg.norm(self.spy.gradient(p))) for p in "DG"}
                after = self.gan.discriminator.get_weights(), self.gan.generator.get_weights()
                r.change = {p: _share(before[p], a) for p, a in zip("DG", after, strict=True)}

    def replay(self, **changed):
        """The gradients (D's, G's) and the losses of a step from the old weights; none applied."""
        shaken = changed.pop("shaken", None)
        self.spy.put_back()
        for variable in shaken.trainable_variables if shaken else ():
            variable.assign(0.5 * variable + 0.01)
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
        sources = {"real": {"pictures": 1}, "G": {"shaken": self.gan.generator}}
        sources["D"] = {"shaken": self.gan.discriminator}
        sources |= {"labels": {"labels": 1}} if len(self.parts) > 1 else {}
        for source, changed in sources.items():
            d, g, losses = self.replay(**changed)
            heard["D", source], heard["G", source] = not _same(first[0], d), not _same(first[1], g)
            if source == "real" and losses:  # which of the two is G's: the one without real in it
                both = (abs(a - b) > SAME * abs(a) for a, b in zip(first[2], losses, strict=True))
                heard["G's loss", source] = all(both)
        self.compare_gradient(first[0])

    def compare_gradient(self, arrived):
        """How much of the gradient for probabilities arrives, where D answers with such."""
        low, high = self.readings.verdicts["ends"]
        if not (low >= 0 and high <= 1):
            return
        self.spy.put_back()
        judge, edge = self.gan.discriminator, 1e-6
        with tf.GradientTape() as tape:
            real, fake = (judge(x, training=True) for x in (self.real, self.fakes()))
            loss = tf.reduce_mean(-tf.math.log(real + edge))
            loss -= tf.reduce_mean(tf.math.log(1 + edge - fake))
        wanted = tape.gradient(loss, judge.trainable_variables)
        size = float(tf.linalg.global_norm([g for g in wanted if g is not None]))
        self.readings.shrunk = float(np.linalg.norm(arrived)) / max(size, 1e-12)

    def play_alone(self, player):
        """Some steps in which only one player moves; D's mean verdicts before and after."""
        self.spy.put_back()
        before = [v.mean() for v in self.verdicts()]
        self.spy.moving = {player}
        for step in range(PROBE_STEPS):
            self.gan.train_step(self.batch(pictures=step % 2, labels=step % 2))
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
    return not _same(a, b) and a.shape == b.shape and np.allclose(
        b - a, c - b, rtol=0.01, atol=0.01 * np.abs(b - a).max()
    )  # fmt: skip


def _share(before, after):
    moved = sum(np.sum((a - b) ** 2.0) for a, b in zip(after, before, strict=True))
    return float(np.sqrt(moved / max(sum(np.sum(b**2.0) for b in before), 1e-12)))
