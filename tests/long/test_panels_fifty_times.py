"""A panel made fifty times, as by a cell that is run again: tasks, widgets, memory."""

import asyncio
import gc
import sys

import numpy as np
import pytest
from fake_game import CENTRES, SPREAD, FakeGame, FakePoints
from ipywidgets.widgets.widget import _instances as registered

from gan_lessons.data import ring
from gan_lessons.panels import CurvePad, PlaneStage, cockpit, compare, explore
from gan_lessons.training import digit_game, point_game

pytestmark = pytest.mark.long
WARM, TIMES = 10, 50  # panels


def resident():
    """Megabytes of memory that this process holds now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 1e6


def plane():
    return PlaneStage(CENTRES, centres=CENTRES, spread=SPREAD)


def ring_plane():
    return PlaneStage(ring(1000))


def bars(figure, height=1.0, drawn=()):
    figure.add_subplot().bar([0], [height])


def of(game, **given):
    """A function that makes a cockpit of this game."""
    return lambda: cockpit(game, **{name: stage() for name, stage in given.items()})


def two_of(game):
    return lambda: compare(game, {"noise": 0.1}, {"noise": 0.2}, stage=plane())


# By name: what prepares a function that makes the panel anew; how many MB and widgets each may
# leave behind. Of an explore panel the widgets stay; of a new game some of TensorFlow's own.
PANELS = {
    "cockpit": (lambda: of(FakeGame()), 0.3, 0),
    "cockpit of a new game": (lambda: lambda: cockpit(FakeGame()), 0.3, 0),
    "plane": (lambda: of(FakePoints(), stage=plane), 0.3, 0),
    "pair": (lambda: two_of(FakePoints()), 0.5, 0),
    "digits": (lambda: of(digit_game(seed=1)), 0.5, 0),
    "points": (lambda: of(point_game(ring(1000)), stage=ring_plane), 0.5, 0),
    "explore": (lambda: lambda: explore(bars, height=(0.0, 9.0, 1.0)), 0.3, 25),
    "pad": (lambda: lambda: explore(bars, drawn=CurvePad(8)), 0.3, 25),
    "cockpit of new digits": (lambda: lambda: cockpit(digit_game()), 5.0, 0),
}


@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory from /proc")
@pytest.mark.parametrize("name", PANELS)
def test_a_panel_made_fifty_times(name):
    prepare, megabytes, widgets = PANELS[name]
    make = prepare()

    async def test():
        old, found = None, []
        for _ in range(WARM + TIMES):
            panel = make()
            if hasattr(panel, "play"):  # a page shows it, then the old one's views go
                panel.play()
                panel.screens.seen._view_count = 1
                if old:
                    old.screens.seen._view_count = 0
            await asyncio.sleep(0.03)
            old = panel
            gc.collect()
            found.append((resident(), len(registered), len(asyncio.all_tasks())))
        if hasattr(panel, "pause"):
            panel.pause()
        return np.array(found)

    found = asyncio.run(test())
    memory, kept = (found[-1] - found[WARM - 1])[:2] / TIMES
    print(f"{name}: {memory:.2f} MB and {kept:.1f} widgets for each of {TIMES} panels made again")
    assert set(found[1:, 2]) <= {1, 2}  # the test, and the panel that plays
    assert kept <= widgets
    assert memory < megabytes
