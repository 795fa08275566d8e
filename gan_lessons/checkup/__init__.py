"""The check-up: a few steps of anybody's GAN on trial, under instruments that name its fault.

``rules`` names silent faults from the readings, ``errors`` loud ones from their messages; ``trial``
plays the program, ``spy`` watches its optimizers, ``report`` shows what was found.
"""

import numpy as np

from gan_lessons.checkup.errors import ERRORS, explain
from gan_lessons.checkup.report import Report
from gan_lessons.checkup.rules import RULES, Finding, Readings
from gan_lessons.checkup.spy import under_spy
from gan_lessons.checkup.trial import LOOKED_AT, MyGAN, Trial

__all__ = ["ERRORS", "RULES", "Finding", "MyGAN", "Readings", "Report", "check_up", "explain"]


def _of_game(game):
    """Readings of a game of the course, through the Game protocol; the game is put back."""
    before, r = game.snapshot(), Readings()
    try:
        seen = game.instruments()
        r.gradient = {p: seen[f"{p.lower()}_gradient"] for p in "DG"}
        r.verdicts = {"real": seen["d_real"], "fake": seen["d_fake"]}
        fakes = np.asarray(game.sample(LOOKED_AT))
        r.ranges["fake"] = float(fakes.min()), float(fakes.max())
        size = max(float(np.abs(fakes).mean()), 1e-12)
        r.spread = float(fakes.std(axis=0).mean()) / size
    except ArithmeticError as error:
        r.error = error
    finally:
        game.restore(before)
    return r


def check_up(gan, seed=0, rules=None):
    """Play a few steps on trial, put everything back, and return a Report that names the fault.

    gan:   a MyGAN, a function without arguments that returns one (then an error while it is built
           is named too), or a game of the course, which offers fewer instruments
    seed:  which examples and which z are looked at
    rules: functions of the Readings that return a Finding or None; RULES by default

    Put back are the weights of both networks and of their optimizers. What else the step keeps (a
    counter, an average) goes on, and TensorFlow's seed is a new one. ValueError where the networks
    take several inputs or the data are no floats.
    """
    rules = RULES if rules is None else rules
    if hasattr(gan, "instruments"):
        readings = _of_game(gan)
    else:
        try:
            gan = gan() if not isinstance(gan, tuple) else gan
        except Exception as error:
            return Report(Readings(error=error), [explain(error)])
        _refuse_strange(gan)
        readings = _on_trial(gan, seed)
    found = [explain(readings.error, getattr(gan, "generator", None))] if readings.error else []
    found += [] if readings.error else [f for f in (rule(readings) for rule in rules) if f]
    return Report(readings, found)


def _on_trial(gan, seed):
    with under_spy(gan) as spy:
        trial = Trial(gan, spy, seed)
        try:
            trial.run()
        except Exception as error:
            trial.readings.error = error
    return trial.readings


def _refuse_strange(gan):
    examples = gan.data[0] if isinstance(gan.data, tuple) else gan.data
    if not np.issubdtype(np.asarray(examples[:1]).dtype, np.floating):
        raise ValueError("data must be floats, scaled as train_step is given them")
    for name in ("generator", "discriminator"):
        if len(getattr(gan, name).inputs) != 1:
            raise ValueError(f"{name} must take one input; conditional games cannot be checked yet")
