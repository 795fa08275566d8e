"""Lesson 00: its numbers hold when computed another way, its map and its words are complete."""

import re

import numpy as np
import pytest
from lessons import FOLDER, lesson
from scipy import integrate, stats

from gan_lessons.data import digits
from gan_lessons.exercises.lesson_00 import REFRESHER, WORDS
from gan_lessons.judge import judge
from gan_lessons.training import digit_game


@pytest.fixture(scope="module")
def text():
    cells = lesson("00_start_here").cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def test_the_best_line_by_integral():
    """No line is right more often than the one at 0; there, 84.1 % of the time."""

    def share(line):
        return (stats.norm.sf(line, 1) + stats.norm.cdf(line, -1)) / 2

    lines = np.linspace(-3, 3, 601)
    assert abs(lines[np.argmax(share(lines))]) < 1e-9
    assert share(0) == pytest.approx(0.841, abs=5e-4)
    best, _ = integrate.quad(lambda x: max(stats.norm.pdf(x, 1), stats.norm.pdf(x, -1)) / 2, -9, 9)
    assert share(0) == pytest.approx(best, abs=1e-6)  # no judge at all does better


def test_the_refresher_s_answers():
    answers = {topic: row[0] for topic, row in REFRESHER.items()}
    assert answers["density"] * 0.25 == 1
    assert answers["expectation"] == pytest.approx(np.var(range(1, 7)) + 3.5**2)
    assert answers["divergence"] == pytest.approx(stats.entropy([0.5, 0.5], [0.75, 0.25]))
    assert answers["gradient"] == pytest.approx(3 - 0.1 * ((3 + 1e-5) ** 2 - 9) / 1e-5, abs=1e-4)
    assert answers["change of variables"] == stats.uniform(1, 4).pdf(2)


def test_the_words(text):
    rows = re.findall(r"^\| ([^|]+) \| ([^|]*[\u4e00-\u9fff][^|]*) \| ([^|]+) \|$", text, re.M)
    terms = [term.strip() for term, chinese, _ in rows if chinese.strip() != "中文"]
    assert len(terms) >= 30
    assert len(set(terms)) == len(terms)
    for known in ("生成器", "判别器", "模式崩溃"):
        assert any(known in chinese for _, chinese, _ in rows), known
    named = {re.sub(r",.*", "", term) for term in terms}
    assert {right for right, _ in WORDS.values()} <= named


def test_the_map_shows_every_lesson(text):
    linked = set(re.findall(r"^\| \[[^\]]+\]\((\w+\.ipynb)\) \|", text, re.M))
    there = {path.name for path in FOLDER.glob("*.ipynb")} - {"00_start_here.ipynb"}
    assert linked == there


def test_a_conditional_game_learns_to_write_what_it_is_asked_for():
    """The trailer's claim: from nothing to most digits right, in 600 steps."""
    examples = digits()
    game = digit_game(examples.x_train, examples.y_train, seed=1)
    asked = np.repeat(np.arange(10), 30)
    z = np.random.default_rng(0).normal(size=(300, 32))

    def share():
        return (judge().labels(game.sample(z=z, label=asked)) == asked).mean()

    before = share()
    game.advance(600)
    assert before < 0.25 and share() > 0.7
