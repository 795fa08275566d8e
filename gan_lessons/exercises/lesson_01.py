"""The checks of lesson 01: the end of the game, a covering Gaussian, judges, games, yardsticks."""

import numpy as np

from gan_lessons.exercises.core import Wrong, call, checked, given, number, parts, refuse, require

LOG2 = np.log(2)


def _compare(value, what, right, mistakes, hint, within=0.006):
    """Raise Wrong unless ``what`` is right; ``mistakes`` are the usual wrong values: hints."""
    require(np.size(value) == 1, f"{what} should be one number.")
    value = number(value, what)
    require(not np.isnan(value), f"{what} should be a number.")
    if abs(value - right) <= within:
        return
    refuse(value, mistakes, rtol=5e-3, atol=min(within, 0.006), what=what)
    raise Wrong(f"{what}: {value:g} is not it. {hint}")


# --- 1: the end of the game -------------------------------------------------------------------


def check_end(v=..., judge=...):
    """Lesson 01: V and the fair judge's answer at x = 1 where q = p."""
    v_mistakes = {
        0: "0 would be a judge who is always right and sure. At q = p it can only guess.",
        np.log(4): "look at the sign: log ½ is negative. +log 4 is D's loss, −V.",
        -LOG2: "you counted one half. The judge is paid on real numbers and on fakes.",
        LOG2: "you counted one half, and the sign is that of a loss.",
        -2: "that is in bits (log2). Here log is the natural logarithm.",
        -0.602: "that is the decimal logarithm. Here log is the natural one.",
        0.5: "½ is the judge's answer. V is what it pays: put ½ into the two logarithms.",
        -1.39: "that is right to two decimals; three are asked.",
        -1.383: "very near: move the sliders until the curves lie on each other, or think.",
        -1.38: "very near: move the sliders until the curves lie on each other, or think.",
    }
    d_mistakes = {
        0: "“surely fake” would be right half the time only.",
        1: "“surely real” would be right half the time only.",
        0.3325: "that is the density p(1). The judge names a share, p/(p+q).",
        0.25: "¼ is a product of two halves. The judge names a share, p/(p+q).",
    }

    def examine():
        _compare(v, "V", -2 * LOG2, v_mistakes, "Put D = ½ into both halves of V.", within=0.002)
        _compare(judge, "the judge's answer", 0.5, d_mistakes, "Put q = p into p/(p+q).")

    return checked(
        "the end", given(v, judge), examine, "V = −log 4 = −1.386, and D* = ½ everywhere."
    )


# --- 2: the covering Gaussian -----------------------------------------------------------------


def check_covering(mean=..., sd=...):
    """Lesson 01: mean and standard deviation of the Gaussian with the lowest KL(p‖q)."""
    means = {
        -2: "that is one bump: KL(p‖q) punishes leaving the other out (KL(q‖p) seeks a bump).",
        2: "that is one bump: KL(p‖q) punishes leaving the other out (KL(q‖p) seeks a bump).",
        0: "the middle of −2 and 2 forgets the weights ¼ and ¾.",
        -1: "the weights are swapped: ¾ of the data lies at 2.",
        0.5: "both bumps count: ¼·(−2) + ¾·2.",
        1.5: "both bumps count: ¼·(−2) + ¾·2.",
    }
    within, between = 0.25 * 0.5**2 + 0.75, 0.25 * 3**2 + 0.75
    sds = {
        within + between: "that is the variance. Take its square root.",
        np.sqrt(within): "that is the spread within the bumps; the bumps also lie apart.",
        np.sqrt(between): "that is how far the bumps lie from the mean; they also have a width.",
        np.sqrt(0.625 + 4): "the bumps weigh ¼ and ¾, and lie 3 and 1 away from the mean.",
        0.875: "the mean of the two widths leaves out how far the bumps lie apart.",
        0.75: "the mean of the two widths leaves out the weights, and how far the bumps lie apart.",
        0.875 + np.sqrt(between): "standard deviations do not add: add variances, take the root.",
        np.sqrt(between + 0.875**2): "within the bumps average the variances, not the widths.",
        0.5: "that is one bump: KL(p‖q) punishes leaving the other out.",
        1: "that is one bump: KL(p‖q) punishes leaving the other out.",
        within: "that is the variance within the bumps only.",
    }

    def examine():
        _compare(mean, "the mean", 1, means, "It is the mean of the data.", within=0.01)
        hint = "Variance = mean variance within the bumps + variance of their centres."
        _compare(sd, "the standard deviation", np.sqrt(within + between), sds, hint, within=0.01)

    return checked(
        "the covering Gaussian",
        given(mean, sd),
        examine,
        "mean 1 and sd 1.95: those of the data itself.",
    )


# --- 3: an unfair coin ------------------------------------------------------------------------


def check_unfair(judge):
    """Lesson 01: the best judge where real numbers are shown twice as often; a function (p, q)."""
    p, q = np.array([0.6, 0.1, 0.3, 0.2]), np.array([0.2, 0.4, 0.3, 0.0])
    odds = 2 * p / np.where(q > 0, q, np.nan)
    mistakes = {
        "that is the judge for equally many of both. Weigh p by its share.": p / (p + q),
        "that is the judge where *fakes* are shown twice as often.": p / (p + 2 * q),
        "an answer above 1 is no probability: weigh p below the line too.": 2 * p / (p + q),
        "the weight ⅔ belongs on p below the line too, and ⅓ on q.": 2 / 3 * p / (p + q),
        "that is the answer “fake”: the judge names the probability of real.": q / (2 * p + q),
        "the 2 belongs to every p: above the line, too.": p / (2 * p + q),
        "that is the odds of real against fake, not a probability.": odds,
        "that is the prior alone: look at x, too.": np.full(4, 2 / 3),
    }

    def examine():
        require(callable(judge), "your judge should be a function of p and q.")
        with np.errstate(all="ignore"):  # q is 0 at one place, on purpose
            found = call(judge, (p, q), "your judge")
        require(found is not None, "your judge gives nothing back: did you write return?")
        try:
            found = np.asarray(found, float)
        except (TypeError, ValueError):
            raise Wrong("your judge should return numbers, one for each x.") from None
        require(
            found.size in (1, 4),
            f"p and q are arrays of 4 numbers here; your judge returned shape {found.shape}.",
        )
        found = np.broadcast_to(found.ravel(), 4)
        for hint, wrong in mistakes.items():
            same = np.isclose(found, wrong, atol=5e-3)
            require(not same[:3].all(), hint)
        require(
            np.allclose(found, 2 * p / (2 * p + q), atol=5e-3),
            "not yet. In a thin bin, count: how many real numbers, how many fakes?",
            "the bracket of line 2 becomes 2p log d + q log(1−d). Where is its top?",
        )

    return checked(
        "the unfair coin", given(judge), examine, "2p/(2p+q): the judge knows its prior."
    )


# --- 4: how many times as hard ----------------------------------------------------------------


def check_ratio(ratio=...):
    """Lesson 01: non-saturating push over saturating push at the logit −5."""
    d = 1 / (1 + np.exp(5))
    mistakes = {
        d: "that is D, or the quotient upside down: the non-saturating push is larger.",
        1 - d: "that is the non-saturating push alone. Divide by the saturating one.",
        1 / d: "that is 1/D. The non-saturating push is 1 − D, not 1.",
        5: "the pushes are D and 1 − D, and D = σ(ℓ) = 1/(1 + e⁵).",
        np.log(d) / np.log(1 - d): "you divided the losses; a push is the slope of a loss.",
        -np.exp(5): "both slopes have one sign: both push ℓ upwards.",
        np.exp(10): "one factor only: the slopes are D and 1 − D in ℓ.",
        0.993 / 0.007: "you rounded D too early: keep more of its digits.",
    }

    def examine():
        hint = "Divide 1 − D by D, with D = 1/(1 + e⁵)."
        _compare(ratio, "the quotient", np.exp(5), mistakes, hint, within=0.6)

    return checked("the two pushes", given(ratio), examine, "(1 − D)/D = e^−ℓ, here e⁵ = 148.")


# --- 5: predict each row ----------------------------------------------------------------------

ENDS = ("spirals out", "circles", "comes in slowly", "comes in fast")
ROWS = {  # by the row's first words: the truth, and what to think of
    "minimax, simultaneous": (
        "spirals out",
        "λ = ±i/2, and |1 + hλ| is a little above 1 at every h.",
    ),
    "minimax, G first": (
        "circles",
        "the second mover answers the new position, so the step's matrix has determinant 1.",
    ),
    "non-saturating": (
        "comes in slowly",
        "its eigenvalues are those of minimax, but away from the star its arrows point inwards.",
    ),
    "Wasserstein": (
        "spirals out",
        "λ = ±i: still no negative real part, and a larger |1 + hλ| than minimax.",
    ),
    "minimax with R1": (
        "comes in fast",
        "the real part of λ is −γ/2: the distance shrinks by a constant factor.",
    ),
    "minimax with noise": (
        "comes in fast",
        "the real part of λ is −σ²/4: the distance shrinks by a constant factor.",
    ),
    "WGAN-GP": (
        "circles",
        "its penalty wants |ψ| = 1, but the star needs ψ = 0; it cannot rest there, nor run away.",
    ),
}


def check_rows(rows):
    """Lesson 01: which of four ends each game of the Dirac-GAN comes to; a dict by name."""
    if isinstance(rows, dict):
        rows = {name: _plain(answer) for name, answer in rows.items()}

    def examine():
        for name in ROWS:
            here = any(row.startswith(name) for row in rows)
            require(here, f"the row “{name}” is missing: keep the names as they were.")
        for name, answer in rows.items():
            require(answer in ENDS, f"{name}: {answer!r} is none of {', '.join(map(repr, ENDS))}.")
        wrong = [n for n, answer in rows.items() if answer != _row(n)[0]]
        if wrong:
            right = len(rows) - len(wrong)
            counted = f"{right} of {len(rows)} right."
            why = _row(wrong[0])[1]
            raise Wrong(f"{counted} Play “{wrong[0]}” in the panel.", f"{wrong[0]}: {why}")

    return checked("the seven games", given(*parts(rows)), examine, "all rows. Now run the table.")


def _plain(answer):
    return answer.strip().lower() if isinstance(answer, str) else answer


def _row(name):
    found = [row for start, row in ROWS.items() if name.startswith(start)]
    require(found, f"there is no row {name!r}: keep the names as they were.")
    return found[-1]


# --- 6: how much R1 ---------------------------------------------------------------------------


def check_r1(largest_step=..., best_gamma=...):
    """Lesson 01: the step size limit of R1 at γ = 0.3, and the γ that settles fastest."""
    steps = {
        4: "that is the limit at γ = 1. At γ = 0.3 the eigenvalues are complex.",
        2 / 0.15: "|1 + hλ| also has an imaginary part: use |λ|² = ¼, not the real part alone.",
        1 / 0.15: "|1 + hλ| also has an imaginary part: use |λ|² = ¼, not the real part alone.",
        0.6: "a factor 2 is missing: |1 + hλ|² = 1 + 2h·Re λ + h²|λ|².",
        0.3: "that is γ. Solve |1 + hλ|² = 1 for h: |λ|² is ¼.",
        2: "h = 2 would fit λ = −1. Here λ is complex: solve |1 + hλ|² = 1.",
        0: "only without R1 no step works. With γ = 0.3 small steps come in.",
        np.inf: "too large a step overshoots, with any γ. Solve |1 + hλ|² = 1.",
        -1.2: "look at the sign: a step size is positive.",
    }
    gammas = {
        0: "without R1 the eigenvalues are imaginary: it never settles.",
        0.5: "¼ under the root is compared with γ²/4, not with γ².",
        2: "at γ = 2 the root is real: one eigenvalue is −1 + 0.866, slower than −½.",
        0.3: "try more: the real part is −γ/2 as long as the root is imaginary.",
        0.25: "compare γ²/4, not γ, with ¼.",
        3: "more is not always better: with a real root, one eigenvalue moves back towards 0.",
        np.inf: "more is not always better: with a real root, one eigenvalue moves back towards 0.",
    }

    def examine():
        hint = "Solve |1 + hλ|² = 1 + 2h·Re λ + h²|λ|² = 1, with Re λ = −γ/2 and |λ|² = ¼."
        _compare(largest_step, "the step size", 1.2, steps, hint, within=0.01)
        hint = "Where does the root become 0?"
        _compare(best_gamma, "γ", 1, gammas, hint, within=0.03)

    return checked(
        "R1", given(largest_step, best_gamma), examine, "h < 4γ = 1.2, and γ = 1 settles fastest."
    )


# --- 7: the yardsticks ------------------------------------------------------------------------


def check_blind(jsd_near=..., jsd_far=..., w1_far=...):
    """Lesson 01: JSD of blocks of width 1 shifted by ¼ and by 20, and W₁ at 20."""
    near = {
        LOG2: "log 2 is for blocks that do not touch. Here three quarters of each are shared.",
        0: "0 is for equal blocks.",
        0.25: "that is in bits (or W₁). Here log is the natural logarithm: log 2 for one bit.",
        0.75 * LOG2: "the shared part gives 0; it is the other quarter of each that gives log 2.",
        0.5 * LOG2: "JSD is the *mean* of two KL divergences; each of them is ¼·log 2.",
        0.125 * LOG2: "JSD is the mean of two KL divergences; each of them is ¼·log 2.",
        0.75: "that is the shared part. The other quarter of each block gives log 2.",
    }
    far = {
        1: "that is in bits. Here log is the natural logarithm.",
        np.log(4): "2·JSD stands in C(G); JSD itself is at most log 2.",
        20: "that is W₁. JSD does not know how far.",
        np.inf: "KL is infinite here; JSD compares with the average and stays finite.",
        0: "0 is for equal blocks: these share nothing.",
        0.5 * LOG2: "both KL divergences from the average are log 2 now.",
    }
    w1 = {
        19: "19 is the gap between the blocks; each number must be carried from its place: 20.",
        np.inf: "KL is infinite here; W₁ is how far the mass is carried.",
        LOG2: "that is JSD. W₁ is how far the mass is carried.",
        1: "that is how much mass is carried. W₁ is mass times distance.",
        400: "W₁ is mass times distance, not its square.",
        10: "all of the mass moves, and it moves the whole way.",
    }

    def examine():
        hint = "Split the integral: shared part, part of p alone, part of q alone."
        _compare(jsd_near, "JSD at 0.25", 0.25 * LOG2, near, hint, within=0.004)
        _compare(jsd_far, "JSD at 20", LOG2, far, "p/m = 2 wherever p is.", within=0.004)
        _compare(w1_far, "W₁ at 20", 20, w1, "Every number is carried by 20.", within=0.01)

    return checked(
        "the yardsticks",
        given(jsd_near, jsd_far, w1_far),
        examine,
        "¼ log 2, log 2 and 20: JSD stops at log 2, W₁ goes on.",
    )
