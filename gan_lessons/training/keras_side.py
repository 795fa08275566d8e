"""The Keras side of a game: compile, fit, evaluate, configuration, saving."""

import contextlib
from pathlib import Path

import numpy as np

from gan_lessons import arguments
from gan_lessons.runtime import keras, tf
from gan_lessons.saving import written_whole
from gan_lessons.training.fused import COLUMNS, G_LATENT
from gan_lessons.training.knobs import KNOBS
from gan_lessons.training.moves import View, to_float


def _optimizer(name, given):
    """An optimizer from what Keras takes for one; None for the default."""
    if given is None:
        return None
    if isinstance(given, str | dict | keras.optimizers.Optimizer):
        with contextlib.suppress(Exception):  # Keras has many words for "no such optimizer"
            return keras.optimizers.get(given)
    raise ValueError(f"{name} must be a Keras optimizer or the name of one, got {given!r}")


class KerasSide:
    """What Keras asks of a model, and GAN inherits."""

    def compile(
        self,
        objective="non-saturating",
        d_optimizer=None,
        g_optimizer=None,
        *,
        d_steps=1,
        penalty="none",
        penalty_weight=1.0,
        noise=0.0,
        smoothing=0.0,
        batch=32,
    ):
        """Choose the optimizers (default Adam, β₁ = .5, β₂ = .99) and set the knobs.

        The knobs are objective, d_steps, penalty, penalty_weight, noise (standard deviation of the
        Gaussian noise on all that D sees), smoothing (one-sided) and batch (used by ``advance``);
        all of them can be turned later with ``turn``, while the game runs, without a new trace.
        """
        d_optimizer = _optimizer("d_optimizer", d_optimizer)
        g_optimizer = _optimizer("g_optimizer", g_optimizer)
        super().compile(jit_compile=False)
        adam = keras.optimizers.Adam
        self.d_optimizer = d_optimizer or adam(KNOBS["d_rate"].value, 0.5, 0.99)
        self.g_optimizer = g_optimizer or adam(KNOBS["g_rate"].value, 0.5, 0.99)
        self.d_optimizer.build(self.discriminator.trainable_variables)
        self.g_optimizer.build(self.generator.trainable_variables)
        self.turn(
            objective=objective,
            d_steps=d_steps,
            penalty=penalty,
            penalty_weight=penalty_weight,
            noise=noise,
            smoothing=smoothing,
            batch=batch,
        )
        self._trace_anew()

    def call(self, inputs, training=False):
        """The averaged generator's data for z (or [z, one-hot label])."""
        return self.average(inputs, training=False)

    def train_step(self, batch):
        """One step of the game on a batch of ``fit``'s data set: x, or (x, labels)."""
        x, label = batch if isinstance(batch, tuple) else (batch, None)
        real = to_float(x), None if label is None else self._one_hot(label)
        with tf.init_scope():  # a strategy allows no loop around an optimizer, so it is unrolled
            d_steps = self._value("d_steps")
        row = self._step(lambda purpose, i: real, d_steps)
        return dict(zip(COLUMNS, tf.unstack(row), strict=True))

    def test_step(self, batch):
        """The two losses on a batch, with no update."""
        x, label = batch if isinstance(batch, tuple) else (batch, None)
        label = None if label is None else self._one_hot(label)
        z = self._z(tf.shape(x)[0], self._key(G_LATENT))
        judge = View(self.discriminator, label)
        on_real = judge(to_float(x), False)
        on_fake = judge(View(self.generator, label)(z, False), False)
        return {"d_loss": self._d_loss(on_real, on_fake), "g_loss": self._g_loss(on_fake)}

    def get_config(self):
        """What ``from_config`` needs: both networks' architectures and the seed."""
        serialize = keras.saving.serialize_keras_object
        return {
            "generator": serialize(self.generator),
            "discriminator": serialize(self.discriminator),
            "seed": self.seed,
        }

    def get_compile_config(self):
        """The optimizers; the knobs are weights and travel with them."""
        serialize = keras.saving.serialize_keras_object
        return {
            "d_optimizer": serialize(self.d_optimizer),
            "g_optimizer": serialize(self.g_optimizer),
        }

    def compile_from_config(self, config):
        self.compile(**{k: keras.saving.deserialize_keras_object(v) for k, v in config.items()})

    def save_own_variables(self, store):
        """Seed, step, knobs and history: all that is not in a network or an optimizer."""
        store["seed"], store["step"] = np.int64(self.seed), np.int64(self.step)
        for name, dial in self._dials.items():
            store[name] = dial.numpy()
        store["history"] = self._rows
        store["data"] = np.int64(-1 if self._checksum is None else self._checksum)

    def load_own_variables(self, store):
        self._seed_now.assign(np.array(store["seed"]))
        self._step_now.assign(np.array(store["step"]))
        for name, dial in self._dials.items():
            dial.assign(np.array(store[name]))
        self._rows = np.array(store["history"])
        checksum = int(np.array(store["data"]))
        self._checksum = None if checksum < 0 else checksum

    def save(self, filepath, overwrite=True, zipped=None, **kwargs):
        """Write networks, optimizers, seed, step, knobs and history to a ``.keras`` file.

        The file appears whole or not at all, and an older one stays until then. OSError, with the
        path and the cure, where the disk is full or the folder cannot be written to.
        """
        arguments.path("filepath", filepath)
        arguments.switch("overwrite", overwrite)
        if Path(filepath).exists() and not overwrite:
            raise FileExistsError(f"{filepath} exists; pass overwrite=True to replace it")
        with written_whole(filepath, ".keras") as part:
            super().save(part, overwrite=True, zipped=zipped, **kwargs)
