"""TorchGame: the digit game in PyTorch, which any panel can play."""

import zlib
from copy import deepcopy
from dataclasses import replace
from math import isfinite

import numpy as np
import torch
from torch.nn.utils import get_total_norm

from gan_lessons import arguments
from gan_lessons.game import MOVES, Diverged, Knob, allowed
from gan_lessons.interrupts import unbroken
from gan_lessons.saving import read_whole, written_whole
from gan_lessons.torch_game.parts import (
    best_device,
    no_extra,
    torch_d_loss,
    torch_d_step,
    torch_discriminator,
    torch_g_loss,
    torch_g_step,
    torch_generator,
    torch_r1,
)

COLUMNS = ("step", "d_loss", "g_loss", "penalty", "d_gradient", "g_gradient")
KNOBS = {  # names, ranges and values as in gan_lessons.training.knobs
    "d_rate": Knob(2e-3, 1e-5, 1e-1, "log", label="learning rate of D"),
    "g_rate": Knob(4e-3, 1e-5, 1e-1, "log", label="learning rate of G"),
    "d_steps": Knob(1, 1, 10, "int", label="D updates per G update"),
    "penalty_weight": Knob(1.0, 0.0, 20.0, label="weight of the R1 penalty"),
    "batch": Knob(32, 2, 512, "int", label="batch size"),
    "moves": Knob(MOVES[0], scale="choice", choices=MOVES, label="who moves"),
}
R1_EVERY = 8  # as in lesson 04: taken every 8th step, 8 times as strong
SLICE = 100  # steps between two snapshots: what an interrupt can lose
# What a random draw is for: each (seed, step, D update, purpose) names one draw and no other.
BATCH, D_LATENT, G_LATENT, WEIGHTS = range(4)


class _Resting:
    """An optimizer that lets its weights be; gradients are taken, but not followed."""

    def __init__(self, optimizer):
        self.zero_grad = optimizer.zero_grad

    def step(self):
        """Nothing moves."""


def _device(name):
    """A torch.device that is here."""
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except Exception as error:
        raise ValueError(f"device must be one that PyTorch has here: {error}") from None
    return device


def _distance(network, before):
    """How far the network's weights are from those of an earlier ``state_dict``."""
    return get_total_norm([w - before[name] for name, w in network.named_parameters()]).item()


class TorchGame:
    """A generator against a discriminator in PyTorch, as a Game for the cockpit.

    data:   what is real, uint8 (n, 28, 28)
    seed:   everything random is a function of (seed, step), the first weights included
    device: where it is played, by default ``best_device()``; the draws are the same on each
    make_generator, make_discriminator: functions without arguments that return a network
    moves:  D's step and G's step, called like ``torch_d_step`` and ``torch_g_step``
    losses: D's loss of (real logits, fake logits), G's loss of (fake logits)

    Adam has β₁ = .5, β₂ = .99 as in lesson 04, and ``sample`` shows the same moving average of G.
    On a CPU n steps are bit for bit the same however they are sliced, saved or rewound.
    """

    def __init__(
        self,
        data,
        seed=0,
        device=None,
        make_generator=torch_generator,
        make_discriminator=torch_discriminator,
        moves=(torch_d_step, torch_g_step),
        losses=(torch_d_loss, torch_g_loss),
    ):
        data = arguments.plain("data", data)
        if data.dtype != np.uint8 or data.ndim != 3 or not data.size:
            raise ValueError(
                f"data must be uint8 (n, height, width), got {data.dtype} {data.shape}"
            )
        arguments.function("make_generator", make_generator)
        arguments.function("make_discriminator", make_discriminator)
        for name, pair in (("moves", moves), ("losses", losses)):
            if len(arguments.kind(name, pair, tuple, "two functions, D's and G's")) != 2:
                raise ValueError(f"{name} must be two functions, D's and G's, got {len(pair)}")
            for each in pair:
                arguments.function(name, each)
        self.device = best_device() if device is None else _device(device)
        self._makers, self._moves, self._losses = (
            (make_generator, make_discriminator),
            moves,
            losses,
        )
        self._data = torch.tensor(data[:, np.newaxis], device=self.device)
        self._knobs = {name: knob.value for name, knob in KNOBS.items()}
        self.reset(arguments.seed(seed))

    def reset(self, seed=None):
        """New networks and optimizers at step 0; the knobs stay, the seed changes if given."""
        self.seed, self.step = self.seed if seed is None else arguments.seed(seed), 0
        with torch.random.fork_rng(devices=[]):
            torch.set_rng_state(self._chance(WEIGHTS).get_state())
            made = [make().to(self.device) for make in self._makers]
        self.generator, self.discriminator = made
        self.average = deepcopy(self.generator).eval().requires_grad_(False)
        self.d_optimizer = torch.optim.Adam(self.discriminator.parameters(), betas=(0.5, 0.99))
        self.g_optimizer = torch.optim.Adam(self.generator.parameters(), betas=(0.5, 0.99))
        self._rows = np.zeros((0, len(COLUMNS)), np.float32)
        self._set_rates()

    # Randomness

    def _chance(self, purpose, i=0):
        """The generator of one draw. PyTorch heeds the low 32 bits of a seed only, on a CPU."""
        key = zlib.crc32(b"%d" % self.seed) + 64 * self.step + 4 * i + purpose
        return torch.Generator().manual_seed(key % 2**32)

    def _latents(self, n, chance):
        return torch.randn(n, self.latent_dim, generator=chance).to(self.device)

    def _real(self, n, chance):
        """``n`` random real pictures, float32 (n, 1, height, width) in [−1, 1]."""
        picked = torch.randint(len(self._data), (n,), generator=chance)
        return self._data[picked.to(self.device)] / 127.5 - 1

    # Playing

    @property
    def latent_dim(self):
        return next(self.generator.parameters()).shape[1]

    @property
    def record(self):
        columns = dict(zip(COLUMNS, self._rows.T, strict=True))
        return {**columns, "step": columns["step"].astype(int)}

    @property
    def knobs(self):
        return {name: replace(knob, value=self._knobs[name]) for name, knob in KNOBS.items()}

    def turn(self, **values):
        """Turn knobs by name; what is asked for holds from the next step on."""
        self._knobs |= {name: allowed(KNOBS, name, value) for name, value in values.items()}
        self._set_rates()

    def _set_rates(self):
        for optimizer, name in ((self.d_optimizer, "d_rate"), (self.g_optimizer, "g_rate")):
            optimizer.param_groups[0]["lr"] = self._knobs[name]

    def advance(self, steps=1):
        """Play ``steps`` steps; returns their rows of the record.

        Raises Diverged where a loss, a gradient or a weight stops being finite; the game then
        stands at its last good step. An interrupt loses the slice in flight, SLICE steps at most.
        """
        steps = arguments.whole("steps", steps, 1)
        first = len(self._rows)
        for done in range(0, steps, SLICE):
            self._play_slice(min(SLICE, steps - done))
        return {name: column[first:] for name, column in self.record.items()}

    def _play_slice(self, steps):
        before = self.snapshot()
        try:
            if not self._play(steps):
                self._go_back(before)
        except KeyboardInterrupt:
            with unbroken():  # ■ is often pressed twice
                self.restore(before)
            raise

    def _play(self, steps):
        """Play until a value is not finite; returns whether all are."""
        rows = []
        while len(rows) < steps and (not rows or all(map(isfinite, rows[-1]))):
            rows.append(self._one_step())
        self._rows = np.concatenate([self._rows, np.array(rows, np.float32)])
        weights = *self.generator.parameters(), *self.discriminator.parameters()
        return np.isfinite(self._rows[-1]).all() and all(w.isfinite().all() for w in weights)

    def _go_back(self, before):
        """Play again to the last good step, which is the same again, then raise Diverged."""
        good = self.step - before["step"] - 1
        self.restore(before)
        while good and not self._play(good):
            self.restore(before)
            good -= 1
        raise Diverged(
            f"a loss, a gradient or a weight became NaN or infinite at step {self.step + 1}; the "
            f"game is back at step {self.step}, its last good one. Usual cause: a learning rate (D "
            f"{self._knobs['d_rate']:.2g}, G {self._knobs['g_rate']:.2g}) or a penalty weight that "
            "is too high; lower it and go on."
        )

    def _one_step(self):
        """Some updates of D, one of G, one of the average; returns the row of the record."""
        (d_step, g_step), (d_loss, g_loss) = self._moves, self._losses
        batch, moves = self._knobs["batch"], self._knobs["moves"]
        players = self.generator, self.discriminator
        optimizer = _Resting(self.d_optimizer) if moves == "G alone" else self.d_optimizer
        for i in range(self._knobs["d_steps"]):
            real = self._real(batch, self._chance(BATCH, i))
            z = self._latents(batch, self._chance(D_LATENT, i))
            value, extra, norm = d_step(*players, optimizer, d_loss, real, z, self._penalty)
        optimizer = _Resting(self.g_optimizer) if moves == "D alone" else self.g_optimizer
        z = self._latents(batch, self._chance(G_LATENT))
        g_value, g_norm = g_step(*players, optimizer, g_loss, z)
        self._follow()
        self.step += 1
        return self.step, value, g_value, extra, norm, g_norm

    def _penalty(self, discriminator, real, fake):
        """R1 as lesson 04 takes it: lazily."""
        weight = self._knobs["penalty_weight"]
        if not weight or self.step % R1_EVERY:
            return no_extra(discriminator, real, fake)
        return weight * R1_EVERY * torch_r1(discriminator, real)

    def _follow(self):
        """Move the average towards G; see ``gan_lessons.training.moves.ema_step``."""
        share = 1 - min(0.999, (1 + self.step) / (10 + self.step))
        slow, fast = self.average.state_dict(), self.generator.state_dict()
        for name, value in slow.items():
            if value.is_floating_point():  # the count of batches is none
                value.lerp_(fast[name], share)

    # Looking

    @torch.no_grad()
    def sample(self, n=64, *, z=None):
        """Pictures of the averaged G, float32 (n, height, width, 1): for n fixed latents or for z.

        z: float (n, latent); by default the same draw for the same seed at every step.
        """
        if z is None:
            z = self._fixed(n)[0]
        else:
            z = arguments.array("z", z, "n", self.latent_dim).astype(np.float32)
            z = torch.tensor(z).to(self.device)
        return self.average(z).permute(0, 2, 3, 1).cpu().numpy()

    def _fixed(self, n):
        """n latents and, from the same draw, n real pictures: functions of the seed alone."""
        n = arguments.whole("n", n, 1, 100_000)
        chance = torch.Generator().manual_seed(zlib.crc32(b"shown %d" % self.seed))
        return self._latents(n, chance), self._real(n, chance)

    @torch.no_grad()
    def verdicts(self, n=256):
        """D's logits on n fixed real examples and on G's pictures of n fixed latents, each (n,)."""
        z, real = self._fixed(n)
        self.generator.eval()
        try:
            both = real, self.generator(z)
        finally:
            self.generator.train()
        return tuple(self.discriminator(x)[:, 0].cpu().numpy() for x in both)

    def references(self):
        """Where each loss stands where D cannot tell."""
        return {"d_loss": 2 * np.log(2), "g_loss": np.log(2)}

    def instruments(self):
        """Play one step on trial, put the game back, and say what it did to each player."""
        before, (real, fake) = self.snapshot(), self.verdicts()
        try:
            row = self.advance(1)
            changes = {
                "d_change": _distance(self.discriminator, before["discriminator"]),
                "g_change": _distance(self.generator, before["generator"]),
            }
        finally:
            self.restore(before)
        gradients = {name: float(row[name][0]) for name in ("d_gradient", "g_gradient")}
        return {**gradients, **changes, "d_real": float(real.mean()), "d_fake": float(fake.mean())}

    # Keeping

    def _parts(self):
        """What has a state_dict, by name."""
        names = "generator", "discriminator", "average", "d_optimizer", "g_optimizer"
        return {name: getattr(self, name) for name in names}

    def snapshot(self):
        """All of the game's state, to be given to ``restore``."""
        states = {name: deepcopy(part.state_dict()) for name, part in self._parts().items()}
        numbers = {"seed": self.seed, "step": self.step, "knobs": dict(self._knobs)}
        return {**states, **numbers, "rows": self._rows}

    def restore(self, snapshot):
        """Put the game to a snapshot, earlier or later than now, its record too."""
        arguments.kind("snapshot", snapshot, dict, "what snapshot() of such a game returned")
        if missing := {*self._parts(), "seed", "step", "knobs", "rows"} - {*snapshot}:
            raise ValueError(f"snapshot must hold {', '.join(sorted(missing))}")
        for name, part in self._parts().items():
            part.load_state_dict(deepcopy(snapshot[name]))
        self.seed, self.step = snapshot["seed"], snapshot["step"]
        self._knobs, self._rows = dict(snapshot["knobs"]), snapshot["rows"]

    def save(self, path):
        """Write the whole game to a ``.pt`` file; it appears whole or not at all, or OSError."""
        arguments.path("path", path)
        state = self.snapshot()
        with written_whole(path, ".pt") as part:
            torch.save({**state, "rows": torch.from_numpy(state["rows"])}, part)

    def load(self, path):
        """Go on where a game of the same networks and data was when it was saved.

        FileNotFoundError or ValueError, with the path and the cure, where that cannot be read; the
        game then stays as it is.
        """
        arguments.path("path", path)
        before = self.snapshot()
        with read_whole(path) as whole:
            state = torch.load(whole, map_location="cpu", weights_only=True)
            try:
                self.restore({**state, "rows": state["rows"].numpy(force=True)})
            except BaseException:  # ■ too
                with unbroken():
                    self.restore(before)
                raise
