"""Holds ■ back where it would break something until the kernel restarts.

A library that is stopped while it is imported stays half imported; a game that is stopped while it
is put back to its last step stands between two.
"""

import contextlib
import signal
import threading


@contextlib.contextmanager
def unbroken():
    """Hold an interrupt back to the end of the ``with``; it comes then."""
    here = threading.current_thread() is threading.main_thread()
    if not here or signal.getsignal(signal.SIGINT) is None:  # none comes, or it is not Python's
        yield
        return
    held = []
    before = signal.signal(signal.SIGINT, lambda *_: held.append(True))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if held:
            signal.raise_signal(signal.SIGINT)
