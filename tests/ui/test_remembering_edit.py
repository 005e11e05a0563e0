"""The remembering edit, driven by keys and clicks as an operator would."""

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAccessible, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListView, QToolButton, QVBoxLayout, QWidget

from dialer.ui.icons import Icons
from dialer.ui.remembering_edit import RememberingEdit
from dialer.ui.theme import Theme

# What the offscreen platform says of windows with a smallest size, and of lists that drop down.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

VALUES = ["1008122211", "442079460018", "4930901820"]


class KeysThatArrive(QObject):
    """Remembers which keys reach the window behind the field."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: list[int] = []

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            self.keys.append(event.key())
        return False


class Field:
    """A window with one remembering edit, and what it told."""

    def __init__(self, qtbot, theme: Theme) -> None:
        self.window = QWidget()
        self.edit = RememberingEdit(theme, Icons(theme), self.window)
        self.edit.setAccessibleName("Display number")
        QVBoxLayout(self.window).addWidget(self.edit)
        qtbot.addWidget(self.window)
        self.behind = KeysThatArrive()
        self.window.installEventFilter(self.behind)
        self.entered: list[str] = []
        self.edit.returnPressed.connect(lambda: self.entered.append(self.edit.text()))
        self.edit.set_values(VALUES)
        with qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()
        self.edit.setFocus()

    @property
    def popup(self) -> QListView | None:
        popup = QApplication.activePopupWidget()
        assert popup is None or isinstance(popup, QListView)
        return popup

    @property
    def offered(self) -> list[str]:
        model = self.popup.model() if self.popup else None
        if model is None:
            return []
        return [str(model.index(row, 0).data()) for row in range(model.rowCount())]

    @property
    def highlighted(self) -> str | None:
        index = self.popup.currentIndex() if self.popup else None
        return index.data() if index is not None and index.isValid() else None

    def key(self, *keys: Qt.Key) -> None:
        """Press keys where the window system would send them."""
        for key in keys:
            QTest.keyClick(self.popup or self.edit, key)

    def type(self, text: str) -> None:
        for char in text:
            QTest.keyClicks(self.popup or self.edit, char)


@pytest.fixture
def field(qapp: QApplication, qtbot) -> Field:
    return Field(qtbot, Theme(qapp, "light"))


def test_down_opens_all_values_with_the_first_highlighted(field: Field) -> None:
    field.key(Qt.Key.Key_Down)
    assert field.offered == VALUES
    assert field.highlighted == VALUES[0]


def test_down_highlights_the_value_that_stands_in_the_field(field: Field) -> None:
    field.edit.setText(VALUES[1])
    field.key(Qt.Key.Key_Down)
    assert field.offered == VALUES
    assert field.highlighted == VALUES[1]


def test_enter_on_an_offered_value_takes_it_and_is_no_enter_of_the_field(field: Field) -> None:
    field.key(Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert field.edit.text() == VALUES[1]
    assert field.popup is None
    assert field.entered == []
    field.key(Qt.Key.Key_Return)
    assert field.entered == [VALUES[1]]


def test_the_enter_of_the_number_pad_does_the_same(field: Field) -> None:
    field.key(Qt.Key.Key_Down, Qt.Key.Key_Enter)
    assert (field.edit.text(), field.entered) == (VALUES[0], [])


def test_going_through_the_list_leaves_the_text_until_it_is_chosen(field: Field) -> None:
    field.type("44")
    field.key(Qt.Key.Key_Down)
    assert field.highlighted == VALUES[1]
    assert field.edit.text() == "44"


def test_esc_closes_the_list_and_goes_no_further(field: Field) -> None:
    field.type("44")
    field.key(Qt.Key.Key_Down, Qt.Key.Key_Escape)
    assert field.popup is None
    assert field.edit.text() == "44"
    assert Qt.Key.Key_Escape not in field.behind.keys
    field.key(Qt.Key.Key_Escape)
    assert Qt.Key.Key_Escape in field.behind.keys


def test_keys_of_the_list_are_no_shortcuts_of_the_window(field: Field) -> None:
    used: list[str] = []
    for name in ("Esc", "Return", "Down"):
        shortcut = QShortcut(QKeySequence(name), field.window)
        shortcut.activated.connect(lambda name=name: used.append(name))
    field.edit.show_values()
    field.key(Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert field.edit.text() == VALUES[1]
    field.edit.show_values()
    field.key(Qt.Key.Key_Escape)
    assert field.popup is None
    assert used == []
    field.key(Qt.Key.Key_Escape)
    assert used == ["Esc"]


def test_typing_offers_the_values_that_contain_it(field: Field) -> None:
    field.type("9")
    assert field.offered == [VALUES[1], VALUES[2]]
    assert field.highlighted is None
    field.type("3")
    assert field.offered == [VALUES[2]]


def test_typing_is_never_completed_inside_the_field(field: Field) -> None:
    field.type("100")
    assert field.edit.text() == "100"
    assert not field.edit.hasSelectedText()


def test_enter_on_typed_text_is_enter_of_the_field_though_values_are_offered(
    field: Field,
) -> None:
    field.type("100")
    assert field.offered
    field.key(Qt.Key.Key_Return)
    assert field.popup is None
    assert field.entered == ["100"]


def test_what_matches_nothing_closes_the_list(field: Field) -> None:
    field.type("1")
    assert field.popup is not None
    field.type("x")
    assert field.popup is None


def test_what_is_typed_in_full_is_not_offered_again(field: Field) -> None:
    field.type(VALUES[2])
    assert field.popup is None


def test_case_makes_no_difference(field: Field) -> None:
    field.edit.set_values(["Test_001"])
    field.type("TEST")
    assert field.offered == ["Test_001"]


def test_a_click_on_the_chevron_opens_and_a_click_on_a_value_takes_it(field: Field, qtbot) -> None:
    (chevron,) = field.edit.findChildren(QToolButton)
    qtbot.mouseClick(chevron, Qt.MouseButton.LeftButton)
    assert field.offered == VALUES
    assert field.popup is not None
    place = field.popup.visualRect(field.popup.model().index(2, 0)).center()
    qtbot.mouseClick(field.popup.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert field.edit.text() == VALUES[2]
    assert field.popup is None
    assert field.entered == []


def test_rows_are_high_enough_to_be_hit(field: Field) -> None:
    field.key(Qt.Key.Key_Down)
    assert field.popup is not None
    assert field.popup.sizeHintForRow(0) >= 24


def test_without_values_there_is_no_chevron_and_down_does_nothing(field: Field) -> None:
    field.edit.set_values([])
    (chevron,) = field.edit.findChildren(QToolButton)
    assert not chevron.isVisible()
    field.key(Qt.Key.Key_Down)
    assert field.popup is None


def test_empty_and_repeated_values_are_left_out(field: Field) -> None:
    field.edit.set_values(["b", "", "a", "b"])
    assert field.edit.values() == ["b", "a"]


def test_assistive_technology_is_told_the_name_the_text_and_the_chevron(field: Field) -> None:
    field.edit.setText("1008122211")
    edit = QAccessible.queryAccessibleInterface(field.edit)
    assert edit.text(QAccessible.Text.Name) == "Display number"
    assert edit.text(QAccessible.Text.Value) == "1008122211"
    (chevron,) = field.edit.findChildren(QToolButton)
    told = QAccessible.queryAccessibleInterface(chevron)
    assert told.text(QAccessible.Text.Name) == "Show remembered values"


def test_choosing_tells_that_the_text_changed(field: Field) -> None:
    seen: list[str] = []
    field.edit.textChanged.connect(seen.append)
    field.key(Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert seen == [VALUES[0]]
