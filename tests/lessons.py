"""Reads a lesson: its code, its exercises, their folded solutions."""

import ast
import re
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
NEEDS = {"11_pytorch": "torch"}  # what a lesson needs beyond requirements.txt


def every_lesson():
    """The names of all lessons as parameters of a test; one that lacks what it needs skips."""
    found = []
    for path in sorted(FOLDER.glob("*.ipynb")):
        needs = NEEDS.get(path.stem)
        missing = needs is not None and find_spec(needs) is None
        skip = pytest.mark.skipif(missing, reason=f"{path.stem} needs {needs}")
        found.append(pytest.param(path.stem, marks=skip))
    return found


def lesson(name):
    """The notebook ``name`` (without its ending)."""
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def solutions(notebook):
    """By the index of each exercise's code cell, the code of the folded solution below it."""
    found, exercise = {}, None
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and re.search(r"^check_\w+\(", cell.source, re.M):
            exercise = index
        elif "<details><summary><b>Solution" in cell.source:
            block = re.search(r"```python\n(.*?)```", cell.source, re.S)
            found[exercise] = block[1]
    return found


def solved(notebook):
    """A copy in which each exercise is followed by its solution, which the check must accept."""
    copy = nbformat.from_dict(notebook)
    for index, code in sorted(solutions(notebook).items(), reverse=True):
        check = re.search(r"^check_\w+\(.*\)", copy.cells[index].source, re.M | re.S)[0]
        copy.cells.insert(index + 1, nbformat.v4.new_code_cell(f"{code}\nassert {check}"))
    return copy


def definitions(notebook):
    """By name, the functions that the notebook defines in its cells and solutions, as trees.

    Stubs are left out.
    """
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    functions = {}
    for source in sources + list(solutions(notebook).values()):
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef):
                functions[node.name] = node
    return functions


def bare(function):
    """The function's tree as text, without docstring, annotations and argument checks."""
    function = ast.parse(ast.unparse(function)).body[0]
    body = function.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    function.body = [statement for statement in body if not _is_check(statement)]
    function.returns = None
    for argument in ast.walk(function.args):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    return ast.dump(function)


def _is_check(statement):
    """Whether it is an ``if`` that raises, or calls a check and nothing else."""
    if isinstance(statement, ast.If):
        return isinstance(statement.body[-1], ast.Raise)
    value = getattr(statement, "value", None)
    if isinstance(statement, ast.Return) or not isinstance(value, ast.Call):
        return False
    return ast.unparse(value.func).startswith(("arguments.", "_check"))


def hints(check, capsys, times=4):
    """What a check says to the same wrong answer, again and again; it must not pass."""
    said = []
    for _ in range(times):
        assert check() is False
        said.append(capsys.readouterr().out)
    return said
