"""The check-up names the fault of each patient, is silent on healthy games, and leaves no trace."""

import numpy as np
import pytest
from fake_game import FakeGame

from gan_lessons.checkup import RULES, Finding, MyGAN, Readings, check_up, explain
from gan_lessons.checkup.rules import name_faults
from gan_lessons.data import digits, gaussians, grid_centres, ring, to_float
from gan_lessons.networks import point_discriminator, point_generator, trained_pair
from gan_lessons.objectives import OBJECTIVES, between, input_slope, r1, wgan_gp
from gan_lessons.panels import cockpit
from gan_lessons.patients import PATIENTS, SILENT, admit, changed_lines, patient_source
from gan_lessons.runtime import keras, tf
from gan_lessons.training import d_step, g_step

layers, Adam = keras.layers, keras.optimizers.Adam
DIGITS = digits()
PICTURES, LABELS = DIGITS.x_train[:500], DIGITS.y_train[:500]


def dense_generator():
    last = layers.Dense(784, activation="tanh"), layers.Reshape((28, 28, 1))
    return keras.Sequential([keras.Input((32,)), *last])


def dense_discriminator():
    x = keras.Input((28, 28, 1))
    return keras.Model(x, layers.Dense(1)(layers.Flatten()(x)))


OTHER_NETWORKS = {
    "digit_generator": dense_generator,
    "digit_discriminator": dense_discriminator,
}


CASES = [(name, 0) for name in PATIENTS] + [(name, 1) for name in SILENT]


@pytest.mark.parametrize(("name", "seed"), CASES)
def test_the_planted_fault_is_named_and_no_other(name, seed):
    source = patient_source(name)
    report = check_up(lambda: admit(source, PICTURES, LABELS, seed, **OTHER_NETWORKS), seed)
    assert report.faults == [PATIENTS[name].fault], str(report)
    assert report.findings and "cure" in str(report)


# --- healthy games ------------------------------------------------------------------------------


def by_moves(networks, data, objective, penalty=None, d_steps=1, rate=1e-3, compiled=False):
    """A game of d_step and g_step, one after the other."""
    G, D = networks
    optimizers = Adam(rate, beta_1=0.5), Adam(rate, beta_1=0.5)
    losses = OBJECTIVES[objective]
    extra = {"penalty": penalty} if penalty else {}

    def train_step(real):
        for _ in range(d_steps):
            z = tf.random.normal((len(real), G.input_shape[-1]))
            d_loss = d_step(G, D, optimizers[0], losses.d_loss, real, z, **extra)[0]
        return d_loss, g_step(G, D, optimizers[1], losses.g_loss, z)[0]

    return MyGAN(G, D, tf.function(train_step) if compiled else train_step, data)


def points():
    G = keras.Sequential([keras.Input((2,)), layers.Dense(16, "relu"), layers.Dense(2)])
    D = keras.Sequential([keras.Input((2,)), layers.Dense(16, "relu"), layers.Dense(1)])
    return G, D


def gradient_penalty(D, real, fake):
    mix = tf.random.uniform((len(real), 1))
    return 0.1 * wgan_gp(input_slope(D, between(real, fake, mix)))


def the_program():
    return admit(patient_source(), PICTURES, LABELS, 3)


def the_trained_pair():
    def penalty(D, real, fake):
        return r1(input_slope(D, real))

    return by_moves(trained_pair(), to_float(PICTURES), "non-saturating", penalty, rate=1e-4)


def ring_wasserstein():
    networks = point_generator(), point_discriminator()
    return by_moves(networks, ring(2000), "Wasserstein", gradient_penalty, d_steps=2)


def a_wide_gap_that_its_penalty_narrows():
    """A critic far too steep, under its gradient penalty, as it is met in a long WGAN-GP game."""
    gan = by_moves(points(), ring(2000) + 3, "Wasserstein", gradient_penalty)
    last = gan.discriminator.layers[-1]
    for _ in range(10):
        gan.train_step(tf.constant(gan.data[:32]))
    last.set_weights([30 * w for w in last.get_weights()])
    return gan


def grid_hinge():
    return by_moves(points(), gaussians(2000, grid_centres()), "hinge")


def ring_least_squares_compiled():
    return by_moves(points(), ring(2000), "least squares", compiled=True)


def as_in_tensorflow_s_tutorial():
    G = keras.Sequential(
        [
            keras.Input((20,)),
            layers.Dense(64),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Dense(784, activation="tanh"),
            layers.Reshape((28, 28, 1)),
        ]
    )
    D = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(8, 5, strides=4),
            layers.LeakyReLU(),
            layers.Dropout(0.3),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    g_optimizer, d_optimizer = Adam(1e-4), Adam(1e-4)

    @tf.function
    def train_step(images):
        noise = tf.random.normal([8, 20])
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            made = G(noise, training=True)
            real, fake = D(images, training=True), D(made, training=True)
            g_loss = cross_entropy(tf.ones_like(fake), fake)
            d_loss = cross_entropy(tf.ones_like(real), real)
            d_loss += cross_entropy(tf.zeros_like(fake), fake)
        g_slope = g_tape.gradient(g_loss, G.trainable_variables)
        d_slope = d_tape.gradient(d_loss, D.trainable_variables)
        g_optimizer.apply_gradients(zip(g_slope, G.trainable_variables, strict=True))
        d_optimizer.apply_gradients(zip(d_slope, D.trainable_variables, strict=True))

    return MyGAN(G, D, train_step, to_float(PICTURES))


def with_a_sigmoid_that_the_loss_knows_of():
    G, D = points()
    D = keras.Sequential([D, layers.Activation("sigmoid")])
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=False)
    d_optimizer, g_optimizer = Adam(1e-3), Adam(1e-3)

    def train_step(real):
        z = tf.random.normal((len(real), 2))
        with tf.GradientTape(persistent=True) as tape:
            on_real, on_fake = D(real, training=True), D(G(z, training=True), training=True)
            halves = (
                cross_entropy(tf.ones_like(on_real), on_real),
                cross_entropy(tf.zeros_like(on_fake), on_fake),
            )
            d_loss, g_loss = sum(halves) / 2, cross_entropy(tf.ones_like(on_fake), on_fake)
        for network, loss, optimizer in ((D, d_loss, d_optimizer), (G, g_loss, g_optimizer)):
            variables = network.trainable_variables
            optimizer.apply(tape.gradient(loss, variables), variables)

    return MyGAN(G, D, train_step, ring(2000))


def pictures_from_0_to_1_and_a_sigmoid_g():
    G = keras.Sequential(
        [keras.Input((8,)), layers.Dense(784, activation="sigmoid"), layers.Reshape((28, 28, 1))]
    )
    D = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(1)])
    return by_moves((G, D), (to_float(PICTURES) + 1) / 2, "non-saturating")


def a_combined_keras_model(thaw=True):
    G, D = points()
    D.compile(Adam(1e-3), keras.losses.BinaryCrossentropy(from_logits=True))
    D.trainable = False
    combined = keras.Sequential([G, D])
    combined.compile(Adam(1e-3), keras.losses.BinaryCrossentropy(from_logits=True))

    def train_step(real):
        n = len(real)
        fake = G(np.random.normal(size=(n, 2)), training=True)
        D.trainable = thaw
        D.train_on_batch(tf.concat([real, fake], 0), np.r_[np.ones(n), np.zeros(n)][:, None])
        D.trainable = False
        combined.train_on_batch(np.random.normal(size=(n, 2)), np.ones((n, 1)))

    return MyGAN(G, D, train_step, ring(2000))


def saturating_with_noise_on_inputs():
    G, D = points()
    noisy = keras.Sequential([keras.Input((2,)), layers.GaussianNoise(0.3), D])
    return by_moves((G, noisy), ring(2000), "minimax")


def labels_turned_round():
    """Real is 0 and fake is 1, everywhere: D says how fake an example is."""
    losses = {
        "d_loss = cross_entropy(1.0, on_real) + cross_entropy(0.0, on_fake)": "d_loss = "
        "cross_entropy(0.0, on_real) + cross_entropy(1.0, on_fake)",
        "g_loss = cross_entropy(1.0, on_fake)": "g_loss = cross_entropy(0.0, on_fake)",
    }
    source = patient_source()
    for old, new in losses.items():
        assert old in source
        source = source.replace(old, new)
    return admit(source, PICTURES, LABELS, **OTHER_NETWORKS)


HEALTHY = [
    the_program,
    the_trained_pair,
    ring_wasserstein,
    a_wide_gap_that_its_penalty_narrows,
    grid_hinge,
    ring_least_squares_compiled,
    as_in_tensorflow_s_tutorial,
    with_a_sigmoid_that_the_loss_knows_of,
    pictures_from_0_to_1_and_a_sigmoid_g,
    a_combined_keras_model,
    saturating_with_noise_on_inputs,
    labels_turned_round,
]


@pytest.mark.parametrize("make", HEALTHY)
def test_it_is_silent_on_healthy_games(make):
    report = check_up(make(), seed=5)
    assert not report.findings, str(report)
    assert report.readings.listens["D", "G"] and report.readings.listens["G", "D"]
    assert "not read" not in str(report)


def test_a_d_that_stays_frozen_is_named():
    assert check_up(a_combined_keras_model(thaw=False)).faults == ["D stands still"]


# --- it leaves no trace ---------------------------------------------------------------------------


def test_weights_and_optimizers_are_put_back_and_training_goes_on_as_it_would_have():
    gan = by_moves(points(), ring(500), "non-saturating")
    real = tf.constant(gan.data[:16])
    gan.train_step(real)
    before = gan.generator.get_weights() + gan.discriminator.get_weights()
    state, eager = np.random.get_state()[1].copy(), tf.config.functions_run_eagerly()
    check_up(gan)
    after = gan.generator.get_weights() + gan.discriminator.get_weights()
    for a, b in zip(before, after, strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(np.random.get_state()[1], state)
    assert tf.config.functions_run_eagerly() == eager
    optimizers = [cell.cell_contents for cell in gan.train_step.__closure__ or ()]
    adams = next(c for c in optimizers if isinstance(c, tuple) and isinstance(c[0], Adam))
    assert [int(adam.iterations) for adam in adams] == [1, 1]


def test_optimizers_that_had_not_begun_are_back_at_the_start():
    gan = by_moves(points(), ring(500), "non-saturating")
    check_up(gan)
    adams = next(
        c.cell_contents
        for c in gan.train_step.__closure__
        if isinstance(c.cell_contents, tuple) and isinstance(c.cell_contents[0], Adam)
    )
    for adam in adams:
        assert float(adam.learning_rate) == pytest.approx(1e-3)
        others = [v for v in adam.variables if v is not adam._learning_rate]
        assert others and not any(np.any(v.numpy()) for v in others)


def test_an_exception_leaves_keras_as_it_was():
    apply = keras.optimizers.Optimizer.apply
    report = check_up(lambda: admit(patient_source("name rebound"), PICTURES, LABELS))
    assert report.faults == ["loss name rebound"] and "EagerTensor" in str(report)
    assert keras.optimizers.Optimizer.apply is apply


# --- rules, reports, games ------------------------------------------------------------------------


def test_no_rule_speaks_where_nothing_was_read():
    assert [rule(Readings()) for rule in RULES] == [None] * len(RULES)


def test_a_rule_of_one_s_own():
    def always(readings):
        return Finding("mine", "seen", "cure")

    assert check_up(FakeGame(), rules=[*RULES, always]).faults == ["mine"]


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        ("Dense: total size of new array must be unchanged, input_shape = [3]", "noise shape"),
        ("Input 0 of layer 'c' is incompatible: expected ndim=4, found ndim=5", "an axis too many"),
        ("tf.function only supports singleton tf.Variables created on the first call", "anew"),
        ("Incompatible shapes: [64,1,1,1] vs. [8,28,28,1]", "two batch sizes"),
        ("target.shape=(64, 1), output.shape=(8, 1)", "two batch sizes"),
        ("Incompatible shapes: [8,28,28,1] vs. [8,56,56,1]", "shapes"),
        ("something else", "stops"),
    ],
)
def test_messages_are_translated(message, fault):
    assert fault in explain(ValueError(message)).fault


def test_both_faults_of_a_program_are_named():
    source = patient_source("G's sign", "other range")
    report = check_up(admit(source, PICTURES, LABELS, **OTHER_NETWORKS))
    assert set(report.faults) == {"sign of G's loss", "range"}
    table = report._repr_html_()
    assert "<table>" in table and "sign of G&#x27;s loss" in table


def test_where_the_step_leaves_no_game_nothing_else_is_said():
    r = Readings(moves=[{"D", "G"}], rise=-1.0, spread=0.0)
    assert [finding.fault for finding in name_faults(r, RULES)] == ["one loss for both"]


@pytest.mark.parametrize(
    ("wide", "moved", "fault"), [(40, -0.2, None), (0.1, -0.2, "sign"), (-4, -0.2, "sign")]
)
def test_a_wide_gap_may_shrink_a_little(wide, moved, fault):
    r = Readings(verdicts={"real": wide, "fake": 0}, gap=moved, listens={("D", "G"): True})
    assert [f.fault for f in name_faults(r, RULES)] == (["sign of D's loss"] if fault else [])


def test_a_step_that_cannot_be_repeated_is_not_asked_who_listens():
    gan, random = by_moves(points(), ring(500), "hinge"), np.random.default_rng(0)

    def train_step(real):
        gan.train_step(real + random.normal(size=real.shape).astype("float32"))

    report = check_up(gan._replace(train_step=train_step))
    assert not report.findings and "could be read" in str(report)
    assert dict(report.rows())["who listens to whom"] == "not read"


def test_bad_arguments_are_named():
    G, D = points()
    for data in (PICTURES, [[0.0, 1.0]], tf.data.Dataset.range(3)):
        with pytest.raises(ValueError, match="data must be an array of floats"):
            check_up(MyGAN(G, D, lambda real: None, data))
    two = keras.Input((2,)), keras.Input((2,))
    for bad in (keras.Sequential([layers.Dense(1)]), keras.Model(two, D(two[0]))):
        with pytest.raises(ValueError, match="generator must be a built Keras model"):
            check_up(MyGAN(bad, D, lambda real: None, ring(50)))


def test_a_game_is_read_through_its_protocol_and_put_back():
    game = FakeGame()
    game.advance(30)
    report = check_up(game)
    assert not report.findings and game.step == 30
    assert [name for name, read in report.rows() if read != "not read"] == [
        "gradient norm", "weight change", "D's mean output", "range",
    ]  # fmt: skip
    assert "instruments that could be read" in str(report)
    game.instruments = lambda: {
        "d_gradient": 1.0, "g_gradient": 0.0, "d_change": 0.1, "g_change": 0.0, "d_real": np.nan,
        "d_fake": 0.0,
    }  # fmt: skip
    assert check_up(game).faults == ["no gradient reaches G", "not a number"]


def test_every_patient_differs_from_the_healthy_program_in_few_lines():
    for name in SILENT:
        lines = changed_lines(name).splitlines()
        assert 1 <= len([line for line in lines if line[0] == "+"]) <= 4, name
    with pytest.raises(ValueError, match="stands 0 times"):
        patient_source("G's sign", "a constant")


# --- in the cockpit -----------------------------------------------------------------------------


def test_the_cockpit_shows_the_report_and_plays_on():
    panel = cockpit(FakeGame(), check_up=check_up)
    panel.step()
    panel._check_up()
    assert "No fault found" in panel.console.report.value and panel.game.step == 1
    panel.step()
    assert panel.game.step == 2


def test_a_check_up_that_fails_reaches_the_status_line():
    def broken(game):
        raise RuntimeError("no paper left")

    panel = cockpit(FakeGame(), check_up=broken)
    panel.console.buttons[-1].click()
    assert "no paper left" in panel.status


def test_without_a_check_up_there_is_no_button():
    assert [b.description for b in cockpit(FakeGame()).console.buttons][-1] == "Slow"
