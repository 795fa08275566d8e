"""Checks of arguments: each returns what it was given, or raises an error that says what to give.

TypeError for a wrong kind, ValueError for a wrong value. True and False are no numbers here,
NumPy's numbers are as good as Python's, and 3.0 is a whole number.
"""

from collections.abc import Mapping
from numbers import Real
from os import PathLike
from reprlib import Repr

import numpy as np

MOST = 10_000_000  # how many of anything: more is a slip of the keyboard, or no memory holds it
STEPS = 10**9  # of a game, at most
SEEDS = 2**31 - 1  # the largest: a panel's field holds no more
LARGEST = 1e38  # beyond counts as infinite (single precision ends at 3e38), below 1 / 1e38 as 0

_brief = Repr()
_brief.maxstring = _brief.maxother = 60


def _got(value):
    """What was given, in few words."""
    if isinstance(value, np.generic | np.ndarray) and value.ndim == 0:
        value = value.item()
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"got {_kind_of(value)} {tuple(value.shape)}"
    return f"got {_brief.repr(value)}"


def number(name, value, low=None, high=None, *, above=None):
    """A finite real number, at least ``low``, at most ``high``, or more than ``above``."""
    if type(value) is not float:  # which is quick, for a field is asked thousands of times
        if isinstance(value, bool) or not isinstance(value, Real):
            raise TypeError(f"{name} must be a number, {_got(value)}")
        value = value.item() if isinstance(value, np.generic) else value
    if low is not None and value < low:
        raise ValueError(f"{name} must be at least {low}, {_got(value)}")
    if high is not None and value > high:
        raise ValueError(f"{name} must be at most {high}, {_got(value)}")
    if above is not None and value < above + 1 / LARGEST:
        raise ValueError(f"{name} must be above {above}, {_got(value)}")
    if not -LARGEST <= value <= LARGEST:
        raise ValueError(f"{name} must be finite, at most {LARGEST:g} in size, {_got(value)}")
    return value if abs(value) < 2**53 else float(value)  # no array holds a longer int


def whole(name, value, low=0, high=MOST):
    """A whole number from ``low`` to ``high``, as an int."""
    number(name, value, low, high)
    if value != int(value):
        raise ValueError(f"{name} must be a whole number, got {value}")
    return int(value)


def seed(value):
    """A seed of random numbers, as an int."""
    return whole("seed", value, 0, SEEDS)


def switch(name, value):
    """True or False."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, {_got(value)}")
    return bool(value)


def choice(name, value, choices):
    """One of some words."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, {_got(value)}")
    return value


def kind(name, value, kinds, words):
    """An object of some class or classes; ``words`` say which."""
    if not isinstance(value, kinds):
        raise TypeError(f"{name} must be {words}, {_got(value)}")
    return value


def text(name, value):
    """A string."""
    return kind(name, value, str, "a string")


def path(name, value):
    """Where a file is, or will be."""
    kind(name, value, str | PathLike, "a path")
    if not str(value) or "\0" in str(value):
        raise ValueError(f"{name} must be a path, {_got(value)}")
    return value


def function(name, value):
    """Something that can be called."""
    if not callable(value):
        raise TypeError(f"{name} must be a function, {_got(value)}")
    return value


def has(name, value, *members):
    """An object with these members, such as the methods of a game."""
    if isinstance(value, type):
        raise TypeError(f"{name} must be an object, not its class {value.__name__}")
    if missing := [member for member in members if not hasattr(value, member)]:
        raise TypeError(f"{name} must have {', '.join(missing)}, {_got(value)}")
    return value


def array(name, value, *shape, finite=True, least=1):
    """Real numbers as an array of the kind they have.

    shape:  for each axis its size, or a letter for any size of at least 1; without one any shape
    finite: False where NaN and infinity are allowed
    least:  the smallest size of an axis with a letter; 0 where there may be none
    """
    found = plain(name, value)
    if found.dtype.kind not in "iuf":
        raise TypeError(
            f"{name} must be real numbers, {_got(found if found.ndim and found.size else value)}"
        )
    fits(name, found.shape, shape, least)
    if finite and found.dtype.kind == "f" and not _all_finite(found):
        raise ValueError(f"{name} must be finite, but holds NaN, infinity or more than {LARGEST:g}")
    return found


def _all_finite(found):
    if found.dtype.itemsize <= 4:  # single precision ends near LARGEST
        return np.isfinite(found).all()
    return (np.abs(found) <= LARGEST).all()


def points(name, value, *, finite=True, least=1):
    """Points of the plane (n, 2) as an array of floats."""
    return array(name, value, "n", 2, finite=finite, least=least).astype(float)


def densities(p, q, dx):
    """Two densities (n,) on one grid of spacing dx, as arrays."""
    number("dx", dx, above=0)
    p, q = array("p", p, "n"), array("q", q, "n")
    if p.shape != q.shape:
        raise ValueError(f"p and q must have one shape (n,), got {p.shape} and {q.shape}")
    if min(p.min(), q.min()) < 0:
        raise ValueError("p and q must not be negative")
    return p, q


def record(name, value, *columns, least=0):
    """What a game recorded: by name, columns (n,) of one length, NaN among them, as arrays."""
    kind(name, value, Mapping, f"a dict of the arrays {', '.join(columns)}")
    if missing := [column for column in columns if column not in value]:
        raise ValueError(f"{name} must hold {', '.join(columns)}; it lacks {', '.join(missing)}")
    found = {c: array(f"{name}[{c!r}]", value[c], "n", finite=False, least=least) for c in columns}
    sizes = {len(column) for column in found.values()}
    if len(sizes) > 1:
        raise ValueError(f"the columns of {name} must have one length, got {sorted(sizes)}")
    return {**value, **found}


def items(name, value):
    """What can be gone through, as a list."""
    try:
        return list(value)
    except TypeError:
        raise TypeError(f"{name} must be a list, {_got(value)}") from None


def references(value):
    """By name, where a value stands at the optimum, None for nowhere."""
    for best in kind("references", value, Mapping, "a dict of numbers or None by name").values():
        if best is not None:
            number("references", best)
    return value


def plain(name, value):
    """Anything that NumPy takes for an array, as one."""
    try:
        return np.asarray(value)
    except Exception:
        raise TypeError(f"{name} must be an array of numbers, {_got(value)}") from None


def fits(name, shape, wanted, least=1):
    """ValueError unless a shape is as wanted: sizes, None or letters; nothing wanted is any."""
    if not wanted:
        return
    right = len(shape) == len(wanted) and all(
        size is None or want is None or (size >= least if isinstance(want, str) else size == want)
        for size, want in zip(shape, wanted, strict=True)
    )
    if not right:
        words = ", ".join(map(str, wanted)) + "," * (len(wanted) == 1)
        some = f", each letter at least {least}" if 0 in shape else ""
        raise ValueError(f"{name} must have shape ({words}){some}, got {tuple(shape)}")


KINDS = {  # of tensors, by a word; arrays and lists get the first where they have none of them
    "float": ("float32", "float64", "float16", "bfloat16"),
    "float32": ("float32",),
    "int": ("int64", "int32"),
    "int32": ("int32",),
    "number": ("float32", "float64", "int64", "int32", "int16", "int8", "uint8"),
}


def tensor(name, value, *shape, of="float"):
    """A tensor or array, looked at from outside: its kind and its shape, never its values.

    So it costs nothing in a training loop and can stand in a compiled graph. Lists and numbers
    become arrays; of: one of KINDS.
    """
    if not hasattr(value, "dtype") or isinstance(value, np.ndarray):
        value = array(name, value, finite=False)
        pixels = value.dtype == np.uint8 and of[0] == "f"  # 0 … 255 are not what a network takes
        fits_in = (of[0] == "f" and not pixels) or value.dtype.kind in "iu"
        if value.dtype.name not in KINDS[of] and fits_in:
            value = value.astype(KINDS[of][0])
    if _kind_of(value) not in KINDS[of]:
        raise TypeError(f"{name} must be a tensor or an array of {of}s, {_got(value)}")
    known = shape_of(value)
    if known is not None:
        if 0 in known:
            raise ValueError(f"{name} must not be empty, got shape {known}")
        fits(name, known, shape)
    return value


def _kind_of(value):
    return getattr(value.dtype, "name", str(value.dtype))


def each(name, value, x, of="number"):
    """One number for each example of x: a tensor or array (n,)."""
    return tensor(name, value, (shape_of(x) or (None,))[0], of=of)


def paired(**values):
    """ValueError unless all hold equally many examples, as far as that is known."""
    sizes = [(shape_of(value) or (None,))[0] for value in values.values()]
    if len({*sizes} - {None}) > 1:
        raise ValueError(f"{' and '.join(values)} must hold equally many examples, got {sizes}")


def shape_of(value):
    """The shape as a tuple, None in it where a graph does not know a size; None for no shape."""
    if getattr(value.shape, "rank", 0) is None:
        return None
    return tuple(value.shape)


def tensors(**values):
    """Tensors or arrays of floats by name, all of one kind, in a list."""
    found = [tensor(name, value) for name, value in values.items()]
    kinds = list(map(_kind_of, found))
    if len({*kinds}) > 1:
        raise TypeError(f"{' and '.join(values)} must be of one kind, got {' and '.join(kinds)}")
    return found


def numbers(**values):
    """TypeError or ValueError unless these are numbers, or arrays whose shapes fit each other.

    NaN and infinity are allowed, and single floats pass quickly, for a path has thousands.
    """
    if not {*map(type, values.values())} <= {float, np.float64}:
        broadcast(**{name: array(name, value, finite=False) for name, value in values.items()})


def broadcast(**values):
    """ValueError where the shapes of tensors do not fit each other, as far as they are known."""
    shapes = [value.shape for value in values.values()]
    if shapes.count(shapes[0]) == len(shapes):
        return  # the usual case, quickly
    known = [shape_of(value) for value in values.values()]
    try:
        np.broadcast_shapes(*([1 if s is None else s for s in shape or ()] for shape in known))
    except ValueError:
        words = ", ".join(f"{name} {shape_of(v)}" for name, v in values.items())
        raise ValueError(f"these shapes do not fit each other: {words}") from None


def network(name, value):
    """A network: a Keras model, or something that is called like one."""
    return has(name, function(name, value), "trainable_variables")


def seen_by(name, value, player, who):
    """A tensor that a network takes; a Keras model says which shape that is."""
    function(who, player)
    wanted = getattr(player, "input_shape", None)
    single = isinstance(wanted, tuple)
    return tensor(name, value, *(("n", *wanted[1:]) if single else ()))


def dial(name, value, low=None, high=None, of="number"):
    """A number of some range, or a scalar tensor, whose value a graph does not know yet."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if not hasattr(value, "dtype") or isinstance(value, np.generic):
        return (number if of == "number" else whole)(name, value, low, high)
    if shape_of(value) not in ((), None):
        raise ValueError(f"{name} must be one number, {_got(value)}")
    return tensor(name, value, of=of)
