"""Each exercise of lesson 08 accepts its solution and other right answers, and names mistakes."""

import numpy as np
import pytest
from lessons import hints

from gan_lessons.checkup import Finding, Readings, Report
from gan_lessons.exercises import (
    check_heal,
    check_instruments,
    check_rule,
    check_shapes,
    check_ward,
)
from gan_lessons.exercises.lesson_08 import BETRAYS, SYNONYMS
from gan_lessons.patients import SILENT

TRUTH = {"X": "D sees no fakes", "Y": "sign of D's loss", "Z": "unpaired target"}


def losses(D, real, fake):
    return real - fake, fake


def played(*findings, distance=100.0):
    """A ``play`` whose check-up finds these and whose training ends there."""
    found = [Finding(fault, f"seen: {fault}", f"heal {fault}") for fault in findings]
    return lambda *_: (Report(Readings(), found), lambda: distance)


def heal(*findings, distance=100.0):
    return check_heal("one", played(*findings, distance=distance), losses, line=150)


def rule(r, times=50, words=("{} hardly moves", "seen", "cure"), floor=0.0):
    """The solution of exercise 4, with places to go wrong."""
    if not r.change:
        return None
    slow = min(r.change, key=r.change.get)
    if max(r.change.values()) > times * (r.change[slow] + floor):
        return Finding(*(word.format(slow) for word in words))
    return None


def no_guard(r):
    return rule(r) if r.change["D"] is not None else None


def d_only(r):
    return Finding("D hardly moves", "s", "c") if r.change.get("D", 1) < 1e-3 else None


def divides(r):
    return rule(r) if r.change and max(r.change.values()) // min(r.change.values()) else None


@pytest.mark.parametrize(
    "check",
    [
        lambda: check_shapes(),
        lambda: check_shapes(56, 16, ...),
        lambda: check_instruments(dict.fromkeys(BETRAYS, ...)),
        lambda: check_ward(dict.fromkeys("XYZ", ...), TRUTH),
        lambda: check_rule(lambda r: ...),
        lambda: check_heal("one", played(), lambda D, real, fake: ..., line=150),
        lambda: check_heal("two", played(), losses, lambda pictures: None, line=150),
    ],
)
def test_untouched_exercises_are_not_attempted(check, capsys):
    assert check() is False
    assert "not attempted yet" in capsys.readouterr().out


@pytest.mark.parametrize(
    "check",
    [
        lambda: check_shapes(56, 16, 10_000),
        lambda: check_shapes(np.int64(56), 16.0, 100 * 100),
        lambda: check_shapes((56, 56), (16, 16), (100, 100)),
        lambda: check_instruments(BETRAYS),
        lambda: check_instruments(BETRAYS | {"detached": "listens", "D's sign": "d alone "}),
        lambda: check_ward(TRUTH, TRUTH),
        lambda: check_ward(
            {"X": "D never sees fakes", "Y": "D’s sign is wrong", "Z": "MSE to any x"}, TRUTH
        ),
        lambda: check_rule(rule),
        lambda: check_rule(lambda r: tuple(rule(r)) if rule(r) else None),
        lambda: check_rule(lambda r: rule(r, times=49)),
        lambda: heal(),
        lambda: check_heal("two", played(distance=np.float32(149)), losses, losses, line=150),
    ],
)
def test_right_answers_pass(check, capsys):
    assert check()
    assert "✓" in capsys.readouterr().out


WRONG = {
    "two layers": (lambda: check_shapes(28, 16, 10_000), "three of stride 2"),
    "added": (lambda: check_shapes(13, 16, 10_000), "doubles"),
    "as it was meant": (lambda: check_shapes(56, 64, 10_000), "what was meant"),
    "stride 1 doubles": (lambda: check_shapes(56, 32, 10_000), "stride 1"),
    "batch only": (lambda: check_shapes(56, 16, 100), "carried along"),
    "all numbers": (lambda: check_shapes(56, 16, 30_000), "last axis"),
    "a guess": (lambda: check_shapes(57, 16, 10_000), "multiplies the side"),
    "sign by gradient": (
        lambda: check_instruments(BETRAYS | {"G's sign": "gradient"}), "play alone",
    ),
    "detached by range": (lambda: check_instruments(BETRAYS | {"detached": "range"}), "arrives"),
    "D by D alone": (
        lambda: check_instruments(BETRAYS | {"D in G's step": "D alone"}), "which weights",
    ),
    "MSE by G alone": (
        lambda: check_instruments(BETRAYS | {"MSE to any x": "G alone"}), "depend",
    ),
    "fakes by D alone": (
        lambda: check_instruments(BETRAYS | {"never a fake": "D alone"}), "Exchange G",
    ),
    "another word": (lambda: check_instruments(BETRAYS | {"D's sign": "loss"}), "none of"),
    "taken for the sign": (
        lambda: check_ward(TRUTH | {"X": "D's sign"}, TRUTH), "does D listen to G",
    ),
    "MSE taken for the sign": (
        lambda: check_ward(TRUTH | {"Z": "sign of G's loss"}, TRUTH), "listen to the real batch",
    ),
    "MSE taken for a constant": (
        lambda: check_ward(TRUTH | {"Z": "a constant"}, TRUTH), "its gradient as well",
    ),
    "the other player": (lambda: check_ward(TRUTH | {"Y": "G's sign"}, TRUTH), "playing alone"),
    "far off": (lambda: check_ward(TRUTH | {"Y": "range"}, TRUTH), "differs in kind"),
    "no such fault": (lambda: check_ward(TRUTH | {"Y": "mode collapse"}, TRUTH), "no fault"),
    "a rule that cannot bear nothing": (lambda: check_rule(no_guard), "KeyError"),
    "a rule for D only": (lambda: check_rule(d_only), "both ways"),
    "a rule that divides": (lambda: check_rule(divides), "ZeroDivisionError"),
    "a rule too keen": (lambda: check_rule(lambda r: rule(r, times=1.1)), "50 times"),
    "a rule that is blind": (lambda: check_rule(lambda r: rule(r, times=1e9)), "look both ways"),
    "a rule of one word": (
        lambda: check_rule(lambda r: "slow" if rule(r) else None), "three texts",
    ),
    "a rule that does not say who": (
        lambda: check_rule(lambda r: rule(r, words=("unfair", "s", "c"))), "the player as a word",
    ),
    "G's sign turned": (lambda: heal("sign of G's loss"), "heal sign of G's loss"),
    "D still wrong": (lambda: heal("sign of D's loss"), "heal sign of D's loss"),
    "too little": (lambda: heal(distance=300), "plain losses"),
    "it stops": (
        lambda: check_heal("one", lambda f: f(), losses, line=150), "TypeError",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong_answers_are_named(name, capsys):
    check, word = WRONG[name]
    assert word in hints(check, capsys)[-1]


def test_the_tables_speak_of_faults_that_exist():
    faults = {patient.fault for patient in SILENT.values()}
    assert set(SYNONYMS) == faults
    assert set(BETRAYS) <= set(SILENT)
