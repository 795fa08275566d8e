"""For all tests: their order, hints that start gently, what the browser tests measured."""

import pytest

from gan_lessons.exercises.core import tries


@pytest.fixture(autouse=True)
def fresh_hints():
    """Forget the wrong answers of the test before."""
    tries.clear()


def pytest_collection_modifyitems(items):
    """Put the notebooks first: one process runs them all, and that takes longest."""
    items.sort(key=lambda item: item.path.name != "test_notebooks.py")


def pytest_terminal_summary(terminalreporter):
    """Print what the browser tests printed: milliseconds, frames and steps a second."""
    passed = terminalreporter.stats.get("passed", [])
    told = [report.capstdout.rstrip() for report in passed if "tests/browser/" in report.nodeid]
    if any(told):
        terminalreporter.section("measured in the browser (alone only with -n 0)")
        terminalreporter.write_line("\n".join(filter(None, told)))
