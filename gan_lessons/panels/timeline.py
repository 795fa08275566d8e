"""The snapshots a cockpit keeps, so that a run can be scrubbed back through and forked."""

from dataclasses import fields, is_dataclass


def size_of(thing):
    """Return roughly how many bytes an object of arrays in dicts, lists and dataclasses holds."""
    if hasattr(thing, "nbytes"):
        return int(thing.nbytes)
    if isinstance(thing, dict):
        return sum(size_of(value) for value in thing.values())
    if isinstance(thing, list | tuple | set):
        return sum(size_of(value) for value in thing)
    if isinstance(thing, bytes | bytearray | str):
        return len(thing)
    if is_dataclass(thing):
        return sum(size_of(getattr(thing, field.name)) for field in fields(thing))
    if hasattr(thing, "numpy"):
        return size_of(thing.numpy())
    return sum(size_of(value) for value in getattr(thing, "__dict__", {}).values()) + 32


class Timeline:
    """At most ``most`` snapshots and ``most_bytes`` bytes of them, evenly spread over the steps.

    When one of the limits is passed, every other snapshot goes and ``spacing`` doubles. The first
    and the last snapshot always stay.
    """

    def __init__(self, most=24, most_bytes=48_000_000, spacing=10):
        self.most, self.most_bytes, self.first_spacing = most, most_bytes, spacing
        self.clear()

    def clear(self):
        """Forget everything."""
        self._kept = {}  # step -> (snapshot, bytes), in the order of the steps
        self.spacing = self.first_spacing

    @property
    def steps(self):
        """The steps of which there is a snapshot, in order."""
        return list(self._kept)

    @property
    def bytes(self):
        """What all snapshots take, roughly."""
        return sum(size for _, size in self._kept.values())

    def next_due(self, step):
        """Return the first step after ``step`` at which a snapshot should be taken."""
        return (step // self.spacing + 1) * self.spacing

    def keep(self, step, snapshot):
        """Keep a snapshot of ``step``; all later ones are forgotten: they are another future.

        Where a run paused, off the regular steps, its snapshot goes when the next one comes.
        """
        self.cut(step)
        *before, last = self.steps or [0]
        if before and last % self.spacing:
            self.cut(last)
        self._kept[step] = (snapshot, size_of(snapshot))
        while len(self._kept) > self.most or self.bytes > self.most_bytes:
            if len(self._kept) <= 2:
                break
            self.spacing *= 2
            self._thin()

    def cut(self, step):
        """Forget the snapshots from ``step`` on."""
        self._kept = {s: kept for s, kept in self._kept.items() if s < step}

    def nearest(self, step):
        """Return (step, snapshot) of the snapshot nearest to ``step``."""
        if not self._kept:
            raise LookupError("there is no snapshot yet; play some steps first")
        best = min(self._kept, key=lambda kept: abs(kept - step))
        return best, self._kept[best][0]

    def keep_ends(self):
        """Forget all but the first and the last snapshot, to give memory back."""
        ends = {*self.steps[:1], *self.steps[-1:]}
        self._kept = {s: kept for s, kept in self._kept.items() if s in ends}

    def _thin(self):
        ends = {*self.steps[:1], *self.steps[-1:]}
        self._kept = {
            s: kept for s, kept in self._kept.items() if s in ends or s % self.spacing == 0
        }
