"""Every notebook runs from top to bottom, and its checked cells print what was committed."""

import subprocess
import sys

import pytest
from lessons import FOLDER, every_lesson


def test_the_folder_is_there():
    assert FOLDER.is_dir()


@pytest.mark.parametrize("name", every_lesson())
def test_notebook_runs(name, tmp_path):
    """Run it with nbval, in a pytest of its own: an error inside a widget's callback counts too."""
    config = tmp_path / "pytest.ini"
    config.write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-c", config, "--rootdir", FOLDER, "-q"]
    command += ["-p", "no:cacheprovider", "--nbval-lax", "--nbval-cell-timeout=300"]
    command += [FOLDER / f"{name}.ipynb"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
