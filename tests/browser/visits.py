"""What every visit to a lesson does: run it, time its sliders, see that everybody can use it."""

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


# Where a text's colour is too near to what is behind it: WCAG 2.2, 1.4.3.
FAINT = """() => {
    const paint = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const over = (colour, below) => { // what a colour gives on another, [r, g, b]
        paint.fillStyle = `rgb(${below})`; paint.fillRect(0, 0, 1, 1);
        paint.fillStyle = colour; paint.fillRect(0, 0, 1, 1);
        return [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const behind = e => over(getComputedStyle(e).backgroundColor,
        e.parentElement ? behind(e.parentElement) : [255, 255, 255]);
    const light = rgb => rgb.map(v => v / 255)
        .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const found = [];
    for (const e of document.querySelectorAll('.jp-OutputArea-output *')) {
        const own = [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data).join('');
        if (!own.trim() || !e.checkVisibility() || e.closest(':disabled, [disabled]')) continue;
        const style = getComputedStyle(e), ground = behind(e);
        const [low, high] = [light(ground), light(over(style.color, ground))].sort((a, b) => a - b);
        const size = parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.6 && style.fontWeight >= 700);
        const mark = !/[\\p{L}\\p{N}]/u.test(own); // ■ in a legend: 1.4.11
        const ratio = (high + 0.05) / (low + 0.05);
        if (ratio < (large || mark ? 3 : 4.5)) found.push([own.slice(0, 40), ratio.toFixed(2)]);
    }
    return found;
}"""


def row(where, what, value):
    """Print a row of the table that ends the run, see tests/conftest.py."""
    print(f"{where:<22}{what:<52}{value}")


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
    row(name, "page ready", f"{loaded - start:.1f} s")
    row(name, "Run All to the first picture", f"{first - loaded:.1f} s")
    row(name, "Run All to the last cell", f"{time.monotonic() - loaded:.1f} s")
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
    for panel, delay in delays.items():
        row(name, f"slider to new picture, median: {panel}", f"{1000 * delay:.0f} ms")
    assert max(delays.values()) < 1.0


def press_left(notebook, number):
    """Press the left arrow key; return the seconds until picture ``number`` is a new one."""
    return notebook.page.evaluate(PRESS_AND_WAIT, number)


def fits_the_page(lesson):
    """At a laptop's width and in a narrow window, by day and by night: nothing cut, nothing faint.

    No panel is scrolled sideways, and all text can be told from what is behind it.
    """
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        lesson.theme(theme)
        light = str("Light" in theme).lower()
        lesson.page.wait_for_selector(f'body[data-jp-theme-light="{light}"]', state="attached")
        for width in (1280, 900):
            lesson.page.set_viewport_size({"width": width, "height": 1000})
            lesson.page.wait_for_timeout(250)
            assert lesson.page.evaluate(WIDE) == [], (theme, width)
        assert lesson.page.evaluate(FAINT) == [], theme


LIVE = ".gan-panel:not(:has(button:disabled))"  # the others were taken over by a newer panel
# All that a key can reach in panel ``n``, numbered in the order of the page.
NUMBER = """n => {
    const all = document.querySelectorAll('%s')[n].querySelectorAll(
        'button, input, select, .noUi-handle, [contenteditable=true], [tabindex="0"]');
    const live = [...all].filter(e => e.checkVisibility() && !e.closest('[disabled], :disabled'));
    document.querySelectorAll('[data-nr]').forEach(e => delete e.dataset.nr);
    live.forEach((e, i) => e.dataset.nr = i);
    live[0]?.focus();
    return live.map(e => ({
        kind: e.matches('.noUi-handle') ? 'slider' : e.matches('select') ? 'menu' :
            e.matches('[type=checkbox]') ? 'switch' : 'other',
        name: e.getAttribute('aria-label') || e.innerText || e.title ||
            e.closest('label')?.innerText || ''
    }));
}""".replace("%s", LIVE)
FOCUS = "document.activeElement.dataset.nr ?? null"
STATE = """() => { const e = document.activeElement;
    return e.matches('.noUi-handle') ? e.getAttribute('aria-valuetext') :
        e.matches('select') ? e.selectedIndex : e.checked; }"""
KEYS = {  # one that moves it, or else the other; a slider and a menu may stand at an end
    "slider": ("ArrowRight", "ArrowLeft"),
    "menu": ("ArrowDown", "ArrowUp"),
    "switch": ("Space", "Space"),
}


def everybody_can_use(lesson):
    """By eye in any window, by ear, by keyboard; and the page's console has no complaint."""
    fits_the_page(lesson)
    pictures_have_words(lesson)
    all_by_keyboard(lesson)
    said = [words for words in lesson.said if "idget" in words or "state" in words]
    assert not said, said


def pictures_have_words(lesson):
    """Every picture of a panel has a text alternative."""
    words = lesson.page.locator(PANEL_PICTURES).evaluate_all("all => all.map(e => e.alt)")
    assert all(len(text) > 10 for text in words), words


def all_by_keyboard(lesson):
    """Tab reaches every control of every panel; each has a name and moves by its keys."""
    for fold in lesson.page.locator('.gan-panel button:enabled:has-text("More knobs")').all():
        fold.press("Enter")
    lesson.page.wait_for_timeout(500)  # the kernel unfolds them
    panels, moved = lesson.page.locator(LIVE).count(), 0
    for number in range(panels):
        controls, seen = lesson.page.evaluate(NUMBER, number), []
        while (at := lesson.page.evaluate(FOCUS)) is not None:
            assert int(at) not in seen, f"the focus is caught at {controls[int(at)]}"
            seen.append(int(at))
            moved += moves(lesson, controls[int(at)])
            lesson.page.keyboard.press("Tab")
        assert seen == list(range(len(controls))), f"panel {number}: {controls}, reached {seen}"
    row("", f"moved by keyboard in {panels} panels", f"{moved} sliders, menus, switches")
    assert moved


def moves(lesson, control):
    """Whether the control in focus has a value; AssertionError if it has no name or stays put."""
    assert control["name"].strip(), f"{control} has no name"
    if control["kind"] not in KEYS:
        return False
    before = lesson.page.evaluate(STATE)
    for key in KEYS[control["kind"]]:
        lesson.page.keyboard.press(key)
        if lesson.page.evaluate(STATE) != before:
            return True
    raise AssertionError(f"keys do not move {control}")
