"""One game played twice, step by step from one seed: two runs that differ by a lever, as a Game."""

from collections.abc import Mapping

from gan_lessons import arguments
from gan_lessons.game import Diverged, allowed
from gan_lessons.interrupts import unbroken
from gan_lessons.panels.cockpit import GAME, Cockpit
from gan_lessons.panels.screens import Screens
from gan_lessons.panels.stages import PlaneStage

SLICES = (0.030, 0.060)  # seconds of training; longer than for one game, since each swaps its runs


class Lane:
    """One of the two runs: any member of the game, asked while the game stands in this run."""

    def __init__(self, pair, number):
        self._pair, self._number = pair, number

    def __getattr__(self, name):
        self._pair.enter(self._number)
        return getattr(self._pair.game, name)


class Pair:
    """Two runs of one game. It swaps snapshots, for a second game would cost its memory again.

    left, right: the knobs of each run; what one side leaves out stays as it is there. ``levers``
        are those that differ; ``knobs`` holds all others, and turning one turns it in both runs.
    Both start anew from ``seed``, by default the game's. Members that are not in here are asked of
    the run in which the game stands. A pair cannot be saved.
    """

    def __init__(self, game, left, right, seed=None):
        arguments.has("game", game, *GAME)
        for name, side in (("left", left), ("right", right)):
            arguments.kind(name, side, Mapping, "a dict of knobs by name")
            for knob, value in side.items():
                try:
                    allowed(game.knobs, knob, value)
                except ValueError as error:
                    raise ValueError(f"{name}: {error}") from None
        if seed is not None:
            arguments.seed(seed)
        known = game.knobs
        now = {name: known[name].value for name in (*left, *right)}
        sides = now | left, now | right
        self.levers = [name for name in now if sides[0][name] != sides[1][name]]
        if not self.levers:
            raise ValueError("left and right are the same game; let one knob differ")
        self.game, self.lanes, self._kept = game, (Lane(self, 0), Lane(self, 1)), []
        game.reset(game.seed if seed is None else seed)
        for side in sides:
            game.turn(**side)
            self._kept.append(game.snapshot())
        self._here = 1
        labels = {name: known[name].label or name for name in self.levers}
        self.titles = [
            ", ".join(f"{labels[n]}: {_in_words(side[n])}" for n in self.levers) for side in sides
        ]

    def enter(self, number):
        """Put the game into run 0 or 1."""
        if number != self._here:
            self._kept[self._here] = self.game.snapshot()
            self.game.restore(self._kept[number])
            self._here = number

    def __getattr__(self, name):
        return getattr(self.game, name)

    @property
    def knobs(self):
        """The knobs that both runs share."""
        return {name: knob for name, knob in self.game.knobs.items() if name not in self.levers}

    def turn(self, **values):
        """Turn knobs in both runs."""
        for lane in self.lanes:
            lane.turn(**values)

    def advance(self, steps=1):
        """Play both runs; where one diverges, the other goes as far as its last good step."""
        before, first = self.snapshot(), self.step
        here = self._here
        for number in (here, 1 - here):  # the one at hand first
            try:
                self.lanes[number].advance(steps)
            except Diverged as error:
                good, other = self.lanes[number].step - first, self.lanes[1 - number]
                other.restore(before[1 - number])
                if good:
                    other.advance(good)
                raise Diverged(f"{self.titles[number]}: {error}") from error
            except KeyboardInterrupt:
                with unbroken():
                    self.restore(before)  # else one run would be ahead of the other
                raise

    def snapshot(self):
        """The states of both runs."""
        self._kept[self._here] = self.game.snapshot()
        return tuple(self._kept)

    def restore(self, snapshot):
        """Put both runs to a snapshot."""
        self._kept = list(snapshot)
        self.game.restore(self._kept[self._here])

    def reset(self, seed=None):
        """Start both runs anew from one seed."""
        seed = self.game.seed if seed is None else seed
        for lane in self.lanes:
            lane.reset(seed)


def _in_words(value):
    return f"{value:g}" if isinstance(value, float) else str(value)


def compare(game, left, right, *, stage, seed=None, title="Same seed, one lever", stop_at=2000):
    """Return a panel that plays ``game`` twice, side by side and in step, from one seed.

    game:        any game of points; it starts anew, so what it has learned is lost
    left, right: by name, the knobs of each side; at least one must differ
    stage:       a PlaneStage; both planes are drawn by it
    seed, title, stop_at: as in ``cockpit``; ``seed`` is the game's by default
    """
    arguments.kind("stage", stage, PlaneStage, "a PlaneStage")
    arguments.text("title", title)
    stop_at = arguments.whole("stop_at", stop_at, 1, arguments.STEPS)
    pair = Pair(game, left, right, seed)
    first = stage.open(pair.lanes[0], pair.titles[0])
    second = stage.open(pair.lanes[1], pair.titles[1], first.switches)
    return Cockpit(
        pair, Screens(pair, [first, second], curves=False), title, stop_at, slices=SLICES
    )
