"""What the instruments of a check-up read, and what a rule finds in it."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np


@dataclass
class Readings:
    """What the instruments showed; empty, None or NaN where one could not be read.

    moves:    for each update of a step the set of those it moves: "D", "G", "others"
    gradient: by player, the norm of the gradient that arrived at its optimizer
    change:   by player, how far its weights moved in a step, as a share of their own size (in a
              game of the course: how far, no share)
    listens:  (listener, source) -> whether the listener's gradient changes with the source alone;
              listeners "D", "G", "G's loss"; sources "real", "labels", "D", "G"
    piles_up: whether the same step from the same weights sends a gradient that grows evenly
    rise:     how far D's mean verdict on fixed fakes rose when G played alone
    gap:      how far the gap, real verdict minus fake verdict, grew when D played alone
    verdicts: D's mean output on "real" examples and on "fake" ones
    ranges:   (low, high) of the "real" examples, of the "fake" ones, and of G's "reach"
    spread:   mean deviation over z of the fakes, as a share of that of the real examples
    shrunk:   D's gradient as a share of what a cross-entropy on D's probabilities would send;
              not read of a D that answers outside [0, 1]
    error:    what the step, or one of the networks, raised
    """

    moves: list = field(default_factory=list)
    gradient: dict = field(default_factory=dict)
    change: dict = field(default_factory=dict)
    listens: dict = field(default_factory=dict)
    piles_up: bool | None = None
    rise: float = np.nan
    gap: float = np.nan
    verdicts: dict = field(default_factory=dict)
    ranges: dict = field(default_factory=dict)
    spread: float = np.nan
    shrunk: float = np.nan
    error: Exception | None = None


class Finding(NamedTuple):
    """A fault by its short name, the reading that betrays it, and the cure."""

    fault: str
    seen: str
    cure: str
