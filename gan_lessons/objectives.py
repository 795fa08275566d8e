"""What each player minimises: five objectives and two penalties, all on D's logits.

A logit is D's score before any sigmoid; positive means "real". No function here ever forms a
probability and takes its logarithm: ``softplus(-x)`` is −log σ(x) without overflow.

All take float tensors or arrays and look at their kinds and shapes only, never at their values, for
they stand in compiled graphs: NaN in gives NaN out, and a game then stops (``game.Diverged``).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gan_lessons import arguments
from gan_lessons.runtime import tf

# --- D's losses: (real logits, fake logits, smoothing) -> scalar ----------------------------------


def log_loss_d(real, fake, smoothing=0.0):
    """−E log D(x) − E log(1 − D(G(z))): D's summed cross-entropy; 2 log 2 where D cannot tell.

    smoothing: in [0, 1]: the real label is 1 − smoothing, the fake one stays 0 (one-sided).
    Goodfellow et al. 2014, eq. 1; smoothing: Salimans et al. 2016, §3.4.
    """
    real, fake = arguments.tensors(real=real, fake=fake)
    smoothing = arguments.dial("smoothing", smoothing, 0, 1)
    on_real = tf.reduce_mean(tf.nn.softplus(-real) + smoothing * real)
    on_fake = tf.reduce_mean(tf.nn.softplus(fake))
    return on_real + on_fake


def least_squares_d(real, fake, smoothing=0.0):
    """E (D(x) − 1)² + E D(G(z))², unhalved, with the labels 0 and 1 on the raw score.

    smoothing: in [0, 1]: the real label is 1 − smoothing. Mao et al. 2017, eq. 2 (a = 0, b = 1).
    """
    real, fake = arguments.tensors(real=real, fake=fake)
    smoothing = arguments.dial("smoothing", smoothing, 0, 1)
    on_real = tf.reduce_mean(tf.square(real - (1.0 - smoothing)))
    on_fake = tf.reduce_mean(tf.square(fake))
    return on_real + on_fake


def hinge_d(real, fake, smoothing=0.0):
    """E max(0, 1 − D(x)) + E max(0, 1 + D(G(z))); has no labels, so smoothing does nothing.

    Lim and Ye 2017, eq. 4; Miyato et al. 2018, eq. 16.
    """
    real, fake = arguments.tensors(real=real, fake=fake)
    smoothing = arguments.dial("smoothing", smoothing, 0, 1)
    on_real = tf.reduce_mean(tf.nn.relu(1.0 - real))
    on_fake = tf.reduce_mean(tf.nn.relu(1.0 + fake))
    return on_real + on_fake


def wasserstein_d(real, fake, smoothing=0.0):
    """E D(G(z)) − E D(x): minus the critic's estimate of W₁; smoothing does nothing.

    True only while D is 1-Lipschitz, so play it with the gradient penalty. Arjovsky et al. 2017,
    eq. 3.
    """
    real, fake = arguments.tensors(real=real, fake=fake)
    smoothing = arguments.dial("smoothing", smoothing, 0, 1)
    return tf.reduce_mean(fake) - tf.reduce_mean(real)


# --- G's losses: fake logits -> scalar ------------------------------------------------------------


def minimax_g(fake):
    """E log(1 − D(G(z))), the saturating loss: its gradient dies where D is sure of its fakes.

    Goodfellow et al. 2014, eq. 1 and the remark below it.
    """
    fake = arguments.tensor("fake", fake)
    return -tf.reduce_mean(tf.nn.softplus(fake))


def non_saturating_g(fake):
    """−E log D(G(z)): same fixed point, strong gradient where D is sure of its fakes.

    Goodfellow et al. 2014, §3, last paragraph.
    """
    fake = arguments.tensor("fake", fake)
    return tf.reduce_mean(tf.nn.softplus(-fake))


def least_squares_g(fake):
    """E (D(G(z)) − 1)². Mao et al. 2017, eq. 2 (c = 1), unhalved."""
    fake = arguments.tensor("fake", fake)
    return tf.reduce_mean(tf.square(fake - 1.0))


def raise_score_g(fake):
    """−E D(G(z)): G's loss in the hinge and the Wasserstein game."""
    fake = arguments.tensor("fake", fake)
    return -tf.reduce_mean(fake)


# --- The objectives by name -----------------------------------------------------------------------


class Objective(NamedTuple):
    """A pair of losses, and where they stand at the optimum (the argument is the smoothing)."""

    d_loss: Callable
    g_loss: Callable
    d_reference: Callable[[float], float | None]
    g_reference: Callable[[float], float | None]


def _smoothed_log_d(smoothing):
    """D* = α/2 at p = q, α = 1 − smoothing: the cross-entropy of labels α on real and 0 on fake."""
    best = (1.0 - smoothing) / 2
    return -2 * (best * np.log(best) + (1 - best) * np.log(1 - best))


OBJECTIVES = {
    "non-saturating": Objective(
        log_loss_d, non_saturating_g, _smoothed_log_d, lambda s: -np.log((1 - s) / 2)
    ),
    "minimax": Objective(log_loss_d, minimax_g, _smoothed_log_d, lambda s: np.log((1 + s) / 2)),
    "least squares": Objective(
        least_squares_d, least_squares_g, lambda s: (1 - s) ** 2 / 2, lambda s: (1 + s) ** 2 / 4
    ),
    "hinge": Objective(hinge_d, raise_score_g, lambda s: 2.0, lambda s: None),
    "Wasserstein": Objective(wasserstein_d, raise_score_g, lambda s: 0.0, lambda s: None),
}


# --- Penalties: keep D's slope in check -----------------------------------------------------------


def input_slope(discriminator, x):
    """‖∇ₓD(x)‖² of every example, shape (batch,). D must treat examples one by one (no BN)."""
    x = tf.convert_to_tensor(arguments.seen_by("x", x, discriminator, "discriminator"))
    with tf.GradientTape() as tape:
        tape.watch(x)
        logits = discriminator(x, training=True)
    gradient = tape.gradient(logits, x)
    return tf.reduce_sum(tf.square(gradient), axis=list(range(1, len(x.shape))))


def r1(slope):
    """½ E‖∇D(x)‖², with the slope at real x. Mescheder et al. 2018, eq. 9."""
    slope = arguments.tensor("slope", slope)
    return 0.5 * tf.reduce_mean(slope)


def wgan_gp(slope):
    """E (‖∇D(x̂)‖ − 1)², with the slope ``between`` real and fake. Gulrajani et al. 2017, eq. 3.

    A slope below 0, which no square is, gives NaN.
    """
    slope = arguments.tensor("slope", slope)
    norm = tf.sqrt(slope + 1e-12)  # a square root has no slope at 0
    return tf.reduce_mean(tf.square(norm - 1.0))


def between(real, fake, mix):
    """Points x̂ = mix·x + (1 − mix)·G(z); mix in [0, 1], one an example: shape (batch, 1, …)."""
    real, fake, mix = arguments.tensors(real=real, fake=fake, mix=mix)
    arguments.broadcast(real=real, fake=fake, mix=mix)
    return mix * real + (1.0 - mix) * fake


def no_penalty(discriminator, real, fake):
    """Nothing: D's slope is left alone."""
    return 0.0


PENALTIES = ("none", "R1", "WGAN-GP")
