"""Pasting into a field: as Qt does it, but that the window goes on while the text is awaited."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QInputMethodEvent,
    QKeySequence,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from dialer.ui.edit_menu import edit_menu
from dialer.ui.line_edit import LineEdit
from ui.copied_elsewhere import Elsewhere, ticking

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
LONDON = "+44 20 7946 0018"
desktop = pytest.mark.desktop
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class Field:
    """A line edit in a window of its own, what it told, and a hand on the keyboard."""

    def __init__(self, qtbot: QtBot, kind: type[QLineEdit]) -> None:
        self._qtbot = qtbot
        self.edit = kind()
        self.edited: list[str] = []
        self.entered: list[str] = []
        self.failed = 0
        self.edit.textEdited.connect(self.edited.append)
        self.edit.returnPressed.connect(lambda: self.entered.append(self.edit.text()))
        if isinstance(self.edit, LineEdit):
            self.edit.not_pasted.connect(self._on_not_pasted)
        qtbot.addWidget(self.edit)
        with qtbot.waitActive(self.edit):
            self.edit.show()
            self.edit.activateWindow()
        self.edit.setFocus()

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.edit, key, modifier)

    def type(self, text: str) -> None:
        QTest.keyClicks(self.edit, text)

    def paste(self) -> None:
        self.press(Qt.Key.Key_V, CTRL)

    def has(self, text: str) -> None:
        self._qtbot.waitUntil(lambda: self.edit.text() == text)

    @property
    def state(self) -> tuple[object, ...]:
        """What can be seen of it."""
        at = self.edit
        return at.text(), at.cursorPosition(), at.selectedText(), at.isUndoAvailable(), self.edited

    def middle_click(self, at: QPoint) -> None:
        QTest.mouseClick(self.edit, Qt.MouseButton.MiddleButton, pos=at)

    def _on_not_pasted(self) -> None:
        self.failed += 1


@pytest.fixture
def field(qtbot: QtBot, elsewhere: Elsewhere) -> Field:
    """A field on an X display."""
    return Field(qtbot, LineEdit)


# As Qt does it


def typed_then_pasted(field: Field) -> None:
    field.type("12")
    field.paste()
    field.type("9")


def pasted_twice(field: Field) -> None:
    field.paste()
    field.paste()


def pasted_over_all(field: Field) -> None:
    field.type("12345")
    field.press(Qt.Key.Key_A, CTRL)
    field.paste()


def pasted_in_the_middle(field: Field) -> None:
    field.type("1234")
    field.press(Qt.Key.Key_Left)
    field.press(Qt.Key.Key_Left)
    field.paste()


def pasted_at_the_front(field: Field) -> None:
    field.type("12")
    field.press(Qt.Key.Key_Home)
    field.paste()
    field.type("3")


def pasted_by_another_key(field: Field) -> None:
    field.type("12")
    field.press(Qt.Key.Key_Insert, SHIFT)


def pasted_too_much(field: Field) -> None:
    field.edit.setMaxLength(6)
    field.type("12")
    field.paste()


def pasted_where_nothing_may_be_written(field: Field) -> None:
    field.edit.setText("12")
    field.edit.setReadOnly(True)
    field.paste()


def pasted_as_a_secret(field: Field) -> None:
    field.edit.setEchoMode(QLineEdit.EchoMode.Password)
    field.type("12")
    field.paste()


WAYS = (
    typed_then_pasted,
    pasted_twice,
    pasted_over_all,
    pasted_in_the_middle,
    pasted_at_the_front,
    pasted_by_another_key,
    pasted_too_much,
    pasted_where_nothing_may_be_written,
    pasted_as_a_secret,
)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_paste_is_the_edit_that_qt_makes_of_it_and_undone_in_the_same_steps(
    qtbot: QtBot, way: Callable[[Field], None]
) -> None:
    QGuiApplication.clipboard().setText("7\t8\n00")
    ours, qts = Field(qtbot, LineEdit), Field(qtbot, QLineEdit)
    for each in (ours, qts):
        way(each)
    assert ours.state == qts.state
    for steps in (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo):
        for _ in range(6):
            for each in (ours, qts):
                QTest.keySequence(each.edit, QKeySequence(steps))
            assert ours.state == qts.state


@desktop
@pytest.mark.parametrize("way", WAYS[:-2], ids=lambda way: way.__name__)
def test_what_comes_from_another_program_is_pasted_in_the_same_way(
    qtbot: QtBot, elsewhere: Elsewhere, way: Callable[[Field], None]
) -> None:
    QGuiApplication.clipboard().setText("7\t8\n00")
    qts, ours = Field(qtbot, QLineEdit), Field(qtbot, LineEdit)
    elsewhere.copy("7\t8\n00")
    way(qts)
    way(ours)
    qtbot.waitUntil(lambda: ours.edit.text() == qts.edit.text())
    qtbot.waitUntil(lambda: not ours.edit.pasting)
    assert ours.state == qts.state
    for _ in range(6):
        for each in (ours, qts):
            QTest.keySequence(each.edit, QKeySequence(QKeySequence.StandardKey.Undo))
        assert ours.state == qts.state


# While the text is awaited


@desktop
def test_what_is_typed_meanwhile_follows_the_text_in_its_order(
    elsewhere: Elsewhere, field: Field
) -> None:
    owner = elsewhere.copy(LONDON)
    owner.stop()
    field.edit.setText("0")
    field.press(Qt.Key.Key_A, CTRL)
    field.paste()
    field.type("1")
    composed = QInputMethodEvent()
    composed.setCommitString("2")
    QApplication.sendEvent(field.edit, composed)
    field.press(Qt.Key.Key_Backspace)
    field.type("3")
    field.press(Qt.Key.Key_Return)
    field.type("4")
    assert field.edit.text() == "0"
    assert field.entered == []
    owner.go_on()
    field.has(f"{LONDON}134")
    assert field.entered == [f"{LONDON}13"]
    assert not field.edit.pasting


@desktop
def test_several_pastes_follow_one_another(elsewhere: Elsewhere, field: Field) -> None:
    owner = elsewhere.copy("12")
    owner.stop()
    for key in "abc":
        field.paste()
        field.type(key)
    field.press(Qt.Key.Key_Return)
    owner.go_on()
    field.has("12a12b12c")
    assert field.entered == ["12a12b12c"]


@desktop
def test_a_click_moves_the_cursor_only_after_the_text_has_come(
    elsewhere: Elsewhere, field: Field
) -> None:
    owner = elsewhere.copy("99")
    owner.stop()
    field.edit.setText("1234")
    field.paste()
    QTest.mouseClick(field.edit, Qt.MouseButton.LeftButton, pos=QPoint(2, 5))
    owner.go_on()
    field.has("123499")


@desktop
@pytest.mark.parametrize("selected", [(0, 4), (1, 2), (2, 0)])
def test_the_text_goes_where_it_was_pasted_though_the_field_was_left(
    qtbot: QtBot, elsewhere: Elsewhere, field: Field, selected: tuple[int, int]
) -> None:
    owner = elsewhere.copy("99")
    owner.stop()
    start, length = selected
    field.edit.setText("1234")
    field.edit.setCursorPosition(start)
    if length:
        field.edit.setSelection(start, length)
    field.paste()
    field.edit.clearFocus()
    field.edit.end(False)
    owner.go_on()
    field.has("1234"[:start] + "99" + "1234"[start + length :])


@desktop
def test_an_owner_that_hangs_is_told_once_and_what_was_typed_after_does_nothing(
    qtbot: QtBot, elsewhere: Elsewhere, field: Field
) -> None:
    elsewhere.copy(LONDON, "hangs")
    field.edit.setText("0049 30 1234567")
    field.press(Qt.Key.Key_A, CTRL)
    with ticking() as gaps:
        field.paste()
        field.type("12")
        field.press(Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: field.failed > 0)
    assert max(gaps) < 0.7, "the window stood still"
    assert (field.edit.text(), field.entered, field.failed) == ("0049 30 1234567", [], 1)
    field.type("1")
    assert field.edit.text() == "1", "what was selected still is, and keys type again"


@desktop
@pytest.mark.parametrize("what", ["setText", "clear"])
def test_a_text_that_the_program_sets_takes_the_place_of_what_was_to_come(
    qtbot: QtBot, elsewhere: Elsewhere, field: Field, what: str
) -> None:
    owner = elsewhere.copy(LONDON)
    owner.stop()
    field.edit.setText("12")
    field.paste()
    field.type("3")
    if what == "setText":
        field.edit.setText("45")
    else:
        field.edit.clear()
    shown = field.edit.text()
    assert not field.edit.pasting
    owner.go_on()
    owner.wait_for(f"gave {len(LONDON)}")
    field.type("6")
    assert field.edit.text() == f"{shown}6"
    assert field.failed == 0


@desktop
def test_what_is_no_text_changes_nothing(qtbot: QtBot, elsewhere: Elsewhere, field: Field) -> None:
    elsewhere.copy("", "has no text")
    field.edit.setText("12")
    field.press(Qt.Key.Key_A, CTRL)
    field.paste()
    qtbot.waitUntil(lambda: not field.edit.pasting)
    assert (field.edit.text(), field.edit.selectedText(), field.failed) == ("12", "12", 0)


@desktop
def test_the_middle_button_pastes_what_is_selected_where_it_was_clicked(
    qtbot: QtBot, elsewhere: Elsewhere, field: Field
) -> None:
    elsewhere.copy("copied")
    elsewhere.copy("99", selection="PRIMARY")
    field.edit.setText("12")
    field.edit.selectAll()
    field.middle_click(QPoint(field.edit.width() - 3, 5))
    field.has("1299")
    field.edit.setReadOnly(True)
    field.middle_click(QPoint(field.edit.width() - 3, 5))
    assert not field.edit.pasting


# Its menu


def menu_of(field: Field) -> QMenu:
    """Open the menu as the right button does."""
    at = QPoint(3, 3)
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(
        field.edit, QContextMenuEvent(reason, at, field.edit.mapToGlobal(at), NONE)
    )
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


@desktop
def test_the_menu_opens_while_the_owner_hangs_and_pastes(
    qtbot: QtBot, elsewhere: Elsewhere, field: Field
) -> None:
    owner = elsewhere.copy(LONDON)
    owner.stop()
    with ticking() as gaps:
        menu = menu_of(field)
        (paste,) = (each for each in menu.actions() if each.text().startswith("&Paste"))
        QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(paste).center())
    assert max(gaps) < 0.7
    assert not [line for line in owner.lines() if line.startswith("asked")]
    owner.go_on()
    field.has(LONDON)


@pytest.mark.parametrize("secret", [False, True])
@pytest.mark.parametrize("selected", ["", "part", "all"])
def test_the_menu_offers_what_qts_own_does(qtbot: QtBot, secret: bool, selected: str) -> None:
    QGuiApplication.clipboard().setText("there is something to paste")
    field = Field(qtbot, LineEdit)
    field.type("1234")
    field.press(Qt.Key.Key_Z, CTRL)
    field.type("1234")
    if secret:
        field.edit.setEchoMode(QLineEdit.EchoMode.Password)
    if selected == "all":
        field.edit.selectAll()
    elif selected:
        field.edit.setSelection(1, 2)

    def offered(menu: QMenu) -> list[tuple[str, bool]]:
        actions = menu.actions()
        return [(each.text(), each.isEnabled()) for each in actions if not each.isSeparator()]

    ours, qts = edit_menu(field.edit), field.edit.createStandardContextMenu()
    assert offered(ours) == offered(qts)[: len(offered(ours))]
    assert len(offered(ours)) == 7
    for menu in (ours, qts):
        menu.deleteLater()
