"""A real JupyterLab in a real browser, for tests of what a learner sees and touches.

Fixtures: ``lab`` (a JupyterLab server, once for the whole run), ``browser`` (Chromium, once) and
``open_notebook`` (opens a copy of a notebook in a fresh page and returns a NotebookPage).
Without Chromium these tests are skipped, but where CI is set they fail: there it must be present.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TOKEN = "only-for-tests"
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
ERROR_OUTPUT = '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]'


def missing(what):
    """Skip the test, or fail it where CI is set, with one line that says what to install."""
    if os.environ.get("CI"):
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


class Lab:
    """A JupyterLab server on this machine only. ``folder`` is what it shows."""

    def __init__(self, home):
        self.folder, self.runtime = home / "notebooks", home / "runtime"
        self.folder.mkdir()
        for name, values in SETTINGS.items():
            path = home / "config/lab/user-settings/@jupyterlab" / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values), encoding="utf-8")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"http://127.0.0.1:{free.getsockname()[1]}"
        paths = [str(ROOT), str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")]
        environment = {
            **os.environ,
            "JUPYTER_CONFIG_DIR": str(home / "config"),
            "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
            "JUPYTER_RUNTIME_DIR": str(self.runtime),
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        }
        command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"]
        command += ["--expose-app-in-browser", "--ServerApp.ip=127.0.0.1"]
        command += [f"--ServerApp.port={self.address.rsplit(':', 1)[1]}"]
        command += [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={self.folder}"]
        self.log = home / "server.log"
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def get(self, path):
        """Return what the server's REST interface answers."""
        with urllib.request.urlopen(f"{self.address}/{path}?token={TOKEN}", timeout=10) as answer:
            return json.load(answer)

    def wait(self, seconds=90):
        """Wait until the server answers."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            try:
                return self.get("api/status")
            except OSError:
                time.sleep(0.3)
        raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text()[-2000:]}")

    def stop(self):
        """End the server and its kernels."""
        self.process.terminate()
        self.process.wait(30)


class NotebookPage:
    """A notebook in the browser, with the hands and eyes of a learner.

    ``page`` is Playwright's page, for all that has no method here.
    """

    def __init__(self, lab, page, name):
        self.lab, self.page, self.name, self.said = lab, page, name, []
        page.on("console", lambda said: self.said.append(said.text) if said.type == "error" else 0)
        page.goto(f"{lab.address}/lab/tree/{name}?token={TOKEN}&reset", timeout=90_000)
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
        self.wait(self.ready, 90, "the kernel")

    def ready(self):
        """Whether the kernel has started and is idle; answers the question which kernel to take."""
        choice = self.page.locator("dialog.jp-Dialog button.jp-mod-accept")
        if choice.count():
            choice.first.click()
        status = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status"
        return self.page.evaluate(status) == "idle"

    def wait(self, true, seconds=20, what=None):
        """Wait until ``true()`` is, and return it. AssertionError after ``seconds``."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = true()
            if found:
                return found
            self.page.wait_for_timeout(20)
        raise AssertionError(f"{what or 'this'} did not come true in {seconds} s; {self.texts()}")

    def texts(self):
        """All lines of text of the panels on the page, for messages."""
        return self.page.locator(".jp-OutputArea .widget-html-content").all_inner_texts()

    def theme(self, name):
        """Change to "JupyterLab Dark" or "JupyterLab Light"."""
        self.command("apputils:change-theme", {"theme": name})

    def command(self, name, arguments=None):
        """Let JupyterLab do one of its commands, as its menus would."""
        self.page.evaluate(
            "([name, given]) => { void window.jupyterapp.commands.execute(name, given); }",
            [name, arguments or {}],
        )

    def run_all(self, seconds=300):
        """Run all cells; AssertionError if one of them ends in an error."""
        self.command("runmenu:run-all")
        self.ran_all(seconds)

    def ran_all(self, seconds=300):
        """Wait until all cells have run; AssertionError if one of them ended in an error."""
        prompts = (
            "[...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map(p=>p.innerText)"
        )
        self.wait(
            lambda: all(text.strip("[]: ").isdigit() for text in self.page.evaluate(prompts)),
            seconds,
            "Run All",
        )
        errors = self.page.locator(ERROR_OUTPUT).all_inner_texts()
        assert not errors, errors[0]

    def interrupt(self):
        """Press ■ (Interrupt the kernel)."""
        self.page.locator('.jp-NotebookPanel-toolbar [data-jp-item-name="interrupt"]').first.click()

    def button(self, text):
        """Return the first button with this text."""
        return self.page.locator(f'.jp-OutputArea button:has-text("{text}")').first

    def press(self, text):
        """Press the first button with this text."""
        self.button(text).click()

    def status(self):
        """What the first panel that has something to say says in its status line."""
        lines = self.page.locator('.jp-OutputArea [role="status"]').all_inner_texts()
        return next((line for line in lines if line.strip()), "")

    def says(self, words, seconds=20):
        """Wait until the status line holds these words, and return it."""
        return self.wait(lambda: words in self.status() and self.status(), seconds, repr(words))

    def shown_step(self):
        """The step that the first panel shows."""
        text = next(text for text in self.texts() if text.startswith("step "))
        return int(text.split()[1].replace(",", ""))

    def control(self, label, number=None):
        """Return the row of the control with this label; in the panel that has picture ``number``.

        By default the first one on the page.
        """
        place = self.page
        if number is not None:
            image = self.page.locator(".jp-OutputArea img.widget-image").nth(number)
            place = image.locator("xpath=ancestor::*[contains(@class, 'jp-OutputArea-output')][1]")
        return place.locator(f'.widget-hbox:has(> .widget-label:text-is("{label}"))').first

    def drag(self, label, share, number=None):
        """Drag the slider with this label to ``share`` (0 left … 1 right) of its length."""
        row = self.control(label, number)
        handle, track = row.locator(".noUi-handle").first, row.locator(".noUi-target").first
        handle.scroll_into_view_if_needed()
        box, base = handle.bounding_box(), track.bounding_box()
        mouse, y = self.page.mouse, box["y"] + box["height"] / 2
        mouse.move(box["x"] + box["width"] / 2, y)
        mouse.down()
        goal = base["x"] + share * base["width"]
        mouse.move((box["x"] + goal) / 2, y)
        mouse.move(goal, y)
        mouse.up()

    def image(self, number=0):
        """Return the address of a panel's picture; it changes with every new picture."""
        return self.page.locator(".jp-OutputArea img.widget-image").nth(number).get_attribute("src")

    def ask(self, expression):
        """Evaluate a Python expression of plain values in the notebook's kernel."""
        from jupyter_client import BlockingKernelClient

        sessions = self.lab.get("api/sessions")
        kernel = next(s["kernel"]["id"] for s in sessions if s["path"] == self.name)
        client = BlockingKernelClient(
            connection_file=str(self.lab.runtime / f"kernel-{kernel}.json")
        )
        client.load_connection_file()
        client.start_channels()
        try:
            reply = client.execute(
                "", silent=True, user_expressions={"it": f"__import__('json').dumps({expression})"}
            )
            answer = client.get_shell_msg(timeout=30)
            while answer["parent_header"].get("msg_id") != reply:
                answer = client.get_shell_msg(timeout=30)
        finally:
            client.stop_channels()
        found = answer["content"]["user_expressions"]["it"]
        assert found["status"] == "ok", found
        return json.loads(eval(found["data"]["text/plain"]))


@pytest.fixture(scope="module")
def browser():
    """Chromium without a window. It ends with its module, since its event loop bars all others."""
    playwright = pytest.importorskip("playwright.sync_api") if not os.environ.get("CI") else None
    if playwright is None:
        from playwright import sync_api as playwright
    if CHROMIUM is None:
        missing("no chromium; get one with: apt-get install chromium")
    with playwright.sync_playwright() as player:
        yield player.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """A JupyterLab server, shared by all tests."""
    server = Lab(tmp_path_factory.mktemp("lab"))
    try:
        server.wait()
        yield server
    finally:
        server.stop()


@pytest.fixture
def open_notebook(browser, lab):
    """Return open(notebook, width=1280, height=1000) -> NotebookPage.

    ``notebook`` is a path, or a list of cell sources. A copy without outputs is opened; the page
    and its kernel are closed when the test ends.
    """
    pages = []

    def open_copy(notebook, width=1280, height=1000):
        content = notebook_of(notebook) if isinstance(notebook, list) else read(notebook)
        name = f"{len(list(lab.folder.iterdir()))}-test.ipynb"
        (lab.folder / name).write_text(json.dumps(content), encoding="utf-8")
        pages.append(browser.new_page(viewport={"width": width, "height": height}))
        return NotebookPage(lab, pages[-1], name)

    yield open_copy
    for page in pages:
        page.close()
    for kernel in lab.get("api/kernels"):
        request = urllib.request.Request(
            f"{lab.address}/api/kernels/{kernel['id']}?token={TOKEN}", method="DELETE"
        )
        urllib.request.urlopen(request, timeout=30).close()


def read(path):
    """Read a notebook and take its outputs away."""
    notebook = json.loads(Path(path).read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return notebook


def notebook_of(sources):
    """Make a notebook of code cells."""
    empty = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**empty, "id": f"cell-{i}", "source": source} for i, source in enumerate(sources)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {
        "cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5,
    }  # fmt: skip
