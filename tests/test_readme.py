"""The README tells the truth: its commands, links, modules and lessons are as it says."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def command(kind, system):
    """The one line inside the block that follows a marker comment."""
    pattern = rf"<!-- {kind} command: {system} -->\n```\w*\n(.*?)```"
    blocks = re.findall(pattern, README, flags=re.DOTALL)
    assert len(blocks) == 1, f"{kind} command for {system}: {len(blocks)} found"
    (line,) = blocks[0].splitlines()
    return line


@pytest.mark.parametrize("system", ["linux", "windows"])
def test_the_two_commands(system):
    start, test = command("start", system), command("test", system)
    for line in (start, test):
        assert "-m venv .venv" in line
        assert "-r requirements.txt" in line
    opened = re.search(r"jupyter lab (\S+\.ipynb)", start)
    assert (ROOT / opened[1].replace("\\", "/")).is_file()
    assert test.strip('"').endswith("-m pytest")
    if system == "windows":  # PowerShell 5 has no &&, so the command prompt gets the whole line
        assert all(re.fullmatch(r'cmd /c "[^"]+"', line) for line in (start, test))


def test_the_first_screen_holds_both_commands_and_a_picture():
    first = README[: README.index("\n## ")]
    assert command("test", "linux") in first and "](docs/cockpit.png)" in first


def test_the_public_address_stands_once():
    assert len(re.findall(r"https://mybinder\.org", README)) == 1
    assert README.rstrip().splitlines()[-1].startswith("[binder]: https://mybinder.org/v2/gh/")


def test_named_files_exist():
    """Everything in code marks that looks like one of our paths, with or without a folder."""
    for name in re.findall(r"`([^`\n]+)`", README):
        if re.fullmatch(r"(gan_lessons|tests|tools|notebooks|binder|docs|\.ci)/[\w./]*", name):
            assert (ROOT / name).exists(), name
        elif re.fullmatch(r"gan_lessons(\.\w+)+", name):
            path = ROOT.joinpath(*name.split("."))
            assert path.is_dir() or path.with_suffix(".py").is_file(), name
        elif re.fullmatch(r"\w+\.(txt|toml|md)", name):
            assert (ROOT / name).is_file(), name


def test_every_module_is_named():
    package = ROOT / "gan_lessons"
    files = {f"gan_lessons/{path.name}" for path in package.glob("[!_]*.py")}
    folders = {f"gan_lessons/{path.parent.name}/" for path in package.glob("*/__init__.py")}
    rows = set(re.findall(r"^\| `(gan_lessons/[\w./]+)` \|", README, flags=re.MULTILINE))
    assert rows == files | folders


def test_the_table_of_lessons():
    row = r"^\| \[(\d\d)\]\((notebooks/\1_\w+\.ipynb)\) \| ([^|]+\?) \| ([^|]+) \| ([^|]+) \|$"
    rows = re.findall(row, README, flags=re.MULTILINE)
    assert [path for _, path, *_ in rows] == sorted(
        f"notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb")
    )
    for number, _, _, minutes, seconds in rows:
        assert minutes.strip().isdigit() and seconds.strip().isdigit(), f"lesson {number}: no times"


def test_the_teacher_s_page_knows_every_lesson():
    page = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
    plan, beliefs = page.split("\n## ")[1:3]
    numbers = {path.name[:2] for path in (ROOT / "notebooks").glob("[0-9]*.ipynb")}
    assert set(re.findall(r"^\| (\d\d) ", plan, flags=re.MULTILINE)) == numbers
    assert set(re.findall(r"^\| (\d\d) ", beliefs, flags=re.MULTILINE)) == numbers
