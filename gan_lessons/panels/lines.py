"""A function, line by line: what each line made, shown beside the line that made it."""

import html
import inspect
import sys
from types import FunctionType

import numpy as np

from gan_lessons import arguments as checks
from gan_lessons.panels.explore import explore
from gan_lessons.pictures import draw_value


def record_lines(function, *arguments):
    """Call ``function`` and note what each of its lines made.

    Returns (source lines, notes). A note is (number of the line, counted from 0 at ``def``, {name:
    value}) for each line that ran, with the local variables that it made or changed: tensors as
    arrays, a network that learned as the change of each of its weights.
    """
    checks.kind("function", function, FunctionType, "a function of Python")
    source = inspect.getsource(function).rstrip().splitlines()
    notes, line, seen = [], 0, {}

    def watch(frame, event, _argument):
        nonlocal line, seen
        if frame.f_code is not function.__code__:
            return None
        if event in ("line", "return"):  # the line before this one has just been done
            now = {name: _kept(value) for name, value in frame.f_locals.items()}
            if line:
                made = {n: v for n, v in now.items() if not _same(v, seen.get(n))}
                notes.append((line, _shown(made, seen)))
            line, seen = frame.f_lineno - function.__code__.co_firstlineno, now
        return watch

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        function(*arguments)
    finally:
        sys.settrace(before)
    return source, notes


def _kept(value):
    """A copy of a value that later lines cannot change; None for what is not shown."""
    if hasattr(value, "get_weights"):
        return [np.array(v) for v in value.trainable_variables]
    if isinstance(value, list | tuple) and value and all(hasattr(v, "shape") for v in value):
        return [np.array(v) for v in value]
    if hasattr(value, "numpy") and hasattr(value, "shape"):
        return np.array(value)
    return None


def _same(a, b):
    if a is None or b is None or isinstance(a, list) != isinstance(b, list):
        return a is None and b is None
    if isinstance(a, list):
        return len(a) == len(b) and all(map(np.array_equal, a, b))
    return np.array_equal(a, b)


def _shown(made, seen):
    """What a line made: arrays as they are, lists of weights that were there before as changes."""
    changes = {}
    for name, value in made.items():
        if isinstance(value, list) and isinstance(seen.get(name), list):
            changes[f"change of {name}"] = [a - b for a, b in zip(value, seen[name], strict=True)]
        else:
            changes[name] = value
    return changes


def line_by_line(source, notes, *, references=None, size=(420, 330)):
    """Return a panel that walks through what ``record_lines`` noted, with a slider for the line.

    references: by name of a scalar variable, where it stands at the optimum.
    """
    checks.kind("source", source, list | tuple, "lines of text")
    if not checks.kind("notes", notes, list | tuple, "what record_lines noted"):
        raise ValueError("notes must not be empty: record_lines(function) noted nothing")
    for line in source:
        checks.text("source", line)
    for note in notes:
        if not isinstance(note, tuple) or len(note) != 2 or not isinstance(note[1], dict):
            raise TypeError("notes must be pairs (line, {name: value}), as record_lines makes them")
    if references is not None:
        checks.references(references)

    def draw(figure, line):
        number, made = notes[line - 1]
        return _listing(source, number, draw_value(figure, made, references or {}))

    return explore(
        draw,
        line=(1, len(notes), 1),
        labels={"line": "lines that have run"},
        size=size,
        alt="What each line of the function makes.",
    )


def _listing(source, current, words):
    """The code as HTML with one line marked, and what it made in words below."""
    rows = []
    for number, text in enumerate(source):
        style = "background:rgba(230,159,0,.35);font-weight:600" if number == current else ""
        rows.append(f'<div style="{style}">{html.escape(text) or "&nbsp;"}</div>')
    return (
        '<div style="font-family:monospace;font-size:11px;line-height:1.5;white-space:pre;'
        f'max-width:400px;overflow-x:auto">{"".join(rows)}</div>'
        f'<div style="font-size:13px;max-width:400px;margin-top:6px">{words}</div>'
    )
