"""What paints itself: the primary button and the box to choose from."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget

from dialer.ui.choice_box import ChoiceBox
from dialer.ui.empty_state import EmptyState
from dialer.ui.icons import Icons
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
