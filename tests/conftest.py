"""For all tests: hints start gently in each, and the browser tests tell what they measured."""

import pytest

from gan_lessons.exercises.core import tries


@pytest.fixture(autouse=True)
def fresh_hints():
    """Forget the wrong answers of the test before."""
    tries.clear()


def pytest_terminal_summary(terminalreporter):
    """Print what the browser tests printed: milliseconds, frames and steps a second."""
    passed = terminalreporter.stats.get("passed", [])
    told = [report.capstdout.strip() for report in passed if "tests/browser/" in report.nodeid]
    if any(told):
        terminalreporter.section("measured in the browser (alone only with -n 0)")
        terminalreporter.write_line("\n".join(filter(None, told)))
