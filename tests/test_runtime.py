"""TensorFlow comes late, quietly, and with its threads set; or it says that it was too late."""

import subprocess
import sys

import pytest

LIGHT = (
    "gan_lessons, gan_lessons.data, gan_lessons.exercises, gan_lessons.game, gan_lessons.metrics"
)


def run(code):
    """Run Python code in a process of its own; what it prints and what it warns of."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize("modules", [LIGHT, "gan_lessons.pictures, gan_lessons.panels"])
def test_what_needs_no_network_loads_no_tensorflow(modules):
    heavy = "{'tensorflow', 'keras', 'torch'}"
    assert run(f"import sys, {modules}; print({heavy} & set(sys.modules))").stdout == "set()\n"


def test_a_game_of_digits_prints_nothing_of_tensorflow_s():
    done = run(
        "from gan_lessons.runtime import device_line, tf; print(device_line())\n"
        "from gan_lessons.training import digit_game\n"
        "game = digit_game(); game.advance(9); game.sample(4); game.verdicts(4)\n"
        "print(tf.config.threading.get_intra_op_parallelism_threads())"
    )
    assert done.stderr == ""
    first, *rest = done.stdout.splitlines()
    assert first.startswith("TensorFlow 2.") and (" on " in first)
    assert rest == ["1"] or "CPU" not in first


def test_too_late_is_said_and_the_game_goes_on():
    done = run(
        "import tensorflow as tf; tf.zeros(1)\n"
        "from gan_lessons.runtime import GPUS; print(len(GPUS))"
    )
    assert "had started already" in done.stdout


@pytest.mark.parametrize(
    ("quota", "limit"),
    [("max 100000", None), ("100000 100000", 1), ("50000 100000", 1), ("", None)],
)
def test_a_container_s_limit_is_respected(quota, limit, monkeypatch, tmp_path):
    from gan_lessons import runtime

    whole = runtime.cpu_limit()
    file = tmp_path / "cpu.max"
    file.write_text(quota)
    monkeypatch.setattr(runtime, "CPU_QUOTA", file)
    assert runtime.cpu_limit() == (limit or whole)
