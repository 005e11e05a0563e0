"""What can be done with the selected calls: by keys and clicks, on a real journal."""

import sqlite3
import threading
from array import array
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLineEdit,
    QListWidget,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from dialer.calls.call import CallRecord, Cause, Outcome
from dialer.calls.details import Ending
from dialer.calls.export import csv_text
from dialer.ui import history_actions as module
from dialer.ui.forgetting import Forgetting
from dialer.ui.history_actions import HistoryActions
from dialer.ui.history_copy import TableWords, calls_of, recording_ids_of, table_of
from dialer.ui.history_line import HistoryLine
from dialer.ui.icons import Icons
from dialer.ui.theme import Theme
from ui.journal_on_disk import PLACED, REQUEST, JournalOnDisk
from ui.operating import message_in, words_in

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

BERLIN = ZoneInfo("Europe/Berlin")
BOB = replace(REQUEST, callee="442079460018")
FAILED = Outcome.not_sent(Cause.UNREACHABLE)
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Sheet(HTMLParser):
    """Reads a table as a spreadsheet does: cells, and whether each is said to be text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.texts = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.texts += dict(attrs).get("style") == r"mso-number-format:\@"

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1] and data.strip():
            self.rows[-1][-1] += data


class Desk:
    """A table with keys, a field beside it, and the line of the history."""

    def __init__(self, qtbot: QtBot, theme: Theme, journal: JournalOnDisk) -> None:
        self._qtbot = qtbot
        self.journal = journal
        self.selected: array[int] = array("q")
        self.window = QWidget()
        layout = QVBoxLayout(self.window)
        self.table, self.field = QListWidget(), QLineEdit()
        self.line = HistoryLine(theme, Icons(theme))
        for widget in (self.field, self.line, self.table):
            layout.addWidget(widget)
        self.forgetting = Forgetting(journal.path, journal.lifelines, self.window)
        self.actions = HistoryActions(
            self.forgetting,
            self.line,
            lambda: self.selected,
            calls_of(journal.path, journal.lifelines),
            self.window,
        )
        self.table.addActions(self.actions.on_table)
        self.window.addAction(self.actions.undo)
        qtbot.addWidget(self.window)
        self.window.resize(800, 400)
        with qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()
        self.table.setFocus()

    def select(self, calls: list[CallRecord]) -> None:
        self.selected = array("q", (call.row for call in calls))
        self.actions.look(len(calls))

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, key, modifier or Qt.KeyboardModifier.NoModifier)

    def click(self, words: str) -> None:
        """Click the button of the line with these words."""
        QTest.mouseClick(self.button(words), Qt.MouseButton.LeftButton)

    def button(self, words: str) -> QAbstractButton:
        (found,) = (
            each
            for each in self.line.findChildren(QAbstractButton)
            if each.text() == words and not each.isHidden()
        )
        return found

    def says(self, words: str) -> None:
        self._qtbot.waitUntil(lambda: words in message_in(self.line))

    def copied(self, act: Callable[[], object]) -> str:
        with self._qtbot.waitSignal(self.actions.copied) as told:
            act()
        return str(told.args[0])


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, journal: JournalOnDisk) -> Iterator[Desk]:
    made = Desk(qtbot, Theme(qapp, "light"), journal)
    yield made
    qtbot.waitUntil(lambda: not made.forgetting.busy)
    # The offscreen platform deletes what Python made for its clipboard once Python has ended.
    QGuiApplication.clipboard().clear()


# Copying


def test_calls_are_copied_as_a_table_in_the_order_in_which_they_are_shown(desk: Desk) -> None:
    calls = desk.journal.write(PLACED) + desk.journal.write(FAILED, request=BOB)
    desk.select(calls[::-1])
    assert desk.copied(lambda: desk.press(Qt.Key.Key_C, CTRL | SHIFT)) == "2 calls"
    clipboard = QGuiApplication.clipboard().mimeData()
    rows = [line.split("\t") for line in clipboard.text().splitlines()]
    assert rows[0][:4] == ["Time", "Callee", "Display number", "Account"]
    assert [row[1] for row in rows[1:]] == ["+442079460018", "+932111111111"]
    assert [row[4] for row in rows[1:]] == ["Not sent · sandbox", "Placed · sandbox"]
    assert [row[8] for row in rows[1:]] == ["", "2203031113381000002"]
    sheet = Sheet(clipboard.html())
    assert sheet.rows == rows
    assert sheet.texts == 2 * len(rows[0])


def test_no_cell_runs_breaks_its_row_or_is_read_as_html() -> None:
    hostile = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "<b>&amp;</b>", "a\tb\nc", '"x"']
    calls = [
        CallRecord(
            number, str(number), 0, replace(REQUEST, note=note, account=note.split()[0]), PLACED
        )
        for number, note in enumerate(hostile)
    ]
    table = table_of(calls, TableWords.now(), BERLIN)
    rows = [line.split("\t") for line in table.text.splitlines()]
    assert {len(row) for row in rows} == {10}
    assert [csv_text(row[9]) for row in rows[1:]] == [
        "=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "<b>&amp;</b>", "a b c", '"x"',
    ]  # fmt: skip
    assert not any(row[9][0] in "=+-@" for row in rows[1:])
    assert Sheet(table.html).rows == rows
    assert "<b>" not in table.html


def test_a_table_has_local_times_over_a_change_of_the_clocks_and_exact_money() -> None:
    moments = [datetime(2026, 3, 29, hour, 30, tzinfo=ZoneInfo("UTC")) for hour in (0, 1)]
    calls = [
        CallRecord(
            1, "1", round(moment.timestamp() * 1000), REQUEST, PLACED,
            ending=Ending.ANSWERED, duration_s=83, cost=Decimal("0.042000"), currency="USD",
        )
        for moment in moments
    ]  # fmt: skip
    lines = table_of(calls, TableWords.now(), BERLIN).text.splitlines()
    assert [line.split("\t")[0] for line in lines[1:]] == [
        "2026-03-29 01:30:00",
        "2026-03-29 03:30:00",
    ]
    assert lines[1].split("\t")[4:8] == ["Answered · sandbox", "1:23", "0.042000", "USD"]


def test_only_recording_ids_are_copied_a_line_each(desk: Desk) -> None:
    desk.select(desk.journal.write(PLACED, FAILED, PLACED))
    assert desk.copied(desk.actions.copy_ids.trigger) == "2 recording IDs"
    assert QGuiApplication.clipboard().text() == "2203031113381000002\n2203031113381000002"


def test_where_there_is_no_recording_id_the_clipboard_is_left_alone(desk: Desk) -> None:
    QGuiApplication.clipboard().setText("mine")
    desk.select(desk.journal.write(FAILED))
    desk.actions.copy_ids.trigger()
    desk.says("Nothing was copied.")
    assert QGuiApplication.clipboard().text() == "mine"
    assert recording_ids_of([]) == ""


def test_too_many_calls_are_not_copied_and_export_is_offered(desk: Desk, qtbot: QtBot) -> None:
    desk.journal.write(PLACED)
    desk.selected = array("q", range(10_001))
    desk.actions.look(10_001)
    desk.actions.copy_table.trigger()
    desk.says("too many to copy")
    with qtbot.waitSignal(desk.actions.export_asked):
        desk.click("Export…")


def test_calls_are_read_off_the_ui_thread(desk: Desk) -> None:
    threads: list[threading.Thread] = []
    read = desk.actions._read

    def watched(rows):
        threads.append(threading.current_thread())
        return read(rows)

    desk.actions._read = watched
    desk.select(desk.journal.write(PLACED))
    desk.copied(desk.actions.copy_table.trigger)
    assert threads != [threading.main_thread()]


def test_a_journal_that_cannot_be_read_is_told(desk: Desk) -> None:
    desk.selected = array("q", [1])
    desk.actions.look(1)
    desk.actions.copy_table.trigger()
    desk.says("The calls could not be read.")


# Deleting


def test_del_deletes_and_ctrl_z_brings_back(desk: Desk) -> None:
    desk.select(desk.journal.write(PLACED, PLACED)[:1])
    desk.press(Qt.Key.Key_Delete)
    desk.says("Deleted 1 call.")
    assert len(desk.journal.calls()) == 1
    desk.press(Qt.Key.Key_Z, CTRL)
    desk.says("1 call is back in the history.")
    assert len(desk.journal.calls()) == 2
    assert not desk.actions.undo.isEnabled()


def test_undo_stands_in_the_line_too(desk: Desk) -> None:
    desk.select(desk.journal.write(PLACED, PLACED))
    desk.press(Qt.Key.Key_Delete)
    desk.says("Deleted 2 calls.")
    desk.click("Undo")
    desk.says("2 calls are back in the history.")
    desk.click("Close")
    assert not desk.line.isVisible()


def test_in_a_field_these_keys_are_the_field_s(desk: Desk) -> None:
    calls = desk.journal.write(PLACED, PLACED)
    desk.select(calls[:1])
    desk.press(Qt.Key.Key_Delete)
    desk.says("Deleted 1 call.")
    desk.select(calls[1:])
    desk.field.setFocus()
    QTest.keyClicks(desk.field, "49")
    desk.press(Qt.Key.Key_Home)
    desk.press(Qt.Key.Key_Delete)
    assert desk.field.text() == "9"
    desk.press(Qt.Key.Key_Z, CTRL)
    assert desk.field.text() == "49"
    assert not desk.forgetting.busy
    assert len(desk.journal.calls()) == 1


def test_without_a_selection_there_is_nothing_to_do(desk: Desk) -> None:
    desk.journal.write(PLACED)
    assert not any(action.isEnabled() for action in desk.actions.on_table)
    desk.press(Qt.Key.Key_Delete)
    assert not desk.forgetting.busy


def test_a_call_under_way_is_not_deleted_and_the_line_says_so(desk: Desk) -> None:
    desk.select(desk.journal.write(None))
    desk.press(Qt.Key.Key_Delete)
    desk.says("Nothing was deleted.")
    assert not desk.actions.undo.isEnabled()


def test_many_calls_are_asked_about_first_and_enter_keeps_them(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ASKED_FROM", 2)
    desk.select(desk.journal.write(*[PLACED] * 3))
    desk.press(Qt.Key.Key_Delete)
    desk.says("Delete 3 calls?")
    assert desk.button("Keep them").hasFocus()
    desk.press(Qt.Key.Key_Space)
    assert not desk.line.isVisible()
    assert len(desk.journal.calls()) == 3
    desk.table.setFocus()
    desk.press(Qt.Key.Key_Delete)
    desk.selected = array("q")
    desk.click("Delete 3 calls")
    desk.says("Deleted 3 calls.")
    assert desk.journal.calls() == []


def test_a_journal_that_cannot_be_written_is_told(desk: Desk) -> None:
    desk.selected = array("q", [1])
    desk.actions.look(1)
    desk.press(Qt.Key.Key_Delete)
    desk.says("Not everything was done.")


# Forgetting


def test_a_callee_is_forgotten_for_good_after_a_question_with_the_count(
    desk: Desk, qtbot: QtBot
) -> None:
    (kept,) = desk.journal.write(PLACED)
    calls = desk.journal.write(PLACED, FAILED, request=BOB)
    desk.select(calls[:1])
    desk.actions.forget.trigger()
    desk.says("Forget +442079460018?")
    assert any("Its 2 calls are deleted for good" in words for words in words_in(desk.line))
    assert "backups made earlier are not touched" in message_in(desk.line)
    assert len(desk.journal.calls()) == 3
    with qtbot.waitSignal(desk.actions.callee_forgotten) as told:
        desk.click("Forget 2 calls")
    assert told.args == [BOB.callee]
    desk.says("2 calls were deleted for good.")
    assert [call.row for call in desk.journal.calls()] == [kept.row]
    with closing(sqlite3.connect(desk.journal.path)) as connection:
        assert connection.execute("SELECT count(*) FROM calls").fetchone() == (1,)


def test_a_callee_that_is_kept_after_all_keeps_its_calls(desk: Desk) -> None:
    desk.select(desk.journal.write(PLACED, request=BOB))
    desk.actions.forget.trigger()
    desk.says("Its 1 call is deleted for good")
    desk.click("Keep it")
    assert not desk.line.isVisible()
    assert not desk.forgetting.busy
    assert len(desk.journal.calls()) == 1


def test_of_several_calls_no_single_callee_can_be_forgotten(desk: Desk) -> None:
    desk.select(desk.journal.write(PLACED, PLACED))
    assert not desk.actions.forget.isEnabled()


def test_how_long_calls_are_kept_can_be_asked_for_at_any_time(desk: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.actions.keep_asked):
        desk.actions.keep.trigger()
