"""Says in words what the course runs on: versions, processor or GPU, memory and its limit."""

import contextlib
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil
from packaging.requirements import InvalidRequirement, Requirement

REQUIREMENTS = Path(__file__).resolve().parents[1] / "requirements.txt"
MEMORY_LIMITS = (  # of a container, by the two kinds of control groups
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
KERNEL = 1.0e9  # bytes that one lesson may take


def memory_limit() -> int:
    """Bytes of memory that this process may use: the machine's, or fewer in a container."""
    limit = psutil.virtual_memory().total
    for path in MEMORY_LIMITS:
        with contextlib.suppress(OSError, ValueError):  # no such file, or it says "max"
            limit = min(limit, int(path.read_text()))
    return limit


def wrong_versions() -> list[str]:
    """A sentence for each package that is missing or outside the range of requirements.txt.

    Raises FileNotFoundError where there is no such file beside the package.
    """
    found = []
    for text in REQUIREMENTS.read_text(encoding="utf-8").splitlines():
        try:
            wanted = Requirement(text.partition("#")[0].strip())
        except InvalidRequirement:  # a comment, an empty line, "-e ."
            continue
        if wanted.marker and not wanted.marker.evaluate():
            continue
        try:
            here = version(wanted.name)
        except PackageNotFoundError:
            here = "none"
        if here == "none" or not wanted.specifier.contains(here, prereleases=True):
            found.append(f"{wanted.name}: {here} is installed, tested were {wanted.specifier}")
    return found


def report() -> str:
    """Some lines about this machine, each with what to do where something is amiss."""
    from gan_lessons.runtime import device_line  # loads TensorFlow

    memory, used = memory_limit(), psutil.Process().memory_info().rss
    kernels = int(memory // KERNEL)
    lines = [
        f"Python {platform.python_version()}, JupyterLab {version('jupyterlab')}, "
        f"ipywidgets {version('ipywidgets')}",
        device_line(),
        f"memory: {memory / 1e9:.1f} GB in all, this notebook uses {used / 1e9:.1f} GB",
    ]
    if kernels < 3:
        lines.append(
            "  That is room for one lesson at a time: shut a notebook's kernel down before you "
            "run the next (menu Kernel)."
        )
    return "\n".join(lines + _about_versions())


def _about_versions() -> list[str]:
    """The lines of the report on packages; what could not be checked is not called right."""
    try:
        wrong = wrong_versions()
    except FileNotFoundError:
        return [f"? versions not checked: there is no {REQUIREMENTS}"]
    if not wrong:
        return ["✓ all packages are in the range that the course was tested with"]
    cure = "  cure: python -m pip install -r requirements.txt, then restart the kernel"
    return ["✗ versions that the course was not tested with:", *(f"  {w}" for w in wrong), cure]
