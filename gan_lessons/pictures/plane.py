"""The live plane of a game of points: layers that switch on and off, and a strip of the modes."""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import FuncFormatter, MaxNLocator

from gan_lessons import arguments
from gan_lessons.metrics import ALIVE, alive
from gan_lessons.pictures.live import check_place, nice_top, thousands
from gan_lessons.pictures.palette import FAINT, FAKE_COLOUR, INK, REAL_COLOUR

GRID = 40  # D is looked at on GRID × GRID points
BEST_GRID = 120  # D* is: its modes are narrow
BINS = 384  # of the histogram under a density estimate, each way
REACH = 2.5  # how far the net of latent lines goes
DARK = 4  # times its fair share: where the strip of the modes is darkest
VERDICTS = LinearSegmentedColormap.from_list(
    "verdicts", [FAKE_COLOUR, "white", REAL_COLOUR]
).with_extremes(bad="0.8")  # neither real nor fake points are there: D* is not defined
PALE = 0.35  # how far the surface is washed out, so that points stay readable on it
MASSES = LinearSegmentedColormap.from_list("masses", ["white", FAKE_COLOUR, "#301000"])


def grid_points(span, n=GRID):
    """Return (n², 2) points: the middles of n × n cells of the square [−span, span]², from below.

    ``values.reshape(n, n)`` of values there is a picture whose first row is the lowest.
    """
    across = span * ((np.arange(n) + 0.5) / n * 2 - 1)
    return np.stack(np.meshgrid(across, across), axis=-1).reshape(-1, 2)


def gaussian_mixture(centres, spread):
    """Return the density (n, 2) -> (n,) of Gaussians of equal weight around ``centres`` (k, 2).

    spread: their standard deviation in each direction, above 0
    """
    centres = arguments.points("centres", centres)
    arguments.number("spread", spread, above=0)

    def density(x):
        squares = ((arguments.points("x", x)[:, None] - centres) ** 2).sum(axis=2)
        return np.exp(-squares / (2 * spread**2)).mean(axis=1) / (2 * np.pi * spread**2)

    return density


def kernel_density(points, span, n=GRID, bandwidth=None):
    """Estimate a density from points (m, 2): its values (n², ) at ``grid_points(span, n)``.

    Gaussian kernels on a histogram of 384 × 384 bins, so it takes as long for a million points.
    The estimate is the density blurred by the bandwidth; the default is Scott's rule in two
    dimensions, the points' standard deviation × m^(−1/6), which suits a single hump only: for
    narrow modes give about a third of their spread. Never below the width of a bin.
    """
    points = np.asarray(points, float)
    if bandwidth is None:
        bandwidth = points.std(axis=0).mean() * len(points) ** (-1 / 6)
    if not (span > 0 and bandwidth > 0):
        raise ValueError(f"span and bandwidth must be above 0, got {span} and {bandwidth}")
    bandwidth = max(bandwidth, 2 * span / BINS)
    inside = (np.abs(points) < span).all(axis=1)  # NaN is not
    x, y = ((points[inside] / span + 1) / 2 * BINS).astype(int).T
    counts = np.bincount(y * BINS + x, minlength=BINS**2).reshape(BINS, BINS)
    middles, across = (span * ((np.arange(k) + 0.5) / k * 2 - 1) for k in (BINS, n))
    kernel = np.exp(-(((across[:, None] - middles) / bandwidth) ** 2) / 2)
    kernel /= np.sqrt(2 * np.pi) * bandwidth
    kernel = kernel.astype(np.float32)
    return (kernel @ counts.astype(np.float32) @ kernel.T).ravel() / len(points)


def best_judge(real_density, fake_density):
    """Return D* = p / (p + q), Goodfellow et al. 2014, Prop. 1; NaN where neither has mass.

    "No mass": p + q is below a ten-thousandth of its largest value.
    """
    both = real_density + fake_density
    return np.divide(
        real_density, both, out=np.full_like(both, np.nan), where=both > 1e-4 * both.max()
    )


def latent_net(width, lines=11, points=26):
    """Return the lines of a lattice in a latent space: latents (2 · lines, points, width).

    It spans [−2.5, 2.5] in the first two coordinates, all others are 0; a latent space of one
    dimension gives one line.
    """
    along, across = np.linspace(-REACH, REACH, points), np.linspace(-REACH, REACH, lines)
    if width == 1:
        return along[None, :, None]
    net = np.stack(np.meshgrid(along, across), axis=-1)
    return np.pad(np.concatenate([net, net[..., ::-1]]), ((0, 0), (0, 0), (0, width - 2)))


class Plane:
    """Points, D's surface, arrows and G's warped net in a square; each is hidden by None."""

    def __init__(self, picture, axes, span, real=None, centres=None, radius=0.0):
        """real: points (n, 2), drawn pale; centres (k, 2) get a circle of this radius each."""
        check_place(picture, axes)
        span = arguments.number("span", span, above=0)
        arguments.number("radius", radius, 0)
        real = None if real is None else arguments.points("real", real)
        centres = None if centres is None else arguments.points("centres", centres)
        axes.set(xlim=(-span, span), ylim=(-span, span), xticks=[], yticks=[])
        axes.spines[:].set_color(FAINT)
        box, self.span, self.picture = (-span, span, -span, span), span, picture
        nothing = np.zeros((2, 2, 4), np.uint8)
        self.surface = axes.imshow(
            nothing, extent=box, origin="lower", interpolation="bilinear", visible=False
        )
        (self.real,) = axes.plot(
            *(np.empty((0, 2)) if real is None else real).T, "o", ms=2, mew=0,
            color=REAL_COLOUR, alpha=0.45,
        )  # fmt: skip
        turn = np.linspace(0, 2 * np.pi, 33)
        ring = radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        rings = [] if centres is None else centres[:, None] + ring
        circles = LineCollection(rings, colors=INK, linewidths=0.6)
        self.net = LineCollection([], colors=INK, linewidths=0.5, alpha=0.6)
        for lines in (circles, self.net):
            axes.add_collection(lines, autolim=False)
        (self.fakes,) = axes.plot([], [], "o", ms=3, mew=0.3, mec="white", color=FAKE_COLOUR)
        self.arrows, self.scale = LineCollection([], colors="black", linewidths=0.8), 0.0
        axes.add_collection(self.arrows, autolim=False)
        small = {"size": 8, "color": INK, "transform": axes.transAxes}
        axes.text(0, 1.015, "real", **small | {"color": REAL_COLOUR, "weight": "bold"})
        axes.text(0.09, 1.015, "fakes", **small | {"color": FAKE_COLOUR, "weight": "bold"})
        self.above = axes.text(1, 1.015, "", ha="right", **small)
        self.below = axes.text(0, -0.045, "", **small)
        picture.changing(self.surface, self.real, circles)
        picture.moving(self.net, self.fakes, self.arrows)

    def show_real(self, shown):
        """Show or hide the real points."""
        if arguments.switch("shown", shown) != self.real.get_visible():
            self.real.set_visible(shown)

    def show_fakes(self, points):
        """Move the fakes to points (n, 2)."""
        points = np.empty((0, 2)) if points is None else points
        self.fakes.set_data(*arguments.points("points", points, finite=False, least=0).T)

    def show_surface(self, values, words=""):
        """Colour the plane by values (n²,) at ``grid_points(span, n)``: 0 is fake, 1 real."""
        arguments.text("words", words)
        self.surface.set_visible(values is not None)
        if values is not None:
            values = arguments.array("values", values, "n", finite=False)
            side = round(np.sqrt(len(values)))
            if side**2 != len(values):
                raise ValueError(f"values must be a square number of them, got {len(values)}")
            colours = VERDICTS(np.reshape(values, (side, side)))
            colours[..., :3] = PALE + (1 - PALE) * colours[..., :3]
            # With its fourth channel, matplotlib enlarges a picture in half the time.
            self.surface.set_data((255 * colours).astype(np.uint8))
        self._say(self.above, words)

    def show_arrows(self, points, pulls):
        """Draw pulls (n, 2) at points (n, 2), all times ``scale``: 1, 2 or 5 × a power of ten.

        It changes when nine tenths of the arrows would be longer, or shorter, than is readable.
        """
        if points is None:
            self.arrows.set_segments([])
            return
        points = arguments.points("points", points, finite=False)
        pulls = arguments.array("pulls", pulls, len(points), 2, finite=False)
        usual = float(np.percentile(np.linalg.norm(pulls, axis=1), 90))
        if np.isfinite(usual) and usual > 0:
            length = usual * self.scale / self.span
            if not 0.04 < length < 0.25:
                self.scale = nice_top(0.07 * self.span / usual)
        self.arrows.set_segments(_arrows(points, self.scale * pulls))

    def show_net(self, lines):
        """Draw lines (n, points, 2)."""
        if lines is not None:
            lines = arguments.array("lines", lines, "n", "points", 2, finite=False)
        self.net.set_segments([] if lines is None else lines)

    def note(self, words):
        """Write a line below the plane."""
        self._say(self.below, arguments.text("words", words))

    def _say(self, text, words):
        """Change a line that seldom changes: it belongs to the still things."""
        if text.get_text() != words:
            text.set_text(words)
            self.picture.redo()


def _arrows(start, change):
    """Return polylines (n, 5, 2): a shaft from ``start`` by ``change``, a head of two strokes."""
    end = start + change
    back, side = -0.3 * change, 0.18 * change[:, ::-1] * (-1, 1)
    return np.stack([start, end, end + back + side, end, end + back - side], axis=1)


class ModeStrip:
    """How many modes are alive, over a strip: a row a mode, the darker the more samples it holds.

    ``keep`` takes what is seen as the game goes on; ``show`` draws it up to a step; ``forget``
    drops what came after one. Alive: at least a tenth of its fair share of the samples.
    """

    MOST = 600  # observations kept; then every other goes
    COLUMNS = 240

    def __init__(self, picture, axes, modes):
        check_place(picture, axes)
        modes = arguments.whole("modes", modes, 1, 10_000)
        self.picture, self.axes, self.modes = picture, axes, modes
        axes.set(yticks=[], ylim=(modes, 0))
        axes.spines[:].set_color(FAINT)
        axes.tick_params(colors=INK, labelsize=8, pad=2, length=2)
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, prune="upper"))
        axes.xaxis.set_major_formatter(FuncFormatter(thousands))
        self.image = axes.imshow(
            np.zeros((modes, self.COLUMNS, 4), np.uint8), aspect="auto", interpolation="nearest"
        )
        self.head = axes.annotate(
            "", (0, 1), (0, 4), "axes fraction", "offset points", size=9, weight="bold", color=INK
        )
        small = {
            "size": 8,
            "color": INK,
            "textcoords": "offset points",
            "xycoords": "axes fraction",
        }
        axes.annotate(f"alive: ≥ {ALIVE:g} of its fair share", (1, 1), (0, 4), ha="right", **small)
        words = f"white: none · orange: fair share · dark: {DARK} × that · over steps"
        axes.annotate(words, (0, 0), (0, -23), **small)
        picture.changing(self.image, self.head)
        self.steps, self.masses, self._until = [], [], None

    def keep(self, step, masses):
        """Take note of the modes' shares (k,) at a step, unless it is known."""
        step = arguments.whole("step", step, 0, arguments.STEPS)
        masses = arguments.array("masses", masses, self.modes)
        at = np.searchsorted(self.steps, step)
        if at < len(self.steps) and self.steps[at] == step:
            return
        self.steps.insert(at, step)
        self.masses.insert(at, masses)
        if len(self.steps) > self.MOST:
            self.steps, self.masses = self.steps[::2], self.masses[::2]

    def forget(self, step):
        """Drop all that came after ``step``."""
        step = arguments.whole("step", step, -1, arguments.STEPS)
        end = np.searchsorted(self.steps, step, "right")
        del self.steps[end:], self.masses[end:]

    def show(self, step, until=0):
        """Draw what is known up to ``step``; the axis ends as that of LossCurves does."""
        step = arguments.whole("step", step, 0, arguments.STEPS)
        until = arguments.whole("until", until, 0, arguments.STEPS)
        room = nice_top(max(step, 500))
        until = max(step, min(room, until or room))
        if until != self._until:
            self._until = until
            self.image.set_extent((0, until, self.modes, 0))
            self.axes.set_xlim(0, until)
            self.picture.redo()
        seen = np.searchsorted(self.steps, step, "right")
        if not seen:
            self.image.set_visible(False)
            self.head.set_text("")
            return
        columns = until * (np.arange(self.COLUMNS) + 0.5) / self.COLUMNS
        at = np.searchsorted(self.steps[:seen], columns, "right") - 1
        share = self.modes * np.array(self.masses)[at].T  # 1 is fair
        share[:, (at < 0) | (columns > step)] = 0
        self.image.set_visible(True)
        self.image.set_data(MASSES(np.sqrt(share / DARK), bytes=True))
        self.head.set_text(f"{alive(self.masses[seen - 1])} of {self.modes} modes alive")
