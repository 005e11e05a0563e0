"""Accounts fetched from the provider into the call bar, by keys and clicks."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QListView,
    QPushButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from dialer.calls.records import PhoneAccount
from dialer.calls.sentence import Sentence
from dialer.settings.profile import Profile
from dialer.ui.account_choice import AccountChoice
from dialer.ui.call_bar import CallBar
from dialer.ui.icons import Icons
from dialer.ui.records_worker import AccountsNews
from dialer.ui.theme import Theme
from ui.operating import rows_of, words_in

# What the offscreen platform says of windows with a smallest size, and of lists that drop down.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
ENTER = Qt.Key.Key_Return
WORK = Profile("work", account="test_001", display_number="1008122211", app_id="4luaKsL2")
FETCH = "Fetch from provider…"
ACCOUNTS = (
    PhoneAccount("test_001", "Test phone", "Sandbox", "1008122211"),
    PhoneAccount("desk_001", "Front desk", "Sales", "442079460001"),
    PhoneAccount("desk_002", "Back office", "Sales"),
    PhoneAccount("desk_003", "Desk 3", "Support", "442079460003"),
)


class Bar:
    """A call bar whose accounts the test gives."""

    def __init__(self, qtbot: QtBot, theme: Theme) -> None:
        self.qtbot = qtbot
        self.bar = CallBar(theme, Icons(theme))
        qtbot.addWidget(self.bar)
        self.bar.resize(1000, 140)
        self.asked: list[Profile] = []
        self.cancelled = 0
        self.calls: list[object] = []
        self.bar.accounts_asked.connect(self.asked.append)
        self.bar.accounts_cancelled.connect(self._on_cancelled)
        self.bar.call_asked.connect(self.calls.append)
        with qtbot.waitActive(self.bar):
            self.bar.show()
            self.bar.activateWindow()
        self.bar.use_profile(WORK)
        self.bar.account.setFocus()

    def _on_cancelled(self) -> None:
        self.cancelled += 1

    @property
    def dialog(self) -> AccountChoice | None:
        found = [each for each in self.bar.findChildren(AccountChoice) if each.isVisible()]
        return found[0] if found else None

    @property
    def choice(self) -> AccountChoice:
        assert self.dialog is not None
        return self.dialog

    @property
    def offered(self) -> list[str]:
        popup = QApplication.activePopupWidget()
        if popup is None:
            return []
        assert isinstance(popup, QListView)
        model = popup.model()
        return [str(model.index(row, 0).data()) for row in range(model.rowCount())]

    @property
    def words(self) -> str:
        return " ".join(words_in(self.choice))

    @property
    def rows(self) -> list[str]:
        return [row["Account"] for row in rows_of(self.choice.table.model())]

    @property
    def fields(self) -> tuple[str, str]:
        return self.bar.account.text(), self.bar.display_number.text()

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            QTest.keyClick(self._has_keyboard(), key)

    def write(self, text: str) -> None:
        for char in text:
            QTest.keyClicks(self._has_keyboard(), char)

    def _has_keyboard(self) -> QWidget:
        if popup := QApplication.activePopupWidget():
            return popup
        if self.dialog is None and not self.bar.isActiveWindow():
            # A window manager would give the keyboard back after a dialog.
            self.bar.activateWindow()
            self.qtbot.waitUntil(self.bar.isActiveWindow)
        return QApplication.focusWidget() or self.bar

    def click(self, words: str) -> None:
        (button,) = (
            each
            for each in self.choice.findChildren(QPushButton)
            if each.text() == words and each.isVisible()
        )
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def fetch(self) -> None:
        """Choose the last entry of the account's list, by keys."""
        before = len(self.asked)
        self.bar.account.setFocus()
        self.press(Key.Key_Down)
        assert self.offered[-1] == FETCH
        popup = QApplication.activePopupWidget()
        assert isinstance(popup, QListView)
        while popup.currentIndex().row() < len(self.offered) - 1:
            self.press(Key.Key_Down)
        self.press(ENTER)
        self.qtbot.waitUntil(lambda: len(self.asked) > before)
        self.qtbot.waitUntil(self.choice.isActiveWindow)

    def list_accounts(self) -> None:
        """Fetch, and have the provider answer."""
        self.fetch()
        self.bar.on_accounts(AccountsNews(WORK, ACCOUNTS))


@pytest.fixture
def bar(qapp: QApplication, qtbot: QtBot) -> Bar:
    return Bar(qtbot, Theme(qapp, "light"))


def test_the_list_of_the_account_field_ends_in_the_offer_to_fetch(bar: Bar) -> None:
    bar.bar.remember(["test_002", "test_001"], [])
    bar.press(Key.Key_Down)
    assert bar.offered == ["test_002", "test_001", FETCH]
    bar.press(Key.Key_Escape)
    bar.bar.use_profile(None)
    bar.press(Key.Key_Down)
    assert bar.offered == ["test_002", "test_001"]


def test_the_offer_is_reached_by_going_up_past_the_first(bar: Bar) -> None:
    bar.bar.show_accounts(WORK, ACCOUNTS)
    bar.press(Key.Key_Down, Key.Key_Up, Key.Key_Up, ENTER)
    bar.qtbot.waitUntil(lambda: bar.asked == [WORK])


def test_fetching_is_said_until_the_list_comes_and_enter_takes(bar: Bar) -> None:
    bar.fetch()
    assert bar.asked == [WORK]
    assert bar.fields == ("test_001", "1008122211")
    assert bar.words.startswith("Fetching…")
    bar.bar.on_accounts(AccountsNews(WORK, ACCOUNTS))
    assert "4 accounts" in bar.words
    assert bar.rows == [each.account for each in ACCOUNTS]
    assert bar.choice.table.currentIndex().row() == 0  # the one that is in the field
    bar.write("front")
    assert bar.rows == ["desk_001"]
    assert "1 of 4 accounts" in bar.words
    bar.press(ENTER)
    assert bar.dialog is None
    assert bar.fields == ("desk_001", "442079460001")
    assert (bar.calls, bar.cancelled) == ([], 0)
    assert bar.bar.focusWidget() is bar.bar.account


def test_an_account_without_display_number_leaves_the_one_that_is_there(bar: Bar) -> None:
    bar.list_accounts()
    bar.write("back")
    bar.press(ENTER)
    assert bar.fields == ("desk_002", "1008122211")


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("sales", ["desk_001", "desk_002"]),
        ("SALES back", ["desk_002"]),
        ("+442079", ["desk_001", "desk_003"]),
        ("desk 3", ["desk_003"]),
        ("_00", ["test_001", "desk_001", "desk_002", "desk_003"]),
        ("no such", []),
    ],
)
def test_typing_finds_by_every_column(bar: Bar, text: str, rows: list[str]) -> None:
    bar.list_accounts()
    bar.write(text)
    assert bar.rows == rows


def test_what_fits_nothing_cannot_be_taken(bar: Bar) -> None:
    bar.list_accounts()
    bar.write("zzz")
    assert "None of 4 accounts" in bar.words
    bar.press(ENTER)
    assert bar.dialog is not None
    bar.press(Key.Key_Backspace, Key.Key_Backspace, Key.Key_Backspace, ENTER)
    assert bar.fields == ("test_001", "1008122211")


def test_arrow_keys_go_through_the_list_while_one_types(bar: Bar) -> None:
    bar.list_accounts()
    bar.press(Key.Key_Down, Key.Key_Down, Key.Key_Up, ENTER)
    assert bar.fields[0] == "desk_001"


def test_a_double_click_takes_and_so_does_the_button(bar: Bar) -> None:
    bar.list_accounts()
    table = bar.choice.table
    place = table.visualRect(table.model().index(3, 1)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert bar.dialog is not None
    bar.click("Use account")
    assert bar.fields == ("desk_003", "442079460003")
    bar.list_accounts()
    table = bar.choice.table
    place = table.visualRect(table.model().index(1, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert bar.fields == ("desk_001", "442079460001")


def test_esc_cancels_and_what_comes_late_is_remembered_only(bar: Bar) -> None:
    bar.fetch()
    bar.press(Key.Key_Escape)
    assert bar.dialog is None
    assert bar.cancelled == 1
    bar.bar.on_accounts(AccountsNews(WORK, ACCOUNTS))
    assert bar.dialog is None
    assert bar.fields == ("test_001", "1008122211")
    bar.press(Key.Key_Down)
    assert "desk_001 · Front desk" in bar.offered


def test_trouble_is_told_and_can_be_tried_again(bar: Bar) -> None:
    bar.fetch()
    bar.bar.on_accounts(AccountsNews(WORK, trouble=Sentence("The provider said <b>no</b>.")))
    assert "The accounts could not be fetched. The provider said <b>no</b>." in bar.words
    bar.click("Try again")
    assert bar.asked == [WORK, WORK]
    assert bar.words.startswith("Fetching…")
    bar.bar.on_accounts(AccountsNews(WORK, ACCOUNTS))
    assert len(bar.rows) == 4
    bar.click("Cancel")
    assert bar.cancelled == 1


def test_an_empty_list_is_told(bar: Bar) -> None:
    bar.fetch()
    bar.bar.on_accounts(AccountsNews(WORK))
    assert "There are no accounts." in bar.words
    assert "application ID" in bar.words
    bar.press(ENTER)  # Cancel has the focus
    assert bar.dialog is None


def test_one_account_is_one(bar: Bar) -> None:
    bar.fetch()
    bar.bar.on_accounts(AccountsNews(WORK, ACCOUNTS[:1]))
    assert "1 account" in [label.text() for label in bar.choice.findChildren(QLabel)]


def test_the_field_completes_from_the_list_by_account_and_phone_name(bar: Bar) -> None:
    bar.bar.remember(["test_002"], [])
    bar.bar.show_accounts(WORK, ACCOUNTS)
    bar.bar.account.clear()
    bar.write("off")
    assert bar.offered == ["desk_002 · Back office"]
    bar.press(Key.Key_Down, ENTER)
    assert bar.fields == ("desk_002", "1008122211")
    bar.bar.account.clear()
    bar.write("desk_003")
    assert bar.offered == []
    assert bar.bar.account.values() == ["test_002"]
    bar.bar.account.clear()
    bar.write("front")
    bar.press(Key.Key_Down, ENTER)
    assert bar.fields == ("desk_001", "442079460001")
    assert bar.calls == []


def test_a_list_belongs_to_its_profile(bar: Bar) -> None:
    bar.bar.show_accounts(WORK, ACCOUNTS)
    bar.bar.use_profile(Profile("home"))
    bar.press(Key.Key_Down)
    assert bar.offered == [FETCH]
    bar.press(Key.Key_Escape)
    bar.bar.show_accounts(WORK, ACCOUNTS)
    bar.bar.use_profile(WORK)
    bar.press(Key.Key_Down)
    assert bar.offered == [
        "test_001 · Test phone",
        "desk_001 · Front desk",
        "desk_002 · Back office",
        "desk_003 · Desk 3",
        FETCH,
    ]


def test_another_profile_s_accounts_are_not_listed_for_this_one(bar: Bar) -> None:
    bar.fetch()
    bar.bar.on_accounts(AccountsNews(Profile("home"), ACCOUNTS))
    assert bar.words.startswith("Fetching…")


def test_a_click_fetches_too(bar: Bar) -> None:
    (chevron,) = bar.bar.account.findChildren(QToolButton)
    assert chevron.isVisible()
    bar.qtbot.mouseClick(chevron, Qt.MouseButton.LeftButton)
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, QListView)
    place = popup.visualRect(popup.model().index(len(bar.offered) - 1, 0)).center()
    bar.qtbot.mouseClick(popup.viewport(), Qt.MouseButton.LeftButton, pos=place)
    bar.qtbot.waitUntil(lambda: bar.asked == [WORK])


def test_two_thousand_accounts_are_filtered_as_one_types(bar: Bar) -> None:
    many = tuple(PhoneAccount(f"a{n:04}", f"Phone {n}", "Group") for n in range(2000))
    bar.fetch()
    bar.bar.on_accounts(AccountsNews(WORK, many))
    assert "2000 accounts" in bar.words
    assert [bar.choice.table.isColumnHidden(column) for column in range(4)] == [False] * 3 + [True]
    bar.write("phone 1999")
    assert bar.rows == ["a1999"]
