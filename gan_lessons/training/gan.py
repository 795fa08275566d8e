"""GAN: a generator against a discriminator, as a Keras model and as a Game for the cockpit."""

import contextlib
import random
import warnings
import zlib
from copy import deepcopy
from dataclasses import replace

import numpy as np

from gan_lessons import arguments
from gan_lessons.game import Diverged, allowed
from gan_lessons.interrupts import unbroken
from gan_lessons.objectives import OBJECTIVES
from gan_lessons.runtime import keras, tf
from gan_lessons.saving import read_whole
from gan_lessons.training.fused import COLUMNS, Fused
from gan_lessons.training.keras_side import KerasSide
from gan_lessons.training.knobs import KNOBS

_RESIDENT = {}
SLICE = 100  # steps of one compiled call: what an interrupt can lose
MOST_SHOWN = 100_000  # examples that are asked for at once


def _resident(array):
    """``array`` as one tensor per kernel, however many games are built on it; and its checksum."""
    array = np.ascontiguousarray(array)
    key = (array.shape, array.dtype.str, zlib.crc32(array))
    if key not in _RESIDENT:
        _RESIDENT[key] = tf.constant(array)
    return _RESIDENT[key], key[-1]


@contextlib.contextmanager
def _seeded(seed):
    """Make Keras' initialisers draw from ``seed`` (they ask Python's ``random``), then undo it."""
    before = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])


def _distance(before, after):
    """Euclidean distance between two lists of weight arrays."""
    return float(np.sqrt(sum(np.sum((a - b) ** 2.0) for a, b in zip(after, before, strict=True))))


@keras.saving.register_keras_serializable(package="gan_lessons")
class GAN(KerasSide, Fused, keras.Model):
    """A generator against a discriminator, as a Keras model and as a Game for the cockpit.

    make_generator, make_discriminator: functions without arguments that return a Keras model, so
        that ``reset`` can make them anew. The generator maps z (batch, latent) to data; the
        discriminator maps data to one logit, shape (batch, 1). Where both take a second input, the
        one-hot label, the game is conditional.
    data: what is real: uint8 pictures (n, height, width[, channels]) or float points (n, d).
        Optional: ``fit`` brings its own, ``attach`` adds it later.
    labels: for a conditional game, whole numbers (n,) from 0.
    seed: everything random is a function of (seed, step), the first weights included.

    Two ways to train. ``fit`` takes the batches of its data set, like any Keras model.
    ``advance(n)`` plays n steps in one compiled call and draws its batches from ``data``: n steps
    are bit for bit the same however they are sliced, saved, resumed or rewound (same machine, same
    thread setting). One step is ``d_steps`` updates of D, then one of G.

    What ``sample`` shows is ``average``: an exponential moving average of G's weights.
    """

    own_knobs = KNOBS  # a kind of game with more levers adds its own

    def __init__(
        self, make_generator, make_discriminator, data=None, labels=None, *, seed=0, **kwargs
    ):
        arguments.function("make_generator", make_generator)
        arguments.function("make_discriminator", make_discriminator)
        seed = arguments.seed(seed)
        super().__init__(**kwargs)
        self._makers = (make_generator, make_discriminator)
        with _seeded(seed):
            self.generator, self.discriminator = make_generator(), make_discriminator()
            self.average = make_generator()
        self._check_networks()
        self.average.set_weights(self.generator.get_weights())
        self.average.trainable = False
        self._seed_now = self.add_weight(shape=(), dtype="int64", trainable=False, name="seed")
        self._step_now = self.add_weight(shape=(), dtype="int64", trainable=False, name="step")
        self._dials = {
            name: self._new_dial(name, knob)
            for name, knob in self.own_knobs.items()
            if name not in ("d_rate", "g_rate")
        }
        self._seed_now.assign(seed)
        self._rows = np.zeros((0, 1 + len(COLUMNS)), np.float32)  # the step, then the columns
        self._data = self._labels = self._checksum = None
        self.built = True
        self._trace_anew()
        if data is not None or labels is not None:
            self.attach(data, labels)

    def _new_dial(self, name, knob):
        """The variable that holds a knob's value; a choice is held as its number."""
        whole = knob.scale in ("int", "choice")
        value = knob.choices.index(knob.value) if knob.choices else knob.value
        return self.add_weight(
            shape=(),
            dtype="int32" if whole else "float32",
            initializer=keras.initializers.Constant(value),
            trainable=False,
            name=name,
        )

    def _check_networks(self):
        """ValueError where the two networks do not fit each other."""
        for name in ("generator", "discriminator"):
            network = getattr(self, name)
            if not isinstance(network, keras.Model) or not getattr(network, "inputs", None):
                raise TypeError(
                    f"make_{name} must return a built Keras model, got {type(network).__name__}"
                )
        inputs = len(self.generator.inputs), len(self.discriminator.inputs)
        if inputs not in ((1, 1), (2, 2)):
            raise ValueError(
                "generator and discriminator must both take one input, or both take the one-hot "
                f"label as a second one; they take {inputs[0]} and {inputs[1]}"
            )
        made, judged = self.generator.output_shape[1:], self.discriminator.inputs[0].shape[1:]
        if made != judged:
            raise ValueError(
                f"the generator makes {made} and the discriminator looks at {judged}: "
                "these two shapes must be the same"
            )
        if self.discriminator.output_shape[1:] != (1,):
            raise ValueError(
                "the discriminator must end in one logit, shape (batch, 1); "
                f"it ends in {self.discriminator.output_shape}"
            )

    @classmethod
    def from_config(cls, config, custom_objects=None):
        def maker(network):  # a copy each time: Keras empties the config that it reads
            return lambda: keras.saving.deserialize_keras_object(
                deepcopy(network), custom_objects=custom_objects
            )

        return cls(maker(config["generator"]), maker(config["discriminator"]), seed=config["seed"])

    @classmethod
    def load(cls, path, data=None, labels=None):
        """The game that ``save`` wrote, ready to go on exactly where it stopped.

        data, labels: as in GAN; needed for ``advance``. A warning where they are not what the game
        was trained on: it then goes on, but not as it would have. FileNotFoundError or ValueError,
        with the path and the cure, where the file is missing, damaged or no saved game.
        """
        arguments.path("path", path)
        with read_whole(path) as whole:
            game = keras.models.load_model(whole)
        if not isinstance(game, cls):
            raise TypeError(f"{path} holds a {type(game).__name__}, not a {cls.__name__}")
        trained_on = game._checksum
        if data is not None or labels is not None:
            game.attach(data, labels)
            if trained_on not in (None, game._checksum):
                warnings.warn("these are not the data this game was trained on", stacklevel=2)
        return game

    # --- What a panel asks for: the Game protocol ---

    @property
    def seed(self):
        return int(self._seed_now.numpy())

    @property
    def step(self):
        return int(self._step_now.numpy())

    @property
    def latent_dim(self):
        return self.generator.inputs[0].shape[-1]

    @property
    def classes(self):
        """How many labels a conditional game knows; 0 in an unconditional one."""
        return self.generator.inputs[1].shape[-1] if len(self.generator.inputs) == 2 else 0

    @property
    def record(self):
        """One entry a step of ``advance``: "step", then each of ``COLUMNS``, float32."""
        steps, *columns = self._rows.T
        return {"step": steps.astype(int), **dict(zip(COLUMNS, columns, strict=True))}

    @property
    def knobs(self):
        knobs = self.own_knobs.items()
        return {name: replace(knob, value=self._value(name)) for name, knob in knobs}

    def _value(self, name):
        """The value of a knob now."""
        if name in ("d_rate", "g_rate"):
            self._check_compiled()
            optimizer = self.d_optimizer if name == "d_rate" else self.g_optimizer
            return float(optimizer.learning_rate.numpy())
        value, knob = self._dials[name].numpy(), self.own_knobs[name]
        if knob.scale == "choice":
            return knob.choices[value]
        return int(value) if knob.scale == "int" else float(value)

    def _check_compiled(self):
        if not self.compiled:
            raise ValueError("the game has no optimizers yet: call compile() first")

    def turn(self, **values):
        """Turn knobs by name; what is asked for holds from the next step on."""
        knobs = self.own_knobs
        wanted = {name: allowed(knobs, name, value) for name, value in values.items()}
        if "d_steps" in wanted:
            self.train_function = None  # fit unrolls them in its trace
        for name, value in wanted.items():
            if name == "d_rate":
                self.d_optimizer.learning_rate = value
            elif name == "g_rate":
                self.g_optimizer.learning_rate = value
            else:
                choices = knobs[name].choices
                self._dials[name].assign(choices.index(value) if choices else value)

    def attach(self, data, labels=None):
        """Give the game its real data (and labels, where it is conditional)."""
        data = arguments.array("data", data)
        shape = tuple(self.discriminator.inputs[0].shape[1:])
        given = data.shape[1:] + (1,) * (data.dtype == np.uint8 and data.ndim == 3)
        if given != shape or len(data) == 0:
            raise ValueError(
                f"data must have shape (n, {', '.join(map(str, shape))}), got {data.shape}"
            )
        if (labels is None) != (self.classes == 0):
            raise ValueError(
                "labels are needed: the networks take a one-hot label"
                if self.classes
                else "labels were given, but the networks take none"
            )
        if labels is not None:
            labels = arguments.array("labels", labels)
            if (
                labels.shape != (len(data),)
                or (labels % 1).any()
                or labels.min() < 0
                or labels.max() >= self.classes
            ):
                raise ValueError(f"labels must be {len(data)} whole numbers below {self.classes}")
            self._labels, _ = _resident(labels.astype(np.int32))
        if data.dtype == np.uint8:
            self._data, self._checksum = _resident(data)
        else:
            data = np.ascontiguousarray(data, np.float32)
            self._checksum = zlib.crc32(data)
            if self._holds_points_like(data) and labels is None:
                self._data.assign(data)
                return
            self._data = tf.Variable(data, trainable=False)
        self._trace_anew()  # the compiled calls hold on to the data they were traced with

    def _holds_points_like(self, data):
        """Whether the game has float data of this shape: new ones then need no new trace."""
        return isinstance(self._data, tf.Variable) and self._data.shape == data.shape

    def advance(self, steps=1):
        """Play ``steps`` steps in compiled calls; returns their rows of the record.

        Raises Diverged where a loss, a gradient or a weight stops being finite; the game then
        stands at its last good step. An interrupt loses the slice in flight, SLICE steps at most.
        """
        self._check_compiled()
        if self._data is None:
            raise ValueError("no data to draw batches from: call attach(data) first")
        steps = arguments.whole("steps", steps, 1)
        first = len(self._rows)
        for done in range(0, steps, SLICE):
            self._play_slice(min(SLICE, steps - done))
        return {name: column[first:] for name, column in self.record.items()}

    def _play_slice(self, steps):
        before = self.snapshot()
        try:
            rows, done, sound = self._play(tf.constant(steps), self._plan())
            rows = rows.numpy()[: int(done)]
            first = self.step - len(rows) + 1
            rows = np.column_stack([np.arange(first, first + len(rows)), rows]).astype(np.float32)
            if not sound:
                self._go_back(before, rows)
            self._rows = np.concatenate([self._rows, rows])
        except KeyboardInterrupt:
            with unbroken():  # ■ is often pressed twice
                self.restore(before)
            raise
        finally:
            self._settle(None)

    def _go_back(self, before, rows):
        """Replay to the last good step of a call that went wrong, then raise Diverged."""
        good = len(rows) - 1
        while True:
            self.restore(before)
            if good < 1:
                break
            _, _, sound = self._play(tf.constant(good), self._plan())
            if sound:
                self._rows = np.concatenate([self._rows, rows[:good]])
                break
            good -= 1
        broken = [c for c, v in zip(COLUMNS, rows[-1, 1:], strict=True) if not np.isfinite(v)]
        what = {
            "d_loss": "D's loss",
            "g_loss": "G's loss",
            "penalty": "the penalty",
            "d_gradient": "the gradient of D's loss",
            "g_gradient": "the gradient of G's loss",
        }.get(broken[0] if broken else "", "a weight")
        raise Diverged(
            f"{what} became NaN or infinite at step {self.step + 1}; the game is back at step "
            f"{self.step}, its last good one. Usual cause: a learning rate (D "
            f"{self._value('d_rate'):.2g}, G {self._value('g_rate'):.2g}) or a penalty weight "
            "that is too high; lower it and go on."
        )

    def sample(self, n=64, *, z=None, label=None):
        """Data from the averaged generator, float32: for ``n`` fixed latents, or for given ``z``.

        z: (n, latent) float; by default the same draw for the same seed at every step.
        label: one whole number or n of them; by default 0, 1, 2, … in turn (conditional games).
        """
        if z is None:
            z = self.latents(n)
        z = arguments.array("z", z, "n", self.latent_dim).astype(np.float32)
        return self._paint(z, self._labels_for(len(z), label)).numpy()

    def latents(self, n=64):
        """The fixed latents of ``sample``: (n, latent) float32, a function of the seed alone."""
        n = arguments.whole("n", n, 1, MOST_SHOWN)
        return self._z(n, (self.seed, -1)).numpy()

    def _labels_for(self, n, label):
        """One-hot labels for n samples, or None in an unconditional game."""
        if not self.classes:
            if label is not None:
                raise ValueError("this game has no labels: its networks take none")
            return None
        label = np.arange(n) % self.classes if label is None else arguments.array("label", label)
        if label.shape not in ((), (n,)) or (label % 1).any():
            raise ValueError(f"label must be one whole number or {n} of them, got {label}")
        label = np.broadcast_to(label, n)
        if label.min() < 0 or label.max() >= self.classes:
            raise ValueError(f"label must lie in 0 … {self.classes - 1}, got {label}")
        return self._one_hot(label)

    def verdicts(self, n=256):
        """D's logits on n fixed real examples and on G's data for n fixed latents, each (n,)."""
        n = arguments.whole("n", n, 1, MOST_SHOWN)
        if self._data is None:
            raise ValueError("no real data to judge: call attach(data) first")
        real, fake = self._judge(tf.constant(n))
        return real.numpy(), fake.numpy()

    def references(self):
        """Where each loss stands at the optimum of the objective now; None: nowhere."""
        objective, smoothing = OBJECTIVES[self._value("objective")], self._value("smoothing")
        return {
            "d_loss": objective.d_reference(smoothing),
            "g_loss": objective.g_reference(smoothing),
        }

    def instruments(self):
        """Play one step on trial, put the game back, and say what it did to each player."""
        before = self.snapshot()
        d_before, g_before = self.discriminator.get_weights(), self.generator.get_weights()
        real, fake = self.verdicts()
        try:
            row = self.advance(1)
            d_after, g_after = self.discriminator.get_weights(), self.generator.get_weights()
        finally:
            self.restore(before)
        return {
            "d_gradient": float(row["d_gradient"][0]),
            "g_gradient": float(row["g_gradient"][0]),
            "d_change": _distance(d_before, d_after),
            "g_change": _distance(g_before, g_after),
            "d_real": float(real.mean()),
            "d_fake": float(fake.mean()),
        }

    def _state(self):
        """Every variable that a step reads or writes."""
        holders = self.generator, self.discriminator, self.average
        networks = [v for network in holders for v in network.variables]
        optimizers = [*self.d_optimizer.variables, *self.g_optimizer.variables]
        return [*networks, *optimizers, self._seed_now, self._step_now, *self._dials.values()]

    def snapshot(self):
        """All of the game's state, to be given to ``restore``; cheap until the game goes on."""
        return self._copy(), self._rows

    def restore(self, snapshot):
        """Put the game to a snapshot, earlier or later than now, its record too."""
        if not isinstance(snapshot, tuple) or len(snapshot) != 2:
            raise TypeError("snapshot must be what snapshot() of such a game returned")
        values, rows = snapshot
        shapes = [v.shape for v in arguments.kind("snapshot", values, list | tuple, "a snapshot")]
        if shapes != [v.shape for v in self._state()]:
            raise ValueError("snapshot must be of a game with the same networks and optimizers")
        self._put_back(values)
        self._rows = rows

    def reset(self, seed=None):
        """New networks and optimizers at step 0; the knobs stay, the seed changes if given."""
        seed = self.seed if seed is None else arguments.seed(seed)
        with _seeded(seed):
            fresh = [make() for make in self._makers]
        self.generator.set_weights(fresh[0].get_weights())
        self.discriminator.set_weights(fresh[1].get_weights())
        self.average.set_weights(fresh[0].get_weights())
        for optimizer in (self.d_optimizer, self.g_optimizer):
            for variable in optimizer.variables:
                if variable is not optimizer.learning_rate:
                    variable.assign(tf.zeros_like(variable.value))
        self._seed_now.assign(seed)
        self._step_now.assign(0)
        self._rows = self._rows[:0]
