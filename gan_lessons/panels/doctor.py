"""The loss doctor: what the curves of a game say now, in one sentence, and which lever to try."""

from dataclasses import dataclass

import numpy as np

from gan_lessons import arguments

# Thresholds. "far" is measured in units of a loss's own reference value.
WINDOW = 200  # steps that are looked at
WARM_UP = 50  # steps before anything is said
FLAT_GRADIENT = 1e-7  # both players' gradients below this: nothing is learnt any more
D_FAR_BELOW = 0.25  # D wins: its loss is under this share of its reference
D_FAR_ABOVE = 1.25  # G wins: D's loss is over this many times its reference
G_FAR = 0.8  # G's loss is this many references away from its reference
SEPARATED = 0.98  # chance that a real example scores above a fake: D is (nearly) always right
FOOLED = 0.40  # the same chance: D is wrong more often than right
SMOOTH = 10  # steps in the moving mean that is searched for swings
SWING = 0.60  # oscillation: the moving mean spans this many references …
TURNS = 4  # … and crosses its middle this often in the window
NO_SIGNAL = 1e-3  # G's gradient under this share of D's: G hears nothing
GROWTH = 2.0  # Wasserstein: the critic's gap grew by this factor within the window


@dataclass(frozen=True)
class Diagnosis:
    """What the doctor found: ``state`` is one of STATES, ``sentence`` is for the learner."""

    state: str
    sentence: str


STATES = ("warming up", "healthy", "D wins", "G wins", "oscillation", "diverged", "flat")


@dataclass(frozen=True)
class Signs:
    """The numbers that the rules look at, all from the last WINDOW steps."""

    d: float  # median loss of D
    g: float
    d_best: float | None  # where it stands at the optimum
    g_best: float | None
    d_gradient: float  # median norms, NaN where unknown
    g_gradient: float
    separation: float | None  # chance that D scores a real example above a fake
    swings: bool
    growth: float  # median of |d_loss| in the last quarter over that in the first quarter


def separation(on_real, on_fake):
    """Return the chance that D scores a real example above a fake (ties count half), 0 … 1."""
    on_real, on_fake = np.ravel(on_real), np.sort(np.ravel(on_fake))
    below = np.searchsorted(on_fake, on_real, "left")
    up_to = np.searchsorted(on_fake, on_real, "right")
    return float((below + up_to).mean() / 2 / len(on_fake))


def swings(losses, best):
    """Return whether the moving mean of losses goes up and down widely, again and again."""
    if len(losses) < 2 * SMOOTH:
        return False
    smooth = np.convolve(losses, np.full(SMOOTH, 1 / SMOOTH), "valid")
    low, high = np.percentile(smooth, [5, 95])
    unit = abs(best) if best else max(1.0, abs(float(np.median(losses))))
    above = smooth > (low + high) / 2
    return bool(high - low > SWING * unit and np.count_nonzero(above[1:] != above[:-1]) >= TURNS)


def read_signs(history, references, verdicts):
    """Condense a history to the Signs of its last steps."""
    d, g = (np.asarray(history[name], float)[-WINDOW:] for name in ("d_loss", "g_loss"))
    d_best, g_best = references.get("d_loss"), references.get("g_loss")
    quarter = max(1, len(d) // 4)
    before, now = np.median(np.abs(d[:quarter])), np.median(np.abs(d[-quarter:]))

    def median(name):
        rows = np.asarray(history.get(name, []), float)[-WINDOW:]
        return float(np.median(rows)) if len(rows) else float("nan")

    return Signs(
        d=float(np.median(d)),
        g=float(np.median(g)),
        d_best=d_best,
        g_best=g_best,
        d_gradient=median("d_gradient"),
        g_gradient=median("g_gradient"),
        separation=separation(*verdicts) if verdicts is not None else None,
        swings=swings(d, d_best) or (g_best is not None and swings(g, g_best)),
        growth=float(now / before) if before > 0 else 1.0,
    )


def diagnose(history, objective, references, verdicts=None):
    """Say how the game stands and which lever to try.

    history:    arrays "d_loss" and "g_loss" (penalties apart), best also "d_gradient" and
                "g_gradient", one entry a step
    objective:  the name of the objective; "Wasserstein" is judged by the growth of its gap
    references: {"d_loss": value or None, "g_loss": value or None} at the optimum
    verdicts:   D's logits on real examples and on fakes, two arrays; without them the doctor
                knows only the losses
    """
    history = arguments.record("history", history, "d_loss", "g_loss")
    arguments.text("objective", objective)
    arguments.references(references)
    if verdicts is not None:
        pair = arguments.kind("verdicts", verdicts, tuple | list, "two arrays of logits")
        if len(pair) != 2:
            raise ValueError(f"verdicts must be two arrays of logits, got {len(pair)}")
        for scores in pair:
            if not arguments.array("verdicts", scores, finite=False).size:
                raise ValueError("verdicts must not be empty")
    steps = len(history["d_loss"])
    recent = [history[name][-WINDOW:] for name in ("d_loss", "g_loss")]
    if not all(np.isfinite(losses).all() for losses in recent):
        return Diagnosis(
            "diverged",
            "A loss is no longer a number. Go back on the timeline and halve both learning rates.",
        )
    if steps < WARM_UP:
        return Diagnosis(
            "warming up", f"Too early to tell: {steps} of the first {WARM_UP} steps are played."
        )
    signs = read_signs(history, references, verdicts)
    for rule in (_flat, _oscillation, _d_wins, _g_wins):
        found = rule(signs, objective)
        if found:
            return found
    return _healthy(signs, objective)


def _flat(signs, objective):
    if signs.d_gradient < FLAT_GRADIENT and signs.g_gradient < FLAT_GRADIENT:
        return Diagnosis(
            "flat",
            "Neither player's gradient is above zero, so nothing is learnt. Reset, with lower "
            "learning rates or another objective.",
        )
    return None


def _oscillation(signs, objective):
    if signs.swings:
        return Diagnosis(
            "oscillation",
            "The losses swing widely: each player undoes what the other just did. Lower both "
            "learning rates, or add an R1 penalty or noise on D's inputs.",
        )
    return None


def _d_wins(signs, objective):
    if objective == "Wasserstein":  # a critic that separates is right; one without bound is not
        if (signs.separation or 0) > SEPARATED and signs.growth > GROWTH and signs.d < 0:
            return Diagnosis(
                "D wins",
                f"The critic's gap grew to {-signs.d:.2f} and has no bound. It needs a gradient "
                "penalty, or a larger weight on the one it has.",
            )
        return None
    apart = signs.separation is not None and signs.separation > SEPARATED
    low = bool(signs.d_best) and signs.d < D_FAR_BELOW * signs.d_best
    if signs.g_best is None:
        lost = low and (apart or signs.separation is None)
    else:
        far = signs.g - signs.g_best > G_FAR * abs(signs.g_best)
        lost = far and (low or apart)
    if not lost:
        return None
    silent = signs.g_gradient < NO_SIGNAL * signs.d_gradient
    heard = " and G gets next to no gradient" if silent else ""
    switch = "Take the non-saturating objective" if objective == "minimax" else "Lower D's rate"
    return Diagnosis(
        "D wins",
        f"D tells real from fake almost every time (its loss is {signs.d:.2f}){heard}. "
        f"{switch}, or put noise on D's inputs or a penalty on D.",
    )


def _g_wins(signs, objective):
    high = bool(signs.d_best) and signs.d > D_FAR_ABOVE * signs.d_best
    if objective == "Wasserstein":
        high = signs.d > 0
    if signs.separation is not None:
        fooled = signs.separation < FOOLED
    elif signs.g_best is not None:
        fooled = signs.g_best - signs.g > 0.5 * G_FAR * abs(signs.g_best)
    else:
        fooled = True
    if high and fooled:
        return Diagnosis(
            "G wins",
            "D is wrong more often than right: G has run ahead, and what D teaches is worth "
            "little. Give D more updates per G update, or lower G's learning rate.",
        )
    return None


def _healthy(signs, objective):
    if objective == "Wasserstein":
        trend = "falls" if signs.growth < 0.95 else "holds" if signs.growth < 1.1 else "grows"
        return Diagnosis(
            "healthy",
            f"Healthy. The critic's gap is {-signs.d:.2f} and {trend}; here the gap itself "
            "measures how far the fakes are from the real examples.",
        )
    where = ""
    if signs.d_best:
        lead = signs.d / signs.d_best
        where = f" D's loss is {signs.d:.2f}, at the optimum {signs.d_best:.2f}"
        where += ": D leads, as it should while G learns." if lead < 0.9 else ": near a draw."
    return Diagnosis(
        "healthy", f"Healthy.{where} Losses will not tell quality: look at the samples, play on."
    )
