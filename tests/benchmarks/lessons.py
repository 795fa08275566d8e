"""Run the lessons as Binder would: on one core, and killed when they take more than 2 GB.

    python tests/benchmarks/lessons.py                   every lesson, and the sum
    python tests/benchmarks/lessons.py 04 08             only these

Linux only. Each notebook runs from top to bottom in a real kernel of its own, its exercises left
as they are. A watch adds up the resident memory of the kernel and its children every 50 ms, and
kills them above the limit; address space plays no part. (It is a watch and no control group,
because those need a right that few have. What goes up and down again between two looks, it sees
in the kernel's own high-water mark.) Ends with status 1 where a lesson fails or passes a bar.
"""

import argparse
import os
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
LOOK_EVERY = 0.05  # seconds
LIMIT = 2e9  # bytes: what Binder gives to a kernel, its server and all else
LESSON_BAR = 1e9  # bytes that one lesson may take
COURSE_BAR = 20 * 60  # seconds of CPU that the whole course may take


class Watch(threading.Thread):
    """Adds up what a process and its children take, and kills them above ``limit`` bytes.

    peak: bytes of resident memory at the worst moment; pages that they share count for each
    cpu:  seconds of user and system time, also of children that ended and were waited for
    """

    def __init__(self, pid, limit):
        super().__init__(daemon=True)
        self.kernel, self.limit = psutil.Process(pid), limit
        self.peak = self.cpu = 0.0
        self.killed, self._over = False, threading.Event()

    def run(self):
        while not self._over.wait(LOOK_EVERY):
            self.look()

    def look(self):
        """Note memory and CPU time now."""
        family, memory, cpu = [], 0, 0.0
        try:
            memory = high_water(self.kernel.pid)
            family = [self.kernel, *self.kernel.children(recursive=True)]
            for process in family:
                memory += process.memory_info().rss if process is not self.kernel else 0
                cpu += sum(process.cpu_times()[:4])
        except (psutil.NoSuchProcess, FileNotFoundError):  # one has just ended: the next look
            return
        self.peak, self.cpu = max(self.peak, memory), max(self.cpu, cpu)
        if memory > self.limit and not self.killed:
            self.killed = True
            for process in reversed(family):
                with suppress(psutil.NoSuchProcess):
                    process.kill()

    def stop(self):
        """Look a last time, and no more."""
        self.look()
        self._over.set()
        self.join()


def high_water(pid):
    """The most resident memory that a process has had, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return 1024 * int(line.split()[1])
    return 0  # it is ending


@contextmanager
def one_core():
    """What is started in here may use one core only."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def run(path, limit=LIMIT):
    """Run a notebook file; return (Watch, seconds, what went wrong or "")."""
    notebook = nbformat.read(path, as_version=4)
    start, wrong = time.monotonic(), ""
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(notebook, timeout=900, kernel_name="python3", allow_errors=True)
        client.create_kernel_manager()
        with one_core():
            client.start_new_kernel(cwd=folder)
        watch = Watch(client.km.provisioner.process.pid, limit)
        watch.start()
        try:
            with client.setup_kernel():
                for index, cell in enumerate(notebook.cells):
                    client.execute_cell(cell, index)
                    wrong = wrong or error_of(cell)
                watch.stop()
        except DeadKernelError:
            wrong = f"killed above {limit / 1e9:g} GB" if watch.killed else "the kernel died"
    return watch, time.monotonic() - start, wrong


def error_of(cell):
    """The error that a cell ended in, or ""."""
    found = [o for o in cell.get("outputs", []) if o.output_type == "error"]
    return f"{found[0].ename}: {found[0].evalue}" if found else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="*", help="their numbers; all by default")
    parser.add_argument("--limit", type=float, default=LIMIT / 1e9, help="GB; above, it is killed")
    options = parser.parse_args()
    every = {path.name[:2]: path for path in sorted(FOLDER.glob("*.ipynb"))}
    chosen = options.lessons or list(every)
    if unknown := set(chosen) - set(every):
        parser.error(f"lessons must be among {', '.join(every)}, got {', '.join(sorted(unknown))}")
    total, failed = 0.0, False
    print(
        f"limit {options.limit:g} GB by a watch of resident memory every {LOOK_EVERY} s, one core"
    )
    print("lesson                peak MB   CPU s  wall s  errors", flush=True)
    for path in map(every.get, chosen):
        watch, seconds, wrong = run(path, 1e9 * options.limit)
        print(
            f"{path.stem:20} {watch.peak / 1e6:8.0f} {watch.cpu:7.1f} {seconds:7.1f}  "
            f"{wrong.splitlines()[0] if wrong else 'none'}",
            flush=True,
        )
        absent = wrong.startswith("NoPyTorch")  # which is no part of requirements.txt
        failed = failed or watch.peak > LESSON_BAR or bool(wrong and not absent)
        total += watch.cpu
    print(f"all: {total:.0f} CPU seconds, {total / 60:.1f} minutes")
    sys.exit(failed or total > COURSE_BAR)


if __name__ == "__main__":
    main()
