"""Brings in TensorFlow quietly, sets its threads or GPU once, and says what the game runs on."""

import contextlib
import os
import sys
from pathlib import Path

from gan_lessons.interrupts import unbroken

CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")  # of a container: "quota period" or "max period"


def cpu_limit() -> int:
    """How many CPUs this process may use: the machine's, or fewer where a container caps them."""
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with contextlib.suppress(OSError, ValueError):
        quota, period = CPU_QUOTA.read_text().split()
        if quota != "max":
            cpus = min(cpus, max(1, int(quota) // int(period)))
    return cpus


@contextlib.contextmanager
def _silence():
    """Send file descriptor 2 nowhere: TensorFlow's C++ start-up lines ignore every log level."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _use_gpus(gpus) -> None:
    """Let every GPU's memory grow on demand, so that several kernels can share the card."""
    for gpu in gpus:
        try:
            tf.config.experimental.set_memory_growth(gpu, True)
        except RuntimeError:
            print("TensorFlow had started already: GPU memory growth stays as it was.")
            return


def _use_cpu() -> None:
    """One thread inside an operation, two operations at once: best for small convolutions."""
    try:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(min(2, cpu_limit()))
        # Its "remapper" fails on the slope of a leaky convolution and tells every reader so.
        tf.config.optimizer.set_experimental_options({"remapping": False})
    except RuntimeError:
        print("TensorFlow had started already: its threads stay as they were (slower small games).")


def device_line() -> str:
    """What the games run on, in words."""
    if GPUS:
        names = [
            tf.config.experimental.get_device_details(g).get("device_name", g.name) for g in GPUS
        ]
        return f"TensorFlow {tf.__version__} on {', '.join(names)}"
    cpus = cpu_limit()
    return f"TensorFlow {tf.__version__} on {cpus} CPU core{'s' * (cpus > 1)}"


os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
with unbroken(), _silence():
    import keras
    import tensorflow as tf

    GPUS = tf.config.list_physical_devices("GPU")
    _use_gpus(GPUS) if GPUS else _use_cpu()
    tf.get_logger().setLevel("ERROR")  # its warnings of retracing are for other programs
    tf.zeros(())  # the first operation prints more lines; spend it here

__all__ = ["GPUS", "cpu_limit", "device_line", "keras", "tf"]
