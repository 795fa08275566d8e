"""Every paper that a lesson or a docstring cites stands in docs/sources.md, and no other."""

import re

from lessons import FOLDER, lesson

ROOT = FOLDER.parent
NAME = r"[A-Z][\wÀ-ž’-]+"
CITATION = re.compile(
    rf"({NAME})((?:, {NAME})*,? (?:and|&) {NAME}| et al\.)?,? \(?((?:19|20)\d\d)\b"
)
NO_AUTHORS = {"NIPS"}


def cited(text):
    """(first author, year) of each citation."""
    return {
        (first, year)
        for first, others, year in CITATION.findall(" ".join(text.split()))
        if first not in NO_AUTHORS
    }


def listed():
    rows = re.findall(
        r"^\| (.+?) \| (.+?) \| (.+?) \|$", (ROOT / "docs/sources.md").read_text("utf-8"), re.M
    )
    return rows[2:]


def everything_said():
    for path in sorted(FOLDER.glob("[0-9]*.ipynb")):
        for cell in lesson(path.stem).cells:
            yield cell.source
    for path in sorted((ROOT / "gan_lessons").rglob("*.py")):
        yield path.read_text("utf-8")


def test_citations_are_found():
    said = (
        "Metz et al. 2017, §2; Lim and Ye (2017); White 2016, Arjovsky, Chintala\nand Bottou 2017"
    )
    firsts = {("Metz", "2017"), ("Lim", "2017"), ("White", "2016"), ("Arjovsky", "2017")}
    assert cited(said) == firsts


def test_the_list_holds_what_is_cited_and_nothing_else():
    known = {pair for who, *_ in listed() for pair in cited(who)}
    used = set().union(*map(cited, everything_said()))
    assert used - known == set()
    assert known - used == set()


def test_every_row_says_where():
    for who, title, where in listed():
        assert title and where, who
        number = re.search(r"arXiv (\d{4}\.\d{4,5})\]\((.+)\)", where)
        assert number is None or number[2] == f"https://arxiv.org/abs/{number[1]}", who
