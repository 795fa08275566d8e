"""A game's file: written whole or not at all, read only where it is whole, named where it fails."""

import contextlib
import os
import sys
import textwrap
import time
import zipfile
from glob import escape
from pathlib import Path

LEFT_OVER = 60  # seconds since a part was last written to: whoever wrote it is dead
ROOM = "make room on its disk, or choose a folder that is there and that you may write to"
ANEW = "take an older copy of the file, or train anew"


@contextlib.contextmanager
def written_whole(path, ending):
    """Give a path beside ``path`` to write to; what stands there at the end becomes ``path``.

    Whatever stops the writing, ``path`` is as it was, and nothing is left beside it but by a kill;
    that goes with a later save. OSError, with the path and the cure, where it cannot be written;
    ValueError where its name does not end in ``ending``.
    """
    path = Path(path)
    if path.suffix != ending:
        raise ValueError(f"the file's name must end in {ending}, got {path.name!r}")
    part = path.with_name(f".{path.stem}-{os.getpid()}.part{ending}")
    before = sys.exception()  # whoever saves while another error is dealt with
    try:
        _sweep(path, ending)
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())  # else a power cut could leave a name without its content
        os.replace(part, path)
    except Exception as error:
        causes = [cause for cause in _story(error, before) if isinstance(cause, OSError)]
        if not causes:
            raise
        cause = causes[-1]  # what a full disk leads to is often another error
        why = f"not saved: {cause.strerror or cause}; {ROOM}"
        raise OSError(cause.errno, why, str(path)) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


def _sweep(path, ending):
    """Remove the parts that killed kernels left of saves to ``path``."""
    for part in path.parent.glob(f".{escape(path.stem)}-*.part{ending}"):
        with contextlib.suppress(OSError):
            if part.stat().st_mtime < time.time() - LEFT_OVER:
                part.unlink()


def _story(error, before):
    """An error and what led to it, latest first; ``before`` and what led to that are left out."""
    while error not in (None, before):
        yield error
        error = error.__cause__ or error.__context__


@contextlib.contextmanager
def read_whole(path):
    """Give ``path`` to read from, once it was found to be a whole archive.

    FileNotFoundError or ValueError, with the path and the cure, where it is not, and ValueError
    where reading it in the ``with`` goes wrong.
    """
    path, before = Path(path), sys.exception()
    if not path.exists():
        raise FileNotFoundError(f"there is no saved game {path}; check its name and its folder")
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
    except Exception as error:  # it may say anything of bytes that are no archive
        raise ValueError(f"{path} is damaged, or no saved game ({error}); {ANEW}") from error
    if damaged:
        raise ValueError(f"{path} is damaged, in its part {damaged}; {ANEW}")
    try:
        yield path
    except Exception as error:
        *_, first = _story(error, before)  # Keras wraps it into pages of its own
        why = textwrap.shorten(f"{type(first).__name__}: {first}", 300, placeholder=" …")
        raise ValueError(
            f"{path} is no saved game that can be read here ({why}). Layers of your own must be "
            f"defined first, and networks be those that were saved; otherwise {ANEW}"
        ) from error
