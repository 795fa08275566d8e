"""Still pictures of finished runs: their two losses side by side."""

import numpy as np
from matplotlib.figure import Figure

from gan_lessons import arguments
from gan_lessons.pictures.palette import D_COLOUR, G_COLOUR, INK


def draw_losses(figure, records, references, top=4.0):
    """Draw the losses of several runs side by side, on one scale; what is above ``top`` is cut off.

    records: by name, arrays "step", "d_loss" and "g_loss" of one length
    references: {"d_loss": value or None, "g_loss": value or None} at the optimum, dashed
    """
    arguments.kind("figure", figure, Figure, "a matplotlib Figure")
    top = arguments.number("top", top, above=0)
    arguments.references(references)
    if not arguments.kind("records", records, dict, "a dict of records by name"):
        raise ValueError("records must hold one run at least")
    records = {
        run: arguments.record("records", record, "step", "d_loss", "g_loss", least=1)
        for run, record in records.items()
    }
    panes = figure.subplots(1, len(records), sharey=True, squeeze=False)[0]
    figure.subplots_adjust(left=0.055, right=0.995, bottom=0.13, top=0.8, wspace=0.06)
    players = (("d_loss", "D's loss", D_COLOUR), ("g_loss", "G's loss", G_COLOUR))
    losses = np.concatenate([record[name] for record in records.values() for name, *_ in players])
    lowest = losses[np.isfinite(losses)].min(initial=0.0)
    for axes, (run, record) in zip(panes, records.items(), strict=True):
        for name, _, colour in players:
            axes.plot(record["step"], record[name], color=colour, lw=1.1)
            if references.get(name) is not None:
                axes.axhline(references[name], color=colour, lw=1, ls=(0, (4, 3)))
        axes.set_title(f"run {run}", size=10, color=INK, loc="center")
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8, colors=INK)
        axes.set_ylim(min(-0.03 * top, lowest), top)
    for x, (_, who, colour) in zip((0.055, 0.14), players, strict=True):
        figure.text(x, 0.93, who, color=colour, size=9, weight="bold")
    figure.text(
        0.995,
        0.93,
        f"dashed: where D cannot tell; cut off at {top:g}",
        color=INK,
        size=8,
        ha="right",
    )
