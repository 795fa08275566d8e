"""The checks of lesson 00: a first exercise, the roles of the players, the refresher, the words."""

import numpy as np

from gan_lessons.exercises.core import checked, given, number, parts, require


def check_line(best_line=..., best_share=...):
    """Lesson 00: where the line belongs between N(−1, 1) and N(1, 1), and how often it is right.

    best_line: a place on the axis; best_share: between 0 and 1.
    """

    def examine():
        line, share = number(best_line, "best_line"), number(best_share, "best_share")
        require(
            abs(line) < 0.16,
            "another line is right more often.",
            "move the slider and read the share in the picture's title: where is it highest?",
            "the line belongs where both heaps are equally high.",
        )
        require(not share > 1, "the share lies between 0 and 1: write 70 % as 0.7.")
        require(
            not np.isclose(share, 0.68, atol=0.01),
            "68 % lie within one deviation on *both* sides; which side makes it err?",
            "only the 16 % that lie more than one deviation on the wrong side are judged wrongly.",
        )
        require(
            not np.isclose(share, 0.16, atol=0.012),
            "that is how often the verdict errs.",
        )
        require(
            np.isclose(share, 0.8413, atol=0.012),
            "the line is right. How often is the verdict right there? The title says it.",
        )

    praise = "right. This is how a check says yes."
    return checked("the line", given(best_line, best_share), examine, praise)


ROLES = {
    "is given noise": ("G", "noise is what the generator turns into an example."),
    "is shown real examples": ("D", "G never sees a real example; it only hears D's verdicts."),
    "gives one number for each example": ("D", "G gives an example; one number is a verdict."),
    "is kept when the training is over, to make new examples": (
        "G",
        "which of the two makes something?",
    ),
    "has a loss that should fall to zero": (
        "neither",
        "if a player's loss were zero, the other would have lost. Look at the dashed lines.",
    ),
}


def check_roles(roles):
    """Lesson 00: who does what; a dict from each of ROLES to "G", "D", "both" or "neither"."""

    def examine():
        for task, (right, hint) in ROLES.items():
            answer = str(roles.get(task)).strip().lower()
            answer = {"generator": "g", "discriminator": "d", "none": "neither"}.get(answer, answer)
            require(
                answer in ("g", "d", "both", "neither"),
                f"“{task}”: answer with 'G', 'D', 'both' or 'neither'.",
            )
            require(answer == right.lower(), f"“{task}”: think again.", f"“{task}”: {hint}")

    return checked("the roles", given(*parts(roles)), examine, "you know the two players.")


# By topic: the answer, what usual wrong answers mean, and where to read.
REFRESHER = {
    "density": (
        4,
        {
            1: "a density is not a probability; it may be above 1.",
            0.25: "that is the length of the interval. Length times density is 1.",
            0.1: "that is the place. How high is the density there, if its area is 1?",
            0.4: "that is the probability to be below 0.1: an area, not a height.",
        },
        "Mathematics for Machine Learning §6.2",
    ),
    "expectation": (
        91 / 6,
        {
            12.25: "that is (𝔼 x)²: you squared the mean. Take the mean of the squares.",
            3.5: "that is 𝔼 x. Square each number of points first.",
            91: "that is the sum of the squares; divide by six.",
            21: "that is the sum of the faces. Square each, and take the mean.",
            2.92: "that is the variance: 𝔼 x² less the squared mean.",
        },
        "Mathematics for Machine Learning §6.4",
    ),
    "divergence": (
        float(np.log(4 / 3) / 2),
        {
            0.1308: "that is KL(q‖p). In KL(p‖q) the weights in front of the logarithm are p's.",
            0.2075: "which logarithm? The natural one: log 2 = 0.69.",
            0.0625: "which logarithm? The natural one: log 2 = 0.69.",
            0.2877: "weight each logarithm with p: ½ and ½.",
            0.1373: "that is the mean of KL(p‖q) and KL(q‖p); asked was KL(p‖q).",
            -0.1438: "a divergence is never negative: log p/q, not log q/p.",
            0: "0 only if p and q are the same.",
        },
        "Deep Learning §3.13",
    ),
    "gradient": (
        2.4,
        {
            3.6: "that is uphill: descent goes against the gradient.",
            2.7: "the slope of θ² is 2θ, not θ.",
            2.1: "the slope of θ² is 2θ = 6, not θ² = 9.",
            0.6: "that is how far you go. Where do you arrive?",
            6: "that is the slope. Where do you arrive?",
            -3: "a step of h = 1. It is 0.1 here.",
        },
        "Mathematics for Machine Learning §5.2 and §7.1",
    ),
    "change of variables": (
        0.25,
        {
            4: "stretching thins the points out: divide by the slope.",
            1: "that is the density of z. x lies on an interval four times as long.",
            0.5: "the + 1 only moves the points, and z's place does not matter. The slope is 4.",
        },
        "Mathematics for Machine Learning §6.7",
    ),
}


def check_refresher(answers):
    """Lesson 00: the self-test; a dict from each topic of REFRESHER to a number.

    One verdict a topic; a wrong answer is sent to the place where it is explained.
    """
    answers = answers if isinstance(answers, dict) else dict.fromkeys(REFRESHER, answers)
    verdicts = [_check_topic(topic, answers.get(topic, ...)) for topic in REFRESHER]
    if all(verdicts):
        print("You are ready. Go on with lesson 01, or with 04 if you want code first.")
    return all(verdicts)


def _check_topic(topic, answer):
    right, traps, place = REFRESHER[topic]

    def examine():
        value = number(answer, "your answer")
        for trap, hint in traps.items():
            near = max(0.0025, 0.004 * abs(trap))
            require(abs(value - trap) > near, hint, f"{hint} Read {place}.")
        require(
            abs(value - right) <= max(0.0045, 0.004 * right),  # right when rounded to two decimals
            f"not {value:g}. Look at the line on {topic} above.",
            f"not {value:g}. This is explained in {place}; read that before lesson 01.",
        )

    return checked(topic, given(answer), examine, f"{right:.4g}")


WORDS = {
    "G paints nothing but sevens.": (
        "mode collapse",
        {"overfitting": "overfitting means new examples go wrong; here a *kind* is missing."},
    ),
    "D is so sure of every fake that G's loss has no slope left.": (
        "saturating",
        {"non-saturating loss": "that is the cure, not the trouble."},
    ),
    "D knows every training picture, but errs on new ones.": (
        "overfitting",
        {"mode collapse": "mode collapse happens to G. This D has learned by heart."},
    ),
    "One of the lists of 32 numbers from which G wrote a digit.": (
        "latent vector",
        {"latent space": "the space holds all such vectors; this is one of them."},
    ),
    "D says 3.2 for this picture.": (
        "logit",
        {
            "sigmoid": "the sigmoid of it would lie between 0 and 1.",
            "loss": "a loss is paid by a player; this is D's answer.",
            "critic": "a critic is a network; which word names D's number?",
            "score": "a critic gives a score; the D of these games gives another kind of number.",
        },
    ),
}
SYNONYMS = {
    "z": "latent vector",
    "latent": "latent vector",
    "latent vector, z": "latent vector",
    "latent vector z": "latent vector",
    "latent vectors": "latent vector",
    "隐向量": "latent vector",
    "saturation": "saturating",
    "saturated": "saturating",
    "饱和": "saturating",
    "overfit": "overfitting",
    "over-fitting": "overfitting",
    "过拟合": "overfitting",
    "mode-collapse": "mode collapse",
    "模式崩溃": "mode collapse",
    "模式坍塌": "mode collapse",
    "logits": "logit",
    "对数几率": "logit",
}


def check_words(words):
    """Lesson 00: the term for each situation of WORDS, a dict from situation to term."""

    def examine():
        for situation, (right, traps) in WORDS.items():
            answer = str(words.get(situation)).strip().strip(".").lower()
            answer = SYNONYMS.get(answer, answer)
            other = f"not {answer!r}. Take a word of the table's left column, as it stands there."
            require(answer == right, f"“{situation}”: {traps.get(answer, other)}")

    return checked("the words", given(*parts(words)), examine, "you speak the language.")
