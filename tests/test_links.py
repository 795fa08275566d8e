"""What a page points at exists: files, headings, sections of lessons; the rest is listed."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([
    *ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("notebooks/[0-9]*.ipynb"),
    *ROOT.glob("gan_lessons/assets/*.md"),
])  # fmt: skip
LESSONS = {path.name[:2]: path for path in PAGES if path.suffix == ".ipynb"}
FOLDERS = r"gan_lessons|tests|tools|notebooks|binder|docs|\.ci"
BLANK = r"OWNER|HOST"  # in an address that the reader fills in


def text(path):
    """The prose of a page; of a notebook, its Markdown cells."""
    said = path.read_text("utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(said)["cells"]
        return "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    return re.sub(r"```.*?```", "", said, flags=re.DOTALL)


def headings(path):
    return re.findall(r"^#+ (.+)$", text(path), flags=re.MULTILINE)


def anchor(heading):
    """What GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def numbered(path):
    """The numbers of a lesson's sections."""
    return {int(n) for n in re.findall(r"^## (\d+) ·", text(path), flags=re.MULTILINE)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links(page):
    targets = re.findall(r"(?<![\w\"'`])\[[^\]]*\]\(([^)\s]+)\)", text(page))
    for target in targets:
        if "://" in target:
            continue
        name, _, place = target.partition("#")
        there = page.parent / name if name else page
        assert there.exists(), target
        if place and there.suffix in {".md", ".ipynb"}:
            assert place in map(anchor, headings(there)), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_named_files_exist(page):
    for name in re.findall(rf"`((?:{FOLDERS})/[\w./]*\w\.\w+)`", text(page)):
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("page", LESSONS.values(), ids=lambda page: page.stem)
def test_sections_exist(page):
    """Each "section 5", and each "03, section 5", is a heading of the lesson that is meant."""
    words = " ".join(text(page).split())
    for lesson, number in re.findall(r"(?:(\d\d), )?[Ss]ections? (\d)", words):
        meant = LESSONS[lesson or page.name[:2]]
        assert int(number) in numbered(meant), f"{lesson or 'own'} section {number}"


def test_the_teacher_s_sections_exist():
    for line in text(ROOT / "docs/teaching.md").splitlines():
        row = re.match(r"\| (\d\d) ", line)
        own, where = (row[1], line) if row else (None, line)
        for lesson, number in re.findall(r"(?:(\d\d) )?[Ss]ections? (\d)", where):
            if lesson or own:
                assert int(number) in numbered(LESSONS[lesson or own]), line


def test_outside_addresses_are_listed():
    """A person can check them: every one stands in docs/sources.md."""
    listed = (ROOT / "docs/sources.md").read_text("utf-8")
    for page in PAGES:
        for address in re.findall(r"https?://[^\s)\"'>`|]+", page.read_text("utf-8")):
            address = address.rstrip(".,\\")
            local = re.match(r"https?://(127\.0\.0\.1|localhost)", address)
            markup = address.startswith("http://www.w3.org/")
            blank = re.search(BLANK, address)
            assert local or markup or blank or address in listed, f"{page.name}: {address}"
