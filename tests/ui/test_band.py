"""The message band: what it shows, as plain text, to eyes, keys and screen readers."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget

from dialer.ui.band import MessageBand
from dialer.ui.icons import Icons
from dialer.ui.theme import Theme

# What the offscreen platform says of windows with a smallest size, and of lists that drop down.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

TEXT = "The balance is too low. Nothing was called. Ask whoever tops up the account."


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp, "light")


@pytest.fixture
def band(qtbot, theme: Theme) -> Iterator[MessageBand]:
    window = QWidget()
    band = MessageBand(theme, Icons(theme), window)
    layout = QVBoxLayout(window)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(band)
    layout.addStretch()
    window.resize(1000, 300)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    yield band  # and with it, until the test has ended, the window


def words(band: MessageBand) -> list[str]:
    return [label.text() for label in band.findChildren(QLabel) if label.isVisible()][1:]


def buttons(band: MessageBand) -> list[QPushButton]:
    return [button for button in band.findChildren(QPushButton) if button.isVisible()]


def settle(band: MessageBand) -> None:
    """Let the layout come to rest."""
    QApplication.processEvents()
    layout = band.window().layout()
    assert layout is not None
    layout.activate()


def test_without_a_message_there_is_no_band(band: MessageBand) -> None:
    assert not band.isVisible()
    assert band.kind == ""


def test_a_message_shows_what_happened_what_to_do_and_the_code_after_them(
    band: MessageBand,
) -> None:
    band.show_message("rejected", "Rejected.", TEXT, "(-10 Insufficient balance)")
    assert band.isVisible()
    assert words(band) == ["Rejected.", TEXT, "(-10 Insufficient balance)"]


def test_a_message_takes_the_place_of_the_one_before(band: MessageBand) -> None:
    band.show_message("rejected", "Rejected.", TEXT, "(-10)", [("Call again", lambda: None)])
    band.show_message("placed", "Placed.", "Your phone will ring.")
    assert words(band) == ["Placed.", "Your phone will ring."]
    assert buttons(band) == []
    assert band.kind == "placed"


def test_clearing_takes_the_message_away(band: MessageBand) -> None:
    band.show_message("info", "Ready.", "The sandbox listens.")
    band.clear()
    assert not band.isVisible()
    assert band.kind == ""


def test_markup_from_the_provider_is_shown_as_it_is(band: MessageBand) -> None:
    band.show_message("rejected", "<b>Rejected</b>", "<img src=x> &amp;", "<a href=x>y</a>")
    for label in band.findChildren(QLabel)[1:]:
        assert label.textFormat() is Qt.TextFormat.PlainText
    assert words(band) == ["<b>Rejected</b>", "<img src=x> &amp;", "<a href=x>y</a>"]


def test_a_click_and_the_space_bar_press_an_action(band: MessageBand, qtbot) -> None:
    pressed: list[str] = []
    band.show_message(
        "placed",
        "Placed.",
        TEXT,
        actions=[
            ("Copy recording ID", lambda: pressed.append("copy")),
            ("Show it", lambda: pressed.append("show")),
        ],
    )
    copy, show = buttons(band)
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    show.setFocus()
    qtbot.keyClick(show, Qt.Key.Key_Space)
    assert pressed == ["copy", "show"]


def test_an_action_may_bring_the_next_message(band: MessageBand, qtbot) -> None:
    band.show_message(
        "unknown",
        "Unknown.",
        TEXT,
        actions=[("Look it up", lambda: band.show_message("placed", "Placed.", "It rang."))],
    )
    (look_up,) = buttons(band)
    qtbot.mouseClick(look_up, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    assert words(band) == ["Placed.", "It rang."]
    assert buttons(band) == []


def test_more_than_two_actions_are_refused(band: MessageBand) -> None:
    with pytest.raises(ValueError, match="two"):
        band.show_message("info", "x", "y", actions=[("a", lambda: None)] * 3)


def test_the_words_can_be_selected_by_mouse_and_keyboard(band: MessageBand, qtbot) -> None:
    band.show_message("rejected", "Rejected.", TEXT)
    text = band.findChildren(QLabel)[2]
    assert text.text() == TEXT
    text.setFocus()
    qtbot.keyClick(text, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert text.selectedText() == TEXT


def test_tab_goes_through_the_words_and_the_actions_with_a_visible_ring(
    band: MessageBand, theme: Theme, qtbot
) -> None:
    band.window().activateWindow()
    band.show_message("rejected", "Rejected.", TEXT, "(-10)", [("Call again", lambda: None)])
    _, _, text, code = band.findChildren(QLabel)
    settle(band)
    text.setFocus()
    place = text.geometry().left() - 3, text.geometry().center().y()
    assert band.grab().toImage().pixelColor(*place) == theme.scheme.accent
    stops = []
    for _ in range(2):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        stops.append(QApplication.focusWidget())
    assert stops == [code, *buttons(band)]
    assert band.grab().toImage().pixelColor(*place) != theme.scheme.accent


def test_screen_readers_are_told_every_text(band: MessageBand) -> None:
    band.show_message("unknown", "Outcome unknown.", TEXT, "(timeout)")
    told = [
        QAccessible.queryAccessibleInterface(label).text(QAccessible.Text.Name)
        for label in band.findChildren(QLabel)[1:]
    ]
    assert told == ["Outcome unknown.", TEXT, "(timeout)"]


def test_a_message_is_announced_while_a_screen_reader_runs(band: MessageBand) -> None:
    QAccessible.setActive(True)
    try:
        for kind in ("placed", "rejected", "working"):
            band.show_message(kind, "Headline.", TEXT)
    finally:
        QAccessible.setActive(False)
    assert words(band) == ["Headline.", TEXT]


@pytest.mark.parametrize("kind", ["placed", "rejected", "not_sent", "unknown"])
def test_the_band_has_the_colours_of_its_kind_and_changes_them_with_the_scheme(
    band: MessageBand, theme: Theme, kind: str
) -> None:
    band.show_message(kind, "Headline.", TEXT)
    for choice in ("light", "dark"):
        theme.choose(choice)  # type: ignore[arg-type]
        settle(band)
        ground = band.grab().toImage().pixelColor(band.width() // 2, 3)
        assert ground == theme.scheme.tint(kind).ground
        headline = band.findChildren(QLabel)[1].palette().windowText().color()
        assert headline == QColor(theme.scheme.tint(kind).ink)


def test_a_message_shown_before_the_window_has_its_colours_in_it(theme: Theme, qtbot) -> None:
    band = MessageBand(theme, Icons(theme))
    qtbot.addWidget(band)
    band.show_message("placed", "Placed.", TEXT)
    window = QWidget()
    qtbot.addWidget(window)
    QVBoxLayout(window).addWidget(band)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    band.show()
    assert band.findChildren(QLabel)[1].palette().windowText().color() == theme.scheme.placed


@pytest.mark.parametrize("width", [456, 1000])
def test_nothing_is_cut_off_in_a_narrow_or_a_wide_window(
    band: MessageBand, theme: Theme, width: int
) -> None:
    band.window().resize(width, 400)
    band.show_message("rejected", "Rejected.", TEXT * 2, "(-10)", [("Call again", lambda: None)])
    settle(band)
    assert band.width() == width
    for label in band.findChildren(QLabel)[1:]:
        assert label.height() >= label.heightForWidth(label.width())
    for child in [*band.findChildren(QLabel), *buttons(band)]:
        assert band.rect().contains(child.geometry())


def test_a_narrow_band_stacks_its_parts(band: MessageBand) -> None:
    band.show_message("placed", "Placed.", TEXT, actions=[("Copy recording ID", lambda: None)])
    _, headline, text, _ = band.findChildren(QLabel)
    settle(band)
    assert text.x() > headline.x()
    band.window().resize(456, 400)
    settle(band)
    assert text.x() == headline.x()
    assert buttons(band)[0].y() > text.y()
