"""The callee field and its past, driven by keys, clicks and pastes as an operator would."""

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import (
    QAccessible,
    QColor,
    QGuiApplication,
    QImage,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QShortcut,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLineEdit,
    QListView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dialer.calls.number import Callee, read_callee, written
from dialer.ui.callee_edit import CalleeEdit
from dialer.ui.callee_offers import Offers, RecentCallee
from dialer.ui.icons import Icons
from dialer.ui.theme import Theme

# What the offscreen platform says of windows with a smallest size, and of lists that drop down.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

LONDON = RecentCallee("442079460018", "+44 20 7946 0018", "Bob, about the invoice", "12:58")
BERLIN = RecentCallee("4930901820", "+49 30 901820", "", "Tue")
BEIJING = RecentCallee("861065529988", "+86 10 6552 9988", "王小明", "3 Nov")
NEW_YORK = RecentCallee("12125550100", "+1 212-555-0100", "Zoë Groß, <b>lease</b>", "")
RECENT = (LONDON, BERLIN, BEIJING, NEW_YORK)


class Happenings(QObject):
    """Remembers what happens to a widget, of the kinds asked for."""

    def __init__(self, *kinds: QEvent.Type) -> None:
        super().__init__()
        self.kinds = kinds
        self.seen: list[QEvent.Type] = []
        self.keys: list[int] = []

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() in self.kinds:
            self.seen.append(event.type())
            if isinstance(event, QKeyEvent):
                self.keys.append(event.key())
        return False


class Field:
    """A window with a callee field, something beside it, and what it told."""

    def __init__(self, qtbot, theme: Theme, country: str | None = "GB") -> None:
        self.window = QWidget()
        self.window.resize(500, 200)
        self.edit = CalleeEdit(
            theme, Icons(theme), lambda digits: written(digits, country), self.window
        )
        self.edit.setProperty("kind", "callee")
        self.edit.setFont(theme.fonts.callee)
        self.edit.setAccessibleName("Callee")
        self.edit.setMaxLength(1_000)
        self.edit.setClearButtonEnabled(True)
        self.beside = QLineEdit(self.window)
        layout = QVBoxLayout(self.window)
        layout.addWidget(self.edit)
        layout.addWidget(self.beside)
        qtbot.addWidget(self.window)
        # As the call bar does: Esc in the field, where the list does not take it, starts anew.
        self.on_field = Happenings(QEvent.Type.KeyPress)
        self.edit.installEventFilter(self.on_field)
        self.entered: list[str] = []
        self.edit.returnPressed.connect(lambda: self.entered.append(self.edit.text()))
        self.edit.set_recent(RECENT)
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
        rows = range(model.rowCount())
        return [str(model.index(row, 0).data(Qt.ItemDataRole.EditRole)) for row in rows]

    @property
    def highlighted(self) -> str | None:
        index = self.popup.currentIndex() if self.popup else None
        valid = index is not None and index.isValid()
        return index.data(Qt.ItemDataRole.EditRole) if index is not None and valid else None

    def key(
        self, *keys: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        """Press keys where the window system would send them."""
        for key in keys:
            QTest.keyClick(self.popup or self.edit, key, modifier)

    def type(self, text: str) -> None:
        for char in text:
            if char.isascii():
                QTest.keyClicks(self.popup or self.edit, char)
            else:
                self.commit(char)  # keys alone do not have it

    def commit(self, text: str) -> None:
        """Give characters as an input method does."""
        event = QInputMethodEvent()
        event.setCommitString(text)
        QApplication.sendEvent(self.popup or self.edit, event)

    def paste(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.key(Qt.Key.Key_V, modifier=Qt.KeyboardModifier.ControlModifier)


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp, "light")


@pytest.fixture
def field(qtbot, theme: Theme) -> Field:
    return Field(qtbot, theme)


def digits_of(*callees: RecentCallee) -> list[str]:
    return [each.digits for each in callees]


# What is offered


def test_down_offers_all_recent_callees_with_the_latest_highlighted(field: Field) -> None:
    field.key(Qt.Key.Key_Down)
    assert field.offered == digits_of(*RECENT)
    assert field.highlighted == LONDON.digits


def test_down_highlights_the_callee_that_stands_in_the_field(field: Field) -> None:
    field.edit.setText("+49 30 901820")
    field.key(Qt.Key.Key_Down)
    assert field.offered == digits_of(*RECENT)
    assert field.highlighted == BERLIN.digits


def test_a_click_on_the_chevron_opens_and_a_click_on_a_callee_takes_it(field: Field, qtbot) -> None:
    chevron = next(
        button
        for button in field.edit.findChildren(QToolButton)
        if button.defaultAction() and button.defaultAction().text() == "Show recent callees"
    )
    qtbot.mouseClick(chevron, Qt.MouseButton.LeftButton)
    assert field.offered == digits_of(*RECENT)
    assert field.popup is not None
    place = field.popup.visualRect(field.popup.model().index(2, 0)).center()
    qtbot.mouseClick(field.popup.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert field.edit.text() == "+861065529988"
    assert field.popup is None
    assert field.entered == []


def test_without_recent_callees_there_is_no_chevron_and_down_does_nothing(field: Field) -> None:
    field.edit.set_recent(())
    assert not any(action.isVisible() for action in field.edit.actions())
    field.key(Qt.Key.Key_Down)
    assert field.popup is None


@pytest.mark.parametrize(
    ("typed", "callees"),
    [
        ("79", [LONDON]),
        ("+44 20", [LONDON]),
        ("0044-20", [LONDON]),
        ("+44 (0)20 79", [LONDON]),
        ("020 79", [LONDON]),
        ("(030) 90", [BERLIN]),
        ("０３０９０", [BERLIN]),
        ("٣٠٩٠", [BERLIN]),
        ("10", [BEIJING, NEW_YORK]),
        ("000018", [LONDON, BERLIN]),
        ("99999", []),
    ],
)
def test_digits_find_the_numbers_that_contain_them_however_they_are_written(
    field: Field, typed: str, callees: list[RecentCallee]
) -> None:
    field.type(typed)
    assert field.offered == digits_of(*callees)
    assert field.highlighted is None


@pytest.mark.parametrize("typed", ["4", "+4", "00", "0", "04", "b", "+", " +(", "王"])
def test_fewer_than_two_characters_that_matter_offer_nothing(field: Field, typed: str) -> None:
    field.type(typed)
    assert field.edit.text() == typed
    assert field.popup is None


@pytest.mark.parametrize(
    ("typed", "callees"),
    [
        ("bo", [LONDON]),
        ("INVOICE", [LONDON]),
        ("invoice bob", [LONDON]),
        ("小明", [BEIJING]),
        ("zoë", [NEW_YORK]),
        ("gross", [NEW_YORK]),
        ("<b>le", [NEW_YORK]),
        ("bob 2", []),
        ("alice", []),
    ],
)
def test_letters_find_the_notes_that_contain_the_words(
    field: Field, typed: str, callees: list[RecentCallee]
) -> None:
    field.type(typed)
    assert field.offered == digits_of(*callees)


def test_taking_characters_out_offers_again_until_too_few_are_left(field: Field) -> None:
    field.type("209")
    assert field.popup is None
    field.key(Qt.Key.Key_Backspace)
    assert field.offered == digits_of(LONDON, BERLIN)
    field.key(Qt.Key.Key_Backspace)
    assert field.popup is None


def test_a_number_typed_in_full_is_not_offered_again(field: Field) -> None:
    field.type("+49 30 90182")
    assert field.offered == digits_of(BERLIN)
    field.type("0")
    assert field.popup is None


# What opens nothing


def test_a_pasted_number_opens_nothing(field: Field) -> None:
    field.paste("4420794")
    assert field.edit.text() == "4420794"
    assert field.popup is None
    assert field.edit.typed_by_hand
    field.type("6")
    assert field.offered == digits_of(LONDON)
    field.paste("00")
    assert field.popup is None


def test_what_the_menu_pastes_after_typing_opens_nothing(field: Field) -> None:
    QGuiApplication.clipboard().setText("4420")
    for typing in (field.type, field.commit):
        field.edit.clear()
        typing("4")
        field.edit.selectAll()
        field.edit.paste()
        assert field.edit.text() == "4420"
        assert field.popup is None


def test_a_text_that_undo_brings_back_opens_nothing(field: Field) -> None:
    field.paste("4420794")
    field.edit.selectAll()
    field.key(Qt.Key.Key_Backspace)
    field.key(Qt.Key.Key_Z, modifier=Qt.KeyboardModifier.ControlModifier)
    assert field.edit.text() == "4420794"
    assert field.popup is None


def test_a_text_set_by_the_program_opens_nothing_and_closes_what_is_open(field: Field) -> None:
    field.edit.setText("4420")
    assert field.popup is None
    for set_it in (lambda: field.edit.setText("+4930"), field.edit.clear):
        field.edit.show_values()
        assert field.popup is not None
        set_it()
        assert field.popup is None


def test_nothing_opens_before_a_window_that_wants_to_be_answered_first(field: Field) -> None:
    field.edit.show_values()
    assert field.popup is not None
    asking = QDialog(field.window)
    asking.open()
    assert field.popup is None
    field.edit.show_values()
    assert field.popup is None
    QTest.keyClicks(field.edit, "44")
    field.commit("20")
    assert field.popup is None
    asking.close()
    field.type("7")
    assert field.popup is not None


def test_the_list_goes_with_the_field_and_its_window(field: Field) -> None:
    for hidden in (field.edit, field.window):
        field.edit.show_values()
        assert field.popup is not None
        hidden.hide()
        assert field.popup is None
        hidden.show()


# Choosing


def test_enter_on_a_highlighted_callee_takes_it_and_is_no_enter_of_the_field(field: Field) -> None:
    field.type("20")
    field.key(Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert field.edit.text() == "+442079460018"
    assert field.popup is None
    assert field.entered == []
    field.key(Qt.Key.Key_Enter)
    assert field.entered == ["+442079460018"]


def test_enter_with_nothing_highlighted_is_enter_of_the_field_and_closes_the_list(
    field: Field,
) -> None:
    field.type("4420794")
    assert field.offered
    field.key(Qt.Key.Key_Return)
    assert field.entered == ["4420794"]
    assert field.popup is None


def test_going_through_the_list_leaves_the_text_until_it_is_chosen(field: Field) -> None:
    field.type("10")
    field.key(Qt.Key.Key_Down, Qt.Key.Key_Down)
    assert field.highlighted == NEW_YORK.digits
    assert field.edit.text() == "10"


@pytest.mark.parametrize("country", [None, "GB", "CN", "US", "IT"])
def test_what_is_chosen_reads_as_the_same_digits_in_every_country(
    qtbot, theme: Theme, country: str | None
) -> None:
    field = Field(qtbot, theme, country)
    # Of no numbering plan: where there is no default country, it has to stand without a plus.
    unknown = RecentCallee("8604649043347", "8604649043347", "", "")
    callees = RECENT if country else (*RECENT, unknown)
    field.edit.set_recent(callees)
    for row, callee in enumerate(callees):
        field.edit.clear()
        field.key(*[Qt.Key.Key_Down] * (row + 1), Qt.Key.Key_Return)
        read = read_callee(field.edit.text(), country)
        assert isinstance(read, Callee)
        assert read.digits == callee.digits


def test_choosing_can_be_undone(field: Field) -> None:
    field.type("invo")
    field.key(Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert field.edit.text() == "+442079460018"
    field.key(Qt.Key.Key_Z, modifier=Qt.KeyboardModifier.ControlModifier)
    assert field.edit.text() == "invo"


def test_choosing_tells_once_that_the_text_was_edited(field: Field) -> None:
    seen: list[tuple[str, str]] = []
    field.edit.textEdited.connect(lambda text: seen.append(("edited", text)))
    field.edit.textChanged.connect(lambda text: seen.append(("changed", text)))
    field.key(Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert seen == [("edited", "+442079460018"), ("changed", "+442079460018")]


# Esc, focus and shortcuts


def test_esc_closes_the_list_and_nothing_else(field: Field) -> None:
    field.type("44")
    field.key(Qt.Key.Key_Down, Qt.Key.Key_Escape)
    assert field.popup is None
    assert field.edit.text() == "44"
    assert Qt.Key.Key_Escape not in field.on_field.keys
    field.key(Qt.Key.Key_Escape)
    assert Qt.Key.Key_Escape in field.on_field.keys


def test_the_field_keeps_the_focus_and_tab_goes_on_from_it(field: Field) -> None:
    field.type("44")
    assert field.popup is not None
    assert field.edit.hasFocus()
    assert field.window.isActiveWindow()
    field.key(Qt.Key.Key_Tab)
    assert field.beside.hasFocus()
    assert field.popup is None
    assert field.edit.text() == "44"


def test_shortcuts_of_the_window_go_on_and_keys_of_the_list_are_none(field: Field) -> None:
    used: list[str] = []
    for name in ("Ctrl+R", "F1", "Esc", "Return", "Down"):
        shortcut = QShortcut(QKeySequence(name), field.window)
        shortcut.activated.connect(lambda name=name: used.append(name))
    field.type("10")
    field.key(Qt.Key.Key_R, modifier=Qt.KeyboardModifier.ControlModifier)
    field.key(Qt.Key.Key_F1)
    assert used == ["Ctrl+R", "F1"]
    field.key(Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Escape)
    assert field.popup is None
    field.edit.show_values()
    field.key(Qt.Key.Key_Return)
    assert used == ["Ctrl+R", "F1"]


def test_the_list_does_not_flicker_while_one_types(field: Field) -> None:
    field.edit.show_values()
    popup = field.popup
    assert popup is not None
    field.key(Qt.Key.Key_Escape)
    happenings = Happenings(QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.Move)
    popup.installEventFilter(happenings)
    field.type("+44 20 7946")
    assert field.offered == digits_of(LONDON)
    assert happenings.seen.count(QEvent.Type.Show) == 1
    assert QEvent.Type.Hide not in happenings.seen
    assert happenings.seen.count(QEvent.Type.Move) <= 1


def test_news_of_other_calls_leave_the_open_list_alone(field: Field) -> None:
    field.key(Qt.Key.Key_Down, Qt.Key.Key_Down)
    field.edit.set_recent((NEW_YORK,))
    assert field.highlighted == BERLIN.digits
    field.key(Qt.Key.Key_Return)
    assert field.edit.text() == "+4930901820"
    field.key(Qt.Key.Key_Down)
    assert field.offered == digits_of(NEW_YORK)


# Whose words stand there


def test_it_knows_what_was_typed_by_hand(field: Field) -> None:
    assert not field.edit.typed_by_hand
    field.type("1")
    assert field.edit.typed_by_hand
    field.edit.setText("442079460018")
    assert not field.edit.typed_by_hand
    field.key(Qt.Key.Key_Backspace)
    assert field.edit.typed_by_hand


def test_a_chosen_and_a_pasted_number_are_the_operators(field: Field) -> None:
    field.key(Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert field.edit.typed_by_hand
    field.edit.clear()
    assert not field.edit.typed_by_hand
    field.paste("4930901820")
    assert field.edit.typed_by_hand


def test_the_same_text_set_by_the_program_is_the_programs(field: Field) -> None:
    field.type("4930901820")
    field.edit.setText("4930901820")
    assert not field.edit.typed_by_hand


def test_whoever_hears_of_a_change_already_knows_whose_it_is(field: Field) -> None:
    heard: list[bool] = []
    field.edit.textChanged.connect(lambda: heard.append(field.edit.typed_by_hand))
    field.edit.textEdited.connect(lambda: heard.append(field.edit.typed_by_hand))
    field.type("1")
    field.edit.setText("2")
    field.key(Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert heard == [True, True, False, True, True]


# What it looks like, what it costs


def colors(image: QImage) -> set[str]:
    return {
        image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())
    }


@pytest.mark.parametrize("choice", ["light", "dark", "high-contrast"])
def test_number_and_note_are_painted_in_the_colours_of_the_scheme(
    qtbot, qapp: QApplication, choice: str
) -> None:
    theme = Theme(qapp, choice)  # type: ignore[arg-type]
    field = Field(qtbot, theme)
    field.edit.show_values()
    popup = field.popup
    assert popup is not None
    index = popup.model().index(1, 0)
    plain = popup.viewport().grab(popup.visualRect(index)).toImage()
    assert {theme.scheme.card.name(), theme.scheme.text.name()} <= colors(plain)
    assert theme.scheme.quiet.name() in colors(plain)
    popup.setCurrentIndex(index)
    chosen = popup.viewport().grab(popup.visualRect(index)).toImage()
    assert theme.scheme.selection.name() in colors(chosen)
    if theme.scheme.high_contrast:
        assert theme.scheme.accent.name() in colors(chosen)


def test_a_note_is_never_taken_for_markup(field: Field) -> None:
    def row(note: str) -> QImage:
        field.edit.set_recent((RecentCallee("442079460018", "+44 20 7946 0018", note, ""),))
        field.edit.show_values()
        assert field.popup is not None
        field.popup.setCurrentIndex(field.popup.model().index(-1, 0))
        image = field.popup.viewport().grab().toImage()
        field.key(Qt.Key.Key_Escape)
        return image

    assert row("<b></b>") != row("")
    assert row("two\nlines") == row("two lines")


def test_a_number_and_a_time_are_shown_whole_and_the_note_gives_way(
    field: Field, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    draw = QPainter.drawText

    def note_down(painter: QPainter, place: object, flags: int, text: str) -> None:
        drawn.append(text)
        draw(painter, place, flags, text)  # type: ignore[call-overload]

    monkeypatch.setattr(QPainter, "drawText", note_down)
    long = RecentCallee("88216333322211", "+882 16 333 32211", "a note " * 30, "Yesterday 14:02")
    field.edit.set_recent((long, *RECENT))
    field.edit.show_values()
    assert field.popup is not None
    field.popup.viewport().grab()
    for callee in (long, *RECENT):
        assert {callee.formatted, callee.when} <= {*drawn, ""}
    assert long.note not in drawn
    assert any(text.startswith("a note") and text.endswith("…") for text in drawn)


def test_rows_have_the_height_of_the_others_and_room_for_all_three(field: Field) -> None:
    field.edit.show_values()
    assert field.popup is not None
    assert field.popup.sizeHintForRow(0) >= 30
    assert field.popup.width() >= 360
    assert (
        field.popup.viewport().width() >= field.popup.visualRect(field.popup.currentIndex()).width()
    )


def test_colours_follow_a_change_of_the_theme(field: Field, theme: Theme) -> None:
    field.edit.show_values()
    assert field.popup is not None
    theme.choose("dark")
    index = field.popup.model().index(1, 0)
    image = field.popup.viewport().grab(field.popup.visualRect(index)).toImage()
    assert QColor(theme.scheme.text).name() in colors(image)


def test_assistive_technology_is_told_names_and_whole_rows(field: Field) -> None:
    told = QAccessible.queryAccessibleInterface(field.edit)
    assert told.text(QAccessible.Text.Name) == "Callee"
    field.edit.show_values()
    assert field.popup is not None
    assert field.popup.accessibleName() == "Recent callees"
    offered = QAccessible.queryAccessibleInterface(field.popup)
    assert offered.text(QAccessible.Text.Name) == "Recent callees"
    rows = [offered.child(row).text(QAccessible.Text.Name) for row in (0, 1)]
    assert rows == ["+44 20 7946 0018, Bob, about the invoice, 12:58", "+49 30 901820, Tue"]


def test_a_key_reads_no_more_of_three_hundred_callees_than_the_list_shows(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []
    read = Offers.data
    monkeypatch.setattr(Offers, "data", lambda *args: reads.append(args[1].row()) or read(*args))
    field.edit.set_recent(
        [RecentCallee(f"4420{n:08}", f"+44 20 {n:08}", f"Customer {n}", "Tue") for n in range(300)]
    )
    field.type("442")
    assert field.popup is not None
    reads.clear()
    field.type("0")
    field.popup.viewport().grab()
    seen, shown = set(reads), field.popup.model().rowCount()
    assert shown == 300
    assert seen
    assert seen <= set(range(10))
    assert len(reads) < 200
