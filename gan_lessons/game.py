"""What a game must offer so that any panel can play it: the Game protocol and its knobs."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, Protocol

import numpy as np

from gan_lessons import arguments


@dataclass(frozen=True)
class Knob:
    """One setting that may turn while a game runs.

    value:   the setting now (float, int, or one of ``choices``)
    low, high: the range that makes sense on a slider (both inclusive; unused with ``choices``)
    scale:   "linear", "log" (low > 0), "int" or "choice"
    choices: the allowed values of a "choice" knob
    label:   what a panel writes beside the slider
    """

    value: Any
    low: float = 0.0
    high: float = 1.0
    scale: str = "linear"
    choices: tuple[str, ...] = ()
    label: str = ""


MOVES = "D and G", "D alone", "G alone"


def allowed(knobs, name, value):
    """``value`` for the knob ``name`` of ``knobs`` in its own type, or a ValueError that helps."""
    arguments.kind("knobs", knobs, Mapping, "a dict of knobs by name")
    if not isinstance(name, str) or name not in knobs:
        raise ValueError(f"no knob is called {name!r}; there are {', '.join(knobs)}")
    knob = knobs[name]
    if knob.scale == "choice":
        return arguments.choice(name, value, knob.choices)
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number, got {value!r}")
    if knob.scale == "int" and value != int(value):
        raise ValueError(f"{name} must be a whole number, got {value!r}")
    if not np.float32(knob.low) <= np.float32(value) <= np.float32(knob.high):
        raise ValueError(f"{name} must lie in [{knob.low:g}, {knob.high:g}], got {value!r}")
    return int(value) if knob.scale == "int" else float(value)


class Diverged(ArithmeticError):
    """A loss or gradient became NaN or infinite; the game was put back to its last good step."""


class Game(Protocol):
    """A two-player game that a cockpit can drive. Steps count from 0; one step trains D, then G.

    Knobs have the names of ``gan_lessons.training.knobs`` as far as a game has them: "d_rate",
    "g_rate" and "d_steps" are always in sight, "objective" tells the loss doctor what to expect.

    ``record`` has one entry a step played, so ``len(record["step"]) == step``; its arrays are
    "step" (1, 2, …), "d_loss", "g_loss", "penalty" (0 where none was taken), "d_gradient" and
    "g_gradient" (global gradient norms). A game may add more arrays of the same length.

    A game of points may offer more, and a plane shows what is offered:

    ``judge(x)``: D's logits (n,) at points (n, 2); None where D looks at several points at once,
        so that a point alone has no verdict.
    ``pulls(n)``: G's samples (n, 2) for the latents of ``sample(n)``, and arrows (n, 2): minus
        the slope of n × G's loss at each, where the loss pulls it now.
    ``latent_dim``: the width of z, where ``sample(z=...)`` takes latents (n, latent_dim). A knob
        "latent" says how many of its coordinates are in use.
    A knob "moves" with the choices of MOVES says who moves in a step.
    """

    seed: int
    step: int

    @property
    def record(self) -> dict[str, np.ndarray]: ...

    @property
    def knobs(self) -> Mapping[str, Knob]:
        """The knobs in the order a panel shows them, each with its value now."""

    def turn(self, **values) -> None:
        """Turn knobs by name; takes effect at the next step. ValueError on a bad name or value."""

    def advance(self, steps: int = 1) -> dict[str, np.ndarray]:
        """Play ``steps`` steps and return their rows of the record.

        Raises Diverged (with the loss, the step and the usual causes in its message) when a value
        stops being finite; the game then stands at its last good step.
        """

    def sample(self, n: int = 64) -> np.ndarray:
        """What G makes of the same ``n`` latent vectors every time (they depend on the seed only).

        Pictures (n, height, width, channels) float32 in [-1, 1], or points (n, 2).
        """

    def verdicts(self, n: int = 256) -> tuple[np.ndarray, np.ndarray]:
        """D's logits on ``n`` real examples and on ``n`` fakes, each of shape (n,)."""

    def references(self) -> dict[str, float | None]:
        """Where "d_loss" and "g_loss" stand at the optimum of the objective; None: nowhere."""

    def instruments(self) -> dict[str, float]:
        """Play one step on trial, put the game back, and return what it did to each player.

        "d_gradient", "g_gradient" (gradient norms), "d_change", "g_change" (norm of the weight
        change), "d_real", "d_fake" (mean logits).
        """

    def snapshot(self) -> Any:
        """All of the game's state (weights, optimizers, step, knobs, the record)."""

    def restore(self, snapshot: Any) -> None:
        """Put the game to a snapshot, earlier or later than now, its record too."""

    def reset(self, seed: int | None = None) -> None:
        """Start anew at step 0 with the knobs as they are; a new seed if one is given."""

    def save(self, path) -> None:
        """Write the whole game to one file (``.keras``; in PyTorch ``.pt``), atomically."""
