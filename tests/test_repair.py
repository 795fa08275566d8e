"""Damage, figures of repair, and the game of repair: every formula a second way."""

import numpy as np
import pytest

from gan_lessons.data import digits, to_float
from gan_lessons.repair import box, cover, enlarge, half, holes, psnr, sharpness, shrink, stroke

TRUE = to_float(digits().x_test[:20])


def test_damage_keeps_what_is_known_and_nothing_else():
    for known in (box(), half(), half("left", 10), stroke(np.random.default_rng(0))):
        given = cover(TRUE, known)
        assert given.shape == (20, 28, 28, 2) and given.dtype == np.float32
        assert (given[:, known, :1] == TRUE[:, known]).all()
        assert (given[:, ~known] == 0).all() and (given[:, known, 1] == 1).all()


@pytest.mark.parametrize(
    ("missing", "place"),
    [
        ("bottom", np.s_[10:]),
        ("top", np.s_[:18]),
        ("left", np.s_[:, :18]),
        ("right", np.s_[:, 10:]),
    ],
)
def test_a_half_misses_the_side_that_it_says(missing, place):
    expected = np.ones((28, 28), bool)
    expected[place] = False
    assert (half(missing, 10) == expected).all()


def test_holes_are_varied_and_a_function_of_the_seed():
    made = holes(300)
    assert (made == holes(300)).all() and (made != holes(300, seed=1)).any()
    missing = (~made).sum(axis=(1, 2))
    assert missing.min() >= 9 and missing.max() <= 21 * 28 and len(np.unique(missing)) > 60


def test_a_shrunk_digit_has_the_means_of_its_blocks():
    small = shrink(TRUE)
    by_hand = [
        [TRUE[3, 4 * i : 4 * i + 4, 4 * j : 4 * j + 4].mean() for j in range(7)] for i in range(7)
    ]
    assert np.allclose(small[3, ..., 0], by_hand, atol=1e-6)
    given = enlarge(small)
    assert np.allclose(shrink(given[..., :1]), small, atol=1e-6) and not given[..., 1].any()
    assert (given[:, ::4, ::4, :1] == given[:, 3::4, 3::4, :1]).all()


def test_psnr_and_sharpness_by_hand():
    known = box(0, 0, 1, 2)
    wrong = TRUE.copy()
    wrong[:, 0, 0], wrong[:, 0, 1] = TRUE[:, 0, 0] + 0.2, TRUE[:, 0, 1] - 0.4
    assert psnr(wrong, TRUE, known) == pytest.approx(20 * np.log10(2 / np.sqrt(0.1)))
    wrong[:, 5] = 0  # outside the hole: not counted
    assert psnr(wrong, TRUE, known) == pytest.approx(20 * np.log10(2 / np.sqrt(0.1)))
    assert psnr(TRUE, TRUE) == np.inf
    slope = np.add.outer(0.03 * np.arange(28), 0.04 * np.arange(28))[np.newaxis, ..., np.newaxis]
    assert sharpness(slope) == pytest.approx(0.05)
    assert sharpness(slope, half()) == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: box(20, 0, 14, 14), "height"),
        (lambda: box(0, 0, 5, 0), "width"),
        (lambda: half("middle"), "missing"),
        (lambda: psnr(TRUE, TRUE, np.ones((28, 28), bool)), "known"),
    ],
)
def test_bad_input_is_named(call, word):
    with pytest.raises(ValueError, match=word):
        call()


@pytest.fixture(scope="module")
def game():
    from gan_lessons.training import repair_game

    return repair_game(digits().x_train[:500])


def test_the_game_damages_as_the_numpy_functions_do(game):
    true, given = game.examples(60)
    shrunk = ~given[..., 1].any(axis=(1, 2))
    assert 3 < shrunk.sum() < 30
    assert np.allclose(given[shrunk], enlarge(shrink(true[shrunk])), atol=1e-5)
    known = given[~shrunk, ..., 1] > 0
    assert np.allclose(given[~shrunk], cover(true[~shrunk], known))
    repaired = game.sample(60)
    assert np.allclose(repaired[~shrunk][known], true[~shrunk][known], atol=1e-6)
    again, _ = game.examples(60)
    assert (again == true).all()


def test_the_game_is_a_function_of_seed_and_step_however_it_is_sliced(game, tmp_path):
    from gan_lessons.training import RepairGAN

    def weights(of):
        return np.concatenate([w.ravel() for w in of.generator.get_weights()])

    game.turn(adversarial=0.1, target="paired")
    game.reset(3)
    game.advance(6)
    whole, rows = weights(game), game.record
    game.reset(3)
    game.advance(2)
    middle = game.snapshot()
    game.advance(4)
    assert (weights(game) == whole).all()
    game.restore(middle)
    game.save(tmp_path / "repair.keras")
    game.advance(4)
    assert (weights(game) == whole).all() and (game.record["g_loss"] == rows["g_loss"]).all()
    again = RepairGAN.load(tmp_path / "repair.keras", digits().x_train[:500])
    assert again.knobs["adversarial"].value == pytest.approx(0.1)
    again.advance(4)
    assert (weights(again) == whole).all()


def test_the_knobs_do_what_they_say_in_one_trace(game):
    """a = 0 is the MSE of the repairs, a = 1 the game's loss, between them the mixture."""
    game.reset(5)
    start, losses = game.snapshot(), {}
    for a in (0.0, 0.25, 1.0):
        game.turn(adversarial=a)
        losses[a] = game.advance(1)["g_loss"][0]
        game.restore(start)
    assert losses[0.25] == pytest.approx(0.75 * losses[0.0] + 0.25 * losses[1.0], rel=1e-4)
    game.turn(adversarial=0.0, target="unpaired")
    assert game.advance(1)["g_loss"][0] > 1.2 * losses[0.0]
    game.turn(target="paired", adversarial=0.5)
    assert game.references()["g_loss"] is None and game.references()["d_loss"] is not None
    assert game._play.experimental_get_tracing_count() == 1
    real, fake = game.verdicts(30)
    assert real.shape == fake.shape == (30,)
    with pytest.raises(NotImplementedError, match="advance"):
        game.train_step(None)
    with pytest.raises(ValueError, match="given"):
        game.repair(np.zeros((3, 28, 28, 1)))


def test_repair_g_step_by_hand():
    """One step of plain gradient descent on a G of one weight, by the chain rule."""
    from gan_lessons.objectives import non_saturating_g
    from gan_lessons.runtime import keras, tf
    from gan_lessons.training import repair_g_step

    z, target, slope, start, a, rate = np.array([[1.0], [2.0]]), 0.5, 3.0, 0.2, 0.3, 0.1
    G = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    D = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    G.set_weights([np.array([[start]])])
    D.set_weights([np.array([[slope]])])
    optimizer = keras.optimizers.SGD(rate)
    optimizer.build(G.trainable_variables)
    targets = tf.constant([[target]] * 2)
    value, norm = repair_g_step(
        G, D, optimizer, non_saturating_g, a, tf.constant(z, tf.float32), targets
    )

    def loss(w):
        fake = w * z
        return (1 - a) * np.mean((fake - target) ** 2) + a * np.mean(
            np.log1p(np.exp(-slope * fake))
        )

    gradient = (loss(start + 1e-5) - loss(start - 1e-5)) / 2e-5
    assert float(value) == pytest.approx(loss(start), rel=1e-5)
    assert float(norm) == pytest.approx(abs(gradient), rel=1e-4)
    assert float(G.get_weights()[0][0, 0]) == pytest.approx(start - rate * gradient, rel=1e-5)
    assert D.get_weights()[0][0, 0] == slope


def test_a_blind_discriminator_does_not_look_at_what_was_given():
    from gan_lessons.networks import repair_discriminator

    given = cover(TRUE, box())
    for blind in (True, False):
        D = repair_discriminator(blind)
        same = np.allclose(D([TRUE, given]), D([TRUE, 0 * given]))
        assert same == blind


def test_the_shipped_repairers_repair():
    from gan_lessons.data import ASSETS
    from gan_lessons.networks import trained_repairs

    assert (ASSETS / "repair.npz").stat().st_size < 1_500_000
    generator, weights = trained_repairs()
    assert list(weights) == sorted(weights) and {0.0, 1.0} <= weights.keys()
    z = np.random.default_rng(0).normal(size=(20, 16)).astype(np.float32)
    made = generator([z, cover(TRUE, half())]).numpy()
    nothing = np.broadcast_to(TRUE.mean(axis=0), TRUE.shape)  # even of these very twenty
    assert psnr(made, TRUE, half()) > psnr(nothing, TRUE, half()) + 1


def test_hole_pad_keeps_valid_pixels_only():
    from gan_lessons.panels import HolePad

    pad = HolePad(digits().x_test[0], (5, 3, 5))
    assert pad.value == (3, 5) and len(pad.picture) == 784
    pad.show(digits().x_test[1])
    assert (
        np.frombuffer(pad.picture, np.uint8).reshape(28, 28).tolist() == digits().x_test[1].tolist()
    )
    for wrong in ((784,), (-1,)):
        with pytest.raises(ValueError, match="0 to 783"):
            pad.value = wrong
    with pytest.raises(ValueError, match="digit"):
        pad.show(np.zeros((7, 7), np.uint8))
