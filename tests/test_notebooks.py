"""Every notebook runs from top to bottom, and its checked cells print what was committed."""

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def test_the_folder_is_there():
    assert FOLDER.is_dir()


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(notebook, tmp_path):
    """Run it with nbval, in a pytest of its own: an error inside a widget's callback counts too."""
    config = tmp_path / "pytest.ini"
    config.write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-c", config, "--rootdir", FOLDER, "-q"]
    command += ["-p", "no:cacheprovider", "--nbval-lax", "--nbval-cell-timeout=300", notebook]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
