"""Figures that change many times a second: only what moved is drawn, the rest is kept (blitting).

A LivePicture owns the figure; its parts (LossCurves, ScoreHistograms) change artists in place.
"""

import math

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from matplotlib.ticker import FuncFormatter, MaxNLocator

from gan_lessons import arguments
from gan_lessons.pictures.palette import (
    D_COLOUR,
    FAINT,
    FAKE_COLOUR,
    G_COLOUR,
    INK,
    REAL_COLOUR,
)

MOST_POINTS = 600  # drawn of a curve, at most: two sides of a band
DPI = 100
LARGEST = 4000  # pixels of a side


def new_figure(width=640, height=400):
    """Return an empty matplotlib Figure of this many pixels that belongs to no window."""
    width = arguments.whole("width", width, 1, LARGEST)
    height = arguments.whole("height", height, 1, LARGEST)
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


class LivePicture:
    """A figure in three layers: still things, things that change now and then, moving things.

    Of the first two a picture is kept, and only what changed is drawn: writing ten letters takes
    longer than drawing a curve. Parts call ``moving`` or ``changing`` once with their artists, and
    ``redo`` when limits or other still things change.
    """

    def __init__(self, figure):
        arguments.kind("figure", figure, Figure, "a matplotlib Figure")
        self.figure = figure
        self.canvas = FigureCanvasAgg(figure)
        self._moving, self._changing = [], []
        self._still = self._base = None
        self.full_draws = 0

    def moving(self, *artists):
        """Take note of artists that change from frame to frame."""
        self._moving += self._animated(artists)

    def changing(self, *artists):
        """Take note of artists that change a few times a second, such as text."""
        self._changing += self._animated(artists)

    def redo(self):
        """Draw everything anew at the next frame."""
        self._still = None

    def pixels(self):
        """Draw a frame and return it, uint8 (height, width, 3).

        The three lowest bits are set: nobody sees it, and the PNG becomes a third smaller.
        """
        if self._still is None:
            self.canvas.draw()
            self._still = self.canvas.copy_from_bbox(self.figure.bbox)
            self._base = None
            self.full_draws += 1
        if self._base is None or any(artist.stale for artist in self._changing):
            self.canvas.restore_region(self._still)
            self._draw(self._changing)
            self._base = self.canvas.copy_from_bbox(self.figure.bbox)
        else:
            self.canvas.restore_region(self._base)
        self._draw(self._moving)
        return np.asarray(self.canvas.buffer_rgba())[..., :3] | np.uint8(7)

    @staticmethod
    def _animated(artists):
        for artist in artists:
            arguments.kind("artists", artist, Artist, "matplotlib artists")
            artist.set_animated(True)  # keeps it out of the still layer
        return artists

    @staticmethod
    def _draw(artists):
        for artist in artists:
            artist.axes.draw_artist(artist)
            artist.stale = False  # a hidden one would stay so


def check_place(picture, axes):
    """TypeError unless these are a LivePicture and axes of matplotlib."""
    arguments.kind("picture", picture, LivePicture, "a LivePicture")
    arguments.kind("axes", axes, Axes, "matplotlib's Axes")


def band(steps, values, most=MOST_POINTS // 4):
    """Return (steps, low, high), at most ``most`` of each: a curve with every peak and dip kept.

    steps, values: arrays of one length > 0; each bin gives its smallest and its largest value.
    """
    bins = min(most, len(values))
    edges = np.linspace(0, len(values), bins + 1).astype(int)[:-1]
    return steps[edges], np.minimum.reduceat(values, edges), np.maximum.reduceat(values, edges)


def smooth(steps, values, most=100):
    """Return at most ``most`` points (steps, means): the curve without its noise."""
    bins = min(most, max(1, len(values) // 4))
    edges = np.linspace(0, len(values), bins + 1).astype(int)
    sums = np.add.reduceat(values, edges[:-1])
    return steps[(edges[:-1] + edges[1:]) // 2], sums / np.diff(edges)


def _outline(steps, low, high):
    """Return the corners (2n, 2) of the area between two curves: there below, back above."""
    return np.column_stack([np.append(steps, steps[::-1]), np.append(low, high[::-1])])


def nice_top(value):
    """Return the smallest of 1, 2, 5 times a power of ten that is not below ``value`` (> 0)."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= value * (1 - 1e-9))


def nice_range(values, now=None):
    """Return limits (low, high) around values that seldom change; NaN and infinities are left out.

    Kept as they are (``now``) while the values fit in and fill at least two fifths of them.
    """
    values = np.asarray(values, float)
    values = values[np.isfinite(values)]
    if not len(values):
        return now or (0.0, 1.0)
    low, high = float(values.min()), float(values.max())
    if now and now[0] <= low and high <= now[1] and high - low >= 0.4 * (now[1] - now[0]):
        return now
    margin = max(0.15 * (high - low), 0.02 * max(abs(low), abs(high)), 1e-3)
    grain = nice_top((high - low + 2 * margin) / 10)
    return grain * math.floor((low - margin) / grain), grain * math.ceil((high + margin) / grain)


def thousands(value, _position=None):
    """Write 1500 as 1.5k, so that tick labels stay narrow."""
    text = f"{value / 1000:g}k" if abs(value) >= 1000 else f"{value:g}"
    return text.replace("-", "−")


def _number(value):
    """Write a loss with two digits after the point, or none where it is large."""
    return (f"{value:.2f}" if abs(value) < 10 else f"{value:.0f}").replace("-", "−")


def _plain(axes):
    """Take the upper and right lines off the axes and set a quiet style."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FAINT)
    axes.tick_params(colors=INK, labelsize=8)


class LossCurves:
    """Both losses against steps, with a dashed line where each stands at the optimum.

    A faint band spans all values, a strong line their means; a cursor marks one step.
    """

    def __init__(self, picture, axes):
        check_place(picture, axes)
        self.picture, self.axes = picture, axes
        _plain(axes)
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(FuncFormatter(thousands))
        axes.yaxis.set_major_formatter(FuncFormatter(thousands))
        self.players = {}
        for x, name, who, colour in (
            (0.0, "d_loss", "D's loss", D_COLOUR),
            (0.36, "g_loss", "G's loss", G_COLOUR),
        ):
            noise = Polygon([(0, 0)], color=colour, lw=0.5, alpha=0.25)
            axes.add_patch(noise)
            (mean,) = axes.plot([], [], color=colour, lw=1.8)
            line = axes.axhline(0, color=colour, lw=1, ls=(0, (4, 3)), visible=False)
            mark = axes.text(
                1.015, 0, "", color=colour, size=8, va="center",
                transform=axes.get_yaxis_transform(),
            )  # fmt: skip
            head = axes.text(
                x, 1.04, who, color=colour, size=9, weight="bold", transform=axes.transAxes
            )
            self.players[name] = (who, noise, mean, line, mark, head)
            picture.moving(noise, mean)
            picture.changing(head)
        beside = {"transform": axes.transAxes, "size": 8, "color": INK}
        axes.text(1, 1.04, "dashed: optimum", ha="right", **beside)
        axes.text(1.015, 0, "steps", va="center", **beside)
        self.cursor = axes.axvline(0, color=FAINT, lw=1)
        picture.moving(self.cursor)
        self._references = None
        self._limits = None

    def update(self, history, references, at=None, until=None, numbers=True):
        """Show a history.

        history:    arrays "step", "d_loss", "g_loss" of one length (0 allowed)
        references: {"d_loss": value or None, "g_loss": value or None}
        at:         the step the cursor stands at; the last one by default
        until:      where the axis ends, unless the curves are still far from it or beyond
        numbers:    False leaves the two numbers above the axes as they are, which is faster
        """
        history = arguments.record("history", history, "step", *self.players)
        arguments.references(references)
        numbers = arguments.switch("numbers", numbers)
        at = at if at is None else arguments.whole("at", at, 0, arguments.STEPS)
        until = until if until is None else arguments.whole("until", until, 0, arguments.STEPS)
        steps = history["step"]
        last = int(steps[-1]) if len(steps) else 0
        at = last if at is None else at
        room = nice_top(max(last, 500))
        self._set_limits(history, references, max(last, min(room, until or room)))
        self._set_references(references)
        for name, (who, noise, mean, _line, _mark, head) in self.players.items():
            values = np.asarray(history[name], float)
            if not len(values):
                noise.set_xy([(0, 0)])
                mean.set_data([], [])
                head.set_text(who)
                continue
            finite = np.isfinite(values)
            if finite.any():
                noise.set_xy(_outline(*band(steps[finite], values[finite])))
                mean.set_data(*smooth(steps[finite], values[finite]))
            if numbers:
                near = values[max(0, at - 20) : max(1, at)]
                head.set_text(f"{who} {_number(near.mean())}")
        self.cursor.set_xdata([at, at])
        self.cursor.set_visible(len(steps) > 0)

    def _set_limits(self, history, references, steps):
        """Move the limits (0 to ``steps`` across) when the curves have outgrown them."""
        seen = [value for value in references.values() if value is not None]
        for name in self.players:
            values = np.asarray(history[name], float)
            values = values[np.isfinite(values)]
            if len(values):
                seen += list(np.percentile(values, [1, 99]))
        old_y = self._limits[1] if self._limits else None
        limits = (steps, nice_range(seen, old_y))
        if limits != self._limits:
            self._limits = limits
            self.axes.set_xlim(0, limits[0])
            self.axes.set_ylim(*limits[1])
            self._references = None
            self.picture.redo()

    def _set_references(self, references):
        """Move the dashed lines and their numbers at the right-hand end."""
        if references == self._references:
            return
        self._references = dict(references)
        low, high = self._limits[1]
        apart = 0.09 * (high - low)  # numbers nearer than this would overlap
        shown = {n: references[n] for n in self.players if references.get(n) is not None}
        heights = dict(shown)
        if len(shown) == 2 and abs(shown["d_loss"] - shown["g_loss"]) < apart:
            upper, lower = sorted(shown, key=shown.get, reverse=True)
            middle = (shown[upper] + shown[lower]) / 2
            heights = {upper: middle + apart / 2, lower: middle - apart / 2}
        for name, (_who, _noise, _mean, line, mark, _head) in self.players.items():
            line.set_visible(name in shown)
            mark.set_visible(name in shown)
            if name in shown:
                line.set_ydata([shown[name]] * 2)
                mark.set_y(heights[name])
                mark.set_text(f"{name[0].upper()} {_number(shown[name])}")
        self.picture.redo()


class ScoreHistograms:
    """D's logits on real examples and on fakes, over one another. Above 0, D says "real"."""

    BINS = 32

    def __init__(self, picture, axes):
        check_place(picture, axes)
        self.picture, self.axes = picture, axes
        _plain(axes)
        axes.spines["left"].set_visible(False)
        axes.set_yticks([])
        axes.xaxis.set_major_formatter(FuncFormatter(thousands))
        axes.set_ylim(0, 1.05)
        axes.axvline(0, color=FAINT, lw=1)
        beside = {"transform": axes.transAxes, "size": 8, "color": INK}
        axes.text(0, 1.05, "D's mean logit on", **beside)
        axes.text(0, -0.5, "← D says fake", **beside)
        axes.text(1, -0.5, "D says real →", ha="right", **beside)
        self.bars, self.heads = [], []
        edges = np.linspace(-1, 1, self.BINS + 1)
        for x, who, colour in ((0.36, "real", REAL_COLOUR), (0.66, "fake", FAKE_COLOUR)):
            bars = axes.stairs(np.zeros(self.BINS), edges, fill=True, fc=colour, alpha=0.6)
            head = axes.text(
                x, 1.05, who, color=colour, size=9, weight="bold", transform=axes.transAxes
            )
            picture.changing(bars, head)
            self.bars.append(bars)
            self.heads.append((who, head))
        self._reach = None
        self._set_reach(4.0)

    def update(self, on_real, on_fake):
        """Show logits, two arrays of any length; what lies outside falls into the end bins."""
        given = {"on_real": on_real, "on_fake": on_fake}
        both = [arguments.array(name, scores, finite=False) for name, scores in given.items()]
        both = [scores.astype(float).ravel() for scores in both]
        both = [scores[np.isfinite(scores)] for scores in both]
        if not all(map(len, both)):
            return  # nothing to show; the losses will tell
        far = float(np.percentile(np.abs(np.concatenate(both)), 97))
        if far > self._reach or far < self._reach / 5:
            self._set_reach(max(1.0, nice_top(max(far, 1e-6) * 1.4)))
        edges = np.linspace(-self._reach, self._reach, self.BINS + 1)
        inside = np.nextafter(self._reach, 0)
        counts = [np.histogram(s.clip(-inside, inside), edges)[0] / len(s) for s in both]
        tallest = max(count.max() for count in counts)
        for bars, count, (who, head), scores in zip(
            self.bars, counts, self.heads, both, strict=True
        ):
            bars.set_data(count / tallest, edges)
            head.set_text(f"{who} {scores.mean():+.1f}".replace("-", "−"))

    def _set_reach(self, reach):
        """Let the axis go from -reach to reach."""
        if reach != self._reach:
            self._reach = reach
            self.axes.set_xlim(-reach, reach)
            self.picture.redo()
