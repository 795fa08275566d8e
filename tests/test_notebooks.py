"""Every notebook runs with nbval: its checked cells, and the solutions of its exercises."""

import subprocess
import sys

import nbformat
import pytest
from lessons import FOLDER, every_lesson, lesson, solved


def test_the_folder_is_there():
    assert FOLDER.is_dir()


@pytest.mark.parametrize("name", every_lesson())
def test_notebook_runs(name, tmp_path):
    """From a fresh kernel, in a pytest of its own: an error inside a widget's callback counts too.

    Behind each exercise, left as it is, comes its solution. (The browser's tests run the notebooks
    untouched, so that no later cell can come to need a solution.)
    """
    config, copy = tmp_path / "pytest.ini", tmp_path / f"{name}.ipynb"
    config.write_text("[pytest]\n")
    nbformat.write(solved(lesson(name)), copy)
    command = [sys.executable, "-m", "pytest", "-c", config, "-q", "-p", "no:cacheprovider"]
    command += ["--nbval-lax", "--nbval-cell-timeout=300", copy]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
