"""docs/hub.md tells the truth: its configuration does what the page says, its links exist."""

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from traitlets.config import Config

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "hub.md").read_text(encoding="utf-8")


def block(kind):
    """The one block of this kind on the page."""
    (found,) = re.findall(rf"```{kind}\n(.*?)```", PAGE, flags=re.DOTALL)
    return found


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """The configuration as JupyterHub would have it, started from an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLASS_PASSWORD", "a password for tests")
    config = Config()
    exec(compile(block("python"), "jupyterhub_config.py", "exec"), {"get_config": lambda: config})
    return config


def test_the_hub_is_closed(hub):
    """Only this machine reaches it, only with a password; the name of a learner is only a name."""
    assert hub.JupyterHub.bind_url.startswith("http://127.0.0.1:")
    assert hub.SharedPasswordAuthenticator.user_password == "a password for tests"
    assert not re.fullmatch(hub.Authenticator.username_pattern, "../ada")
    assert "CLASS_PASSWORD" in block("python")


def test_learners_get_lessons_and_keep_theirs(hub, tmp_path):
    ada = SimpleNamespace(user=SimpleNamespace(name="ada"))
    hub.Spawner.pre_spawn_hook(ada)
    home = Path(hub.SimpleLocalProcessSpawner.home_dir_template.format(username="ada"))
    assert home == tmp_path / "homes" / "ada"
    lessons = {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert {path.name for path in home.iterdir()} == lessons
    assert (home / hub.Spawner.default_url.rsplit("/", 1)[1]).is_file()
    (home / "00_start_here.ipynb").write_text("mine")
    (home / "05_mode_collapse.ipynb").unlink()
    hub.Spawner.pre_spawn_hook(ada)
    assert (home / "00_start_here.ipynb").read_text() == "mine"
    assert (home / "05_mode_collapse.ipynb").is_file()


def test_the_culler_may_do_its_work(hub):
    (service,), (role,) = hub.JupyterHub.services, hub.JupyterHub.load_roles
    assert role["services"] == [service["name"]]
    assert service["command"][:3] == [sys.executable, "-m", "jupyterhub_idle_culler"]


@pytest.mark.skipif(sys.platform != "linux", reason="the benchmark reads /proc")
def test_the_benchmark_starts_this_configuration(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tests" / "benchmarks")
    import classroom

    assert classroom.documented_config() == block("python")
    assert "tests/benchmarks/classroom.py" in PAGE


def test_the_recipe_for_kubernetes():
    """It reads as YAML, asks for what a lesson needs, and says that nobody has run it."""
    values = yaml.safe_load(block("yaml"))
    memory = values["singleuser"]["memory"]
    assert (memory["guarantee"], memory["limit"]) == ("1G", "2G")
    lesson = values["singleuser"]["defaultUrl"].removeprefix("/lab/tree/")
    assert (ROOT / lesson).is_file()
    recipe = PAGE.split("\n## ")[-1]
    assert recipe.startswith("Kubernetes") and "not run" in recipe


def test_the_page_is_short_and_the_files_it_names_exist():
    assert len(PAGE.splitlines()) <= 160
    for name in re.findall(r"`((?:tests|binder|docs|notebooks)/[\w./]*)`", PAGE):
        assert (ROOT / name).exists(), name
