"""The knobs of a GAN that may turn while it runs, and what each stands at to begin with."""

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
