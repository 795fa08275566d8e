"""The checks of lesson 10: best answers, pairs, blur, a blind D, and what nobody can know."""

import numpy as np

from gan_lessons.data import digits, to_float
from gan_lessons.exercises.core import Wrong, call, checked, given, number, parts, refuse, require

TASKS = ("box", "half", "7×7")
PAIRS = {  # by task: whether there is a pair, and a hint
    "a digit with a hole": (True, "we made the hole ourselves: is the true digit not at hand?"),
    "a 7×7 digit": (True, "we shrank it ourselves: is the large one not at hand?"),
    "a grey photograph, to be coloured": (True, "any colour photograph can be made grey."),
    "a digit from noise alone": (False, "which real digit would belong to this z?"),
    "a horse into a zebra, from two piles of photographs": (
        False,
        "which zebra of the second pile is *this* horse, in this pose?",
    ),
}


def check_best_answer(mse=..., l1=...):
    """A pixel is −1 with probability 0.7, else 1: the best single answer for MSE, and for L1."""

    def examine():
        value = number(mse, "mse")
        likely = "that is one of the two values. Write the expected loss and set its slope to 0."
        share = "that is a probability; the answer is a pixel from −1 to 1."
        zero = "0 would be right for equal probabilities; weight the two values."
        sign = "right size, wrong sign. Which value is likelier?"
        refuse(
            value,
            {-1.0: likely, 1.0: likely, 0.0: zero, 0.4: sign, 0.3: share, 0.7: share},
            what="MSE",
        )
        require(
            np.isclose(value, -0.4, atol=0.005),
            "MSE: set the slope of 0.7·(v + 1)² + 0.3·(v − 1)² to 0.",
            "MSE: the minimiser is the mean, 0.7·(−1) + 0.3·1.",
        )
        median = number(l1, "l1")
        mistakes = {
            -0.4: "the mean again. Try v = −1 and v = −0.4 in 0.7·|v + 1| + 0.3·|v − 1|.",
            0.0: "that is the middle of the two. A median has half the weight below it.",
            1.0: "1 is the rarer value: at v = 1 the loss is 0.7·2 = 1.4.",
        }
        refuse(median, mistakes, what="L1")
        require(
            np.isclose(median, -1, atol=0.005),
            "L1: try the two ends and the middle in 0.7·|v + 1| + 0.3·|v − 1|.",
            "L1: the minimiser is a median; more than half of the weight lies at one value.",
        )

    praise = "MSE takes the mean, −0.4, a grey that never occurs; L1 takes the median, −1."
    return checked("best answer", given(mse, l1), examine, praise)


def check_winners(scores, psnr=..., judge=..., distance=...):
    """Which a wins by each figure, for half digits; ``scores``: by figure, a value for each a.

    scores: {"psnr": {a: mean}, "accuracy": …, "distance": …}
    """

    def examine():
        asked = {"psnr": psnr, "accuracy": judge, "distance": distance}
        hints = {
            "psnr": "PSNR is the MSE on another scale. Which a minimises just that?",
            "accuracy": "the judge wants the right digit: a guess that is clear *and* likely.",
            "distance": "the Fréchet distance asks whether the crowd looks like real digits.",
        }
        for name, answer in asked.items():
            values = scores[name]
            wanted = number(answer, name)
            require(
                min(abs(a - wanted) for a in values) < 1e-6,
                f"{name}: give one of the weights a: {', '.join(map(str, values))}.",
            )
            sign = -1 if name == "distance" else 1
            best = max(sign * value for value in values.values())
            mine = sign * values[min(values, key=lambda a: abs(a - wanted))]
            close = abs(best - mine) <= {"psnr": 0.05, "accuracy": 0.01, "distance": 2.0}[name]
            found = {a: round(value, 2) for a, value in values.items()}
            require(close, f"{name}: {hints[name]}", f"{name}: measured, by a: {found}")

    praise = "one network cannot win them all: each figure has its own a."
    return checked("winners", given(psnr, judge, distance), examine, praise)


def check_pairs(answers):
    """Where does an MSE to a target make sense? By task, True or False."""

    def examine():
        for task, (right, hint) in PAIRS.items():
            require(task in answers, f"“{task}” has no answer.")
            require(isinstance(answers[task], (bool, np.bool_)), f"“{task}”: answer True or False.")
            require(bool(answers[task]) == right, f"“{task}”: {hint}")

    attempted = given(*parts(answers))
    praise = "a target needs a pair. Where none exists, only the game (or another trick) is left."
    return checked("pairs", attempted, examine, praise)


def _blurred(pictures):
    """Each pixel the mean of its 3×3 neighbourhood; paper outside."""
    around = np.pad(pictures, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=-1)
    shifts = [around[:, i : i + 28, j : j + 28] for i in range(3) for j in range(3)]
    return np.mean(shifts, axis=0)


def check_blur(measure):
    """A function of pictures (n, 28, 28, 1) in [−1, 1] that is lower for blurred ones."""

    def examine():
        real = to_float(digits().x_test[:200])
        mean = np.broadcast_to(real.mean(axis=0), real.shape)

        def of(pictures):
            value = number(call(measure, [np.array(pictures)], "measure"), "measure(pictures)",
                           "Take the mean over the pictures.")  # fmt: skip
            require(np.isfinite(value), "measure(pictures) is not finite.")
            return value

        sharp, blurred = of(real), of(_blurred(real))
        require(
            blurred != sharp,
            "a blurred digit scores as much as a sharp one: a blur hardly changes a mean, and most "
            "pixels are even paper. Look at how much neighbours differ on average.",
        )
        require(blurred < sharp, "blurred pictures score *more* than sharp ones: turn it round.")
        require(
            blurred < 0.95 * sharp if sharp > 0 else True,
            "it hardly notices a blur of 3×3: less than 5 %. Compare each pixel with the next.",
        )
        require(of(mean) < sharp, "the mean picture of all digits scores more than real digits.")
        upside = of(-real)
        require(
            np.isclose(upside, sharp, rtol=0.05),
            "black on white scores otherwise than white on black: take absolute values or squares.",
        )
        moved = of(np.roll(real, 3, axis=2))
        require(
            np.isclose(moved, sharp, rtol=0.05),
            "digits moved by three pixels score otherwise: it should not matter where they stand.",
        )
        require(
            np.isclose(of(real[:50]), of(np.concatenate([real[:50]] * 2)), rtol=0.01),
            "it grows with the number of pictures: take a mean, not a sum.",
        )

    praise = "it catches blur, and neither brightness nor place fools it."
    return checked("blur", given(measure), examine, praise)


def check_blind_d(hurt=...):
    """In which of the three tasks may any digit pass a perfect D that is blind?"""

    def examine():
        task = {"7x7": "7×7"}.get(str(hurt), str(hurt))  # the letter is easier to type
        require(task in TASKS, f"answer one of {', '.join(TASKS)}; you gave {hurt!r}.")
        require(
            task == "7×7",
            "there the known pixels are put back, so even a blind D sees whether the rest fits on.",
            "In which task does *no* pixel of what was given appear in what D looks at?",
        )

    praise = "nothing of the 7×7 picture is in the completion, so a blind D lets any digit pass."
    return checked("blind", given(hurt), examine, praise)


def check_nothing_known(data, picture=..., decibels=...):
    """All is missing: the best picture for MSE over ``data`` (n, 28, 28, 1), and its PSNR in dB."""

    def examine():
        best = np.mean(data, axis=0)
        try:
            found = np.asarray(picture, float).reshape(28, 28)
        except (TypeError, ValueError):
            raise Wrong("picture should have 28×28 numbers: one picture, not many.") from None
        for wrong, hint in (
            (np.median(data, axis=0), "that is the median, the best for L1."),
            (np.zeros((28, 28)), "grey everywhere: but near the border paper is nearly sure."),
            (np.full((28, 28), -1.0), "paper everywhere: the middle has ink quite often."),
            (best * 127.5 + 127.5, "right, but in 0 … 255; the pictures are in [−1, 1]."),
        ):  # fmt: skip
            require(not np.allclose(found, wrong.reshape(28, 28), atol=1e-3), f"picture: {hint}")
        require(
            np.allclose(found, best[..., 0], atol=1e-3),
            "picture: with nothing known, every digit of the data is a possible completion.",
            "picture: the minimiser is the mean over all of the data (axis=0).",
        )
        error = np.mean((data - best) ** 2)
        right = 10 * np.log10(4 / error)
        mistakes = {
            10 * np.log10(1 / error): "the peak is 2 here, from −1 to 1, not 1.",
            10 * np.log10(2 / error): "the peak must be squared, 2² = 4.",
            10 * np.log(4 / error): "that is the natural logarithm; take np.log10.",
            -right: "turn the fraction round.",
            2 * right: "20 is for the peak over the *root* of the MSE.",
            right / 10: "ten times that.",
            error: "that is the MSE itself.",
        }
        value = number(decibels, "decibels")
        refuse(value, mistakes, rtol=0.005, what="decibels")
        require(
            np.isclose(value, right, atol=0.06),
            "decibels: 10·log₁₀(4 / MSE), with the MSE of your picture against all of the data.",
        )

    praise = "no repairer can beat that without a look at the digit: it is the data's variance."
    return checked("nothing known", given(picture, decibels), examine, praise)
