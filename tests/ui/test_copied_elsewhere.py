"""The window and what other programs copied: those that answer, are slow, hang, or end."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from dialer.settings.profile import Profile
from dialer.ui.profiles_window import ProfilesWindow
from ui.copied_elsewhere import Elsewhere, ticking
from ui.journal_on_disk import JournalOnDisk
from ui.operating import CTRL, ENTER, ESC, Operator, Start, message_in

pytestmark = [pytest.mark.desktop, pytest.mark.qt_log_ignore("This plugin does not support")]

LONDON, OTHER = "+442079460018", "+442079460019"
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def operator(elsewhere: Elsewhere, start: Start, add_profile: Callable[..., Profile]) -> Operator:
    add_profile("work", default_country="GB")
    return start()


@pytest.fixture
def sandbox(elsewhere: Elsewhere, start: Start) -> Operator:
    return start(sandbox=True)


def call_copied(operator: Operator) -> None:
    operator.press(Qt.Key.Key_V, modifier=CTRL | SHIFT)


def call_selected(operator: Operator) -> None:
    operator.press(Qt.Key.Key_B, modifier=CTRL | SHIFT)


def test_the_number_comes_from_the_selection_and_else_from_what_was_copied(
    elsewhere: Elsewhere, operator: Operator
) -> None:
    elsewhere.copy("Bob: 020 7946 0019")
    selected = elsewhere.copy("Ann: 020 7946 0018", selection="PRIMARY")
    call_copied(operator)
    operator.until(lambda: operator.text("Callee") == OTHER)
    call_selected(operator)
    operator.until(lambda: operator.text("Callee") == LONDON)
    elsewhere.copy("no number", selection="PRIMARY")
    selected.wait_for("lost")
    call_selected(operator)
    operator.until(lambda: operator.text("Callee") == OTHER)
    assert operator.rows() == []


def test_of_several_numbers_the_operator_chooses(elsewhere: Elsewhere, operator: Operator) -> None:
    elsewhere.copy("Ann: 020 7946 0018\nBob: 020 7946 0019", "in pieces")
    call_copied(operator)
    operator.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    QTest.keyClick(QApplication.activePopupWidget(), Qt.Key.Key_Down)
    QTest.keyClick(QApplication.activePopupWidget(), Qt.Key.Key_Return)
    assert operator.text("Callee") == OTHER


@pytest.mark.parametrize("way", ["answers", "has no text"])
def test_a_copy_without_a_number_is_told(
    elsewhere: Elsewhere, operator: Operator, way: str
) -> None:
    elsewhere.copy("no number here", way)
    call_copied(operator)
    operator.until(lambda: operator.message.startswith("No number was found in what was copied."))


def test_a_program_that_hangs_is_told_once_and_leaves_the_fields_alone(
    elsewhere: Elsewhere, operator: Operator
) -> None:
    elsewhere.copy(LONDON, "hangs")
    operator.write("020", into="Callee")
    with ticking() as gaps:
        call_copied(operator)
        operator.until(lambda: operator.message)
    assert max(gaps) < 0.7, "the window stood still"
    assert operator.message == (
        "The program that was copied from does not answer. Nothing was filled in, and nothing"
        " was called. Copy the number again, or type it."
    )
    assert operator.text("Callee") == "020"


def test_what_was_copied_is_not_taken_for_a_selection_that_cannot_be_had(
    elsewhere: Elsewhere, operator: Operator
) -> None:
    elsewhere.copy(OTHER)
    elsewhere.copy(LONDON, "hangs", selection="PRIMARY")
    call_selected(operator)
    operator.until(lambda: operator.message)
    assert operator.message.startswith("The program with the selected text does not answer.")
    assert operator.text("Callee") == ""


def test_enter_and_call_do_nothing_while_a_number_is_on_its_way(
    elsewhere: Elsewhere, sandbox: Operator, journal: JournalOnDisk
) -> None:
    owner = elsewhere.copy(LONDON)
    owner.stop()
    sandbox.write(OTHER, into="Callee")
    call_copied(sandbox)
    sandbox.press(ENTER)
    sandbox.click(sandbox.button("Call"))
    owner.go_on()
    sandbox.until(lambda: sandbox.text("Callee") == LONDON)
    assert journal.calls() == []
    sandbox.press(ENTER)
    sandbox.outcome()
    assert [record.request.callee for record in journal.calls()] == [LONDON[1:]]


@pytest.mark.parametrize("what", ["typed", "Esc", "recent"])
def test_what_the_operator_does_meanwhile_is_newer_than_a_number_on_its_way(
    elsewhere: Elsewhere, operator: Operator, what: str
) -> None:
    owner = elsewhere.copy(LONDON)
    owner.stop()
    call_copied(operator)
    if what == "typed":
        operator.write("020", into="Callee")
    elif what == "Esc":
        operator.press(ESC)
    else:
        outside = operator.program._outside
        assert outside is not None
        outside.tray.callee_chosen.emit(OTHER[1:])
    stands = operator.text("Callee")
    outside = operator.program._outside
    assert outside is not None
    assert not outside.clipboard.looking
    owner.go_on()
    operator.until(lambda: not outside.clipboard._looking.children())
    assert owner.gave == len(LONDON)
    assert operator.text("Callee") == stands


def test_a_suggestion_is_made_quietly_and_never_a_word_of_who_hangs(
    elsewhere: Elsewhere, operator: Operator
) -> None:
    outside = operator.program._outside
    assert outside is not None
    suggested: list[object] = []
    outside.clipboard.suggested.connect(suggested.append)
    operator.program._on_preferences_changed({"suggest_copied": True})
    elsewhere.copy("call 020 7946 0018")
    QApplication.clipboard().dataChanged.emit()
    operator.until(lambda: len(suggested) == 1)
    operator.button("Copied: +44 20 7946 0018")
    elsewhere.copy(OTHER, "hangs")
    with ticking() as gaps:
        QApplication.clipboard().dataChanged.emit()
        operator.until(lambda: len(suggested) == 2)
    assert max(gaps) < 0.7, "the window stood still"
    assert suggested[1] is None
    assert operator.message == ""
    assert not operator.window.bar.line._suggestion.isVisible()


def test_a_pasted_number_is_the_operators_and_enter_right_after_calls_it(
    elsewhere: Elsewhere, sandbox: Operator, journal: JournalOnDisk
) -> None:
    owner = elsewhere.copy(LONDON)
    owner.stop()
    sandbox.write(OTHER, into="Callee")
    sandbox.press(Qt.Key.Key_A, modifier=CTRL)
    sandbox.press(Qt.Key.Key_V, modifier=CTRL)
    # By the mouse the number that still stands there would be called, and so it is not.
    sandbox.click(sandbox.button("Call"))
    sandbox.go_to("Callee")
    sandbox.press(ENTER)
    owner.go_on()
    sandbox.until(lambda: sandbox.text("Callee") == LONDON)
    sandbox.outcome()
    assert sandbox.window.bar.callee.typed_by_hand
    assert [record.request.callee for record in journal.calls()] == [LONDON[1:]]


def test_a_paste_from_a_program_that_hangs_is_told_and_calls_nobody(
    elsewhere: Elsewhere, sandbox: Operator, journal: JournalOnDisk
) -> None:
    elsewhere.copy(LONDON, "hangs")
    sandbox.write(OTHER, into="Callee")
    sandbox.press(Qt.Key.Key_A, modifier=CTRL)
    with ticking() as gaps:
        sandbox.press(Qt.Key.Key_V, modifier=CTRL)
        sandbox.press(ENTER)
        sandbox.until(lambda: sandbox.message)
    assert max(gaps) < 0.7, "the window stood still"
    assert sandbox.message == (
        "The program that was copied from does not answer. Nothing was pasted, and nothing was"
        " called. Copy it again, or type it."
    )
    assert sandbox.text("Callee") == OTHER
    assert journal.calls() == []


def test_esc_and_a_chosen_callee_take_the_place_of_a_paste(
    elsewhere: Elsewhere, operator: Operator
) -> None:
    owner = elsewhere.copy(LONDON)
    owner.stop()
    callee = operator.window.bar.callee
    for instead, shown in ((lambda: operator.press(ESC), ""), (lambda: callee._take("49"), "+49")):
        operator.go_to("Callee")
        operator.press(Qt.Key.Key_V, modifier=CTRL)
        assert callee.pasting
        instead()
        assert not callee.pasting
        assert operator.text("Callee") == shown


def test_quitting_is_not_held_up_by_a_program_that_hangs(
    elsewhere: Elsewhere, operator: Operator
) -> None:
    elsewhere.copy(LONDON, "hangs")
    call_copied(operator)
    operator.press(Qt.Key.Key_V, modifier=CTRL)
    with ticking() as gaps:
        operator.quit()
    assert sum(gaps) < 1.2, "it was waited for"


def test_a_profile_is_not_saved_with_a_secret_on_its_way(
    elsewhere: Elsewhere, operator: Operator
) -> None:
    elsewhere.copy("a secret", "hangs")
    operator.press(Qt.Key.Key_P, modifier=CTRL)
    operator.until(lambda: operator.window.findChildren(ProfilesWindow))
    (window,) = operator.window.findChildren(ProfilesWindow)
    operator.until(lambda: window.form.name.text() == "work")
    QTest.keyClick(window.form.api_secret, Qt.Key.Key_V, CTRL)
    operator.click(window._save)
    operator.click(window._check)
    assert message_in(window.band) == ""
    operator.until(lambda: message_in(window.band))
    assert message_in(window.band) == (
        "The program that was copied from does not answer. Nothing was pasted. Copy it again,"
        " or type it."
    )
    window.reject()
