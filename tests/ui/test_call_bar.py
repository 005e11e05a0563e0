"""The call bar by itself: what its keys ask for, and what it says of the callee."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from dialer.calls.request import RequestRefused, read_request
from dialer.settings.profile import Profile
from dialer.ui.call_bar import CallBar
from dialer.ui.icons import Icons
from dialer.ui.theme import Theme
from dialer.ui.typed import Typed
from ui.operating import words_in

# What the offscreen platform says of windows with a smallest size, and of lists that drop down.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

ENTER = Qt.Key.Key_Return
NUMBER = "442079460018"


class Bar:
    """A call bar in a window of its own, and what it asked for."""

    def __init__(self, qtbot: QtBot, theme: Theme) -> None:
        self.qtbot = qtbot
        self.bar = CallBar(theme, Icons(theme))
        qtbot.addWidget(self.bar)
        self.bar.resize(1000, 140)
        self.asked: list[Typed] = []
        self.ready = self.last_number = self.cleared = 0
        self.bar.call_asked.connect(self.asked.append)
        self.bar.callee_ready.connect(self._on_ready)
        self.bar.last_number_asked.connect(self._on_last_number)
        self.bar.cleared.connect(self._on_cleared)
        with qtbot.waitActive(self.bar):
            self.bar.show()
            self.bar.activateWindow()
        self.bar.focus_callee()

    @property
    def fields(self) -> tuple[QLineEdit, ...]:
        return self.bar.callee, self.bar.display_number, self.bar.account, self.bar.note

    @property
    def line(self) -> str:
        return " ".join(words_in(self.bar.line))

    @property
    def readings(self) -> list[QPushButton]:
        return [each for each in self.bar.line.findChildren(QPushButton) if each.isVisible()]

    def write(self, text: str, field: QLineEdit | None = None) -> None:
        QTest.keyClicks(field or self.bar.callee, text)

    def press(self, key: Qt.Key, field: QLineEdit | None = None) -> None:
        QTest.keyClick(field or self.bar.callee, key)

    def paste(self, text: str) -> None:
        QApplication.clipboard().setText(text)
        self.bar.callee.selectAll()
        QTest.keyClick(self.bar.callee, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)

    def use(self, **fields: str) -> None:
        self.bar.use_profile(Profile("work", **fields))  # type: ignore[arg-type]

    def _on_ready(self) -> None:
        self.ready += 1

    def _on_last_number(self) -> None:
        self.last_number += 1

    def _on_cleared(self) -> None:
        self.cleared += 1


@pytest.fixture
def bar(qapp: QApplication, qtbot: QtBot) -> Bar:
    made = Bar(qtbot, Theme(qapp, "light"))
    made.use(account="test_001")
    made.bar.can_read_numbers()
    return made


def test_the_fields_and_the_button_go_by_their_names(bar: Bar) -> None:
    names = [_accessible_name(field) for field in (*bar.fields, bar.bar.call_button)]
    assert names == ["Callee", "Display number", "Account", "Note", "Call"]


def test_tab_goes_through_the_fields_to_the_button(bar: Bar) -> None:
    bar.write(NUMBER)
    stops = []
    for _ in range(4):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        stops.append(QApplication.focusWidget())
    assert stops == [*bar.fields[1:], bar.bar.call_button]


@pytest.mark.parametrize("at", range(4))
def test_enter_in_a_field_asks_for_what_stands_in_all(bar: Bar, at: int) -> None:
    bar.write(NUMBER)
    bar.write("1008122211", bar.bar.display_number)
    bar.write("Bob", bar.bar.note)
    bar.press(ENTER, bar.fields[at])
    assert bar.asked == [Typed(NUMBER, "1008122211", "test_001", "Bob")]


@pytest.mark.parametrize("at", range(4))
def test_enter_without_a_callee_asks_for_the_last_number(bar: Bar, at: int) -> None:
    bar.write("  ")
    bar.press(ENTER, bar.fields[at])
    assert bar.asked == []
    assert bar.last_number == 1


def test_while_a_call_is_under_way_the_button_cannot_be_pressed(bar: Bar) -> None:
    bar.write(NUMBER)
    bar.bar.set_busy(True)
    assert bar.bar.call_button.text() == "Calling…"
    bar.qtbot.mouseClick(bar.bar.call_button, Qt.MouseButton.LeftButton)
    assert bar.asked == []
    bar.bar.set_busy(False)
    assert bar.asked == [], "nothing was kept for later"
    assert bar.bar.call_button.text() == "Call"


def test_the_button_waits_for_a_callee(bar: Bar) -> None:
    assert not bar.bar.call_button.isEnabled()
    bar.write("4")
    assert bar.bar.call_button.isEnabled()
    bar.press(Qt.Key.Key_Backspace)
    assert not bar.bar.call_button.isEnabled()


def test_esc_empties_callee_and_note_and_leaves_the_rest(bar: Bar) -> None:
    bar.write(NUMBER)
    bar.write("1008122211", bar.bar.display_number)
    bar.write("Bob", bar.bar.note)
    bar.bar.note.setFocus()
    bar.press(Qt.Key.Key_Escape, bar.bar.note)
    assert [field.text() for field in bar.fields] == ["", "1008122211", "test_001", ""]
    assert bar.cleared == 1
    assert QApplication.focusWidget() is bar.bar.callee


@pytest.mark.parametrize(
    "pasted",
    [
        "+44 (0)20 7946 0018",
        "tel:+44-20-7946-0018",
        "\u202a+44\u00a020\u00a07946\u00a00018\u202c",
        "+４４２０７９４６００１８",
    ],
)
def test_what_is_pasted_is_shown_as_it_will_be_sent(bar: Bar, pasted: str) -> None:
    bar.paste(pasted)
    assert bar.line.startswith(f"Sends {NUMBER} ")
    assert "+44 20 7946 0018" in bar.line
    assert "United Kingdom" in bar.line
    assert "there" in bar.line


def test_a_number_that_the_plan_does_not_know_gets_a_quiet_hint(bar: Bar) -> None:
    bar.write("932111111111")
    assert bar.line.startswith("Sends 932111111111 ")
    assert "it is called as it stands" in bar.line
    assert not bar.bar.callee.property("wrong")


def test_what_is_no_number_yet_is_told_quietly(bar: Bar) -> None:
    bar.write("44207")
    assert bar.line == "5 digits: 7 to 15 are needed."
    assert not bar.bar.callee.property("wrong")
    bar.write("9460018")
    assert bar.line.startswith(f"Sends {NUMBER}")


def test_a_connection_may_be_opened_once_a_callee_can_be_called(bar: Bar) -> None:
    bar.write("442079")
    assert bar.ready == 0
    bar.write("460018")
    assert bar.ready == 1
    bar.press(Qt.Key.Key_Escape)
    bar.paste(NUMBER)
    assert bar.ready == 2


def test_an_extension_is_told_in_words(bar: Bar) -> None:
    bar.paste("+44 20 7946 0018 ext. 12")
    assert "dial 12 on your phone" in bar.line


def test_digits_are_read_with_the_profile_s_country(bar: Bar) -> None:
    bar.use(default_country="GB")
    bar.write("020 7946 0018")
    assert bar.line.startswith(f"Sends {NUMBER}")
    bar.use()
    assert "No country code starts with 0" in bar.line


def test_of_two_readings_one_is_picked_and_nothing_asked_for(bar: Bar) -> None:
    bar.use(default_country="DE")
    bar.paste(NUMBER)
    assert bar.ready == 0
    german, british = bar.readings
    assert "+49 4420 79460018" in german.text()
    assert "+44 20 7946 0018" in british.text()
    bar.qtbot.mouseClick(british, Qt.MouseButton.LeftButton)
    assert bar.bar.callee.text() == f"+{NUMBER}"
    assert bar.readings == []
    assert bar.line.startswith(f"Sends {NUMBER}")
    assert bar.asked == []


@pytest.mark.parametrize("at", range(4))
def test_a_refusal_marks_its_field_until_it_is_mended(bar: Bar, at: int) -> None:
    wrong = {
        0: {"callee": "12345"},
        1: {"display_number": "12345"},
        2: {"account": ""},
        3: {"note": "x" * 1001},
    }[at]
    field = bar.fields[at]
    bar.write(wrong.get("callee", NUMBER))
    with pytest.raises(RequestRefused) as refused:
        read_request(**{"callee": NUMBER, "account": "test_001", **wrong})
    bar.bar.show_refusal(refused.value)
    assert [bool(each.property("wrong")) for each in bar.fields] == [at == n for n in range(4)]
    assert bar.line == str(refused.value.sentence)
    assert QApplication.focusWidget() is field
    QTest.keyClicks(field, "9")
    assert not field.property("wrong")


def test_what_is_too_long_is_told_and_not_cut_to_something_else(bar: Bar) -> None:
    bar.paste("+" + "4" * 2000)
    assert "too many for a number" in bar.line
    bar.bar.note.insert("x" * 2000)
    with pytest.raises(RequestRefused, match="1000 at most"):
        read_request(callee=NUMBER, account="test_001", note=bar.bar.note.text())


@pytest.mark.parametrize("country", ["", "DE", "GB", "US"])
@pytest.mark.parametrize("digits", [NUMBER, "932111111111", "1008122211", "4930123456"])
def test_what_is_filled_in_is_read_as_the_same_digits(bar: Bar, digits: str, country: str) -> None:
    bar.use(default_country=country)
    bar.bar.fill_in(digits)
    assert bar.line.startswith(f"Sends {digits} ")
    assert bar.bar.callee.selectedText() == bar.bar.callee.text()
    assert bar.asked == []


def test_what_is_typed_before_numbers_can_be_read_is_read_then(
    qapp: QApplication, qtbot: QtBot
) -> None:
    early = Bar(qtbot, Theme(qapp, "light"))
    early.write(NUMBER)
    assert early.line == ""
    early.bar.can_read_numbers()
    assert early.line.startswith(f"Sends {NUMBER}")


def test_a_profile_brings_its_account_and_display_number(bar: Bar) -> None:
    bar.use(account="test_002", display_number="1008122211")
    assert bar.bar.account.text() == "test_002"
    assert bar.bar.display_number.text() == "1008122211"
    bar.use()
    assert bar.bar.account.text() == bar.bar.display_number.text() == ""
    bar.bar.remember(["test_003", "test_001"], ["442079460018"])
    assert bar.bar.account.text() == "test_003"  # the one used last, where the profile has none
    assert bar.bar.display_number.text() == ""


def test_in_a_narrow_bar_the_lesser_fields_are_folded_away(bar: Bar) -> None:
    bar.bar.resize(460, 140)
    bar.qtbot.waitUntil(lambda: not bar.bar.account.isVisible())
    assert bar.bar.callee.isVisible()
    assert bar.bar.call_button.isVisible()
    (fold,) = (
        each
        for each in bar.bar.findChildren(QPushButton)
        if each.isVisible() and each.isCheckable()
    )
    bar.qtbot.mouseClick(fold, Qt.MouseButton.LeftButton)
    assert all(field.isVisible() for field in bar.fields)
    bar.bar.resize(1000, 140)
    bar.qtbot.waitUntil(lambda: not fold.isVisible())
    assert all(field.isVisible() for field in bar.fields)


def _accessible_name(widget: object) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)  # type: ignore[arg-type]
