"""What the PyTorch game is made of: device, networks, losses, penalty, moves."""

import torch
import torch.nn.functional as F
from torch import nn

from gan_lessons import arguments

# These convolutions are too small to share: where the cores are busy, two threads mostly wait.
torch.set_num_threads(1)


def best_device():
    """CUDA where there is one, else Apple's MPS, else the CPU.

    On CUDA it asks for full float32 and for convolutions that repeat exactly.
    """
    if torch.cuda.is_available():
        torch.backends.cudnn.deterministic = True
        torch.backends.cudnn.allow_tf32 = False
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def device_line(device):
    """What the game runs on, in words."""
    arguments.kind("device", device, torch.device, "a torch.device")
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else device.type.upper()
    return f"PyTorch {torch.__version__.partition('+')[0]} on {name}"


# --- The networks: those of lesson 04, pictures as (n, 1, 28, 28) ---------------------------------


def torch_generator(latent_dim=32):
    """``networks.digit_generator`` in PyTorch: z (n, latent_dim) -> (n, 1, 28, 28) in [−1, 1]."""
    latent_dim = arguments.whole("latent_dim", latent_dim, 1, 1024)
    return nn.Sequential(
        nn.Linear(latent_dim, 32 * 7 * 7, bias=False),
        nn.BatchNorm1d(32 * 7 * 7, eps=1e-3),
        nn.ReLU(),
        nn.Unflatten(1, (32, 7, 7)),
        nn.ConvTranspose2d(32, 16, 4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(16, eps=1e-3),
        nn.ReLU(),
        nn.Conv2d(16, 4, 3, padding=1),
        nn.PixelShuffle(2),
        nn.Tanh(),
    )


def torch_discriminator():
    """``networks.digit_discriminator`` in PyTorch: (n, 1, 28, 28) -> one logit, (n, 1)."""
    return nn.Sequential(
        nn.PixelUnshuffle(2),
        nn.Conv2d(1 * 4, 16, 3, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(16, 32, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.ZeroPad2d((1, 2, 1, 2)),
        nn.Conv2d(32, 64, 4, stride=2),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(64 * 4 * 4, 1),
    )


# --- The losses and the moves, as in gan_lessons.objectives and gan_lessons.training.moves --------


def torch_d_loss(real, fake):
    """−E log D(x) − E log(1 − D(G(z))) from logits; 2 log 2 where D cannot tell."""
    arguments.kind("real", real, torch.Tensor, "a tensor")
    arguments.kind("fake", fake, torch.Tensor, "a tensor")
    on_real = F.binary_cross_entropy_with_logits(real, torch.ones_like(real))
    on_fake = F.binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))
    return on_real + on_fake


def torch_g_loss(fake):
    """−E log D(G(z)) from logits, the non-saturating loss."""
    arguments.kind("fake", fake, torch.Tensor, "a tensor")
    return F.binary_cross_entropy_with_logits(fake, torch.ones_like(fake))


def torch_r1(discriminator, real):
    """½ E‖∇D(x)‖² at real x, itself differentiable. Mescheder et al. 2018, eq. 9."""
    arguments.kind("real", real, torch.Tensor, "a tensor")
    arguments.function("discriminator", discriminator)
    x = real.clone().requires_grad_()
    (slope,) = torch.autograd.grad(discriminator(x).sum(), x, create_graph=True)
    return 0.5 * slope.square().sum(dim=(1, 2, 3)).mean()


def no_extra(discriminator, real, fake):
    """Nothing: D's slope is left alone."""
    return torch.zeros(())


def gradient_norm(network):
    """The norm of all that stands in ``.grad`` of the network's weights; empty ones count 0."""
    arguments.kind("network", network, nn.Module, "a network")
    gradients = [weight.grad for weight in network.parameters() if weight.grad is not None]
    return nn.utils.get_total_norm(gradients).item()


def torch_d_step(generator, discriminator, optimizer, loss, real, z, penalty=no_extra):
    """D learns to tell ``real`` from G(z): one descent step on loss(D(real), D(G(z))) + penalty.

    Returns three floats: the loss before the step, the penalty, the norm of their sum's gradient.
    """
    _check(generator, discriminator, optimizer, loss, real=real, z=z)
    arguments.function("penalty", penalty)
    fake = generator(z).detach()
    value = loss(discriminator(real), discriminator(fake))
    extra = penalty(discriminator, real, fake)
    optimizer.zero_grad()
    (value + extra).backward()
    optimizer.step()
    return value.item(), extra.item(), gradient_norm(discriminator)


def _check(generator, discriminator, optimizer, loss, **tensors):
    """An error that names the argument which a move cannot use, where there is one."""
    for name, network in (("generator", generator), ("discriminator", discriminator)):
        arguments.kind(name, network, nn.Module, "a network")
    arguments.has("optimizer", optimizer, "step", "zero_grad")
    arguments.function("loss", loss)
    for name, tensor in tensors.items():
        arguments.kind(name, tensor, torch.Tensor, "a tensor")


def torch_g_step(generator, discriminator, optimizer, loss, z):
    """G learns to raise D's verdict on G(z): one descent step on loss(D(G(z))); D stays as it is.

    Returns two floats: the loss before the step and the norm of its gradient.
    """
    _check(generator, discriminator, optimizer, loss, z=z)
    value = loss(discriminator(generator(z)))
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    return value.item(), gradient_norm(generator)
