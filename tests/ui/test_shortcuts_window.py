"""The list of shortcuts: shown whole, found while one types, gone through by keys, read out."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QRect, Qt
from PySide6.QtGui import QAccessible, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QLineEdit, QScrollArea, QWidget

from dialer.ui.shortcut_list import ShortcutList
from dialer.ui.shortcuts_window import ShortcutsWindow
from dialer.ui.theme import Theme

# What the offscreen platform says of windows with a smallest size, and of lists that drop down.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

GROUPS = (
    (
        "Calling",
        (
            ("Ctrl+L", "Go to the callee"),
            ("Down", "In the callee: recent callees"),
            ("Ctrl+Shift+V", "Fill in the number that was copied"),
        ),
    ),
    ("History", (("Ctrl+F", "Search"), ("Del", "Delete the selected calls"))),
    ("Window", (("Ctrl+?", "This list"), ("Ctrl++", "<b>Larger</b>"), ("Two clicks", "Open"))),
)
READ_OUT = [
    "Ctrl+L, Go to the callee",
    "Down, In the callee: recent callees",
    "Ctrl+Shift+V, Fill in the number that was copied",
    "Ctrl+F, Search",
    "Del, Delete the selected calls",
    "Ctrl+?, This list",
    "Ctrl++, <b>Larger</b>",
    "Two clicks, Open",
]


class Shown:
    """The window as an operator has it before them."""

    def __init__(self, qtbot, theme: Theme, groups=GROUPS) -> None:
        self.parent = QWidget()
        qtbot.addWidget(self.parent)
        self.qtbot = qtbot
        self.window = ShortcutsWindow(theme, self.parent, groups)
        with qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()

    @property
    def search(self) -> QLineEdit:
        return self.window.search

    @property
    def rows(self) -> list[QLabel]:
        """The shortcuts that are shown, in the order in which they are read."""
        labels = self.window.findChildren(QLabel)
        return [each for each in labels if ", " in each.text() and each.isVisible()]

    @property
    def said(self) -> list[str]:
        return [row.text() for row in self.rows]

    @property
    def cards(self) -> list[QRect]:
        """Where the groups stand that are shown."""
        named = {title for title, _ in GROUPS}
        frames = self.window.findChildren(QFrame)
        return [
            frame.geometry()
            for frame in frames
            if frame.accessibleName() in named and frame.isVisible()
        ]

    @property
    def area(self) -> QScrollArea:
        area = self.window.findChild(QScrollArea)
        assert isinstance(area, QScrollArea)
        return area

    @property
    def focused(self) -> str:
        focused = QApplication.focusWidget()
        if focused is self.search:
            return "search"
        return focused.text() if isinstance(focused, QLabel) else ""

    def key(self, *keys: Qt.Key) -> None:
        for key in keys:
            QTest.keyClick(QApplication.focusWidget() or self.window, key)

    def type(self, text: str) -> None:
        for char in text:
            QTest.keyClicks(QApplication.focusWidget() or self.window, char)

    def resize(self, width: int, height: int) -> None:
        self.window.resize(width, height)
        QCoreApplication.sendPostedEvents()
        QApplication.processEvents()


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp, "light")


@pytest.fixture
def shown(qtbot, theme: Theme) -> Iterator[Shown]:
    made = Shown(qtbot, theme)
    yield made
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_all_groups_are_shown_with_the_search_ready(shown: Shown) -> None:
    assert shown.said == READ_OUT
    assert len(shown.cards) == 3
    assert shown.focused == "search"


def test_typing_finds_by_keys_words_and_titles(shown: Shown) -> None:
    for typed, found in (
        ("callee", READ_OUT[:2]),
        ("CALLEE recent", READ_OUT[1:2]),
        ("ctrl+f", READ_OUT[3:4]),
        ("history", READ_OUT[3:5]),
        ("", READ_OUT),
    ):
        shown.search.clear()
        shown.type(typed)
        assert shown.said == found


def test_what_is_found_moves_up_together(shown: Shown) -> None:
    shown.resize(900, 400)
    shown.type("this list")
    (card,) = shown.cards
    assert card.topLeft().isNull()
    assert card.height() < 120
    shown.search.clear()
    assert len(shown.cards) == 3


def test_what_nothing_has_is_told_and_never_taken_for_markup(shown: Shown) -> None:
    shown.type("<b>zz</b>")
    assert shown.said == []
    assert shown.cards == []
    (told,) = (each for each in shown.window.findChildren(QLabel) if each.isVisible())
    assert told.text() == "No shortcut has “<b>zz</b>” in it."
    assert told.textFormat() is Qt.TextFormat.PlainText
    shown.search.clear()
    assert not told.isVisible()


def test_two_columns_stand_where_there_is_room_and_one_where_there_is_not(shown: Shown) -> None:
    shown.resize(900, 600)
    assert len({card.left() for card in shown.cards}) == 2
    shown.resize(420, 600)
    assert len({card.left() for card in shown.cards}) == 1
    places = shown.cards
    assert not any(a.intersects(b) for a in places for b in places if a is not b)
    assert all(card.right() < shown.area.viewport().width() for card in places)


def test_columns_end_at_about_the_same_height(qtbot, theme: Theme) -> None:
    groups = tuple((title, (("F1", "Help"),) * 3) for title in ("Calling", "History", "Window"))
    shown = Shown(qtbot, theme, (*groups, ("Window", (("F1", "Help"),) * 3)))
    shown.resize(900, 600)
    lefts = [card.left() for card in shown.cards]
    assert lefts.count(0) == 2
    assert len({card.top() for card in shown.cards}) == 2


def test_columns_are_mirrored_where_one_reads_from_right_to_left(shown: Shown) -> None:
    shown.window.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    shown.resize(901, 600)
    first = shown.cards[0]
    assert first.left() > 400


def test_a_low_window_scrolls_and_shows_every_shortcut_gone_to(shown: Shown) -> None:
    shown.resize(320, 220)
    bar = shown.area.verticalScrollBar()
    assert bar.maximum() > 0
    assert not shown.area.horizontalScrollBar().isVisible()
    shown.key(Qt.Key.Key_PageDown)
    assert bar.value() > 0
    for row in shown.rows:
        shown.key(Qt.Key.Key_Down)
        assert shown.focused == row.text()
        assert not row.visibleRegion().isEmpty()
        assert row.visibleRegion().boundingRect().height() == row.height()
    shown.key(Qt.Key.Key_PageUp, Qt.Key.Key_PageUp, Qt.Key.Key_PageUp, Qt.Key.Key_PageUp)
    assert bar.value() == 0


def test_what_is_found_in_a_low_window_begins_at_its_top(shown: Shown) -> None:
    shown.resize(320, 220)
    bar = shown.area.verticalScrollBar()
    bar.setValue(bar.maximum())
    shown.type("t")
    assert len(shown.rows) > 4
    assert bar.value() == 0
    shown.type("his li")
    assert len(shown.rows) == 1
    QApplication.processEvents()
    assert bar.maximum() == 0


def test_long_words_take_several_lines_and_none_is_cut(shown: Shown) -> None:
    shown.resize(900, 600)
    wide = shown.rows[2].height()
    shown.resize(320, 400)
    row = shown.rows[2]
    assert row.height() > wide
    assert row.height() >= row.heightForWidth(row.width())


def test_arrows_go_through_what_is_found_and_back_to_the_search(shown: Shown) -> None:
    shown.type("delete")
    shown.key(Qt.Key.Key_Down)
    assert shown.focused == READ_OUT[4]
    shown.key(Qt.Key.Key_Down)
    assert shown.focused == READ_OUT[4]
    shown.key(Qt.Key.Key_Up)
    assert shown.focused == "search"


def test_tab_goes_from_shortcut_to_shortcut(shown: Shown) -> None:
    shown.key(Qt.Key.Key_Tab)
    assert shown.focused == READ_OUT[0]
    shown.key(Qt.Key.Key_Tab)
    assert shown.focused == READ_OUT[1]


def test_typing_finds_wherever_the_focus_is(shown: Shown) -> None:
    shown.key(Qt.Key.Key_Down, Qt.Key.Key_Down)
    shown.type("del")
    assert shown.focused == "search"
    assert shown.search.text() == "del"
    assert shown.said == READ_OUT[4:5]
    shown.key(Qt.Key.Key_Down)
    QTest.keyClick(shown.rows[0], Qt.Key.Key_X, Qt.KeyboardModifier.AltModifier)
    assert shown.search.text() == "del"


@pytest.mark.parametrize("downs", [0, 2])
def test_esc_closes_it_and_lets_it_go(shown: Shown, downs: int) -> None:
    shown.type("ctrl")
    shown.key(*[Qt.Key.Key_Down] * downs)
    with shown.qtbot.waitSignal(shown.window.destroyed):
        shown.key(Qt.Key.Key_Escape)


def test_enter_closes_nothing(shown: Shown) -> None:
    shown.key(Qt.Key.Key_Return, Qt.Key.Key_Down, Qt.Key.Key_Enter)
    assert shown.window.isVisible()


def test_each_shortcut_is_one_thing_to_a_screen_reader(shown: Shown) -> None:
    for row, said in zip(shown.rows, READ_OUT, strict=True):
        told = QAccessible.queryAccessibleInterface(row)
        assert told.text(QAccessible.Text.Name) == said
        assert told.role() is QAccessible.Role.StaticText
        assert told.childCount() == 0
        assert told.state().focusable
    told = QAccessible.queryAccessibleInterface(shown.search)
    assert told.text(QAccessible.Text.Name) == "Find a shortcut"


def test_caps_are_one_for_each_key_and_words_are_plain(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    draw = QPainter.drawText

    def note_down(painter: QPainter, place: object, flags: object, text: str) -> None:
        drawn.append(text)
        draw(painter, place, flags, text)  # type: ignore[call-overload]

    monkeypatch.setattr(QPainter, "drawText", note_down)
    for at, parts in (
        (2, ["Ctrl", "Shift", "V", "Fill in the number that was copied"]),
        (5, ["Ctrl", "?", "This list"]),
        (6, ["Ctrl", "+", "<b>Larger</b>"]),
        (7, ["Two clicks", "Open"]),
    ):
        drawn.clear()
        shown.rows[at].grab()
        assert drawn == parts


def colors(image: QImage) -> set[str]:
    return {
        image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())
    }


@pytest.mark.parametrize("choice", ["light", "dark", "high-contrast"])
def test_it_wears_the_colours_of_the_scheme_and_of_the_next(
    qtbot, qapp: QApplication, choice: str
) -> None:
    theme = Theme(qapp, "light")
    shown = Shown(qtbot, theme)
    theme.choose(choice)  # type: ignore[arg-type]
    scheme = theme.scheme
    seen = colors(shown.window.grab(QRect(0, 40, 200, 80)).toImage())
    assert {
        scheme.window.name(),
        scheme.card.name(),
        scheme.line.name(),
        scheme.text.name(),
    } <= seen
    before = colors(shown.rows[0].grab().toImage())
    assert scheme.accent.name() not in before
    shown.key(Qt.Key.Key_Down)
    assert scheme.accent.name() in colors(shown.rows[0].grab().toImage())


def test_the_program_s_own_list_has_keys_that_the_platform_knows(qtbot, theme: Theme) -> None:
    shown = Shown(qtbot, theme, ShortcutList().groups())
    assert len(shown.rows) == sum(len(pairs) for _, pairs in ShortcutList().groups())
    assert "Ctrl+?, This list" in shown.said
