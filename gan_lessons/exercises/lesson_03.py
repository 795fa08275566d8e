"""The checks of lesson 03: the ratio, the floor, the pulls, smoothing, D's taste, how many."""

import numpy as np

from gan_lessons.exercises.core import Wrong, call, checked, given, number, parts, refuse, require


def _named(answers, names):
    """Refuse anything but a dict that holds all these names."""
    require(isinstance(answers, dict), f"keep the dict, with the names {', '.join(names)}.")
    missing = [name for name in names if name not in answers]
    require(not missing, f"where is {', '.join(missing)}?")


# --- 1: real news from fakes ------------------------------------------------------------------


def check_real_mean(real_mean):
    """Lesson 03: 𝔼ₚ f from fakes alone, with D's logits; p = N(1, .8), q = N(0, 1.2), f(x) = x².

    real_mean: function of (values, logits), two arrays (n,), that gives one number.
    """
    x = 1.2 * np.random.default_rng(0).normal(size=200_000)
    logits = -((x - 1) ** 2) / 1.28 + x**2 / 2.88 + np.log(1.5)
    values, ratio = x**2, np.exp(logits)
    share = ratio / (1 + ratio)

    def examine():
        found = number(call(real_mean, (values, logits), "your function"), "your mean")
        refuse(
            found,
            {
                values.mean(): "this is the mean over the fakes: the weights do nothing yet.",
                np.average(values, weights=share): "you weighted by D = σ(ℓ). The weight is p/q.",
                (share * values).mean(): "you weighted by D = σ(ℓ). The weight is p/q = e^ℓ.",
                np.average(values, weights=logits): "a logit is log p/q: take its exponential.",
                (logits * values).mean(): "a logit is log p/q: take its exponential.",
                np.average(values, weights=1 / ratio): "the ratio is upside down: p/q = e^ℓ.",
                (values / ratio).mean(): "the ratio is upside down: p/q = e^ℓ, not e^−ℓ.",
                (ratio * values).sum(): "that is a sum: divide by the sum of the weights.",
                ratio.mean(): "that is the mean of the weights; where are the values?",
                values[logits > 0].mean(): "do not throw fakes away: weight each by p/q.",
            },
            rtol=1e-3,
        )
        require(
            np.isclose(found, 1.64, atol=0.03),
            f"for a case whose answer is 1.64 yours is {found:.3f}. 𝔼ₚ f = ∫ q (p/q) f: which "
            "weight does each fake get?",
            "weight by np.exp(logits), and divide by the sum of the weights.",
        )

    return checked(
        "real news", given(real_mean), examine, "the fakes, weighted by p/q, speak for the real."
    )


# --- 2: the floor -----------------------------------------------------------------------------


def check_floor(floor=...):
    """Lesson 03: the least loss of a D whose sigmoid is applied twice, 1.006."""
    on_real, on_fake = np.log(1 + np.exp(-1)), np.log(2)

    def examine():
        value = number(floor, "the floor")
        require(
            value > 0.005,
            "0 is where a D *without* the mistake ends. What numbers can reach the loss here?",
            "the first sigmoid gives 1 on real and 0 on fakes. Put *these* in as logits.",
        )
        refuse(
            value,
            {2 * on_fake: "1.386 is where D starts, or a coin: both logits 0. Here the real "
                 "examples reach the loss as 1.",
                on_real: "that is the half on real examples. Add the half on fakes.",
                on_fake: "that is the half on fakes. Add the half on real examples.",
                (on_real + on_fake) / 2: "you took the mean of the halves; log_loss_d adds them.",
                2 * on_real: "on fakes the first sigmoid gives 0, not −1: softplus(0) = log 2.",
                np.log10(1 + np.exp(-1)) + np.log10(2): "take the natural logarithm.",
                on_real + np.log(1 + np.e): "on fakes the first sigmoid gives 0, not 1.",
                np.log(1 + np.e) + on_fake: "a sign: real examples pay softplus(−1), not (+1).",
                0.731: "0.731 is the answer σ(1), not a loss: take −log, and add the fakes.",
                1.231: "these are the answers .731 and .5, not their losses: take −log.",},
            rtol=0.012,
        )  # fmt: skip
        require(
            np.isclose(value, on_real + on_fake, atol=0.006),
            "which two numbers does the first sigmoid hand on, for ℓ → +∞ and for ℓ → −∞?",
            "softplus(−1) + softplus(0).",
        )

    return checked("the floor", given(floor), examine, "0.313 + 0.693 = 1.006, however good D is.")


# --- 3: the pulls -----------------------------------------------------------------------------


def check_pulls(pulls):
    """Lesson 03: −f′(−6) of four losses of G, by name."""
    truth = {
        "minimax": 1 / (1 + np.exp(6)),
        "non-saturating": 1 / (1 + np.exp(-6)),
        "least squares": 14.0,
        "hinge": 1.0,
    }
    mistakes = {
        "minimax": {
            truth["non-saturating"]: "that is 1 − D. The minimax pull is D = σ(−6) itself.",
            0.0: "small, but not 0: σ(−6) = 1/(1 + e⁶).",
            6.0: "the pull is not the logit: it is D = σ(−6).",
            np.log1p(np.exp(-6)) * -1: "lengths are not negative; and it is the derivative.",
            0.5: "½ is the pull at ℓ = 0. Put −6 into the sigmoid.",
        },
        "non-saturating": {
            truth["minimax"]: "that is D. The non-saturating pull is 1 − D.",
            np.log1p(np.exp(6)): "that is the loss. The pull is its derivative: 1 − D.",
            0.0: "0 is what the *saturating* loss comes near to. Here it is 1 − D.",
        },
        "least squares": {
            49.0: "that is the loss (ℓ − 1)². The pull is its derivative.",
            7.0: "the loss is not halved: the derivative of (ℓ − 1)² has a factor 2.",
            12.0: "the aim of G is the score 1, not 0: (ℓ − 1)².",
            10.0: "−6 − 1 is −7, not −5.",
            -14.0: "a length: take the size.",
        },
        "hinge": {
            6.0: "f(ℓ) = −ℓ: what is its derivative?",
            0.0: "D's hinge loss has a flat part, G's loss −ℓ has none.",
            7.0: "max(0, 1 − ℓ) belongs to D. G's loss is −ℓ.",
            -1.0: "a length: take the size.",
        },
    }

    def examine():
        _named(pulls, truth)
        for name, right in truth.items():
            value = number(pulls[name], name)
            refuse(value, mistakes[name], rtol=0.02, atol=1e-5, what=name)
            require(
                np.isclose(value, right, rtol=0.02),
                f"{name}: {value:.4g} is not it. Put ℓ = −6 into −f′ of the table.",
                f"{name}: the right length is {right:.3g}.",
            )

    return checked(
        "four pulls",
        given(*parts(pulls)),
        examine,
        "one direction, four lengths; minimax and non-saturating differ by e⁶ = 403.",
    )


# --- 4: smoothing -----------------------------------------------------------------------------


def check_smoothing(answers):
    """Lesson 03: D* under one-sided smoothing .9, where q = 0, where p = 0, and where p = q."""
    truth = {"only real": 0.9, "only fakes": 0.0, "p = q": 0.45}
    mistakes = {
        "only real": {
            1.0: "1 is D* without smoothing. What does D pay for a real example it calls 1?",
            0.1: "0.1 is what the label lost; D is told 0.9.",
            0.45: "½ · 0.9 holds where p = q. Here q = 0.",
            0.95: "with the label 0.9 the best single answer is 0.9 itself.",
        },
        "only fakes": {
            0.1: "*one-sided*: the label of the fakes stays 0, so it cannot save them.",
            0.05: "*one-sided*: the label of the fakes stays 0.",
            0.45: "½ · 0.9 holds where p = q. Here p = 0.",
            0.9: "0.9 is where there are only real examples; here p = 0.",
        },
        "p = q": {
            0.5: "½ is D* without smoothing, or with both labels. Here 0.9 p/(p + q).",
            0.9: "half of what stands here is fake: 0.9 p/(p + q).",
            0.55: "the 0.1 does not go to the real side: D* = 0.9 p/(p + q).",
            0.474: "0.9/1.9? The q in the denominator keeps its whole weight, and so does p: "
            "each real example pays both terms, 0.9 and 0.1.",
        },
    }

    def examine():
        _named(answers, truth)
        for place, right in truth.items():
            value = number(answers[place], place)
            require(0 <= value <= 1, f"{place}: a probability lies between 0 and 1.")
            refuse(value, mistakes[place], rtol=1e-5, atol=0.003, what=place)
            require(
                np.isclose(value, right, atol=0.01),
                f"{place}: minimise −p (0.9 log D + 0.1 log(1 − D)) − q log(1 − D) over D.",
                f"{place}: D* = 0.9 p/(p + q).",
            )

    return checked(
        "smoothing",
        given(*parts(answers)),
        examine,
        "D* = 0.9 p/(p + q): a lid on “real”, no floor under “fake”.",
    )


# --- 5: in D's eyes ---------------------------------------------------------------------------


def check_order(order, medians):
    """Lesson 03: names of pictures from the highest to the lowest median logit of D.

    order: the learner's list of names; medians: the measured logit of each name.
    """

    def examine():
        names = [str(name) for name in parts(order)]
        require(
            sorted(names) == sorted(medians),
            f"name each of these once: {', '.join(medians)}.",
        )
        truth = sorted(medians, key=medians.get, reverse=True)
        require(
            names != truth[::-1],
            "the right order, but from the least real to the most real: turn it round.",
        )
        if names[-1] != "inverted":
            raise Wrong(
                "one of the five is far below all others, although G never makes it. Which "
                "changes nearly every pixel?",
                "inverted digits get by far the lowest logit.",
            )
        if names[0] != "on its side":
            raise Wrong(
                "the most real are not what a person would take. Pull “turned”: does D mind?",
                "D does not mind a digit on its side: strokes are strokes.",
            )
        require(
            names[1] == "fakes",
            "G was trained against this very D. Are its fakes below or above damaged real digits?",
            "the fakes come second: G's strokes are better than blurred or misplaced ones.",
        )
        require(
            names == truth,
            "only the middle is left: compare blurred twice with a shift by four pixels.",
        )

    return checked(
        "in D's eyes",
        given(*parts(order)),
        examine,
        "D knows the difference between real digits and G's, and nothing else.",
    )


# --- 6: how many ------------------------------------------------------------------------------


def check_how_many(n=...):
    """Lesson 03: the n of each kind for which ½ + 2σ is 52 %, σ = 1/(2√(2n)): 1,250."""

    def examine():
        value = number(n, "n")
        refuse(
            value,
            {
                2500: "2,500 answers in all: how many of *each* kind are that?",
                625: "there 52 % is √2 standard deviations up: 2n answers give σ = 1/(2√(2n)).",
                312.5: "that is one standard deviation. Ask for two.",
                5000: "σ = 1/(2√(2n)) has a ½ in front: √(½ · ½) = ½.",
                10_000: "you took σ = 1/√n, or forgot the ½ and one of the two kinds.",
                50: "√(2n) = 50. Square it.",
                25: "√(2n) = 50, so 2n = 2,500.",
                2: "0.02 = 2σ = 1/√(2n): solve for n.",
            },
            rtol=0.012,
        )
        require(value > 0, "a number of examples is positive.")
        require(
            np.isclose(value, 1250, atol=13),
            f"with n = {value:.0f} of each, 2σ is {1 / np.sqrt(2 * value):.4f}; it should be 0.02.",
            "1/√(2n) = 0.02.",
        )

    return checked(
        "how many", given(n), examine, "2,500 answers to see a lead of two percentage points."
    )
