"""The compiled side of a game: many steps in one call, every draw a function of (seed, step)."""

from functools import partial
from itertools import count

from gan_lessons.game import MOVES
from gan_lessons.objectives import OBJECTIVES, PENALTIES, between, input_slope, r1, wgan_gp
from gan_lessons.runtime import tf
from gan_lessons.training.moves import Mover, View, d_step, ema_step, g_step, to_float

COLUMNS = ("d_loss", "g_loss", "penalty", "d_gradient", "g_gradient")
# R1 is taken every 8th step, 8 times as strong (Karras et al. 2020, appendix B; every 16th there).
R1_EVERY = 8
# What a random draw is for. Each (seed, step, D update, purpose) names one draw and no other.
BATCH, D_LATENT, G_LATENT, G_LABEL, D_NOISE, G_NOISE, MIX, NETWORK = range(8)


class Fused:
    """What runs inside the compiled calls of ``GAN``, which holds the networks and variables."""

    def _trace_anew(self):
        """Forget the compiled calls; each is traced again when it is next made."""
        compiled = partial(tf.function, autograph=False, reduce_retracing=True)
        self._play = tf.function(self._play_many, reduce_retracing=True)
        self._paint, self._judge = compiled(self._paint_average), compiled(self._judge_both)
        # One compiled call copies sixty variables in a fifth of the time that sixty calls take.
        self._copy = compiled(lambda: [tf.identity(v.value) for v in self._state()])
        self._put_back = compiled(self._assign_all)

    def _key(self, purpose, i=0):
        """The key of one random draw: a function of seed, step, D update and purpose."""
        return tf.stack([self._seed_now.value, self._step_now.value * 1024 + i * 8 + purpose])

    def _dial(self, name):
        """The value of a knob as a tensor of the trace."""
        return tf.convert_to_tensor(self._dials[name].value)

    def _z(self, n, key):
        """n latents, (n, latent), a function of the key."""
        return tf.random.stateless_normal((n, self.latent_dim), key)

    def _one_hot(self, label):
        return tf.one_hot(tf.cast(label, tf.int32), self.classes)

    def _draw(self, purpose, i=0):
        """A batch of real data and its one-hot labels (None in an unconditional game)."""
        size = [self._dial("batch")]
        picked = tf.random.stateless_uniform(
            size, self._key(purpose, i), maxval=self._data.shape[0], dtype=tf.int32
        )
        label = None if self._labels is None else self._one_hot(tf.gather(self._labels, picked))
        return to_float(tf.gather(self._data, picked)), label

    def _d_loss(self, real, fake):
        smoothing = self._dial("smoothing")
        losses = [lambda f=o.d_loss: f(real, fake, smoothing) for o in OBJECTIVES.values()]
        return tf.switch_case(self._dial("objective"), losses)

    def _g_loss(self, fake):
        losses = [lambda f=o.g_loss: f(fake) for o in OBJECTIVES.values()]
        return tf.switch_case(self._dial("objective"), losses)

    def _penalty(self, discriminator, real, fake, i):
        """The penalty of the knobs; R1 is lazy, WGAN-GP is taken at each update of D.

        Both share one slope in the trace: a slope within a slope is its dearest part.
        """
        is_r1 = tf.equal(self._dial("penalty"), PENALTIES.index("R1"))
        is_any = tf.not_equal(self._dial("penalty"), PENALTIES.index("none"))
        mix = tf.random.stateless_uniform(
            [tf.shape(real)[0]] + [1] * (len(real.shape) - 1), self._key(MIX, i)
        )

        def taken():
            x = tf.where(is_r1, real, between(real, fake, mix))
            slope = input_slope(discriminator, x)
            return tf.where(is_r1, R1_EVERY * r1(slope), wgan_gp(slope))

        resting = tf.logical_and(is_r1, self._step_now.value % R1_EVERY != 0)
        due = tf.logical_and(is_any, tf.logical_not(resting))
        return self._dial("penalty_weight") * tf.cond(due, taken, lambda: 0.0)

    def _seed_networks(self):
        """Make the networks' own randomness (dropout) a function of (seed, step) as well."""
        owners = *self.generator.variables, *self.discriminator.variables
        states = [v for v in owners if v.name == "seed_generator_state"]
        for i, state in enumerate(states):
            state.assign(tf.cast(self._key(NETWORK, i), tf.uint32))

    def _noise(self, purpose, i=0):
        """A function that makes D's noise for a shape; each call in a trace draws afresh."""
        call = count()

        def draw(shape):
            key = self._key(purpose, i * 8 + next(call))
            scale = self._dial("noise")
            return tf.cond(
                scale > 0.0,
                lambda: scale * tf.random.stateless_normal(shape, key),
                lambda: tf.zeros(shape),
            )

        return draw

    def _d_view(self, label, purpose, i=0):
        """D as a move sees it; a game in which D sees its pictures changed has its own."""
        return View(self.discriminator, label, self._noise(purpose, i))

    @tf.autograph.experimental.do_not_convert  # it needs none; converting takes 2 s
    def _step(self, batch, d_steps=None, plan=None):
        """One step: some updates of D, one of G; batch(purpose, i) -> real data, labels.

        d_steps: a number to unroll in the trace, and then both players move; by default the knobs
        are read at each step.
        """
        self._seed_networks()
        d_optimizer, g_optimizer = self.d_optimizer, self.g_optimizer
        if d_steps is None:
            d_optimizer = Mover(d_optimizer, self._dial("moves") != MOVES.index("G alone"))
            g_optimizer = Mover(g_optimizer, self._dial("moves") != MOVES.index("D alone"))

        def d_update(i, *_):
            real, label = batch(BATCH, i)
            return i + 1, *d_step(
                View(self.generator, label),
                self._d_view(label, D_NOISE, i),
                d_optimizer,
                self._d_loss,
                real,
                self._z(tf.shape(real)[0], self._key(D_LATENT, i)),
                lambda d, r, f: self._penalty(d, r, f, i),
            )

        state = tf.constant(0, tf.int64), *[tf.zeros(())] * 3
        if d_steps is None:
            often = tf.cast(self._dial("d_steps"), tf.int64)
            state = tf.while_loop(lambda i, *_: i < often, d_update, state)
        else:
            for _ in range(d_steps):
                state = d_update(*state)
        _, value, extra, norm = state
        real, label = batch(G_LABEL, 0)
        g_value, g_norm = self._g_update(
            View(self.generator, label),
            self._d_view(label, G_NOISE),
            g_optimizer,
            self._z(tf.shape(real)[0], self._key(G_LATENT)),
            real,
            plan,
        )
        memory = self._dial("average")
        ema_step(self.average, self.generator, self._step_now.value, memory)
        self._step_now.assign(self._step_now.value + 1)
        return tf.stack([value, g_value, extra, norm, g_norm])

    def _g_update(self, generator, discriminator, optimizer, z, real, plan):
        """G's move; a game in which G looks ahead, at D's next moves on ``real``, has its own."""
        return g_step(generator, discriminator, optimizer, self._g_loss, z)

    def _plan(self):
        """What of the next call is settled in its trace, as plain values: here nothing."""
        return None

    def _settle(self, plan):
        """Called at the start of a trace with its plan, and after a slice with None."""
        return None  # AutoGraph warns of a body that is a docstring alone

    def _play_many(self, steps, plan=None):
        """Up to ``steps`` steps, fewer where a value stops being finite: rows, how many, sound?"""
        self._settle(plan)
        rows = tf.TensorArray(tf.float32, steps, element_shape=(len(COLUMNS),))
        done, sound = 0, True
        while sound and done < steps:
            row = self._step(self._draw, plan=plan)
            rows = rows.write(done, row)
            sound = tf.reduce_all(tf.math.is_finite(row))
            done += 1
        weights = *self.generator.weights, *self.discriminator.weights
        finite = [tf.reduce_all(tf.math.is_finite(w.value)) for w in weights]
        return rows.stack(), done, sound and tf.reduce_all(finite)

    def _assign_all(self, values):
        for variable, value in zip(self._state(), values, strict=True):
            variable.assign(value)

    def _paint_average(self, z, label):
        return View(self.average, label)(z, False)

    def _judge_both(self, n):
        """D's logits on n real examples and n fakes that depend on the seed alone."""
        seed = self._seed_now.value
        size = self._data.shape[0]
        draw = tf.random.stateless_uniform([n], [seed, -2], maxval=size, dtype=tf.int32)
        label = None if self._labels is None else self._one_hot(tf.gather(self._labels, draw))
        z = self._z(n, [seed, -1])
        judge = View(self.discriminator, label)
        real = judge(to_float(tf.gather(self._data, draw)), False)
        fake = judge(View(self.generator, label)(z, False), False)
        return real[:, 0], fake[:, 0]
