"""For all tests: hints start gently in each."""

import pytest

from gan_lessons.exercises.core import tries


@pytest.fixture(autouse=True)
def fresh_hints():
    """Forget the wrong answers of the test before."""
    tries.clear()
