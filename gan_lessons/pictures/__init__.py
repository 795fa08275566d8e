"""Arrays in, pictures out: NumPy and matplotlib only, and never pyplot.

``palette`` names the colours, ``tiles`` lays pictures out and writes PNG and GIF, ``live`` draws
figures that change many times a second, ``plane`` those of a game of points, ``curves`` finished
runs, ``points`` points in the plane, ``values`` what a line of a training step makes. ``still``
shows a finished picture in the notebook, with words.
"""

from gan_lessons.interrupts import unbroken

with unbroken():
    from gan_lessons.pictures.curves import draw_losses
    from gan_lessons.pictures.live import LivePicture, LossCurves, ScoreHistograms, new_figure
    from gan_lessons.pictures.palette import D_COLOUR, FAKE_COLOUR, G_COLOUR, REAL_COLOUR
    from gan_lessons.pictures.plane import ModeStrip, Plane, gaussian_mixture
    from gan_lessons.pictures.points import dots
    from gan_lessons.pictures.still import Still, still
    from gan_lessons.pictures.tiles import film, png, tile, to_bytes
    from gan_lessons.pictures.values import draw_value

__all__ = [
    "D_COLOUR",
    "FAKE_COLOUR",
    "G_COLOUR",
    "REAL_COLOUR",
    "LivePicture",
    "LossCurves",
    "ModeStrip",
    "Plane",
    "ScoreHistograms",
    "Still",
    "dots",
    "draw_losses",
    "draw_value",
    "film",
    "gaussian_mixture",
    "new_figure",
    "png",
    "still",
    "tile",
    "to_bytes",
]
