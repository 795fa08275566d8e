"""Lesson 00's checks accept right answers in every form and name the usual mistakes."""

import numpy as np
import pytest
from lessons import hints

from gan_lessons.exercises import check_line, check_refresher, check_roles, check_words
from gan_lessons.exercises.lesson_00 import REFRESHER, ROLES, SYNONYMS, WORDS


@pytest.mark.parametrize("line", [0, 0.0, -0.1, 0.15, np.float32(0.05)])
@pytest.mark.parametrize("share", [0.84, 0.834, 0.85, 0.8413])
def test_right_lines_pass(line, share):
    assert check_line(line, share)


@pytest.mark.parametrize(
    ("line", "share", "word"),
    [
        (-1, 0.84, "equally high"),
        (1, 0.84, "equally high"),
        (0, 84, "between 0 and 1"),
        (0, 0.68, "wrong side"),
        (0, 0.5, "title says"),
        (0, 0.16, "errs"),
        (0, 0.95, "title says"),
        ("middle", 0.84, "number"),
    ],
)
def test_wrong_lines_are_named(line, share, word, capsys):
    assert word in hints(lambda: check_line(line, share), capsys)[-1]


RIGHT_ROLES = {task: right for task, (right, _) in ROLES.items()}


@pytest.mark.parametrize("change", [str.lower, lambda answer: f" {answer} "])
def test_right_roles_pass(change):
    assert check_roles(RIGHT_ROLES)
    assert check_roles({task: change(right) for task, right in RIGHT_ROLES.items()})
    assert check_roles(RIGHT_ROLES | {"is given noise": "generator"})


@pytest.mark.parametrize(
    ("task", "answer", "word"),
    [
        ("is shown real examples", "both", "never sees a real"),
        ("is shown real examples", "G", "never sees a real"),
        ("is given noise", "D", "turns into"),
        ("gives one number for each example", "both", "verdict"),
        ("has a loss that should fall to zero", "both", "dashed"),
        ("has a loss that should fall to zero", "G", "dashed"),
        ("is kept when the training is over, to make new examples", "both", "makes something"),
        ("is given noise", "the players", "answer with"),
    ],
)
def test_wrong_roles_are_named(task, answer, word, capsys):
    said = hints(lambda: check_roles(RIGHT_ROLES | {task: answer}), capsys)
    assert word in said[-1] and task in said[-1]


RIGHT = {topic: right for topic, (right, _, _) in REFRESHER.items()}


def test_right_answers_of_the_refresher_pass(capsys):
    assert check_refresher(RIGHT)
    assert "lesson 01" in capsys.readouterr().out
    assert check_refresher({topic: round(right, 2) for topic, right in RIGHT.items()})
    assert check_refresher(RIGHT | {"expectation": 15.2, "change of variables": 1 / 4})
    assert check_refresher(RIGHT | {"divergence": 0.14}) and not check_refresher(
        RIGHT | {"divergence": 0.15}
    )


@pytest.mark.parametrize(
    ("topic", "trap"), [(topic, trap) for topic, row in REFRESHER.items() for trap in row[1]]
)
def test_each_trap_of_the_refresher_has_its_hint(topic, trap, capsys):
    _, traps, place = REFRESHER[topic]
    said = hints(lambda: check_refresher(RIGHT | {topic: trap}), capsys)
    assert traps[trap] in said[0] and place in said[-1]


def test_any_other_wrong_answer_is_sent_to_the_right_place(capsys):
    said = hints(lambda: check_refresher(RIGHT | {"gradient": 17}), capsys)
    assert REFRESHER["gradient"][2] in said[-1]
    assert said[-1].count("✓") == 4


RIGHT_WORDS = {situation: right for situation, (right, _) in WORDS.items()}


def test_right_words_pass():
    assert check_words(RIGHT_WORDS)
    assert check_words({situation: word.title() for situation, word in RIGHT_WORDS.items()})
    latent = next(s for s, word in RIGHT_WORDS.items() if word == "latent vector")
    assert check_words(RIGHT_WORDS | {latent: "z"})
    assert check_words(RIGHT_WORDS | {latent: "latent vector, z"})
    for synonym, right in SYNONYMS.items():
        situation = next(s for s, word in RIGHT_WORDS.items() if word == right)
        assert check_words(RIGHT_WORDS | {situation: synonym}), synonym


@pytest.mark.parametrize(
    ("situation", "trap"), [(s, trap) for s, (_, traps) in WORDS.items() for trap in traps]
)
def test_wrong_words_are_named(situation, trap, capsys):
    said = hints(lambda: check_words(RIGHT_WORDS | {situation: trap}), capsys)
    assert WORDS[situation][1][trap] in said[-1]


def test_a_word_from_elsewhere_is_sent_to_the_table(capsys):
    situation = next(iter(WORDS))
    said = hints(lambda: check_words(RIGHT_WORDS | {situation: "stride"}), capsys)
    assert "left column" in said[-1]


@pytest.mark.parametrize("check", [check_roles, check_refresher, check_words])
def test_dots_are_not_attempted(check, capsys):
    answers = {check_roles: RIGHT_ROLES, check_refresher: RIGHT, check_words: RIGHT_WORDS}[check]
    assert not check(dict.fromkeys(answers, ...))
    assert "not attempted yet" in capsys.readouterr().out
    assert not check_line()
