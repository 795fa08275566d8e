"""The rules that name a silent fault: each looks at the readings, finds a fault or returns None."""

import numpy as np

from gan_lessons.checkup.readings import Finding

SILENT = 1e-7  # a gradient below this norm is none
WRONG_WAY = 1e-3  # a verdict that moved so far against its player's aim moved the wrong way
WRONG_SHARE = 0.2  # a gap that was wide must lose this share of its width
BOUNDED = 1.001  # a G that stays within [-1, 1] when it is shouted at ends in tanh or sigmoid
OVERHANG = 0.25  # share of real or fake range that the other cannot have
SHRUNK = 0.35  # of the gradient that a cross-entropy on D's probabilities sends
NO_SPREAD = 1e-3  # fakes that spread less than this share of the real examples are all the same

# Cures of faults that may be silent or loud
INSIDE = (
    "make the fakes inside G's tape, without detach, stop_gradient or .numpy(), and ask for the "
    "gradient by generator.trainable_variables."
)
ANEW = "build the networks and the optimizers once, outside the step, and use those."


def foreign(r):
    """The weights that move must be those of the networks that were handed in."""
    moved = set().union(*r.moves)
    missing = " and ".join(sorted({"D", "G"} - moved))
    if "others" in moved and missing:
        seen = f"the step moves weights, but not those of your {missing}."
        return Finding("networks built anew", seen, ANEW)


def one_loss(r):
    """Two players need two losses."""
    if r.moves and all(moved >= {"D", "G"} for moved in r.moves):
        seen = "every update moves D and G together, as one sum of losses does."
        cure = "two losses and two optimizers: D's loss moves D, G's loss moves G."
        return Finding("one loss for both", seen, cure)


def sign_of_g(r):
    """G alone must raise D's verdict on its fakes."""
    if r.rise < -WRONG_WAY and not (turned(r) or unpaired_target(r)):
        seen = f"G alone moves D's verdict on its fakes by {r.rise:+.2g}: G learns to be caught."
        cure = "minimise −log D(G(z)), not +log D(G(z)): turn the sign of G's loss."
        return Finding("sign of G's loss", seen, cure)


def sign_of_d(r):
    """D alone must widen the gap between real and fake."""
    if falls(r) and r.listens.get(("D", "G")) and not turned(r):
        seen = f"D alone moves the gap D(real) − D(fake) by {r.gap:+.2g}: it learns to mix them up."
        cure = "minimise −log D(x) − log(1 − D(G(z))): turn the sign of D's loss."
        return Finding("sign of D's loss", seen, cure)


def falls(r):
    """Whether D narrows the gap; a penalty may lower one that is wide by a few per cent."""
    wide = r.verdicts.get("real", 0) - r.verdicts.get("fake", 0)
    return r.gap < -max(WRONG_WAY, WRONG_SHARE * wide)


def turned(r):
    """Where both move against their aims, D's output simply means "fake": that is no fault."""
    return r.rise < -WRONG_WAY and falls(r)


def no_gradient(r):
    """Something must arrive at G."""
    if r.gradient and not r.gradient["G"] > SILENT:
        seen = "nothing arrives at G's weights, whatever D says."
        return Finding("no gradient reaches G", seen, INSIDE)


def stands_still(r):
    """Some update must move D."""
    if r.moves and not any("D" in moved for moved in r.moves):
        seen = "no update of the step moves D's weights."
        cure = "D's own step needs D's variables, and discriminator.trainable must be True there."
        return Finding("D stands still", seen, cure)


def d_not_frozen(r):
    """No update may move both, where D has an update of its own."""
    if {"D", "G"} in r.moves and {"D"} in r.moves:
        seen = "one update moves D together with G: it teaches D to call fakes real."
        cure = "apply G's gradient to generator.trainable_variables only; or freeze D for G's step."
        return Finding("G's step moves D", seen, cure)


def two_sigmoids(r):
    """A D that answers in (0, 1) needs a loss for probabilities."""
    if r.shrunk < SHRUNK:
        seen = f"D answers with probabilities; {r.shrunk:.0%} of the gradient for such arrives."
        cure = "the loss takes a sigmoid once more: end D in Dense(1), or say from_logits=False."
        return Finding("sigmoid twice", seen, cure)


def range_mismatch(r):
    """A G that ends in tanh or sigmoid must be able to reach the range of the data, and no more."""
    low, high = r.ranges.get("real", (0, 0))
    g_low, g_high = r.ranges.get("reach", (0, 0))
    bounded = -BOUNDED <= g_low < g_high <= BOUNDED
    overhang = OVERHANG * (max(high, g_high) - min(low, g_low))
    if bounded and max(abs(low - g_low), abs(high - g_high)) > overhang:
        seen = f"data lie in [{low:.2g}, {high:.2g}], G can reach [{g_low:.2g}, {g_high:.2g}]."
        cure = "scale the data to G's range: x / 127.5 − 1 for tanh, x / 255 for sigmoid."
        return Finding("range", seen, cure)


def unpaired_target(r):
    """G's gradient may not depend on which real examples are in the batch."""
    if r.listens.get(("G", "real")):
        seen = "G's gradient changes with the real batch alone, D and z being the same."
        cure = "no distance to an unrelated x in G's loss: it pulls all fakes to the mean picture."
        return Finding("unpaired target", seen, cure)


def constant_in_g(r):
    """G's loss should not hold what G cannot change."""
    if r.listens.get(("G's loss", "real")) and not r.listens["G", "real"]:
        seen = "G's loss changes with the real batch alone, but its gradient does not."
        cure = "leave E log D(x) out of G's loss. It is a constant for G and only hides the curve."
        return Finding("constant in G's loss", seen, cure)


def labels_as_targets(r):
    """A D that is not told the class may not be trained on it."""
    if r.listens.get(("D", "labels")):
        seen = "D's gradient changes with the class labels, which D is not shown."
        cure = "the targets are ones for real examples and zeros for fakes, whatever their class."
        return Finding("labels as targets", seen, cure)


def no_fakes(r):
    """D must see fakes, and real examples."""
    for source, fault in (("G", "D sees no fakes"), ("real", "D sees no real")):
        if r.listens.get(("D", source)) is False and r.gradient["D"] > SILENT:
            what = {"G": "G", "real": "the data"}[source]
            seen = f"D's gradient stays the same, whatever {what} may give."
            cure = "D's loss needs both kinds: −log D(x) − log(1 − D(G(z)))."
            return Finding(fault, seen, cure)


def piles_up(r):
    """The same step from the same weights must send the same gradient."""
    if r.piles_up:
        seen = "repeated from the same weights, the step sends a gradient that grows each time."
        cure = "start every step from zero (in PyTorch: optimizer.zero_grad())."
        return Finding("gradients pile up", seen, cure)


def not_finite(r):
    """Gradients, weights and verdicts must be numbers."""
    if not np.isfinite([*r.gradient.values(), *r.change.values(), *r.verdicts.values()]).all():
        seen = "a gradient, a weight or a verdict is NaN or infinite."
        cure = "never take log D(x) of a probability that may be 0: use logits; or lower the rates."
        return Finding("not a number", seen, cure)


def no_spread(r):
    """Different z must make different fakes."""
    if r.spread < NO_SPREAD:
        seen = f"fakes of different z spread {r.spread:.1%} as much as real examples."
        cure = "feed a fresh random z at each step; if it was fed, see lesson 05 (mode collapse)."
        return Finding("G ignores z", seen, cure)


ALONE = [foreign, one_loss]  # where one of these speaks, the other instruments mean nothing
RULES = [
    *ALONE,
    sign_of_g,
    sign_of_d,
    no_gradient,
    stands_still,
    d_not_frozen,
    two_sigmoids,
    range_mismatch,
    unpaired_target,
    constant_in_g,
    labels_as_targets,
    no_fakes,
    piles_up,
    not_finite,
    no_spread,
]


def name_faults(readings, rules):
    """What the rules find; one of ALONE that speaks is heard alone."""
    found = []
    for rule in rules:
        finding = rule(readings)
        if finding and rule in ALONE:
            return [finding]
        if finding:
            found.append(finding)
    return found
