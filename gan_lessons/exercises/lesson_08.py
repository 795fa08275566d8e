"""The checks of lesson 08: shapes, instruments, diagnoses, a rule, and patients that must heal."""

import numpy as np

from gan_lessons.exercises.core import Wrong, call, checked, given, number, parts, refuse, require

SHAPES = {  # by question: the answer, and what people answer instead
    "side_three": (
        56,
        {
            28: "that is after two layers. There are three of stride 2.",
            14: "that is after one layer.",
            21: "each layer doubles: 7 · 2 · 2 · 2, not 7 · 3.",
            13: "each layer doubles, it does not add: 7 · 2 · 2 · 2.",
            49: "each layer doubles: 7 · 2 · 2 · 2.",
        },
    ),
    "side_four": (
        16,
        {
            64: "that is what was meant. The strides are 1, 2, 2: only two of them double.",
            32: "stride 1 keeps the size: 4, then 4, then 8, then …",
            20: "each stride multiplies: 4 · 1 · 2 · 2.",
            8: "the last layer doubles, too.",
            5: "each stride multiplies: 4 · 1 · 2 · 2.",
        },
    ),
    "vectors": (
        10_000,
        {
            100: "the first axis is the batch, but the second one is carried along as well.",
            300: "Dense takes the last axis away and carries both others along.",
            30_000: "the last axis, of 3, is the one that Dense replaces.",
            1: "Dense acts on the last axis only; the others are carried along.",
            103: "how many vectors of 3 numbers are in it?",
        },
    ),
}


def check_shapes(side_three=..., side_four=..., vectors=...):
    """Lesson 08: sides of two wrong generators' pictures, and the vectors in wrong noise."""
    answers = {"side_three": side_three, "side_four": side_four, "vectors": vectors}

    def examine():
        for name, answer in answers.items():
            right, mistakes = SHAPES[name]
            if isinstance(answer, tuple):  # (56, 56) for a side, (100, 100) for a number
                answer = np.prod(answer) if name == "vectors" else np.unique(answer)
            value = number(answer, name)
            refuse(value, mistakes, what=name)
            require(
                value == right,
                f"{name}: go through it layer by layer.",
                f"{name}: each stride multiplies the side; Dense replaces the last axis only.",
            )

    praise = "56, 16, and 10,000 vectors of 3 numbers."
    return checked("shapes", given(*parts(answers)), examine, praise)


# --- which instrument ---------------------------------------------------------------------------

INSTRUMENTS = ("gradient", "moves", "listens", "G alone", "D alone", "range")
BETRAYS = {
    "G's sign": "G alone",
    "detached": "gradient",
    "D in G's step": "moves",
    "other range": "range",
    "MSE to any x": "listens",
    "never a fake": "listens",
    "D's sign": "D alone",
}
ALSO = {"detached": ("listens", "moves")}  # right as well: G hears nobody, and no update moves it
WHY = {
    "G's sign": "something arrives at G, and G moves. Only *where to* is wrong: let it play alone.",
    "detached": "stop_gradient stands between D and G. What arrives at G's weights?",
    "D in G's step": "ask which weights one update moves.",
    "other range": "no step is needed to see it: what can G reach, and where are the data?",
    "MSE to any x": "D's part is as it should be. On what does G's gradient depend that it should "
    "not?",
    "never a fake": "D's step moves D, and the gap may even grow. Exchange G: does D notice?",
    "D's sign": "D moves, and hears both. Only *where to* is wrong: let it play alone.",
}


def check_instruments(answers):
    """Lesson 08: which instrument betrays which fault; a dict from patient to instrument."""

    def examine():
        said = {patient: str(answer).strip().lower() for patient, answer in answers.items()}
        for patient, answer in answers.items():
            require(
                said[patient] in map(str.lower, INSTRUMENTS),
                f"{patient}: {answer!r} is none of {', '.join(map(repr, INSTRUMENTS))}.",
            )
        wrong = [
            name
            for name, right in BETRAYS.items()
            if said.get(name) not in (right.lower(), *ALSO.get(name, ()))
        ]
        if wrong:
            count = f"{len(wrong)} of {len(BETRAYS)} are not right yet"
            raise Wrong(f"{count}; look at {wrong[0]!r} first.", f"{wrong[0]}: {WHY[wrong[0]]}")

    return checked(
        "instruments", given(*parts(answers)), examine, "you know where to look for each."
    )


# --- diagnoses ----------------------------------------------------------------------------------

SYNONYMS = {  # words that are enough to have meant a fault
    "sign of G's loss": ("g's sign", "sign of g", "g sign", "g_loss sign", "wrong sign in g"),
    "sign of D's loss": ("d's sign", "sign of d", "d sign", "d_loss sign", "wrong sign in d"),
    "no gradient reaches G": ("no gradient", "detach", "stop_gradient", "stop gradient"),
    "G's step moves D": ("d not frozen", "not frozen", "d in g's step", "moves d", "freeze"),
    "one loss for both": ("joint", "one loss", "same loss"),
    "networks built anew": ("anew", "rebuilt", "new network"),
    "sigmoid twice": ("sigmoid",),
    "range": ("range", "scale", "scaling"),
    "unpaired target": ("unpaired", "mse", "mean picture"),
    "constant in G's loss": ("constant",),
    "labels as targets": ("label", "digits as targets"),
    "D sees no fakes": ("no fake", "never a fake", "never see", "not see"),
    "gradients pile up": ("pile", "zero_grad", "never zeroed", "accumulat"),
}
APART = {  # two faults that are taken for each other, and what tells them apart
    frozenset({"sign of G's loss", "no gradient reaches G"}): "is nothing arriving at G, or "
    "something that points the wrong way? Look at the gradient norm.",
    frozenset({"sign of D's loss", "D sees no fakes"}): "does D listen to G, and which way does "
    "the gap move?",
    frozenset({"sign of G's loss", "unpaired target"}): "G's verdict may fall for two reasons. "
    "Does G listen to the real batch?",
    frozenset({"G's step moves D", "one loss for both"}): "does D have an update of its own "
    "besides the common one?",
    frozenset({"constant in G's loss", "unpaired target"}): "is it G's loss only that listens to "
    "the real batch, or its gradient as well?",
    frozenset({"sign of G's loss", "sign of D's loss"}): "which of the two, playing alone, moves "
    "the wrong way?",
    frozenset({"networks built anew", "no gradient reaches G"}): "do *other* weights move?",
}


def named(answer):
    """The fault that an answer means, whatever the words; None where it is none."""
    words = " ".join(str(answer).lower().replace("’", "'").split())
    for fault, others in SYNONYMS.items():
        if words == fault.lower() or any(other in words for other in others):
            return fault
    return None


def check_ward(answers, truth):
    """Lesson 08: the fault of each unnamed patient; both are dicts from its letter to a fault."""

    def examine():
        for letter, right in truth.items():
            answer = named(answers.get(letter))
            require(
                answer is not None,
                f"{letter}: {answers.get(letter)!r} is no fault that I know. Use the names of the "
                "ward's menu or of the report.",
            )
            if answer != right:
                hint = APART.get(frozenset({answer, right}), "compare each line with the healthy "
                                 "report: the first that differs in kind is the clue.")  # fmt: skip
                raise Wrong(f"{letter}: it is not {answer!r}.", f"{letter}: {hint}")

    return checked(
        "diagnoses", given(*parts(answers)), examine, "three faults, by their instruments alone."
    )


# --- a rule of one's own ------------------------------------------------------------------------


def check_rule(rule):
    """Lesson 08: a rule that finds a player who moves over 50 times as far as the other."""
    from gan_lessons.checkup import Readings  # loads TensorFlow, so only here

    cases = [  # D's change, G's change, who is the slow one
        (0.05, 0.06, None),
        (0.06, 0.01, None),
        (1e-4, 0.06, "D"),
        (0.05, 1e-5, "G"),
        (0.05, 0.0, "G"),
    ]

    def examine():
        nothing = call(rule, (Readings(),), "your rule, where nothing was read,")
        require(
            nothing is None,
            "where nothing was read (change is an empty dict) a rule must return None.",
        )
        for d, g, slow in cases:
            found = call(rule, (Readings(change={"D": d, "G": g}),), "your rule")
            where = f"D's change {d:g}, G's {g:g}"
            if slow is None:
                require(
                    found is None,
                    f"{where}: that is healthy, the rule must return None.",
                    f"{where}: compare the larger with 50 times the smaller.",
                )
                continue
            require(
                found is not None,
                f"{where}: {slow} hardly moves, but the rule found nothing.",
                "look both ways: D may be the slow one, or G. And multiply rather than divide: "
                "the smaller may be 0.",
            )
            words = [str(part) for part in found] if isinstance(found, tuple) else []
            require(
                len(words) == 3 and all(words),
                "a rule returns a Finding: Finding(fault, seen, cure), three texts.",
            )
            require(
                slow in words[0].replace("'", " ").split(),
                f"{where}: {slow} is the slow one, but the fault's name does not say so.",
                f'the name of the fault should hold the player as a word: "{slow} hardly moves".',
            )

    return checked("your rule", given(rule), examine, "it finds both, and bears what was not read.")


# --- repairs ------------------------------------------------------------------------------------


def check_heal(name, play, *answers, line):
    """Lesson 08: whether a repaired patient is silent under the check-up and crosses the line.

    play: function of the answers -> (the check-up's report, the judge's distance after training);
        the second is a function without arguments, for it takes seconds
    line: the distance to stay below
    """

    def examine():
        report, train = call(play, answers, "your program")
        if report.faults:
            fault, seen, cure = report.findings[0]
            more = f" ({len(report.faults)} faults are left.)" if report.faults[1:] else ""
            raise Wrong(f"the check-up still finds: {fault}.{more}", seen, f"the cure: {cure}")
        distance = number(call(train, (), "the training"), "the distance")
        print(f"  the judge's distance: {distance:.0f} (line: {line:.0f})")
        require(
            distance < line,
            "no rule finds anything, but it learns too little: the distance should be below the "
            "line.",
            "write the plain losses: both terms for D, −log D(G(z)) for G, no weights.",
        )

    return checked(name, given(*answers), examine, "it learns. The judge says so, not the losses.")
