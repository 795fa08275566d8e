"""PointGAN: a GAN of points in the plane, with the levers that mode collapse calls for."""

import numpy as np

from gan_lessons import arguments
from gan_lessons.cures import BatchLayer
from gan_lessons.game import Knob
from gan_lessons.objectives import OBJECTIVES
from gan_lessons.runtime import keras, tf
from gan_lessons.training.gan import GAN
from gan_lessons.training.knobs import KNOBS
from gan_lessons.training.moves import View
from gan_lessons.training.unroll import unrolled_g_step

UNROLL = Knob(0, 0, 5, "int", label="moves of D that G looks ahead")


@keras.saving.register_keras_serializable(package="gan_lessons")
class PointGAN(GAN):
    """A GAN whose data are points (n, 2), with more knobs, and arrows to draw.

    latent: how many coordinates of z are in use; the others are 0
    unroll: how many moves of D are looked ahead in G's loss (Metz et al. 2017)
    and, by its name, the dial of each layer of ``gan_lessons.cures`` that D has.
    """

    @property
    def own_knobs(self):
        z = self.latent_dim
        latent = Knob(z, 1, z, "int", label="latent coordinates in use") if z > 1 else None
        dials = {layer.name: layer.knob for layer in self._batch_layers()}
        return KNOBS | ({"latent": latent} if latent else {}) | {"unroll": UNROLL} | dials

    def _batch_layers(self):
        return [layer for layer in self.discriminator.layers if isinstance(layer, BatchLayer)]

    def _new_dial(self, name, knob):
        """Where a layer of D has the dial, that one."""
        layers = {layer.name: layer for layer in self._batch_layers()}
        return layers[name].dial if name in layers else super()._new_dial(name, knob)

    def _trace_anew(self):
        super()._trace_anew()
        self._score = tf.function(
            lambda x: self.discriminator(x, training=False)[:, 0], autograph=False
        )
        self._pull = tf.function(self._pull_each, autograph=False)

    def _z(self, n, key):
        z = super()._z(n, key)
        if "latent" not in self._dials:
            return z
        return tf.where(tf.range(self.latent_dim) < self._dial("latent"), z, 0.0)

    def _plan(self):
        """The objective that G looks ahead in, if it does, and which dear layers are awake.

        Each plan is traced once, some seconds, and kept: what rests then costs nothing.
        """
        ahead = self._value("objective") if self._value("unroll") else None
        dear = [layer for layer in self._batch_layers() if layer.dear]
        return ahead, tuple(layer.name for layer in dear if not layer.rests())

    def _settle(self, plan):
        for layer in self._batch_layers():
            layer.awake = None if plan is None else layer.name in plan[1]

    def _g_update(self, generator, discriminator, optimizer, z, real, plan):
        if plan is None or plan[0] is None:
            return super()._g_update(generator, discriminator, optimizer, z, real, plan)
        d_loss, g_loss, *_ = OBJECTIVES[plan[0]]
        return unrolled_g_step(
            generator,
            discriminator,
            self.d_optimizer,
            optimizer,
            (lambda r, f: d_loss(r, f, self._dial("smoothing")), g_loss),
            z,
            real,
            self._dial("unroll"),
        )

    def judge(self, x):
        """D's logits (n,) at points x (n, 2); None where D looks at several points at once.

        So far out that float32 overflows (beyond 1e30 or so) a logit is infinite or NaN.
        """
        x = arguments.points("x", x).astype(np.float32)
        if not all(layer.rests() for layer in self._batch_layers()):
            return None
        return self._score(x).numpy()

    def pulls(self, n=100):
        """Where G's loss pulls each of n fakes now: (fakes, arrows), both (n, 2).

        An arrow is minus the gradient of n times the loss with respect to the fake.
        """
        fakes, arrows = self._pull(self.latents(n))
        return fakes.numpy(), arrows.numpy()

    def _pull_each(self, z):
        fakes = self.generator(z, training=False)
        with tf.GradientTape() as tape:
            tape.watch(fakes)
            value = self._g_loss(View(self.discriminator)(fakes, False))
        return fakes, -tf.cast(tf.shape(z)[0], tf.float32) * tape.gradient(value, fakes)

    def reset(self, seed=None):
        """As in GAN; the dials in D's layers stay too."""
        turned = {name: knob.value for name, knob in self.knobs.items()}
        super().reset(seed)
        self.turn(**turned)
