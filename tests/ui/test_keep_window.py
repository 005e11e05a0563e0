"""For how long calls are kept: counted and told before anything goes."""

import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QLocale, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dialer.calls.place import JournalError
from dialer.calls.sentence import Sentence
from dialer.ui.forgetting import Forgetting
from dialer.ui.icons import Icons
from dialer.ui.keep_window import CHOICES, KeepWindow
from dialer.ui.theme import Theme
from ui.journal_on_disk import PLACED, JournalOnDisk

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Open = Callable[..., KeepWindow]
DAY_S = 86_400.0


@pytest.fixture
def in_english() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    yield
    QLocale.setDefault(before)


@pytest.fixture
def open_window(qtbot: QtBot, qapp: QApplication) -> Iterator[Open]:
    theme = Theme(qapp, "light")

    def make(keep_days: int = 0, count: Callable[[int], int] = lambda _: 12_345) -> KeepWindow:
        window = KeepWindow(theme, Icons(theme), keep_days, count)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        windows.append(window)
        return window

    windows: list[KeepWindow] = []
    yield make
    for window in windows:
        try:
            window.close()
        except RuntimeError:
            continue  # it deleted itself when it was closed


def choose(window: KeepWindow, words: str) -> None:
    """Go through the list by keys until it says so."""
    window.choice.setFocus()
    QTest.keyClick(window.choice, Qt.Key.Key_Home)
    while window.choice.currentText() != words:
        before = window.choice.currentIndex()
        QTest.keyClick(window.choice, Qt.Key.Key_Down)
        assert window.choice.currentIndex() != before


def click(button) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_how_many_calls_go_is_told_before_and_confirmed_by_number(
    open_window: Open, qtbot: QtBot, in_english: None
) -> None:
    window = open_window()
    assert window.choice.currentText() == "For ever"
    choose(window, "90 days")
    qtbot.waitUntil(window.confirm.isEnabled)
    assert "This deletes 12,345 calls now" in window.words.text()
    assert "cannot be undone" in window.words.text()
    assert window.confirm.text() == "Delete 12,345 calls"
    with qtbot.waitSignal(window.chosen) as told:
        click(window.confirm)
    assert told.args == [90]


@pytest.mark.parametrize("days", CHOICES)
def test_what_holds_now_is_chosen_at_first(open_window: Open, qtbot: QtBot, days: int) -> None:
    window = open_window(days)
    assert window.keep_days == days
    assert not window.days.isVisible()
    qtbot.waitUntil(window.confirm.isEnabled)


def test_any_number_of_days_can_be_typed(open_window: Open, qtbot: QtBot) -> None:
    counted: list[int] = []
    window = open_window(45, lambda days: counted.append(days) or 1)
    assert window.days.isVisible()
    window.days.selectAll()
    QTest.keyClicks(window.days, "7")
    qtbot.waitUntil(lambda: counted[-1:] == [7] and window.confirm.isEnabled())
    assert "This deletes 1 call now" in window.words.text()
    with qtbot.waitSignal(window.chosen) as told:
        click(window.confirm)
    assert told.args == [7]


def test_keeping_all_is_a_press_away(open_window: Open, qtbot: QtBot) -> None:
    window = open_window(90)
    with qtbot.waitSignal(window.chosen) as told:
        click(window.keep_all)
    assert told.args == [0]


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return])
def test_leaving_by_escape_or_enter_in_a_field_chooses_nothing(
    open_window: Open, qtbot: QtBot, key: Qt.Key
) -> None:
    window = open_window(45)
    qtbot.waitUntil(window.confirm.isEnabled)
    with qtbot.assertNotEmitted(window.chosen):
        QTest.keyClick(window.days, key)


def test_until_it_is_counted_nothing_can_be_confirmed_and_only_the_last_choice_counts(
    open_window: Open, qtbot: QtBot
) -> None:
    go_on = threading.Event()

    def count(days: int) -> int:
        if days == 90:
            go_on.wait(5)
        return days

    window = open_window(90, count)
    assert not window.confirm.isEnabled()
    assert "Counting" in window.words.text()
    choose(window, "180 days")
    assert not window.confirm.isEnabled()
    go_on.set()
    qtbot.waitUntil(window.confirm.isEnabled)
    assert "180 calls" in window.words.text()


def test_calls_that_cannot_be_counted_are_not_deleted(open_window: Open, qtbot: QtBot) -> None:
    def count(_: int) -> int:
        raise JournalError(Sentence("The disk is gone."))

    window = open_window(90, count)
    qtbot.waitUntil(lambda: "The disk is gone." in window.words.text())
    assert not window.confirm.isEnabled()
    choose(window, "For ever")
    assert window.confirm.isEnabled()


def test_a_window_closed_while_it_counts_is_no_trouble(open_window: Open, qtbot: QtBot) -> None:
    go_on = threading.Event()
    done = threading.Event()

    def count(_: int) -> int:
        go_on.wait(5)
        done.set()
        return 1

    window = open_window(90, count)
    click(window.cancel)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    go_on.set()
    qtbot.waitUntil(done.is_set)


def test_the_count_of_a_real_journal_is_what_then_goes(
    open_window: Open, journal: JournalOnDisk, qtbot: QtBot
) -> None:
    journal.write(PLACED, PLACED, seconds_ago=40 * DAY_S)
    (kept,) = journal.write(PLACED, seconds_ago=DAY_S)
    forgetting = Forgetting(journal.path, journal.lifelines)
    window = open_window(30, forgetting.work.count_older)
    window.chosen.connect(forgetting.forget_older)
    qtbot.waitUntil(window.confirm.isEnabled)
    assert window.confirm.text() == "Delete 2 calls"
    assert len(journal.calls()) == 3
    with qtbot.waitSignal(forgetting.forgotten) as told:
        click(window.confirm)
    assert told.args == [2]
    assert [call.row for call in journal.calls()] == [kept.row]
