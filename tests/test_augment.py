"""Differentiable augmentation: each change by its definition, its slopes, its draws; the knob."""

import numpy as np
import pytest

from gan_lessons.augment import (
    brightness,
    contrast,
    cutout,
    diff_augment,
    saturation,
    translate,
)
from gan_lessons.data import faces
from gan_lessons.runtime import keras, tf
from gan_lessons.training import GAN, PictureGAN

X = np.random.default_rng(0).uniform(-1, 1, (3, 12, 10, 3)).astype(np.float32)
EACH = np.array([-0.3, 0.0, 0.4], np.float32)


# --- against definitions ---


def test_brightness_shifts_the_mean():
    moved = brightness(X, EACH).numpy().mean(axis=(1, 2, 3)) - X.mean(axis=(1, 2, 3))
    assert moved == pytest.approx(EACH, abs=1e-6)


def test_saturation_keeps_each_grey_and_0_leaves_only_it():
    factor = np.array([0.0, 1.0, 2.0], np.float32)
    made = saturation(X, factor).numpy()
    assert made.mean(axis=3) == pytest.approx(X.mean(axis=3), abs=1e-6)
    assert np.ptp(made[0], axis=2).max() < 1e-6
    assert made[1] == pytest.approx(X[1], abs=1e-6)
    assert np.ptp(made[2], axis=2) == pytest.approx(2 * np.ptp(X[2], axis=2), abs=1e-5)


def test_contrast_keeps_the_mean_and_scales_the_deviation():
    made = contrast(X, np.array([0.5, 1.0, 1.5], np.float32)).numpy()
    assert made.mean(axis=(1, 2, 3)) == pytest.approx(X.mean(axis=(1, 2, 3)), abs=1e-6)
    ratio = made.std(axis=(1, 2, 3)) / X.std(axis=(1, 2, 3))
    assert ratio == pytest.approx([0.5, 1.0, 1.5], rel=1e-5)


@pytest.mark.parametrize(("down", "right"), [(2, -3), (0, 0), (-4, 1), (11, 9)])
def test_translation_is_a_padded_crop(down, right):
    h, w = X.shape[1:3]
    padded = np.pad(X, ((0, 0), (20, 20), (20, 20), (0, 0)))
    expected = padded[:, 20 - down : 20 - down + h, 20 - right : 20 - right + w]
    made = translate(X, np.full(3, down, np.int32), np.full(3, right, np.int32))
    assert np.array_equal(made, expected)


def test_each_picture_moves_by_its_own():
    made = translate(X, np.array([1, 0, -2], np.int32), np.array([0, 3, 0], np.int32)).numpy()
    assert np.array_equal(made[0, 1:], X[0, :-1]) and np.array_equal(made[1, :, 3:], X[1, :, :-3])
    assert np.array_equal(made[2, :-2], X[2, 2:]) and not made[2, -2:].any()


def test_the_hole_is_where_it_should_be():
    expected = X.copy()
    expected[0, 2:6, 3:7] = expected[1, 0:3, 8:12] = expected[2, 10:14, 0:2] = 0
    top, left = np.array([2, -1, 10], np.int32), np.array([3, 8, -2], np.int32)
    assert np.array_equal(cutout(X, top, left, 4), expected)


# --- all together ---


def test_strength_0_changes_nothing_and_the_key_decides_all():
    assert diff_augment(X, (1, 2), 0.0).numpy() == pytest.approx(X, abs=1e-6)
    first, again, other = (diff_augment(X, key).numpy() for key in ((1, 2), (1, 2), (1, 3)))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_each_picture_has_its_own_draw():
    same = np.repeat(X[:1], 8, axis=0)
    made = diff_augment(same, (0, 0)).numpy().reshape(8, -1)
    assert len({row.tobytes() for row in made}) == 8


def test_the_draws_fill_their_ranges():
    """Grey pictures of 0.2 are left alone by colour and contrast, so brightness is seen alone."""
    grey = np.full((400, 16, 16, 3), 0.2, np.float32)
    made = diff_augment(grey, (3, 1)).numpy()
    shift = np.array([p[p != 0].mean() for p in made]) - 0.2
    assert -0.5 <= shift.min() < -0.45 and 0.45 < shift.max() <= 0.5
    inside = (made != 0).any(axis=3)
    assert 0.5 < inside.mean() < 0.9  # a hole of half the side takes a quarter, or less at the rim
    rows = inside.any(axis=2)
    assert rows.all(axis=1).mean() < 0.5  # some were moved up or down


@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_slopes_are_those_of_finite_differences(strength):
    weights = np.random.default_rng(1).normal(size=X.shape).astype(np.float32)
    x = tf.constant(X)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = tf.reduce_sum(weights * diff_augment(x, (4, 4), strength))
    slope = tape.gradient(value, x).numpy()
    step = np.random.default_rng(2).normal(size=X.shape).astype(np.float32)
    ahead, behind = (
        float(np.sum(np.float64(weights) * diff_augment(X + e * step, (4, 4), strength).numpy()))
        for e in (0.05, -0.05)
    )
    assert np.sum(slope * step) == pytest.approx((ahead - behind) / 0.1, rel=1e-3)


# --- the knob ---


def tiny_generator():
    z = keras.Input((4,))
    return keras.Model(z, keras.layers.Reshape((8, 8, 3))(keras.layers.Dense(192)(z)))


def tiny_discriminator():
    x = keras.Input((8, 8, 3))
    h = keras.layers.LeakyReLU(0.2)(keras.layers.Conv2D(4, 3, strides=2)(x))
    return keras.Model(x, keras.layers.Dense(1)(keras.layers.Flatten()(h)))


DATA = faces().x_train[:, ::8, ::8]


@pytest.fixture(scope="module")
def games():
    """The plain game and one with the knob, both compiled."""
    made = [kind(tiny_generator, tiny_discriminator, DATA, seed=3) for kind in (GAN, PictureGAN)]
    for game in made:
        game.compile(penalty="R1", noise=0.1, d_steps=2, batch=8)
    return made


@pytest.fixture
def game(games):
    games[1].reset(3)
    games[1].turn(augment=0.5)
    return games[1]


def weights(game):
    return [*game.generator.get_weights(), *game.discriminator.get_weights()]


def equal(a, b):
    return all(map(np.array_equal, a, b))


def test_at_0_the_game_is_the_plain_one_bit_for_bit(games):
    for game in games:
        game.reset(3)
    games[1].turn(augment=0.0)
    for game in games:
        game.advance(9)
    assert equal(*map(weights, games))


def test_slices_rewind_save_and_load_are_exact(game, tmp_path):
    game.advance(4)
    middle = game.snapshot()
    game.save(tmp_path / "game.keras")
    game.advance(6)
    straight = weights(game)
    game.restore(middle)
    game.advance(1)
    game.advance(5)
    assert equal(weights(game), straight)
    again = PictureGAN.load(tmp_path / "game.keras", DATA)
    assert again.knobs["augment"].value == 0.5
    again.advance(6)
    assert equal(weights(again), straight)


def test_both_players_see_it(game):
    """With D alone or G alone moving, the knob changes what that player does."""
    for player, network in (("D alone", game.discriminator), ("G alone", game.generator)):
        ends = []
        for strength in (0.0, 1.0):
            game.reset(3)
            game.turn(augment=strength, moves=player)
            game.advance(1)
            ends.append(network.get_weights())
        assert not equal(*ends)
    game.turn(moves="D and G")


def test_real_and_fake_are_changed_by_the_same_policy_and_their_own_draws(game):
    """What D is given in a move: the spread of its brightness is that of the policy for both."""
    seen = []

    class Spy:
        trainable_variables = ()

        def __call__(self, x, training):
            seen.append(x.numpy())
            return x

    game.turn(augment=1.0, noise=0.0)
    view = game._d_view(None, 4)
    view.view = Spy()
    flat = np.full((300, 8, 8, 3), 0.2, np.float32)
    view(flat, True), view(flat, True)
    real, fake = (batch.max(axis=(1, 2, 3)) for batch in seen)
    assert not np.array_equal(real, fake)
    assert np.std(real) == pytest.approx(np.std(fake), rel=0.1)


def test_verdicts_are_of_unchanged_pictures(game):
    first = game.verdicts()
    game.turn(augment=1.0)
    assert equal(first, game.verdicts())


def test_the_knob_has_a_range(game):
    with pytest.raises(ValueError, match="augment must lie in"):
        game.turn(augment=1.5)
