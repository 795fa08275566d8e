"""The clockwork of a cockpit: how many steps fit into a slice, what is due, how fast it goes."""

import time
from collections import deque


class Pace:
    """Measures a run that is played in slices. All times are in seconds."""

    def __init__(self):
        self.played = 0.0  # in all
        self.step_time = 0.001  # a guess, until steps have been timed
        self._done = {}  # when each thing was last done
        self._seen = deque(maxlen=20)  # (time, step) of the last seconds
        self._last = self._end = 0.0

    def start(self, seconds=None):
        """Begin a run, which should end after ``seconds`` if these are given."""
        self._last = time.perf_counter()
        self._end = self._last + seconds if seconds else float("inf")
        self._done.clear()
        self._seen.clear()

    def tick(self):
        """Add the time since the last tick to what was played."""
        now = time.perf_counter()
        self.played, self._last = self.played + now - self._last, now

    def over(self):
        """Whether the run has had its time."""
        return time.perf_counter() > self._end

    def due(self, name, every):
        """Whether ``every`` seconds have passed since this was last True for ``name``."""
        now = time.perf_counter()
        if now < self._done.setdefault(name, now) + every:
            return False
        self._done[name] = now
        return True

    def steps_in(self, seconds):
        """Return how many steps should take so long; at least 1."""
        return max(1, int(seconds / self.step_time))

    def timed(self, steps, seconds):
        """Take note of how long some steps took."""
        self.step_time = max(0.5 * (self.step_time + seconds / steps), 1e-5)

    def passed(self, step):
        """Take note that the game stands at ``step`` now."""
        self._seen.append((time.perf_counter(), step))

    def speed(self):
        """Steps per second over the last seconds, drawing and all; None if unknown."""
        if len(self._seen) < 2:
            return None
        (start, first), (end, last) = self._seen[0], self._seen[-1]
        return (last - first) / (end - start) if end > start and last > first else None
