"""A small game for tests: pure NumPy, deterministic, pictures that sharpen from step to step."""

import json
import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from gan_lessons.game import MOVES, Diverged, Knob

LOG2 = float(np.log(2))
REFERENCES = {
    "non-saturating": (2 * LOG2, LOG2),
    "minimax": (2 * LOG2, -LOG2),
    "least squares": (0.5, 0.25),
    "hinge": (2.0, None),
    "Wasserstein": (0.0, None),
}
COLUMNS = ("step", "d_loss", "g_loss", "penalty", "d_gradient", "g_gradient")
KNOBS = {
    "d_rate": Knob(2e-4, 1e-5, 1e-2, "log", label="D's learning rate"),
    "g_rate": Knob(2e-4, 1e-5, 1e-2, "log", label="G's learning rate"),
    "d_steps": Knob(1, 1, 5, "int", label="D updates per G update"),
    "noise": Knob(0.0, 0.0, 1.0, label="noise on D's inputs"),
    "objective": Knob("non-saturating", 0, 0, "choice", tuple(REFERENCES), "objective"),
    "penalty": Knob("none", 0, 0, "choice", ("none", "R1", "WGAN-GP"), "penalty"),
    "penalty_weight": Knob(1.0, 0.0, 10.0, label="weight of the penalty"),
    "smoothing": Knob(0.0, 0.0, 0.3, label="one-sided smoothing"),
    "batch": Knob(64, 8, 256, "int", label="minibatch size"),
}  # fmt: skip


class FakeGame:
    """A Game whose losses go to their references and whose rings get sharp with the steps.

    diverge_at: the step at which advance raises Diverged
    step_seconds: how long a step takes (it sleeps), to play a slow network
    """

    def __init__(self, seed=0, diverge_at=None, step_seconds=0.0):
        self.seed, self.step = seed, 0
        self.diverge_at, self.step_seconds = diverge_at, step_seconds
        self._knobs = dict(KNOBS)
        self._rows = np.empty((1024, len(COLUMNS)))
        across = np.linspace(-1, 1, 28, dtype=np.float32)
        self._radius = np.hypot(across[:, None], across[None, :])

    @property
    def knobs(self):
        return dict(self._knobs)

    @property
    def record(self):
        return dict(zip(COLUMNS, self._rows[: self.step].T.copy(), strict=True))

    def turn(self, **values):
        for name, value in values.items():
            if name not in self._knobs:
                raise ValueError(f"no knob {name!r}; there are {', '.join(self._knobs)}")
            knob = self._knobs[name]
            if knob.scale == "choice" and value not in knob.choices:
                raise ValueError(f"{name} is {value!r}; choose one of {', '.join(knob.choices)}")
            self._knobs[name] = replace(knob, value=value)

    def references(self):
        d_best, g_best = REFERENCES[self._knobs["objective"].value]
        return {"d_loss": d_best, "g_loss": g_best}

    def _row(self, step):
        random = np.random.default_rng((self.seed, step))
        best = self.references()
        early = np.exp(-step / 300)
        d_loss = best["d_loss"] - 0.6 * early + 0.05 * random.normal()
        g_loss = (best["g_loss"] or 0.0) + 1.2 * early + 0.05 * random.normal()
        weight = self._knobs["penalty_weight"].value * (self._knobs["penalty"].value != "none")
        return step, d_loss, g_loss, 0.01 * weight, 0.1 + early, 0.1 + early / 2

    def advance(self, steps=1):
        first = self.step
        for _ in range(steps):
            if self.step + 1 == self.diverge_at:
                raise Diverged(f"D's loss is NaN at step {self.step + 1}; lower D's learning rate.")
            if self.step_seconds:
                time.sleep(self.step_seconds)
            if self.step == len(self._rows):
                self._rows = np.vstack([self._rows, np.empty_like(self._rows)])
            self._rows[self.step] = self._row(self.step + 1)
            self.step += 1
        return {name: rows[first:] for name, rows in self.record.items()}

    def sample(self, n=64):
        """Rings of n different sizes in noise that fades with the steps."""
        random = np.random.default_rng(self.seed)
        sizes = random.uniform(0.2, 0.9, (n, 1, 1)).astype(np.float32)
        noise = random.normal(size=(n, 28, 28)).astype(np.float32)
        rings = 2 * np.exp(-(((self._radius - sizes) / 0.12) ** 2)) - 1
        blur = np.float32(np.exp(-self.step / 400))
        return np.clip(rings + blur * noise, -1, 1)[..., None]

    def verdicts(self, n=256):
        random = np.random.default_rng((self.seed, self.step))
        lead = 3 * np.exp(-self.step / 400)
        return random.normal(lead, 1, n), random.normal(-lead, 1, n)

    def instruments(self):
        _, _, _, _, d_gradient, g_gradient = self._row(self.step + 1)
        real, fake = self.verdicts()
        return {
            "d_gradient": d_gradient,
            "g_gradient": g_gradient,
            "d_change": d_gradient * self._knobs["d_rate"].value,
            "g_change": g_gradient * self._knobs["g_rate"].value,
            "d_real": float(real.mean()),
            "d_fake": float(fake.mean()),
        }

    def snapshot(self):
        return {
            "step": self.step,
            "seed": self.seed,
            "knobs": dict(self._knobs),
            "rows": self._rows[: self.step].copy(),
            "weights": np.zeros(1000, np.float32),
        }

    def restore(self, snapshot):
        self.step, self.seed = snapshot["step"], snapshot["seed"]
        self._knobs = dict(snapshot["knobs"])
        self._rows[: self.step] = snapshot["rows"]

    def reset(self, seed=None):
        self.seed = self.seed if seed is None else seed
        self.step = 0

    def save(self, path):
        new = Path(f"{path}.new")
        new.write_text(json.dumps({"seed": self.seed, "step": self.step}), encoding="utf-8")
        os.replace(new, path)


CENTRES = np.array([(np.cos(a), np.sin(a)) for a in np.arange(4) * np.pi / 2])
SPREAD = 0.05


class FakePoints(FakeGame):
    """A game of points: G covers the first modes, one more every 100 steps (10 with "noise" on).

    A step of D alone counts as a step, but only steps with G bring G on.
    """

    latent_dim = 3

    def __init__(self, seed=0, **given):
        super().__init__(seed, **given)
        self._knobs["moves"] = Knob("D and G", 0, 0, "choice", MOVES, label="who moves")
        self.moved = 0

    def advance(self, steps=1):
        rows = super().advance(steps)
        if self._knobs["moves"].value != "D alone":
            self.moved += steps
        return rows

    @property
    def covered(self):
        """How many modes G has."""
        return min(4, 1 + self.moved // (10 if self._knobs["noise"].value else 100))

    def sample(self, n=64, z=None):
        if z is not None:
            return np.tanh(np.asarray(z)[:, :2]) * self.covered / 4
        random = np.random.default_rng((self.seed, 1))
        return CENTRES[np.arange(n) % self.covered] + SPREAD / 2 * random.normal(size=(n, 2))

    def judge(self, x):
        return 3 * np.asarray(x)[:, 0]  # real to the right

    def pulls(self, n=100):
        fakes = self.sample(n)
        return fakes, np.ones_like(fakes) * (0.5, 0.0)

    def snapshot(self):
        return super().snapshot() | {"moved": self.moved}

    def restore(self, snapshot):
        super().restore(snapshot)
        self.moved = snapshot["moved"]

    def reset(self, seed=None):
        super().reset(seed)
        self.moved = 0
