"""The colours can be read on white, and colour-blind eyes can tell the pairs apart."""

from itertools import combinations

import numpy as np
import pytest

from gan_lessons.pictures import palette
from gan_lessons.pictures.plane import PALE, VERDICTS

PAIRS = ("REAL_COLOUR", "FAKE_COLOUR"), ("D_COLOUR", "G_COLOUR")  # shown in one picture
ALL = [name for name in vars(palette) if name.isupper()]
# What is left of linear red, green and blue: Machado, Oliveira and Fernandes 2009, severity 1.
EYES = {
    "full": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
    "none": np.tile([0.2126, 0.7152, 0.0722], (3, 1)),
}
# CIE XYZ of the sRGB primaries, D65, and a white of 1.
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour):
    """A colour "#rrggbb" or (r, g, b) in [0, 1] as linear light (3,) (IEC 61966-2-1)."""
    if isinstance(colour, str):
        colour = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    colour = np.asarray(colour, float)
    return np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)


def contrast(a, b="#ffffff"):
    """WCAG 2's ratio of contrast, 1 to 21."""
    low, high = sorted(float(XYZ[1] @ linear(colour)) for colour in (a, b))
    return (high + 0.05) / (low + 0.05)


def lab(colour, eyes):
    """CIELAB (L*, a*, b*) of a colour as these eyes see it."""
    x, y, z = XYZ @ np.clip(EYES[eyes] @ linear(colour), 0, 1) / XYZ.sum(axis=1)
    f = [np.cbrt(t) if t > (6 / 29) ** 3 else t * 841 / 108 + 4 / 29 for t in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def difference(a, b, eyes):
    """CIE 1976's ΔE; 2.3 is just seen."""
    return float(np.linalg.norm(lab(a, eyes) - lab(b, eyes)))


def test_the_measures_themselves():
    assert contrast("#000000") == pytest.approx(21)
    assert contrast("#777777") == pytest.approx(4.48, abs=0.01)  # WCAG's own example
    assert lab("#ffffff", "full") == pytest.approx([100, 0, 0], abs=0.05)
    assert lab("#ff0000", "full") == pytest.approx([53.2, 80.1, 67.2], abs=0.2)
    assert difference("#ff0000", "#00ff00", "none") > 0
    assert difference("#c00000", "#707000", "deuteranopia") < difference(
        "#c00000", "#707000", "full"
    )


@pytest.mark.parametrize("name", ALL)
def test_every_colour_can_be_read_as_text_on_white(name):
    assert contrast(getattr(palette, name)) >= 4.5  # WCAG 2.2, 1.4.3


@pytest.mark.parametrize("eyes", ["full", "protanopia", "deuteranopia", "tritanopia"])
@pytest.mark.parametrize("pair", PAIRS)
def test_pairs_stay_apart_for_colour_blind_eyes(pair, eyes):
    assert difference(*(getattr(palette, name) for name in pair), eyes) > 20


@pytest.mark.parametrize("eyes", ["full", "protanopia", "deuteranopia", "tritanopia"])
def test_d_s_surface_tells_its_ends_apart_and_leaves_the_points_readable(eyes):
    low, middle, high = (PALE + (1 - PALE) * np.array(VERDICTS(at)[:3]) for at in (0.0, 0.5, 1.0))
    for a, b in combinations((low, middle, high), 2):
        assert difference(a, b, eyes) > 20
    # Orange points on orange, blue ones on blue: the hardest case.
    assert difference(palette.FAKE_COLOUR, low, eyes) > 15
    assert difference(palette.REAL_COLOUR, high, eyes) > 15
