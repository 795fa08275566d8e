"""Lesson 08 in a real JupyterLab: all of it runs, the ward answers, the check-up button reports."""

import pytest
from visits import PANEL_PICTURES, everybody_can_use, visit

pytestmark = pytest.mark.browser

WARD, PANEL = 0, 1  # the panels' pictures, from the top; a cockpit has its curves first
PICTURES = 3


def test_the_lesson(open_notebook):
    """One visit, since running the lesson takes a minute."""
    lesson = visit(open_notebook, "08_bug_clinic", pictures=PICTURES)
    the_ward_shows_every_patient(lesson)
    the_check_up_reports(lesson)
    everybody_can_use(lesson)


def the_ward_shows_every_patient(lesson):
    """Another patient is another picture; the name is told only where it is asked for."""
    menu = lesson.control("patient", WARD).locator("select")
    for patient in ("D's sign", "MSE to any x"):
        old = lesson.image(WARD)
        menu.select_option(patient)
        lesson.wait(lambda o=old: lesson.image(WARD) != o, what=f"the picture of {patient}")
    assert "unpaired" not in lesson.ask("ward.words.value")
    lesson.control("name it", WARD).locator("input").click()
    lesson.wait(lambda: "unpaired target" in lesson.ask("ward.words.value"), what="its name")


def the_check_up_reports(lesson):
    """The button shows the report below the cockpit."""
    lesson.page.locator("button", has_text="Check-up").click()
    lesson.wait(lambda: "No fault" in lesson.ask("panel.console.report.value"), 60, "a report")
    assert lesson.page.locator(PANEL_PICTURES).count() == PICTURES
