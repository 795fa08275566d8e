"""Layers that let D look at a whole batch, so that fakes which are all alike give themselves away.

Each has a ``dial``, a weight that no training moves: a game turns it while it runs (its knob), and
at rest the layer passes its input on with zeros beside it.
"""

from gan_lessons import arguments
from gan_lessons.game import Knob
from gan_lessons.runtime import keras

layers, ops = keras.layers, keras.ops


class BatchLayer(layers.Layer):
    """A layer with a dial; ``knob`` says what it may be turned to, and its low end is rest."""

    knob: Knob
    dear = False  # a trace leaves a dear layer out while it rests

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.awake = None  # True or False while a trace settles it
        at_rest = keras.initializers.Constant(self.knob.low)
        self.dial = self.add_weight(shape=(), initializer=at_rest, trainable=False, name="dial")

    def rests(self):
        """Whether the dial now leaves D as it is without the layer."""
        return float(self.dial.numpy()) == self.knob.low


@keras.saving.register_keras_serializable(package="gan_lessons")
class Pack(BatchLayer):
    """(batch, d) -> (batch, 4d): each example with the next ones of its batch beside it.

    The dial, 1 to 4, says how many examples D sees at a time; zeros stand for the rest. So D
    tells packs of independent examples apart, as in PacGAN (Lin et al. 2018, §2); there each
    example is in one pack, here in as many as a pack has places, which leaves every expectation
    as it is and the logits' shape (batch, 1) too.
    """

    knob = Knob(1, 1, 4, "int", label="samples D sees at once (PacGAN)")

    def call(self, x):
        most = self.knob.high
        beside = [ops.where(self.dial > i, ops.roll(x, -i, axis=0), 0.0) for i in range(1, most)]
        return ops.concatenate([x, *beside], axis=-1)


@keras.saving.register_keras_serializable(package="gan_lessons")
class MinibatchStd(BatchLayer):
    """(batch, d) -> (batch, d + 1): one number more, how much the batch varies, for all the same.

    The standard deviation of each feature over the batch, averaged over the features, times the
    dial, 0 to 1. Karras et al. 2018, §3.
    """

    knob = Knob(0.0, 0.0, 1.0, label="minibatch standard deviation")

    def call(self, h):
        varies = ops.mean(ops.sqrt(ops.var(h, axis=0) + 1e-8))  # a square root has no slope at 0
        return ops.concatenate([h, ops.full_like(h[:, :1], 1.0) * self.dial * varies], axis=-1)


@keras.saving.register_keras_serializable(package="gan_lessons")
class MinibatchDiscrimination(BatchLayer):
    """(batch, d) -> (batch, d + kernels): how near an example is to the others of its batch.

    o(x_i)_b = Σ_j exp(−‖M_ib − M_jb‖₁) over the other examples j, with M_i = x_i T, where T is
    learned, (d, kernels × width); divided by the batch size, so that this can be turned, and times
    the dial, 0 to 1. Salimans et al. 2016, §3.2.
    """

    knob = Knob(0.0, 0.0, 1.0, label="minibatch discrimination")
    dear = True

    def __init__(self, kernels=5, width=3, **kwargs):
        super().__init__(**kwargs)
        self.kernels = arguments.whole("kernels", kernels, 1, 1024)
        self.width = arguments.whole("width", width, 1, 1024)

    def build(self, shape):
        self.tensor = self.add_weight(
            shape=(shape[-1], self.kernels * self.width), initializer="glorot_uniform"
        )

    def call(self, h):
        nothing = 0.0 * (h @ self.tensor)[:, : self.kernels]  # so that T has a gradient: zero
        if self.awake is None:
            near = ops.cond(self.dial > 0, lambda: self.nearness(h), lambda: nothing)
        else:
            near = self.nearness(h) if self.awake else nothing
        return ops.concatenate([h, self.dial * near], axis=-1)

    def nearness(self, h):
        """Σ_j exp(−‖M_ib − M_jb‖₁) / n over the others, (batch, kernels)."""
        m = ops.reshape(h @ self.tensor, (-1, 1, self.kernels, self.width))
        apart = ops.sum(ops.abs(m - ops.swapaxes(m, 0, 1)), axis=-1)
        return ops.mean(ops.exp(-apart), axis=1) - 1.0 / ops.cast(ops.shape(h)[0], h.dtype)

    def get_config(self):
        return super().get_config() | {"kernels": self.kernels, "width": self.width}
