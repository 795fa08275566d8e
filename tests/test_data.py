"""The shipped digits, all of MNIST with and without a network, pixels and floats, the ring."""

import os
import socket
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gan_lessons import data


@pytest.fixture
def assets(tmp_path, monkeypatch):
    """An assets folder of our own, to be damaged."""
    monkeypatch.setattr(data, "ASSETS", tmp_path)
    return tmp_path


def save_mnist(path, **changed):
    """A file shaped like MNIST (all black, labels 0 to 9 in turn) and its path."""
    arrays = {
        "x_train": np.zeros((60_000, 28, 28), np.uint8),
        "y_train": np.arange(60_000) % 10,
        "x_test": np.zeros((10_000, 28, 28), np.uint8),
        "y_test": np.arange(10_000) % 10,
    }
    arrays |= changed
    np.savez_compressed(path, **{k: v for k, v in arrays.items() if v is not None})
    return path


def test_shipped_digits_are_ten_thousand_and_two_thousand():
    shipped = data.digits()
    assert shipped.x_train.shape == (10_000, 28, 28) and shipped.x_train.dtype == np.uint8
    assert shipped.x_test.shape == (2_000, 28, 28) and shipped.x_test.dtype == np.uint8
    assert len(shipped.y_train) == 10_000 and len(shipped.y_test) == 2_000
    # natural frequencies: MNIST has 9.0 % fives and 11.2 % ones
    shares = np.bincount(shipped.y_train, minlength=10) / 10_000
    assert shares.min() > 0.08 and shares.max() < 0.125
    assert 0.28 < shipped.x_train.mean() / 112.5 < 0.31  # MNIST's mean pixel is 33.3


def test_no_shipped_test_digit_is_a_training_digit():
    shipped = data.digits()
    seen = {picture.tobytes() for picture in shipped.x_train}
    assert not any(picture.tobytes() in seen for picture in shipped.x_test)


def test_a_tampered_file_is_refused_with_its_name_and_the_cure(assets):
    original = data.Path(data.__file__).parent / "assets" / "digits.npz"
    content = bytearray(original.read_bytes())
    content[len(content) // 2] ^= 1
    (assets / "digits.npz").write_bytes(content)
    with pytest.raises(ValueError, match=r"digits\.npz is damaged.*git checkout"):
        data.digits()


def test_a_missing_file_is_named_with_the_cure(assets):
    with pytest.raises(FileNotFoundError, match=r"digits\.npz is missing; reinstall"):
        data.digits()


def test_a_path_gives_all_of_mnist(tmp_path, capsys):
    everything = data.digits(path=save_mnist(tmp_path / "mnist.npz"))
    assert len(everything.x_train) == 60_000 and len(everything.x_test) == 10_000
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"x_train": np.zeros((5, 28, 28), np.uint8)}, "x_train must be uint8"),
        ({"x_test": np.zeros((10_000, 28, 28), np.float32)}, "x_test must be uint8"),
        ({"y_test": np.full(10_000, 10)}, "y_test must hold 10,000 labels"),
        ({"y_train": None}, "has no array y_train"),
    ],
)
def test_a_file_with_wrong_arrays_falls_back_in_one_line(tmp_path, capsys, changed, why):
    found = data.digits(path=save_mnist(tmp_path / "mnist.npz", **changed))
    printed = capsys.readouterr().out
    assert len(found.x_train) == 10_000
    assert why in printed and printed.count("\n") == 1


@pytest.mark.parametrize("content", [None, b"", b"no archive at all"])
def test_an_unreadable_file_falls_back_in_one_line(tmp_path, capsys, content):
    path = tmp_path / "mnist.npz"
    if content is not None:
        path.write_bytes(content)
    assert len(data.digits(path=path).x_train) == 10_000
    printed = capsys.readouterr().out
    assert "carrying on with the shipped digits" in printed and printed.count("\n") == 1


def test_without_a_network_the_shipped_digits_come_in_one_line(monkeypatch, capsys):
    from gan_lessons.runtime import keras

    waited = []

    def no_network():
        waited.append(socket.getdefaulttimeout())
        print("Downloading data from somewhere")
        raise OSError("URL fetch failure: no route to host\nand more lines")

    monkeypatch.setattr(keras.datasets.mnist, "load_data", no_network)
    before = socket.getdefaulttimeout()
    found = data.digits(full=True)
    printed = capsys.readouterr().out
    assert len(found.x_train) == 10_000 and len(found.x_test) == 2_000
    assert "no route to host" in printed and printed.count("\n") == 1
    assert waited == [data.PATIENCE] and socket.getdefaulttimeout() == before


def test_full_comes_through_keras(tmp_path, monkeypatch, capsys):
    from gan_lessons.runtime import keras

    with np.load(save_mnist(tmp_path / "mnist.npz")) as f:
        pairs = (f["x_train"], f["y_train"]), (f["x_test"], f["y_test"])
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: pairs)
    assert len(data.digits(full=True).x_train) == 60_000
    assert capsys.readouterr().out == ""


def test_data_and_metrics_leave_tensorflow_out():
    code = (
        "import sys, gan_lessons.data, gan_lessons.metrics; gan_lessons.data.digits();"
        "heavy = {'tensorflow', 'keras', 'scipy', 'matplotlib'} & set(sys.modules);"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    root = data.Path(data.__file__).parents[1]
    environment = os.environ | {"PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


PIXELS = st.one_of(
    hnp.arrays(np.uint8, st.tuples(*[st.integers(1, 5)] * 3)),
    hnp.arrays(np.uint8, st.tuples(*[st.integers(1, 5)] * 3, st.just(3))),
)


@given(PIXELS)
def test_floats_and_back_is_the_same_picture(pixels):
    floats = data.to_float(pixels)
    assert floats.dtype == np.float32 and floats.ndim == 4
    assert floats.min() >= -1 and floats.max() <= 1
    assert np.array_equal(data.to_pixels(floats), pixels)


def test_every_level_has_its_float():
    levels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    np.testing.assert_allclose(
        data.to_float(levels).ravel(), np.linspace(-1, 1, 256), rtol=0, atol=1e-6
    )


def test_pixels_are_clipped():
    floats = np.array([-np.inf, -1.5, 0.0, 1.5, np.inf]).reshape(1, 1, 5, 1)
    assert data.to_pixels(floats).ravel().tolist() == [0, 0, 128, 255, 255]


@pytest.mark.parametrize(
    ("pictures", "why"),
    [
        (np.zeros((2, 28, 28)), "must be uint8"),
        (np.zeros((28, 28), np.uint8), r"must be \(n, h, w\)"),
    ],
)
def test_to_float_refuses(pictures, why):
    with pytest.raises(ValueError, match=why):
        data.to_float(pictures)


@pytest.mark.parametrize(
    ("pictures", "why"),
    [
        (np.zeros((2, 28, 28, 1), np.uint8), "must be floats"),
        (np.zeros((2, 28, 28)), r"must be \(n, h, w, 1\)"),
        (np.zeros((2, 28, 28, 2)), r"must be \(n, h, w, 1\)"),
        (np.full((2, 28, 28, 1), np.nan), "hold NaN"),
    ],
)
def test_to_pixels_refuses(pictures, why):
    with pytest.raises(ValueError, match=why):
        data.to_pixels(pictures)


@given(n=st.integers(1, 300), modes=st.integers(1, 30), seed=st.integers(0, 2**31 - 1))
def test_ring_points_sit_on_evenly_spaced_centres(n, modes, seed):
    points = data.ring(n, modes, radius=3.0, spread=0.0, seed=seed)
    assert points.shape == (n, 2) and points.dtype == np.float32
    np.testing.assert_allclose(np.hypot(*points.T), 3, rtol=1e-5)
    turns = np.arctan2(points[:, 1], points[:, 0]) / (2 * np.pi) * modes
    np.testing.assert_allclose(turns, np.rint(turns), atol=1e-4)


def test_ring_has_all_its_modes_equally_often_with_the_spread_asked_for():
    points = data.ring(40_000, modes=8, radius=2.0, spread=0.1, seed=1)
    mode = np.rint(np.arctan2(points[:, 1], points[:, 0]) / (2 * np.pi) * 8).astype(int) % 8
    counts = np.bincount(mode, minlength=8)
    assert len(counts) == 8 and abs(counts - 5000).max() < 300  # 4.5 standard deviations
    angles = 2 * np.pi * mode / 8
    offsets = points - 2 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    assert abs(offsets.std() - 0.1) < 0.002 and abs(offsets.mean()) < 0.002


def test_ring_is_a_function_of_its_seed():
    assert np.array_equal(data.ring(10, seed=3), data.ring(10, seed=3))
    assert not np.array_equal(data.ring(10, seed=3), data.ring(10, seed=4))


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"n": 0}, "n must be at least 1, got 0"),
        ({"n": 5, "modes": 0}, "modes must be at least 1, got 0"),
        ({"n": 5, "radius": -1}, "radius must be at least 0, got -1"),
        ({"n": 5, "spread": np.nan}, "spread must be finite, .*got nan"),
    ],
)
def test_ring_refuses(arguments, why):
    with pytest.raises(ValueError, match=why):
        data.ring(**arguments)


def test_measured_results_are_read_by_name():
    found = data.measured("lesson_04")
    assert {"learning", "floor", "repair"} <= set(found)
    with pytest.raises(
        ValueError, match=r"nothing was measured for 'lesson_99'; there is .*lesson_04"
    ):
        data.measured("lesson_99")
