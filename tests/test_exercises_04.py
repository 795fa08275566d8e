"""Each exercise accepts its solution and other right answers, and names the usual mistakes."""

import numpy as np
import pytest
from lessons import hints

from gan_lessons.exercises import (
    check_g_step,
    check_losses,
    check_references,
    check_repair,
    check_states,
)
from gan_lessons.game import Diverged
from gan_lessons.networks import point_discriminator, point_generator
from gan_lessons.objectives import log_loss_d, non_saturating_g
from gan_lessons.runtime import keras, tf
from gan_lessons.training import g_step

mean, softplus = tf.reduce_mean, tf.nn.softplus


def binary(target, logits):
    return mean(keras.losses.binary_crossentropy(target * tf.ones_like(logits), logits, True))


# --- 1: the losses ---


@pytest.mark.parametrize(
    ("d_loss", "g_loss"),
    [
        (log_loss_d, non_saturating_g),
        (lambda r, f: binary(1, r) + binary(0, f), lambda f: binary(1, f)),
        (lambda r, f: -mean(tf.math.log_sigmoid(r) + tf.math.log_sigmoid(-f)),
         lambda f: -mean(tf.math.log_sigmoid(f))),
        (lambda r, f: np.mean(np.logaddexp(0, -r) + np.logaddexp(0, f)),
         lambda f: np.mean(np.logaddexp(0, -f))),
    ],
)  # fmt: skip
def test_right_losses_pass(d_loss, g_loss, capsys):
    assert check_losses(d_loss, g_loss)
    assert capsys.readouterr().out.startswith("✓ losses")


def test_untouched_losses_are_not_attempted(capsys):
    def stub(*_): ...

    assert check_losses(stub, stub) is False
    assert check_losses(log_loss_d, stub) is False
    assert capsys.readouterr().out == "· losses: not attempted yet\n" * 2


WRONG_D = {
    "sign": (lambda r, f: -log_loss_d(r, f), "maximises"),
    "swapped": (lambda r, f: log_loss_d(f, r), "swapped"),
    "flipped logits": (lambda r, f: mean(softplus(r)) + mean(softplus(-f)), "swapped"),
    "half": (lambda r, f: log_loss_d(r, f) / 2, "mean of the two halves"),
    "sum": (lambda r, f: tf.reduce_sum(softplus(-r)) + tf.reduce_sum(softplus(f)), "mean over"),
    "sigmoid twice": (lambda r, f: log_loss_d(tf.sigmoid(r), tf.sigmoid(f)), "sigmoid"),
    "only real": (lambda r, f: mean(softplus(-r)), "other"),
    "only fake": (lambda r, f: mean(softplus(f)), "other"),
    "log of a logit": (lambda r, f: -mean(tf.math.log(r)) - mean(tf.math.log(1 - f)), "softplus"),
    "overflow": (
        lambda r, f: -mean(tf.math.log(tf.sigmoid(r))) - mean(tf.math.log(1 - tf.sigmoid(f))),
        "log 0",
    ),
    "no mean": (lambda r, f: softplus(-r) + softplus(f), "reduce_mean"),
    "typo": (lambda r, f: mean(softplus(-r)) + mean(sofftplus(f)), "NameError"),  # noqa: F821
    "text": (lambda r, f: "1.386", "L_D = mean"),
}
WRONG_G = {
    "sign": (lambda f: -non_saturating_g(f), "caught"),
    "saturating": (lambda f: -mean(softplus(f)), "minimax"),
    "helps D": (lambda f: mean(softplus(f)), "called real"),
    "sum": (lambda f: tf.reduce_sum(softplus(-f)), "mean over the batch"),
    "log of a logit": (lambda f: -mean(tf.math.log(f)), "softplus"),
    "overflow": (lambda f: -mean(tf.math.log(tf.sigmoid(f))), "log 0"),
    "no mean": (lambda f: softplus(-f), "reduce_mean"),
    "something else": (lambda f: mean(f) ** 2, "softplus"),
}


@pytest.mark.parametrize("mistake", WRONG_D)
def test_wrong_d_losses_are_named(mistake, capsys):
    wrong, word = WRONG_D[mistake]
    said = hints(lambda: check_losses(wrong, non_saturating_g), capsys)
    assert word in said[-1], said[-1]


@pytest.mark.parametrize("mistake", WRONG_G)
def test_wrong_g_losses_are_named(mistake, capsys):
    wrong, word = WRONG_G[mistake]
    said = hints(lambda: check_losses(log_loss_d, wrong), capsys)
    assert word in said[-1], said[-1]


def test_hints_grow_from_gentle_to_plain(capsys):
    said = hints(lambda: check_losses(WRONG_D["half"][0], non_saturating_g), capsys)
    assert said[0] != said[1] == said[2]


# --- 2: the reference lines ---


@pytest.mark.parametrize("d", [2 * np.log(2), 1.386, 1.39, np.float32(1.3863), tf.constant(1.386)])
@pytest.mark.parametrize("g", [np.log(2), 0.69, 0.7])
def test_right_references_pass(d, g):
    assert check_references(d, g)


@pytest.mark.parametrize(
    ("d", "g", "word"),
    [
        (0, 0, "as unsure"),
        (0.693, 0.693, "two terms"),
        (0.5, 0.5, "½ into"),
        (-1.386, -0.693, "minus"),
        (2.0, 1.0, "log2"),
        (0.602, 0.301, "log10"),
        (1.386, 1.386, "one term"),
        (3.0, 0.69, "log ½"),
        ("high", 0.69, "number"),
    ],
)
def test_wrong_references_are_named(d, g, word, capsys):
    assert word in hints(lambda: check_references(d, g), capsys)[-1]


def test_untouched_references(capsys):
    assert check_references() is check_references(1.386, ...) is False
    assert "✗" not in capsys.readouterr().out


# --- 3: G's step ---

TOOLS = (non_saturating_g, point_generator, point_discriminator, lambda: keras.optimizers.SGD(0.1))


def check_step(step):
    keras.utils.set_random_seed(0)
    return check_g_step(step, *TOOLS)


def step_of(variables="generator", outside=False, loss=None, cut=False, scale=1.0, give=True):
    """A step of G with a chosen mistake."""

    def step(generator, discriminator, optimizer, g_loss, z):
        made = generator(z, training=True)
        with tf.GradientTape() as tape:
            fake = made if outside else generator(z, training=True)
            fake = tf.stop_gradient(fake) if cut else fake
            value = scale * (loss or g_loss)(discriminator(fake, training=True))
        chosen = {
            "generator": generator.trainable_variables,
            "discriminator": discriminator.trainable_variables,
            "both": generator.trainable_variables + discriminator.trainable_variables,
        }[variables]
        optimizer.apply_gradients(zip(tape.gradient(value, chosen), chosen, strict=True))
        return value if give else None

    return step


def numpy_fakes(generator, discriminator, optimizer, loss, z):
    with tf.GradientTape() as tape:
        value = loss(discriminator(generator(z).numpy()))
    gradients = tape.gradient(value, generator.trainable_variables)
    optimizer.apply_gradients(zip(gradients, generator.trainable_variables, strict=True))
    return value


def forgot_to_apply(generator, discriminator, optimizer, loss, z):
    return loss(discriminator(generator(z)))


def twice(*arguments):
    step_of()(*arguments)
    return step_of()(*arguments)


@pytest.mark.parametrize("step", [g_step, step_of(), lambda *a: g_step(*a)[0]])
def test_right_steps_pass(step):
    assert check_step(step)


WRONG_STEPS = {
    "moves D": (step_of("discriminator"), "call fakes real"),
    "moves both": (step_of("both"), "D's weights changed"),
    "fakes made outside": (step_of(outside=True), "inside the tape"),
    "stop_gradient": (step_of(cut=True), "stop_gradient"),
    "numpy": (numpy_fakes, ".numpy()"),
    "descends D's loss": (step_of(loss=lambda f: mean(softplus(f))), "D's loss"),
    "ascends": (step_of(scale=-1.0), "minus"),
    "saturating loss": (step_of(loss=lambda f: -mean(softplus(f))), "times as long"),
    "forgot to apply": (forgot_to_apply, "apply the gradients"),
    "no return": (step_of(give=False), "return the value"),
    "two steps": (twice, "One call"),
    "crash": (lambda *a: undefined, "NameError"),  # noqa: F821
}


@pytest.mark.parametrize("mistake", WRONG_STEPS)
def test_wrong_steps_are_named(mistake, capsys):
    step, word = WRONG_STEPS[mistake]
    assert word in hints(lambda: check_step(step), capsys, times=3)[-1]


def test_untouched_step(capsys):
    assert check_step(lambda *a: None) is False
    assert "not attempted yet" in capsys.readouterr().out
    assert check_step(lambda *a: ...) is False
    assert "not attempted yet" in capsys.readouterr().out


# --- 4: reading the losses ---

TRUTH = {"A": "G wins", "B": "oscillation", "C": "D wins"}


def test_states(capsys):
    assert check_states(TRUTH, TRUTH)
    assert check_states(dict.fromkeys("ABC", ...), TRUTH) is False
    assert check_states({**TRUTH, "B": ...}, TRUTH) is False
    assert capsys.readouterr().out.count("not attempted yet") == 2


@pytest.mark.parametrize(
    ("answers", "word"),
    [
        ({"A": "D wins", "B": "oscillation", "C": "G wins"}, "L_D near 0"),
        ({"A": "oscillation", "B": "G wins", "C": "D wins"}, "swing"),
        ({"A": "G wins", "B": "D wins", "C": "oscillation"}, "swing"),
        ({"A": "oscillation", "B": "D wins", "C": "G wins"}, "swing"),
        ({"A": "G wins", "B": "G wins", "C": "D wins"}, "once"),
        ({"A": "g", "B": "oscillation", "C": "D wins"}, "none of"),
    ],
)
def test_wrong_states_are_named(answers, word, capsys):
    assert word in hints(lambda: check_states(answers, TRUTH), capsys)[-1]


# --- 5: the repair (the real game is played in test_lesson_04.py) ---


@pytest.mark.parametrize(
    ("knobs", "distance", "word"),
    [
        ({"d_rate": 1e-3, "g_rate": 1e-3, "d_steps": 1}, 500.0, "50 times G"),
        ({"d_rate": 1e-3, "g_rate": 1e-3, "noise": 1}, 10.0, "only d_rate"),
    ],
)
def test_wrong_repairs_are_named(knobs, distance, word, capsys):
    def check():
        return check_repair(lambda seed, k: distance, knobs, good_enough=50, broken=300)

    assert word in hints(check, capsys)[-1]


def test_a_run_that_diverged_is_told_in_the_game_s_words(capsys):
    def play(seed, knobs):
        raise Diverged("G's loss became NaN or infinite at step 7; lower the learning rate")

    knobs = {"d_rate": 0.1, "g_rate": 0.1, "d_steps": 1}
    assert not check_repair(play, knobs, good_enough=50, broken=300)
    assert "at step 7" in capsys.readouterr().out


def test_a_bad_knob_is_told_in_the_game_s_words(capsys):
    def play(seed, knobs):
        raise ValueError("d_rate must lie in [1e-05, 0.1], got 7")

    assert not check_repair(play, {"d_rate": 7}, good_enough=50, broken=300)
    assert "must lie in" in capsys.readouterr().out


def test_repair_needs_every_fresh_seed(capsys):
    knobs = {"d_rate": 1e-3, "g_rate": 1e-3, "d_steps": 1}
    assert check_repair(lambda seed, k: 20.0, knobs, good_enough=50, broken=300)
    lucky = {101: 20.0, 102: 90.0}
    assert not check_repair(lambda s, k: lucky[s], knobs, good_enough=50, broken=300)
    assert not check_repair(None, dict.fromkeys(knobs, ...), good_enough=50, broken=300)
    assert "not attempted yet" in capsys.readouterr().out
