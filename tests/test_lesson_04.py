"""Lesson 04: its presets do what they say, and what its repair relies on holds."""

import numpy as np
import pytest

from gan_lessons.judge import verdict
from gan_lessons.panels import diagnose
from gan_lessons.training import digit_game
from gan_lessons.training.recipes import PRESETS


@pytest.fixture(scope="module")
def game():
    return digit_game()


@pytest.mark.parametrize("state", ["D wins", "G wins", "oscillation", "healthy"])
@pytest.mark.parametrize("seed", [1, 11, 12])
def test_presets_do_what_they_say(game, state, seed):
    """The loss doctor, who sees the curves and D's verdicts only, names each preset."""
    game.reset(seed)
    game.turn(**PRESETS[state])
    record = game.advance(250)
    found = diagnose(record, "non-saturating", game.references(), game.verdicts())
    assert found.state == state, (found, {k: np.median(v[-100:]) for k, v in record.items()})


def test_the_broken_run_is_broken_and_its_solution_repairs_it(game):
    """What the exercise's check relies on, on seeds that it does not use."""
    distances = {}
    for name in ("broken", "healthy"):
        game.reset(201)
        game.turn(**PRESETS[name])
        game.advance(400)
        distances[name] = verdict(game.sample(1000)).distance
    assert distances["broken"] > 3 * distances["healthy"], distances
