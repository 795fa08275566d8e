"""The game: exactness of advance, saving, rewinding, divergence, fit, and its errors."""

import gc
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gan_lessons.data import digits, ring
from gan_lessons.game import Diverged
from gan_lessons.networks import (
    digit_discriminator,
    digit_generator,
    point_discriminator,
    point_generator,
)
from gan_lessons.objectives import OBJECTIVES, PENALTIES
from gan_lessons.panels import cockpit
from gan_lessons.runtime import keras, tf
from gan_lessons.training import GAN, ema_step
from gan_lessons.training.gan import _RESIDENT

layers = keras.layers
POINTS = ring(500)


def dropout_generator():
    return keras.Sequential(
        [
            keras.Input((3,)),
            layers.Dense(16, activation="relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.2),
            layers.Dense(2),
        ]
    )


def dropout_discriminator():
    return keras.Sequential(
        [
            keras.Input((2,)),
            layers.Dense(16),
            layers.LeakyReLU(0.2),
            layers.GaussianNoise(0.1),
            layers.Dropout(0.3),
            layers.Dense(1),
        ]
    )


def new_game(seed=0, **knobs):
    game = GAN(dropout_generator, dropout_discriminator, POINTS, seed=seed)
    game.compile(**knobs)
    return game


@pytest.fixture(scope="module")
def shared_game():
    return new_game()


def weights(game):
    """All that a step hands on to the next (dropout's seeds are set anew by each step)."""
    networks = game.generator, game.discriminator, game.average
    optimizers = [*game.d_optimizer.variables, *game.g_optimizer.variables]
    return [v.numpy() for v in (*(w for n in networks for w in n.weights), *optimizers)]


def assert_same(a, b):
    for x, y in zip(a, b, strict=True):
        np.testing.assert_array_equal(x, y)


knobs = st.fixed_dictionaries(
    {
        "objective": st.sampled_from(list(OBJECTIVES)),
        "penalty": st.sampled_from(PENALTIES),
        "d_steps": st.integers(1, 3),
        "noise": st.sampled_from([0.0, 0.3]),
        "smoothing": st.sampled_from([0.0, 0.1]),
        "batch": st.integers(2, 40),
        "d_rate": st.floats(1e-5, 1e-2),
    }
)
lax = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@lax
@given(
    seed=st.integers(0, 2**31 - 1),
    dials=knobs,
    slices=st.lists(st.integers(1, 9), min_size=2, max_size=5),
)
def test_advance_is_the_same_however_it_is_sliced(shared_game, seed, dials, slices):
    game = shared_game
    game.reset(seed)
    game.turn(**dials)
    game.advance(sum(slices))
    whole, rows = weights(game), game.record
    game.reset(seed)
    for n in slices:
        game.advance(n)
        game.sample(3)  # looking must change nothing
        game.verdicts(5)
    assert_same(weights(game), whole)
    assert_same(game.record.values(), rows.values())
    assert game._play.experimental_get_tracing_count() == 1  # every knob turned in one trace


@lax
@given(seed=st.integers(0, 1000), dials=knobs, before=st.integers(1, 8), after=st.integers(1, 8))
def test_rewinding_is_honest(shared_game, seed, dials, before, after):
    game = shared_game
    game.reset(seed)
    game.advance(before)
    place = game.snapshot()
    game.turn(**dials)
    game.advance(after)
    first, rows = weights(game), game.record
    game.restore(place)
    assert game.step == before == len(game.record["step"])
    game.turn(**dials)
    game.advance(after)
    assert_same(weights(game), first)
    assert_same(game.record.values(), rows.values())


@pytest.mark.parametrize("through", [GAN.load, keras.models.load_model])
def test_a_reloaded_game_goes_on_as_if_it_had_not_been_stopped(tmp_path, through):
    game = new_game(seed=5, penalty="R1", noise=0.1, objective="hinge", batch=11)
    game.turn(g_rate=3e-3)
    game.advance(12)
    game.save(tmp_path / "game.keras")
    again = through(tmp_path / "game.keras")
    again.attach(POINTS)
    assert (again.seed, again.step, again.knobs) == (game.seed, game.step, game.knobs)
    assert_same(weights(again), weights(game))
    game.advance(15)
    again.advance(15)
    assert_same(weights(again), weights(game))
    assert_same(again.record.values(), game.record.values())
    again.reset()
    game.reset()
    assert_same(weights(again), weights(game))


def test_reset_is_a_new_game(shared_game):
    fresh = new_game(seed=9)
    shared_game.turn(**{name: knob.value for name, knob in fresh.knobs.items()})
    shared_game.advance(3)
    shared_game.reset(9)
    assert_same(weights(shared_game), weights(fresh))
    assert shared_game.step == 0 == len(shared_game.record["step"])


def test_other_seeds_give_other_games():
    first, second = new_game(1), new_game(2)
    assert not np.array_equal(first.generator.get_weights()[0], second.generator.get_weights()[0])
    assert not np.array_equal(first.latents(4), second.latents(4))


def test_a_new_process_plays_the_same_game():
    code = (
        "import zlib, sys; sys.path.insert(0, 'tests'); from test_training import *\n"
        "game = new_game(seed=3, penalty='WGAN-GP'); game.advance(20)\n"
        "print(zlib.crc32(b''.join(w.tobytes() for w in weights(game))))"
    )
    run = [sys.executable, "-c", code]
    sums = {subprocess.run(run, capture_output=True, text=True, check=True).stdout for _ in "ab"}
    assert len(sums) == 1


def test_the_compiled_game_is_the_plain_one(shared_game):
    """The same steps run line by line, without tf.function."""
    shared_game.reset(4)
    shared_game.turn(penalty="R1", noise=0.2, d_steps=2, objective="non-saturating", batch=16)
    place = shared_game.snapshot()
    compiled = shared_game.advance(3)
    shared_game.restore(place)
    rows, done, sound = shared_game._play_many(tf.constant(3))
    assert int(done) == 3 and bool(sound)
    fused = np.stack([compiled[c] for c in list(compiled)[1:]], axis=1)
    np.testing.assert_allclose(rows, fused, rtol=2e-4, atol=1e-5)


@pytest.mark.parametrize("player", ["d_optimizer", "g_optimizer"])
def test_divergence_stops_at_the_last_good_step(player):
    game = new_game(objective="Wasserstein")
    optimizer = getattr(game, player)
    game.advance(5)
    optimizer.learning_rate = 1e30
    with pytest.raises(Diverged, match=r"infinite at step \d+.*learning rate"):
        game.advance(50)
    last = game.step
    assert 5 <= last == len(game.record["step"]) < 55
    assert all(np.isfinite(w).all() for w in weights(game))
    assert all(np.isfinite(column).all() for column in game.record.values())
    kept = weights(game)
    game.reset()  # the steps kept are the true ones: play them again
    optimizer.learning_rate = 1e-3
    game.turn(d_rate=2e-3, g_rate=4e-3)
    game.advance(5)
    optimizer.learning_rate = 1e30
    for _ in range(last - 5):
        game.advance(1)
    assert_same(weights(game), kept)
    with pytest.raises(Diverged, match=f"at step {last + 1};"):
        game.advance(1)


def test_ema_follows_its_formula():
    fast, slow = point_generator(), point_generator()
    old, target = slow.get_weights(), fast.get_weights()
    for t in (0, 7, 10**6):
        slow.set_weights(old)
        ema_step(slow, fast, t)
        keep = min(0.999, (1 + t) / (10 + t))
        for w, a, b in zip(slow.get_weights(), old, target, strict=True):
            np.testing.assert_allclose(w, keep * a + (1 - keep) * b, atol=1e-6)


def test_instruments_measure_and_leave_no_trace(shared_game):
    shared_game.reset(0)
    shared_game.advance(4)
    before = weights(shared_game)
    readings = shared_game.instruments()
    assert_same(weights(shared_game), before)
    assert shared_game.step == 4
    d_before = shared_game.discriminator.get_weights()
    row = shared_game.advance(1)
    moved = zip(shared_game.discriminator.get_weights(), d_before, strict=True)
    assert readings["d_change"] == pytest.approx(
        np.sqrt(sum(((a - b) ** 2).sum() for a, b in moved)), rel=1e-5
    )
    assert readings["g_gradient"] == pytest.approx(float(row["g_gradient"][0]))


# --- Pictures and labels ---


@pytest.fixture(scope="module")
def conditional_game():
    shipped = digits()
    game = GAN(
        lambda: digit_generator(classes=10),
        lambda: digit_discriminator(classes=10),
        shipped.x_train[:500],
        shipped.y_train[:500],
    )
    game.compile(batch=8)
    game.advance(2)
    return game


def test_a_learner_can_ask_for_a_digit(conditional_game):
    z = conditional_game.latents(5)
    threes, fives = (conditional_game.sample(z=z, label=k) for k in (3, 5))
    assert threes.shape == (5, 28, 28, 1) and threes.dtype == np.float32
    assert np.abs(threes).max() <= 1
    assert not np.array_equal(threes, fives)
    in_turn = conditional_game.sample(12)
    np.testing.assert_allclose(
        in_turn[3], conditional_game.sample(z=conditional_game.latents(12), label=3)[3], atol=1e-6
    )


def test_verdicts_are_those_of_d(conditional_game):
    real, fake = conditional_game.verdicts(6)
    assert real.shape == fake.shape == (6,)
    again, _ = conditional_game.verdicts(6)
    np.testing.assert_array_equal(real, again)


def test_many_games_share_one_copy_of_the_data():
    data = digits().x_train[:300]
    games = [GAN(digit_generator, digit_discriminator, data.copy()) for _ in range(3)]
    assert len({id(game._data) for game in games}) == 1
    assert games[0]._data.dtype == tf.uint8
    assert sum(key[0] == (300, 28, 28) for key in _RESIDENT) == 1


def test_a_dropped_game_leaves_no_trace_in_memory():
    """TensorFlow would keep its graphs for ever, 36 MB of a digit game."""

    def graphs():
        gc.collect()
        return sum(type(thing).__name__ == "FuncGraph" for thing in gc.get_objects())

    before = graphs()
    game = new_game(penalty="R1")
    game.advance(2)
    game.sample(3)
    assert graphs() > before
    del game
    assert graphs() == before


# --- Keras ---


def test_fit_is_as_any_keras_user_expects(tmp_path):
    game = new_game()
    checkpoint = keras.callbacks.ModelCheckpoint(str(tmp_path / "best.keras"))
    seen = []
    watch = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(dict(logs)))
    record = game.fit(
        POINTS, batch_size=50, epochs=3, callbacks=[checkpoint, watch], verbose=0,
        validation_data=(POINTS[:100],),
    )  # fmt: skip
    assert game.step == 30
    assert {"d_loss", "g_loss", "val_d_loss"} <= set(record.history) and len(seen) == 3
    assert record.history["d_loss"] == [logs["d_loss"] for logs in seen]
    assert GAN.load(tmp_path / "best.keras").step == 30
    assert game.predict(game.latents(7), verbose=0).shape == (7, 2)


def test_fit_can_be_conditional(conditional_game):
    shipped = digits()
    before = conditional_game.step
    conditional_game.fit(shipped.x_test[:64], shipped.y_test[:64], batch_size=16, verbose=0)
    assert conditional_game.step == before + 4


def test_fit_and_advance_take_the_same_step():
    """One batch that holds all the data, in an order that does not matter to the losses."""
    game = GAN(point_generator, dropout_free_discriminator, POINTS[:2])
    game.compile(d_optimizer=keras.optimizers.SGD(0.1), g_optimizer=keras.optimizers.SGD(0.1))
    row = game._step(lambda purpose, i: (tf.constant(POINTS[:2]), None))
    game.reset()
    logs = game.fit(POINTS[:2], batch_size=2, shuffle=False, verbose=0).history
    np.testing.assert_allclose([logs["d_loss"][0], logs["g_loss"][0]], row[:2], rtol=1e-5)


def dropout_free_discriminator():
    return keras.Sequential(
        [keras.Input((2,)), layers.Dense(8, activation="relu"), layers.Dense(1)]
    )


def test_fit_plays_under_a_distribution_strategy():
    with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
        game = new_game(seed=1, d_steps=2)
    alone = new_game(seed=1, d_steps=2)
    for player in (game, alone):
        player.fit(POINTS[:100], batch_size=50, shuffle=False, verbose=0)
    assert game.step == 2
    for a, b in zip(game.generator.get_weights(), alone.generator.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_fit_follows_the_knob_d_steps():
    game = new_game()
    for d_steps in (1, 3):
        game.turn(d_steps=d_steps)
        before = int(game.d_optimizer.iterations)
        game.fit(POINTS[:100], batch_size=50, verbose=0)
        assert int(game.d_optimizer.iterations) - before == 2 * d_steps


def test_steps_of_fit_and_advance_are_counted_together():
    game = new_game()
    game.fit(POINTS, batch_size=100, verbose=0)
    game.advance(3)
    assert game.step == 8
    np.testing.assert_array_equal(game.record["step"], [6, 7, 8])


def test_new_data_are_played_at_once():
    game, other = new_game(seed=2), new_game(seed=2)
    game.advance(2)
    game.attach(POINTS[:50] + 3)
    game.reset()
    other.attach(POINTS[:50] + 3)
    game.advance(5)
    other.advance(5)
    assert_same(weights(game), weights(other))


def test_save_is_atomic(tmp_path, monkeypatch):
    game = new_game()
    path = tmp_path / "game.keras"
    game.save(path)
    whole = path.read_bytes()

    def fails(self, store):
        raise OSError("No space left on device")

    monkeypatch.setattr(GAN, "save_own_variables", fails)
    with pytest.raises(OSError, match="No space left"):
        game.save(path)
    assert path.read_bytes() == whole
    assert [p.name for p in tmp_path.iterdir()] == ["game.keras"]


def test_other_data_are_noticed(tmp_path):
    game = new_game()
    game.save(tmp_path / "game.keras")
    with pytest.warns(UserWarning, match="not the data"):
        GAN.load(tmp_path / "game.keras", POINTS + 1)


# --- What is refused, and how ---


@pytest.mark.parametrize(
    ("knob", "message"),
    [
        ({"speed": 1}, "no knob is called 'speed'"),
        ({"objective": "kl"}, "objective must be one of non-saturating"),
        ({"d_steps": 0}, r"d_steps must lie in \[1, 10\], got 0"),
        ({"d_steps": 1.5}, "whole number"),
        ({"noise": -0.1}, "noise must lie in"),
        ({"g_rate": float("nan")}, "finite"),
        ({"batch": 1}, "batch must lie in"),
        ({"g_rate": 1e-3, "penalty": "r2"}, "penalty must be one of none, R1, WGAN-GP"),
        ({"noise": "much"}, "noise must be a finite number, got 'much'"),
    ],
)
def test_bad_knobs_are_named_and_turn_nothing(shared_game, knob, message):
    before = shared_game.knobs
    with pytest.raises(ValueError, match=message):
        shared_game.turn(**knob)
    assert shared_game.knobs == before


def test_networks_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"makes \(28, 28, 1\) and .* looks at \(2,\)"):
        GAN(digit_generator, dropout_discriminator)
    with pytest.raises(ValueError, match="they take 2 and 1"):
        GAN(lambda: digit_generator(classes=10), digit_discriminator)
    with pytest.raises(ValueError, match="one logit"):
        GAN(point_generator, lambda: keras.Sequential([keras.Input((2,)), layers.Dense(2)]))


def test_a_game_without_optimizers_says_so_wherever_it_is_put():
    game = GAN(point_generator, lambda: point_discriminator(4, 1), POINTS)
    for use in (GAN.advance, cockpit, lambda game: game.knobs):
        with pytest.raises(ValueError, match=r"call compile\(\) first"):
            use(game)
    with pytest.raises(TypeError, match="optimizer"):
        game.compile(optimizer="adam")  # there are two


def test_labels_need_data():
    with pytest.raises(TypeError, match="data must be real numbers, got None"):
        GAN(lambda: digit_generator(classes=10), lambda: digit_discriminator(10), labels=[1, 2])


def test_bad_data_are_refused(shared_game):
    with pytest.raises(ValueError, match=r"data must have shape \(n, 2\), got \(5, 3\)"):
        shared_game.attach(np.zeros((5, 3)))
    with pytest.raises(ValueError, match="NaN"):
        shared_game.attach(np.full((5, 2), np.nan))
    with pytest.raises(ValueError, match="take none"):
        shared_game.attach(POINTS, np.zeros(500, int))
    with pytest.raises(ValueError, match=r"call compile\(\) first"):
        GAN(point_generator, dropout_discriminator).advance()
    with pytest.raises(ValueError, match="attach"):
        game = GAN(point_generator, dropout_discriminator)
        game.compile()
        game.advance()
    with pytest.raises(ValueError, match="steps must be"):
        shared_game.advance(0)
    with pytest.raises(ValueError, match=r"z must have shape \(n, 3\)"):
        shared_game.sample(z=np.zeros((4, 2)))
    with pytest.raises(ValueError, match=r"end in \.keras"):
        shared_game.save("game.h5")
