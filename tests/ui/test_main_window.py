"""The main job in the window: a number and Enter, and what the window says of it."""

import itertools
from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget

from dialer.calls.call import CallRequest
from dialer.settings.profile import Profile
from doubles.faulty_server import (
    Behaviour,
    FaultyServer,
    answers,
    hangs_after_reading,
)
from ui.journal_on_disk import PLACED, JournalOnDisk
from ui.operating import CTRL, ENTER, ESC, Operator, Start, words_in

# What the offscreen platform says of windows with a smallest size, and of lists that drop down.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Provider = Callable[[Behaviour], FaultyServer]
AddProfile = Callable[..., Profile]
NUMBER = "932111111111"
FIELDS = ("Callee", "Display number", "Account", "Note")

# A call


def test_with_the_sandbox_a_number_and_enter_are_enough(
    sandbox: Operator, journal: JournalOnDisk
) -> None:
    assert sandbox.focus == "Callee"
    assert sandbox.text("Account") == "sandbox"
    sandbox.write(NUMBER)
    sandbox.press(ENTER)
    assert sandbox.outcome().startswith("Placed.")
    (row,) = sandbox.rows()
    (call,) = journal.calls()
    assert call.outcome
    assert row["Recording ID"] == call.outcome.recording_id
    assert row["Outcome"] == "Placed · sandbox"
    assert row["Callee"] == "+93 2111111111"


def test_after_placed_the_callee_stays_and_is_selected(sandbox: Operator) -> None:
    sandbox.call(NUMBER)
    assert sandbox.text("Callee") == NUMBER
    assert sandbox.focus == "Callee"
    assert sandbox.field("Callee").selectedText() == NUMBER
    sandbox.write("4")
    assert sandbox.text("Callee") == "4"


def test_the_call_button_calls_too(sandbox: Operator) -> None:
    sandbox.write(NUMBER)
    sandbox.click(sandbox.button("Call"))
    assert sandbox.outcome().startswith("Placed.")


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_calls_in_each_field_of_the_call(sandbox: Operator, name: str, key: Qt.Key) -> None:
    sandbox.write(NUMBER)
    sandbox.go_to(name)
    sandbox.press(key)
    assert sandbox.outcome().startswith("Placed.")
    assert len(sandbox.rows()) == 1


def test_enter_calls_nowhere_else(
    start: Start, journal: JournalOnDisk, add_profile: AddProfile
) -> None:
    journal.write(PLACED)
    add_profile("work")
    add_profile("home")
    operator = start(sandbox=True)
    operator.select(0)  # so that the panel's buttons are there as well
    operator.write(NUMBER, into="Callee")
    asked: list[object] = []
    operator.program._calling.order.connect(asked.append)
    others = [
        each
        for each in operator.window.findChildren(QWidget)
        if each.isVisible()
        and each.isEnabled()
        and each.focusPolicy() != Qt.FocusPolicy.NoFocus
        and each.accessibleName() not in FIELDS
    ]
    names = {each.accessibleName() for each in others}
    assert {"Search history", "History", "Call", "Profile"} <= names
    for widget, key in itertools.product(others, (ENTER, Qt.Key.Key_Enter)):
        operator.write("442079460018", into="Callee")
        widget.setFocus()
        assert operator.window.focusWidget() is widget
        operator.press(key)
    assert asked == []
    assert len(operator.rows()) == 1


def test_what_was_typed_goes_with_the_call_as_it_is_shown(
    start: Start, provider: Provider, add_profile: AddProfile
) -> None:
    server = provider(answers())
    add_profile(base_url=server.url, app_id="4luaKsL2")
    operator = start()
    operator.write("1008122211", into="Display number")
    operator.write("Bob, about the invoice", into="Note")
    operator.write("+44 (0)20 7946-0018", into="Callee")
    assert operator.line.startswith("Sends 442079460018 · ")
    assert "United Kingdom" in operator.line
    assert "there" in operator.line
    operator.press(ENTER)
    operator.outcome()
    (request,) = server.calls
    assert request.body == (
        b'{"callee": "442079460018", "displayNum": "1008122211", "account": "test_001",'
        b' "appId": "4luaKsL2", "calledInfo": "Bob, about the invoice"}'
    )
    assert operator.rows() == [
        {
            "Time": operator.rows()[0]["Time"],
            "Callee": "+44 20 7946 0018",
            "Display number": "1008122211",
            "Account": "test_001",
            "Outcome": "Placed",
            "Talk": "",
            "Cost": "",
            "Recording ID": "2203031113381000002",
        }
    ]
    assert operator.text("Note") == ""  # it was about this callee


def test_after_placed_it_says_which_phone_rings_and_how_to_stop(
    start: Start, provider: Provider, add_profile: AddProfile
) -> None:
    add_profile(base_url=provider(answers()).url)
    operator = start()
    assert operator.call(NUMBER) == (
        "Placed. Your phone test_001 will ring, then the callee's."
        " Wrong number? Do not pick up your phone."
    )


def test_the_help_says_that_the_way_to_stop_is_inferred(sandbox: Operator, qapp) -> None:
    sandbox.press(Qt.Key.Key_F1)
    sandbox.until(lambda: QApplication.activeModalWidget() or _help(sandbox) is not None)
    help_window = _help(sandbox)
    assert help_window is not None
    text = " ".join(words_in(help_window))
    assert "Do not pick up your phone." in text
    assert "inferred from the provider's documents" in text
    assert "connected" not in text
    help_window.close()


def test_a_second_press_within_the_same_call_does_nothing(
    start: Start, provider: Provider, add_profile: AddProfile, journal: JournalOnDisk
) -> None:
    server = provider(hangs_after_reading)
    add_profile(base_url=server.url)
    operator = start()
    operator.write(NUMBER)
    operator.press(ENTER, ENTER)
    operator.click(operator.button("Calling…"))
    operator.until(lambda: server.calls)
    assert [row["Outcome"] for row in operator.rows()] == ["Calling"]
    assert operator.message == ""
    # What comes meanwhile is told and stays in its field: it is not called, now or later.
    operator.write("442079460018", into="Callee")
    operator.press(ENTER)
    assert operator.message.startswith("Not sent. One call at a time: another is under way.")
    operator.click(operator.window.bar.call_button)
    server.close()
    operator.until(lambda: not operator.busy)
    assert operator.message.startswith("Outcome unknown.")
    assert operator.text("Callee") == "442079460018"
    assert len(server.calls) == len(operator.rows()) == len(journal.calls()) == 1


def test_a_placed_call_is_painted_right_after_the_answer(
    start: Start, provider: Provider, add_profile: AddProfile
) -> None:
    add_profile(base_url=provider(answers()).url)
    operator = start()
    operator.call(NUMBER)
    shown = _Shown(operator, operator.window.history.table.viewport())
    operator.call(f"{NUMBER[:-1]}9")
    operator.until(lambda: shown.outcomes[-1:] == ["Placed"])
    assert operator.rows()[0]["Outcome"] == "Placed"


class _Shown(QObject):
    """Remembers what the newest row said whenever the table was painted."""

    def __init__(self, operator: Operator, viewport: QWidget) -> None:
        super().__init__(viewport)
        self._operator = operator
        self.outcomes: list[str] = []
        viewport.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Paint:
            self.outcomes.append(self._operator.rows()[0]["Outcome"])
        return False


# Keys


def test_esc_clears_callee_note_and_message_in_every_field(sandbox: Operator) -> None:
    for name in FIELDS:
        sandbox.write("about the invoice", into="Note")
        sandbox.call("9990000010")
        assert sandbox.message.startswith("Rejected.")
        sandbox.go_to(name)
        sandbox.press(ESC)
        assert (sandbox.text("Callee"), sandbox.text("Note")) == ("", "")
        assert sandbox.message == ""
        assert sandbox.focus == "Callee"
    assert sandbox.text("Account") == "sandbox"


def test_enter_in_an_empty_callee_brings_the_last_number_back_and_a_second_calls_it(
    start: Start, journal: JournalOnDisk
) -> None:
    journal.write(PLACED)
    operator = start(sandbox=True)
    operator.press(ENTER)
    assert operator.text("Callee") == f"+{NUMBER}"
    assert operator.field("Callee").selectedText() == f"+{NUMBER}"
    operator.until(lambda: len(operator.rows()) == 1)
    assert not operator.busy
    operator.press(ENTER)  # an hour after the last call nothing is asked
    assert operator.outcome().startswith("Placed.")
    assert len(operator.rows()) == 2


def test_the_last_number_is_asked_about_when_it_was_placed_just_now(sandbox: Operator) -> None:
    sandbox.call(NUMBER)
    sandbox.press(ESC, ENTER)
    assert sandbox.text("Callee") == f"+{NUMBER}"
    sandbox.press(ENTER)
    assert sandbox.message.startswith("Call +93 2111111111 again?")
    assert len(sandbox.rows()) == 1


def test_enter_in_an_empty_callee_without_any_call_does_nothing(sandbox: Operator) -> None:
    sandbox.press(ENTER)
    assert sandbox.text("Callee") == ""
    assert sandbox.message == ""


def test_redial_only_fills_in(sandbox: Operator) -> None:
    sandbox.call("9990000010")
    sandbox.press(ESC)
    sandbox.press(Qt.Key.Key_R, modifier=CTRL)
    assert sandbox.text("Callee") == "+9990000010"
    assert not sandbox.busy
    assert len(sandbox.rows()) == 1


def test_choosing_a_remembered_value_does_not_call(start: Start, journal: JournalOnDisk) -> None:
    for account in ("test_001", "test_002"):
        journal.write(
            PLACED, request=CallRequest("442079460018", account, profile="sandbox", sandbox=True)
        )
    operator = start(sandbox=True)
    operator.write(NUMBER)
    operator.go_to("Account")
    operator.press(Qt.Key.Key_Down)
    assert QApplication.activePopupWidget() is not None
    operator.press(ENTER)
    assert operator.text("Account") == "test_002"
    assert not operator.busy
    operator.press(ENTER)
    assert operator.outcome().startswith("Placed.")
    assert operator.rows()[0]["Account"] == "test_002"


def test_the_account_and_display_number_fields_remember_what_was_used(sandbox: Operator) -> None:
    sandbox.write("test_002", into="Account")
    sandbox.write("1008122211", into="Display number")
    sandbox.call(NUMBER)
    bar = sandbox.window.bar
    sandbox.until(lambda: bar.display_number.values() == ["1008122211"])
    assert bar.account.values() == ["test_002"]


# Small windows


def test_the_smallest_window_has_all_that_a_call_needs(
    sandbox: Operator, journal: JournalOnDisk
) -> None:
    window = sandbox.window
    window.resize(480, 360)
    sandbox.until(lambda: not sandbox.field("Account").isVisible())
    assert (window.width(), window.height()) == (480, 360)
    for widget in (sandbox.field("Callee"), sandbox.button("Call"), window.bar.line):
        assert widget.isVisible()
        place = widget.rect().translated(widget.mapTo(window, widget.rect().topLeft()))
        assert window.rect().contains(place)
    assert sandbox.call(NUMBER).startswith("Placed.")
    assert sandbox.window.history.table.isVisible()
    assert not sandbox.window.history.table.horizontalScrollBar().isVisible()


def test_in_a_narrow_window_a_wrong_field_unfolds(sandbox: Operator) -> None:
    sandbox.window.resize(480, 360)
    sandbox.until(lambda: not sandbox.field("Account").isVisible())
    sandbox.click(sandbox.button("Display number, account, note"))
    sandbox.write("12", into="Display number")
    sandbox.click(sandbox.button("Fewer fields"))
    assert not sandbox.field("Display number").isVisible()
    sandbox.write(NUMBER, into="Callee")
    sandbox.press(ENTER)
    assert sandbox.field("Display number").isVisible()
    assert sandbox.is_marked_wrong("Display number")
    assert sandbox.focus == "Display number"


def _help(operator: Operator) -> QWidget | None:
    from dialer.ui.help_window import HelpWindow

    return next(
        (each for each in operator.window.findChildren(HelpWindow) if each.isVisible()), None
    )
