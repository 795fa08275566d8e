"""The checks: each says "not attempted yet", what is wrong (a hint that grows), or ✓.

``core`` holds what they share; each lesson has a file of its own.
"""

from gan_lessons.exercises.lesson_04 import (
    check_g_step,
    check_losses,
    check_references,
    check_repair,
    check_states,
)

__all__ = [
    "check_g_step",
    "check_losses",
    "check_references",
    "check_repair",
    "check_states",
]
