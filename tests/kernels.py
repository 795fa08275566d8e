"""A real kernel that runs the cells of a lesson and can be interrupted or killed, for tests."""

import re
import threading
import time
from queue import Empty

from jupyter_client.manager import KernelManager

CELL = 300  # seconds that one cell may take
LIBRARIES = r"(import|from) (numpy|torch|ipywidgets|matplotlib|PIL)\b"
STOPPED = {"KeyboardInterrupt", "CancelledError"}  # the second where a cell was awaiting


class Kernel:
    """A Python kernel in ``folder``; use it in a ``with``."""

    def __init__(self, folder):
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(cwd=str(folder))
        self._connect()

    def _connect(self):
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def restart(self):
        """Kill it, whatever it does, and start a new one, as the button does."""
        self.client.stop_channels()
        self.manager.restart_kernel(now=True)
        self._connect()

    def run(self, code, interrupt_after=None):
        """Run a cell: (the name of its error or "", its printed text).

        interrupt_after: seconds; a cell that takes longer gets the signal that ■ sends.
        """
        sent = threading.Event()
        stop = threading.Timer(
            interrupt_after or 0.0, lambda: [sent.set(), self.manager.interrupt_kernel()]
        )
        asked = self.client.execute(code, allow_stdin=False)
        if interrupt_after is not None:
            stop.start()
        try:
            error, printed = self._answer(asked)
        finally:
            stop.cancel()
        if sent.is_set() and not error:  # it may come late, and must not swallow the next cell
            time.sleep(0.5)
        return error, printed

    def _answer(self, asked):
        error, printed, end = "", "", time.monotonic() + CELL
        while time.monotonic() < end:
            try:
                message = self.client.get_iopub_msg(timeout=1)
            except Empty:
                assert self.manager.is_alive(), "the kernel died"
                continue
            if message["parent_header"].get("msg_id") != asked:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "stream" and content["name"] == "stdout":
                printed += content["text"]
            elif kind == "error":
                error = content["ename"]
                self.said = "\n".join(content["traceback"])
            elif kind == "status" and content["execution_state"] == "idle":
                return error, printed
        raise AssertionError(f"the cell took more than {CELL} seconds")


def run_all(kernel, notebook):
    """Run every cell from top to bottom: none fails, and the exact ones print what they print."""
    for cell in code_cells(notebook):
        error, printed = kernel.run(cell.source)
        assert not error, f"cell {cell.id}: {kernel.said}"
        if "NBVAL_CHECK_OUTPUT" in cell.source:
            assert printed == printed_before(cell), cell.id


def run_and_interrupt(kernel, notebook, chance, most=4, patience=0.8):
    """Run the cells, interrupt ``most`` of the slow ones somewhere, and go on with the same cell.

    chance: a random.Random. Returns the ids of the cells that were stopped. What a lesson imports
    by itself is there before: a library that is stopped while it is imported is broken until the
    kernel restarts, unless the package imports it.
    """
    stopped = []
    own = [line for cell in code_cells(notebook) for line in cell.source.splitlines()]
    kernel.run("\n".join(line for line in own if re.match(LIBRARIES, line)))
    for cell in code_cells(notebook):
        after = chance.expovariate(1 / patience) if len(stopped) < most else None
        error, _ = kernel.run(cell.source, after)
        if error:
            assert error in STOPPED and after is not None, f"cell {cell.id}: {kernel.said}"
            stopped.append(cell.id)
            error, _ = kernel.run(cell.source)
            assert not error, f"cell {cell.id}, run again: {kernel.said}"
    return stopped


def code_cells(notebook):
    """The cells of a notebook that hold code."""
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


def printed_before(cell):
    """What a committed cell printed."""
    texts = [out.text for out in cell.outputs if out.output_type == "stream"]
    return re.sub(r"\r\n", "\n", "".join(texts))
