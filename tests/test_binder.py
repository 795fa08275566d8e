"""Binder can build this repository: its own code plans the steps, and the steps are then taken.

What is not repeated here is Docker itself and the system packages of Binder's base image.
"""

import base64
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
REPO2DOCKER = "jupyter-repo2docker==2026.4.0"

# Run by repo2docker's Python in a copy of the repository: prints the steps it would take.
PLAN = """
import json
from repo2docker.app import Repo2Docker

app = Repo2Docker()
for kind in app.buildpacks:
    pack = kind("base")
    pack.platform = "linux/amd64"
    if pack.detect():
        break
lock = next(k for k in pack.get_build_script_files() if k.endswith(".lock"))
import repo2docker.buildpacks
from pathlib import Path
print(json.dumps({
    "pack": kind.__name__,
    "python": pack.python_version,
    "lock": (Path(repo2docker.buildpacks.__file__).parent / lock).read_text(),
    "first_files": pack.get_preassemble_script_files(),
    "first": pack.get_preassemble_scripts(),
    "then": pack.get_assemble_scripts(),
    "last": pack.get_post_build_scripts(),
}))
"""

# What Binder's base image has of Jupyter before it looks at a repository, by its names on PyPI.
BASE_IMAGE = {
    "ipykernel": "ipykernel",
    "ipywidgets": "ipywidgets",
    "jupyter_server": "jupyter-server",
    "jupyter-resource-usage": "jupyter-resource-usage",
    "jupyterhub-singleuser": "jupyterhub",
    "jupyterlab": "jupyterlab",
    "notebook": "notebook",
}


def run(command, cwd, env):
    """Run a list, or a text through sh as Docker does; return all it printed, or fail with it."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=env,
        shell=isinstance(command, str),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=900,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}"
    return done.stdout


def our_files():
    """Every file that a clone would have, and new ones that are not ignored."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        listed = subprocess.run(
            ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-coz", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        if listed.returncode == 0:
            names = listed.stdout.split("\0")
            return [name for name in names if name and (ROOT / name).is_file()]
    unwanted = {".git", ".venv", "__pycache__", ".pytest_cache", ".ruff_cache"}
    return [
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*")
        if path.is_file() and not unwanted & set(path.relative_to(ROOT).parts)
    ]


def copy_files(names, target):
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name)


def find_python(version):
    """A Python of this version, "3.11" say; failing that this very one, with a warning."""
    here = "{}.{}".format(*sys.version_info)
    candidates = [sys.executable] if here == version else []
    if found := shutil.which(f"python{version}"):
        candidates.append(found)
    candidates += glob.glob(os.path.expanduser(f"~/.pyenv/versions/{version}.*/bin/python"))
    question = "import sys, ensurepip; print('{}.{}'.format(*sys.version_info))"
    for python in candidates:
        answer = subprocess.run([python, "-c", question], capture_output=True, text=True)
        if answer.stdout.strip() == version:
            return python, version
    note = f"binder/runtime.txt asks for Python {version}: not found here, tested with {here}"
    print(note)
    warnings.warn(note, stacklevel=2)
    return sys.executable, here


def clean_environment(**more):
    """Almost nothing of ours: how pip reaches its index, and what the caller adds."""
    kept = ("PIP_", "SSL_CERT", "REQUESTS_CA", "CURL_CA", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
    env = {name: value for name, value in os.environ.items() if name.upper().startswith(kept)}
    return env | {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"} | more


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    """What repo2docker wants to do with a copy of this repository."""
    if sys.platform == "win32":
        pytest.skip("Binder builds on Linux")
    place = tmp_path_factory.mktemp("plan")
    python = place / "venv" / "bin" / "python"
    env = clean_environment(PATH=os.defpath, HOME=str(place))
    run([sys.executable, "-m", "venv", str(place / "venv")], place, env)
    install = [python, "-m", "pip", "install", "-q", "--retries=1", "--timeout=20", REPO2DOCKER]
    got = subprocess.run(install, env=env, capture_output=True, text=True)
    if got.returncode:
        reason = "pip cannot fetch repo2docker: " + (got.stderr.strip().splitlines() or ["?"])[-1]
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    copy = place / "copy"
    copy_files(our_files(), copy)
    printed = run([python, "-c", PLAN], copy, env)
    return json.loads(printed.splitlines()[-1])


def test_binder_chooses_its_python_way(plan):
    assert plan["pack"] == "PythonBuildPack"
    assert "python-" + plan["python"] == (ROOT / "binder" / "runtime.txt").read_text().strip()
    steps = [step for _, step in plan["first"] + plan["then"]]
    assert any('pip install --no-cache-dir -r "binder/requirements.txt"' in s for s in steps)
    assert plan["last"] == ["binder/postBuild"]
    users = {user for user, _ in plan["first"] + plan["then"]}
    assert users <= {"${NB_USER}"}, f"a step as {users} needs more than this test repeats"


def test_binder_builds(plan, tmp_path):
    python, version = find_python(plan["python"])
    prefix, home = tmp_path / "prefix", tmp_path / "home"
    home.mkdir()
    env = clean_environment(
        PATH=f"{home}/.local/bin:{prefix}/bin:/usr/local/bin:/usr/bin:/bin",
        HOME=str(home),  # Binder's home directory is the repository itself
        REPO_DIR=str(home),
        USER="jovyan",
        NB_USER="jovyan",
        NB_PYTHON_PREFIX=str(prefix),
        KERNEL_PYTHON_PREFIX=str(prefix),
    )
    run([python, "-m", "venv", str(prefix)], home, env)

    # The base image: the Jupyter that stands there already, which ours must be able to replace.
    before = []
    for conda_name, name in BASE_IMAGE.items():
        found = re.search(rf"/{conda_name}-(\d[\w.]*)-", plan["lock"])
        assert found, f"{conda_name} is not in Binder's base image any more"
        before.append(f"{name}=={found[1]}")
    run([str(prefix / "bin" / "pip"), "install", "-q", *before], home, env)

    # The steps, in Binder's order: some files and steps first, then the repository and the rest.
    copy_files(plan["first_files"], home)
    for _, step in plan["first"]:
        run(step, home, env)
    copy_files(our_files(), home)
    for _, step in plan["then"]:
        run(step, home, env)
    for script in plan["last"]:
        run(f"./{script}", home, env)

    # What a visitor then needs.
    seen = run([prefix / "bin" / "python", "-c", LOOK], home, env).splitlines()[-1]
    assert seen == f"{version} {home / 'gan_lessons'}", seen
    extensions = run("jupyter labextension list", home, env)
    assert re.search(r"@jupyter-widgets/jupyterlab-manager v[\d.]+ .*enabled.*OK", extensions)
    assert re.search(r"jupyterlab [\d.]+ .*OK", run("jupyter server extension list", home, env))
    assert "python3" in run("jupyter kernelspec list", home, env)


LOOK = """
import os, sys
import tensorflow, gan_lessons, ipywidgets
print("{}.{}".format(*sys.version_info), os.path.dirname(gan_lessons.__file__))
"""


def test_post_build_stops_at_the_first_error():
    script = ROOT / "binder" / "postBuild"
    assert os.name == "nt" or os.access(script, os.X_OK), "chmod +x binder/postBuild"
    lines = script.read_text().splitlines()
    assert lines[:2] == ["#!/usr/bin/env bash", "set -e"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_file(path):
    """A committed notebook is small, plain and free of widget state."""
    assert path.stat().st_size < 1_500_000
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert "widgets" not in notebook["metadata"]
    ids = [cell.get("id") for cell in notebook["cells"]]
    assert all(ids) and len(set(ids)) == len(ids)
    for cell in notebook["cells"]:
        pictures = [out.get("data", {}) for out in cell.get("outputs", [])]
        pictures += cell.get("attachments", {}).values()
        for kinds in pictures:
            for kind, data in kinds.items():
                if kind.startswith("image/"):
                    text = "".join(data)
                    size = len(text) if kind == "image/svg+xml" else len(base64.b64decode(text))
                    assert size < 150_000, f"cell {cell['id']}: a figure of {size} bytes"


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="the benchmark reads /proc")
def test_every_lesson_fits_into_binder():
    """On one core, below 1 GB each and below 20 minutes of CPU together; -rP shows the table."""
    done = run_lessons()
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr[-4000:]


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="the benchmark reads /proc")
def test_a_lesson_above_the_limit_is_killed():
    done = run_lessons("--limit", "0.3", "00")
    assert done.returncode == 1
    assert "killed above 0.3 GB" in done.stdout


def run_lessons(*arguments):
    command = [sys.executable, ROOT / "tests" / "benchmarks" / "lessons.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True)
