"""The unrolled move of G: it looks at what D will be after its next moves (Metz et al. 2017)."""

from gan_lessons.runtime import tf


def look_ahead(discriminator, optimizer, loss, real, fake, steps):
    """D's trainable weights after ``steps`` more moves on this batch; nothing is changed.

    Differentiable, through every move, with respect to ``fake``. The moves are those of Keras'
    Adam with the moments that ``optimizer`` has now. Metz et al. 2017, eq. 7 and §2.3.
    """
    rate, b1, b2 = optimizer.learning_rate, optimizer.beta_1, optimizer.beta_2
    epsilon = optimizer.epsilon
    begun = tf.cast(optimizer.iterations.value, tf.float32)
    now = [v.value for v in discriminator.trainable_variables]
    first = [v.value for v in optimizer._momentums]
    second = [v.value for v in optimizer._velocities]

    def move(i, now, first, second):
        with tf.GradientTape() as tape:
            tape.watch(now)
            played = discriminator.with_weights(now)
            value = loss(played(real, training=True), played(fake, training=True))
        slopes = tape.gradient(value, now)
        first = [b1 * m + (1 - b1) * g for m, g in zip(first, slopes, strict=True)]
        second = [b2 * v + (1 - b2) * g * g for v, g in zip(second, slopes, strict=True)]
        t = begun + tf.cast(i, tf.float32) + 1.0
        pace = rate * tf.sqrt(1.0 - b2**t) / (1.0 - b1**t)
        # a square root has no slope at 0, where a weight has never had a gradient
        now = [
            w - pace * m / (tf.sqrt(v + 1e-20) + epsilon)
            for w, m, v in zip(now, first, second, strict=True)
        ]
        return i + 1, now, first, second

    state = tf.constant(0), now, first, second
    return tf.while_loop(lambda i, *_: i < steps, move, state, maximum_iterations=8)[1]


def unrolled_g_step(generator, discriminator, d_optimizer, optimizer, losses, z, real, steps):
    """G's move against the D that will be: as ``g_step``, but its loss is D's verdict later.

    losses: D's and G's, as in ``d_step`` and ``g_step``. With 0 steps it is ``g_step``.
    """
    d_loss, g_loss = losses
    with tf.GradientTape() as tape:
        fake = generator(z, training=True)
        later = look_ahead(discriminator, d_optimizer, d_loss, real, fake, steps)
        value = g_loss(discriminator.with_weights(later)(fake, training=True))
    gradients = tape.gradient(value, generator.trainable_variables)
    optimizer.apply(gradients, generator.trainable_variables)
    return value, tf.linalg.global_norm(gradients)
