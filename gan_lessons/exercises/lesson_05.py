"""The checks of lesson 05: ceilings, shares, packs, a layer that sees the batch, three repairs."""

import math

import numpy as np

from gan_lessons.exercises.core import (
    Wrong,
    call,
    checked,
    close,
    given,
    number,
    parts,
    refuse,
    require,
)

# --- numbers -----------------------------------------------------------------------------------


def check_ceiling(share=...):
    """Lesson 05: the share of a round Gaussian in the plane that lies within two deviations."""
    right = 1 - math.exp(-2)
    mistakes = {
        0.9545: "that is the share within 2σ on a line. In the plane two must be small.",
        0.95: "that is the share within 2σ on a line, rounded. In the plane two must be small.",
        0.9545**2: "that is the square |x|, |y| < 2σ, not the disc of radius 2σ.",
        1 - math.exp(-4.5): "that is the ceiling for 3σ.",
        1 - math.exp(-1): "the exponent is r²/2 with r = 2, not r/2.",
        1 - math.exp(-4): "the exponent is r²/2: do not forget the half.",
        math.exp(-2): "that is the share outside. You want 1 minus it.",
    }

    def examine():
        value = number(share, "the share")
        value = value / 100 if 1 < value <= 100 else value
        refuse(value, mistakes, rtol=0.002)
        require(
            np.isclose(value, right, atol=0.006),
            "in the plane the share within r σ is 1 − exp(−r²/2).",
            "put r = 2 into 1 − exp(−r²/2).",
        )

    return checked("ceiling", given(share), examine, "86.5 %: a perfect sampler gets no more.")


def check_reverse_kl(four=..., uneven=...):
    """Lesson 05: reverse KL in nats: four fair modes of eight; half on one, half on seven."""
    right = {"A": math.log(2), "B": math.log(4) / 2 + math.log(8 / 14) / 2}
    mistakes = {
        "A": {
            1.0: "use the natural logarithm: these are nats, not bits.",
            math.log(8): "that is one mode of eight. Here four modes hold ¼ each.",
            math.log(4): "compare ¼ with the fair ⅛, not with 1.",
            -math.log(2): "the sign: Σ q log(q / p) with q on top.",
            0.0: "only fair shares have 0.",
            math.inf: "that is KL(p‖q). Reverse KL is KL(q‖p): weight by q.",
        },
        "B": {
            right["B"] / math.log(2): "use the natural logarithm: these are nats, not bits.",
            math.log(4) / 2: "that is the big mode's part. The seven small ones count too; theirs "
            "is negative.",
            math.log(4): "weight each logarithm by its share q.",
            math.log(4) / 2 - math.log(8 / 14) / 2: "log(q/p) of the seven small modes is "
            "negative: they have less than their fair share.",
            (math.log(1 / 4) + 7 * math.log(14 / 8)) / 8: "that is KL(p‖q). Reverse KL is "
            "KL(q‖p): weight by q.",
        },
    }

    def examine():
        for name, answer in {"A": four, "B": uneven}.items():
            value = number(answer, name)
            refuse(value, mistakes[name], rtol=0.003, atol=1e-3, what=name)
            require(
                np.isclose(value, right[name], atol=4e-3),
                f"{name}: add q · log(q / (1/8)) over the modes that have a share q.",
                f"{name}: " + ("4 · ¼ · log(¼ · 8)." if name == "A" else "½ log 4 + ½ log(8/14)."),
            )

    return checked(
        "reverse KL", given(four, uneven), examine, "0.693 and 0.413: all alive is not yet fair."
    )


def check_moves(moves=...):
    """Lesson 05: how many look-ahead moves of 0.2 until the Dirac-GAN goes straight in."""
    mistakes = {
        1: "one move makes the spiral turn inwards, but it still turns.",
        2: "k times h must be 2, and h is 0.2.",
        5: "look at the root with k = 5: 1/16 − 1/4 is still negative.",
        20: "with k = 20 it does go straight in, but fewer moves do.",
        9: "with 9 the root is still of a negative number, just.",
        11: "that works, but one fewer does too.",
    }

    def examine():
        value = number(moves, "the number of moves")
        refuse(value, mistakes, rtol=1e-6)
        require(
            value == 10,
            "it stops turning when the square root is of a number that is not negative.",
            "k²h²/16 must be at least ¼, so k · 0.2 ≥ 2.",
        )

    return checked("moves", given(moves), examine, "10 moves: kh = 2.")


def check_packs(real=..., collapsed=...):
    """Lesson 05: how often the three points of a pack come from one mode of eight."""
    mistakes = {
        "real": {
            1 / 512: "(1/8)³ is for one *given* mode. The first point may come from any.",
            1 / 8: "that is a pack of two. Here two more points must follow the first.",
            3 / 8: "three points must *all* agree: multiply, do not add.",
            1 / 24: "the chances of the second and of the third point multiply.",
            100 / 64: "give a share, not a percentage.",
            1 - 1 / 64: "that is the chance that they are *not* all from one mode.",
        },
        "collapsed": {
            100.0: "give a share, not a percentage.",
            1 / 64: "a collapsed G has one mode only: where else could its points come from?",
            1 / 8: "a collapsed G has one mode only, so all three must come from it.",
            0.0: "all of its points come from one mode, so a pack always does.",
        },
    }

    def examine():
        right = {"real": 1 / 64, "collapsed": 1.0}
        for name, answer in {"real": real, "collapsed": collapsed}.items():
            value = number(answer, name)
            refuse(value, mistakes[name], rtol=0.01, atol=1e-4, what=name)
            require(
                np.isclose(value, right[name], rtol=0.03),
                f"{name}: fix the first point. How likely does each other one share its mode?",
                f"{name}: " + ("⅛ · ⅛." if name == "real" else "always."),
            )

    return checked(
        "packs", given(real, collapsed), examine, "1/64 against 1: D has an easy time with packs."
    )


# --- words -------------------------------------------------------------------------------------

FALLS = {
    "4 of 8 modes": "recall",
    "a third of the samples are strays": "precision",
    "each mode a third as wide": "recall",
    "each mode three times as wide": "precision",
}


def check_falls(answers):
    """Lesson 05: whether a fault costs "precision" or "recall"; a dict from fault to word."""

    def examine():
        said = {fault: str(answer).strip().lower() for fault, answer in answers.items()}
        for fault, answer in said.items():
            require(
                answer in ("precision", "recall"),
                f'{fault}: {answer!r} should be "precision" or "recall".',
            )
        wrong = [fault for fault, right in FALLS.items() if said.get(fault) != right]
        if not wrong:
            return
        if len(wrong) == len(FALLS):
            raise Wrong(
                "the two are swapped, everywhere.",
                "precision asks of each *fake*: is it near real ones? recall asks of each *real*: "
                "is it near fakes?",
            )
        why = {
            "4 of 8 modes": "its samples are all good. What of the real points of the other four?",
            "a third of the samples are strays": "each real point still has fakes near. And the "
            "strays?",
            "each mode a third as wide": "its samples lie in the midst of real ones. Which real "
            "points have no fake near?",
            "each mode three times as wide": "its balls are large, so real points lie in them. "
            "And do its samples lie near real points?",
        }
        raise Wrong(f"{wrong[0]}: think again.", f"{wrong[0]}: {why[wrong[0]]}")

    return checked(
        "which one falls", given(*parts(answers)), examine, "missing is recall, wrong precision."
    )


# --- a layer -----------------------------------------------------------------------------------


def check_batch_std(layer):
    """Lesson 05: features (n, d) -> (n, d + 1), the last column their mean standard deviation."""
    h = np.random.default_rng(0).normal(size=(6, 3)) * (1.0, 2.0, 4.0) + (0.0, 5.0, -3.0)
    right = h.std(axis=0).mean()
    mistakes = {
        h.std(): "you took one deviation of all numbers: features with different means look as if "
        "they varied. Take it for each feature, over the batch (axis=0).",
        h.std(axis=1).mean(): "that is the deviation over the features of each example. Go over "
        "the batch: axis=0.",
        h.var(axis=0).mean(): "that is the variance: take its square root, feature by feature.",
        math.sqrt(h.var(axis=0).mean()): "first the root of each feature's variance, then the "
        "mean.",
        h.std(axis=0).sum(): "take the mean of the d deviations, not their sum.",
    }

    def examine():
        made = np.asarray(call(layer, (h.copy(),), "your function"))
        require(
            made.dtype != object and made.size,
            "your function returns nothing that is an array: is there a return?",
        )
        require(
            made.shape == (6, 4),
            f"for h of shape (6, 3) the result should have shape (6, 4), not {made.shape}.",
            "shape (6, 4) is wanted here: np.concatenate([h, column], axis=1) with a column of "
            "shape (n, 1).",
        )
        require(
            close(made[:, :3], h),
            "the features themselves should stay as they are, and the new number come last.",
        )
        column = made[:, 3]
        if np.allclose(column, h.std(axis=1)):
            raise Wrong(mistakes[h.std(axis=1).mean()])
        require(
            np.ptp(column) < 1e-6,
            "every row should get the same number.",
            "it says how much the *batch* varies: one number for all rows.",
        )
        refuse(column[0], mistakes, rtol=1e-4)
        require(
            np.isclose(column[0], right, rtol=1e-3)
            or np.isclose(column[0], h.std(axis=0, ddof=1).mean(), rtol=1e-3),
            f"the new number should be {right:.3f} here; yours is {column[0]:.3f}.",
            "np.std(h, axis=0).mean()",
        )

    return checked(
        "minibatch standard deviation", given(layer), examine, "D can now see that a batch is dull."
    )


# --- the repairs -------------------------------------------------------------------------------


FRESH_SEEDS, MODES = (401, 402), 8


def check_all_alive(play, name, knobs=..., *, locked=()):
    """Lesson 05: whether ``knobs`` keep all modes alive, on seeds nobody has seen.

    play: function (name, knobs, seed) -> how many modes are alive at moments of a run. What it
        raises (a knob out of its range, a run that diverged) is told in its own words.
    name: which broken game; locked: knobs that must not be turned there.
    """

    def examine():
        require(isinstance(knobs, dict), 'give a dict of the knobs you turn, like {"noise": 0.1}.')
        turned = [knob for knob in locked if knob in knobs]
        require(not turned, f"{' and '.join(turned)} may not be turned in {name}.")
        for seed in FRESH_SEEDS:
            alive = [int(count) for count in call(play, (name, knobs, seed), "the run")]
            print(f"  seed {seed}: modes alive {alive}")
            if min(alive) < MODES:
                raise Wrong(*_what_happened(alive))

    return checked(f"repair {name}", given(knobs), examine, "all modes lived, on fresh seeds.")


def _what_happened(alive):
    """Hints for a run that was not repaired, from its counts."""
    if max(alive) <= 2:
        return (
            "still (nearly) nothing alive. Look at the cockpit: one blob, or a blur over all?",
            "one blob: D must keep up, see the batch, or be smooth. A blur: D is too smooth, it "
            "cannot see single islands.",
        )
    if alive[-1] == MODES:
        return (
            "it gets there, but too late: all must live from step 2,000 on.",
            "a good direction, taken too gently: turn the same knob further, or raise both rates.",
        )
    if max(alive) == MODES:
        return (
            "all lived for a while, then modes died: it is not stable.",
            "calm it: a smoother D (R1), rates of one size, or less of what you turned up.",
        )
    return (
        "better, but some modes never live.",
        "a good direction: turn it further, or add a second cure.",
    )
