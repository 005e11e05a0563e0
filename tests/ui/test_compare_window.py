"""The window that compares with the provider, as the operator uses it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from dialer.calls.details import CallDetails
from dialer.calls.reconcile import Comparison
from dialer.calls.sentence import Sentence
from dialer.calls.settle import SURELY_KEPT_MS
from dialer.settings.profile import Profile
from dialer.ui.compare_window import LISTED, CompareWindow
from dialer.ui.icons import Icons
from dialer.ui.records_worker import CompareOrder, ComparisonNews
from dialer.ui.theme import Theme
from ui.operating import message_in, words_in
from ui.recorded_calls import ANSWERED, BARE, ID, T

# What the offscreen platform says of windows with a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

DAY_MS = 86_400_000
NOW = datetime(2026, 2, 3, 15, 30).astimezone()
WORK = Profile("work", account="test_001")
REFUSED = Sentence("The provider refused.")


class Comparing:
    """The window, what it asked for, and how often it asked to stop."""

    def __init__(self, qtbot: QtBot, theme: Theme) -> None:
        self.window = CompareWindow(theme, Icons(theme), WORK, lambda: NOW)
        qtbot.addWidget(self.window)
        self.orders: list[CompareOrder] = []
        self.stops: list[bool] = []
        self.window.asked.connect(self.orders.append)
        self.window.stop_asked.connect(lambda: self.stops.append(True))
        with qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()

    def press(self, words: str) -> None:
        (button,) = (
            each
            for each in self.window.findChildren(QPushButton)
            if each.text() == words and each.isVisible()
        )
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def tell(self, comparison: Comparison | None = None, trouble: Sentence | None = None) -> None:
        self.window.show_news(ComparisonNews(self.orders[-1], comparison, trouble))

    @property
    def message(self) -> str:
        return message_in(self.window.band)

    def copied(self) -> list[list[str]]:
        self.press("Copy list")
        return [line.split("\t") for line in QGuiApplication.clipboard().text().split("\n")]


@pytest.fixture
def comparing(qtbot: QtBot, qapp: QApplication) -> Iterator[Comparing]:
    before = QLocale()
    QLocale.setDefault(QLocale("en_US"))
    yield Comparing(qtbot, Theme(qapp, "light"))
    QLocale.setDefault(before)


def test_enter_compares_the_chosen_period_from_local_midnight(comparing: Comparing) -> None:
    QTest.keyClick(comparing.window, Qt.Key.Key_Return)
    (order,) = comparing.orders
    first = datetime(2026, 1, 28).astimezone()
    assert (order.profile, order.since_ms) == (WORK, round(first.timestamp() * 1000))
    assert order.until_ms == round(NOW.timestamp() * 1000)
    assert not order.stopped.is_set()
    assert comparing.message == "Reading the provider's records."
    assert not comparing.window.start.isEnabled()


def test_no_more_is_offered_than_is_compared_and_the_window_says_so(comparing: Comparing) -> None:
    period = comparing.window.period
    days = [int(period.itemData(place)) for place in range(period.count())]
    assert max(days) * DAY_MS == SURELY_KEPT_MS
    assert period.itemText(period.count() - 1) == "Last 58 days"
    (about,) = (words for words in words_in(comparing.window) if "Nothing is called" in words)
    assert "for 58 days, so older calls are not compared" in about
    period.setFocus()
    QTest.keyClick(period, Qt.Key.Key_End)
    comparing.press("Compare")
    since = datetime.fromtimestamp(comparing.orders[0].since_ms / 1000).astimezone()
    assert since.date() == NOW.date() - timedelta(days=57)


def test_what_was_found_is_listed_and_counted(comparing: Comparing) -> None:
    comparing.press("Compare")
    here = CallDetails("555", callee="442079460018", submitted_at=T, phone_name="Alice")
    comparing.tell(Comparison([ANSWERED], [BARE], [here], more_here=4, updated=1_200))
    assert comparing.message == "6 differences. 1,200 calls got new details, 1 were settled."
    found = comparing.window.found
    tops = [found.topLevelItem(number) for number in range(found.topLevelItemCount())]
    assert [(top.text(0), top.childCount()) for top in tops] == [
        ("Settled: found in the provider's records (1)", 1),
        ("The provider shows no such call (1)", 1),
        ("Not in this history (5)", 1),
    ]
    assert tops[0].child(0).text(1) == "+86 138 0013 8000"
    comparing.press("Compare")
    comparing.tell(Comparison())
    assert comparing.message.startswith("Both sides have the same calls.")
    assert found.topLevelItemCount() == 0


def test_of_very_many_only_some_are_listed_and_all_counted(comparing: Comparing) -> None:
    comparing.press("Compare")
    comparing.tell(Comparison(missing_here=[CallDetails(str(n)) for n in range(LISTED + 1)]))
    top = comparing.window.found.topLevelItem(0)
    assert top.text(0) == "Not in this history (1,001)"
    assert top.child(LISTED).text(0) == "… and more"


def test_the_copied_list_runs_nothing_in_a_spreadsheet(comparing: Comparing) -> None:
    comparing.press("Compare")
    evil = CallDetails("@SUM(A1)", callee="=1+1", phone_name='=HYPERLINK("http://x.example")')
    settled = replace(ANSWERED, request=replace(ANSWERED.request, account="+cmd"))
    comparing.tell(Comparison([settled], [], [evil]))
    titles_and_rows = comparing.copied()
    assert titles_and_rows[1][1:] == ["+8613800138000", "'+cmd", ID]
    assert titles_and_rows[3] == ["—", "'=1+1", '\'=HYPERLINK("http://x.example")', "'@SUM(A1)"]


def test_stop_counts_before_the_worker_has_begun(comparing: Comparing) -> None:
    comparing.press("Compare")
    comparing.press("Stop")
    assert comparing.orders[0].stopped.is_set()
    assert comparing.stops == [True]
    comparing.tell()
    assert comparing.message == "Stopped. Nothing is lost."
    comparing.press("Compare")
    assert not comparing.orders[1].stopped.is_set()


def test_what_breaks_after_stop_is_no_trouble(comparing: Comparing) -> None:
    comparing.press("Compare")
    comparing.press("Stop")
    comparing.tell(trouble=REFUSED)
    assert comparing.message == "Stopped. Nothing is lost."


def test_a_trouble_is_told_and_it_can_be_tried_again(comparing: Comparing) -> None:
    comparing.press("Compare")
    comparing.tell(trouble=REFUSED)
    assert comparing.message == "The records could not be compared. The provider refused."
    assert comparing.window.start.isEnabled()


@pytest.mark.parametrize("way", ["Esc", "Close", "the frame"])
def test_closing_stops_what_is_under_way_and_hears_no_more(comparing: Comparing, way: str) -> None:
    comparing.press("Compare")
    if way == "Esc":
        QTest.keyClick(comparing.window, Qt.Key.Key_Escape)
    elif way == "Close":
        comparing.press("Close")
    else:
        comparing.window.close()
    assert not comparing.window.isVisible()
    assert comparing.orders[0].stopped.is_set()
    assert comparing.stops
    comparing.tell(Comparison([ANSWERED]))
    assert comparing.window.found.topLevelItemCount() == 0


def test_closing_with_nothing_under_way_stops_nothing(comparing: Comparing) -> None:
    comparing.press("Compare")
    comparing.tell(Comparison())
    comparing.press("Close")
    assert not comparing.stops
    assert not comparing.orders[0].stopped.is_set()
