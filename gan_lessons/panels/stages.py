"""What a cockpit shows of G: a picture of its samples, or the live plane of a game of points.

A stage is opened on a game and then has: ``image`` (the widget), ``switches`` (by name, a
checkbox), ``draw(until, full)``, ``forget(step)`` and ``words()`` for readers who cannot see it.
"""

import textwrap
import time

import ipywidgets as widgets
import numpy as np

from gan_lessons import arguments
from gan_lessons.metrics import alive, mode_report
from gan_lessons.panels.parts import picture
from gan_lessons.pictures import LivePicture, ModeStrip, Plane, new_figure, png, tile
from gan_lessons.pictures.palette import INK
from gan_lessons.pictures.plane import (
    BEST_GRID,
    GRID,
    REACH,
    best_judge,
    grid_points,
    kernel_density,
    latent_net,
)

SAMPLES = 64
TILES_WIDTH = 350  # pixels; with the curves beside it this fits a column of 850
PLANE_WIDTH = 384
SIDE = 360  # of the square itself
POINTS = 1000  # samples that the modes are counted in; SHOWN of them are drawn
SHOWN = 500
ARROWS = 80
FAKES_OF_Q = 20_000  # behind the estimate of D*
SURFACE_EVERY = 4  # frames: so often D's surface and the strip of the modes are drawn anew
BEST_EVERY = 2.0  # seconds between two estimates of D*
LAYERS = {  # which are there to begin with
    "real": True, "fakes": True, "D": True, "D*": False, "arrows": False, "net": False,
}  # fmt: skip
TIPS = {
    "real": "Real points",
    "fakes": "What G makes",
    "D": "D's verdict everywhere: blue real, orange fake",
    "D*": "The best D against this G, in place of D",
    "arrows": "Where G's loss pulls its samples",
    "net": "The lines of a lattice in latent space, as G bends them",
}


class Tiles:
    """A stage of pictures: ``show`` turns so many samples into one uint8 picture."""

    def __init__(self, show=tile, samples=SAMPLES):
        self.show = arguments.function("show", show)
        self.samples, self.switches = arguments.whole("samples", samples, 1, 10_000), {}

    def open(self, game):
        """Show ``game``. ValueError where it makes no pictures and ``show`` is none of its own."""
        samples = game.sample(1)
        if self.show is tile and samples.ndim != 4:
            raise ValueError(
                f"this game makes samples of shape {samples.shape}, not pictures; "
                "give show=, a function from samples to one uint8 picture"
            )
        self.game, self.image = game, picture(TILES_WIDTH)
        return self

    def draw(self, until=0, full=False):
        """Draw the samples."""
        self.image.value = png(self.show(self.game.sample(self.samples)) | np.uint8(7))

    def forget(self, step):
        """There is no history in here."""

    def words(self):
        """Say what the picture shows."""
        return f"a picture of {self.samples} samples of G"


class PlaneStage:
    """A stage for games of points: a live plane, and below it a strip of the modes' masses.

    real:    points (n, 2) of the data; at most 1,000 of them are drawn
    centres: the modes (k, 2), where they are known; each gets a circle of three spreads, and the
             strip is there. spread: their standard deviation
    density: the data's density in closed form, (n, 2) -> (n,), for D* = p / (p + q), where q is
             estimated from 20,000 fakes (kernels of a third of ``spread``)
    span:    the plane shows x and y from −span to span; by default all of ``real``
    layers:  names of those to begin with, of "real", "fakes", "D", "D*", "arrows", "net"

    A layer is offered where the game has what it needs, see gan_lessons.game.Game.
    """

    def __init__(self, real=None, *, centres=None, spread=None, density=None, span=None,
                 layers=None):  # fmt: skip
        self.real = None if real is None else arguments.points("real", real)[:POINTS]
        self.centres = None if centres is None else arguments.points("centres", centres)
        if centres is not None and spread is None:
            raise ValueError("spread must be above 0 where centres are given, got None")
        if spread is not None:
            arguments.number("spread", spread, above=0)
        if density is not None:
            arguments.function("density", density)
        self.spread, self.density = spread, density
        known = [points for points in (self.real, self.centres) if points is not None]
        if span is None and not known:
            raise ValueError("give span, or real points that it can be taken from")
        if span is None:
            span = 1.2 * float(max(np.abs(points).max() for points in known))
        self.span = arguments.number("span", span, above=0)
        if layers is not None:
            arguments.kind("layers", layers, tuple | list | set, "names of layers")
        for name in layers or ():
            arguments.choice("layers", name, LAYERS)
        self.layers = LAYERS if layers is None else {name: name in layers for name in LAYERS}

    def open(self, game, title="", switches=None):
        """Return the plane of ``game``; ``switches`` of another plane command both."""
        arguments.has("game", game, "sample", "seed", "knobs")
        arguments.text("title", title)
        if switches is not None:
            arguments.kind("switches", switches, dict, "the switches of another plane")
        return OpenPlane(self, game, title, switches)


class OpenPlane:
    """A plane that shows a game; ``masses`` holds the modes' shares (k,) as last counted."""

    def __init__(self, stage, game, title, switches):
        made = np.asarray(game.sample(1))
        if made.shape != (1, 2):
            raise ValueError(f"a plane shows points (n, 2); this game samples {made.shape}")
        self.stage, self.game, self.seed, self.masses = stage, game, game.seed, None
        self.switches = self._offered() if switches is None else switches
        self.image = picture(PLANE_WIDTH)
        self._lay_out(textwrap.wrap(title, 50, max_lines=3, placeholder=" …"))
        self._grid, self._best_grid = (grid_points(stage.span, n) for n in (GRID, BEST_GRID))
        self._real_density = stage.density(self._best_grid) if stage.density else None
        self._frames, self._best, self._best_at = 0, None, 0.0

    def _offered(self):
        """A checkbox for each layer that this game can have."""
        game, stage = self.game, self.stage
        offered = {
            "real": stage.real is not None, "fakes": True, "D": hasattr(game, "judge"),
            "D*": stage.density is not None, "arrows": hasattr(game, "pulls"),
            "net": hasattr(game, "latent_dim"),
        }  # fmt: skip
        layout = widgets.Layout(width="auto", margin="0 14px 0 0")
        return {
            name: widgets.Checkbox(stage.layers[name], description=name, indent=False,
                                   tooltip=TIPS[name], layout=layout)
            for name, there in offered.items() if there
        }  # fmt: skip

    def _lay_out(self, title):
        """Place title, plane and strip from the top down, in pixels."""
        stage = self.stage
        modes = 0 if stage.centres is None else len(stage.centres)
        head, strip = 20 + 15 * len(title), max(48, 3 * modes)
        height = head + SIDE + 24 + (strip + 54 if modes else 0)
        figure = new_figure(PLANE_WIDTH, height)
        self.live = LivePicture(figure)

        def axes(top, tall):
            left = (PLANE_WIDTH - SIDE) / 2
            return figure.add_axes([left / PLANE_WIDTH, 1 - (top + tall) / height,
                                    SIDE / PLANE_WIDTH, tall / height])  # fmt: skip

        figure.text(0.026, 1 - 4 / height, "\n".join(title), size=9, weight="bold", color=INK,
                    va="top")  # fmt: skip
        radius = 3 * stage.spread if modes else 0.0
        self.plane = Plane(
            self.live, axes(head, SIDE), stage.span, stage.real, stage.centres, radius
        )
        self.strip = None
        if modes:
            self.strip = ModeStrip(self.live, axes(head + SIDE + 38, strip), modes)

    def draw(self, until=0, full=False):
        """Draw a frame; what is dear comes less often, but all of it where ``full`` is true."""
        game, plane = self.game, self.plane
        on = {name for name, box in self.switches.items() if box.value}
        fakes = game.sample(POINTS)
        plane.show_fakes(fakes[:SHOWN] if "fakes" in on else None)
        plane.show_arrows(*game.pulls(ARROWS) if "arrows" in on else (None, None))
        plane.show_net(self._bent_net() if "net" in on else None)
        self._frames += 1
        if full or self._frames % SURFACE_EVERY == 0:
            plane.show_real("real" in on)
            plane.show_surface(*self._surface(on, full))
            plane.note(self._note(on))
            self._count(fakes, until)
        self.image.value = png(self.live.pixels())

    def forget(self, step):
        """Drop the modes' history after ``step``."""
        if self.strip:
            self.strip.forget(step)

    def words(self):
        """Say what the plane shows."""
        shown = ", ".join(name for name, box in self.switches.items() if box.value)
        if self.masses is None:
            return f"a plane with {shown}"
        share = self.masses.sum()
        return (
            f"a plane with {shown}: {alive(self.masses)} of {len(self.masses)} modes alive, "
            f"{share:.0%} of the fakes within three spreads of one"
        )

    def _surface(self, on, full):
        """D's verdicts, or D*, or nothing; and words for it."""
        if "D*" in on:
            if full or time.perf_counter() > self._best_at + BEST_EVERY:
                narrow = self.stage.spread / 3 if self.stage.spread else None
                fakes = self.game.sample(FAKES_OF_Q)
                q = kernel_density(fakes, self.stage.span, BEST_GRID, narrow)
                self._best = best_judge(self._real_density, q)
                self._best_at = time.perf_counter()
            return self._best, f"D*, estimated from {FAKES_OF_Q:,} fakes; grey: neither"
        if "D" in on:
            logits = self.game.judge(self._grid)
            if logits is None:
                return None, "no surface: D looks at several points at once"
            return 0.5 + 0.5 * np.tanh(np.asarray(logits) / 2), "D says real: blue, fake: orange"
        return None, ""

    def _bent_net(self):
        """G's picture of the lattice in the latent coordinates that are in use."""
        width = self.game.latent_dim
        net = latent_net(self._used())
        net = np.pad(net, ((0, 0), (0, 0), (0, width - net.shape[-1])))
        return self.game.sample(z=net.reshape(-1, width)).reshape(*net.shape[:2], 2)

    def _used(self):
        """How many latent coordinates are in use."""
        knobs = self.game.knobs
        return knobs["latent"].value if "latent" in knobs else self.game.latent_dim

    def _note(self, on):
        """What the arrows and the net mean."""
        said = []
        if "arrows" in on:
            said.append(f"arrows: pull × {self.plane.scale:g}")
        if "net" in on:
            which = {1: "z₁", 2: "z₁, z₂"}.get(self._used(), "z₁, z₂, other z = 0,")
            said.append(f"net: {which} in ±{REACH}")
        return " · ".join(said)

    def _count(self, fakes, until):
        """Count the modes and write it into the strip."""
        if self.strip is None:
            return
        if self.game.seed != self.seed:  # another run: its history is not this one's
            self.strip.forget(-1)
            self.seed = self.game.seed
        fakes = fakes[np.isfinite(fakes).all(axis=1)]
        if len(fakes):
            self.masses = mode_report(fakes, self.stage.centres, self.stage.spread).masses
            self.strip.keep(self.game.step, self.masses)
        self.strip.show(self.game.step, until)
