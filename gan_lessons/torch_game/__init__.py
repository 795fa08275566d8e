"""The digit game in PyTorch, an optional extra: no other module of the course imports it."""

from importlib.util import find_spec

from gan_lessons.interrupts import unbroken

HOW = 'This lesson needs PyTorch. In the course\'s folder: python -m pip install -e ".[pytorch]"'


class NoPyTorch(ImportError):
    """PyTorch is missing. A notebook shows its one line and no traceback."""

    def _render_traceback_(self):
        return [str(self)]


if find_spec("torch") is None:
    raise NoPyTorch(HOW)

with unbroken():
    import torch

    from gan_lessons.torch_game.game import TorchGame
    from gan_lessons.torch_game.parts import (
        best_device,
        device_line,
        gradient_norm,
        no_extra,
        torch_d_loss,
        torch_d_step,
        torch_discriminator,
        torch_g_loss,
        torch_g_step,
        torch_generator,
        torch_r1,
    )

    torch.optim.SGD([torch.zeros(1)])  # the first optimizer imports the rest of PyTorch

__all__ = [
    "TorchGame",
    "best_device",
    "device_line",
    "gradient_norm",
    "no_extra",
    "torch_d_loss",
    "torch_d_step",
    "torch_discriminator",
    "torch_g_loss",
    "torch_g_step",
    "torch_generator",
    "torch_r1",
]
