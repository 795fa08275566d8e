"""What the games learn from: the shipped digits, all of MNIST, face emoji, and points."""

import hashlib
import io
import json
import socket
import zlib
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import numpy as np

from gan_lessons import arguments

ASSETS = Path(__file__).parent / "assets"
SHA256 = {  # of assets/*.npz; the tool that made one says it
    "digits.npz": "59decb044a52249e224348dde33866978c60c4e9555e509593b924e5618cc030",
    "faces.npz": "f5093737d5a438df70eeef493ce19813be3e0ef3b89dd4db05594d3ddc0f90c0",
    "judge.npz": "3118d389c0a71596025d6a27840bf9d565e7fdab85bcd145d91e3371a6651998",
    "digit_pair.npz": "ecc0eb0c29a9bb9c17f56b6dfbdb4e868994fa2749fa77e070f8e374e76869b9",
    "face_pair.npz": "4e6330f612469456a451ae1bea127534f2d70330d3b6e4964f30b5268beb2096",
    "repair.npz": "3f93d0971b719a91f862680f5bb02ca5f027310b81f182709884ec13741ae0a6",
}
MEASURED_CRC32 = {  # of assets/*.json; a test says the new one after a script has measured anew
    "lesson_02": 0xBBBE4C94,
    "lesson_03": 0x945A0498,
    "lesson_04": 0xABBA6026,
    "lesson_05": 0x1A144462,
    "lesson_08": 0x5CC2A66C,
    "lesson_09": 0xC7FEC40F,
    "lesson_10": 0x405A00F2,
    "lesson_11": 0x5E3C6853,
    "published": 0x900C98E7,
}
PATIENCE = 5.0  # seconds that a silent network may keep a reader waiting


class Digits(NamedTuple):
    """Handwritten digits: pictures (n, 28, 28) uint8, 0 is paper; labels (n,) uint8, 0 to 9."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


class Faces(NamedTuple):
    """Face emoji: pictures (n, 64, 64, 3) uint8 on white, and the name of each, (n,)."""

    x_train: np.ndarray
    x_test: np.ndarray
    names_train: np.ndarray
    names_test: np.ndarray


def read_asset(name: str) -> dict[str, np.ndarray]:
    """The arrays of a shipped file, one of SHA256, read only after its checksum was found right.

    Raises FileNotFoundError or ValueError, naming the file and the cure.
    """
    arguments.choice("name", name, SHA256)
    content = _shipped(name, lambda content: hashlib.sha256(content).hexdigest(), SHA256[name])
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return dict(arrays)


def _shipped(name, checksum, right):
    """The bytes of a shipped file whose checksum is right."""
    path = ASSETS / name
    cure = f"reinstall gan_lessons, or run: git checkout -- gan_lessons/assets/{name}"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; {cure}")
    content = path.read_bytes()
    if checksum(content) != right:
        raise ValueError(f"{path} is damaged (its checksum is not the expected one); {cure}")
    return content


def digits(full: bool = False, path: str | Path | None = None) -> Digits:
    """Handwritten digits from MNIST (LeCun and Cortes): 10,000 to train on, 2,000 to test.

    full: all 60,000 and 10,000, through Keras, which downloads them once
    path: all of them from this local ``mnist.npz`` instead (no need to say ``full`` then)

    The shipped ones need no network. Where all of MNIST cannot be had, one printed line says
    why and the shipped ones are returned.
    """
    if path is not None:
        arguments.path("path", path)
    if arguments.switch("full", full) or path is not None:
        try:
            return _mnist_from_keras() if path is None else _mnist_from_file(path)
        except Exception as error:  # whatever the reason, a lesson goes on with what it has
            why = (str(error).splitlines() or [""])[0] or type(error).__name__
            print(f"All of MNIST cannot be had ({why}); carrying on with the shipped digits.")
    return Digits(**read_asset("digits.npz"))


def faces() -> Faces:
    """The 118 face emoji of Noto Emoji (Google): 94 to train on, 24 held out, a fixed split."""
    return Faces(**read_asset("faces.npz"))


def _mnist_from_keras() -> Digits:
    """All of MNIST as Keras downloads or remembers it, without its progress bar."""
    from gan_lessons.runtime import keras

    with _impatient(PATIENCE), redirect_stdout(io.StringIO()):
        (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    return _checked(Digits(x_train, y_train, x_test, y_test))


def _mnist_from_file(path: str | Path) -> Digits:
    """All of MNIST from a local ``.npz`` with the arrays x_train, y_train, x_test, y_test."""
    with np.load(path, allow_pickle=False) as file:
        if missing := [name for name in Digits._fields if name not in file.files]:
            raise ValueError(f"{path} has no array {', '.join(missing)}")
        return _checked(Digits(*(file[name] for name in Digits._fields)))


@contextmanager
def _impatient(seconds: float):
    """Let new connections time out after this many silent seconds; undone on leaving."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _checked(found: Digits) -> Digits:
    """The digits unchanged, or ValueError where an array is not what MNIST has."""
    for name, size in (("train", 60_000), ("test", 10_000)):
        pictures, labels = getattr(found, f"x_{name}"), getattr(found, f"y_{name}")
        if pictures.shape != (size, 28, 28) or pictures.dtype != np.uint8:
            raise ValueError(
                f"x_{name} must be uint8 {(size, 28, 28)}, got {pictures.dtype} {pictures.shape}"
            )
        if labels.shape != (size,) or not np.isin(labels, range(10)).all():
            raise ValueError(f"y_{name} must hold {size:,} labels from 0 to 9")
    return found


def to_float(pictures: np.ndarray) -> np.ndarray:
    """uint8 pictures (n, h, w) or (n, h, w, c) as float32 (n, h, w, c) in [-1, 1]."""
    pictures = arguments.plain("pictures", pictures)
    if pictures.dtype != np.uint8:
        raise ValueError(f"pictures must be uint8 (0 to 255), got {pictures.dtype}")
    if pictures.ndim not in (3, 4):
        raise ValueError(f"pictures must be (n, h, w) or (n, h, w, c), got {pictures.shape}")
    if pictures.ndim == 3:
        pictures = pictures[..., np.newaxis]
    return pictures.astype(np.float32) / np.float32(127.5) - np.float32(1)


def to_pixels(pictures: np.ndarray) -> np.ndarray:
    """Float pictures (n, h, w, 1 or 3) in [-1, 1] as uint8 (n, h, w) or (n, h, w, 3).

    Values beyond [-1, 1] are clipped; NaN raises ValueError.
    """
    pictures = arguments.plain("pictures", pictures)
    if not np.issubdtype(pictures.dtype, np.floating):
        raise ValueError(f"pictures must be floats in [-1, 1], got {pictures.dtype}")
    if pictures.ndim != 4 or pictures.shape[-1] not in (1, 3):
        raise ValueError(f"pictures must be (n, h, w, 1) or (n, h, w, 3), got {pictures.shape}")
    if np.isnan(pictures).any():
        raise ValueError("pictures hold NaN: the network that made them has diverged")
    pixels = np.rint((np.clip(pictures, -1, 1) + 1) * 127.5).astype(np.uint8)
    return pixels[..., 0] if pixels.shape[-1] == 1 else pixels


def ring(
    n: int, modes: int = 8, radius: float = 2.0, spread: float = 0.05, seed: int = 0
) -> np.ndarray:
    """``n`` points (n, 2) float32 from a ring of Gaussians, each mode equally likely.

    Mode k sits at angle 2πk/modes on a circle of this radius; spread is its standard deviation.
    """
    return gaussians(n, ring_centres(modes, radius), spread, seed)


def ring_centres(modes: int = 8, radius: float = 2.0) -> np.ndarray:
    """The centres (modes, 2) of ``ring``, counted from the right, against the clock."""
    modes = arguments.whole("modes", modes, 1)
    arguments.number("radius", radius, 0)
    angles = 2 * np.pi * np.arange(modes) / modes  # linspace with its end point would lose one
    return radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def grid_centres(side: int = 5, gap: float = 2.0) -> np.ndarray:
    """The centres (side², 2) of a square grid about the origin, ``gap`` apart.

    The default is the grid of the mode-collapse papers: −4 … 4 in steps of 2.
    """
    side = arguments.whole("side", side, 1, 1000)
    arguments.number("gap", gap, 0)
    line = gap * (np.arange(side) - (side - 1) / 2)
    return np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)


def gaussians(n: int, centres: np.ndarray, spread: float = 0.05, seed: int = 0) -> np.ndarray:
    """``n`` points (n, 2) float32, each from a Gaussian about one of the centres (modes, 2).

    All centres are equally likely; spread is the standard deviation of each coordinate.
    """
    centres = arguments.array("centres", centres, "modes", 2).astype(float)
    n = arguments.whole("n", n, 1)
    arguments.number("spread", spread, 0)
    random = np.random.default_rng(arguments.seed(seed))
    chosen = centres[random.integers(len(centres), size=n)]
    return (chosen + spread * random.normal(size=(n, 2))).astype(np.float32)


def measured(lesson):
    """What a lesson's script measured, from ``assets/<lesson>.json``: a dict of plain values.

    Raises FileNotFoundError or ValueError, naming the file and the cure, where that is missing or
    damaged.
    """
    if arguments.text("lesson", lesson) not in MEASURED_CRC32:
        words = ", ".join(MEASURED_CRC32)
        raise ValueError(f"nothing was measured for {lesson!r}; there is {words}")
    return json.loads(_shipped(f"{lesson}.json", _crc32_of_text, MEASURED_CRC32[lesson]))


def _crc32_of_text(content):
    """The same whichever way the lines end: Git may end them as Windows does."""
    return zlib.crc32(content.replace(b"\r\n", b"\n"))
