"""The game itself: the moves of the two players, and GAN, which plays many of them in one call."""

from gan_lessons.training.gan import GAN
from gan_lessons.training.moves import d_step, ema_step, g_step
from gan_lessons.training.points import PointGAN
from gan_lessons.training.recipes import digit_game, point_game

__all__ = ["GAN", "PointGAN", "d_step", "digit_game", "ema_step", "g_step", "point_game"]
