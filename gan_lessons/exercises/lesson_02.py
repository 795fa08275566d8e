"""The checks of lesson 02: gaps, bridges, sizes, overlaps, lengths, and a direction in latents."""

import math
from statistics import NormalDist

import numpy as np

from gan_lessons.exercises.core import Wrong, call, checked, given, number, refuse, require

normal = NormalDist()


# --- the gap ----------------------------------------------------------------------------------


def check_gap(least_share, needed_slope):
    """Lesson 02: the least share in a gap of 2 where the slope is at most 2; K for 1 percent."""

    def examine():
        _examine_share(number(least_share, "least_share"))
        _examine_slope(number(needed_slope, "needed_slope"))

    return checked(
        "the gap",
        given(least_share, needed_slope),
        examine,
        "at least 38 % with a slope of 2, and a slope of 80 for 1 %. Thin bridges cost steepness.",
    )


def _examine_share(share):
    require(
        share != 0,
        "zero would tear the noise apart.",
        "g is continuous: between a z that lands left and one that lands right lies an interval "
        "that lands in the gap.",
    )
    require(
        share != 1,
        "1 is the length of the interval of z.",
        "how much of the noise lies in it?",
    )
    require(
        0 < share < 1,
        "least_share should be a share between 0 and 1.",
        "38 % is written 0.38.",
    )
    mistakes = {
        2 * normal.cdf(1) - 1: (
            "your interval of z is twice too long.",
            "its length is w/K = 1 in all, so it reaches from −½ to ½.",
        ),
        normal.cdf(0.5): (
            "that is all the noise *below* ½.",
            "the interval begins at −½: subtract what lies below it.",
        ),
        normal.cdf(0.5) - 0.5: (
            "that is one half of the gap.",
            "the gap reaches from x = −1 to x = 1, z from −½ to ½.",
        ),
        normal.cdf(1) - 0.5: (
            "the interval has the right length, but it does not begin at 0.",
            "the heaps are equally likely, so the interval lies around the median: −½ to ½.",
        ),
        2 * normal.cdf(2) - 1: (
            "is the interval of z longer than the gap?",
            "a slope of 2 turns a *short* piece of z into a long piece of x: divide by K.",
        ),
        2 * normal.cdf(-0.5): (
            "that is the share *outside* the gap.",
            "all the noise is 1: subtract from it what lands outside.",
        ),
        normal.pdf(0): (
            "close, but the noise is not as dense at ½ as it is at 0.",
            "do not multiply length by density: cdf(0.5) − cdf(−0.5).",
        ),
    }
    refuse(share, mistakes, 0.005)
    require(
        math.isclose(share, 2 * normal.cdf(0.5) - 1, rel_tol=0.03),
        "which interval of z is laid onto the gap, at the steepest?",
        "length w/K = 1 around 0; the noise in it is cdf(0.5) − cdf(−0.5).",
    )


def _examine_slope(slope):
    right = 1 / normal.inv_cdf(0.505)
    mistakes = {
        1 / normal.inv_cdf(0.51): (
            "the share is right; this slope leaves 2 % in the gap.",
            "1 % in all is ½ % on each side of 0: inv_cdf(0.505).",
        ),
        2 / normal.inv_cdf(0.505): (
            "the share is right; the slope is twice too large.",
            "from the middle to the edge of the gap it is only w/2 = 1.",
        ),
        1 / normal.inv_cdf(0.99): (
            "can a slope below 2 leave less in the gap than 2 does?",
            "inv_cdf wants all the noise to the left: ½ + 0.005.",
        ),
        normal.inv_cdf(0.505): (
            "that is where z must have crossed the gap, not the slope.",
            "the slope is the way in x (1) by the way in z.",
        ),
        100.0: ("one percent is not a slope of 100.", "solve 2Φ(1/K) − 1 = 0.01 for K."),
    }
    refuse(slope, mistakes, 0.015)
    require(
        math.isclose(slope, right, rel_tol=0.03),
        "the share is right. Now solve 2Φ(w/(2K)) − 1 = 0.01 for K.",
        "Φ(1/K) = 0.505, so K = 1 / normal.inv_cdf(0.505).",
    )


# --- the bridges ------------------------------------------------------------------------------


KEPT_AT_LEAST, ON_A_MODE = 0.8, 0.96  # shares of all z, and of those that are kept


def check_bridges(keep, z, J, good):
    """Lesson 02: throw away the z between the modes, seeing z (n, 2) and J (n, 2, 2) only.

    keep: function of (z, J), True for each z to keep. good: whether G(z) is on a mode, (n,).
    """

    def examine():
        kept = _mask(call(keep, (z.copy(), J.copy()), "your my_keep"), len(z))
        share, right = kept.mean(), good[kept].mean() if kept.any() else 0.0
        require(
            share >= KEPT_AT_LEAST,
            f"you keep {share:.1%} only; at least {KEPT_AT_LEAST:.0%} must stay.",
            "cut at a quantile: np.quantile(value, 0.85) is the value that 85 % stay below.",
        )
        require(
            share < 1 or right >= ON_A_MODE,
            "you keep everything, bridges and all.",
            "return False for some points.",
        )
        if right >= ON_A_MODE:
            return
        told = f"of what you keep, {right:.0%} are on a mode ({good.mean():.0%} before)"
        far = np.linalg.norm(z, axis=1)
        for value, hint in (
            (far, "the bridges run from the centre outwards: the length of z tells little."),
            (-far, "the bridges meet in the centre, but they run on outwards."),
            (-np.linalg.svd(J, compute_uv=False)[:, 0], "you keep what is stretched *most*."),
        ):
            require(_alike(kept, value), f"{told}.", f"{told}: {hint}")
        raise Wrong(
            f"{told}.",
            f"{told}. A bridge is a place where G stretches: look at the largest singular value "
            "of J, np.linalg.svd(J, compute_uv=False)[:, 0].",
        )

    praise = f"at least {ON_A_MODE:.0%} are on a mode, without seeing one."
    return checked("bridges", given(keep), examine, praise)


def _mask(kept, n):
    """The learner's answer as booleans (n,)."""
    require(
        kept is not None,
        "my_keep returns nothing.",
        "end it with: return <a boolean for each point>.",
    )
    kept = np.asarray(kept)
    require(
        kept.dtype == bool and kept.shape == (n,),
        f"my_keep should return {n} booleans, shape ({n},); it returns {kept.dtype}, shape "
        f"{kept.shape}.",
        "compare one number for each point with a limit: value < limit gives booleans.",
    )
    return kept


def _alike(kept, value):
    """False where ``kept`` is nearly the cut of ``value`` at the same share."""
    cut = value < np.quantile(value, kept.mean())
    return bool((cut != kept).mean() > 0.02)


# --- the sizes --------------------------------------------------------------------------------


def check_sizes(d0_makes, d0_repaired, d4_makes, d4_repaired):
    """Lesson 02: what D0's and D4's generators make, and (starting size, strides) that fit."""

    def examine():
        _examine_size(
            "d0_makes", d0_makes, 56, {28: "discriminator", 42: "adds", 13: "adds", 14: "three"}
        )
        _examine_size(
            "d4_makes", d4_makes, 16, {64: "meant", 9: "adds", 20: "adds", 32: "stride of 1"}
        )
        _examine_repair("d0_repaired", d0_repaired, 28)
        _examine_repair("d4_repaired", d4_repaired, 64)

    answers = d0_makes, d0_repaired, d4_makes, d4_repaired
    praise = "56 and 16, and both repairs fit. Multiply the strides before you train."
    return checked("sizes", given(*answers), examine, praise)


MISTAKEN_SIZES = {
    "discriminator": "that is what the discriminator expects. What does the generator make?",
    "meant": "that is what it is meant to make. Multiply.",
    "adds": "a stride does not add pixels, it multiplies the size.",
    "three": "there are three layers of stride 2.",
    "stride of 1": "a stride of 1 leaves the size as it is, and only two layers have stride 2.",
}


def _examine_size(name, value, right, mistakes):
    value = number(value, name)
    require(
        value != right**2,
        f"{name}: how many pixels on one *side*?",
        f"{name}: take the square root.",
    )
    kind = mistakes.get(value)
    hint = MISTAKEN_SIZES[kind] if kind else "with same padding, size out = size in × stride."
    require(value == right, f"{name} = {value:g}: {hint}")


def _examine_repair(name, answer, right):
    try:
        start, strides = answer
        start = number(start, f"{name}: the starting size", "The maps are square: give one side.")
        strides = [number(s, f"{name}: a stride", "The same both ways: give one.") for s in strides]
    except (TypeError, ValueError):
        raise Wrong(
            f"{name} should be a starting size and a list of strides.",
            f"{name} = (7, [2, 2, 2]) would be D0 as it is.",
        ) from None
    whole = all(s % 1 == 0 and s >= 1 for s in [start, *strides])
    require(
        whole and strides,
        f"{name}: sizes and strides are whole numbers of at least 1, and there is a layer.",
        f"{name}: a stride of ½ would shrink; change the starting size or leave a layer out.",
    )
    makes = math.prod([start, *strides])
    require(
        makes == right,
        f"{name} makes {makes:g}×{makes:g}; {right}×{right} is wanted.",
        f"{name} makes {makes:g}: starting size times all strides must be {right}.",
    )


# --- the overlaps -----------------------------------------------------------------------------


def check_overlaps(most, least, even_kernels):
    """Lesson 02: how often a 5×5 kernel of stride 2 paints a pixel; the kernels that paint evenly.

    even_kernels: those of the sizes 2 to 8, in any order.
    """

    def examine():
        high, low = number(most, "most"), number(least, "least")
        require(
            (high, low) != (3, 2),
            "right on a line. The picture has two dimensions.",
            "each pixel is painted (times in a row) × (times in a column).",
        )
        require(
            (high, low) != (4, 9),
            "most and least are swapped.",
        )
        require(
            high != 25,
            "a kernel of 5×5 does not paint 25 times: the patches lie two pixels apart.",
            "on a line a pixel is covered by every patch that begins 0, 2 or 4 pixels before it.",
        )
        require(
            (high, low) != (9, 1) and low not in (0, 1),
            "far from the border, please; the corner is painted once.",
            "look at the middle of painted(np.ones(8), np.ones(5), 2, 'same').",
        )
        require(
            (high, low) != (9, 6),
            "there is a pixel that lies between patches in both directions.",
            "3·3, 3·2 and 2·2: the least is 4.",
        )
        require(
            (high, low) == (9, 4),
            "set the panel to kernel 5, stride 2: how high are the bars in the middle?",
            "3 and 2 in turn on a line; in two dimensions the counts multiply.",
        )
        _examine_even(even_kernels)

    praise = "9 against 4, and only even kernels paint evenly at stride 2."
    return checked("overlaps", given(most, least, even_kernels), examine, praise)


def _examine_even(kernels):
    try:
        kernels = {number(k, "a kernel size") for k in kernels}
    except TypeError:
        raise Wrong("even_kernels should be a list of sizes, for example [3, 5].") from None
    require(kernels <= set(range(2, 9)), "give the sizes themselves, from 2 to 8 only.")
    require(
        not kernels & {3, 5, 7},
        "an odd kernel paints one more row here than there.",
        "most and least are right. A size paints evenly if the stride divides it.",
    )
    missing = {2, 4, 6, 8} - kernels
    require(
        not missing,
        f"there are more: try {', '.join(f'{k:g}' for k in sorted(missing))}.",
        "every multiple of the stride paints evenly, the stride itself, too.",
    )


# --- the lengths ------------------------------------------------------------------------------


def check_norms(typical, halfway):
    """Lesson 02: the typical length of 32 standard normal numbers, and of the mean of two such."""

    def examine():
        length, middle = number(typical, "typical_length"), number(halfway, "halfway_length")
        mistakes = {
            0.0: ("0 is the mean of z, not its mean *length*.", "‖z‖² is a sum of 32 squares."),
            1.0: ("1 is the size of one of the 32 numbers.", "add up the squares of all 32."),
            32.0: ("that is ‖z‖².", "take the square root."),
            1024.0: ("that is far too long.", "‖z‖² is 32 on average."),
        }
        if length in mistakes:
            raise Wrong(*mistakes[length])
        require(
            5.5 <= length <= 5.75,
            "each of the 32 numbers has a square of 1 on average. What is ‖z‖²?",
            "‖z‖² is about 32, so ‖z‖ is about its square root.",
        )
        require(
            not math.isclose(middle, length, rel_tol=0.02),
            "the typical length is right. But halfway between two of them is not as long.",
            "two random directions are nearly at right angles: the straight line cuts the corner.",
        )
        require(
            not math.isclose(middle, length / 2, rel_tol=0.03),
            "half of it would be right if b were 0.",
            "(a + b)/2: the variances add, so each of its numbers has variance ¼ + ¼ = ½.",
        )
        require(middle != 0, "0 would be right for a and −a.", "a and b are independent.")
        require(
            3.85 <= middle <= 4.1,
            "what variance has one number of (a + b)/2?",
            "variance ½, so the length is about √(32/2).",
        )

    return checked(
        "lengths",
        given(typical, halfway),
        examine,
        "5.7, and 4.0 halfway: noise lives on a shell, and the straight line leaves it.",
    )


# --- a direction ------------------------------------------------------------------------------


THREES, LONGEST_WAY = 0.7, 5.0  # the share that is judged a three, the mean length of a move


def check_threes(to_three, judged):
    """Lesson 02: move any latents (n, 32) so that their pictures are judged to be threes.

    judged: function of latents (n, 32) that returns the digits (n,) the judge sees.
    """
    z = np.random.default_rng(77).normal(size=(200, 32)).astype(np.float32)

    def examine():
        moved = call(to_three, (z.copy(),), "your to_three")
        require(moved is not None, "to_three returns nothing.", "end it with: return …")
        moved = np.asarray(moved, float)
        require(
            moved.shape == z.shape,
            f"to_three should return latents {z.shape}; it returns {moved.shape}.",
            "return latents, one for each z, not pictures: z plus something of shape (32,).",
        )
        require(np.isfinite(moved).all(), "the latents hold NaN or infinity.")
        require(np.abs(moved - z).max() > 0, "z came back as it was.", "add a direction to z.")
        require(
            moved.std(axis=0).mean() > 0.5,
            "nearly the same z for everybody: always the same 3.",
            "do not replace z, move it: z + direction.",
        )
        way = np.linalg.norm(moved - z, axis=1).mean()
        require(
            way <= LONGEST_WAY,
            f"you move z by {way:.1f} on average; at most {LONGEST_WAY:g} is allowed.",
            "the mean of the threes is only about 1.5 long: two or three times that is enough.",
        )
        found = np.bincount(judged(moved), minlength=10) / len(z)
        told = f"{found[3]:.0%} are judged 3; {THREES:.0%} are wanted"
        other = int(found.argmax())
        require(
            other == 3 or found[other] < 0.4,
            f"{told}. Most are judged {other}.",
            f"{told}. Most are judged {other}: is your direction that of the {other}?",
        )
        require(
            found[3] > 0.03,
            f"{told}: fewer than before.",
            f"{told}: the direction points away from the threes. Is there a minus too many?",
        )
        require(
            found[3] >= THREES,
            f"{told}. Is the direction that of a 3, and is the way long enough?",
            f"{told}. Means of latents are short; go further, about twice the mean of the threes.",
        )

    return checked("a 3-maker", given(to_three), examine, "most of them are threes, and not one.")
