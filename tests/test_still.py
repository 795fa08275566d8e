"""Pictures that stay in a notebook have words, for readers who cannot see them."""

import json
from pathlib import Path

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from gan_lessons.pictures import new_figure, png, still, tile

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))
DIGITS = np.zeros((4, 28, 28), np.uint8)


def shown(picture):
    """What a notebook gets: the hidden words before the picture, the picture, its metadata."""
    InteractiveShell.instance()
    with capture_output() as caught:
        picture._ipython_display_()
    aloud, seen = caught.outputs
    return aloud.data["text/html"], seen.data, seen.metadata


def test_a_picture_comes_with_its_words():
    data = png(tile(DIGITS[..., np.newaxis]), level=9)
    aloud, seen, about = shown(still(tile(DIGITS[..., np.newaxis]), 'four "zeros"', width=99))
    assert 'aria-label="four &quot;zeros&quot;"' in aloud
    assert seen == {"image/png": data, "text/plain": 'four "zeros"'}
    assert about == {"image/png": {"alt": 'four "zeros"', "width": 99}}


def test_a_film_stays_a_film():
    _, seen, about = shown(still(b"GIF89a...", "a film"))
    assert list(seen) == ["image/gif", "text/plain"] and about == {"image/gif": {"alt": "a film"}}


def test_a_figure_is_read():
    figure = new_figure(600, 300)
    left, right = figure.subfigures(1, 2)
    axes = left.subplots()
    axes.plot([0, 1], [2, 3], label="D")
    axes.legend()
    axes.set(title="the game $V$", xlabel="step", xlim=(0, 10), ylabel="loss", ylim=(3, -1))
    axes.text(0, 0, "•")  # a sign is no word
    left.text(0.1, 0.9, "left one")
    right.subplots().text(0.5, 0.5, "in\nside")
    right.axes[0].set_axis_off()
    figure.suptitle("both.")
    assert still(figure).words == (
        "Figure. both. left one. the game V; across: step, from 0 to 10; up: loss, from -1 to 3; "
        "shown: D. written in it: in side."
    )


def test_an_array_needs_words():
    with pytest.raises(ValueError, match="words"):
        still(DIGITS[0])
    with pytest.raises(ValueError, match="words"):
        still(new_figure().subplots())


def test_bytes_must_be_a_picture():
    with pytest.raises(ValueError, match="picture must be a PNG or a GIF"):
        still(b"junk", "words")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_committed_picture_has_words(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    outputs = [out for cell in cells for out in cell.get("outputs", [])]
    pictures = 0
    for before, out in zip([{}, *outputs], outputs, strict=False):
        for kind in {"image/png", "image/gif"} & {*out.get("data", {})}:
            words = out["metadata"][kind]["alt"]
            assert len(words) > 10
            assert "aria-label=" in "".join(before["data"]["text/html"])
            pictures += 1
    assert pictures
