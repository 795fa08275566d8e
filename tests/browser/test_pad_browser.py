"""The pads to draw on, in a real JupyterLab: by mouse, by keyboard, and as explore's control."""

import pytest

pytestmark = pytest.mark.browser

CELLS = [
    "from gan_lessons.panels import CurvePad, explore\n"
    "def draw(figure, drawn):\n"
    "    figure.add_subplot(ylim=(0, 1)).plot(drawn)\n"
    "pad = CurvePad(20, name='The density of real data')\n"
    "explore(draw, drawn=pad, size=(400, 200), labels={'drawn': 'real density'})",
]


def test_drawing(open_notebook):
    notebook = open_notebook(CELLS)
    notebook.run_all()
    pad = notebook.page.get_by_role("slider", name="The density of real data")
    pad.wait_for()
    pad.scroll_into_view_if_needed()
    box, before = pad.bounding_box(), notebook.image()
    assert box["width"] > 400

    mouse = notebook.page.mouse
    mouse.move(box["x"] + 0.025 * box["width"], box["y"] + 0.5 * box["height"])
    mouse.down()
    mouse.move(box["x"] + 0.475 * box["width"], box["y"] + 0.5 * box["height"])  # one fast stroke
    mouse.up()
    half = [0.5] * 10 + [0.0] * 10
    notebook.wait(lambda: notebook.ask("pad.value") == pytest.approx(half, abs=0.02))
    notebook.wait(lambda: notebook.image() != before, what="a new picture")

    before = notebook.image()
    pad.focus()
    for key in ("ArrowRight", "ArrowUp", "ArrowUp"):
        pad.press(key)
    notebook.wait(lambda: notebook.ask("pad.value[10]") == pytest.approx(0.1))
    assert pad.get_attribute("aria-valuetext") == "column 11 of 20: 0.10"
    notebook.wait(lambda: notebook.image() != before, what="a new picture")
    pad.press("Delete")
    notebook.wait(lambda: notebook.ask("sum(pad.value)") == 0)
    assert not [said for said in notebook.said if "idget" in said]


def test_painting_points(open_notebook):
    notebook = open_notebook(
        [
            "from gan_lessons.panels import PointPad\n"
            "pad = PointPad(name='Real points', most=40)\npad"
        ]
    )
    notebook.run_all()
    pad = notebook.page.get_by_role("application", name="Real points")
    pad.wait_for()
    pad.scroll_into_view_if_needed()
    box, mouse = pad.bounding_box(), notebook.page.mouse
    assert box["width"] == box["height"]

    def there(x, y):
        return box["x"] + (x + 1) / 2 * box["width"], box["y"] + (1 - y) / 2 * box["height"]

    mouse.click(*there(-0.5, 0.5))
    notebook.wait(lambda: len(notebook.ask("pad.value")) == 1)
    assert notebook.ask("pad.value[0]") == pytest.approx([-0.5, 0.5], abs=0.02)
    mouse.move(*there(0, -0.5))
    mouse.down()
    mouse.move(*there(0.5, -0.5), steps=10)
    mouse.up()
    end = pytest.approx([0.5, -0.5], abs=0.02)
    notebook.wait(lambda: notebook.ask("pad.value[-1]") == end)
    stroke = notebook.ask("pad.value")[1:]  # how many depends on the page's frame rate
    assert 3 <= len(stroke) <= 11
    assert all(y == pytest.approx(-0.5, abs=0.02) for _, y in stroke)

    pad.press("Delete")
    notebook.wait(lambda: notebook.ask("pad.value") == [])
    for key in ("ArrowRight", "ArrowUp", " ", "ArrowLeft", "Enter"):
        pad.press(key)
    notebook.wait(lambda: len(notebook.ask("pad.value")) == 2)
    first, second = notebook.ask("pad.value")
    assert [b - a for a, b in zip(first, second, strict=True)] == pytest.approx([-0.05, 0])
    assert "2 points; cross at" in notebook.page.locator('[aria-live="polite"]').last.inner_text()
    for _ in range(45):
        pad.press("Enter")
    notebook.wait(lambda: len(notebook.ask("pad.value")) == 40)
    assert "no more fit" in notebook.page.locator('[aria-live="polite"]').last.inner_text()
    assert not [said for said in notebook.said if "idget" in said]
