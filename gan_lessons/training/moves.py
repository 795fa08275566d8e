"""The moves: one step of D, one of G, one of the average; and what the moves see."""

import contextlib

from gan_lessons import arguments
from gan_lessons.objectives import no_penalty
from gan_lessons.runtime import tf


def d_step(generator, discriminator, optimizer, loss, real, z, penalty=no_penalty):
    """D learns to tell ``real`` from G(z): one descent step on loss(D(real), D(G(z))) + penalty.

    Returns three scalars: the loss before the step, the penalty, and the norm of the gradient of
    their sum. Goodfellow et al. 2014, Algorithm 1.
    """
    z, real = _checked_d(generator, discriminator, optimizer, loss, real, z, penalty)
    fake = generator(z, training=True)
    with tf.GradientTape() as tape:
        value = loss(discriminator(real, training=True), discriminator(fake, training=True))
        extra = penalty(discriminator, real, fake)
        total = value + extra
    gradients = tape.gradient(total, discriminator.trainable_variables)
    optimizer.apply(gradients, discriminator.trainable_variables)
    return value, extra, tf.linalg.global_norm(gradients)


def g_step(generator, discriminator, optimizer, loss, z):
    """G learns to raise D's verdict on G(z): one descent step on loss(D(G(z))); D stays as it is.

    Returns two scalars: the loss before the step and the norm of its gradient. Goodfellow et al.
    2014, Algorithm 1.
    """
    z = _checked_g(generator, discriminator, optimizer, loss, z)
    with tf.GradientTape() as tape:
        value = loss(discriminator(generator(z, training=True), training=True))
    gradients = tape.gradient(value, generator.trainable_variables)
    optimizer.apply(gradients, generator.trainable_variables)
    return value, tf.linalg.global_norm(gradients)


def _checked_d(generator, discriminator, optimizer, loss, real, z, penalty):
    """d_step's z and real data, or an error that names the argument that it cannot use."""
    z = arguments.seen_by("z", z, generator, "generator")
    arguments.network("discriminator", discriminator)
    real = arguments.seen_by("real", real, discriminator, "discriminator")
    arguments.has("optimizer", optimizer, "apply")
    arguments.function("loss", loss)
    arguments.function("penalty", penalty)
    return z, real


def _checked_g(generator, discriminator, optimizer, loss, z):
    """g_step's z, or an error that names the argument that it cannot use."""
    z = arguments.seen_by("z", z, arguments.network("generator", generator), "generator")
    arguments.function("discriminator", discriminator)
    arguments.has("optimizer", optimizer, "apply")
    arguments.function("loss", loss)
    return z


def ema_step(average, network, step, memory=0.999):
    """Move the weights of ``average`` towards those of ``network``; it forgets slowly.

    What is kept of the old grows with the step, min(memory, (1 + t)/(10 + t)), so that early steps
    do not linger; memory 0 makes the two the same. Yazıcı et al. 2019; the growing memory is that
    of TensorFlow's ExponentialMovingAverage.
    """
    arguments.has("average", average, "weights")
    arguments.has("network", network, "weights")
    step = arguments.dial("step", step, 0)
    memory = arguments.dial("memory", memory, 0, 1)
    t = tf.cast(step, tf.float32)
    keep = tf.minimum(memory, (1.0 + t) / (10.0 + t))
    for slow, fast in zip(average.weights, network.weights, strict=True):
        slow.assign(keep * slow + (1.0 - keep) * fast)


class Mover:
    """An optimizer that a switch lets rest: the gradients are taken, but not followed."""

    def __init__(self, optimizer, moves):
        self.optimizer, self.moves = optimizer, moves

    def apply(self, gradients, variables):
        """Apply the gradients where ``moves``, a scalar tensor, is true."""

        def move():
            with _alone(self.optimizer):
                self.optimizer.apply(gradients, variables)
            return self.moves

        tf.cond(self.moves, move, lambda: self.moves)


@contextlib.contextmanager
def _alone(optimizer):
    """Keep an optimizer from summing gradients over devices, for a game has one.

    The sum has a gradient of its own, by which TensorFlow 2.21 keeps all of a trace for ever, 36 MB
    of a digit game (github.com/tensorflow/tensorflow, issue 97697). ``fit`` may have more devices,
    and keeps the sum.
    """
    optimizer._all_reduce_sum_gradients = list
    try:
        yield
    finally:
        del optimizer._all_reduce_sum_gradients


class View:
    """A network as a move sees it: its label filled in, and noise on what it looks at.

    So ``d_step`` and ``g_step`` are the same few lines in every game.
    """

    def __init__(self, network, label=None, noise=None, weights=None):
        self.network, self.label, self.noise, self.weights = network, label, noise, weights
        self.trainable_variables = network.trainable_variables

    def with_weights(self, weights):
        """The same view of a network that has these trainable weights instead of its own."""
        return View(self.network, self.label, self.noise, weights)

    def __call__(self, x, training):
        seen = x if self.noise is None else x + self.noise(tf.shape(x))
        seen = seen if self.label is None else [seen, self.label]
        if self.weights is None:
            return self.network(seen, training=training)
        others = [v.value for v in self.network.non_trainable_variables]
        return self.network.stateless_call(self.weights, others, seen, training=training)[0]


def to_float(batch):
    """uint8 pictures to float32 in [−1, 1] with a channel axis; points stay as they are."""
    if batch.dtype != tf.uint8:
        return tf.cast(batch, tf.float32)
    pictures = tf.cast(batch, tf.float32) / 127.5 - 1.0
    return pictures if len(batch.shape) == 4 else pictures[..., tf.newaxis]
