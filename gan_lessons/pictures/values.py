"""Whatever a line of a training step makes, as a picture: noise, digits, logits, losses, slopes."""

import html

import numpy as np
from matplotlib.figure import FigureBase

from gan_lessons import arguments
from gan_lessons.pictures.palette import D_COLOUR, FAINT, FAKE_COLOUR, G_COLOUR, INK, REAL_COLOUR
from gan_lessons.pictures.tiles import tile


def draw_value(figure, made, references):
    """Draw the first of ``made`` ({name: array or list of arrays}); return all of it in words.

    references: by name of a scalar, where it stands at the optimum.
    """
    arguments.kind("figure", figure, FigureBase, "a matplotlib Figure")
    arguments.references(references)
    made = {
        name: [_numbers(v) for v in value] if isinstance(value, list) else _numbers(value)
        for name, value in arguments.kind("made", made, dict, "a dict of arrays by name").items()
    }
    if not made:
        figure.text(0.5, 0.5, "nothing new yet", ha="center", color=FAINT)
        return "This line makes nothing that could be shown."
    name, value = next(iter(made.items()))
    colour = _colour(name)
    if isinstance(value, list):
        _draw_norms(figure, name, value, colour)
    elif value.ndim == 4:
        _draw_pictures(figure, value)
    elif value.ndim == 2 and value.shape[1] > 1:
        _draw_noise(figure, value)
    elif value.size > 1:
        _draw_logits(figure, name, value.ravel(), colour)
    else:
        _draw_number(figure, name, float(value.reshape(())), references.get(name), colour)
    return "<br>".join(f"<b>{html.escape(n)}</b>: {_in_words(n, v)}" for n, v in made.items())


def _numbers(value):
    found = arguments.array("made", value, finite=False)
    if not found.size:
        raise ValueError(f"made must not hold empty arrays, got shape {found.shape}")
    return found


def _colour(name):
    """Whose value this is, by its name."""
    if "real" in name:
        return REAL_COLOUR
    if "fake" in name or "fooled" in name:
        return FAKE_COLOUR
    return D_COLOUR if name.lower().replace("change of ", "").startswith("d") else G_COLOUR


def _in_words(name, value):
    if isinstance(value, list):
        total = np.sqrt(sum(float(np.sum(np.square(v))) for v in value))
        return f"{len(value)} arrays, norm of all together {total:.4g}"
    if value.size == 1:
        return f"{float(value.reshape(())):.4f}"
    return f"shape {value.shape}, from {value.min():.2f} to {value.max():.2f}"


def _axes(figure, title, box=(0.12, 0.16, 0.82, 0.7)):
    axes = figure.add_axes(box)
    axes.set_title(title, size=10, color=INK, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8, colors=INK)
    return axes


def _draw_pictures(figure, value):
    axes = figure.add_axes([0.02, 0.02, 0.96, 0.88])
    axes.imshow(tile(value[:24], columns=6), cmap="gray", vmin=0, vmax=255)
    axes.set_title(f"{min(24, len(value))} of {len(value)} pictures", size=10, color=INK)
    axes.axis("off")


def _draw_noise(figure, value):
    axes = _axes(figure, "noise: one row a picture to come, one column a latent coordinate")
    axes.imshow(value, cmap="RdBu", vmin=-3, vmax=3, aspect="auto")
    axes.set_xlabel("coordinate", size=8, color=INK)
    axes.set_ylabel("row of the batch", size=8, color=INK)


def _draw_logits(figure, name, value, colour):
    axes = _axes(figure, "D's logits, sorted: above 0 it says “real”")
    order = np.sort(value)
    axes.bar(np.arange(len(order)), order, color=colour, width=0.8)
    axes.axhline(0, color=FAINT, lw=1)
    axes.set_ylim(min(-1.0, 1.15 * order[0]), max(1.0, 1.15 * order[-1]))
    axes.set_xticks([])
    axes.set_xlabel(f"the {len(order)} pictures of the batch", size=8, color=INK)


def _draw_number(figure, name, value, best, colour):
    axes = _axes(figure, "", box=(0.08, 0.3, 0.84, 0.3))
    top = 1.25 * max(abs(value), abs(best or 0.0), 1e-6)
    axes.barh([0], [value], color=colour, height=0.5)
    axes.set_xlim(min(0.0, 1.25 * min(value, best or 0.0)), top)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    figure.text(0.08, 0.75, f"{name} = {value:.4f}", size=16, color=colour, weight="bold")
    if best is not None:
        axes.axvline(best, color=INK, lw=1.2, ls=(0, (4, 3)))
        figure.text(0.08, 0.65, f"dashed: {best:.3f}, where D cannot tell", size=9, color=INK)


def _draw_norms(figure, name, value, colour):
    axes = _axes(figure, f"{name}: one bar an array of weights")
    norms = [float(np.sqrt(np.sum(np.square(v)))) for v in value]
    axes.bar(np.arange(len(norms)), norms, color=colour)
    axes.set_xticks(np.arange(len(norms)))
    axes.set_xticklabels(
        ["×".join(map(str, v.shape)) for v in value], size=7, rotation=40, ha="right"
    )
    axes.set_position([0.13, 0.3, 0.82, 0.58])
    axes.set_ylabel("norm", size=8, color=INK)
