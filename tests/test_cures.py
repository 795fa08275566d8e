"""The cures of lesson 05: each layer against its definition, the look-ahead against real moves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_lessons import cures
from gan_lessons.data import ring
from gan_lessons.networks import point_discriminator, point_generator
from gan_lessons.objectives import log_loss_d, non_saturating_g
from gan_lessons.runtime import keras, tf
from gan_lessons.training import PointGAN, d_step, g_step, point_game
from gan_lessons.training.moves import View
from gan_lessons.training.unroll import look_ahead, unrolled_g_step

REAL = ring(600)
DIALS = ("pack", "batch_std", "batch_discrimination")


def batch(n=6, d=3, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


def awake(layer, value):
    layer.dial.assign(value)
    return layer


@pytest.fixture(scope="module")
def game():
    return point_game(REAL, latent=3, width=8)


@pytest.fixture(autouse=True)
def at_rest(game):
    game.turn(pack=1, batch_std=0.0, batch_discrimination=0.0, latent=3, unroll=0)
    game.turn(moves="D and G", objective="non-saturating", average=0.999)


# --- The layers ---


@pytest.mark.parametrize("layer", [cures.Pack, cures.MinibatchStd, cures.MinibatchDiscrimination])
def test_at_rest_a_layer_adds_nothing_but_zeros(layer):
    x = batch()
    made = np.asarray(layer()(x))
    np.testing.assert_array_equal(made[:, :3], x)
    assert made.shape[1] > 3 and not made[:, 3:].any()


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_a_pack_holds_the_next_examples_of_the_batch(size):
    x = batch()
    made = np.asarray(awake(cures.Pack(), size)(x))
    for i in range(6):
        others = [x[(i + k) % 6] if k < size else np.zeros(3) for k in range(4)]
        np.testing.assert_array_equal(made[i], np.concatenate(others))


def test_minibatch_std_is_that_of_the_batch():
    x = batch()
    made = np.asarray(awake(cures.MinibatchStd(), 0.5)(x))
    np.testing.assert_allclose(made[:, 3], 0.5 * x.std(axis=0).mean(), rtol=1e-5)


@pytest.mark.parametrize("settled", [None, True])
def test_minibatch_discrimination_is_its_formula(settled):
    x, layer = batch(), awake(cures.MinibatchDiscrimination(kernels=2, width=4), 1.0)
    layer.awake = settled
    made = np.asarray(layer(x))[:, 3:]
    m = (x @ np.asarray(layer.tensor)).reshape(6, 2, 4)
    for i in range(6):
        for b in range(2):
            near = sum(np.exp(-np.abs(m[i, b] - m[j, b]).sum()) for j in range(6) if j != i)
            assert made[i, b] == pytest.approx(near / 6, abs=1e-5)


def test_a_batch_of_one_sees_itself():
    """No NaN where there is nobody to compare with."""
    network = point_discriminator(8, cures=True)
    for name, value in zip(DIALS, (4, 1, 1), strict=True):
        network.get_layer(name).dial.assign(value)
    assert np.isfinite(network(np.ones((1, 2), np.float32))).all()


def test_at_rest_d_judges_points_one_by_one():
    network, x = point_discriminator(8, cures=True), batch(5, 2)
    alone = [np.asarray(network(x[i : i + 1]))[0] for i in range(5)]
    np.testing.assert_allclose(np.asarray(network(x)), alone, atol=1e-5)


# --- Looking ahead ---


def players(smooth=False):
    """Two small networks, D with three moves behind it; ``smooth`` ones have slopes everywhere."""
    keras.utils.set_random_seed(3)
    generator, discriminator = point_generator(2, 5), point_discriminator(5)
    if smooth:
        dense = keras.layers.Dense
        discriminator = keras.Sequential([keras.Input((2,)), dense(5, "tanh"), dense(1)])
    optimizer = keras.optimizers.Adam(0.01, 0.5, 0.99, epsilon=1e-2 if smooth else 1e-7)
    optimizer.build(discriminator.trainable_variables)
    z = tf.constant(batch(16, 2, seed=5))
    for _ in range(3):  # so that the moments are not zero
        d_step(View(generator), View(discriminator), optimizer, log_loss_d, REAL[:16], z)
    return generator, discriminator, optimizer, z


@pytest.mark.parametrize("steps", [0, 1, 5])
def test_looking_ahead_sees_what_d_will_do(steps):
    """The weights foreseen are those after as many real moves on the same batch."""
    generator, discriminator, optimizer, z = players()
    fake = generator(z, training=True)
    before = discriminator.get_weights()
    seen = look_ahead(View(discriminator), optimizer, log_loss_d, REAL[:16], fake, steps)
    for now, old in zip(discriminator.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, old)
    for _ in range(steps):
        d_step(View(generator), View(discriminator), optimizer, log_loss_d, REAL[:16], z)
    for foreseen, moved in zip(seen, discriminator.get_weights(), strict=True):
        np.testing.assert_allclose(foreseen, moved, atol=2e-6)


def test_the_unrolled_gradient_goes_through_d_s_moves():
    """Against finite differences of G's loss after D has answered a shift of all fakes."""
    generator, discriminator, optimizer, z = players(smooth=True)

    def loss_later(shift):
        fake = generator(z) + shift
        seen = look_ahead(View(discriminator), optimizer, log_loss_d, REAL[:16], fake, 3)
        return non_saturating_g(View(discriminator, weights=seen)(fake, True))

    shift = tf.zeros(2)
    with tf.GradientTape() as tape:
        tape.watch(shift)
        value = loss_later(shift)
    slope = tape.gradient(value, shift).numpy()
    measured = [float(loss_later(h) - loss_later(-h)) / 0.02 for h in 0.01 * tf.eye(2)]
    np.testing.assert_allclose(slope, measured, rtol=0.02, atol=2e-4)

    bias = generator.trainable_variables[-1]
    before = bias.numpy()
    losses, still = (log_loss_d, non_saturating_g), keras.optimizers.SGD(1.0)
    views = View(generator), View(discriminator)
    unrolled_g_step(*views, optimizer, still, losses, z, REAL[:16], 3)
    np.testing.assert_allclose(before - bias.numpy(), slope, atol=1e-5)  # SGD moves by the slope


def test_looking_no_move_ahead_is_the_plain_move():
    plain, other = players(), players()
    sgd = keras.optimizers.SGD
    value, norm = g_step(View(plain[0]), View(plain[1]), sgd(0.1), non_saturating_g, plain[3])
    losses = log_loss_d, non_saturating_g
    again, same = unrolled_g_step(
        View(other[0]), View(other[1]), other[2], sgd(0.1), losses, other[3], REAL[:16], 0
    )
    assert float(value) == pytest.approx(float(again), abs=1e-6)
    assert float(norm) == pytest.approx(float(same), rel=1e-5)


# --- The game of points ---


def test_every_lever_turns_while_the_game_runs(game):
    game.reset(0)
    for turned in ({}, {"pack": 3}, {"batch_std": 1.0}, {"batch_discrimination": 0.5},
                   {"unroll": 2}, {"latent": 1}, {"moves": "D alone"}):  # fmt: skip
        game.turn(**turned)
        rows = game.advance(3)
        assert all(np.isfinite(values).all() for values in rows.values())
        assert {name: game.knobs[name].value for name in turned} == turned
    assert game._play.experimental_get_tracing_count() <= 3  # plain, discrimination, looking ahead


@settings(max_examples=5, deadline=None)
@given(pack=st.integers(1, 4), latent=st.integers(1, 3), seed=st.integers(0, 99))
def test_a_game_of_points_is_a_function_of_seed_and_step(game, pack, latent, seed):
    game.turn(pack=pack, latent=latent)
    game.reset(seed)
    assert (game.knobs["pack"].value, game.knobs["latent"].value) == (pack, latent)
    game.advance(7)
    whole = game.sample(5)
    game.reset(seed)
    game.advance(3)
    game.advance(4)
    np.testing.assert_array_equal(game.sample(5), whole)


def test_only_the_player_whose_move_it_is_moves(game):
    for moves, moved, rests in (
        ("D alone", game.discriminator, game.generator),
        ("G alone", game.generator, game.discriminator),
    ):
        game.reset(1)
        game.turn(moves=moves)
        before = moved.get_weights(), rests.get_weights()
        row = game.advance(2)
        assert any((a != b).any() for a, b in zip(moved.get_weights(), before[0], strict=True))
        for a, b in zip(rests.get_weights(), before[1], strict=True):
            np.testing.assert_array_equal(a, b)
        assert row["d_loss"][0] > 0 and row["g_loss"][0] > 0  # both are told all the same


def test_unused_coordinates_of_z_are_zero(game):
    game.turn(latent=2)
    z = game.latents(50)
    assert z[:, :2].all() and not z[:, 2:].any()


def test_without_memory_the_average_is_g(game):
    game.reset(0)
    game.turn(average=0.0)
    game.advance(3)
    np.testing.assert_allclose(game.sample(5), game.generator(game.latents(5)), atol=1e-6)


def test_d_s_verdict_on_a_point_needs_d_to_look_at_one(game):
    x = batch(7, 2)
    logits = game.judge(x)
    np.testing.assert_allclose(logits, np.asarray(game.discriminator(x))[:, 0], atol=1e-6)
    game.turn(pack=2)
    assert game.judge(x) is None
    game.turn(pack=1)
    with pytest.raises(ValueError, match=r"x must have shape \(n, 2\)"):
        game.judge(np.zeros(3))


@pytest.mark.parametrize("objective", ["minimax", "non-saturating", "least squares", "hinge"])
def test_arrows_point_down_g_s_loss(game, objective):
    """Finite differences of the loss that the game has now."""
    game.reset(0)
    game.turn(objective=objective)
    fakes, arrows = game.pulls(4)
    h = 1e-3

    def loss(points):
        return float(game._g_loss(tf.constant(game.judge(points))))

    for i in range(4):
        for axis in (0, 1):
            up, down = fakes.copy(), fakes.copy()
            up[i, axis] += h
            down[i, axis] -= h
            measured = -4 * (loss(up) - loss(down)) / (2 * h)
            assert arrows[i, axis] == pytest.approx(measured, rel=0.03, abs=2e-3)


def test_a_saved_game_of_points_goes_on(game, tmp_path):
    game.reset(2)
    game.turn(pack=2, batch_std=0.5, latent=2)
    game.advance(4)
    game.save(tmp_path / "points.keras")
    again = PointGAN.load(tmp_path / "points.keras", REAL)
    assert again.knobs == game.knobs
    game.advance(3)
    again.advance(3)
    np.testing.assert_array_equal(again.sample(5), game.sample(5))


def test_new_points_of_the_same_number_need_no_new_trace(game):
    game.reset(0)
    game.advance(1)
    before = game._play.experimental_get_tracing_count()
    game.attach(REAL + 1)
    game.advance(1)
    assert game._play.experimental_get_tracing_count() == before
    other = point_game(REAL + 1, latent=3, width=8)
    other.turn(average=0.999)
    other.advance(4)
    game.reset(0)
    game.advance(4)
    np.testing.assert_array_equal(game.sample(3), other.sample(3))
    game.attach(REAL)
