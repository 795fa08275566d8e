"""The checks of lesson 11: padding, G's step in PyTorch, detach, zero_grad, a sigmoid too many."""

import math

import numpy as np

from gan_lessons.exercises.core import Wrong, call, checked, close, given, number, refuse, require

# --- "same" in numbers ------------------------------------------------------------------------

LAYERS = [(n, k, s) for n in range(1, 29) for k in (1, 3, 4, 5) for s in (1, 2, 3)]


def _zeros(n, kernel, stride):
    """How many zeros "same" needs in all; below 0 where some pixels are not even read."""
    return (math.ceil(n / stride) - 1) * stride + kernel - n


def _same(n, kernel, stride):
    zeros = max(_zeros(n, kernel, stride), 0)
    return zeros // 2, zeros - zeros // 2


PADDING_MISTAKES = {  # what people write, and the hint
    "the extra zero": (
        lambda n, k, s: _same(n, k, s)[::-1],
        "right but for odd numbers: the extra zero goes after, so after = total − before.",
    ),
    "both sides": (
        lambda n, k, s: (k // 2, k // 2),
        "k // 2 on both sides is for odd kernels and stride 1. The number of positions decides.",
    ),
    "stride 1": (
        lambda n, k, s: ((k - 1) // 2, k - 1 - (k - 1) // 2),
        "that is right for stride 1. With a stride, count the positions: n / stride, rounded up.",
    ),
    "rounded down": (
        lambda n, k, s: _halves(max((n // s - 1) * s + k - n, 0)),
        "the number of positions is n / stride rounded *up*: 7 pixels, stride 2, 4 positions.",
    ),
    "negative": (
        lambda n, k, s: _halves(_zeros(n, k, s)),
        "right but where no zeros are needed: a total below 0 must become 0 (kernel 1, stride 2).",
    ),
    "in all": (
        lambda n, k, s: (max(_zeros(n, k, s), 0),) * 2,
        "that is how many zeros there are in all, but on each side. Share them.",
    ),
    "dropped": (
        lambda n, k, s: (_same(n, k, s)[0],) * 2,
        "where the total is odd, one zero is lost: 7, 4, 2 needs three. It goes after.",
    ),
}


def _halves(total):
    return total // 2, total - total // 2


def check_same_padding(padding):
    """Lesson 11: how many zeros "same" puts before and after n pixels, given kernel and stride.

    padding: function of (n, kernel, stride) -> (before, after)
    """

    def examine():
        answers = [_pair(call(padding, layer, "your padding"), layer) for layer in LAYERS]
        wrong = [(a, b) for a, b in zip(LAYERS, answers, strict=True) if b != _same(*a)]
        if not wrong:
            return
        layer, found = wrong[0]
        n, kernel, stride = layer
        plain = (
            f"for {n} pixels, kernel {kernel}, stride {stride} it is {_same(*layer)}: "
            f"the last of the positions, number {math.ceil(n / stride)}, begins at pixel "
            f"{(math.ceil(n / stride) - 1) * stride}, zeros included."
        )
        for mistake, hint in PADDING_MISTAKES.values():
            if answers == [mistake(*layer) for layer in LAYERS]:
                plain = hint
        raise Wrong(f"for {n} pixels, kernel {kernel}, stride {stride} you say {found}.", plain)

    return checked("same padding", given(padding), examine, "right for 336 layers.")


def _pair(found, layer):
    """The answer as two whole numbers."""
    require(found is not None, "your padding returns None: is there a return?")
    array = np.asarray(found)
    require(array.shape == (2,), "return two numbers, (before, after).")
    require(
        np.all(array == np.round(array)),
        f"zeros are counted in whole numbers, but for n, kernel, stride = {layer} you say "
        f"{tuple(array.tolist())}.",
        "n / stride must be rounded up, and the total shared with //.",
    )
    return tuple(int(value) for value in array)


# --- G's step in PyTorch ----------------------------------------------------------------------


def check_torch_g_step(g_step):
    """Lesson 11: G's step, held for two steps against the course's own on tiny networks.

    g_step: function of (generator, discriminator, optimizer, loss, z) that trains G once.
    """

    def examine():
        from gan_lessons.torch_game import torch_g_step

        right, losses = _two_steps(torch_g_step)
        try:
            moved, found = _two_steps(g_step)
        except Wrong:
            raise
        except RuntimeError as error:
            require(
                "does not require grad" not in str(error),
                "no gradient can run from your loss.",
                "a loss made under no_grad, or of .item() or .numpy(), has no graph behind it.",
            )
            raise Wrong(f"your step stopped with RuntimeError: {error}") from None
        except Exception as error:
            raise Wrong(f"your step stopped with {type(error).__name__}: {error}") from None
        _compare(moved, right)
        require(
            all(close(a, b) for a, b in zip(found, losses, strict=True)),
            "G has moved as it should; return the loss before the step.",
            f"the losses are {losses[0]:.4f} and {losses[1]:.4f}; you return {found[0]:.4f} and "
            f"{found[1]:.4f}.",
        )

    return checked(
        "G's step", given(g_step), examine, "your step moves G, and G only, by the right amount."
    )


def _compare(moved, right):
    """Raise Wrong where two steps moved the players otherwise than the right ones did."""
    require(
        not moved["d"].any(),
        "D has moved in G's step.",
        "only `optimizer.step()` moves weights, and the optimizer given to you holds G's.",
    )
    require(
        moved["first"].any(),
        "G has not moved.",
        "no gradient reaches G (are its fakes detached, or made under no_grad?), or .grad was "
        "emptied before .step(), or .step() is missing.",
    )
    require(
        not np.allclose(moved["first"], right["stale"], rtol=1e-2, atol=1e-6),
        "G has moved only by what was in .grad before you began.",
        "your loss sends no gradient to G: are its fakes detached? And backward() adds to .grad.",
    )
    stale = moved["first"] - right["first"]
    require(
        not np.allclose(stale, right["stale"], rtol=1e-2, atol=1e-6),
        "something was in .grad before you began.",
        "backward() adds to .grad: call optimizer.zero_grad() before it.",
    )
    require(
        moved["first"] @ right["first"] > 0,
        "G has moved the wrong way: D's verdict on its fakes fell.",
        "descend loss(D(G(z))): is there a minus too many?",
    )
    require(
        np.allclose(moved["first"], right["first"], rtol=1e-2, atol=1e-6),
        "G has moved, but not along the gradient of loss(D(G(z))).",
        "one call of the loss on D(G(z)), one backward, one step, z as given.",
    )
    require(
        np.allclose(moved["both"], right["both"], rtol=1e-2, atol=1e-6),
        "the first step is right, the second is not.",
        "the second step must not remember the gradient of the first: zero_grad() each time.",
    )


def _two_steps(g_step):
    """How two steps of G move tiny networks, and the losses that they return."""
    import torch
    from torch import nn
    from torch.nn.functional import softplus

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        G = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2))
        D = nn.Sequential(nn.Linear(2, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))
        z = torch.randn(2, 16, 2)
    optimizer = torch.optim.SGD(G.parameters(), 0.1)
    for weight in (*G.parameters(), *D.parameters()):
        weight.grad = torch.ones_like(weight)  # left over from "before"
    places = [_flat(G)]
    d_start, losses = _flat(D), []
    for part in z:
        found = g_step(G, D, optimizer, lambda fake: softplus(-fake).mean(), part)
        found = found[0] if isinstance(found, tuple | list) else found
        found = found.detach() if hasattr(found, "detach") else found
        losses.append(number(found, "what your step returns"))
        places.append(_flat(G))
    return {
        "first": places[1] - places[0],
        "both": places[2] - places[0],
        "d": _flat(D) - d_start,
        "stale": np.full(places[0].shape, -0.1),
    }, losses


def _flat(network):
    """All weights of a PyTorch network in one row."""
    return np.concatenate([w.detach().numpy().ravel() for w in network.parameters()]).copy()


# --- which programs play the same game --------------------------------------------------------

SAME = {
    "A": (
        "one harmless program is missing.",
        "A belongs to them: D's loss does reach G's .grad, but G's own zero_grad empties it before "
        "it is used. It costs time only.",
    ),
    "C": (
        "one harmless program is missing.",
        "C belongs to them: what was never recorded needs no detach.",
    ),
}
OTHER = {
    "B": (
        "one of them plays another game.",
        "B: without G's zero_grad, what D's loss left in G's .grad is walked along in G's step.",
    ),
    "D": (
        "one of them plays another game.",
        "D: what does g_loss.backward() leave in D's .grad, and who empties it before D's step?",
    ),
    "E": ("one of them plays another game.", "E: with its fakes detached, G gets no gradient."),
}


def check_same_game(letters=...):
    """Lesson 11: the letters of the programs that end with the right program's weights."""

    def examine():
        require(
            isinstance(letters, str | set | frozenset | list | tuple),
            'give a set of letters, such as {"A", "E"}.',
        )
        chosen = {str(letter).strip().upper() for letter in letters} - {"", ","}
        unknown = chosen - SAME.keys() - OTHER.keys()
        require(not unknown, f"there are the programs A to E, no {', '.join(sorted(unknown))}.")
        for letter, hints in OTHER.items():
            require(letter not in chosen, *hints)
        for letter, hints in SAME.items():
            require(letter in chosen, *hints)

    return checked(
        "the same game",
        given(letters),
        examine,
        "A and C. Only what stands in .grad when .step() runs counts.",
    )


# --- gradients that pile up -------------------------------------------------------------------

PILES = {
    10.0: ("that is how long the *tenth* step is.", "add up all ten: 1 + 2 + … + 10, against 10."),
    55.0: (
        "that is how far w has gone, in steps.",
        "with zero_grad it goes 10 steps: divide by them.",
    ),
    1.0: ("backward() adds to .grad.", "step k walks along k·g, since k gradients stand there."),
    4.5: ("the first step already has one gradient.", "1 + 2 + … + 10, not 0 + 1 + … + 9."),
    5.0: ("nearly: that is half of ten.", "the mean of 1, 2, …, 10 is (1 + 10)/2."),
    11.0: ("you have forgotten a half.", "1 + 2 + … + n is n(n + 1)/2."),
    102.4: ("the pile does not double.", "each backward adds one g, whatever stands there."),
    1024.0: ("the pile does not double.", "each backward adds one g, whatever stands there."),
    102.3: ("the pile does not double.", "each backward adds one g, whatever stands there."),
    0.0: ("w moves.", "step k walks along k·g."),
}


def check_pile(times=...):
    """Lesson 11: how many times as far ten steps without zero_grad go, at a constant gradient."""

    def examine():
        value = number(times, "times_as_far")
        refuse(value, PILES, 0.005)
        require(
            np.isclose(value, 5.5, rtol=0.005),
            "how much stands in .grad at step 1, at step 2, at step 10?",
            "step k walks along k·g: 1 + 2 + … + 10 steps in place of 10.",
        )

    return checked("the pile", given(times), examine, "5.5 times as far, and faster at each step.")


# --- a sigmoid too many -----------------------------------------------------------------------


def _softplus(t):
    return math.log1p(math.exp(t))


D_LOWEST, G_LOWEST = _softplus(-1) + _softplus(0), _softplus(-1)
AT_BEST = "the loss takes D's output for a logit. Which outputs can a sigmoid have?"
D_MISTAKES = {
    0.0: (AT_BEST, "the best “logits” that it can give are 1 on real digits and 0 on fakes."),
    2 * _softplus(-1): (
        "on fakes the best logit would be −1, but a sigmoid is never negative.",
        "on fakes the lowest output is 0, and softplus(0) = log 2 is still paid.",
    ),
    _softplus(-1): ("that is the half on real digits.", "on fakes D still pays softplus(0)."),
    _softplus(0): ("that is the half on fakes.", "on real digits D still pays softplus(−1)."),
    2 * math.log(2): (
        "that is where both of its answers are 0.",
        "on real digits it can say 1: softplus(−1).",
    ),
    D_LOWEST / 2: ("that is the mean of the two halves.", "the course adds them."),
    _softplus(-0.5) + _softplus(0.5): (
        "that is where it starts, with the output ½ everywhere.",
        "1 on real digits, 0 on fakes.",
    ),
    _softplus(0) + _softplus(1): (
        "that is the *highest* value.",
        "1 on real digits, 0 on fakes: not the other way round.",
    ),
}
G_MISTAKES = {
    0.0: (AT_BEST, "the best logit on a fake is 1, and softplus(−1) is still paid."),
    _softplus(0): ("that is where D's output on fakes is 0.", "G would like it to be 1."),
    _softplus(1): ("the sign: −log σ(1) is softplus(−1).", "softplus(−1) = log(1 + 1/e)."),
    _softplus(-0.5): ("that is at the output ½.", "D's output on a fake can reach 1."),
    1.0: ("that is the output, not the loss.", "put 1 into softplus(−ℓ)."),
}


def check_sigmoids(d_lowest=..., g_lowest=...):
    """Lesson 11: the least values of both losses when a sigmoid is taken twice."""

    def examine():
        d, g = number(d_lowest, "lowest_d_loss"), number(g_lowest, "lowest_g_loss")
        refuse(d, D_MISTAKES, 0.004, 0.002, "D")
        require(
            np.isclose(d, D_LOWEST, rtol=0.006),
            "for D: which outputs are best on real digits and on fakes?",
            "for D: softplus(−1) on real digits plus softplus(0) on fakes.",
        )
        refuse(g, G_MISTAKES, 0.004, 0.002, "G")
        require(
            np.isclose(g, G_LOWEST, rtol=0.012),
            "for G: which output does it want?",
            "for G: softplus(−1).",
        )

    return checked(
        "two sigmoids",
        given(d_lowest, g_lowest),
        examine,
        "1.006 and 0.313. Losses that never get below these may have a sigmoid too many.",
    )
