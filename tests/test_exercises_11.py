"""Each exercise accepts its solution and other right answers, and names the usual mistakes."""

import math
import re

import numpy as np
import pytest
from lessons import hints

from gan_lessons.exercises import (
    check_pile,
    check_same_game,
    check_same_padding,
    check_sigmoids,
    check_torch_g_step,
)

# --- 1: "same" in numbers ---


def total(n, kernel, stride):
    return max((math.ceil(n / stride) - 1) * stride + kernel - n, 0)


def with_remainders(n, kernel, stride):
    left = n % stride
    zeros = max(kernel - (left or stride), 0)
    return np.array([zeros // 2, zeros - zeros // 2])


@pytest.mark.parametrize(
    "padding",
    [
        lambda n, k, s: (total(n, k, s) // 2, (total(n, k, s) + 1) // 2),
        lambda n, k, s: [math.floor(total(n, k, s) / 2), math.ceil(total(n, k, s) / 2)],
        with_remainders,
    ],
)
def test_right_paddings_pass(padding, capsys):
    assert check_same_padding(padding)
    assert capsys.readouterr().out.startswith("✓ same padding")


WRONG_PADDINGS = {
    "extra zero first": (lambda n, k, s: ((total(n, k, s) + 1) // 2, total(n, k, s) // 2), "after"),
    "half the kernel": (lambda n, k, s: (k // 2, k // 2), "odd kernels"),
    "stride ignored": (lambda n, k, s: ((k - 1) // 2, k // 2), "count the positions"),
    "rounded down": (
        lambda n, k, s: (
            max((n // s - 1) * s + k - n, 0) // 2,
            (max((n // s - 1) * s + k - n, 0) + 1) // 2,
        ),
        "rounded *up*",
    ),
    "all on each side": (lambda n, k, s: (total(n, k, s),) * 2, "Share"),
    "one lost": (lambda n, k, s: (total(n, k, s) // 2,) * 2, "one zero is lost"),
    "not cut off at 0": (
        lambda n, k, s: (
            ((math.ceil(n / s) - 1) * s + k - n) // 2,
            ((math.ceil(n / s) - 1) * s + k - n + 1) // 2,
        ),
        "below 0",
    ),
    "halves": (lambda n, k, s: (total(n, k, s) / 2,) * 2, "//"),
    "one number": (lambda n, k, s: total(n, k, s), "two numbers"),
    "three": (lambda n, k, s: (1, 2, 3), "two numbers"),
    "printed": (lambda n, k, s: print(end=""), "return"),
    "an error": (lambda n, k, s: n / 0, "ZeroDivisionError"),
    "some other": (lambda n, k, s: (0, 0), "begins at pixel"),
}


@pytest.mark.parametrize("mistake", WRONG_PADDINGS)
def test_wrong_paddings_are_named(mistake, capsys):
    wrong, word = WRONG_PADDINGS[mistake]
    said = hints(lambda: check_same_padding(wrong), capsys)
    assert word in said[-1], said[-1]


@pytest.mark.parametrize("mistake", ["stride ignored", "not cut off at 0", "rounded down"])
def test_the_first_hint_names_a_layer_that_is_wrong(mistake, capsys):
    wrong, _ = WRONG_PADDINGS[mistake]
    said = hints(lambda: check_same_padding(wrong), capsys)[0]
    *layer, before, after = map(int, re.findall(r"-?\d+", said))
    assert wrong(*layer) == (before, after) != tuple(with_remainders(*layer))


# --- 3: which programs play the same game ---


@pytest.mark.parametrize(
    "letters", [{"A", "C"}, "ac", "A, C", ["C", "A"], ("a", "c"), frozenset("AC")]
)
def test_the_same_game(letters):
    assert check_same_game(letters)


@pytest.mark.parametrize(
    ("letters", "word"),
    [
        ({"A", "B", "C"}, "B: without G's zero_grad"),
        ({"A", "C", "D"}, "g_loss.backward() leave in D's"),
        ({"A", "C", "E"}, "E: with its fakes detached"),
        ({"C"}, "A belongs"),
        ({"A"}, "C belongs"),
        (set(), "A belongs"),
        ({"A", "F"}, "no F"),
        (3, "set of letters"),
    ],
)
def test_other_games_are_named(letters, word, capsys):
    assert word in hints(lambda: check_same_game(letters), capsys)[-1]


# --- 4: gradients that pile up ---


@pytest.mark.parametrize("times", [5.5, 11 / 2, np.float32(5.5), np.array([5.5]), 55 / 10])
def test_the_pile(times):
    assert check_pile(times)


@pytest.mark.parametrize(
    ("times", "word"),
    [
        (10, "against 10"),
        (55, "divide"),
        (1, "k gradients"),
        (4.5, "not 0 + 1"),
        (5, "mean of 1, 2"),
        (11, "n(n + 1)/2"),
        (102.3, "adds one g"),
        (7, "in place of 10"),
        ("far", "number"),
    ],
)
def test_wrong_piles_are_named(times, word, capsys):
    assert word in hints(lambda: check_pile(times), capsys)[-1]


# --- 5: a sigmoid too many ---


def softplus(t):
    return np.logaddexp(0, t)


@pytest.mark.parametrize("d", [softplus(-1) + softplus(0), 1.006, 1.01, np.float32(1.0064)])
@pytest.mark.parametrize("g", [softplus(-1), 0.313, 0.31])
def test_two_sigmoids(d, g):
    assert check_sigmoids(d, g)


@pytest.mark.parametrize(
    ("d", "g", "word"),
    [
        (0, 0, "1 on real digits and 0 on fakes"),
        (2 * softplus(-1), 0.313, "log 2 is still paid"),
        (0.313, 0.313, "softplus(0)"),
        (1.386, 0.693, "it can say 1"),
        (0.503, 0.313, "adds them"),
        (1.448, 0.474, "0 on fakes"),
        (2.006, 1.313, "not the other way round"),
        (1.006, 0, "still paid"),
        (1.006, 0.693, "like it to be 1"),
        (1.006, 1.313, "log(1 + 1/e)"),
        (1.006, 1, "put 1 into"),
        (1.2, 0.313, "plus softplus(0)"),
        (1.006, 0.5, "softplus(−1)"),
        ("low", 0.3, "number"),
    ],
)
def test_wrong_sigmoids_are_named(d, g, word, capsys):
    assert word in hints(lambda: check_sigmoids(d, g), capsys)[-1]


# --- untouched ---


def test_untouched_stubs_are_not_attempted(capsys):
    def stub(*_): ...

    assert check_same_padding(stub) is check_torch_g_step(stub) is check_same_game() is False
    assert check_pile() is check_sigmoids(1.006) is check_sigmoids() is False
    assert capsys.readouterr().out.count("not attempted yet") == 6


# --- 2: G's step (needs PyTorch) ---


def moves():
    """Right and wrong steps by name; the wrong ones with the word that their hint must hold."""
    torch = pytest.importorskip("torch")

    def make(fakes=lambda g, z: g(z), zero=True, after=False, sign=1.0, step=True, times=1):
        def g_step(generator, discriminator, optimizer, loss, z):
            for _ in range(times):
                value = loss(discriminator(fakes(generator, z)))
                if zero:
                    optimizer.zero_grad()
                (sign * value).backward()
                if after:
                    optimizer.zero_grad()
                if step:
                    optimizer.step()
            return value

        return g_step

    def with_item(generator, discriminator, optimizer, loss, z):
        optimizer.zero_grad(set_to_none=False)
        value = loss(discriminator(generator(z)))
        value.backward()
        optimizer.step()
        return value.item()

    def by_hand(generator, discriminator, optimizer, loss, z):
        value = loss(discriminator(generator(z)))
        found = torch.autograd.grad(value, list(generator.parameters()))
        for weight, slope in zip(generator.parameters(), found, strict=True):
            weight.grad = slope
        optimizer.step()
        return value, 0.0

    def with_d_frozen(generator, discriminator, optimizer, loss, z):
        discriminator.requires_grad_(False)
        value = make()(generator, discriminator, optimizer, loss, z)
        discriminator.requires_grad_(True)
        return value

    def moving_d(generator, discriminator, optimizer, loss, z):
        value = make()(generator, discriminator, optimizer, loss, z)
        torch.optim.SGD(discriminator.parameters(), 0.1).step()
        return value

    def first_only(generator, discriminator, optimizer, loss, z):
        zero = optimizer not in seen
        seen.append(optimizer)
        return make(zero=zero)(generator, discriminator, optimizer, loss, z)

    def no_graph(generator, discriminator, optimizer, loss, z):
        with torch.no_grad():
            value = loss(discriminator(generator(z)))
        value.backward()

    def after_the_step(generator, discriminator, optimizer, loss, z):
        make()(generator, discriminator, optimizer, loss, z)
        return loss(discriminator(generator(z)))

    seen = []
    right = {
        "plain": make(),
        "item, zeroed first": with_item,
        "autograd.grad": by_hand,
        "D frozen": with_d_frozen,
    }
    wrong = {
        "detached": (make(fakes=lambda g, z: g(z).detach()), "detached"),
        "never zeroed": (make(zero=False), "before it"),
        "both": (make(fakes=lambda g, z: g(z).detach(), zero=False), "no gradient to G"),
        "zeroed too late": (make(after=True), "emptied before .step()"),
        "no step": (make(step=False), ".step() is missing"),
        "sign": (make(sign=-1.0), "minus"),
        "twice": (make(times=2), "one backward"),
        "D moves": (moving_d, "only `optimizer.step()`"),
        "zeroed once": (first_only, "remember"),
        "no graph": (no_graph, "no graph behind"),
        "the loss after": (after_the_step, "losses are"),
        "nothing returned": (lambda *a: [make()(*a), None][1], "return"),
        "a typing error": (lambda g, d, o, loss, z: loss(d(g(z))).backwards(), "AttributeError"),
    }  # fmt: skip
    return right, wrong


def test_right_steps_pass():
    assert all(map(check_torch_g_step, moves()[0].values()))


def test_wrong_steps_are_named(capsys):
    for name, (wrong, word) in moves()[1].items():
        said = hints(lambda wrong=wrong: check_torch_g_step(wrong), capsys)
        assert word in said[-1], (name, said)
