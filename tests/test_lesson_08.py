"""What lesson 08 claims holds in its measurement, and its own code does what its text says."""

import ast

import numpy as np
import pytest
from lessons import definitions, lesson

from gan_lessons.data import digits, measured
from gan_lessons.patients import LOUD, SILENT, admit, patient_source
from gan_lessons.runtime import keras, tf

NAME = "08_bug_clinic"
RESULT = measured("lesson_08")
RUNS = RESULT["runs"]
CONSTANTS = {
    node.targets[0].id: node.value.value
    for cell in lesson(NAME).cells
    if cell.cell_type == "code" and cell.source.startswith("LINE")
    for node in ast.parse(cell.source).body
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
}
LINE = CONSTANTS["LINE"]


def ends(name):
    return [rows[-1][0] for rows in RUNS[name]["rows"]]


def test_the_measurement_holds_every_silent_patient_on_three_seeds():
    assert set(RUNS) == {"healthy", "two faults", *SILENT}
    for name, run in RUNS.items():
        assert np.shape(run["rows"]) == (3, len(run["moments"]), len(RESULT["columns"])), name
        assert np.shape(run["curves"]) == (3, run["moments"][-1] // RESULT["every"], 2), name
        assert np.isfinite(np.array(run["rows"])[..., 0]).all(), name


def test_the_healthy_program_crosses_the_line_on_every_seed():
    assert max(ends("healthy")) < LINE


@pytest.mark.parametrize("name", sorted({*SILENT, "two faults"}))
def test_which_patients_never_cross_it(name):
    crosses = name in HARMLESS
    assert (max(ends(name)) < LINE) if crosses else (min(ends(name)) > LINE), ends(name)


HARMLESS = {"a constant"}


def notebook_function(*names, **space):
    """Functions of the notebook, compiled from its own cells."""
    trees = definitions(lesson(NAME))
    module = ast.Module([trees[name] for name in names], [])
    exec(compile(ast.fix_missing_locations(module), NAME, "exec"), space)
    return space[names[-1]]


def test_alone_puts_the_other_player_back():
    x, y = digits().x_train[:64], digits().y_train[:64]
    alone = notebook_function("verdicts", "alone", np=np)
    gan = admit(patient_source(), x, y)
    before = gan.discriminator.get_weights(), gan.generator.get_weights()
    assert alone(gan, "G") > 0
    for a, b in zip(before[0], gan.discriminator.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    moved = zip(before[1], gan.generator.get_weights(), strict=True)
    assert any(np.any(a != b) for a, b in moved)
    assert (
        alone(admit(patient_source("D's sign"), x, y), "D")
        < 0
        < alone(admit(patient_source(), x, y), "D")
    )


def test_keras_takes_the_logit_behind_a_sigmoid_and_others_do_not():
    logit = tf.constant([[0.08]])
    p = 1 / (1 + np.exp(-0.08))
    probability, one = keras.layers.Activation("sigmoid")(logit), tf.ones_like(logit)
    with pytest.warns(UserWarning, match="from_logits"):
        by_keras = float(keras.losses.BinaryCrossentropy(from_logits=True)(one, probability))
    twice = float(tf.nn.sigmoid_cross_entropy_with_logits(one, probability)[0, 0])
    assert by_keras == pytest.approx(-np.log(p), abs=1e-6)
    assert twice == pytest.approx(np.log1p(np.exp(-p)), abs=1e-6)


def test_the_shapes_of_exercise_1():
    z = tf.zeros((2, 32))
    for name, side in (("three strides from 7", 56), ("strides 1, 2, 2 from 4", 16)):
        assert name in LOUD
        gan = admit(patient_source(name), digits().x_train[:8], digits().y_train[:8])
        assert gan.generator(z).shape == (2, side, side, 1)
    assert keras.layers.Dense(5)(tf.zeros((100, 100, 3))).shape == (100, 100, 5)


def test_the_mean_picture_is_what_an_unpaired_mse_asks_for():
    """Of all constant answers the mean minimises the squared distance to random real pictures."""
    real = digits().x_train[:400].reshape(400, -1) / 127.5 - 1
    mean = real.mean(axis=0)
    random = np.random.default_rng(0)

    def cost(answer):
        return ((real - answer) ** 2).mean()

    others = [mean + 0.05 * random.normal(size=mean.shape) for _ in range(5)]
    assert cost(mean) < min(cost(answer) for answer in others)


def test_a_constant_changes_nothing_but_the_curve():
    healthy, patient = RUNS["healthy"], RUNS["a constant"]
    np.testing.assert_allclose(patient["rows"], healthy["rows"], rtol=0.02)
    d, g = (np.array(run["curves"])[..., 1] for run in (healthy, patient))
    assert np.abs(d - g).mean() > 0.1


def test_the_calmest_curves_are_sick():
    last = {name: np.array(run["curves"])[:, -10:] for name, run in RUNS.items()}
    assert np.abs(last["sigmoid twice"][..., 1] - np.log(2)).max() < 0.01
    assert np.abs(last["one joint loss"] - 2 * np.log(2)).max() < 0.01
    assert last["sigmoid twice"].std() < last["healthy"].std()
