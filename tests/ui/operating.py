"""The window as an operator uses it: by keys, by clicks, and by what is to be seen."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QWidget,
)
from pytestqt.qtbot import QtBot

from dialer.program import Program
from dialer.ui.band import MessageBand

SECONDS = 10.0
"""How long is waited for what takes a fraction of a second."""

ENTER = Qt.Key.Key_Return
ESC = Qt.Key.Key_Escape
CTRL = Qt.KeyboardModifier.ControlModifier

_W = TypeVar("_W", bound=QWidget)


class Operator:
    """Sits before one running program. Keys go where the window system would send them."""

    def __init__(self, qtbot: QtBot, program: Program) -> None:
        self._qtbot = qtbot
        self.program = program
        self.window = program.window
        self._ended = False

    def open(self) -> None:
        """Open the window."""
        with self._qtbot.waitActive(self.window):
            self.program.show()
            self.window.activateWindow()
        self.wait_until_begun()

    def wait_until_ready(self) -> None:
        """Wait until calls can be placed, or the window says why none can."""
        self.wait_until_begun()
        calling = self.program._calling
        self.until(
            lambda: (
                calling.trouble is not None
                or (
                    calling.history is not None
                    and calling.can_read_numbers
                    and not calling.starting
                    and self.program._outside is not None
                )
            )
        )

    def wait_until_begun(self) -> None:
        """Wait until the window is on screen and complete."""
        self.until(lambda: self.program._begun)

    def until(self, condition: Callable[[], object], seconds: float = SECONDS) -> None:
        """Wait until `condition` holds."""
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=round(seconds * 1000))

    # What the operator does

    def press(
        self,
        *keys: Qt.Key,
        modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        """Press keys one after the other."""
        for key in keys:
            QTest.keyClick(self._has_keyboard(), key, modifier)

    def write(self, text: str, into: str | None = None) -> None:
        """Type, in place of what stands in the field named `into` if there is one named."""
        if into is not None:
            self.go_to(into)
            self.press(Qt.Key.Key_A, modifier=CTRL)
            self.press(Qt.Key.Key_Delete)
        for character in text:
            QTest.keyClicks(self._has_keyboard(), character)

    def go_to(self, name: str) -> None:
        """Click into the field of that name."""
        self.click(self.field(name))

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        """Click on a widget, in its middle or at a place in it."""
        place = widget.rect().center() if at is None else at
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=place)

    def double_click(self, widget: QWidget, at: QPoint) -> None:
        """Click twice at a place in a widget, quickly."""
        QTest.mouseDClick(widget, Qt.MouseButton.LeftButton, pos=at)

    def menu(self, title: str, *items: str) -> None:
        """Open a menu of the window and choose an item of it."""
        bar = self.window.menuBar()
        opened = next(a for a in bar.actions() if _bare(a.text()) == title)
        self.click(bar, bar.actionGeometry(opened).center())
        menu: QMenu | None = opened.menu()
        for item in items:
            assert menu is not None
            action = next(a for a in menu.actions() if _bare(a.text()) == item)
            assert action.isVisible()
            assert action.isEnabled()
            shown, menu = menu, action.menu()
            if menu is None:
                self.click(shown, shown.actionGeometry(action).center())
            else:
                shown.setActiveAction(action)
                QTest.keyClick(shown, Qt.Key.Key_Right)

    def call(self, number: str) -> str:
        """Type a number, press Enter and wait for the outcome; what the window then says."""
        self.write(number, into="Callee")
        self.press(ENTER)
        return self.outcome()

    def outcome(self) -> str:
        """Wait until the call under way has ended; what the window then says."""
        self.until(lambda: self.busy)
        self.until(lambda: not self.busy)
        return self.message

    # What is to be seen

    @property
    def message(self) -> str:
        """What the message band says, "" while there is none."""
        return message_in(self.window.band)

    @property
    def line(self) -> str:
        """What the quiet line under the callee says."""
        return " ".join(words_in(self.window.bar.line))

    @property
    def busy(self) -> bool:
        """Whether the Call button says that a call is under way."""
        return self.window.bar.call_button.text() == "Calling…"

    @property
    def focus(self) -> str:
        """The name of what has the keyboard."""
        focused = QApplication.focusWidget()
        return focused.accessibleName() if focused else ""

    def field(self, name: str) -> QLineEdit:
        """The field of that name."""
        return self._named(QLineEdit, name)

    def text(self, name: str) -> str:
        """What stands in the field of that name."""
        return self.field(name).text()

    def is_marked_wrong(self, name: str) -> bool:
        """Whether the field of that name has its edge in the error colour."""
        return bool(self.field(name).property("wrong"))

    def button(self, words: str) -> QAbstractButton:
        """The button with these words, wherever it is to be seen."""
        return self._button(lambda text: _bare(text) == words)

    def button_like(self, *parts: str) -> QAbstractButton:
        """The button whose words have all these parts."""
        return self._button(lambda text: all(part in text for part in parts))

    def switcher(self) -> QComboBox:
        """The profile switcher, seen or not."""
        return self._named(QComboBox, "Profile")

    def rows(self) -> list[dict[str, str]]:
        """The history as its table shows it: a dictionary by column titles for each row."""
        return rows_of(self.window.history.table.model())

    def status_text(self) -> str:
        """All that the status line says."""
        return " · ".join(words_in(self.window.status))

    def select(self, row: int) -> QPoint:
        """Click on a row of the history; where that was."""
        table = self.window.history.table
        place = table.visualRect(table.model().index(row, 1)).center()
        self.click(table.viewport(), place)
        return place

    def quit(self) -> None:
        """Close the window and wait until nothing of the program runs any more."""
        self.window.close()
        self.wait_for_the_end()

    def wait_for_the_end(self) -> None:
        """Wait until nothing of the program runs any more. Asked again, it does nothing."""
        if not self._ended:
            self.wait_until_begun()
            # Not one alone: what ends a thread comes to this one, which must not wait for it yet.
            joined = self.program._quitting._threads
            self.until(lambda: not any(thread.isRunning() for thread in joined))
            self.program.end()
            self._ended = True

    def forget(self) -> None:
        """End the program, if it has not ended, and let go of it."""
        if not self._ended:
            self.quit()
        self.window.deleteLater()
        self.program.deleteLater()
        del self.program, self.window

    def _has_keyboard(self) -> QWidget:
        if popup := QApplication.activePopupWidget():
            return popup
        active = QApplication.activeWindow()
        if active is None or not active.isVisible():
            # A window manager would give the keyboard back after a menu or a dialog.
            self.window.activateWindow()
            self.until(self.window.isActiveWindow)
        return QApplication.focusWidget() or self.window

    def _button(self, fits: Callable[[str], bool]) -> QAbstractButton:
        def found() -> list[QAbstractButton]:
            buttons = self.window.findChildren(QAbstractButton)
            return [each for each in buttons if each.isVisible() and fits(each.text())]

        self.until(found)  # a new button is seen once its place has been laid out
        (button,) = found()
        return button

    def _named(self, kind: type[_W], name: str) -> _W:
        (found,) = (
            each
            for each in self.window.findChildren(kind)
            if each.accessibleName() == name and each.window() is self.window
        )
        return found


Start = Callable[..., Operator]
"""The `start` fixture: starts the program, `start(sandbox=True)`."""


def rows_of(model: object) -> list[dict[str, str]]:
    """What a model of the history shows."""
    columns = range(model.columnCount())  # type: ignore[attr-defined]
    titles = [model.headerData(column, Qt.Orientation.Horizontal) for column in columns]  # type: ignore[attr-defined]
    return [
        {
            title: model.index(row, column).data()
            for column, title in zip(columns, titles, strict=True)
        }  # type: ignore[attr-defined]
        for row in range(model.rowCount())  # type: ignore[attr-defined]
    ]


def words_in(widget: QWidget) -> list[str]:
    """The words of every label to be seen in a widget."""
    labels = (each for each in widget.findChildren(QLabel) if each.isVisibleTo(widget))
    return [label.text() for label in labels if label.text()]


def message_in(band: MessageBand) -> str:
    """What a message band says, "" while it is not there."""
    return " ".join(words_in(band)) if band.isVisible() else ""


def _bare(text: str) -> str:
    """The words of a button or a menu without the mark of its shortcut."""
    return text.replace("&", "")
