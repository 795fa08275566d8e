"""Whatever a public function is given, it works, or says which argument is wrong and why.

Each has good arguments here; one at a time is replaced by junk. A new function without an entry
fails ``test_every_public_function_is_here``.
"""

import dataclasses
import importlib
import inspect
import pkgutil
import re
import signal
import sys
import traceback
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from matplotlib.figure import Figure

import gan_lessons
from gan_lessons import (
    checkup,
    cures,
    data,
    dirac,
    exercises,
    game,
    judge,
    networks,
    objectives,
    panels,
    patients,
    pictures,
    repair,
    training,
)
from gan_lessons.runtime import keras, tf

HOME = str(Path(gan_lessons.__file__).parent)
PATIENCE = 30  # seconds; only a call that hangs takes so long
MEMORY = 6 * 2**30  # bytes that a call may take on top; only one that allocates all it is told to

# --- What is public -------------------------------------------------------------------------------

FOLDERS = ("checkup", "exercises", "panels", "pictures", "torch_game", "training")  # have __all__


def public():
    """By name, each public function, class and method of the package, plain records left out."""
    found = {}
    for module in pkgutil.iter_modules(gan_lessons.__path__):
        if module.name == "arguments":  # what checks the others
            continue
        if module.name == "torch_game" and not find_spec("torch"):
            continue
        members = vars(importlib.import_module(f"gan_lessons.{module.name}"))
        names = members["__all__"] if module.name in FOLDERS else members
        for name in names:
            member = members[name]
            if name.startswith("_") or not callable(member) or is_record(member):
                continue
            if getattr(member, "__module__", "").startswith(f"gan_lessons.{module.name}"):
                found[f"{module.name}.{name}"] = member
                if inspect.isclass(member):
                    found |= methods(f"{module.name}.{name}", member)
    return found


def is_record(member):
    """Whether it is a plain record or an exception, which hold whatever they are given."""
    return inspect.isclass(member) and (
        dataclasses.is_dataclass(member)
        or issubclass(member, tuple | Exception)
        or getattr(member, "_is_protocol", False)
    )


def methods(prefix, kind):
    """By name, the public methods that the class does not have from another public class."""
    return {
        f"{prefix}.{name}": getattr(kind, name)
        for owner in (kind, *kind.__bases__)
        if owner is kind or owner.__name__ in HELPERS
        for name, member in vars(owner).items()
        if not name.startswith("_")
        and (inspect.isfunction(member) or isinstance(member, classmethod))
    }


# Used by functions that are here: made by them, or given what they were given
MADE_ELSEWHERE = {
    "cures.BatchLayer",
    "dirac.push",
    "panels.Cockpit",
    "panels.Cockpit.watch",
    "panels.Explorer",
    "pictures.Still",
    "saving.read_whole",
    "saving.written_whole",
    "training.PictureGAN",
    "training.PointGAN",
    "training.RepairGAN",
}
HELPERS = ("KerasSide", "Fused")  # what GAN is put together from, but nobody else uses
KERAS = {  # called by Keras, which has checked what it hands over
    f"training.{kind}.{name}"
    for kind in ("GAN", "RepairGAN")
    for name in (
        "call",
        "train_step",
        "test_step",
        "get_config",
        "get_compile_config",
        "compile_from_config",
        "save_own_variables",
        "load_own_variables",
        "from_config",
    )
} | {
    f"cures.{kind}.{name}"
    for kind in ("Pack", "MinibatchStd", "MinibatchDiscrimination")
    for name in ("call", "build", "nearness", "get_config")
}

# --- Good arguments -------------------------------------------------------------------------------


@cache
def point_game():
    made = training.point_game(POINTS, latent=2, width=4)
    made.turn(batch=2)
    return made


@cache
def digit_game():
    made = training.digit_game(DIGITS, np.arange(4))
    made.turn(batch=2)
    return made


@cache
def face_game():
    return training.face_game(np.zeros((2, 64, 64, 3), np.uint8))


@cache
def repair_game():
    made = training.repair_game(DIGITS)
    made.turn(batch=2)
    return made


@cache
def small_game():
    """One whose instruments are traced soon."""
    made = training.GAN(
        lambda: networks.point_generator(2, 4, 1),
        lambda: networks.point_discriminator(4, 1),
        POINTS,
    )
    made.compile(batch=2)
    return made


@cache
def compiled():
    """A game of its own, for each compile makes it trace anew."""
    return training.point_game(POINTS, latent=2, width=4)


def saved():
    point_game().save("b.keras")
    return "b.keras"


def few_digits():
    return data.Digits(DIGITS, np.arange(4), DIGITS, np.arange(4))


@cache
def networks_of_points():
    made = networks.point_generator(2, 4, 1), networks.point_discriminator(4, 1)
    return [(network, network.get_weights()) for network in made]


def player(which):
    network, weights = networks_of_points()[which]
    network.set_weights(weights)  # a step with junk may have made NaN of them
    return network


def generator():
    return player(0)


def discriminator():
    return player(1)


@cache
def ready(which):
    """An optimizer that knows the weights of one of the two players of points."""
    made = keras.optimizers.SGD(0.1)
    made.build(player(which).trainable_variables)
    return made


@cache
def panel():
    return panels.cockpit(point_game(), stage=panels.PlaneStage(POINTS))


def axes():
    return Figure().add_axes([0, 0, 1, 1])


def live():
    return pictures.LivePicture(Figure())


def part(kind, *more):
    """A part of a live picture."""
    picture = live()
    return kind(picture, picture.figure.add_axes([0, 0, 1, 1]), *more)


def two_lines(x):
    y = tf.square(x)
    return y + 1.0


def log_d(real, fake):
    return objectives.log_loss_d(real, fake)


POINTS = np.random.default_rng(0).normal(size=(6, 2)).astype(np.float32)
DIGITS = np.random.default_rng(0).integers(0, 256, (4, 28, 28), np.uint8)
FLOATS = np.linspace(-1, 1, 2 * 28 * 28, dtype=np.float32).reshape(2, 28, 28, 1)
COLOUR = np.linspace(-1, 1, 2 * 8 * 8 * 3, dtype=np.float32).reshape(2, 8, 8, 3)
LOGITS = np.array([[1.0], [-2.0], [0.5]], np.float32)
SCORES = np.array([[0.25], [0.5], [1.0]], np.float32)
DENSITY = np.array([0.1, 0.5, 0.4])
OTHER = np.array([0.3, 0.3, 0.4])
KNOWN = repair.box()
GIVEN = repair.cover(FLOATS, KNOWN)
RECORD = {"step": np.arange(1, 4), "d_loss": np.ones(3), "g_loss": np.zeros(3)}
BEST = {"d_loss": 1.0, "g_loss": None}
AMOUNT = np.array([0.5, -0.5], np.float32)
WHOLE = np.array([1, -1], np.int32)
KEY = (1, 2)
GOOD = {
    "augment.per_picture": {"values": AMOUNT},
    "augment.brightness": {"x": COLOUR, "amount": AMOUNT},
    "augment.saturation": {"x": COLOUR, "factor": AMOUNT},
    "augment.contrast": {"x": COLOUR, "factor": AMOUNT},
    "augment.translate": {"x": COLOUR, "down": WHOLE, "right": WHOLE},
    "augment.cutout": {"x": COLOUR, "top": WHOLE, "left": WHOLE, "side": 2},
    "augment.diff_augment": {"x": COLOUR, "key": KEY, "strength": 0.5},
    "checkup.check_up": {"gan": small_game, "seed": 1, "rules": tuple(checkup.RULES)},
    "checkup.explain": {"error": ValueError("found shape"), "generator": generator},
    "cures.BatchLayer.rests": {"self": cures.Pack},
    "cures.Pack": {},
    "cures.MinibatchStd": {},
    "cures.MinibatchDiscrimination": {"kernels": 5, "width": 3},
    "data.read_asset": {"name": "faces.npz"},
    "data.digits": {"full": False, "path": None},
    "data.faces": {},
    "data.to_float": {"pictures": DIGITS},
    "data.to_pixels": {"pictures": FLOATS},
    "data.ring": {"n": 5, "modes": 3, "radius": 1.0, "spread": 0.1, "seed": 1},
    "data.ring_centres": {"modes": 3, "radius": 1.0},
    "data.grid_centres": {"side": 3, "gap": 1.0},
    "data.gaussians": {"n": 5, "centres": POINTS, "spread": 0.1, "seed": 1},
    "data.measured": {"lesson": "lesson_04"},
    "dirac.dirac_field": {
        "theta": 1.0,
        "psi": -1.0,
        "objective": "minimax",
        "gamma": 0.1,
        "sigma": 0.1,
    },
    "dirac.trajectory": {
        "field": lambda: dirac.dirac_field,
        "step_size": 0.1,
        "order": "G first",
        "steps": 3,
        "start": (1.0, 0.5),
    },
    "dirac.equilibrium_jacobian": {"objective": "minimax", "gamma": 0.1, "sigma": 0.1},
    "dirac.step_matrix": {"jacobian": np.eye(2), "step_size": 0.1, "order": "D first"},
    "game.allowed": {
        "knobs": {"batch": game.Knob(4, 1, 8, "int")},
        "name": "batch",
        "value": 4,
    },
    "judge.classifier": {"initializer": "zeros"},
    "judge.Judge": {"weights": lambda: data.read_asset("judge.npz")},
    "judge.Judge.look": {"self": judge.judge, "pictures": DIGITS},
    "judge.Judge.features": {"self": judge.judge, "pictures": DIGITS},
    "judge.Judge.probabilities": {"self": judge.judge, "pictures": DIGITS},
    "judge.Judge.labels": {"self": judge.judge, "pictures": DIGITS},
    "judge.judge": {},
    "judge.verdict": {"fakes": DIGITS, "real": lambda: few_digits(), "seed": 1},
    "machine.memory_limit": {},
    "machine.wrong_versions": {},
    "machine.report": {},
    "metrics.frechet_distance": {"a": POINTS, "b": POINTS + 1},
    "metrics.classifier_score": {"probabilities": np.full((3, 2), 0.5)},
    "metrics.coverage": {"labels": np.array([0, 1, 1]), "classes": 3, "share": 0.01},
    "metrics.nearest": {"queries": POINTS, "references": POINTS + 1, "chunk": 100},
    "metrics.mode_report": {"points": POINTS, "centres": POINTS, "spread": 0.1},
    "metrics.alive": {"masses": DENSITY},
    "metrics.precision_recall": {"real": POINTS, "fake": POINTS + 1, "k": 2},
    "metrics.distances": {"a": POINTS, "b": POINTS + 1},
    "metrics.kl_divergence": {"p": DENSITY, "q": OTHER, "dx": 1.0},
    "metrics.js_divergence": {"p": DENSITY, "q": OTHER, "dx": 1.0},
    "metrics.wasserstein_1d": {"p": DENSITY, "q": OTHER, "dx": 1.0},
    "networks.digit_generator": {"latent_dim": 3, "classes": 2},
    "networks.digit_discriminator": {"classes": 2},
    "networks.repair_discriminator": {"blind": True},
    "networks.point_generator": {"latent_dim": 2, "width": 4, "depth": 1},
    "networks.point_discriminator": {"width": 4, "depth": 1, "cures": True},
    "objectives.log_loss_d": {"real": LOGITS, "fake": LOGITS, "smoothing": 0.1},
    "objectives.least_squares_d": {"real": LOGITS, "fake": LOGITS, "smoothing": 0.1},
    "objectives.hinge_d": {"real": LOGITS, "fake": LOGITS, "smoothing": 0.1},
    "objectives.wasserstein_d": {"real": LOGITS, "fake": LOGITS, "smoothing": 0.1},
    "objectives.minimax_g": {"fake": LOGITS},
    "objectives.non_saturating_g": {"fake": LOGITS},
    "objectives.least_squares_g": {"fake": LOGITS},
    "objectives.raise_score_g": {"fake": LOGITS},
    "objectives.input_slope": {"discriminator": discriminator, "x": lambda: tf.constant(POINTS)},
    "objectives.r1": {"slope": SCORES},
    "objectives.wgan_gp": {"slope": SCORES},
    "objectives.between": {
        "real": POINTS,
        "fake": POINTS + 1,
        "mix": np.full((6, 1), 0.5, np.float32),
    },
    "objectives.no_penalty": {"discriminator": discriminator, "real": POINTS, "fake": POINTS},
    "panels.Cockpit.play": {"self": panel, "seconds": 1.0},
    "panels.Cockpit.pause": {"self": panel},
    "panels.Cockpit.step": {"self": panel, "moves": "D alone"},
    "panels.Cockpit.reset": {"self": panel, "seed": 1},
    "panels.Cockpit.go_to": {"self": panel, "step": 0},
    "panels.Cockpit.still": {"self": panel},
    "panels.Cockpit.retire": {
        "self": lambda: panels.cockpit(point_game(), stage=panels.PlaneStage(POINTS))
    },
    "panels.CurvePad": {"columns": 3, "value": (0.0, 0.5, 1.0), "name": "A curve."},
    "panels.Explorer.redraw": {"self": lambda: panels.explore(lambda figure, x: None, x=True)},
    "panels.Explorer.still": {"self": lambda: panels.explore(lambda figure, x: None, x=True)},
    "panels.HolePad": {"digit": DIGITS[0], "value": (3, 4), "name": "A hole."},
    "panels.HolePad.show": {"self": lambda: panels.HolePad(DIGITS[0]), "digit": DIGITS[0]},
    "panels.PlaneStage": {
        "real": POINTS,
        "centres": POINTS,
        "spread": 0.1,
        "density": lambda: len,
        "span": 3.0,
        "layers": ("D", "real"),
    },
    "panels.PlaneStage.open": {
        "self": lambda: panels.PlaneStage(POINTS),
        "game": point_game,
        "title": "A game",
        "switches": None,
    },
    "panels.PointPad": {"value": ((0.0, 0.5),), "most": 4, "name": "Points."},
    "panels.cockpit": {
        "game": digit_game,
        "autosave": None,
        "title": "A game",
        "stop_at": 20,
        "show": lambda: pictures.tile,
        "stage": None,
        "samples": 4,
        "presets": {"one": {"batch": 4}},
        "check_up": lambda: checkup.check_up,
    },
    "panels.compare": {
        "game": point_game,
        "left": {"batch": 2},
        "right": {"batch": 4},
        "stage": lambda: panels.PlaneStage(POINTS),
        "seed": 1,
        "title": "Two",
        "stop_at": 20,
    },
    "panels.diagnose": {
        "history": RECORD,
        "objective": "hinge",
        "references": BEST,
        "verdicts": (LOGITS, LOGITS),
    },
    "panels.explore": {
        "draw": lambda: lambda figure, **values: "words",
        "labels": {"x": "X"},
        "size": (64, 40),
        "alt": "A picture.",
        "x": (0.0, 1.0, 0.1),
        "y": [1, 2],
    },
    "panels.line_by_line": {
        "source": ["def f():", "    x = 1"],
        "notes": [(1, {"x": np.float32(1.0)})] * 2,
        "references": {"x": 1.0},
        "size": (64, 40),
    },
    "panels.panels_work": {},
    "panels.record_lines": {"function": lambda: two_lines, "*arguments": [2.0]},
    "patients.healthy_gan": {"pictures": DIGITS, "labels": np.arange(4)},
    "patients.patient_source": {"*names": ["G's sign"]},
    "patients.admit": {
        "source": lambda: patients.patient_source(),
        "pictures": DIGITS,
        "labels": np.arange(4),
        "seed": 1,
    },
    "patients.changed_lines": {"*names": ["G's sign"]},
    "pictures.LivePicture": {"figure": Figure},
    "pictures.LivePicture.moving": {"self": live, "*artists": [lambda: axes().axhline(0)]},
    "pictures.LivePicture.changing": {"self": live, "*artists": [lambda: axes().axhline(0)]},
    "pictures.LivePicture.redo": {"self": live},
    "pictures.LivePicture.pixels": {"self": live},
    "pictures.LossCurves": {"picture": live, "axes": axes},
    "pictures.LossCurves.update": {
        "self": lambda: part(pictures.LossCurves),
        "history": RECORD,
        "references": BEST,
        "at": 2,
        "until": 10,
        "numbers": True,
    },
    "pictures.ModeStrip": {"picture": live, "axes": axes, "modes": 3},
    "pictures.ModeStrip.keep": {
        "self": lambda: part(pictures.ModeStrip, 3),
        "step": 3,
        "masses": DENSITY,
    },
    "pictures.ModeStrip.forget": {"self": lambda: part(pictures.ModeStrip, 3), "step": 3},
    "pictures.ModeStrip.show": {
        "self": lambda: part(pictures.ModeStrip, 3),
        "step": 3,
        "until": 10,
    },
    "pictures.Plane": {
        "picture": live,
        "axes": axes,
        "span": 3.0,
        "real": POINTS,
        "centres": POINTS,
        "radius": 0.1,
    },
    "pictures.Plane.show_real": {"self": lambda: part(pictures.Plane, 3.0), "shown": True},
    "pictures.Plane.show_fakes": {"self": lambda: part(pictures.Plane, 3.0), "points": POINTS},
    "pictures.Plane.show_surface": {
        "self": lambda: part(pictures.Plane, 3.0),
        "values": np.linspace(0, 1, 4),
        "words": "D",
    },
    "pictures.Plane.show_arrows": {
        "self": lambda: part(pictures.Plane, 3.0),
        "points": POINTS,
        "pulls": POINTS,
    },
    "pictures.Plane.show_net": {
        "self": lambda: part(pictures.Plane, 3.0),
        "lines": POINTS[np.newaxis],
    },
    "pictures.Plane.note": {"self": lambda: part(pictures.Plane, 3.0), "words": "a note"},
    "pictures.ScoreHistograms": {"picture": live, "axes": axes},
    "pictures.ScoreHistograms.update": {
        "self": lambda: part(pictures.ScoreHistograms),
        "on_real": LOGITS,
        "on_fake": LOGITS,
    },
    "pictures.dots": {"fake": POINTS, "real": POINTS, "span": 3.0, "side": 20},
    "pictures.draw_losses": {
        "figure": Figure,
        "records": {"a": RECORD},
        "references": BEST,
        "top": 4.0,
    },
    "pictures.draw_value": {"figure": Figure, "made": {"x": LOGITS}, "references": {"x": 1.0}},
    "pictures.film": {"frames": [DIGITS[0], DIGITS[1]], "path": "a.gif", "seconds": 1.0},
    "pictures.gaussian_mixture": {"centres": POINTS, "spread": 0.1},
    "pictures.new_figure": {"width": 64, "height": 40},
    "pictures.png": {"picture": DIGITS[0], "level": 1},
    "pictures.still": {"picture": DIGITS[0], "words": "A digit.", "width": 64},
    "pictures.tile": {"pictures": FLOATS, "columns": 2, "gap": 1},
    "pictures.to_bytes": {"pictures": FLOATS},
    "repair.box": {"top": 7, "left": 7, "height": 14, "width": 14},
    "repair.half": {"missing": "left", "at": 14},
    "repair.stroke": {"random": lambda: np.random.default_rng(0), "brush": 5, "length": 4},
    "repair.holes": {"n": 3, "seed": 1},
    "repair.cover": {"pictures": FLOATS, "known": KNOWN},
    "repair.shrink": {"pictures": FLOATS},
    "repair.enlarge": {"small": FLOATS[:, :7, :7]},
    "repair.psnr": {"repaired": FLOATS, "true": -FLOATS, "known": KNOWN},
    "repair.sharpness": {"pictures": FLOATS, "known": KNOWN},
    "runtime.cpu_limit": {},
    "runtime.device_line": {},
    "training.GAN": {
        "make_generator": lambda: lambda: networks.point_generator(2, 4, 1),
        "make_discriminator": lambda: lambda: networks.point_discriminator(4, 1),
        "data": POINTS,
        "labels": None,
        "seed": 1,
    },
    "training.GAN.compile": {
        "self": compiled,
        "objective": "hinge",
        "d_optimizer": "adam",
        "g_optimizer": None,
        "d_steps": 1,
        "penalty": "R1",
        "penalty_weight": 1.0,
        "noise": 0.1,
        "smoothing": 0.1,
        "batch": 4,
    },
    "training.GAN.save": {"self": point_game, "filepath": "a.keras", "overwrite": True},
    "training.GAN.load": {"path": saved, "data": POINTS, "labels": None},
    "training.GAN.turn": {"self": point_game, "batch": 4, "noise": 0.1, "objective": "hinge"},
    "training.GAN.attach": {"self": digit_game, "data": DIGITS, "labels": np.arange(4)},
    "training.GAN.advance": {"self": point_game, "steps": 1},
    "training.GAN.sample": {"self": digit_game, "n": 2, "z": None, "label": 3},
    "training.GAN.latents": {"self": point_game, "n": 2},
    "training.GAN.verdicts": {"self": point_game, "n": 2},
    "training.GAN.references": {"self": point_game},
    "training.GAN.instruments": {"self": small_game},
    "training.GAN.snapshot": {"self": point_game},
    "training.GAN.restore": {"self": point_game, "snapshot": lambda: point_game().snapshot()},
    "training.GAN.reset": {"self": digit_game, "seed": 1},
    "training.PictureGAN.verdicts": {"self": face_game, "n": 2},
    "training.PointGAN.judge": {"self": point_game, "x": POINTS},
    "training.PointGAN.pulls": {"self": point_game, "n": 2},
    "training.PointGAN.reset": {"self": point_game, "seed": 1},
    "training.RepairGAN.examples": {"self": repair_game, "n": 2},
    "training.RepairGAN.repair": {
        "self": repair_game,
        "given": GIVEN,
        "z": np.ones((2, 16), np.float32),
    },
    "training.RepairGAN.sample": {"self": repair_game, "n": 2},
    "training.RepairGAN.references": {"self": repair_game},
    "training.d_step": {
        "generator": generator,
        "discriminator": discriminator,
        "optimizer": lambda: ready(1),
        "loss": lambda: log_d,
        "real": POINTS,
        "z": POINTS,
        "penalty": lambda: objectives.no_penalty,
    },
    "training.g_step": {
        "generator": generator,
        "discriminator": discriminator,
        "optimizer": lambda: ready(0),
        "loss": lambda: objectives.raise_score_g,
        "z": POINTS,
    },
    "training.ema_step": {"average": generator, "network": generator, "step": 3, "memory": 0.9},
    "training.digit_game": {"data": DIGITS, "labels": np.arange(4), "seed": 1},
    "training.face_game": {"data": np.zeros((2, 64, 64, 3), np.uint8), "trained": False, "seed": 1},
    "training.point_game": {"data": POINTS, "latent": 2, "width": 4, "seed": 1},
    "training.repair_game": {"data": DIGITS, "seed": 1, "blind": True},
    "training.repair_g_step": {
        "generator": generator,
        "discriminator": discriminator,
        "optimizer": lambda: ready(0),
        "loss": lambda: objectives.raise_score_g,
        "weight": 0.5,
        "z": POINTS,
        "target": POINTS,
    },
}

if find_spec("torch"):
    import torch

    from gan_lessons import torch_game

    @cache
    def torch_digits():
        return torch_game.TorchGame(DIGITS)

    def torch_saved():
        torch_digits().save("a.pt")
        return "a.pt"

    def sgd(which):
        return torch.optim.SGD(getattr(torch_digits(), which).parameters(), 0.01)

    def four_pictures():
        return torch.zeros(4, 1, 28, 28)

    def four_latents():
        return torch.zeros(4, 32)

    def four_logits():
        return torch.zeros(4, 1)

    TORCH = {
        "TorchGame": {
            "data": DIGITS, "seed": 1, "device": "cpu",
            "make_generator": lambda: torch_game.torch_generator,
            "make_discriminator": lambda: torch_game.torch_discriminator,
            "moves": (torch_game.torch_d_step, torch_game.torch_g_step),
            "losses": (torch_game.torch_d_loss, torch_game.torch_g_loss),
        },
        "TorchGame.reset": {"self": torch_digits, "seed": 1},
        "TorchGame.turn": {"self": torch_digits, "batch": 4, "d_rate": 0.01},
        "TorchGame.advance": {"self": torch_digits, "steps": 1},
        "TorchGame.sample": {"self": torch_digits, "n": 2, "z": None},
        "TorchGame.verdicts": {"self": torch_digits, "n": 2},
        "TorchGame.restore": {
            "self": torch_digits, "snapshot": lambda: torch_digits().snapshot(),
        },
        "TorchGame.save": {"self": torch_digits, "path": "b.pt"},
        "TorchGame.load": {"self": torch_digits, "path": torch_saved},
        "device_line": {"device": lambda: torch.device("cpu")},
        "gradient_norm": {"network": lambda: torch_digits().generator},
        "no_extra": {"discriminator": None, "real": None, "fake": None},
        "torch_d_loss": {"real": four_logits, "fake": four_logits},
        "torch_g_loss": {"fake": four_logits},
        "torch_r1": {"discriminator": lambda: torch_digits().discriminator, "real": four_pictures},
        "torch_generator": {"latent_dim": 4},
        "torch_d_step": {
            "generator": lambda: torch_digits().generator,
            "discriminator": lambda: torch_digits().discriminator,
            "optimizer": lambda: sgd("discriminator"),
            "loss": lambda: torch_game.torch_d_loss, "real": four_pictures, "z": four_latents,
            "penalty": lambda: torch_game.no_extra,
        },
        "torch_g_step": {
            "generator": lambda: torch_digits().generator,
            "discriminator": lambda: torch_digits().discriminator,
            "optimizer": lambda: sgd("generator"),
            "loss": lambda: torch_game.torch_g_loss, "z": four_latents,
        },
    }  # fmt: skip
    GOOD |= {f"torch_game.{name}": good for name, good in TORCH.items()}

# --- Junk -----------------------------------------------------------------------------------------

FEW = ["junk", -1, np.nan]
JUNK = [
    *FEW, None, True, 10**30, [None], np.empty((0, 2)), ..., object(), 1.5, np.inf,
    10**9, -(10**30), 1e300, -1e300, "",
    b"junk", int, lambda *_: None, [], (), {}, {"junk": 1}, ["a", "b"], ("D", "G"),
    [[1, 2], [3]], 0, 3, 1e-300, 1j, range(3), np.float32(0.5), np.bool_(True), np.array(1.0),
    np.empty(0), np.empty((0, 28, 28, 1), np.float32), np.empty((3, 0)), np.arange(3),
    np.array([0.5, 0.5]), np.array(["a", None], object), np.zeros((2, 2)), np.zeros((6, 3)),
    np.zeros((2,) * 5), -POINTS, POINTS * 1e30, np.full((6, 2), np.nan), np.full((6, 2), np.inf),
    np.full((6, 2), 1e300), POINTS > 0, POINTS.astype(complex), POINTS.astype(str),
    POINTS.astype(object), DIGITS, DIGITS[..., np.newaxis].astype(int), FLOATS * 1e30,
    np.full((2, 28, 28, 1), np.nan), np.zeros((2, 28, 28, 2)), COLOUR, COLOUR.astype(np.uint8),
]  # fmt: skip

# What a function of the learner's returns or raises is the learner's own, as is a whole program.
CALLED = {
    ("dirac.trajectory", "field"), ("panels.PlaneStage", "density"), ("panels.cockpit", "show"),
    ("panels.cockpit", "check_up"), ("training.GAN", "make_generator"), ("checkup.check_up", "gan"),
    ("training.GAN", "make_discriminator"), ("panels.explore", "draw"), ("training.d_step", "loss"),
    ("training.d_step", "penalty"), ("training.g_step", "loss"), ("training.repair_g_step", "loss"),
    ("training.d_step", "generator"), ("training.d_step", "discriminator"),
    ("training.g_step", "generator"), ("training.g_step", "discriminator"),
    ("training.repair_g_step", "generator"), ("training.repair_g_step", "discriminator"),
    ("objectives.input_slope", "discriminator"), ("torch_game.torch_r1", "discriminator"),
    ("torch_game.TorchGame", "make_generator"), ("torch_game.TorchGame", "make_discriminator"),
    ("torch_game.torch_d_step", "loss"), ("torch_game.torch_d_step", "penalty"),
    ("torch_game.torch_g_step", "loss"), ("checkup.check_up", "rules"),
}  # fmt: skip
OWN_PROGRAM = {("patients.admit", "source"), ("panels.record_lines", "*arguments")}
# Another word by which a message may tell of an argument
SYNONYMS = {
    ("augment.brightness", "x"): "amount",
    ("augment.contrast", "x"): "factor",
    ("augment.cutout", "x"): "top",
    ("augment.saturation", "x"): "factor",
    ("augment.translate", "x"): "down",
    ("metrics.mode_report", "points"): "centres",
    ("training.point_game", "latent"): "latent_dim",
    ("data.measured", "lesson"): "measured",
    ("game.allowed", "knobs"): "knob",
    ("game.allowed", "name"): "knob",
    ("game.allowed", "value"): "batch",
    ("metrics.coverage", "classes"): "labels",
    ("metrics.precision_recall", "k"): "real",
    ("panels.CurvePad", "columns"): "value",
    ("panels.cockpit", "stage"): "plane",
    ("panels.PlaneStage.open", "game"): "plane",
    ("patients.admit", "pictures"): "labels",
    ("pictures.Plane.show_arrows", "points"): "pulls",
    ("repair.psnr", "true"): "repaired",
    ("training.GAN.attach", "data"): "labels",
    ("training.digit_game", "data"): "labels",
    ("torch_game.TorchGame.load", "path"): "saved game",
    ("torch_game.TorchGame.save", "path"): "file's name",
    ("training.GAN.load", "path"): "saved game",
    ("training.GAN.save", "filepath"): "file's name",
}
# NaN and infinity may go in, and NaN comes out, as these say: what runs in a compiled graph …
PASSES_NAN = ("augment.", "objectives.", "dirac.dirac_field", "training.ema_step")
PASSES_NAN += ("training.d_step", "training.g_step", "training.repair_g_step")
# … and these may make NaN of what is finite, as they say.
MAKES_NAN = {"dirac.trajectory", "objectives.wgan_gp", "training.PointGAN.judge"}


def fresh(value):
    """A good argument; one that is a function of this file is made anew."""
    if isinstance(value, list) and value and inspect.isfunction(value[0]):
        return [item() for item in value]
    made = inspect.isfunction(value) or hasattr(value, "cache_info")
    return value() if made or value is Figure or value is cures.Pack else value


def call(name, changed=()):
    """Call a function with its good arguments, some of them changed."""
    named = {key: fresh(value) for key, value in GOOD[name].items()} | dict(changed)
    star = [key for key in named if key.startswith("*")]
    if not star:
        return PUBLIC[name](**named)
    before = [named.pop(key) for key in ("self", "function") if key in named]
    return PUBLIC[name](*before, *named.pop(star[0]), **named)


@contextmanager
def guarded():
    """TimeoutError where a call hangs, MemoryError where it takes all that it is told to.

    Elsewhere than on Linux such a call would take its time, or all the memory.
    """
    if sys.platform != "linux":
        yield
        return
    import resource

    def late(*_):
        raise TimeoutError(f"no answer in {PATIENCE} seconds")

    limits = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMORY, limits[1]))
    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        resource.setrlimit(resource.RLIMIT_AS, limits)


def holds_nan(found):
    """Whether there is NaN in what was returned."""
    if isinstance(found, dict | tuple | list):
        return any(map(holds_nan, found.values() if isinstance(found, dict) else found))
    found = found.numpy() if tf.is_tensor(found) else found
    if not isinstance(found, float | np.ndarray | np.generic):
        return False
    found = np.asarray(found)
    return found.dtype.kind in "fc" and bool(np.isnan(found).any())


def is_finite(junk):
    """Whether it stays finite as float32, which networks are."""
    try:
        return bool(np.isfinite(np.asarray(junk, np.complex64)).all())
    except (TypeError, ValueError, OverflowError):
        return True  # no numbers


def complaint(name, argument, junk):
    """What is wrong with the answer to junk; None where it works or is refused in good words."""
    if callable(junk) and (name, argument) in CALLED:
        return None
    try:
        with guarded(), np.errstate(all="ignore"):
            found = call(name, {argument: [junk] if argument.startswith("*") else junk})
    except (TypeError, ValueError) as error:
        where = traceback.extract_tb(error.__traceback__)[-1].filename
        names = argument.strip("*"), SYNONYMS.get((name, argument), argument)
        if not where.startswith(HOME):
            return f"{type(error).__name__} from {where}: {error}"
        named = str(error).partition(" must ")[0]
        if not any(re.search(rf"\b{re.escape(n)}\b", named) for n in names):
            return f"{type(error).__name__} does not name it: {error}"
    except FileNotFoundError as error:
        return None if isinstance(junk, str) and str(junk) in str(error) else repr(error)
    except BaseException as error:
        return repr(error)
    else:
        may = name in MAKES_NAN or (name.startswith(PASSES_NAN) and not is_finite(junk))
        if holds_nan(found) and not may:
            return f"a silent NaN: {found}"
    return None


# --- The tests ------------------------------------------------------------------------------------

PUBLIC = public()
# Those that take long where they work meet less junk, but for the long tests.
DEAR = (
    "checkup.check_up", "judge.Judge", "networks.", "panels.C", "panels.c", "patients.",
    "pictures.LossCurves", "pictures.ModeStrip", "pictures.Plane", "pictures.ScoreHistograms",
    "training.",
)  # fmt: skip
ARGUMENTS = [(n, key) for n, good in GOOD.items() for key in good if key != "self" and n in PUBLIC]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """What is written goes to a folder of its own; what is printed is not read."""
    monkeypatch.chdir(tmp_path)


def test_every_public_function_is_here():
    """Without arguments there is nothing to get wrong; checks of exercises have tests below."""
    missing = {
        name
        for name, function in PUBLIC.items()
        if name not in GOOD and name not in KERAS and not name.startswith("exercises.")
        if inspect.signature(function).parameters.keys() - {"self"}
    }
    assert missing == MADE_ELSEWHERE
    assert {n for n in GOOD if n not in PUBLIC} <= {n for n in GOOD if n.startswith("torch_game.")}
    for name, argument in ARGUMENTS:
        taken = inspect.signature(PUBLIC[name]).parameters
        assert argument.strip("*") in taken or any(p.kind == p.VAR_KEYWORD for p in taken.values())


@pytest.mark.parametrize("name", [name for name in GOOD if name in PUBLIC])
def test_good_arguments_work(name):
    assert not holds_nan(call(name))


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS)
def test_junk_works_or_is_refused_in_good_words(name, argument):
    if (name, argument) in OWN_PROGRAM:
        pytest.skip("a whole program of the learner's")
    for junk in FEW if name.startswith(DEAR) else JUNK:
        assert complaint(name, argument, junk) is None, repr(junk)


@pytest.mark.long
@pytest.mark.parametrize(("name", "argument"), [a for a in ARGUMENTS if a[0].startswith(DEAR)])
def test_all_junk_where_it_is_dear(name, argument):
    if (name, argument) not in OWN_PROGRAM:
        for junk in JUNK:
            assert complaint(name, argument, junk) is None, repr(junk)


ANYTHING = st.one_of(
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=3),
    st.lists(st.floats(), max_size=4),
    hnp.arrays(
        st.sampled_from([np.float64, np.float32, np.int64, np.int16, np.bool_, np.complex64]),
        hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3),
    ),
)


@pytest.mark.parametrize("name", sorted({n for n, _ in ARGUMENTS if not n.startswith(DEAR)}))
def test_anything_works_or_is_refused_in_good_words(name, tmp_path):
    few = HealthCheck.too_slow, HealthCheck.function_scoped_fixture

    @settings(max_examples=10, deadline=None, suppress_health_check=few)
    @given(st.sampled_from([key for n, key in ARGUMENTS if n == name]), ANYTHING)
    def check(argument, junk):
        if (name, argument) not in OWN_PROGRAM:
            assert complaint(name, argument, junk) is None

    check()


NUMBERS = [
    (name, key)
    for name, key in ARGUMENTS
    if type(GOOD[name][key]) in (int, float) and not name.startswith("panels.Cockpit.")
]


@pytest.mark.parametrize(("name", "argument"), NUMBERS)
def test_true_is_no_number(name, argument):
    with pytest.raises((TypeError, ValueError)):
        call(name, {argument: True})


@pytest.mark.parametrize(
    ("name", "argument"),
    [pytest.param(*n, marks=pytest.mark.long if n[0].startswith(DEAR) else ()) for n in NUMBERS],
)
def test_numpy_s_numbers_are_as_good_as_python_s(name, argument):
    value = GOOD[name][argument]
    for kind in (np.int64, np.int16) if isinstance(value, int) else (np.float64, np.float32):
        if kind(value) == value or isinstance(value, float):
            call(name, {argument: kind(value)})


# --- The checks of exercises ----------------------------------------------------------------------

# What the notebook gives them, not the learner
GIVEN_THERE = {
    "check_bridges": {"z": POINTS, "J": np.zeros((6, 2, 2)), "good": POINTS[:, 0] > 0},
    "check_threes": {"judged": lambda z: np.zeros(len(z), int)},
    "check_order": {"medians": {"a": 1.0, "b": 0.0}},
    "check_g_step": {
        "loss": objectives.raise_score_g,
        "make_generator": generator,
        "make_discriminator": discriminator,
        "make_optimizer": lambda: keras.optimizers.SGD(0.1),
    },
    "check_states": {"truth": {"a": "D wins"}},
    "check_repair": {"play": lambda seed, knobs: 3.0, "good_enough": 2.0, "broken": 3.0},
    "check_all_alive": {"play": lambda name, knobs, seed: [0], "name": "a game"},
    "check_ward": {"truth": {"a": "range"}},
    "check_heal": {"name": "it", "play": lambda *_: 1 / 0, "line": 1.0},
    "check_winners": {"scores": {n: {0.25: 1.0} for n in ("psnr", "accuracy", "distance")}},
    "check_nothing_known": {"data": FLOATS},
}


def learners(name):
    """What the learner gives to a check."""
    check = PUBLIC[f"exercises.{name}"]
    names = [
        p.name for p in inspect.signature(check).parameters.values() if p.kind != p.VAR_POSITIONAL
    ]
    there = GIVEN_THERE.get(name, {})
    return [n for n in names if n not in there and n not in SETTINGS]


SETTINGS = {"locked", "line", "seeds"}


@pytest.mark.parametrize("name", exercises.__all__)
def test_a_check_says_no_to_junk(name, capsys):
    check, there = PUBLIC[f"exercises.{name}"], GIVEN_THERE.get(name, {})
    for junk in JUNK:
        with guarded(), np.errstate(all="ignore"):
            found = check(**there, **dict.fromkeys(learners(name), junk))
        assert found is False, repr(junk)
        said = capsys.readouterr().out
        assert "✗" in said or "·" in said
