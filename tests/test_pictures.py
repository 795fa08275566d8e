"""Pictures: arrays in, pixels, PNG and GIF out."""

import io
import time

import numpy as np
import pytest
from PIL import Image

from gan_lessons.metrics import alive, mode_report
from gan_lessons.pictures import (
    LivePicture,
    LossCurves,
    ModeStrip,
    Plane,
    ScoreHistograms,
    dots,
    film,
    gaussian_mixture,
    new_figure,
    png,
    tile,
    to_bytes,
)
from gan_lessons.pictures.live import band, nice_range, nice_top, smooth
from gan_lessons.pictures.palette import FAKE_COLOUR, REAL_COLOUR
from gan_lessons.pictures.plane import (
    MASSES,
    PALE,
    best_judge,
    grid_points,
    kernel_density,
    latent_net,
)

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


def all_text_is_inside(live):
    room, drawer = live.figure.bbox, live.canvas.get_renderer()
    texts = list(live.figure.texts)
    for axes in live.figure.axes:
        texts += [*axes.texts, *axes.get_xticklabels(), *axes.get_yticklabels()]
    for text in texts:
        box = text.get_window_extent(drawer)
        if text.get_text() and box.x0 > -1e3:
            assert box.x0 >= 0 and box.x1 <= room.x1 and box.y0 >= 0 and box.y1 <= room.y1, text
            assert text.get_size() >= 8, text


@pytest.mark.parametrize("size", [0.01, 1, 3, 40, 5000])
def test_no_text_is_clipped(picture, size):
    live, curves, scores = picture
    rows = history(12_000)
    rows["d_loss"] = rows["d_loss"] * size
    curves.update(rows, {"d_loss": -1.386 * size, "g_loss": 0.25 * size})
    scores.update(np.linspace(-size, size, 50), np.linspace(-2 * size, size, 50))
    live.pixels()
    all_text_is_inside(live)


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
    with pytest.raises(ValueError, match=r"span|shape|side"):
        dots(**{"fake": [[0, 0]]} | given)


# the plane: what is computed


def normal(points, s, at=(0.0, 0.0)):
    """The density of a round Gaussian, written down once more."""
    squares = ((points - np.array(at)) ** 2).sum(axis=1)
    return np.exp(-squares / 2 / s**2) / (2 * np.pi * s**2)


def test_grid_points_are_read_from_below():
    points = grid_points(2.0, 4).reshape(4, 4, 2)
    assert points[0, 0].tolist() == [-1.5, -1.5] and points[3, 0].tolist() == [-1.5, 1.5]


def test_a_mixture_is_the_mean_of_its_gaussians():
    x = np.random.default_rng(0).uniform(-1, 1, (50, 2))
    both = (normal(x, 0.3) + normal(x, 0.3, (1, 0))) / 2
    np.testing.assert_allclose(gaussian_mixture([[0, 0], [1, 0]], 0.3)(x), both, rtol=1e-12)


@pytest.mark.parametrize(("s", "bandwidth"), [(0.5, None), (0.5, 0.2), (0.05, 0.05 / 3)])
def test_the_estimate_is_the_density_blurred_by_its_bandwidth(s, bandwidth):
    points = s * np.random.default_rng(1).normal(size=(20_000, 2))
    at = grid_points(2.4, 120)
    found = kernel_density(points, 2.4, 120, bandwidth)
    h = bandwidth or s * 20_000 ** (-1 / 6)
    expected = normal(at, np.hypot(s, h))
    assert abs(found - expected).max() < 0.12 * expected.max()
    assert abs(found - expected).mean() < 0.05 * expected.mean()
    assert found.mean() * 4.8**2 == pytest.approx(1, abs=0.01)  # the area of the square


@pytest.mark.parametrize("shift", [0.0, 0.05, 0.2])
def test_the_estimated_best_judge_is_near_the_exact_one(shift):
    s, at = 0.05, grid_points(0.3, 60)
    fakes = (shift, 0) + s * np.random.default_rng(2).normal(size=(20_000, 2))
    p, q = normal(at, s), normal(at, s, (shift, 0))
    seen = p + q > 0.02 * (p + q).max()
    found = best_judge(p, kernel_density(fakes, 0.3, 60, s / 3))[seen]
    error = abs(found - (p / (p + q))[seen])
    assert error.mean() < 0.03 and error.max() < 0.15


def test_the_best_judge_is_silent_where_there_is_nothing():
    best = best_judge(np.array([1.0, 0.0, 0.5, 0.0]), np.array([1.0, 1.0, 0.0, 0.0]))
    assert best[:3].tolist() == [0.5, 0, 1] and np.isnan(best[3])


def test_the_estimate_leaves_out_what_is_not_there():
    points = np.array([[np.nan, 0], [9, 9], [0, 0]])
    assert kernel_density(points, 1.0, 20, 0.2).sum() * 0.01 == pytest.approx(1 / 3, rel=1e-3)
    with pytest.raises(ValueError, match="bandwidth"):
        kernel_density(points, 1.0, 20, 0.0)


def test_masses_count_only_what_is_near_the_nearest_mode():
    centres = np.array([[0.0, 0], [1, 0], [2, 0]])
    points = [[0.1, 0], [0.29, 0], [0.31, 0], [1, 0.2], [9, 0]]
    assert mode_report(points, centres, 0.1).masses.tolist() == [0.4, 0.2, 0]


@pytest.mark.parametrize("modes", [8, 25])
def test_a_mode_lives_on_a_tenth_of_its_fair_share(modes):
    masses = np.full(modes, 0.1 / modes)
    assert alive(masses) == modes
    masses[0] *= 0.99
    assert alive(masses) == modes - 1


@pytest.mark.parametrize("width", [1, 2, 5])
def test_the_net_is_made_of_straight_lines_in_two_coordinates(width):
    net = latent_net(width, lines=3, points=7)
    assert net.shape == (1 if width == 1 else 6, 7, width)
    assert net.min() == -2.5 and net.max() == 2.5 and not net[..., 2:].any()
    assert (
        np.allclose(np.diff(net, 2, axis=1), 0)
        and (abs(np.diff(net, axis=1)).max(1) > 0).any(1).all()
    )


# the plane: what is drawn


@pytest.fixture
def plane():
    live = LivePicture(new_figure(400, 400))
    axes = live.figure.add_axes([0.05, 0.1, 0.85, 0.8])
    return live, Plane(live, axes, 2.0, [[-1.0, -1.0]], [[1.0, 1.0]], 0.3)


def pixel(live, plane, x, y):
    """The colour at a place in the plane."""
    column, row = plane.fakes.axes.transData.transform((x, y)).round().astype(int)
    return live.pixels()[399 - row, column].astype(int)


def colour(name):
    return np.array([int(name[i : i + 2], 16) for i in (1, 3, 5)])


def test_layers_stand_where_their_points_are(plane):
    live, drawn = plane
    blank = pixel(live, drawn, 0.5, -0.5)
    drawn.show_fakes([[0.5, -0.5]])
    assert abs(pixel(live, drawn, 0.5, -0.5) - colour(FAKE_COLOUR)).max() < 12
    drawn.show_fakes(None)
    assert (pixel(live, drawn, 0.5, -0.5) == blank).all() and blank.min() == 255
    assert pixel(live, drawn, -1, -1)[0] < 200
    drawn.show_real(False)
    assert (pixel(live, drawn, -1, -1) == 255).all()
    drawn.show_net(np.array([[[-1.5, 0], [1.5, 0]]]))
    for x, y in ((0.7, 0.0), (1.3, 1.0)):  # the line, and the circle of the mode
        around = [pixel(live, drawn, x + dx, y + dx) for dx in (-0.01, 0, 0.01)]
        assert np.min(around) < 200


@pytest.mark.parametrize(("value", "name"), [(0, FAKE_COLOUR), (1, REAL_COLOUR), (0.5, "#ffffff")])
def test_the_surface_ends_in_the_colours_of_fake_and_real(plane, value, name):
    live, drawn = plane
    drawn.show_surface(np.full(1600, float(value)))
    washed = 255 * PALE + (1 - PALE) * colour(name)
    assert abs(pixel(live, drawn, 0, 0) - washed).max() < 10
    drawn.show_surface(None)
    assert (pixel(live, drawn, 0, 0) == 255).all()


def test_the_surface_is_not_upside_down(plane):
    live, drawn = plane
    drawn.show_surface((grid_points(2.0, 40)[:, 1] > 0).astype(float))
    assert pixel(live, drawn, 0, 1.5)[2] > pixel(live, drawn, 0, 1.5)[0]  # blue above
    assert pixel(live, drawn, 0, -1.5)[2] < pixel(live, drawn, 0, -1.5)[0]


def test_arrows_keep_their_scale_while_it_is_readable(plane):
    _, drawn = plane
    start = np.zeros((10, 2))
    drawn.show_arrows(start, np.tile([1.0, 0], (10, 1)))
    scale = drawn.scale
    assert drawn.arrows.get_segments()[0][1].tolist() == [scale, 0]
    drawn.show_arrows(start, np.tile([1.5, 0], (10, 1)))
    assert drawn.scale == scale
    drawn.show_arrows(start, np.tile([0.0, 1e-3], (10, 1)))
    assert drawn.scale > 100 * scale and 0.08 < 1e-3 * drawn.scale < 0.5
    drawn.show_arrows(start, np.full((10, 2), np.nan))  # a game that has diverged
    drawn.show_arrows(None, None)
    assert not drawn.arrows.get_segments()


def test_a_plane_by_blitting_equals_a_full_draw_and_a_hidden_layer_costs_nothing(plane):
    live, drawn = plane
    drawn.show_surface(None)
    drawn.show_real(False)
    drawn.show_fakes([[0, 0], [1, 1]])
    live.pixels()
    base = live._base
    drawn.show_fakes([[0, 1]])
    quick = live.pixels().copy()
    assert live._base is base and live.full_draws == 1
    live.redo()
    assert (live.pixels() == quick).all()


@pytest.fixture(params=[8, 25])
def strip(request):
    live = LivePicture(new_figure(384, 160))
    axes = live.figure.add_axes([0.03, 0.35, 0.94, 0.45])
    return live, ModeStrip(live, axes, request.param)


def test_the_strip_paints_each_mode_at_its_steps(strip):
    live, drawn = strip
    fair = np.full(drawn.modes, 1 / drawn.modes)
    only = np.eye(drawn.modes)[2]
    drawn.keep(0, fair)
    drawn.keep(250, only)
    drawn.keep(500, only)
    drawn.show(500)
    live.pixels()
    shown = drawn.image.get_array()
    assert (shown[:, 60] == MASSES(0.5, bytes=True)).all()  # orange: the fair share
    assert (shown[2, 200] == MASSES(1.0, bytes=True)).all()
    assert (np.delete(shown, 2, axis=0)[:, 200, :3] == 255).all()
    assert drawn.head.get_text() == f"1 of {drawn.modes} modes alive"
    drawn.show(200)  # back in time
    assert (drawn.image.get_array()[:, 200:, :3] == 255).all()
    assert drawn.head.get_text() == f"{drawn.modes} of {drawn.modes} modes alive"
    drawn.forget(0)
    assert drawn.steps == [0] and len(drawn.masses) == 1
    drawn.forget(-1)
    drawn.show(0)
    live.pixels()
    assert drawn.head.get_text() == ""


def test_the_strip_stays_short_and_keeps_its_ends(strip):
    _, drawn = strip
    for step in range(5000):
        drawn.keep(step, np.zeros(drawn.modes))
        drawn.keep(step, np.ones(drawn.modes))  # is not noted again
    assert len(drawn.steps) == len(drawn.masses) <= drawn.MOST
    assert drawn.steps[0] == 0 and drawn.steps[-1] == 4999
    assert not np.any(drawn.masses)


@pytest.mark.parametrize("step", [0, 3, 499, 1999, 14_999, 2_000_000])
def test_no_text_of_the_strip_is_clipped(strip, step):
    live, drawn = strip
    drawn.keep(step, np.zeros(drawn.modes))
    drawn.show(step, 20_000)
    live.pixels()
    all_text_is_inside(live)
