"""Lesson 02: the formulas on the page computed a second way, and what the text claims."""

import ast
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pytest
from lessons import definitions, lesson

from gan_lessons import networks
from gan_lessons.data import measured, to_float
from gan_lessons.pictures import new_figure
from gan_lessons.runtime import keras, tf

normal = NormalDist()


@pytest.fixture(scope="module")
def page():
    """The functions that the notebook itself defines, compiled from its cells."""
    given = {"np": np, "tf": tf, "keras": keras, "normal": normal, "layers": keras.layers}
    for tree in definitions(lesson("02_generator")).values():
        exec(compile(ast.Module([tree], []), "02_generator", "exec"), given)
    return given


@pytest.fixture(scope="module")
def results():
    return measured("lesson_02")


# --- 1: one dimension ---

KNOBS = [(2.0, 2.0, 0.3), (2.0, 10.0, 0.3), (1.0, 0.5, 1.0)]


@pytest.mark.parametrize("knobs", KNOBS)
def test_the_slope_is_the_derivative(page, knobs):
    z, h = np.linspace(-3, 3, 61), 1e-5
    steps = (page["g"](z + h, *knobs) - page["g"](z - h, *knobs)) / (2 * h)
    np.testing.assert_allclose(page["g_slope"](z, *knobs), steps, rtol=1e-6)


@pytest.mark.parametrize("knobs", KNOBS)
def test_the_density_and_the_band_by_integration(page, knobs):
    """∫ q dx over the band, by the trapezoid rule on x, against Φ at the place g crosses it."""
    z = np.linspace(-6, 6, 400_001)
    x, q = page["g"](z, *knobs), page["density"](z, *knobs)
    assert np.trapezoid(q, x) == pytest.approx(1, abs=1e-5)
    inside = np.abs(x) < knobs[0] / 2
    assert np.trapezoid(q[inside], x[inside]) == pytest.approx(
        page["share_between"](*knobs), abs=1e-4
    )


def test_the_bound_of_exercise_1():
    """The steepest straight bridge attains it, and no other of the lesson's maps undercuts it."""
    for gap, most in ((2.0, 2.0), (2.0, 10.0), (2.0, 79.8)):
        bound = 2 * normal.cdf(gap / (2 * most)) - 1
        z = np.linspace(-5, 5, 1_000_001)
        weights = np.exp(-(z**2) / 2) / np.exp(-(z**2) / 2).sum()
        attained = weights[np.abs(np.clip(most * z, -1.5, 1.5)) < gap / 2].sum()
        assert attained == pytest.approx(bound, abs=1e-4)
    for reach, steepness in ((1.0, 1.0), (1.0, 1.5), (0.6, 3.0)):  # slope at 0 is at most 2
        x = np.abs(reach * np.tanh(steepness * z) + 0.2 * z)
        assert weights[x < 1].sum() >= 2 * normal.cdf(0.5) - 1
    assert 2 * normal.cdf(1 / 79.79) - 1 == pytest.approx(0.01, abs=1e-5)


# --- 2: two dimensions ---


def test_layers_by_hand_are_the_network(page):
    network = networks.point_generator()
    z = np.random.default_rng(0).normal(size=(200, 2)).astype(np.float32)
    stages = page["through_the_layers"](z, network.get_weights())
    assert stages.shape == (4, 200, 2)
    np.testing.assert_allclose(stages[-1], network(z), atol=1e-5)
    outer = np.quantile(np.abs(stages[:-1]).max(axis=2), 0.98, axis=1)
    np.testing.assert_allclose(outer, 3.6, rtol=1e-5)


def test_flat_keeps_what_is_flat(page):
    """A plane lifted into many dimensions and turned comes back as it was, up to its size."""
    random = np.random.default_rng(1)
    plane = random.normal(size=(100, 2)) * [2, 1]
    plane -= plane.mean(axis=0)
    lift = np.linalg.qr(random.normal(size=(5, 5)))[0][:2]
    found = page["flat"](plane @ lift, plane)
    np.testing.assert_allclose(found / np.abs(found).max(), plane / np.abs(plane).max(), atol=1e-9)


def test_the_jacobian_by_differences_and_by_areas(page):
    network = networks.point_generator()
    page["game"] = type("Game", (), {"average": network})
    z = np.random.default_rng(2).normal(size=(100, 2)).astype(np.float32)
    J, h = page["jacobian"](z), 1e-3
    columns = [(network(z + h * e) - network(z - h * e)) / (2 * h) for e in np.eye(2, dtype="f4")]
    np.testing.assert_allclose(np.median(np.abs(J - np.stack(columns, axis=2))), 0, atol=1e-3)
    corners = [
        np.asarray(network(z + h * np.array(c, "f4")), float) for c in ((0, 0), (1, 0), (0, 1))
    ]
    a, b = corners[1] - corners[0], corners[2] - corners[0]
    areas = np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / h**2
    assert np.median(np.abs(areas - np.abs(np.linalg.det(J)))) < 1e-3
    turns = np.linspace(0, np.pi, 721)
    ways = np.stack([np.cos(turns), np.sin(turns)])
    longest = np.linalg.norm(J @ ways, axis=1).max(axis=1)
    np.testing.assert_allclose(page["stretch"](J), longest, rtol=1e-4)


def test_the_density_of_a_plane_map(page):
    """q = φ/|det J| for an invertible linear map is the Gaussian with covariance A Aᵀ."""
    A, z = np.array([[2.0, 1.0], [0.0, 0.5]]), np.array([[0.3, -1.2], [1.0, 0.4]])
    x = z @ A.T
    by_change = np.exp(-(z**2).sum(axis=1) / 2) / (2 * np.pi) / abs(np.linalg.det(A))
    cov = A @ A.T
    exponent = np.einsum("ni,ij,nj->n", x, np.linalg.inv(cov), x)
    gaussian = np.exp(-exponent / 2) / (2 * np.pi * np.sqrt(np.linalg.det(cov)))
    np.testing.assert_allclose(by_change, gaussian)


# --- 3: transposed convolutions ---


@pytest.mark.parametrize("stride", [1, 2, 3, 4])
@pytest.mark.parametrize("kernel", [1, 2, 3, 5, 6])
def test_painting_is_keras_s(page, kernel, stride):
    random = np.random.default_rng(kernel)
    for padding in ("valid", "same"):
        for n in (2, 5):
            x, w = random.normal(size=n), random.normal(size=kernel)
            theirs = keras.ops.conv_transpose(
                x.reshape(1, -1, 1), w.reshape(-1, 1, 1), strides=stride, padding=padding
            )
            ours = page["painted"](x, w, stride, padding)
            assert len(ours) == page["output_size"](n, kernel, stride, padding)
            np.testing.assert_allclose(ours, np.ravel(theirs), atol=1e-5)
            layer = keras.layers.Conv2DTranspose(1, kernel, strides=stride, padding=padding)
            assert layer.compute_output_shape((1, n, n, 1))[1] == len(ours)


def test_it_is_the_transpose_of_a_convolution(page):
    """⟨conv(y), x⟩ = ⟨y, transposed(x)⟩, which gives the layer its name."""
    random = np.random.default_rng(3)
    x, w = random.normal(size=6), random.normal(size=4)
    y = random.normal(size=(6 - 1) * 2 + 4)
    read = np.array([y[2 * i : 2 * i + 4] @ w for i in range(6)])
    assert read @ x == pytest.approx(y @ page["transposed_conv_1d"](x, w, 2))


def test_sizes_and_paint_of_the_articles(page):
    def size_after(n, strides, kernel):
        for stride in strides:
            layer = keras.layers.Conv2DTranspose(1, kernel, strides=stride, padding="same")
            n = layer.compute_output_shape((1, n, n, 1))[1]
        return n

    assert size_after(7, [2, 2, 2], 4) == 56 and size_after(7, [2, 2, 1], 4) == 28
    assert size_after(4, [1, 2, 2], 5) == 16 and size_after(4, [2, 2, 2, 2], 5) == 64
    ones = keras.ops.conv_transpose(
        np.ones((1, 8, 8, 1)), np.ones((5, 5, 1, 1)), strides=2, padding="same"
    )
    assert set(np.unique(np.round(ones[0, 4:-4, 4:-4]))) == {4, 6, 9}
    for kernel in range(2, 9):
        counts = page["painted"](np.ones(12), np.ones(kernel), 2, "valid")[8:-8]
        assert (np.ptp(counts) == 0) == (kernel % 2 == 0)


def test_resize_convolution_keeps_an_even_input_even(page):
    random = np.random.default_rng(4).uniform(size=(4, 4)).astype(np.float32)
    assert page["response"](random[:3, :3], True).std() < 1e-6
    assert page["response"](random, False).std() > 0.05
    assert page["response"](np.ones((4, 4), np.float32), False).std() < 1e-6
    assert page["response"](np.ones((3, 3), np.float32), False).std() > 0.3


# --- 5: latents ---


def test_slerp_keeps_the_length_and_the_angle(page):
    random = np.random.default_rng(5)
    a, b = random.normal(size=(2, 32))
    b *= np.linalg.norm(a) / np.linalg.norm(b)
    whole = np.arccos(a @ b / np.linalg.norm(a) ** 2)
    for t in (0, 0.25, 0.5, 1):
        point = page["slerp"](a, b, t)
        assert np.linalg.norm(point) == pytest.approx(np.linalg.norm(a))
        assert np.arccos(np.clip(a @ point / (a @ a), -1, 1)) == pytest.approx(t * whole, abs=1e-7)


def test_lengths_of_noise():
    """E‖z‖ = √2 Γ(33/2)/Γ(16) for 32 numbers: 5.61, and √½ of it halfway."""
    from math import exp, lgamma, sqrt

    mean = sqrt(2) * exp(lgamma(16.5) - lgamma(16))
    a, b = np.random.default_rng(6).normal(size=(2, 20_000, 32))
    assert np.linalg.norm(a, axis=1).mean() == pytest.approx(mean, abs=0.02)
    assert np.linalg.norm((a + b) / 2, axis=1).mean() == pytest.approx(mean / sqrt(2), abs=0.02)
    assert abs(mean - sqrt(32)) < 0.06


def test_the_trained_generator_is_what_the_text_says(page):
    """Arithmetic beats a random direction, shrinking all noise spoils the distance, no copies.

    Halfway on straight lines the pictures are less varied, by the trace of the covariance.
    """
    from gan_lessons.judge import judge, verdict

    G, _ = networks.trained_pair()
    z = np.random.default_rng(8).normal(size=(600, 32)).astype(np.float32)
    pictures = np.asarray(G(z))
    labels = judge().labels(pictures)
    three = z[labels == 3].mean(axis=0)
    became = (judge().labels(np.asarray(G(z + 2 * three))) == 3).mean()
    turned = (judge().labels(np.asarray(G(z + 2 * three[::-1]))) == 3).mean()
    assert became > 0.7 > 0.4 > turned, (became, turned)
    features = judge().features(pictures)
    middles = judge().features(np.asarray(G((z[:300] + z[300:]) / 2)))
    assert page["spread"](features) == pytest.approx(np.trace(np.cov(features.T, ddof=0)), rel=1e-3)
    assert page["spread"](middles) < 0.97 * page["spread"](features)
    whole = verdict(pictures)
    assert verdict(np.asarray(G(0.5 * z))).distance > 2 * whole.distance
    assert abs(whole.nearest - whole.nearest_floor) < 1


# --- 6: the switches ---


def test_he_weights_keep_the_signal_and_gradients_are_right(page):
    """Without normalisation the size goes with scale⁶; gradients agree with differences."""
    sizes = (32, *[256] * 6, 784)
    page["he"] = [
        tf.random.stateless_normal((a, b), (0, i)) * np.sqrt(2 / a)
        for i, (a, b) in enumerate(pairwise(sizes))
    ]
    page["simple_d"] = tf.random.stateless_normal((784,), (1, 0))
    page["LAST"] = {"tanh": tf.tanh, "none": tf.identity}
    look = page["look_inside"]
    one, two = look(1.0, False, "tanh")[0], look(2.0, False, "tanh")[0]
    np.testing.assert_allclose(np.array(two) / one, 2.0 ** np.arange(1, 7), rtol=1e-4)
    assert 0.3 < one[-1] / one[0] < 3
    kept = look(2.0, True, "tanh")[0]
    np.testing.assert_allclose(kept, look(1.0, True, "tanh")[0], rtol=1e-3)
    first, bigger = look(1.0, False, "none")[1], look(2.0, False, "none")[1]
    np.testing.assert_allclose(np.array(bigger) / first, 2.0**6, rtol=1e-3)  # linear in the rest


# --- what was measured ---


def test_latent_sizes_in_the_text(results):
    for penalty in ("none", "R1"):
        shares = {n: np.array(rows)[:, 1] for n, rows in results["latent"][penalty].items()}
        assert list(shares) == ["1", "2", "4", "16"] and all(len(s) == 5 for s in shares.values())
        assert shares["1"].max() < 0.7 < 0.85 < min(shares[n].min() for n in ("2", "4", "16"))
    modes = {p: np.array(results["latent"][p]["1"])[:, 0] for p in ("none", "R1")}
    assert modes["none"].min() < 8 and modes["R1"].min() == 8
    thin = {p: np.array(results["latent"][p]["1"])[:, 1].mean() for p in ("none", "R1")}
    assert thin["R1"] < thin["none"]
    long = np.concatenate([results["latent"][p]["16"] for p in ("none", "R1")])[:, 0]
    assert sorted(long)[:2] == [7, 8]


def test_switches_in_the_text(results):
    rows = {name: np.array(row) for name, row in results["switches"].items()}
    far = {name: row[:, 2] for name, row in rows.items()}
    usual = far["the course's: tanh, data in [−1, 1]"]
    assert all(len(row) == 3 for row in rows.values()) and len(rows) == 8
    assert far["tanh, data in [0, 1] (D0)"].min() > 2 * usual.max()
    assert far["no tanh, data in [−1, 1]"].min() > 2 * usual.max()
    assert far["sigmoid, data in [0, 1]"].max() < 1.3 * usual.min()
    assert far["no batch normalisation"].max() < 1.2 * usual.min()
    assert far["first weights × 0.1"].max() < 1.1 * usual.min()
    for name in ("× 0.1", "× 4"):
        assert far[f"first weights {name}, no normalisation"].min() > usual.max()
    late = {name: row[:, 1].mean() for name, row in rows.items()}
    assert late["tanh, data in [0, 1] (D0)"] > late["the course's: tanh, data in [−1, 1]"]


def test_equal_time_in_the_text(results):
    """The course's generator leads, resize-convolution is next, then dense, then D0's."""
    end = {
        name: [rows[-1][2] for rows in found["runs"].values()]
        for name, found in results["equal_time"].items()
    }
    dense, wide, course, resize = end.values()
    assert [len(runs) for runs in end.values()] == [3, 3, 3, 3] and results["floor"] < 2
    assert max(course) < min(resize) and 3 * max(resize) < min(dense)
    rows = [np.array(list(f["runs"].values())) for f in results["equal_time"].values()]
    medians = [np.median(runs[:, :, 2], axis=0) for runs in rows]
    assert (medians[2] < medians[3]).all()
    assert max(dense) < min(wide) and max(wide) > 500
    rates = [found["g_rate"] for found in results["equal_time"].values()]
    assert rates == [0.001, 0.004, 0.004, 0.004]
    at = {}  # the distance where each stands at 1,250 to 1,400 steps
    for name in ("convolutional (course)", "resize + convolution"):
        runs = results["equal_time"][name]["runs"].values()
        at[name] = [d for rows in runs for _, step, d in rows if 1250 <= step <= 1400]
    assert all(9 < d < 12 for found in at.values() for d in found) and all(at.values())


# --- the page ---


def test_panels_draw_at_their_ends(page):
    """The first panel's picture at the corners of its sliders."""
    from gan_lessons.pictures import FAKE_COLOUR, G_COLOUR

    page |= {"FAKE_COLOUR": FAKE_COLOUR, "G_COLOUR": G_COLOUR}
    for knobs in ((0.5, 0.2, 0.05), (3.0, 12.0, 1.0)):
        figure = new_figure(560, 470)
        page["draw_push"](figure, *knobs)
        assert len(figure.axes) == 3


def test_pixels_of_real_digits_are_never_negative_in_0_1():
    paper = (to_float(np.arange(256, dtype=np.uint8).reshape(1, 16, 16)) + 1) / 2
    assert paper.min() == 0 and paper.max() == 1
