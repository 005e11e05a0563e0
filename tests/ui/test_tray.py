"""The icon in the tray and its menu: all that it asks for, and a tray that comes and goes."""

import sys
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon
from pytestqt.qtbot import QtBot

from dialer.ui.icons import Icons
from dialer.ui.theme import Theme
from dialer.ui.tray import Tray

# Offscreen there is no tray to watch for, which Qt says of each icon that is shown.
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", "This plugin does not support")

Reason = QSystemTrayIcon.ActivationReason


class Desktop:
    """A desktop that has a tray, or does not."""

    has_tray = True


@pytest.fixture
def desktop(monkeypatch: pytest.MonkeyPatch) -> Desktop:
    made = Desktop()
    monkeypatch.setattr(
        QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: made.has_tray)
    )
    return made


class Asked(list[str]):
    """What the tray asked for, in order."""

    def __init__(self, tray: Tray) -> None:
        super().__init__()
        tray.show_asked.connect(lambda: self.append("show"))
        tray.redial_asked.connect(lambda: self.append("redial"))
        tray.clipboard_asked.connect(lambda: self.append("clipboard"))
        tray.callee_chosen.connect(lambda digits: self.append(f"callee {digits}"))
        tray.quit_asked.connect(lambda: self.append("quit"))
        tray.availability_changed.connect(
            lambda: self.append("a tray" if tray.available else "no tray")
        )


@pytest.fixture
def tray(qapp: QApplication, desktop: Desktop) -> Iterator[Tray]:
    parent = QObject()
    made = Tray(Icons(Theme(qapp, "light")), parent)
    made._looks.setInterval(10)
    yield made
    made.turn(False)
    made.watch(False)
    parent.deleteLater()


def icon(tray: Tray) -> QSystemTrayIcon:
    (found,) = icons(tray)
    return found


def icons(tray: Tray) -> list[QSystemTrayIcon]:
    return [each for each in tray.findChildren(QSystemTrayIcon) if each.isVisible()]


def texts(menu: QMenu) -> list[str]:
    return ["—" if each.isSeparator() else each.text() for each in menu.actions()]


def recent(tray: Tray) -> QMenu:
    (submenu,) = [each.menu() for each in icon(tray).contextMenu().actions() if each.menu()]
    assert isinstance(submenu, QMenu)
    return submenu


def press(qtbot: QtBot, menu: QMenu, *keys: Qt.Key) -> None:
    """Open a menu and press keys in it."""
    menu.popup(menu.pos())
    qtbot.waitUntil(menu.isVisible)
    for key in keys:
        popup = QApplication.activePopupWidget()
        assert popup is not None
        qtbot.keyClick(popup, key)


def test_nothing_is_made_before_the_tray_is_turned_on(tray: Tray) -> None:
    tray.set_recent([("442079460958", "+44 20 7946 0958")])
    tray.set_sandbox(True)
    tray.show_message("A headline", "A text")
    assert not tray.findChildren(QSystemTrayIcon)
    assert not tray._looks.isActive()


def test_the_menu_has_what_can_be_done_without_the_window(tray: Tray) -> None:
    tray.turn(True)
    menu = icon(tray).contextMenu()
    assert [text.replace("&", "") for text in texts(menu)] == [
        *("Open Dialer", "—", "Redial", "Call from clipboard", "Recent callees", "—", "Quit"),
    ]
    keys = [text[text.index("&") + 1].lower() for text in texts(menu) if text != "—"]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("key", "asked"),
    [
        (Qt.Key.Key_O, "show"),
        (Qt.Key.Key_R, "redial"),
        (Qt.Key.Key_C, "clipboard"),
        (Qt.Key.Key_Q, "quit"),
    ],
)
def test_each_item_asks_for_one_thing(qtbot: QtBot, tray: Tray, key: Qt.Key, asked: str) -> None:
    heard = Asked(tray)
    tray.turn(True)
    press(qtbot, icon(tray).contextMenu(), key)
    assert heard == [asked]


def test_a_recent_callee_is_chosen_by_its_digits(qtbot: QtBot, tray: Tray) -> None:
    heard = Asked(tray)
    tray.set_recent([("442079460958", "+44 20 7946 0958"), ("49301234567", "+49 30 1234567")])
    tray.turn(True)
    press(
        qtbot,
        icon(tray).contextMenu(),
        *(Qt.Key.Key_A, Qt.Key.Key_Down, Qt.Key.Key_Return),
    )
    assert heard == ["callee 49301234567"]


def test_the_words_of_a_callee_are_shown_as_they_are(tray: Tray) -> None:
    tray.turn(True)
    tray.set_recent([("442079460958", "Smith & <b>Sons</b>\tCtrl+Q && x" + "y" * 100)])
    (text,) = texts(recent(tray))
    assert text == "Smith && <b>Sons</b> Ctrl+Q &&&& x" + "y" * 49
    assert recent(tray).actions()[0].shortcut().isEmpty()


def test_there_are_never_more_than_ten_recent_callees_and_none_is_no_menu(tray: Tray) -> None:
    tray.turn(True)
    assert not recent(tray).menuAction().isEnabled()
    tray.set_recent([(f"4420794609{n:02d}", f"number {n}") for n in range(30)])
    assert texts(recent(tray)) == [f"number {n}" for n in range(10)]
    assert recent(tray).menuAction().isEnabled()
    tray.set_recent([])
    assert texts(recent(tray)) == []
    assert not recent(tray).menuAction().isEnabled()


@pytest.mark.parametrize(
    ("reason", "platform", "asked"),
    [
        (Reason.Trigger, "linux", ["show"]),
        (Reason.DoubleClick, "win32", ["show"]),
        (Reason.Context, "linux", []),
        (Reason.MiddleClick, "linux", []),
        (Reason.Trigger, "darwin", []),
    ],
)
def test_a_click_asks_for_the_window_except_where_it_opens_the_menu(
    tray: Tray,
    monkeypatch: pytest.MonkeyPatch,
    reason: Reason,
    platform: str,
    asked: list[str],
) -> None:
    heard = Asked(tray)
    tray.turn(True)
    monkeypatch.setattr(sys, "platform", platform)
    icon(tray).activated.emit(reason)
    assert heard == asked


def test_the_sandbox_is_named_beside_the_icon(tray: Tray) -> None:
    tray.turn(True)
    assert icon(tray).toolTip() == "Dialer"
    tray.set_sandbox(True)
    assert icon(tray).toolTip() == "Dialer (SANDBOX)"
    tray.turn(False)
    tray.turn(True)
    assert icon(tray).toolTip() == "Dialer (SANDBOX)"
    tray.set_sandbox(False)
    assert icon(tray).toolTip() == "Dialer"


def test_the_icon_is_taken_away_and_comes_back_with_all_it_had(tray: Tray) -> None:
    heard = Asked(tray)
    tray.set_recent([("442079460958", "+44 20 7946 0958")])
    for _ in range(2):
        tray.turn(True)
        tray.turn(True)
        assert not icon(tray).icon().isNull()
        recent(tray).actions()[0].trigger()
        tray.turn(False)
        tray.turn(False)
        assert not icons(tray)
    assert heard == ["callee 442079460958"] * 2


def test_a_tray_that_goes_and_comes_is_told_while_it_is_watched(
    qtbot: QtBot, tray: Tray, desktop: Desktop
) -> None:
    heard = Asked(tray)
    tray.turn(True)
    tray.watch(True)
    desktop.has_tray = False
    qtbot.waitUntil(lambda: heard == ["no tray"])
    assert not icons(tray)
    desktop.has_tray = True
    qtbot.waitUntil(lambda: heard == ["no tray", "a tray"])
    assert icons(tray)
    tray.watch(False)
    assert not tray._looks.isActive()


def test_a_tray_that_was_gone_before_it_was_watched_is_told_too(
    qtbot: QtBot, tray: Tray, desktop: Desktop
) -> None:
    heard = Asked(tray)
    tray.turn(True)
    desktop.has_tray = False
    tray.watch(True)
    tray.watch(True)
    qtbot.waitUntil(lambda: heard == ["no tray"])


def test_the_icon_shows_once_there_is_a_tray(qtbot: QtBot, tray: Tray, desktop: Desktop) -> None:
    heard = Asked(tray)
    desktop.has_tray = False
    tray.turn(True)
    assert not icons(tray)
    desktop.has_tray = True
    qtbot.waitUntil(lambda: bool(icons(tray)))
    assert not tray._looks.isActive()
    assert heard == []


def test_a_tray_that_is_turned_off_is_not_waited_for(tray: Tray, desktop: Desktop) -> None:
    desktop.has_tray = False
    tray.turn(True)
    assert tray._looks.isActive()
    tray.turn(False)
    assert not tray._looks.isActive()
