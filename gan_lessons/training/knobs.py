"""The knobs that may turn while a game runs, and what they may be turned to."""

import math
from numbers import Real

from numpy import float32

from gan_lessons.game import MOVES, Knob
from gan_lessons.objectives import OBJECTIVES, PENALTIES

KNOBS = {
    "d_rate": Knob(2e-3, 1e-5, 1e-1, "log", label="learning rate of D"),
    "g_rate": Knob(4e-3, 1e-5, 1e-1, "log", label="learning rate of G"),
    "d_steps": Knob(1, 1, 10, "int", label="D updates per G update"),
    "objective": Knob(
        "non-saturating", scale="choice", choices=tuple(OBJECTIVES), label="objective"
    ),
    "penalty": Knob("none", scale="choice", choices=PENALTIES, label="penalty on D's slope"),
    "penalty_weight": Knob(1.0, 0.0, 20.0, label="weight of the penalty"),
    "noise": Knob(0.0, 0.0, 1.0, label="noise on D's inputs"),
    "smoothing": Knob(0.0, 0.0, 0.5, label="label smoothing, one-sided"),
    "batch": Knob(32, 2, 512, "int", label="batch size"),
    "moves": Knob("D and G", scale="choice", choices=MOVES, label="who moves"),
    "average": Knob(0.999, 0.0, 0.999, label="memory of the average of G"),
}


def allowed(knobs, name, value):
    """``value`` for the knob ``name`` of ``knobs`` in its own type, or a ValueError that helps."""
    if name not in knobs:
        raise ValueError(f"no knob is called {name!r}; there are {', '.join(knobs)}")
    knob = knobs[name]
    if knob.scale == "choice":
        if value not in knob.choices:
            raise ValueError(f"{name} must be one of {', '.join(knob.choices)}, got {value!r}")
        return value
    if not isinstance(value, Real) or not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number, got {value!r}")
    if knob.scale == "int" and value != int(value):
        raise ValueError(f"{name} must be a whole number, got {value!r}")
    if not float32(knob.low) <= float32(value) <= float32(knob.high):
        raise ValueError(f"{name} must lie in [{knob.low:g}, {knob.high:g}], got {value!r}")
    return int(value) if knob.scale == "int" else float(value)
