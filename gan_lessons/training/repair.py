"""RepairGAN: a generator that completes damaged digits, between the mean and the invention."""

import numpy as np

from gan_lessons import arguments
from gan_lessons.game import Knob
from gan_lessons.repair import BLOCK, holes
from gan_lessons.runtime import keras, tf
from gan_lessons.training.gan import GAN, MOST_SHOWN, _resident
from gan_lessons.training.knobs import KNOBS
from gan_lessons.training.moves import View, to_float

HOLES = 3000  # different holes that the game draws from
HOLE, SMALL = 512, 768  # added to a purpose: which hole, and who is shrunk instead
ADVERSARIAL = Knob(0.5, label="weight a of L_adv")
TARGET = Knob("paired", scale="choice", choices=("paired", "unpaired"), label="target of the MSE")


def repair_g_step(generator, discriminator, optimizer, loss, weight, z, target):
    """G descends on (1 − a)·MSE(G(z), target) + a·L_adv, a = ``weight``; D stays as it is.

    With λ = a / (1 − a) this is L_gen + λ·L_adv times a constant, which Adam hardly sees. Returns
    the loss before the step and the norm of its gradient. Pathak et al. 2016, eq. 3.
    """
    z = arguments.seen_by("z", z, arguments.network("generator", generator), "generator")
    target = arguments.seen_by("target", target, discriminator, "discriminator")
    arguments.paired(z=z, target=target)
    arguments.has("optimizer", optimizer, "apply")
    arguments.function("loss", loss)
    weight = arguments.dial("weight", weight, 0, 1)
    with tf.GradientTape() as tape:
        fake = generator(z, training=True)
        error = tf.reduce_mean(tf.square(fake - target))
        value = (1.0 - weight) * error + weight * loss(discriminator(fake, training=True))
    gradients = tape.gradient(value, generator.trainable_variables)
    optimizer.apply(gradients, generator.trainable_variables)
    return value, tf.linalg.global_norm(gradients)


@keras.saving.register_keras_serializable(package="gan_lessons")
class RepairGAN(GAN):
    """A GAN whose two players are both given a damaged digit, see ``gan_lessons.repair``.

    The generator takes z and what is given, the discriminator a picture and what is given. Each
    step damages real digits anew: a quarter is shrunk to 7×7, the others get a random hole.

    adversarial: a in [0, 1]; G minimises (1 − a)·MSE + a·L_adv
    target: "paired": the MSE compares with the digit that was damaged; "unpaired": with another
        one of the batch, the mistake of D3
    """

    own_knobs = {"adversarial": ADVERSARIAL, "target": TARGET} | KNOBS
    classes = 0  # the second input is no label

    def __init__(self, make_generator, make_discriminator, data=None, *, seed=0, **kwargs):
        super().__init__(make_generator, make_discriminator, data, seed=seed, **kwargs)
        self._holes, _ = _resident(holes(HOLES).astype(np.uint8))

    def _given(self, real, hole_key, small_key):
        """What is left of ``real`` (n, 28, 28, 1) after damage drawn by the two keys."""
        n = tf.shape(real)[0]
        which = tf.random.stateless_uniform([n], hole_key, maxval=HOLES, dtype=tf.int32)
        known = tf.cast(tf.gather(self._holes, which), tf.float32)[..., tf.newaxis]
        small = tf.nn.avg_pool2d(real, BLOCK, BLOCK, "VALID")
        blocks = tf.repeat(tf.repeat(small, BLOCK, axis=1), BLOCK, axis=2)
        shrunk = tf.random.stateless_uniform([n, 1, 1, 1], small_key) < 0.25
        known = tf.where(shrunk, 0.0, known)
        return tf.concat([tf.where(shrunk, blocks, real * known), known], axis=-1)

    def _draw(self, purpose, i=0):
        real, _ = super()._draw(purpose, i)
        return real, self._given(real, self._key(HOLE + purpose, i), self._key(SMALL + purpose, i))

    def _g_update(self, generator, discriminator, optimizer, z, real, plan):
        unpaired = tf.equal(self._dial("target"), TARGET.choices.index("unpaired"))
        target = tf.where(unpaired, tf.roll(real, 1, axis=0), real)
        weight = self._dial("adversarial")
        return repair_g_step(generator, discriminator, optimizer, self._g_loss, weight, z, target)

    def _trace_anew(self):
        super()._trace_anew()
        self._show = tf.function(self._fixed_examples, autograph=False, reduce_retracing=True)

    def _fixed_examples(self, n):
        """n real digits and what is given of them, a function of the seed alone."""
        seed = self._seed_now.value
        size = self._data.shape[0]
        draw = tf.random.stateless_uniform([n], [seed, -2], maxval=size, dtype=tf.int32)
        real = to_float(tf.gather(self._data, draw))
        return real, self._given(real, [seed, -3], [seed, -4])

    def examples(self, n=64):
        """n true digits (n, 28, 28, 1) and what is given of them (n, 28, 28, 2), float32.

        The same ones as long as the seed stays.
        """
        n = arguments.whole("n", n, 1, MOST_SHOWN)
        if self._data is None:
            raise ValueError("no digits to damage: call attach(data) first")
        return tuple(part.numpy() for part in self._show(tf.constant(n)))

    def repair(self, given, z=None):
        """What the averaged G makes of ``given`` (n, 28, 28, 2): float32 (n, 28, 28, 1).

        z: (n, latent); by default n latents that depend on the seed alone.
        """
        given = arguments.array("given", given, "n", 28, 28, 2).astype(np.float32)
        z = self.latents(len(given)) if z is None else z
        z = arguments.array("z", z, len(given), self.latent_dim).astype(np.float32)
        return self._paint(z, given).numpy()

    def sample(self, n=64):
        """The repairs of ``examples(n)``, float32 (n, 28, 28, 1)."""
        return self.repair(self.examples(n)[1])

    def _judge_both(self, n):
        real, given = self._fixed_examples(n)
        judge = View(self.discriminator, given)
        fake = View(self.generator, given)(self._z(n, [self._seed_now.value, -1]), False)
        return judge(real, False)[:, 0], judge(fake, False)[:, 0]

    def references(self):
        """As in GAN; G's loss has no known optimum once an MSE is part of it."""
        alone = self._value("adversarial") == 1.0
        return super().references() | ({} if alone else {"g_loss": None})

    def train_step(self, batch):
        """Not offered: this game damages its own data; play it with ``advance``."""
        raise NotImplementedError("a RepairGAN plays with advance(n), not with fit")

    test_step = train_step
