"""The checks: each says "not attempted yet", what is wrong (a hint that grows), or ✓.

``core`` holds what they share; each lesson has a file of its own.
"""

from gan_lessons.exercises.lesson_00 import (
    check_line,
    check_refresher,
    check_roles,
    check_words,
)
from gan_lessons.exercises.lesson_01 import (
    check_blind,
    check_covering,
    check_end,
    check_r1,
    check_ratio,
    check_rows,
    check_unfair,
)
from gan_lessons.exercises.lesson_02 import (
    check_bridges,
    check_gap,
    check_norms,
    check_overlaps,
    check_sizes,
    check_threes,
)
from gan_lessons.exercises.lesson_03 import (
    check_floor,
    check_how_many,
    check_order,
    check_pulls,
    check_real_mean,
    check_smoothing,
)
from gan_lessons.exercises.lesson_04 import (
    check_g_step,
    check_losses,
    check_references,
    check_repair,
    check_states,
)
from gan_lessons.exercises.lesson_05 import (
    check_all_alive,
    check_batch_std,
    check_ceiling,
    check_falls,
    check_moves,
    check_packs,
    check_reverse_kl,
)
from gan_lessons.exercises.lesson_08 import (
    check_heal,
    check_instruments,
    check_rule,
    check_shapes,
    check_ward,
)
from gan_lessons.exercises.lesson_09 import (
    check_by_heart,
    check_copies,
    check_flip,
    check_leak,
    check_side,
)
from gan_lessons.exercises.lesson_10 import (
    check_best_answer,
    check_blind_d,
    check_blur,
    check_nothing_known,
    check_pairs,
    check_winners,
)
from gan_lessons.exercises.lesson_11 import (
    check_pile,
    check_same_game,
    check_same_padding,
    check_sigmoids,
    check_torch_g_step,
)

__all__ = [
    "check_all_alive",
    "check_batch_std",
    "check_best_answer",
    "check_blind",
    "check_blind_d",
    "check_blur",
    "check_bridges",
    "check_by_heart",
    "check_ceiling",
    "check_copies",
    "check_covering",
    "check_end",
    "check_falls",
    "check_flip",
    "check_floor",
    "check_g_step",
    "check_gap",
    "check_heal",
    "check_how_many",
    "check_instruments",
    "check_leak",
    "check_line",
    "check_losses",
    "check_moves",
    "check_norms",
    "check_nothing_known",
    "check_order",
    "check_overlaps",
    "check_packs",
    "check_pairs",
    "check_pile",
    "check_pulls",
    "check_r1",
    "check_ratio",
    "check_real_mean",
    "check_references",
    "check_refresher",
    "check_repair",
    "check_reverse_kl",
    "check_roles",
    "check_rows",
    "check_rule",
    "check_same_game",
    "check_same_padding",
    "check_shapes",
    "check_side",
    "check_sigmoids",
    "check_sizes",
    "check_smoothing",
    "check_states",
    "check_threes",
    "check_torch_g_step",
    "check_unfair",
    "check_ward",
    "check_winners",
    "check_words",
]
