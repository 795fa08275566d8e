"""Pictures: arrays in, pixels, PNG and GIF out."""

import io
import time

import numpy as np
import pytest
from PIL import Image

from gan_lessons.pictures import (
    LivePicture,
    LossCurves,
    ScoreHistograms,
    dots,
    film,
    new_figure,
    png,
    tile,
    to_bytes,
)
from gan_lessons.pictures.live import band, nice_range, nice_top, smooth

BEST = {"d_loss": 1.386, "g_loss": 0.693}


def history(steps):
    random = np.random.default_rng(1)
    return {
        "step": np.arange(1, steps + 1),
        "d_loss": random.normal(1.2, 0.1, steps),
        "g_loss": random.normal(0.8, 0.1, steps),
    }


def test_tile_places_every_picture():
    pictures = np.stack([np.full((4, 5, 1), value, np.uint8) for value in range(6)])
    sheet = tile(pictures, columns=3, gap=2)
    assert sheet.shape == (2 * 4 + 2, 3 * 5 + 2 * 2)
    assert sheet[0, 0] == 0 and sheet[0, 7] == 1 and sheet[6, 14] == 5
    assert (sheet[4:6] == 255).all()


def test_tile_fills_the_last_row_with_white_and_keeps_colour():
    sheet = tile(np.full((3, 2, 2, 3), -1.0, np.float32), columns=2, gap=0)
    assert sheet.shape == (4, 4, 3) and sheet.dtype == np.uint8
    assert (sheet[:2] == 0).all() and (sheet[2:, :2] == 0).all() and (sheet[2:, 2:] == 255).all()


def test_tile_of_64_is_fast():
    pictures = np.zeros((64, 28, 28, 1), np.float32)
    tile(pictures)
    start = time.perf_counter()
    for _ in range(10):
        tile(pictures)
    assert (time.perf_counter() - start) / 10 < 0.02


@pytest.mark.parametrize("shape", [(3, 28, 28), (3, 28, 28, 2), (0, 28, 28, 1)])
def test_tile_names_a_wrong_shape(shape):
    with pytest.raises(ValueError, match="give \\(n, height, width, channels\\)"):
        tile(np.zeros(shape, np.uint8))


def test_to_bytes_clips_and_refuses_other_numbers():
    assert to_bytes(np.array([-3.0, -1.0, 0.0, 1.0, 9.0])).tolist() == [0, 0, 128, 255, 255]
    with pytest.raises(TypeError, match="int64"):
        to_bytes(np.arange(3))


@pytest.mark.parametrize("shape", [(7, 9), (7, 9, 3)])
@pytest.mark.parametrize("level", [1, 9])
def test_png_is_read_back_by_another_library(shape, level):
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    assert (np.asarray(Image.open(io.BytesIO(png(pixels, level)))) == pixels).all()


def test_png_of_a_figure_and_of_nonsense():
    assert Image.open(io.BytesIO(png(new_figure(120, 80)))).size == (120, 80)
    with pytest.raises(ValueError, match="uint8"):
        png(np.zeros((4, 4)))


def test_film_has_all_frames_and_its_length(tmp_path):
    frames = [np.full((6, 8), value, np.uint8) for value in (0, 100, 200, 250)]
    film(frames, tmp_path / "film.gif", seconds=2)
    with Image.open(tmp_path / "film.gif") as played:
        assert played.n_frames == 4 and played.size == (8, 6)
        assert played.info["duration"] == 500 and played.info["loop"] == 0


def test_film_refuses_nothing_and_mixed_sizes(tmp_path):
    with pytest.raises(ValueError, match="at least one frame"):
        film([], tmp_path / "no.gif")
    with pytest.raises(ValueError, match="one size"):
        film([np.zeros((2, 2), np.uint8), np.zeros((3, 2), np.uint8)], tmp_path / "no.gif")


def test_band_keeps_every_peak_and_is_short():
    values = np.zeros(10_000)
    values[7777], values[123] = 9.0, -5.0
    steps, low, high = band(np.arange(10_000), values)
    assert len(steps) == len(low) == len(high) <= 300
    assert high.max() == 9 and low.min() == -5


def test_smooth_keeps_the_mean():
    values = np.random.default_rng(0).normal(size=5000)
    steps, means = smooth(np.arange(5000), values)
    assert len(steps) == 100 and abs(means.mean() - values.mean()) < 1e-9


def test_limits_seldom_change():
    limits = nice_range([0.2, 1.4])
    assert limits[0] < 0.2 and limits[1] > 1.4
    assert nice_range([0.25, 1.3], limits) == limits
    assert nice_range([0.2, 5.0], limits) != limits
    assert nice_range([np.nan, np.inf]) == (0, 1)
    assert [nice_top(value) for value in (0.3, 1, 7, 1100)] == [0.5, 1, 10, 2000]


@pytest.fixture
def picture():
    figure = new_figure(430, 350)
    live = LivePicture(figure)
    curves = LossCurves(live, figure.add_axes([0.095, 0.44, 0.765, 0.48]))
    scores = ScoreHistograms(live, figure.add_axes([0.095, 0.12, 0.765, 0.2]))
    return live, curves, scores


def test_frames_differ_without_a_full_draw(picture):
    live, curves, _ = picture
    curves.update(history(300), BEST, until=1000)
    first = live.pixels().copy()
    curves.update(history(310), BEST, until=1000)
    second = live.pixels()
    assert live.full_draws == 1 and (first != second).any()
    curves.update(history(900), BEST, until=1000)
    live.pixels()
    assert live.full_draws == 2


def test_a_frame_by_blitting_equals_a_full_draw(picture):
    live, curves, scores = picture
    for steps in (50, 200, 400):
        curves.update(history(steps), BEST)
        scores.update(np.arange(-1, 3), np.arange(-3, 1))
        quick = live.pixels().copy()
    live.redo()
    assert (live.pixels() == quick).all()


@pytest.mark.parametrize(
    "best", [BEST, {"d_loss": 2.0, "g_loss": None}, {"d_loss": 0, "g_loss": 0}]
)
@pytest.mark.parametrize("steps", [0, 1, 3, 5000])
def test_curves_of_any_length_and_reference(picture, best, steps):
    live, curves, _ = picture
    curves.update(history(steps), best, at=steps // 2)
    live.pixels()
    assert curves.players["g_loss"][3].get_visible() == (best["g_loss"] is not None)


def test_curves_survive_numbers_that_are_not_finite(picture):
    live, curves, scores = picture
    rows = history(50)
    rows["d_loss"][-1], rows["g_loss"][-2] = np.nan, np.inf
    curves.update(rows, BEST)
    scores.update(np.array([np.nan, 1.0]), np.array([-np.inf, 0.0]))
    live.pixels()


@pytest.mark.parametrize("size", [0.01, 1, 3, 40, 5000])
def test_no_text_is_clipped(picture, size):
    live, curves, scores = picture
    rows = history(12_000)
    rows["d_loss"] = rows["d_loss"] * size
    curves.update(rows, {"d_loss": -1.386 * size, "g_loss": 0.25 * size})
    scores.update(np.linspace(-size, size, 50), np.linspace(-2 * size, size, 50))
    live.pixels()
    room, drawer = live.figure.bbox, live.canvas.get_renderer()
    for axes in live.figure.axes:
        for text in [*axes.texts, *axes.get_xticklabels(), *axes.get_yticklabels()]:
            box = text.get_window_extent(drawer)
            if text.get_text() and box.x0 > -1e3:
                assert box.x0 >= 0 and box.x1 <= room.x1 and box.y0 >= 0 and box.y1 <= room.y1, text


def test_histogram_widens_for_far_scores(picture):
    _, _, scores = picture
    scores.update(np.full(10, 300.0), np.full(10, -300.0))
    assert scores.axes.get_xlim()[1] >= 300
    scores.update(np.full(10, 1.0), np.full(10, -1.0))
    assert scores.axes.get_xlim()[1] < 10


# points


def test_dots_stand_where_the_points_are():
    picture = dots([[0.0, 0.0], [2.0, 1.0]], side=300, span=3.0)
    coloured = (picture != 255).any(axis=2)
    assert coloured.sum() == 2 * 9
    assert coloured[149, 150] and coloured[99, 250]  # rows count downwards


def test_dots_draw_fakes_over_pale_real_points():
    both = dots([[0, 0]], [[0, 0], [1, 1]])
    colours = {tuple(pixel) for pixel in both.reshape(-1, 3).tolist()}
    assert len(colours) == 3 and (196, 78, 0) in colours


def test_dots_leave_out_what_is_not_in_the_picture():
    assert (dots([[9.0, 0.0], [np.nan, 0.0], [np.inf, 0.0]]) == 255).all()


@pytest.mark.parametrize("given", [{"span": 0}, {"side": 3}, {"fake": [1.0, 2.0]}])
def test_dots_name_what_is_wrong(given):
    with pytest.raises(ValueError, match=r"span|shape"):
        dots(**{"fake": [[0, 0]]} | given)
