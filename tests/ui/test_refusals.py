"""What cannot be sent is told by its field, and what the provider says is shown as plain text."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from dialer.calls.call import CallRequest
from dialer.calls.plain import plain
from dialer.settings.profile import Profile
from dialer.ui.call_panel import CallPanel
from doubles.faulty_server import (
    Behaviour,
    FaultyServer,
    answers,
    refuses,
)
from ui.journal_on_disk import PLACED, JournalOnDisk
from ui.operating import ENTER, Operator, Start, words_in

# What the offscreen platform says of windows with a smallest size, and of lists that drop down.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Provider = Callable[[Behaviour], FaultyServer]
AddProfile = Callable[..., Profile]
NUMBER = "932111111111"

# What cannot be sent


@pytest.mark.parametrize(
    ("callee", "says"),
    [
        ("12345", "5 digits: 7 to 15 are needed."),
        ("1234567890123456", "16 digits: 7 to 15 are needed."),
        ("*#06#12345", "*"),
        ("020 7946 0018 Bob", "B"),
    ],
)
def test_a_wrong_callee_is_marked_and_told_and_no_row_written(
    sandbox: Operator, journal: JournalOnDisk, callee: str, says: str
) -> None:
    sandbox.write(callee)
    assert not sandbox.is_marked_wrong("Callee")  # who types has not finished
    sandbox.press(ENTER)
    assert sandbox.is_marked_wrong("Callee")
    assert says in sandbox.line
    assert sandbox.focus == "Callee"
    assert not sandbox.busy
    assert sandbox.rows() == [] == journal.calls()
    sandbox.press(Qt.Key.Key_Backspace)
    assert not sandbox.is_marked_wrong("Callee")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("Account", "", "The account is empty."),
        ("Account", "x" * 65, "The account must be one line of at most 64 characters."),
        ("Display number", "12345", "5 digits: 7 to 15 are needed."),
    ],
)
def test_a_wrong_field_is_marked_and_told_by_its_name(
    sandbox: Operator, journal: JournalOnDisk, name: str, value: str, says: str
) -> None:
    sandbox.write(NUMBER)
    sandbox.write(value, into=name)
    sandbox.go_to("Callee")
    sandbox.press(ENTER)
    assert sandbox.is_marked_wrong(name)
    assert not sandbox.is_marked_wrong("Callee")
    assert says in sandbox.line
    assert sandbox.focus == name
    assert sandbox.rows() == [] == journal.calls()
    sandbox.write("1")
    assert not sandbox.is_marked_wrong(name)
    assert sandbox.line.startswith(f"Sends {NUMBER}")


def test_a_number_with_two_readings_is_called_once_one_is_picked(
    start: Start, provider: Provider, add_profile: AddProfile
) -> None:
    server = provider(answers())
    add_profile(base_url=server.url, default_country="DE")
    operator = start()
    operator.write("442079460018")
    operator.press(ENTER)
    assert operator.rows() == []
    assert operator.is_marked_wrong("Callee")
    operator.write("8", into="Callee")
    operator.write("442079460018", into="Callee")
    assert operator.button_like("+49 4420 79460018", "DE").isEnabled()
    operator.click(operator.button_like("+44 20 7946 0018", "GB"))
    assert operator.text("Callee") == "+442079460018"
    assert operator.rows() == []
    assert operator.focus == "Callee"
    operator.press(ENTER)
    assert operator.outcome().startswith("Placed.")
    assert b'"callee": "442079460018"' in server.calls[0].body


def test_both_readings_can_still_be_picked_after_enter(
    start: Start, provider: Provider, add_profile: AddProfile
) -> None:
    add_profile(base_url=provider(answers()).url, default_country="DE")
    operator = start()
    operator.write("442079460018")
    operator.press(ENTER)
    assert operator.is_marked_wrong("Callee")
    operator.click(operator.button_like("+49 4420 79460018", "DE"))
    assert operator.text("Callee") == "+49442079460018"
    assert not operator.is_marked_wrong("Callee")


def test_without_a_network_the_call_is_told_as_not_sent_and_stays_in_the_fields(
    start: Start, provider: Provider, add_profile: AddProfile
) -> None:
    add_profile(base_url=provider(refuses).url)
    operator = start()
    said = operator.call(NUMBER)
    assert said.startswith("Not sent.")
    assert "Nothing was called." in said
    assert operator.text("Callee") == NUMBER
    assert [row["Outcome"] for row in operator.rows()] == ["Not sent"]


# What the provider says


EVIL = "<b>bold</b> <a href='https://x.example'>x</a>\x1b[31m\u202e\nnext"


def test_words_of_the_provider_are_shown_as_plain_text_everywhere(
    start: Start, provider: Provider, add_profile: AddProfile
) -> None:
    add_profile(base_url=provider(answers({"status": "-99", "reason": EVIL})).url)
    operator = start()
    said = operator.call(NUMBER)
    assert "<b>bold</b> <a href='https://x.example'>x</a>" in said
    assert plain(said) == said  # no control character is left
    operator.select(0)
    panel = operator.window.history.panel
    assert isinstance(panel, CallPanel)
    assert any("<b>bold</b>" in words for words in words_in(panel))
    for label in operator.window.findChildren(QLabel):
        if "<b>" in label.text():
            assert label.textFormat() is Qt.TextFormat.PlainText
    for widget in operator.window.findChildren(QWidget):
        assert "<b>" not in widget.toolTip()


def test_markup_in_what_was_typed_is_plain_text_as_well(
    start: Start, journal: JournalOnDisk
) -> None:
    request = CallRequest(NUMBER, "<b>me</b>", note="<i>Bob</i>", profile="<s>p</s>")
    journal.write(PLACED, request=request)
    operator = start(sandbox=True)
    operator.select(0)
    marked = [each for each in operator.window.findChildren(QLabel) if "<" in each.text()]
    texts = " ".join(label.text() for label in marked)
    assert all(part in texts for part in ("<b>me</b>", "<i>Bob</i>", "<s>p</s>"))
    assert {label.textFormat() for label in marked} == {Qt.TextFormat.PlainText}
