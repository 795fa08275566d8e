"""Points in the plane as a picture, fast enough for every frame of a running game."""

import numpy as np

from gan_lessons import arguments
from gan_lessons.pictures.palette import FAKE_COLOUR, REAL_COLOUR

PALE = 0.65  # how far real points, which lie below, are washed out


def dots(fake, real=None, *, span=3.0, side=350):
    """Draw fake points over pale real ones: a picture (side, side, 3) uint8, y upwards.

    fake, real: points (n, 2); those that are not finite or outside the square are left out
    span:       the picture shows x and y from −span to span
    """
    fake = arguments.points("fake", fake, finite=False, least=0)
    arguments.number("span", span, above=0)
    side = arguments.whole("side", side, 10, 4000)
    picture = np.full((side, side, 3), 255, np.uint8)
    if real is not None:
        real = arguments.points("real", real, finite=False, least=0)
        _paint(picture, real, span, _rgb(REAL_COLOUR, PALE))
    _paint(picture, fake, span, _rgb(FAKE_COLOUR))
    return picture


def _rgb(colour, paleness=0.0):
    """A "#rrggbb" colour as three bytes, mixed with white."""
    values = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    return (values + paleness * (255 - values)).astype(np.uint8)


def _paint(picture, points, span, colour):
    """Paint a square of 3×3 pixels around each point."""
    inside = (np.abs(points) < span).all(axis=1)  # NaN is not
    side = len(picture)
    columns, rows = ((points[inside] / span + 1) / 2 * side).astype(int).T
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            y = np.clip(side - 1 - rows + down, 0, side - 1)
            picture[y, np.clip(columns + right, 0, side - 1)] = colour
