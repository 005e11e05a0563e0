"""A defect is told once, calmly, with its report; it takes neither keys nor the call's message."""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from dialer.settings.defects import Defects
from dialer.settings.folders import Folders
from dialer.settings.native_crash import NativeCrash
from dialer.ui.defect_teller import MOST_OPENINGS
from dialer.ui.defect_window import DefectWindow
from dialer.ui.preferences_window import PreferencesWindow
from ui.operating import CTRL, Operator, Start

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

SECRET = "Xq7-the-secret-of-a-test-vB2"
NUMBER = "932111111111"


class Crashed(NativeCrash):
    """Has found what an earlier run left, without taking pytest's own fault handler's place."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.report = "2026-01-05 09:00 UTC\nFatal Python error: Segmentation fault"

    def left(self) -> str:
        return self.report

    def told(self) -> None:
        self.report = ""


@pytest.fixture
def defects(folders: Folders, caplog: pytest.LogCaptureFixture) -> Iterator[Defects]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    assert not caplog.records  # what is logged of defects here is meant to be
    yield Defects(lambda: folders.log_file, lambda: True, native=Crashed(folders.crash_file))
    for handler in set(root.handlers) - set(handlers):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


def fail_here(defects: Defects) -> None:
    try:
        raise ValueError(f"{SECRET} {NUMBER}")
    except ValueError as error:
        defects.note(error, "a test")


def fail_there(defects: Defects, kind: type[Exception]) -> None:
    try:
        raise kind(SECRET)
    except kind as error:
        defects.note(error, "a test")


def shown(operator: Operator) -> list[DefectWindow]:
    return [each for each in operator.window.findChildren(DefectWindow) if each.isVisible()]


def without_last_run(defects: Defects) -> Defects:
    defects.crash_told()
    return defects


def test_a_defect_is_told_with_its_report_which_can_be_copied(
    start: Start, defects: Defects
) -> None:
    operator = start(sandbox=True, defects=without_last_run(defects))
    assert not shown(operator)
    threading.Thread(target=fail_here, args=(defects,)).start()
    operator.until(lambda: shown(operator))
    (window,) = shown(operator)
    assert not window.isModal()
    assert "A call under way keeps its row" in window.said
    assert window.report.isReadOnly()
    report = window.report.toPlainText()
    assert "in fail_here" in report
    assert "ValueError" in report
    QGuiApplication.clipboard().setText("mine")
    operator.click(operator.button("Copy report"))
    assert QGuiApplication.clipboard().text() == report
    assert SECRET not in report + window.said
    assert NUMBER not in report + window.said


def test_a_defect_leaves_the_message_of_a_call_and_what_is_typed_alone(
    start: Start, defects: Defects
) -> None:
    operator = start(sandbox=True, defects=without_last_run(defects))
    said = operator.call(NUMBER)
    assert said.startswith("Placed.")
    operator.write("44", into="Callee")
    fail_here(defects)
    operator.until(lambda: shown(operator))
    assert operator.message == said
    assert operator.text("Callee") == "44"


def test_one_that_repeats_itself_is_told_once_and_counted(start: Start, defects: Defects) -> None:
    operator = start(sandbox=True, defects=without_last_run(defects))
    for _ in range(20):
        fail_here(defects)
    operator.until(lambda: shown(operator) and "20 times" in shown(operator)[0].said)
    assert len(shown(operator)) == 1
    operator.click(operator.button("Close"))
    operator.until(lambda: not shown(operator))
    fail_here(defects)
    QTest.qWait(0)  # what was queued has arrived
    assert not shown(operator)


def test_however_many_there_are_the_window_opens_a_few_times_only(
    start: Start, defects: Defects
) -> None:
    operator = start(sandbox=True, defects=without_last_run(defects))
    kinds = (KeyError, ValueError, TypeError, OSError, RuntimeError)
    openings = 0
    for kind in kinds:
        fail_there(defects, kind)
        QTest.qWait(0)
        if shown(operator):
            openings += 1
            operator.click(operator.button("Close"))
            operator.until(lambda: not shown(operator))
    assert openings == MOST_OPENINGS < len(kinds)


def test_nothing_is_told_while_the_program_ends(start: Start, defects: Defects) -> None:
    operator = start(sandbox=True, defects=without_last_run(defects))
    operator.window.close()
    fail_here(defects)
    operator.wait_for_the_end()
    assert not shown(operator)


def test_a_crash_of_the_last_run_is_told_once(start: Start, defects: Defects) -> None:
    first = start(sandbox=True, defects=defects)
    first.until(lambda: shown(first))
    assert "ended abnormally" in shown(first)[0].said
    assert "Segmentation fault" in shown(first)[0].report.toPlainText()
    first.quit()
    assert not shown(start(sandbox=True, defects=defects))


def test_numbers_in_the_log_are_a_choice_that_holds_at_once(
    start: Start, defects: Defects, folders: Folders
) -> None:
    operator = start(sandbox=True, defects=without_last_run(defects))
    log = logging.getLogger("dialer.test")
    log.warning("called %s", NUMBER)
    assert "called [12 digits]" in folders.log_file.read_text()
    operator.press(Qt.Key.Key_Comma, modifier=CTRL)
    (window,) = operator.window.findChildren(PreferencesWindow)
    operator.until(window.isVisible)
    assert window.mask_log.isChecked()
    QTest.keyClick(window.mask_log, Qt.Key.Key_Space)
    log.warning("called %s", NUMBER)
    assert f"called {NUMBER}" in folders.log_file.read_text()
