"""Every lesson in a real kernel: stopped or killed in the middle, then run again from the top."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from kernels import Kernel, code_cells, run_all, run_and_interrupt
from lessons import every_lesson, lesson

pytestmark = pytest.mark.long


@pytest.mark.parametrize("name", every_lesson())
def test_a_lesson_survives_interrupts_and_a_restart(name, tmp_path):
    notebook, chance = lesson(name), random.Random(name)
    with Kernel(tmp_path) as kernel:
        stopped = run_and_interrupt(kernel, notebook, chance)
        run_all(kernel, notebook)
        killed_in = chance.choice(code_cells(notebook)[5:])
        for cell in code_cells(notebook):
            if cell is killed_in:
                kernel.client.execute(cell.source)
                break
            assert kernel.run(cell.source)[0] == ""
        kernel.restart()
        run_all(kernel, notebook)
    print(f"{name}: stopped in {', '.join(stopped)}; killed in {killed_in.id}")
    assert stopped
    assert not any(tmp_path.iterdir())  # it writes nothing that a second copy could overwrite


@pytest.mark.parametrize("name", ["04_training_loop", "09_colour_images"])
def test_two_copies_of_a_lesson_that_saves_run_at_once_in_one_folder(name, tmp_path):
    notebook = lesson(name)
    with Kernel(tmp_path) as one, Kernel(tmp_path) as other, ThreadPoolExecutor() as both:
        list(both.map(run_all, [one, other], [notebook, notebook]))
