"""What every visit to a lesson does: run it, time its sliders, see that it fits the page."""

import statistics
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
PANEL_PICTURES = ".jp-OutputArea img.widget-image"
WIDE = (
    "[...document.querySelectorAll('.jp-OutputArea-output')]"
    ".filter(e => e.scrollWidth > e.clientWidth + 1 && e.querySelector('.widget-image'))"
    ".map(e => [e.scrollWidth, e.clientWidth])"
)
PRESS_AND_WAIT = """async number => {
    const image = document.querySelectorAll('.jp-OutputArea img.widget-image')[number];
    const start = performance.now();
    const changed = new Promise(done => new MutationObserver((_, watch) => {
        watch.disconnect(); done((performance.now() - start) / 1000);
    }).observe(image, {attributes: true, attributeFilter: ['src']}));
    const key = new KeyboardEvent('keydown', {key: 'ArrowLeft', bubbles: true});
    document.activeElement.dispatchEvent(key);
    return await Promise.race([changed, new Promise(done => setTimeout(done, 5000, 5))]);
}"""


def visit(open_notebook, name, pictures):
    """Open the lesson ``name`` and run it without an error, until its panels show ``pictures``."""
    start = time.monotonic()
    lesson = open_notebook(FOLDER / f"{name}.ipynb")
    loaded = time.monotonic()
    lesson.command("runmenu:run-all")
    lesson.wait(lambda: lesson.page.locator(".jp-OutputArea img").count(), 60, "a first picture")
    first = time.monotonic()
    lesson.ran_all()
    shown = lesson.page.locator(PANEL_PICTURES)
    lesson.wait(lambda: shown.count() == pictures, what=f"{pictures} pictures of panels")
    print(
        f"\n{name}: page ready after {loaded - start:.1f} s; after Run All a first picture in "
        f"{first - loaded:.1f} s, all in {time.monotonic() - loaded:.1f} s"
    )
    return lesson


def panels_answer(lesson, name, sliders):
    """Move a slider of each panel by mouse and by keyboard; print how soon new pictures came.

    sliders: by what the panel is called, the label of a slider and the number of its picture
    """
    delays = {}
    for panel, (label, number) in sliders.items():
        old = lesson.image(number)
        for share in (0.3, 0.8):  # it may stand at one of them
            lesson.drag(label, share, number)
        lesson.wait(lambda n=number, o=old: lesson.image(n) != o, what=f"{panel}: a new picture")
        lesson.page.wait_for_timeout(500)
        lesson.control(label, number).locator(".noUi-handle").first.focus()
        delays[panel] = statistics.median(press_left(lesson, number) for _ in range(4))
    words = ", ".join(f"{panel} {1000 * delay:.0f} ms" for panel, delay in delays.items())
    print(f"{name}: slider to new picture (median): {words}")
    assert max(delays.values()) < 1.0


def press_left(notebook, number):
    """Press the left arrow key; return the seconds until picture ``number`` is a new one."""
    return notebook.page.evaluate(PRESS_AND_WAIT, number)


def fits_the_page(lesson):
    """At a laptop's width and in a narrow window no panel is scrolled sideways."""
    for width in (1280, 900):
        lesson.page.set_viewport_size({"width": width, "height": 1000})
        lesson.page.wait_for_timeout(500)
        assert lesson.page.evaluate(WIDE) == []
