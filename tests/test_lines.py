"""What a line made is shown beside the line that made it."""

import numpy as np
import pytest

from gan_lessons.panels import line_by_line, record_lines
from gan_lessons.pictures import draw_losses, draw_value, new_figure, png


class Weights:
    """Something that learns, as a Keras model looks from outside."""

    def __init__(self):
        self.trainable_variables = [np.zeros(3), np.ones((2, 2))]

    def get_weights(self):
        return self.trainable_variables


class Tensor(np.ndarray):
    """An array that has ``numpy``, as a tensor has."""

    def numpy(self):
        return np.asarray(self)


def tensor(value):
    return np.asarray(value, float).view(Tensor)


def learn(net, z):
    loss = tensor(2.5)
    with np.errstate(all="raise"):
        slope = [tensor([1.0, 2.0, 2.0])]
        logits = z * 2
    net.trainable_variables[0] -= 0.5 * slope[0]
    return loss, logits


def test_losses_may_be_lists_and_may_have_diverged():
    run = {"step": [1, 2, 3], "d_loss": [1.0, 0.5, -1.0], "g_loss": [1.0, float("-inf"), 2.0]}
    figure = new_figure(400, 200)
    draw_losses(figure, {"a": run}, {})
    assert figure.axes[0].get_ylim() == (-1.0, 4.0)


def test_each_line_gets_what_it_made():
    source, notes = record_lines(learn, Weights(), tensor(np.ones((4, 1))))
    assert source[0] == "def learn(net, z):"
    made = {source[line].strip(): values for line, values in notes}
    assert float(made["loss = tensor(2.5)"]["loss"]) == 2.5
    assert made["logits = z * 2"]["logits"].shape == (4, 1)
    change = made["net.trainable_variables[0] -= 0.5 * slope[0]"]["change of net"]
    np.testing.assert_array_equal(change[0], [-0.5, -1.0, -1.0])
    assert not change[1].any()
    assert [name for values in made.values() for name in values].count("change of net") == 1


def test_the_panel_marks_the_line_and_names_the_values():
    panel = line_by_line(*record_lines(learn, Weights(), tensor(np.ones((4, 1)))))
    said = ""
    for line in range(1, panel.controls["line"].max + 1):
        panel.controls["line"].value = line
        panel.redraw()
        assert "No new picture" not in panel.status.value
        assert panel.words.value.count("rgba(230,159,0,.35)") == 1
        said += panel.words.value
    assert all(words in said for words in ("norm of all together", "shape (4, 1)", "2.5000"))


def test_a_mistake_in_the_function_is_raised_and_tracing_ends():
    import sys

    def fails():
        raise RuntimeError("broken")

    before = sys.gettrace()
    with pytest.raises(RuntimeError, match="broken"):
        record_lines(fails)
    assert sys.gettrace() is before


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("fake", np.zeros((30, 28, 28, 1)), "shape (30, 28, 28, 1)"),
        ("z", np.random.default_rng(0).normal(size=(8, 4)), "shape (8, 4)"),
        ("on_real", np.linspace(-1, 1, 9)[:, None], "shape (9, 1)"),
        ("d_loss", np.array(1.25), "1.2500"),
        ("g_slope", [np.full(4, 1.0), np.zeros((2, 2))], "2 arrays, norm of all together 2"),
    ],
)
def test_every_kind_of_value_has_a_picture(name, value, words):
    figure = new_figure(400, 300)
    empty = png(new_figure(400, 300))
    assert words in draw_value(figure, {name: value}, {"d_loss": 1.386})
    assert png(figure) != empty


def test_losses_side_by_side_are_cut_off_at_the_top():
    record = {"step": np.arange(5), "d_loss": np.full(5, 99.0), "g_loss": np.zeros(5)}
    figure = new_figure(400, 200)
    draw_losses(figure, {"A": record, "B": record}, {"d_loss": 1.386, "g_loss": None}, top=4.0)
    assert [axes.get_ylim()[1] for axes in figure.axes] == [4.0, 4.0]
    assert [axes.get_title() for axes in figure.axes] == ["run A", "run B"]
