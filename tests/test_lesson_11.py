"""Lesson 11: the two frameworks play one game, and what the page says of PyTorch holds."""

import ast
import json
import subprocess
import sys

import numpy as np
import pytest
from lessons import definitions, lesson

torch = pytest.importorskip("torch")

from gan_lessons.data import digits, measured, to_float  # noqa: E402
from gan_lessons.game import Diverged  # noqa: E402
from gan_lessons.torch_game import (  # noqa: E402
    TorchGame,
    torch_d_loss,
    torch_d_step,
    torch_discriminator,
    torch_g_loss,
    torch_g_step,
    torch_generator,
    torch_r1,
)
from gan_lessons.torch_game.game import KNOBS  # noqa: E402

NAME = "11_pytorch"
FLAT = {1568: 32, 1024: 64}
BATCH = 32
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def page():
    """The functions of the page, by name."""
    return functions_of_the_page()


def functions_of_the_page():
    """The functions that the lesson defines, with what they need of its imports."""
    names = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional, "np": np, "FLAT": FLAT}
    from gan_lessons.torch_game import gradient_norm, no_extra

    names |= {"gradient_norm": gradient_norm, "no_extra": no_extra}
    for tree in definitions(lesson(NAME)).values():
        exec(compile(ast.Module([tree], []), NAME, "exec"), names)
    return names


# --- the oracle: one step of each player in both frameworks ---


MAKE = torch_generator, torch_discriminator


def one_step_in_both(carry_over, adam=True, seed=0, make=MAKE):
    """Losses and weights after D's and G's move, from the same weights, digits and noise.

    Returns (losses in Keras, losses in PyTorch), {name: (Keras' array carried over, PyTorch's)}.
    D pays R1 at the weight of an 8th step. Adam's ε is set to what Keras' is in a first step.
    """
    from gan_lessons.networks import digit_discriminator, digit_generator
    from gan_lessons.objectives import input_slope, log_loss_d, non_saturating_g, r1
    from gan_lessons.runtime import keras, tf
    from gan_lessons.training import d_step, g_step

    keras.utils.set_random_seed(seed)
    players = digit_generator(), digit_discriminator()
    twins = [maker() for maker in make]
    for player, twin in zip(players, twins, strict=True):
        carry_over(player.get_weights(), twin, FLAT).train()
    random = np.random.default_rng(seed)
    x = to_float(random.permutation(digits().x_train)[:BATCH])
    z = random.normal(size=(2, BATCH, 32)).astype(np.float32)
    if adam:
        own = [keras.optimizers.Adam(rate, 0.5, 0.99) for rate in (2e-3, 4e-3)]
        eps = 1e-7 / np.sqrt(1 - 0.99)
        other = [
            torch.optim.Adam(twin.parameters(), rate, (0.5, 0.99), eps)
            for twin, rate in zip(reversed(twins), (2e-3, 4e-3), strict=True)
        ]
    else:
        own = [keras.optimizers.SGD(0.1) for _ in range(2)]
        other = [torch.optim.SGD(twin.parameters(), 0.1) for twin in reversed(twins)]
    ours = [
        *d_step(*players, own[0], log_loss_d, tf.constant(x), tf.constant(z[0]),
                lambda d, real, fake: 8 * r1(input_slope(d, real))),
        *g_step(*players, own[1], non_saturating_g, tf.constant(z[1])),
    ]  # fmt: skip
    z, x = torch.tensor(z), torch.tensor(x).permute(0, 3, 1, 2)
    theirs = [
        *torch_d_step(*twins, other[0], torch_d_loss, x, z[0],
                      lambda d, real, fake: 8 * torch_r1(d, real)),
        *torch_g_step(*twins, other[1], torch_g_loss, z[1]),
    ]  # fmt: skip
    weights = {}
    for player, twin, maker in zip(players, twins, make, strict=True):
        carried = carry_over(player.get_weights(), maker(), FLAT).state_dict()
        for name, value in twin.state_dict().items():
            weights[f"{player.name} {name}"] = carried[name].numpy(), value.numpy()
    return (np.array(ours, float), np.array(theirs)), weights


def largest(weights, running):
    """The largest difference among the running variances, or among all other weights."""
    return max(
        np.abs(a - b).max()
        for name, (a, b) in weights.items()
        if a.ndim and ("running_var" in name) == running
    )


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(("adam", "tolerance"), [(False, 2e-6), (True, 5e-5)])
def test_both_frameworks_make_the_same_step(page, adam, tolerance, seed):
    """Losses, penalty and gradient norms to 1e-5; weights to 2e-6 with plain descent.

    Adam divides by the gradient's size, so that the rounding of a gradient near 0 counts: 5e-5.
    """
    losses, weights = one_step_in_both(page["carry_over"], adam, seed)
    np.testing.assert_allclose(*losses, rtol=1e-5, atol=1e-6)
    assert largest(weights, running=False) < tolerance
    for name, (a, b) in weights.items():
        if "running_var" in name:  # n and n − 1; both made two batches of n, from 1 at .1 each
            n = BATCH * (1 if name.startswith("generator 1.") else 14 * 14)
            np.testing.assert_allclose((a - 0.81) * n / (n - 1), b - 0.81, rtol=1e-4, atol=1e-6)


def test_the_oracle_sees_a_small_difference(page):
    """It is no oracle unless it fails where something is off: ε of batch normalisation."""

    def other_eps():
        network = torch_generator()
        network[1].eps = network[5].eps = 1e-5
        return network

    make = other_eps, torch_discriminator
    losses, weights = one_step_in_both(page["carry_over"], adam=False, make=make)
    assert losses[0][1] > 0.01  # and the penalty is no small change
    assert np.abs(losses[0] - losses[1]).max() > 1e-5 and largest(weights, running=False) > 1e-5


# --- the page ---


def test_the_trained_pair_and_the_judge_are_the_same_functions(page):
    from gan_lessons.judge import judge
    from gan_lessons.networks import trained_pair

    generator, discriminator = trained_pair()
    G = page["carry_over"](generator.get_weights(), torch_generator(), FLAT)
    D = page["carry_over"](discriminator.get_weights(), torch_discriminator(), FLAT)
    z = np.random.default_rng(5).normal(size=(32, 32)).astype(np.float32)
    x = to_float(digits().x_test[:32])
    with torch.no_grad():
        fakes = G(torch.tensor(z)).permute(0, 2, 3, 1).numpy()
        logits = D(torch.tensor(x).permute(0, 3, 1, 2)).numpy()
    np.testing.assert_allclose(fakes, generator(z, training=False).numpy(), atol=1e-5)
    np.testing.assert_allclose(logits, discriminator(x, training=False).numpy(), atol=1e-5)
    np.testing.assert_allclose(measured("lesson_11")["keras_logits"][:8], logits[:8, 0], atol=1e-5)
    from gan_lessons.data import ASSETS

    with np.load(ASSETS / "judge.npz") as file:
        layers = ("conv1", "conv2", "features", "logits")
        weights = [file[f"{layer}/{part}"] for layer in layers for part in ("kernel", "bias")]
    twin = page["carry_over"](weights, page["torch_judge"](), {1568: 32})
    with torch.no_grad():
        features = twin[:-1](torch.tensor(x).permute(0, 3, 1, 2)).numpy()
    np.testing.assert_allclose(features, judge().features(x), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("n", "kernel", "stride"), [(14, 3, 1), (14, 4, 2), (7, 4, 2), (9, 5, 3)])
def test_same_padding_is_keras_own(page, n, kernel, stride):
    """The solution's zeros, put there by hand, make Keras' "same" convolution."""
    from gan_lessons.runtime import keras

    random = np.random.default_rng(0)
    x = random.normal(size=(1, n, n, 2)).astype(np.float32)
    layer = keras.layers.Conv2D(3, kernel, strides=stride, padding="same")
    expected = layer(x).numpy()
    before, after = page["my_padding"](n, kernel, stride)
    padded = torch.nn.functional.pad(
        torch.tensor(x).permute(0, 3, 1, 2), (before, after, before, after)
    )
    weight = torch.tensor(layer.kernel.numpy()).permute(3, 2, 0, 1)
    found = torch.nn.functional.conv2d(padded, weight, stride=stride).permute(0, 2, 3, 1)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_the_first_step_of_adam_is_as_measured():
    """Both formulas of the text, against what the frameworks did."""
    for name, step in measured("lesson_11")["adam_first_step"].items():
        gradient = float(name)
        keras_formula = gradient / (gradient + 1e-7 / np.sqrt(1 - 0.99))
        assert step == pytest.approx(keras_formula, rel=1e-3)
        weight = torch.zeros(1, requires_grad=True)
        adam = torch.optim.Adam([weight], lr=1.0, betas=(0.5, 0.99))
        weight.grad = torch.tensor([gradient])
        adam.step()
        assert -weight.item() == pytest.approx(gradient / (gradient + 1e-8), rel=1e-3)


def test_exercise_3_is_answered_as_its_programs_end(page):
    """The check accepts what the page's own programs come to."""
    from gan_lessons.exercises import check_same_game

    page["x32"] = torch.tensor(to_float(digits().x_train[:32])).permute(0, 3, 1, 2)
    exec(next(c.source for c in lesson(NAME).cells if "programs = {" in c.source), page)
    ends = page["ends"]
    same = {name for name in ends if all(map(torch.equal, ends[name], ends["right"]))}
    assert same > {"right", "D, both at the very end"}
    assert check_same_game({name for name in same if len(name) == 1})


def test_the_defaults_of_keras_are_as_told():
    from gan_lessons.runtime import keras

    norm = keras.layers.BatchNormalization()
    assert (norm.epsilon, norm.momentum, keras.optimizers.Adam().epsilon) == (1e-3, 0.99, 1e-7)
    assert keras.layers.LeakyReLU().negative_slope == 0.3
    assert torch.nn.LeakyReLU().negative_slope == 0.01


def test_the_lowest_loss_with_two_sigmoids():
    """By search over D's outputs in [0, 1]."""
    grid = torch.linspace(0, 1, 101)
    real, fake = (t.reshape(-1, 1) for t in torch.meshgrid(grid, grid, indexing="ij"))
    softplus = torch.nn.functional.softplus
    d_losses = softplus(-real) + softplus(fake)
    assert d_losses.min().item() == pytest.approx(1.00644, abs=1e-4)
    assert d_losses.max().item() == pytest.approx(2.00641, abs=1e-4)
    assert torch_d_loss(torch.ones(4, 1), torch.zeros(4, 1)).item() == pytest.approx(1.00644, 1e-4)
    assert torch_g_loss(torch.ones(4, 1)).item() == pytest.approx(0.31326, 1e-4)


def test_the_measurement_bears_the_text_out():
    results = measured("lesson_11")
    faults = {name: np.array(values) for name, values in results["faults"].items()}
    right = faults.pop("right")
    assert len(right) == 3
    for name, distances in faults.items():
        assert distances.min() > 2 * right.max(), name
    runs = {name: np.array(values)[..., 1] for name, values in results["learning"].items()}
    tensorflow, own, alike = runs.values()  # each (seeds, marks), marks 100, 400, 1,000, 2,000
    assert tensorflow.shape == own.shape == alike.shape == (3, 4)
    assert own[:, 1].min() > tensorflow[:, 1].max() and own[:, 3].min() > tensorflow[:, 3].max()
    np.testing.assert_allclose(np.median(alike, 0), np.median(tensorflow, 0), rtol=0.15)


# --- the game ---


@pytest.fixture(scope="module")
def game():
    return TorchGame(digits().x_train, seed=1, device=CPU)


def rows(game):
    return np.stack(list(game.record.values()))


def test_slices_snapshots_files_and_resets_give_the_same_run(game, tmp_path):
    game.reset(1)
    game.advance(3)
    middle = game.snapshot()
    game.save(tmp_path / "game.pt")
    game.advance(5)
    whole = rows(game)
    game.reset(1)
    for _ in range(8):
        game.advance()
    np.testing.assert_array_equal(rows(game), whole)
    for _ in range(2):  # a snapshot serves again and again
        game.restore(middle)
        assert game.step == 3 == len(game.record["step"])
        game.advance(5)
        np.testing.assert_array_equal(rows(game), whole)
    other = TorchGame(digits().x_train, seed=9, device=CPU)
    other.turn(d_rate=0.1)
    other.load(tmp_path / "game.pt")
    other.advance(5)
    np.testing.assert_array_equal(rows(other), whole)
    assert [p.name for p in tmp_path.iterdir()] == ["game.pt"]
    other.reset(2)
    other.advance(8)
    assert not np.array_equal(rows(other), whole)


def test_looking_changes_nothing(game):
    game.reset(3)
    game.advance(2)
    before = rows(game), game.sample(4)
    found = game.instruments()
    real, fake = game.verdicts(20)
    assert real.shape == fake.shape == (20,) and game.sample(5).shape == (5, 28, 28, 1)
    assert found["d_change"] > 0 < found["g_change"]
    assert game.step == 2 and game.generator.training
    np.testing.assert_array_equal(rows(game), before[0])
    np.testing.assert_array_equal(game.sample(4), before[1])
    row = game.advance(1)
    assert row["d_gradient"][0] == pytest.approx(found["d_gradient"])


def test_only_those_move_who_are_asked_to(game):
    for moves, still in (("D alone", "g_change"), ("G alone", "d_change")):
        game.reset(0)
        game.turn(moves=moves)
        found = game.instruments()
        assert found.pop(still) == 0 and min(found["d_gradient"], found["g_gradient"]) > 0
    game.turn(moves="D and G")


def test_the_average_is_lesson_04_s(game):
    """As ``ema_step`` has it, running averages of batch normalisation included."""
    game.reset(0)
    game.advance(3)
    slow = {name: value.clone() for name, value in game.average.state_dict().items()}
    game.advance(1)
    keep = (1 + 3) / (10 + 3)
    for name, fast in game.generator.state_dict().items():
        if fast.is_floating_point():
            expected = keep * slow[name] + (1 - keep) * fast
            torch.testing.assert_close(game.average.state_dict()[name], expected)


def test_a_game_that_breaks_stands_at_its_last_good_step():
    def breaking(generator, discriminator, optimizer, loss, z):
        found = torch_g_step(generator, discriminator, optimizer, loss, z)
        calls.append(1)
        return (float("nan"), 0.0) if len(calls) in (5, 15) else found

    calls = []
    game = TorchGame(digits().x_train, device=CPU, moves=(torch_d_step, breaking))
    with pytest.raises(Diverged, match=r"at step 5; the game is back at step 4"):
        game.advance(8)
    assert game.step == 4 == len(game.record["step"])
    before = rows(game)
    game.advance(1)
    np.testing.assert_array_equal(rows(game)[:, :4], before)


@pytest.mark.parametrize(
    ("knob", "value", "words"),
    [
        ("rate", 1, "no knob is called 'rate'; there are d_rate"),
        ("d_rate", 1.0, r"d_rate must lie in \[1e-05, 0.1\]"),
        ("d_rate", float("nan"), "must be a finite number"),
        ("batch", 2.5, "whole number"),
        ("moves", "nobody", "must be one of D and G"),
    ],
)
def test_a_bad_knob_is_named(game, knob, value, words):
    with pytest.raises(ValueError, match=words):
        game.turn(**{knob: value})


def test_bad_arguments_are_named(game, tmp_path):
    with pytest.raises(ValueError, match="at least 1, got 0"):
        game.advance(0)
    with pytest.raises(ValueError, match=r"must end in \.pt"):
        game.save(tmp_path / "game.keras")
    with pytest.raises(ValueError, match="data must be uint8"):
        TorchGame(np.zeros((5, 28, 28)), device=CPU)


def test_its_knobs_are_those_of_the_other_games():
    from gan_lessons.training.knobs import KNOBS as OTHERS

    for name, knob in KNOBS.items():
        assert (knob.value, knob.low, knob.high, knob.scale, knob.choices) == (
            OTHERS[name].value, OTHERS[name].low, OTHERS[name].high, OTHERS[name].scale,
            OTHERS[name].choices,
        )  # fmt: skip


# --- who imports what ---


def loaded_after(code):
    """Which of the two frameworks are loaded after this program."""
    code += """
import json, sys
print(json.dumps([name in sys.modules for name in ("tensorflow", "keras", "torch")]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def test_the_page_says_that_tensorflow_is_not_loaded():
    said = [o.text for c in lesson(NAME).cells for o in c.get("outputs", []) if "text" in o]
    assert any("TensorFlow loaded: False" in text for text in said)


def test_all_that_the_lesson_imports_loads_no_tensorflow():
    trees = [ast.parse(c.source) for c in lesson(NAME).cells if c.cell_type == "code"]
    imports = [
        ast.unparse(node)
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    exercises = "from gan_lessons.exercises import check_torch_g_step\n" + (
        "from gan_lessons.torch_game import torch_g_step\ncheck_torch_g_step(torch_g_step)"
    )
    assert loaded_after("\n".join([*imports, exercises])) == [False, False, True]


def test_nothing_of_pytorch_is_left_to_import_where_an_interrupt_would_break_it():
    code = """
import sys
import gan_lessons.torch_game, torch
before = set(sys.modules)
torch.optim.Adam(torch.nn.Linear(1, 1).parameters())
print(len([name for name in set(sys.modules) - before if name.startswith("torch")]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == "0"


def test_the_rest_of_the_package_loads_no_pytorch():
    code = """
import importlib, pathlib, gan_lessons
root = pathlib.Path(gan_lessons.__file__).parent
for path in sorted(root.rglob("*.py")):
    if path.parent.name != "torch_game":
        parts = path.relative_to(root.parent).with_suffix("").parts
        importlib.import_module(".".join(parts).removesuffix(".__init__"))
"""
    assert loaded_after(code) == [True, True, False]


def test_without_pytorch_one_line_says_how_to_get_it():
    code = """
import sys
sys.modules["torch"] = None
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_cell("from gan_lessons.torch_game import best_device, device_line")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    (line,) = (done.stdout + done.stderr).strip().splitlines()
    assert line.startswith("This lesson needs PyTorch.") and "pip install" in line
