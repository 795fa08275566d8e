"""Many pictures as one array, and arrays or figures as PNG bytes and GIF films."""

import math
import struct
import zlib

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from gan_lessons import arguments


def to_bytes(pictures):
    """Return pictures as uint8: floats in [-1, 1] become 0 … 255 (clipped), uint8 stays as it is.

    Raises TypeError on any other kind of number, so that 0 … 255 floats or 0 … 1 integers are
    never shown wrongly in silence.
    """
    pictures = arguments.plain("pictures", pictures)
    if pictures.dtype == np.uint8:
        return pictures
    if not np.issubdtype(pictures.dtype, np.floating):
        raise TypeError(
            f"pictures are {pictures.dtype}; give floats in [-1, 1], or uint8 from 0 to 255"
        )
    scaled = np.nan_to_num(pictures) * np.float32(127.5) + np.float32(128)
    return np.clip(scaled, 0, 255).astype(np.uint8)


def tile(pictures, columns=None, gap=1):
    """Lay pictures out in rows as one picture.

    pictures: (n, height, width, 1 or 3), floats in [-1, 1] or uint8
    columns:  pictures in a row; by default as near to a square as n allows
    gap:      white pixels between two pictures
    Returns uint8 of shape (H, W), or (H, W, 3) for colour.
    """
    pictures = arguments.plain("pictures", pictures)
    if pictures.ndim != 4 or pictures.shape[-1] not in (1, 3) or not pictures.size:
        raise ValueError(
            f"pictures have shape {pictures.shape}; give (n, height, width, channels) "
            "with at least one picture and 1 or 3 channels"
        )
    n, height, width, channels = pictures.shape
    columns = math.ceil(math.sqrt(n)) if columns is None else columns
    columns = arguments.whole("columns", columns, 1, max(n, 1000))
    gap = arguments.whole("gap", gap, 0, 1000)
    rows = math.ceil(n / columns)
    sheet = np.full((rows * columns, height + gap, width + gap, channels), 255, np.uint8)
    sheet[:n, :height, :width] = to_bytes(pictures)
    sheet = sheet.reshape(rows, columns, height + gap, width + gap, channels)
    sheet = sheet.swapaxes(1, 2).reshape(rows * (height + gap), columns * (width + gap), channels)
    sheet = sheet[: sheet.shape[0] - gap, : sheet.shape[1] - gap]
    return np.ascontiguousarray(sheet[..., 0] if channels == 1 else sheet)


def figure_pixels(figure):
    """Draw a matplotlib figure and return its pixels, uint8 (height, width, 3)."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3]


def _chunk(kind, data):
    """One PNG chunk: its length, its kind, its data, and a checksum of the last two."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(picture, level=1):
    """Encode a matplotlib Figure or a uint8 array (H, W) or (H, W, 3) as PNG bytes.

    level: 1 (fast, for pictures that change many times a second) to 9 (small, to keep).
    Written by hand because this is twice as fast as a library that looks for the best filter.
    """
    arguments.kind("picture", picture, np.ndarray | Figure, "a Figure or an array of uint8")
    level = arguments.whole("level", level, 0, 9)
    pixels = picture if isinstance(picture, np.ndarray) else figure_pixels(picture)
    grey = _checked("picture", pixels).ndim == 2
    height, width = pixels.shape[:2]
    rows = np.zeros((height, 1 + pixels[0].size), np.uint8)  # each row starts with "no filter"
    rows[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, 0 if grey else 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(rows, level))
        + _chunk(b"IEND", b"")
    )


def _checked(name, pixels):
    """Pixels as an array, or an error unless they are uint8 (H, W) or (H, W, 3)."""
    pixels = arguments.plain(name, pixels)
    right = pixels.dtype == np.uint8 and pixels.size and pixels.ndim in (2, 3)
    if not right or pixels.shape[2:] not in ((), (3,)):
        raise ValueError(
            f"{name} must be uint8 (H, W) or (H, W, 3), for example from tile(pictures); "
            f"got {pixels.dtype} {pixels.shape}"
        )
    return pixels


def film(frames, path, seconds=4.0):
    """Write an animated GIF that plays once through ``frames`` in ``seconds`` and starts again.

    frames: pictures of one size, uint8 (H, W) or (H, W, 3), as tile() gives them; each is kept in
    16 colours, which makes a third of the bytes and is hardly seen
    """
    arguments.number("seconds", seconds, high=600, above=0)  # a GIF holds no frame for longer
    arguments.path("path", path)
    frames = [_checked("frames", frame) for frame in arguments.items("frames", frames)]
    frames = [Image.fromarray(frame).quantize(16) for frame in frames]
    if not frames:
        raise ValueError("frames must hold at least one frame; collect some tile(pictures) first")
    sizes = {frame.size for frame in frames}
    if len(sizes) > 1:
        raise ValueError(f"the frames of a film must have one size, not {sorted(sizes)}")
    each = max(20, round(1000 * seconds / len(frames)))  # browsers play under 20 ms at 100 ms
    first, *others = frames
    first.save(path, format="GIF", save_all=True, append_images=others, duration=each, loop=0)
