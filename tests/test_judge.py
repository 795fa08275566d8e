"""The judge knows its digits, and its verdict tells good fakes from bad ones."""

import os
import random as python_random

import numpy as np
import pytest

from gan_lessons import data
from gan_lessons.data import digits, to_float
from gan_lessons.judge import BATCH, Judge, judge, verdict


@pytest.fixture(scope="module")
def shipped():
    return digits()


def test_at_least_985_of_1000_shipped_test_digits_are_read_right(shipped):
    assert (judge().labels(shipped.x_test) == shipped.y_test).mean() >= 0.985


@pytest.mark.skipif(
    "GAN_LESSONS_MNIST" not in os.environ, reason="GAN_LESSONS_MNIST names no mnist.npz"
)
def test_at_least_985_of_1000_of_all_test_digits_are_read_right():
    full = digits(path=os.environ["GAN_LESSONS_MNIST"])
    assert len(full.x_test) == 10_000, "GAN_LESSONS_MNIST names a file that could not be used"
    assert (judge().labels(full.x_test) == full.y_test).mean() >= 0.985


def test_answers_have_their_shapes_and_sum_to_one(shipped):
    some = shipped.x_test[:7]
    features, probabilities = judge().features(some), judge().probabilities(some)
    assert features.shape == (7, 64) and features.dtype == np.float32
    assert probabilities.shape == (7, 10) and probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    assert judge().labels(some).tolist() == probabilities.argmax(axis=1).tolist()


def test_every_feature_is_alive(shipped):
    assert (judge().features(shipped.x_test).std(axis=0) > 0.1).all()


def test_bytes_and_floats_are_the_same_pictures(shipped):
    some = shipped.x_test[:20]
    assert np.array_equal(judge().features(some), judge().features(to_float(some)))


def test_batches_of_any_size_share_one_trace_and_one_answer(shipped):
    some = shipped.x_test[: 2 * BATCH + 1]
    whole = judge().features(some)
    for start, stop in [(0, 1), (1, BATCH), (BATCH, 2 * BATCH + 1)]:
        alone = judge().features(some[start:stop])
        np.testing.assert_allclose(alone, whole[start:stop], rtol=1e-3, atol=1e-4)
    assert judge()._forward.experimental_get_tracing_count() == 1


def test_the_judge_is_loaded_once():
    assert judge() is judge() and isinstance(judge(), Judge)


def test_loading_the_judge_draws_no_random_number():
    judge()  # whatever the first use of Keras draws
    python_random.seed(1), np.random.seed(1)
    before = python_random.getstate(), np.random.get_state()[2]
    judge.__wrapped__()
    assert before == (python_random.getstate(), np.random.get_state()[2])


def test_damaged_weights_are_refused(tmp_path, monkeypatch):
    content = bytearray((data.ASSETS / "judge.npz").read_bytes())
    content[1000] ^= 1
    (tmp_path / "judge.npz").write_bytes(content)
    monkeypatch.setattr(data, "ASSETS", tmp_path)
    with pytest.raises(ValueError, match=r"judge\.npz is damaged.*reinstall"):
        judge.__wrapped__()


@pytest.mark.parametrize(
    ("pictures", "why"),
    [
        (np.zeros((0, 28, 28), np.uint8), "at least one picture, got none"),
        (np.zeros((3, 28, 28)), r"got float64 \(3, 28, 28\)"),
        (np.zeros((3, 28, 28, 1), np.uint8), "got uint8"),
        (np.zeros((3, 28, 28), np.int64), "got int64"),
        (np.zeros((3, 32, 32, 1)), r"got float64 \(3, 32, 32, 1\)"),
        (np.full((3, 28, 28, 1), 255.0), "values from 255 to 255"),
        (np.full((3, 28, 28, 1), np.nan), "values from nan"),
    ],
)
def test_the_judge_refuses(pictures, why):
    with pytest.raises(ValueError, match=why):
        judge().labels(pictures)


def test_real_digits_pass_for_real():
    real = digits()
    unseen = real._replace(x_train=real.x_train[:9000])  # the last 1,000 play the fakes
    found = verdict(real.x_train[9000:], unseen)
    assert found.n == 1000 and found.digits == found.digits_ceiling == 10
    assert 0.5 < found.distance / found.distance_floor < 2
    assert found.score == pytest.approx(found.score_ceiling, abs=0.3)
    assert found.nearest == pytest.approx(found.nearest_floor, rel=0.1)


def test_noise_collapse_and_copies_are_seen_through(shipped):
    noise = np.random.default_rng(0).uniform(-1, 1, (300, 28, 28, 1)).astype(np.float32)
    found = verdict(noise)
    assert found.distance > 10 * found.distance_floor and found.score < 2
    assert found.nearest > 2 * found.nearest_floor

    ones = verdict(shipped.x_test[shipped.y_test == 1][:200])
    assert ones.digits <= 2 and ones.score < 1.5 < ones.score_ceiling

    copies = verdict(to_float(shipped.x_train[:300]))
    assert copies.nearest == 0 < copies.nearest_floor
    assert copies.distance < 2 * copies.distance_floor  # the distance alone is fooled


def test_the_floor_belongs_to_n_and_seed_and_not_to_the_fakes(shipped):
    a, b = verdict(shipped.x_test[:100], seed=5), verdict(shipped.x_train[:100], seed=5)
    assert a.distance_floor == b.distance_floor and a.nearest_floor == b.nearest_floor
    assert a == verdict(shipped.x_test[:100], seed=5)
    assert verdict(shipped.x_test[:400], seed=5).distance_floor < a.distance_floor


def test_a_verdict_prints_as_a_short_table(shipped):
    lines = str(verdict(shipped.x_test[:50])).splitlines()
    assert len(lines) == 5 and len({len(line) for line in lines}) == 1 and len(lines[0]) <= 60


def test_too_many_or_too_few_fakes_are_refused(shipped):
    with pytest.raises(ValueError, match="2 to 6,000 pictures, got 6,001: the 12,000 real"):
        verdict(np.zeros((6001, 28, 28), np.uint8))
    with pytest.raises(ValueError, match="2 to 6,000 pictures, got 1:"):
        verdict(shipped.x_test[:1])
