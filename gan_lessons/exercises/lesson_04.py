"""The checks of lesson 04: the losses, their lines, G's step, reading and repairing a run."""

import numpy as np

from gan_lessons.exercises.core import Wrong, call, checked, close, given, number, parts, require

# --- the losses -------------------------------------------------------------------------------

REAL = np.array([[2.0], [-0.5], [1.0]], np.float32)
FAKE = np.array([[-1.0], [0.5], [-3.0]], np.float32)
MEAN = "Take the mean over the batch (tf.reduce_mean)."


def _softplus(x):
    return np.logaddexp(0.0, np.asarray(x, float))


def check_losses(d_loss, g_loss):
    """Lesson 04: D's cross-entropy and G's non-saturating loss, both on logits.

    d_loss: function of (real logits, fake logits), g_loss: function of (fake logits), each (n, 1).
    """

    def examine():
        _examine_d_loss(d_loss)
        _examine_g_loss(g_loss)

    return checked("losses", given(d_loss, g_loss), examine, "both losses agree with the formulas.")


def _examine_d_loss(d_loss):
    value = number(call(d_loss, (REAL, FAKE), "your D loss"), "your D loss", MEAN)
    on_real, on_fake = _softplus(-REAL), _softplus(FAKE)
    right = on_real.mean() + on_fake.mean()
    swapped = _softplus(REAL).mean() + _softplus(-FAKE).mean()
    doubled = np.mean(_softplus(-_sigmoid(REAL))) + np.mean(_softplus(_sigmoid(FAKE)))
    require(
        np.isfinite(value),
        "your D loss is NaN or infinite on small logits.",
        "a logit can be negative: it has no logarithm. Use tf.nn.softplus on the logits.",
    )
    require(
        not close(value, -right),
        "look at the sign of your D loss.",
        "you return what D maximises. An optimizer descends: put a minus in front.",
    )
    require(
        not close(value, swapped),
        "D would learn the opposite of what you want.",
        "real and fake are swapped: −log D(x) is softplus(−real), −log(1 − D) is softplus(fake).",
    )
    require(
        not close(value, right / 2),
        "your D loss is half of the one in the formula.",
        "you took the mean of the two halves (Keras' habit). The formula adds them: 2 log 2 = "
        "1.386 at the start, not 0.693.",
    )
    require(
        not close(value, on_real.sum() + on_fake.sum()),
        "your D loss grows with the batch size.",
        "take the mean over the batch, not the sum: the formula has expectations E.",
    )
    require(
        not close(value, doubled),
        "is a sigmoid applied twice?",
        "softplus already contains the sigmoid; give it the logits as they are.",
    )
    for part, other in (("real", on_real), ("fake", on_fake)):
        require(
            not close(value, other.mean()),
            "your D loss has only one of its two halves.",
            f"it has the half on {part} data; D must also learn from the other.",
        )
    require(
        close(value, right),
        f"for three real and three fake logits the loss should be {right:.4f}; yours is "
        f"{value:.4f}.",
        "L_D = mean of softplus(−real) plus mean of softplus(fake).",
    )
    huge = np.array([[200.0]], np.float32)
    value = number(d_loss(-huge, huge), "your D loss")
    require(
        close(value, 400.0),
        f"right for small logits, but {value} for logits of ±200, where it should be 400.",
        "sigmoid(x) is rounded to 0 or 1, and log 0 is −∞. softplus(−x) is −log σ(x), safely.",
    )


def _sigmoid(x):
    return np.exp(-_softplus(-x))


def _examine_g_loss(g_loss):
    value = number(call(g_loss, (FAKE,), "your G loss"), "your G loss", MEAN)
    right, fooled = _softplus(-FAKE).mean(), _softplus(FAKE).mean()
    require(
        np.isfinite(value),
        "your G loss is NaN or infinite on small logits.",
        "a logit can be negative: it has no logarithm. Use tf.nn.softplus on the logits.",
    )
    require(
        not close(value, -right),
        "look at the sign of your G loss.",
        "minimising +log D(G(z)) teaches G to be caught. You need −log D(G(z)).",
    )
    require(
        not close(value, -fooled),
        "this is a G loss, but not the non-saturating one.",
        "this is log(1 − D(G(z))), the minimax loss: its gradient dies when D is sure. The "
        "non-saturating loss is −log D(G(z)).",
    )
    require(
        not close(value, fooled),
        "this is D's half on fakes: G would help D.",
        "G wants its fakes called real: −log D(G(z)) = softplus(−fake).",
    )
    require(
        not close(value, _softplus(-FAKE).sum()),
        "your G loss grows with the batch size.",
        "take the mean over the batch, not the sum.",
    )
    require(
        close(value, right),
        f"for three fake logits the loss should be {right:.4f}; yours is {value:.4f}.",
        "L_G = mean of softplus(−fake).",
    )
    value = number(g_loss(np.array([[-200.0]], np.float32)), "your G loss")
    require(
        close(value, 200.0),
        f"right for small logits, but {value} for a logit of −200, where it should be 200.",
        "sigmoid(x) is rounded to 0 or 1, and log 0 is −∞. softplus(−x) is −log σ(x), safely.",
    )


# --- the reference lines ----------------------------------------------------------------------


def check_references(d_loss=..., g_loss=...):
    """Lesson 04: the two losses where D cannot tell real from fake and answers ½ to everything."""

    def examine():
        d, g = number(d_loss, "d_loss"), number(g_loss, "g_loss")
        for name, value in (("d_loss", d), ("g_loss", g)):
            require(
                value != 0,
                f"{name} = 0 would mean a player who is never wrong.",
                "neither loss goes to zero in a good game: D is as unsure as can be, D(x) = ½.",
            )
            require(
                value != 0.5,
                f"{name} = ½ is D's answer, not a loss.",
                "put the answer ½ into −log.",
            )
            require(
                value > 0,
                f"{name} is negative, but −log of a probability is not.",
                "log ½ is negative; the losses have a minus sign.",
            )
        require(
            not np.isclose(d, np.log(2), atol=0.01),
            "your D loss counts one half of what D judges.",
            "D pays −log ½ on real data and −log ½ on fakes: two terms (we add, Keras averages).",
        )
        require(
            not np.isclose(d, 2 * np.log10(2), atol=0.005),
            "which logarithm did you take?",
            "the natural logarithm: np.log, not np.log10.",
        )
        require(
            not (np.isclose(d, 2, atol=0.01) or np.isclose(g, 1, atol=0.01)),
            "which logarithm did you take?",
            "the natural logarithm: np.log, not np.log2.",
        )
        require(
            np.isclose(d, 2 * np.log(2), atol=0.01),
            "put D(x) = D(G(z)) = ½ into L_D.",
            "L_D = −log ½ − log(1 − ½).",
        )
        require(
            np.isclose(g, np.log(2), atol=0.01),
            "D's is right. Put D(G(z)) = ½ into L_G: how many terms has it?",
            "L_G = −log ½: one term.",
        )

    return checked(
        "reference lines",
        given(d_loss, g_loss),
        examine,
        "L_D = 2 log 2 = 1.386 and L_G = log 2 = 0.693. Look for these lines in every plot.",
    )


# --- G's step ---------------------------------------------------------------------------------


def check_g_step(g_step, loss, make_generator, make_discriminator, make_optimizer):
    """Lesson 04: one step of G, held against the course's own on copies of the same networks.

    g_step: function of (generator, discriminator, optimizer, loss, z) that trains G once.
    loss: G's loss, a function of logits. The three makers build fresh networks and an optimizer
    without memory (plain SGD); the networks must have neither dropout nor batch normalisation.
    """
    z = np.random.default_rng(0).normal(size=(16, 2)).astype(np.float32)
    makers = make_generator, make_discriminator, make_optimizer

    def examine():
        generator, discriminator, optimizer = (make() for make in makers)
        start, d_start = generator.get_weights(), discriminator.get_weights()
        expected = _true_g_step(generator, discriminator, optimizer, loss, z)
        right = _flat(generator.get_weights()) - _flat(start)
        generator.set_weights(start)
        optimizer = make_optimizer()
        try:
            returned = g_step(generator, discriminator, optimizer, loss, z)
        except ValueError as error:
            require(
                "gradient" not in str(error).lower() and "None" not in str(error),
                "no gradient reaches the weights you ask for.",
                "make the fakes inside the tape, and do not cut them off (stop_gradient, "
                ".numpy()): the gradient must run from the loss through D and through G.",
            )
            raise Wrong(f"your step stopped with ValueError: {error}") from None
        except Exception as error:
            raise Wrong(f"your step stopped with {type(error).__name__}: {error}") from None
        moved = _flat(generator.get_weights()) - _flat(start)
        d_moved = _flat(discriminator.get_weights()) - _flat(d_start)
        require(
            not d_moved.any(),
            "D has moved in G's step.",
            "D's weights changed: G's step would teach D to call fakes real. Ask only for the "
            "gradient by generator.trainable_variables, and apply it to those.",
        )
        require(
            moved.any(),
            "G has not moved.",
            "G's weights are what they were: apply the gradients to generator.trainable_variables.",
        )
        require(
            moved @ right > 0,
            "G has moved the wrong way: D's verdict on its fakes fell.",
            "the step must descend loss(D(G(z))); is there a minus too many, or D's loss?",
        )
        require(
            np.allclose(moved, right, rtol=1e-2, atol=1e-6),
            "G has moved, but not along the gradient of loss(D(G(z))).",
            f"your step is {np.linalg.norm(moved) / np.linalg.norm(right):.3g} times as long as "
            f"the course's and points {_angle(moved, right):.0f}° away from it. One call of the "
            "loss, one step, z as given.",
        )
        returned = returned[0] if isinstance(returned, tuple) else returned
        require(
            returned is not None and close(number(returned, "what you return"), expected),
            f"G has moved rightly, but the loss you return is not the one before the step "
            f"({expected:.4f}).",
            "return the value of the loss computed inside the tape.",
        )

    return checked(
        "G's step", given(g_step), examine, "G moved down its own loss, and D stood still."
    )


def _true_g_step(generator, discriminator, optimizer, loss, z):
    from gan_lessons.training import g_step  # loads TensorFlow, so only here

    return float(g_step(generator, discriminator, optimizer, loss, z)[0])


def _flat(weights):
    return np.concatenate([w.ravel() for w in weights])


def _angle(a, b):
    cosine = a @ b / (np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


# --- reading the losses -----------------------------------------------------------------------

STATES = ("D wins", "G wins", "oscillation")


def check_states(answers, truth):
    """Lesson 04: which run is which; both are dicts from a run's letter to one of STATES."""

    def examine():
        for run, answer in answers.items():
            require(
                answer in STATES,
                f"run {run}: {answer!r} is none of {', '.join(map(repr, STATES))}.",
            )
        require(
            len(set(answers.values())) == len(STATES),
            "each of the three states occurs once.",
        )
        wrong = [run for run in truth if answers.get(run) != truth[run]]
        if not wrong:
            return
        mixed = {truth[run] for run in wrong} | {answers[run] for run in wrong}
        if mixed == {"D wins", "G wins"}:
            raise Wrong(
                f"runs {' and '.join(wrong)}: a player wins when its *own* loss is small.",
                "L_D near 0 and L_G high: D knows every fake. L_D above 2 log 2: D is fooled.",
            )
        raise Wrong(
            f"look again at {' and '.join('run ' + run for run in wrong)}: does a curve settle, "
            "or does it keep swinging?",
            "oscillation: both losses swing by more than their own size. A win: one side's loss "
            "settles far from its dashed line.",
        )

    return checked(
        "reading the losses", given(*parts(answers)), examine, "you can read a GAN's losses."
    )


# --- the repair -------------------------------------------------------------------------------


def check_repair(play, knobs, *, seeds=(101, 102), good_enough=..., broken=...):
    """Lesson 04: whether ``knobs`` repair the broken run, on seeds nobody has seen.

    play: function (seed, knobs) -> the judge's distance after the run; an error that it raises (a
        run that diverged, a knob out of its range) is told in the error's own words.
    knobs: dict of the three knobs that may be turned: d_rate, g_rate, d_steps.
    good_enough, broken: the distance to stay below, and that of the broken run, for the report.
    """
    allowed = ("d_rate", "g_rate", "d_steps")

    def examine():
        strange = [name for name in knobs if name not in allowed]
        require(not strange, f"only {', '.join(allowed)} may be turned here, not {strange}.")
        distances = {seed: call(play, (seed, knobs), "the run") for seed in seeds}
        print("  " + ", ".join(f"seed {s}: distance {d:.0f}" for s, d in distances.items()))
        bad = [seed for seed, d in distances.items() if d > good_enough]
        require(
            not bad,
            f"not yet: the distance should be below {good_enough:.0f} on every seed (broken: about "
            f"{broken:.0f}). Who wins now? Play your knobs in the cockpit and read the doctor.",
            "balance the two players (with d_steps 1, rates of one size are a good start), and let "
            "neither rate be tiny: 400 steps are few.",
            "in the broken preset D's rate is 50 times G's. Try both rates between 1e-3 and 4e-3, "
            "d_steps 1.",
        )

    return checked(
        "repair", given(*parts(knobs)), examine, "the game learns on seeds you have not seen."
    )
