"""The report on the machine: its limit of memory, wrong versions, and what to do."""

import psutil
import pytest

from gan_lessons import machine

WHOLE = psutil.virtual_memory().total


@pytest.mark.parametrize(
    ("content", "limit"),
    [("2147483648\n", 2**31), ("max\n", WHOLE), ("9223372036854771712", WHOLE), (None, WHOLE)],
)
def test_the_smaller_of_machine_and_container(content, limit, monkeypatch, tmp_path):
    file = tmp_path / "memory.max"
    if content is not None:
        file.write_text(content)
    monkeypatch.setattr(machine, "MEMORY_LIMITS", (file,))
    assert machine.memory_limit() == limit


def test_versions_outside_their_range_are_named(monkeypatch, tmp_path):
    file = tmp_path / "requirements.txt"
    file.write_text(
        "# a list\n-e .\nnumpy>=1000  # every array\nno-such-package>=1,<2\npillow>=1\n"
        "no-such-either>=1; sys_platform == 'no such system'\n"
    )
    monkeypatch.setattr(machine, "REQUIREMENTS", file)
    wrong = machine.wrong_versions()
    assert [line.split(":")[0] for line in wrong] == ["numpy", "no-such-package"]
    assert ">=1000" in wrong[0] and "none is installed" in wrong[1]


def test_this_environment_is_the_tested_one():
    assert machine.wrong_versions() == []


def test_the_report_says_what_to_do(monkeypatch):
    good = machine.report()
    assert "TensorFlow 2." in good and "✓" in good and "one lesson at a time" not in good
    monkeypatch.setattr(machine, "memory_limit", lambda: 2 * 10**9)
    monkeypatch.setattr(machine, "wrong_versions", lambda: ["numpy: 1.0 is installed"])
    poor = machine.report()
    assert "2.0 GB in all" in poor and "one lesson at a time" in poor
    assert "✗" in poor and "pip install -r requirements.txt" in poor


def test_what_was_not_checked_is_not_called_right(monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "REQUIREMENTS", tmp_path / "requirements.txt")
    said = machine.report()
    assert "not checked" in said and "✓" not in said
