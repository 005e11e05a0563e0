"""The filters above the history: chips, menus and days, by clicks and by keys."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QDate, QPoint, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from dialer.calls.history_query import HistoryQuery, Kind, Sort
from dialer.ui.history_filters import FilterBar
from dialer.ui.history_period import Calendar, Period, Span, span_of
from dialer.ui.icons import Icons
from dialer.ui.period_window import PeriodWindow
from dialer.ui.pill_button import PillButton
from dialer.ui.theme import Theme

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3_600_000


def ms(*moment: int, zone: ZoneInfo = BERLIN) -> int:
    return round(datetime(*moment, tzinfo=zone).timestamp() * 1000)  # type: ignore[arg-type]


class Clock:
    """Stands still until it is set."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp, "light")


@pytest.fixture
def clock() -> Clock:
    return Clock(ms(2026, 11, 24, 14, 2))


@pytest.fixture
def bar(qtbot: QtBot, theme: Theme, clock: Clock) -> Iterator[FilterBar]:
    made = FilterBar(theme, Icons(theme), calendar=Calendar(clock, BERLIN))
    window = QWidget()
    QVBoxLayout(window).addWidget(made)
    qtbot.addWidget(window)
    window.resize(1000, 80)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    yield made


def chip(bar: FilterBar, words: str) -> PillButton:
    (found,) = (
        each
        for each in bar.findChildren(PillButton)
        if each.isVisible() and each.text().replace("&&", "&").startswith(words)
    )
    return found


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def item(menu: QMenu, words: str) -> QAction:
    return next(each for each in menu.actions() if each.text().replace("&&", "&") == words)


def in_menu(qtbot: QtBot, button: PillButton, act: Callable[[QMenu], object]) -> None:
    """Open the menu of a button with the mouse, act in it, and close it."""
    menu = button.menu()
    assert menu is not None
    done: list[object] = []
    # Some versions of Qt come back from the click only once the menu is closed.
    QTimer.singleShot(0, menu, lambda: done.append((act(menu), menu.close())))
    click(button)
    qtbot.waitUntil(lambda: bool(done))


def click_on(menu: QMenu, words: str) -> None:
    place = menu.actionGeometry(item(menu, words)).center()
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=place)


def check(qtbot: QtBot, button: PillButton, *words: str) -> None:
    """Click items of the menu of a button, which stays open meanwhile."""

    def choose(menu: QMenu) -> None:
        for each in words:
            click_on(menu, each)
            assert menu.isVisible()

    in_menu(qtbot, button, choose)


def period(bar: FilterBar) -> tuple[int | None, int | None]:
    query = bar.apply(HistoryQuery())
    return query.since_ms, query.until_ms


def test_nothing_is_left_out_at_first(bar: FilterBar) -> None:
    assert bar.apply(HistoryQuery("bob", sort=Sort.COST)) == HistoryQuery("bob", sort=Sort.COST)
    assert not bar.active
    assert not bar.clearing.isVisible()
    assert chip(bar, "All").isChecked()


def test_today_and_7_days_begin_at_the_operator_s_midnight(bar: FilterBar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.changed):
        click(chip(bar, "Today"))
    assert period(bar) == (ms(2026, 11, 24), None)
    click(chip(bar, "7 days"))
    assert period(bar) == (ms(2026, 11, 18), None)
    assert [each.text() for each in bar.findChildren(PillButton) if each.isChecked()] == ["7 days"]
    click(chip(bar, "7 days"))
    assert chip(bar, "7 days").isChecked()
    click(chip(bar, "All"))
    assert period(bar) == (None, None)


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 28), 24), (date(2026, 3, 29), 23), (date(2026, 10, 25), 25)],
)
def test_a_day_is_as_long_as_the_clocks_make_it(day: date, hours: int) -> None:
    span = span_of(Period.DAYS, day, (day, day), BERLIN)
    assert span.since_ms == ms(day.year, day.month, day.day)
    assert span.until_ms == span.since_ms + hours * HOUR


def test_7_days_over_a_change_of_the_clocks_begin_at_midnight() -> None:
    span = span_of(Period.WEEK, date(2026, 3, 31), None, BERLIN)
    assert span == Span(ms(2026, 3, 25))
    assert ms(2026, 4, 1) - span.since_ms == 7 * 24 * HOUR - HOUR


def test_at_midnight_today_is_the_next_day(bar: FilterBar, clock: Clock, qtbot: QtBot) -> None:
    click(chip(bar, "Today"))
    clock.now = ms(2026, 11, 25) - 50
    bar._calendar.look()  # as each minute
    assert period(bar) == (ms(2026, 11, 24), None)
    with qtbot.waitSignal(bar.changed):
        clock.now = ms(2026, 11, 25)
    assert period(bar) == (ms(2026, 11, 25), None)


def test_after_a_suspended_night_today_is_looked_at_within_a_minute(
    bar: FilterBar, clock: Clock, qtbot: QtBot
) -> None:
    click(chip(bar, "Today"))
    assert 0 < bar._calendar._timer.interval() <= 60_000
    clock.now = ms(2026, 11, 27, 9, 0)
    with qtbot.waitSignal(bar.changed):
        bar._calendar._timer.start(0)
    assert period(bar) == (ms(2026, 11, 27), None)


def test_where_all_is_shown_midnight_changes_nothing(
    bar: FilterBar, clock: Clock, qtbot: QtBot
) -> None:
    clock.now = ms(2026, 11, 25)
    with qtbot.assertNotEmitted(bar.changed):
        bar._calendar.look()


def test_several_outcomes_are_chosen_in_one_go(bar: FilterBar, qtbot: QtBot) -> None:
    with qtbot.waitSignals([bar.changed, bar.changed]):
        check(qtbot, chip(bar, "Outcome"), "Answered", "Unknown")
    assert bar.apply(HistoryQuery()).kinds == (Kind.ANSWERED, Kind.UNKNOWN)
    assert chip(bar, "Outcome").text() == "Outcome: 2"
    assert chip(bar, "Outcome").accessibleName() == "Outcome: Answered, Unknown"
    check(qtbot, chip(bar, "Outcome"), "Answered")
    assert chip(bar, "Outcome").text() == "Outcome: Unknown"


def test_every_kind_can_be_chosen(bar: FilterBar) -> None:
    bar.outcomes.choose(Kind)
    assert bar.apply(HistoryQuery()).kinds == tuple(Kind)


def test_by_keys_space_checks_and_stays_and_enter_checks_and_closes(
    bar: FilterBar, qtbot: QtBot
) -> None:
    seen = []

    def press(menu: QMenu) -> None:
        QTest.keyClick(menu, Qt.Key.Key_Down)
        QTest.keyClick(menu, Qt.Key.Key_Space)
        seen.append(menu.isVisible())
        QTest.keyClick(menu, Qt.Key.Key_Down)
        QTest.keyClick(menu, Qt.Key.Key_Return)
        seen.append(menu.isVisible())

    in_menu(qtbot, chip(bar, "Outcome"), press)
    assert seen == [True, False]
    assert bar.apply(HistoryQuery()).kinds == (Kind.PLACED, Kind.ANSWERED)


def test_accounts_are_chosen_from_those_that_are_offered(bar: FilterBar, qtbot: QtBot) -> None:
    assert not bar.accounts.button.isVisible()
    bar.offer_accounts(["test_001", "A & B", "", "x" * 90])
    check(qtbot, chip(bar, "Account"), "A & B")
    assert bar.apply(HistoryQuery()).accounts == ("A & B",)
    assert chip(bar, "Account").text() == "Account: A && B"
    bar.offer_accounts(["test_001"])
    assert bar.apply(HistoryQuery()).accounts == ("A & B",)
    bar.clear()
    assert bar.apply(HistoryQuery()) == HistoryQuery()


def test_one_profile_is_no_choice(bar: FilterBar, qtbot: QtBot) -> None:
    bar.offer_profiles(["work"])
    assert not bar.profiles.button.isVisible()
    bar.offer_profiles(["work", "home"])
    check(qtbot, chip(bar, "Profile"), "home")
    assert bar.apply(HistoryQuery()).profiles == ("home",)


def test_all_filters_are_cleared_at_once_and_the_keyboard_stays_near(
    bar: FilterBar, qtbot: QtBot
) -> None:
    click(chip(bar, "Today"))
    check(qtbot, chip(bar, "Outcome"), "Rejected")
    bar.window().activateWindow()
    bar.clearing.setFocus()
    qtbot.waitUntil(bar.clearing.hasFocus)
    with qtbot.waitSignal(bar.changed):
        QTest.keyClick(bar.clearing, Qt.Key.Key_Space)
    assert bar.apply(HistoryQuery()) == HistoryQuery()
    assert not bar.clearing.isVisible()
    assert chip(bar, "Today").hasFocus()


def test_days_are_chosen_in_a_window(bar: FilterBar, qtbot: QtBot) -> None:
    click(chip(bar, "Period"))
    (window,) = bar.findChildren(PeriodWindow)
    assert chip(bar, "All").isChecked()
    window.last.setDate(QDate(2026, 10, 25))
    assert window.first.date() == QDate(2026, 10, 25)
    window.first.setDate(QDate(2026, 10, 24))
    with qtbot.waitSignal(bar.changed):
        QTest.keyClick(window.last, Qt.Key.Key_Return)
    assert period(bar) == (ms(2026, 10, 24), ms(2026, 10, 26))
    assert bar.active
    qtbot.waitUntil(lambda: not bar.findChildren(PeriodWindow))


def test_days_that_are_not_confirmed_change_nothing(bar: FilterBar, qtbot: QtBot) -> None:
    click(chip(bar, "7 days"))
    before = period(bar)
    click(chip(bar, "Period"))
    (window,) = bar.findChildren(PeriodWindow)
    QTest.keyClick(window.first, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not bar.findChildren(PeriodWindow))
    assert period(bar) == before
    assert chip(bar, "7 days").isChecked()


def test_in_a_narrow_window_all_of_it_is_one_menu(bar: FilterBar, qtbot: QtBot) -> None:
    bar.offer_accounts(["test_001"])
    bar.window().resize(320, 80)
    qtbot.waitUntil(bar.fold.isVisible)
    assert not bar._pills[0].isVisible()
    menu = bar.fold.menu()
    assert menu is not None
    in_menu(qtbot, bar.fold, lambda menu: click_on(menu, "Today"))
    item(bar.accounts.menu, "test_001").trigger()
    assert period(bar) == (ms(2026, 11, 24), None)
    assert bar.fold.text() == "Filter: 2"
    assert {"Outcome", "Account"} <= {each.text() for each in menu.actions() if each.isVisible()}
    assert "Profile" not in {each.text() for each in menu.actions() if each.isVisible()}
    bar.window().resize(1000, 80)
    qtbot.waitUntil(lambda: not bar.fold.isVisible())
    assert chip(bar, "Today").isChecked()
    bar.window().resize(320, 80)
    item(menu, "Clear filters").trigger()
    assert bar.apply(HistoryQuery()) == HistoryQuery()


@pytest.mark.parametrize("choice", ["light", "dark", "high-contrast"])
def test_a_chip_shows_the_focus_and_being_chosen(bar: FilterBar, theme: Theme, choice: str) -> None:
    theme.choose(choice)  # type: ignore[arg-type]
    button = chip(bar, "Today")
    button.setFocus()
    middle = button.rect().center()
    top = QPoint(middle.x(), (button.height() - theme.px(26)) // 2 + 1)
    assert button.grab().toImage().pixelColor(top) == theme.scheme.accent
    inside = QPoint(middle.x(), top.y() + 3)
    before = button.grab().toImage().pixelColor(inside)
    click(button)
    assert before != button.grab().toImage().pixelColor(inside)


def test_choosing_moves_no_neighbour_and_tab_goes_through_all(bar: FilterBar) -> None:
    before = chip(bar, "7 days").x()
    click(chip(bar, "Today"))
    assert chip(bar, "7 days").x() == before
    reached = []
    chip(bar, "Today").setFocus()
    for _ in range(5):
        focused = QApplication.focusWidget()
        assert isinstance(focused, QPushButton)
        reached.append(focused.text())
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert reached == ["Today", "7 days", "All", "Period…", "Outcome"]
