"""A cockpit's pictures: losses with D's scores, and what a stage shows of G. Each is one Image."""

import io
import time

import ipywidgets as widgets
import numpy as np
from PIL import Image

from gan_lessons.panels.access import Access
from gan_lessons.panels.parts import WRAP, picture
from gan_lessons.pictures import LivePicture, LossCurves, ScoreHistograms, new_figure, png

CURVES_SIZE = (430, 350)  # pixels
FRAME_BUDGET = 0.014  # seconds; what does not fit into one frame comes with the next
STILL_BYTES = 140_000
STILL_WIDTH = 400  # pixels: the widest that a stage's picture is enlarged to there
CURVES_EVERY = 2  # frames: a curve grows too slowly for more
VERDICTS_EVERY = 0.5  # seconds between two looks at D's scores


class Screens:
    """Draws a game. ``frames`` and ``seconds`` count what was drawn while it played."""

    def __init__(self, game, stages, curves=True):
        """stages: opened on games, see ``stages``; without ``curves`` there is nothing else."""
        self.game, self.stages = game, stages
        self.images = [stage.image for stage in stages]
        self.curves = picture(CURVES_SIZE[0]) if curves else None
        self.access, self.switches = Access(), stages[0].switches
        pictures = [image for image in (self.curves, *self.images) if image]
        top = widgets.Layout(flex_flow="row wrap", align_items="flex-start")
        self.view = widgets.VBox([
            widgets.HBox([*pictures, self.access], layout=top),
            widgets.HBox(list(self.switches.values()), layout=WRAP),
        ])  # fmt: skip
        self.history, self.at, self.until = None, None, 0
        self.verdicts = None
        self.frames, self.seconds, self.last_cost = 0, 0.0, 0.0
        self._parts = {stage.draw: 0.0 for stage in stages}  # each with its last time
        if curves:
            figure = new_figure(*CURVES_SIZE)
            self.live = LivePicture(figure)
            self.losses = LossCurves(self.live, figure.add_axes([0.095, 0.44, 0.765, 0.48]))
            self.scores = ScoreHistograms(self.live, figure.add_axes([0.095, 0.12, 0.765, 0.20]))
            self._parts[self._draw_curves] = 0.0
        self._judged, self._numbers = 0.0, True  # the numbers above the curves are due

    @property
    def seen(self):
        """The widget by whose views the page tells whether anybody watches."""
        return self.images[0]

    def look_at(self, history=None, at=None, until=0):
        """Choose what the curves show: a history with a cursor; by default the game's own."""
        self.history, self.at, self.until = history, at, until

    def forget(self, step):
        """Drop what came after ``step``: it is another future now."""
        for stage in self.stages:
            stage.forget(step)

    def let_go(self):
        """Keep the pictures as they are, and nothing that could draw others: that takes memory."""
        self.game = self.history = self.live = self.losses = self.scores = None
        self.stages, self._parts = [], {}

    def draw_all(self):
        """Draw everything, however long it takes."""
        self._judge()
        for part in self._parts:
            self._draw(part, full=True)
        self.access.words = self.words()

    def draw_frame(self):
        """Draw what has waited longest, until the time for a frame is used up."""
        start = time.perf_counter()
        if start > self._judged + VERDICTS_EVERY:
            self._judge()
        for part in sorted(self._parts, key=self._parts.get):
            if part == self._draw_curves and self.frames % CURVES_EVERY:
                continue
            self._draw(part)
            if time.perf_counter() > start + FRAME_BUDGET:
                break
        self.last_cost = time.perf_counter() - start
        self.seconds += self.last_cost
        self.frames += 1

    def still(self):
        """Return PNG bytes of all pictures side by side, small enough to commit."""
        curves = [self._read(self.curves)] if self.curves else []
        tallest = curves[0].shape[0] if curves else 0
        shown = [self._read(image, tallest) for image in self.images]
        height = max(pixels.shape[0] for pixels in (*curves, *shown))
        for coarse in (0x07, 0x0F, 0x1F, 0x3F):  # fewer shades until it is small
            parts = [*curves, *(pixels | np.uint8(coarse) for pixels in shown)]
            data = png(np.hstack([_framed(pixels, height) for pixels in parts]), level=9)
            if len(data) <= STILL_BYTES:
                break
        return data

    def words(self):
        """Say what each picture shows, in their order."""
        curves = [self._words_of_curves()] if self.curves else []
        return curves + [f"Step {self.game.step}: {stage.words()}." for stage in self.stages]

    def _words_of_curves(self):
        rows, best = self.game.record, self.game.references()
        losses = ", ".join(
            f"{who}'s loss {rows[name][-1]:.2f}"
            + (f" (optimum {best[name]:.2f})" if best.get(name) is not None else "")
            for who, name in (("D", "d_loss"), ("G", "g_loss"))
            if len(rows[name])
        )
        real, fake = (float(np.mean(scores)) for scores in self.verdicts)
        return (
            f"Step {self.game.step}: {losses or 'no losses yet'}; D's mean logit is {real:.1f} on "
            f"real examples and {fake:.1f} on fakes."
        )

    @staticmethod
    def _read(image, height=0):
        """The pixels (h, w, 3) of a widget; enlarged to ``height`` where it is smaller."""
        found = Image.open(io.BytesIO(image.value)).convert("RGB")
        scale = max(1, min(height / found.height, STILL_WIDTH / found.width))
        return np.asarray(found.resize((round(scale * found.width), round(scale * found.height))))

    def _draw(self, part, full=False):
        part(self.until, full)
        self._parts[part] = time.perf_counter()

    def _judge(self):
        if not self.curves:
            return
        self.verdicts = self.game.verdicts()
        self.scores.update(*self.verdicts)
        self._judged, self._numbers = time.perf_counter(), True

    def _draw_curves(self, _until, _full):
        history = self.game.record if self.history is None else self.history
        self.losses.update(
            history, self.game.references(), self.at, self.until, numbers=self._numbers
        )
        self._numbers = False
        self.curves.value = png(self.live.pixels())


def _framed(pixels, height):
    """``pixels`` (h, w, 3) on white of this height, with a gap at the right."""
    below, gap = height - pixels.shape[0], 10
    return np.pad(pixels, ((0, below), (0, gap), (0, 0)), constant_values=255)
