"""A cockpit's two pictures: losses with D's scores, and samples. Each is one Image, kept."""

import io
import time

import ipywidgets as widgets
import numpy as np
from PIL import Image

from gan_lessons.panels.parts import WRAP, describe, picture
from gan_lessons.pictures import LivePicture, LossCurves, ScoreHistograms, new_figure, png, tile

CURVES_SIZE = (430, 350)  # pixels; with the samples beside it this fits a column of 850
SAMPLES_WIDTH = 350
SAMPLES = 64
FRAME_BUDGET = 0.014  # seconds; what does not fit into one frame comes with the next
STILL_BYTES = 140_000
STILL_SAMPLES = 400  # pixels: the widest the samples may be there
VERDICTS_EVERY = 0.5  # seconds between two looks at D's scores


class Screens:
    """Draws a game. ``frames`` and ``seconds`` count what was drawn while it played."""

    def __init__(self, game, show=tile):
        self.game, self.show = game, show
        self.curves = picture(CURVES_SIZE[0], "Losses of D and G, and D's logits")
        self.samples = picture(SAMPLES_WIDTH, f"{SAMPLES} samples of G")
        self.alt = widgets.HTML()
        self.view = widgets.HBox([self.curves, self.samples, self.alt], layout=WRAP)
        figure = new_figure(*CURVES_SIZE)
        self.live = LivePicture(figure)
        self.losses = LossCurves(self.live, figure.add_axes([0.095, 0.44, 0.765, 0.48]))
        self.scores = ScoreHistograms(self.live, figure.add_axes([0.095, 0.12, 0.765, 0.20]))
        self.history, self.at, self.until = None, None, 0
        self.verdicts = None
        self.frames, self.seconds, self.last_cost = 0, 0.0, 0.0
        self._parts = {self._draw_samples: 0.0, self._draw_curves: 0.0}  # each with its last time
        self._judged, self._numbers = 0.0, True  # the numbers above the curves are due

    def look_at(self, history=None, at=None, until=0):
        """Choose what the curves show: a history with a cursor; by default the game's own."""
        self.history, self.at, self.until = history, at, until

    def draw_all(self):
        """Draw everything, however long it takes."""
        self._judge()
        for part in self._parts:
            self._draw(part)
        self._describe()

    def draw_frame(self):
        """Draw what has waited longest, until the time for a frame is used up."""
        start = time.perf_counter()
        if start > self._judged + VERDICTS_EVERY:
            self._judge()
        for part in sorted(self._parts, key=self._parts.get):
            self._draw(part)
            if time.perf_counter() > start + FRAME_BUDGET:
                break
        self.last_cost = time.perf_counter() - start
        self.seconds += self.last_cost
        self.frames += 1

    def still(self):
        """Return PNG bytes of both pictures side by side, small enough to commit."""
        curves = np.asarray(Image.open(io.BytesIO(self.curves.value)).convert("RGB"))
        samples = Image.open(io.BytesIO(self.samples.value)).convert("RGB")
        height = curves.shape[0]
        scale = min(height / samples.height, STILL_SAMPLES / samples.width)
        size = round(scale * samples.width), round(scale * samples.height)
        below = np.full((height - size[1], size[0], 3), 255, np.uint8)
        samples = np.vstack([np.asarray(samples.resize(size)), below])
        gap = np.full((height, 10, 3), 255, np.uint8)
        for coarse in (0x07, 0x0F, 0x1F, 0x3F):  # fewer shades of grey until it is small
            data = png(np.hstack([curves, gap, samples | np.uint8(coarse)]), level=9)
            if len(data) <= STILL_BYTES:
                break
        return data

    def _draw(self, part):
        part()
        self._parts[part] = time.perf_counter()

    def _judge(self):
        self.verdicts = self.game.verdicts()
        self.scores.update(*self.verdicts)
        self._judged, self._numbers = time.perf_counter(), True

    def _draw_samples(self):
        self.samples.value = png(self.show(self.game.sample(SAMPLES)) | np.uint8(7))

    def _draw_curves(self):
        history = self.game.record if self.history is None else self.history
        self.losses.update(
            history, self.game.references(), self.at, self.until, numbers=self._numbers
        )
        self._numbers = False
        self.curves.value = png(self.live.pixels())

    def _describe(self):
        rows, best = self.game.record, self.game.references()
        losses = ", ".join(
            f"{who}'s loss {rows[name][-1]:.2f}"
            + (f" (optimum {best[name]:.2f})" if best.get(name) is not None else "")
            for who, name in (("D", "d_loss"), ("G", "g_loss"))
            if len(rows[name])
        )
        real, fake = (float(np.mean(scores)) for scores in self.verdicts)
        describe(
            self.alt,
            f"Step {self.game.step}: {losses or 'no losses yet'}; D's mean logit is {real:.1f} on "
            f"real examples and {fake:.1f} on fakes. Beside it a grid of {SAMPLES} samples of G.",
        )
