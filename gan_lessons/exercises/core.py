"""What every check is made of: a verdict in one line, hints that grow, arguments made plain."""

import dis
from collections import Counter

import numpy as np

tries = Counter()


class Wrong(Exception):
    """What is wrong with an answer: hints from gentle to plain."""


def require(right, *hints):
    """Raise Wrong with these hints unless ``right``."""
    if not right:
        raise Wrong(*hints)


def checked(name, attempted, examine, praise):
    """Run one check and print its verdict; True where the answer is right."""
    if not attempted:
        print(f"· {name}: not attempted yet")
        return False
    try:
        examine()
    except Wrong as wrong:
        hints = wrong.args
        print(f"✗ {name}: {hints[min(tries[name, hints], len(hints) - 1)]}")
        tries[name, hints] += 1
        return False
    except Exception as error:  # an answer of a kind that nobody thought of
        print(f"✗ {name}: the check cannot read this answer. {type(error).__name__}: {error}")
        return False
    print(f"✓ {name}: {praise}")
    return True


def refuse(value, mistakes, rtol=0.01, atol=1e-9, what=""):
    """Raise Wrong with the hints of the usual mistake that the number ``value`` is, if it is one.

    mistakes: by the wrong value, a hint or a tuple of hints
    what:     which of several answers it is; written before the hint
    """
    for wrong, hints in mistakes.items():
        if np.isclose(value, wrong, rtol=rtol, atol=atol):
            hints = (hints,) if isinstance(hints, str) else hints
            raise Wrong(*(f"{what}: {hint}" if what else hint for hint in hints))


def given(*answers):
    """Whether no answer is still the dots, nor a function that is still a stub."""
    return all(answer is not ... and not is_stub(answer) for answer in answers)


def parts(answers):
    """The single answers of a dict or a list; anything else is one answer."""
    if isinstance(answers, dict):
        return list(answers.values())
    many = isinstance(answers, list | tuple) or (isinstance(answers, np.ndarray) and answers.ndim)
    return list(answers) if many else [answers]


def number(value, what, cure=""):
    """``value`` as one float, whatever framework it comes from; ``cure`` helps where it is many."""
    require(value is not None, f"{what} should be a number, but it is None: is there a return?")
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise Wrong(f"{what} should be a number, but it is {type(value).__name__}.") from None
    many = f"{what} should be one number, but it has shape {array.shape}."
    require(array.size == 1, many, f"{many} {cure}".strip())
    return float(array.reshape(()))


def close(a, b):
    """Whether two numbers or arrays agree to four digits."""
    return bool(np.all(np.isclose(a, b, rtol=1e-4, atol=1e-5)))


def call(function, arguments, what):
    """``function(*arguments)``; whatever it raises is told in its own words."""
    try:
        return function(*arguments)
    except Exception as error:
        raise Wrong(f"{what} stopped with {type(error).__name__}: {error}") from None


def is_stub(function):
    """Whether it is a function that is still a stub: all it does is return nothing, or ``...``."""
    if not hasattr(function, "__code__"):
        return False
    plain = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}
    return all(
        step.opname in plain and (step.opname == "RESUME" or step.argval in (None, ...))
        for step in dis.get_instructions(function)
    )
