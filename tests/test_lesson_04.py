"""Lesson 04: its code is the package's, its exercises accept their solutions, its presets hold."""

import ast
import inspect
import textwrap

import nbclient
import numpy as np
import pytest
from lessons import bare, definitions, lesson, solutions, solved

from gan_lessons import objectives
from gan_lessons.judge import verdict
from gan_lessons.panels import diagnose
from gan_lessons.training import digit_game, moves
from gan_lessons.training.recipes import PRESETS

NAME = "04_training_loop"


@pytest.fixture(scope="module")
def notebook():
    return lesson(NAME)


@pytest.mark.parametrize("name", ["log_loss_d", "non_saturating_g", "d_step", "g_step"])
def test_the_lesson_s_functions_are_the_package_s(notebook, name):
    module = moves if hasattr(moves, name) and name.endswith("_step") else objectives
    source = textwrap.dedent(inspect.getsource(getattr(module, name)))
    assert bare(definitions(notebook)[name]) == bare(ast.parse(source).body[0])


def test_cells_are_short(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            lines = [line for line in cell.source.splitlines() if line.strip()]
            assert len(lines) <= 30, cell.source


def test_at_least_four_exercises_have_solutions(notebook):
    assert len(solutions(notebook)) >= 4


def test_every_solution_is_accepted(notebook):
    """The whole lesson with the solutions filled in, in a kernel of its own."""
    copy = solved(notebook)
    nbclient.NotebookClient(copy, timeout=300, kernel_name="python3").execute()
    for index in solutions(notebook):
        said = "".join(output.get("text", "") for output in copy.cells[index].outputs)
        assert "✓" in said, said
    untouched = [notebook.cells[i].outputs for i in solutions(notebook)]
    assert all("not attempted yet" in str(outputs) for outputs in untouched)


@pytest.fixture(scope="module")
def game():
    return digit_game()


@pytest.mark.parametrize("state", ["D wins", "G wins", "oscillation", "healthy"])
@pytest.mark.parametrize("seed", [1, 11, 12])
def test_presets_do_what_they_say(game, state, seed):
    """The loss doctor, who sees the curves and D's verdicts only, names each preset."""
    game.reset(seed)
    game.turn(**PRESETS[state])
    record = game.advance(250)
    found = diagnose(record, "non-saturating", game.references(), game.verdicts())
    assert found.state == state, (found, {k: np.median(v[-100:]) for k, v in record.items()})


def test_the_broken_run_is_broken_and_its_solution_repairs_it(game):
    """What the exercise's check relies on, on seeds that it does not use."""
    distances = {}
    for name in ("broken", "healthy"):
        game.reset(201)
        game.turn(**PRESETS[name])
        game.advance(400)
        distances[name] = verdict(game.sample(1000)).distance
    assert distances["broken"] > 3 * distances["healthy"], distances
