"""Buttons that paint themselves: the primary one, round ones, and the box to choose from."""

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from dialer.ui.choice_box import ChoiceBox
from dialer.ui.empty_state import EmptyState
from dialer.ui.icons import Icons
from dialer.ui.pill_button import PillButton
from dialer.ui.primary_button import PrimaryButton
from dialer.ui.theme import Theme

# What the offscreen platform says of windows with a smallest size, and of lists that drop down.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp, "light")


@pytest.fixture
def icons(theme: Theme) -> Icons:
    return Icons(theme)


def shown(qtbot, *widgets: QWidget) -> QWidget:
    window = QWidget()
    layout = QVBoxLayout(window)
    for widget in widgets:
        layout.addWidget(widget)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    return window


@pytest.mark.parametrize("choice", ["light", "dark", "high-contrast"])
def test_the_primary_button_wears_a_ring_inside_its_edge(theme: Theme, qtbot, choice: str) -> None:
    theme.choose(choice)  # type: ignore[arg-type]
    button, other = PrimaryButton("Call", theme, kind="call"), QPushButton("Other")
    _window = shown(qtbot, button, other)
    other.setFocus()
    middle = button.height() // 2
    assert button.grab().toImage().pixelColor(2, middle) == theme.scheme.accent
    button.setFocus()
    image = button.grab().toImage()
    assert image.pixelColor(1, middle) == theme.scheme.accent
    assert image.pixelColor(2, middle) == theme.scheme.on_accent


def test_a_round_button_shows_the_focus_and_being_chosen(theme: Theme, icons: Icons, qtbot) -> None:
    button, other = PillButton("Today", theme, icons), QPushButton("Other")
    button.setCheckable(True)
    _window = shown(qtbot, button, other)
    other.setFocus()
    top = button.width() // 2, 1
    assert button.grab().toImage().pixelColor(*top) == theme.scheme.card
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    other.setFocus()
    chosen = button.grab().toImage().pixelColor(button.width() // 2, 4)
    assert button.isChecked()
    assert chosen != theme.scheme.card
    button.setFocus()
    assert button.grab().toImage().pixelColor(*top) == theme.scheme.accent


def test_choosing_a_round_button_moves_no_neighbour(theme: Theme, icons: Icons, qtbot) -> None:
    button = PillButton("7 days", theme, icons)
    button.setCheckable(True)
    qtbot.addWidget(button)
    before = button.sizeHint()
    button.setChecked(True)
    assert button.sizeHint() == before


def test_a_round_button_with_a_menu_has_a_chevron_and_opens_it(
    theme: Theme, icons: Icons, qtbot
) -> None:
    button = PillButton("Outcome", theme, icons)
    menu = QMenu(button)
    menu.addAction("Placed")
    without = button.sizeHint().width()
    button.setMenu(menu)
    _window = shown(qtbot, button)
    assert button.sizeHint().width() > without
    opened: list[bool] = []
    # Showing a menu by its button lasts until it is closed.
    QTimer.singleShot(0, menu, lambda: (opened.append(menu.isVisible()), menu.close()))
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: opened == [True])
    told = QAccessible.queryAccessibleInterface(button)
    assert told.text(QAccessible.Text.Name) == "Outcome"


def test_a_choice_box_is_as_high_as_a_field_and_goes_by_keys(
    theme: Theme, icons: Icons, qtbot
) -> None:
    box = ChoiceBox(theme, icons)
    box.addItems(["Acme Support", "Sandbox"])
    _window = shown(qtbot, box)
    assert box.height() == theme.px(36)
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert box.currentText() == "Sandbox"
    assert box.grab().toImage().pixelColor(1, box.height() // 2) == theme.scheme.accent


def test_an_empty_state_says_what_to_do_and_offers_it(theme: Theme, icons: Icons, qtbot) -> None:
    empty = EmptyState(theme, icons)
    pressed: list[str] = []
    empty.show_state(
        "search", "Nothing found", "Other words?", ("Clear", lambda: pressed.append("x"))
    )
    _window = shown(qtbot, empty)
    assert [label.text() for label in empty.findChildren(QLabel)[1:]] == [
        "Nothing found",
        "Other words?",
    ]
    (button,) = empty.findChildren(QPushButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert pressed == ["x"]
    empty.show_state("phone", "No calls yet", "Place one.")
    assert not button.isVisible()
