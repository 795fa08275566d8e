"""The course's default games, ready to play."""

from gan_lessons.data import digits
from gan_lessons.networks import (
    digit_discriminator,
    digit_generator,
    point_discriminator,
    point_generator,
)
from gan_lessons.training.gan import GAN
from gan_lessons.training.points import PointGAN

HEALTHY = {
    "d_rate": 2e-3,
    "g_rate": 4e-3,
    "d_steps": 1,
    "objective": "non-saturating",
    "penalty": "R1",
    "penalty_weight": 1.0,
    "noise": 0.0,
    "smoothing": 0.0,
    "batch": 32,
}
# Each run that lesson 04 shows, by name: all knobs of it. "broken" is the one to repair.
PRESETS = {
    "healthy": HEALTHY,
    "D wins": HEALTHY | {"penalty": "none", "g_rate": 1e-5, "d_steps": 3},
    "G wins": HEALTHY | {"penalty": "none", "d_rate": 1e-5},
    "oscillation": HEALTHY | {"penalty": "none", "d_rate": 1e-2, "g_rate": 2e-2, "batch": 4},
    "broken": HEALTHY | {"penalty": "none", "d_rate": 5e-3, "g_rate": 1e-4, "d_steps": 5},
}


def point_game(data, *, latent=16, width=64, seed=0):
    """A game of points (n, 2), compiled: two layers of ``width`` units each, all cures at rest.

    Batches of 256, both learning rates 1e-3, no penalty, Adam with β₁ = .5, β₂ = .99; what it
    shows is G as it is now, not an average.
    """
    game = PointGAN(
        lambda: point_generator(latent, width),
        lambda: point_discriminator(width, cures=True),
        data,
        seed=seed,
    )
    game.compile(batch=256)
    game.turn(d_rate=1e-3, g_rate=1e-3, average=0.0)
    return game


def digit_game(data=None, labels=None, *, seed=0):
    """The course's game of digits, compiled: the knobs of HEALTHY, Adam with β₁ = .5, β₂ = .99.

    data: uint8 (n, 28, 28); by default the shipped training digits.
    labels: (n,) from 0 to 9 make the game conditional; then data must be given too.
    """
    if labels is not None and data is None:
        raise ValueError("labels were given without the data they belong to")
    data = digits().x_train if data is None else data
    classes = 0 if labels is None else 10
    game = GAN(
        lambda: digit_generator(classes=classes),
        lambda: digit_discriminator(classes=classes),
        data,
        labels,
        seed=seed,
    )
    game.compile()
    game.turn(**HEALTHY)
    return game
