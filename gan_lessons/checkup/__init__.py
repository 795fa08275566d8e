"""The check-up: a few steps of anybody's GAN on trial, under instruments that name its fault.

``trial`` plays the program while ``spy`` watches its optimizers, and fills the ``readings``.
``rules`` names silent faults from them, ``errors`` loud ones from messages; ``report`` shows all.
"""

import numpy as np

from gan_lessons import arguments
from gan_lessons.checkup.errors import explain
from gan_lessons.checkup.readings import Finding, Readings
from gan_lessons.checkup.report import Report
from gan_lessons.checkup.rules import RULES, name_faults
from gan_lessons.checkup.spy import under_spy
from gan_lessons.checkup.trial import MyGAN, Trial

__all__ = ["RULES", "Finding", "MyGAN", "Readings", "Report", "check_up", "explain"]


def check_up(gan, seed=0, rules=RULES):
    """Play a few steps on trial, put everything back, and return a Report that names the fault.

    gan:   a MyGAN, a function without arguments that returns one (then an error while it is built
           is named too), or a game of the course, which offers fewer instruments
    seed:  which examples and which z are looked at
    rules: functions of the Readings that return a Finding or None

    Put back are the weights of both networks and of their optimizers. What else the step keeps (a
    counter, an average) goes on, and TensorFlow's seed is a new one. ValueError where a network is
    not built or takes several inputs, or the data are no array of floats.
    """
    seed = arguments.seed(seed)
    for rule in arguments.kind("rules", rules, list | tuple, "a list of functions"):
        arguments.function("rules", rule)
    if hasattr(gan, "instruments"):
        readings = _of_game(gan)
    else:
        if not isinstance(gan, MyGAN):
            arguments.function("gan", gan)
        try:
            gan = gan if isinstance(gan, MyGAN) else gan()
        except Exception as error:
            return Report(Readings(error=error), [explain(error)])
        readings = _on_trial(gan, seed)
    if readings.error:
        return Report(readings, [explain(readings.error, getattr(gan, "generator", None))])
    return Report(readings, name_faults(readings, rules))


def _on_trial(gan, seed):
    """Readings of somebody's program; its networks and optimizers are put back."""
    _refuse_strange(gan)
    with under_spy(gan) as spy:
        trial = Trial(gan, spy, seed)
        try:
            trial.run()
        except Exception as error:
            trial.readings.error = error
    return trial.readings


def _of_game(game):
    """Readings of a game of the course, which plays whole steps only; the game puts itself back."""
    try:
        seen, fakes = game.instruments(), game.sample()
    except ArithmeticError as error:
        return Readings(error=error)
    return Readings(
        gradient={p: seen[f"{p.lower()}_gradient"] for p in "DG"},
        change={p: seen[f"{p.lower()}_change"] for p in "DG"},
        verdicts={who: seen[f"d_{who}"] for who in ("real", "fake")},
        ranges={"fake": (float(np.min(fakes)), float(np.max(fakes)))},
    )


def _refuse_strange(gan):
    examples = gan.data[0] if isinstance(gan.data, tuple) else gan.data
    kind = getattr(examples, "dtype", object)
    if not np.issubdtype(getattr(kind, "as_numpy_dtype", kind), np.floating):
        raise ValueError("data must be an array of floats, scaled as train_step is given them")
    for name in ("generator", "discriminator"):
        network = getattr(gan, name)
        if not network.built or len(getattr(network, "inputs", ())) != 1:
            raise ValueError(f"{name} must be a built Keras model with one input")
