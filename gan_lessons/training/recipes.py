"""The course's default games, ready to play."""

from gan_lessons import arguments
from gan_lessons.data import digits, faces
from gan_lessons.networks import (
    digit_discriminator,
    digit_generator,
    face_discriminator,
    face_generator,
    point_discriminator,
    point_generator,
    repair_discriminator,
    repair_generator,
    trained_face_discriminator,
    trained_face_generator,
)
from gan_lessons.training.gan import GAN
from gan_lessons.training.pictures import PictureGAN
from gan_lessons.training.points import PointGAN
from gan_lessons.training.repair import RepairGAN

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


def face_game(data=None, *, trained=False, seed=0):
    """The course's game of colour pictures, compiled: batches of 16, penalty R1, no augmentation.

    data: uint8 (n, 64, 64, 3), or floats in [−1, 1], which ``attach`` can exchange for as many
        others with no new trace; by default the 94 shipped training faces.
    trained: start from the shipped networks, and go back to them at each ``reset``; the optimizers
        are new.
    """
    data = faces().x_train if data is None else data
    arguments.switch("trained", trained)
    makers = (face_generator, face_discriminator)
    if trained:
        makers = (trained_face_generator, trained_face_discriminator)
    game = PictureGAN(*makers, data, seed=seed)
    game.compile(penalty="R1", batch=16)
    game.turn(d_rate=1e-3, g_rate=2e-3)
    return game


def repair_game(data=None, *, seed=0, blind=False):
    """The course's game of repair, compiled: the knobs of HEALTHY, but both learning rates 1e-3.

    data: uint8 (n, 28, 28); by default the shipped training digits.
    blind: D does not see what G was given, only the completed picture.
    """
    data = digits().x_train if data is None else data
    game = RepairGAN(repair_generator, lambda: repair_discriminator(blind), data, seed=seed)
    game.compile()
    game.turn(**HEALTHY | {"d_rate": 1e-3, "g_rate": 1e-3})
    return game
