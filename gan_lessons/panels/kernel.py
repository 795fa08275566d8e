"""Where a panel's work is done: one thread, one event loop, and the ■ button that stops it.

JupyterLab may hand slider messages to another thread of the kernel (a subshell). Everything a
panel does therefore goes home to the thread that made it, and games need no locks.
"""

import asyncio
import signal
import threading
import weakref


class Home:
    """The thread and the event loop on which a panel was made."""

    def __init__(self):
        self.thread = threading.get_ident()
        self.loop = None
        self.find_loop()

    def find_loop(self):
        """Return the event loop that runs here, or None in a program without one."""
        if threading.get_ident() == self.thread:
            try:
                self.loop = asyncio.get_running_loop()
            except RuntimeError:
                self.loop = None
        return self.loop

    def call(self, work):
        """Do ``work()``: at once at home, else as soon as the loop at home comes to it."""
        if self.loop is None or threading.get_ident() == self.thread:
            work()
        else:
            self.loop.call_soon_threadsafe(work)


class Latest:
    """A callback for widgets that does its work at home, once for all calls that were waiting."""

    def __init__(self, home, work):
        self.home, self.work, self.waiting = home, work, False

    def __call__(self, *_):
        if not self.waiting:
            self.waiting = True
            self.home.call(self._now)

    def _now(self):
        self.waiting = False
        self.work()


_playing = weakref.WeakSet()


def _interrupt_all(_signal, _frame):
    """Tell every playing panel that ■ was pressed; each stops after the step it is in."""
    for panel in list(_playing):
        panel.interrupted = True


def listen_for_interrupt(panel):
    """Let ■ set ``panel.interrupted``: an idle kernel ignores the signal, so a task must ask.

    Asked for anew before each slice, since the kernel puts its own handlers back after every cell;
    a handler of somebody else is left alone.
    """
    _playing.add(panel)
    here = threading.current_thread() is threading.main_thread()
    if here and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, _interrupt_all)


def stop_listening(panel):
    """Undo listen_for_interrupt once no panel plays any more."""
    _playing.discard(panel)
    here = threading.current_thread() is threading.main_thread()
    if not _playing and here and signal.getsignal(signal.SIGINT) is _interrupt_all:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
