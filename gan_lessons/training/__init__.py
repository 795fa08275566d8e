"""The game itself: the moves of the two players, and GAN, which plays many of them in one call."""

from gan_lessons.training.gan import GAN
from gan_lessons.training.moves import d_step, ema_step, g_step
from gan_lessons.training.pictures import PictureGAN
from gan_lessons.training.points import PointGAN
from gan_lessons.training.recipes import digit_game, face_game, point_game, repair_game
from gan_lessons.training.repair import RepairGAN, repair_g_step

__all__ = [
    "GAN",
    "PictureGAN",
    "PointGAN",
    "RepairGAN",
    "d_step",
    "digit_game",
    "ema_step",
    "face_game",
    "g_step",
    "point_game",
    "repair_g_step",
    "repair_game",
]
