"""What the instruments read, and the rules that name a fault from it."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

SILENT = 1e-7  # a gradient below this norm is none
WRONG_WAY = 1e-3  # a verdict that moved so far against its player's aim moved the wrong way
BOUNDED = 1.001  # a G that stays within [-1, 1] when it is shouted at ends in tanh or sigmoid
OVERHANG = 0.25  # share of real or fake range that the other cannot have
SHRUNK = 0.35  # of the gradient that a cross-entropy on D's probabilities sends
NO_SPREAD = 1e-3  # fakes that spread less than this share of the real examples are all the same


@dataclass
class Readings:
    """What the instruments showed; None (or NaN) where one could not be read.

    moves:     for each update of a step the set of those it moves: "D", "G", "others"
    gradient:  by player, the norm of the gradient that arrived at its optimizer
    change:    by player, how far its weights moved in a step, as a share of their own size
    listens:   (listener, source) -> whether the listener's gradient changes with the source alone;
               listeners "D", "G", "G's loss"; sources "real", "labels", "D", "G"
    piles_up:  whether the same step from the same weights sends a gradient that grows evenly
    rise:      how far D's mean verdict on fixed fakes rose when G played alone
    gap:       how far the gap, real verdict minus fake verdict, grew when D played alone
    verdicts:  D's mean output on real examples and on fakes; and the ends of all its outputs
    ranges:    (low, high) of the real examples, of the fakes, and of all that G can reach
    spread:    mean deviation over z of the fakes, as a share of that of the real examples
    shrunk:    D's gradient as a share of what a cross-entropy on D's outputs as probabilities sends
    error:     what the step, or one of the networks, raised
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


def sign_of_g(r):
    """G alone must raise D's verdict on its fakes."""
    if r.rise < -WRONG_WAY and not (turned(r) or one_loss(r) or unpaired_target(r)):
        return Finding(
            "sign of G's loss",
            f"while G played alone, D's verdict on its fakes moved by {r.rise:+.2g}: G learns to "
            "be caught.",
            "minimise −log D(G(z)), not +log D(G(z)): turn the sign of G's loss.",
        )


def turned(r):
    """Where both move against their aims, D's output simply means "fake": that is no fault."""
    return r.rise < -WRONG_WAY and r.gap < -WRONG_WAY


def sign_of_d(r):
    """D alone must widen the gap between real and fake."""
    if r.gap < -WRONG_WAY and r.listens.get(("D", "G")) and not (turned(r) or one_loss(r)):
        return Finding(
            "sign of D's loss",
            f"while D played alone, the gap D(real) − D(fake) moved by {r.gap:+.2g}: D learns to "
            "mix them up.",
            "minimise −log D(x) − log(1 − D(G(z))): turn the sign of D's loss.",
        )


def no_gradient(r):
    """Something must arrive at G."""
    if r.gradient and not r.gradient.get("G", 0) > SILENT and not foreign(r):
        return Finding(
            "no gradient reaches G",
            "nothing arrives at G's weights, whatever D says.",
            "make the fakes inside G's tape, without detach, stop_gradient or .numpy(), and ask "
            "for the gradient by generator.trainable_variables.",
        )


def stands_still(r):
    """Some update must move D."""
    if r.moves and not any("D" in moved for moved in r.moves) and not foreign(r):
        return Finding(
            "D stands still",
            "no update of the step moves D's weights.",
            "D's own step needs D's variables: in Keras 3 a model that was frozen for the combined "
            "model stays frozen in its own step too; set discriminator.trainable back to True.",
        )


def d_not_frozen(r):
    """No update may move both, where D has an update of its own."""
    if {"D", "G"} in r.moves and {"D"} in r.moves:
        return Finding(
            "G's step moves D",
            "one update of the step moves D's weights together with G's: it teaches D to call "
            "fakes real.",
            "apply G's gradient to generator.trainable_variables only (in a combined model: "
            "discriminator.trainable = False before it is compiled).",
        )


def one_loss(r):
    """Two players need two losses."""
    if r.moves and all(moved >= {"D", "G"} for moved in r.moves):
        return Finding(
            "one loss for both",
            "every update moves D and G together, down one and the same sum.",
            "two losses and two optimizers: D's loss moves D, G's loss moves G.",
        )


def foreign(r):
    """The weights that move must be those of the networks that were handed in."""
    moved = set().union(*r.moves) if r.moves else set()
    missing = {"D", "G"} - moved
    if "others" in moved and missing:
        return Finding(
            "networks built anew",
            f"the step moves weights, but not those of your {' and '.join(sorted(missing))}.",
            "build the networks and optimizers once, outside the step, and use those.",
        )


def sigmoid_twice(r):
    """A D that answers in (0, 1) needs a loss for probabilities."""
    low, high = r.verdicts.get("ends", (-1, 2))
    if low >= 0 and high <= 1 and r.shrunk < SHRUNK:
        return Finding(
            "sigmoid twice",
            f"D's answers lie in ({low:.2f}, {high:.2f}), yet only {r.shrunk:.0%} of the gradient "
            "for probabilities arrives: the loss takes a sigmoid of them once more.",
            "let D end in a plain Dense(1) and keep from_logits=True; or keep the sigmoid and say "
            "from_logits=False.",
        )


def range_mismatch(r):
    """G must be able to reach the range of the data, and the data to fill G's."""
    if "reach" not in r.ranges:
        return None
    (low, high), (g_low, g_high) = r.ranges["real"], r.ranges["reach"]
    if not -BOUNDED <= g_low < g_high <= BOUNDED:  # no tanh or sigmoid at its end
        return None
    both = max(high, g_high) - min(low, g_low)
    if abs(low - g_low) > OVERHANG * both or abs(high - g_high) > OVERHANG * both:
        return Finding(
            "range",
            f"real examples lie in [{low:.2g}, {high:.2g}], G can reach [{g_low:.2g}, {g_high:.2g}]"
            ": D tells them apart by range alone.",
            "scale the data to G's range: x / 127.5 − 1 for tanh, x / 255 for sigmoid.",
        )


def unpaired_target(r):
    """G's gradient may not depend on which real examples are in the batch."""
    if r.listens.get(("G", "real")):
        return Finding(
            "unpaired target",
            "G's gradient changes with the real batch alone, D and z being the same: G is pulled "
            "to pictures that have nothing to do with its z, in the end to their mean.",
            "take the distance to x out of G's loss (it makes sense for a paired target only).",
        )


def constant_in_g(r):
    """G's loss should not hold what G cannot change."""
    told = r.listens.get(("G's loss", "real")) and r.listens.get(("G", "real")) is False
    if told and not one_loss(r):
        return Finding(
            "constant in G's loss",
            "G's loss changes with the real batch alone, but its gradient does not: a term of it "
            "is a constant for G. It does no harm but to the curve.",
            "leave E log D(x) out of G's loss.",
        )


def labels_as_targets(r):
    """A D that is not told the class may not be trained on it."""
    if r.listens.get(("D", "labels")):
        return Finding(
            "labels as targets",
            "D's gradient changes with the class labels, which D is not shown: they stand where "
            "the targets 1 (real) and 0 (fake) belong.",
            "take ones for real examples and zeros for fakes.",
        )


def no_fakes(r):
    """D must see fakes, and real examples."""
    if not r.gradient.get("D", 0) > SILENT:
        return None
    for source, name, what in (("G", "D sees no fakes", "G"), ("real", "D sees no real", "data")):
        if r.listens.get(("D", source)) is False and not foreign(r):
            return Finding(
                name,
                f"D's gradient stays the same whatever the {what} gives.",
                "D's loss needs both kinds: −log D(x) − log(1 − D(G(z))).",
            )


def piles_up(r):
    """The same step from the same weights must send the same gradient."""
    if r.piles_up:
        return Finding(
            "gradients pile up",
            "the same step, three times from the same weights, sends a gradient that grows by the "
            "same amount each time: old ones are added to the new.",
            "start every step from zero (in PyTorch: optimizer.zero_grad()).",
        )


def not_finite(r):
    """Losses, gradients and verdicts must be numbers."""
    numbers = [*r.gradient.values(), *r.change.values(), *np.ravel(list(r.verdicts.values())[:2])]
    if not np.isfinite(numbers).all():
        return Finding(
            "not a number",
            "a gradient, a weight or a verdict is NaN or infinite.",
            "never take log D(x) of a probability that may be 0: use logits; or lower the rates.",
        )


def no_spread(r):
    """Different z must make different fakes."""
    if r.spread < NO_SPREAD:
        return Finding(
            "G ignores z",
            f"fakes of different z spread {r.spread:.1%} as much as real examples.",
            "feed a fresh random z at each step; if it was fed, see lesson 05 (mode collapse).",
        )


RULES = [
    sign_of_g,
    sign_of_d,
    no_gradient,
    stands_still,
    d_not_frozen,
    one_loss,
    foreign,
    sigmoid_twice,
    range_mismatch,
    unpaired_target,
    constant_in_g,
    labels_as_targets,
    no_fakes,
    piles_up,
    not_finite,
    no_spread,
]
