"""When a call is placed at once, when it is asked about first, and when it is not placed."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from dialer.calls.call import CallRequest, Cause, Outcome
from dialer.calls.sentence import Sentence
from dialer.settings.profile import Profile
from dialer.ui.call_worker import CallOrder, Refusal
from dialer.ui.calling import Calling, Question
from dialer.ui.profiles_window import ProfilesWindow
from dialer.ui.typed import Typed
from doubles.faulty_server import Behaviour, FaultyServer, answers, refuses
from doubles.watched_store import WatchedStore
from ui.journal_on_disk import PLACED, REQUEST, JournalOnDisk
from ui.operating import ENTER, Operator, Start

# What the offscreen platform says of windows with a smallest size, and of lists that drop down.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Provider = Callable[[Behaviour], FaultyServer]
AddProfile = Callable[..., Profile]
NUMBER = "932111111111"
QUESTION = "Call +93 2111111111 again?"
UNKNOWN, SYSTEM_ERROR, REJECTED, WRONG_CREDENTIALS = (
    "9990001008",
    "9990000018",
    "9990000010",
    "9990000001",
)
HALF_AN_HOUR = 30 * 60


# The same callee again


def test_the_same_callee_within_ten_seconds_is_asked_about(
    sandbox: Operator, journal: JournalOnDisk
) -> None:
    sandbox.call(NUMBER)
    sandbox.press(ENTER)
    assert sandbox.message.startswith(QUESTION)
    assert "the call was placed" in sandbox.message
    assert not sandbox.busy
    sandbox.click(sandbox.button("Do not call"))
    assert sandbox.message == ""
    assert sandbox.focus == "Callee"
    assert len(sandbox.rows()) == len(journal.calls()) == 1


def test_call_anyway_calls(sandbox: Operator) -> None:
    sandbox.call(NUMBER)
    sandbox.press(ENTER)
    sandbox.click(sandbox.button("Call anyway"))
    assert sandbox.outcome().startswith("Placed.")
    assert len(sandbox.rows()) == 2


def test_enter_never_answers_the_question_by_itself(sandbox: Operator) -> None:
    sandbox.call(NUMBER)
    sandbox.press(*[ENTER] * 5)
    assert sandbox.message.startswith(QUESTION)
    assert len(sandbox.rows()) == 1
    assert not sandbox.busy
    for answer in (sandbox.button("Do not call"), sandbox.button("Call anyway")):
        assert isinstance(answer, QPushButton)
        assert not answer.hasFocus()
        assert not answer.isDefault()
        assert not answer.autoDefault()
        answer.setFocus()
        sandbox.press(ENTER, Qt.Key.Key_Enter)
        assert sandbox.message.startswith(QUESTION)
    assert len(sandbox.rows()) == 1


def test_the_question_can_be_answered_by_keys(sandbox: Operator) -> None:
    sandbox.call(NUMBER)
    sandbox.press(ENTER)
    anyway = sandbox.button("Call anyway")
    for _ in range(20):
        if anyway.hasFocus():
            break
        sandbox.press(Qt.Key.Key_Tab)
    assert anyway.hasFocus()
    sandbox.press(Qt.Key.Key_Space)
    assert sandbox.outcome().startswith("Placed.")


@pytest.mark.parametrize("name", ["Callee", "Display number", "Account", "Note"])
def test_a_question_goes_when_what_it_was_about_changes(sandbox: Operator, name: str) -> None:
    sandbox.call(NUMBER)
    sandbox.press(ENTER)
    assert sandbox.message.startswith(QUESTION)
    sandbox.write("442079460018", into=name)
    assert sandbox.message == ""
    assert len(sandbox.rows()) == 1


def test_the_outcome_of_what_was_called_anyway_stays_while_the_next_is_typed(
    sandbox: Operator,
) -> None:
    sandbox.call(NUMBER)
    sandbox.press(ENTER)
    sandbox.click(sandbox.button("Call anyway"))
    sandbox.outcome()
    sandbox.write("442079460018", into="Callee")
    assert sandbox.message.startswith("Placed.")


def test_another_callee_is_called_at_once(sandbox: Operator) -> None:
    sandbox.call(NUMBER)
    assert sandbox.call("442079460018").startswith("Placed.")


def test_after_rejected_there_is_no_question(sandbox: Operator) -> None:
    assert sandbox.call(REJECTED).startswith("Rejected. The balance is too low.")
    sandbox.press(ENTER)
    assert sandbox.outcome().startswith("Rejected.")
    assert len(sandbox.rows()) == 2


def test_after_not_sent_there_is_no_question(
    start: Start, provider: Provider, add_profile: AddProfile
) -> None:
    add_profile(base_url=provider(refuses).url)
    operator = start()
    assert operator.call(NUMBER).startswith("Not sent.")
    operator.press(ENTER)
    assert operator.outcome().startswith("Not sent.")
    assert len(operator.rows()) == 2


@pytest.mark.parametrize("number", [UNKNOWN, SYSTEM_ERROR, "9990000099"])
def test_a_call_that_may_still_ring_is_asked_about(sandbox: Operator, number: str) -> None:
    assert "the phones may" in sandbox.call(number).lower()
    sandbox.press(ENTER)
    assert "again?" in sandbox.message
    assert "no certain outcome" in sandbox.message
    assert len(sandbox.rows()) == 1


def test_a_call_of_another_program_counts_as_well(start: Start, journal: JournalOnDisk) -> None:
    journal.write(None, seconds_ago=5)
    operator = start(sandbox=True)
    operator.write(NUMBER)
    operator.press(ENTER)
    assert operator.message.startswith(f"{QUESTION} This number is being called right now")


# The same, to the second and without a window


TYPED = Typed(NUMBER, "", "sandbox", "")


@pytest.fixture
def calling(qapp: QApplication, journal: JournalOnDisk) -> Calling:
    calling = Calling()
    profile = Profile.of_sandbox("http://127.0.0.1:9", app_id="", account="sandbox")
    calling.use(profile, sandbox=True)
    calling.can_read_numbers = True
    calling.history = journal.reader()
    return calling


def asks(calling: Calling, number: str = NUMBER) -> bool:
    """Whether the call is asked about, and not ordered."""
    questions: list[Question] = []
    orders: list[CallOrder] = []
    calling.question.connect(questions.append)
    calling.order.connect(orders.append)
    calling.ask(Typed(number, "", "sandbox", ""))
    calling.question.disconnect(questions.append)
    calling.order.disconnect(orders.append)
    assert len(questions) + len(orders) == 1
    return bool(questions)


MAY_RING = Outcome.unknown(Cause.NO_ANSWER)
SYSTEM_HAD_AN_ERROR = Outcome.rejected("-18", "system error")


@pytest.mark.parametrize(
    ("outcome", "seconds_ago", "asked"),
    [
        (PLACED, 8, True),
        (PLACED, 11, False),
        (MAY_RING, HALF_AN_HOUR - 60, True),
        (MAY_RING, HALF_AN_HOUR + 1, False),
        (SYSTEM_HAD_AN_ERROR, HALF_AN_HOUR - 60, True),
        (SYSTEM_HAD_AN_ERROR, HALF_AN_HOUR + 1, False),
        (Outcome.rejected("-10"), 1, False),
        (Outcome.not_sent(Cause.REFUSED), 1, False),
    ],
)
def test_how_long_a_callee_is_asked_about(
    calling: Calling, journal: JournalOnDisk, outcome: Outcome, seconds_ago: int, asked: bool
) -> None:
    journal.write(outcome, seconds_ago=seconds_ago)
    assert asks(calling) is asked


def test_a_rejected_call_does_not_hide_one_before_it_that_may_ring(
    calling: Calling, journal: JournalOnDisk
) -> None:
    journal.write(MAY_RING, Outcome.rejected("-10"), seconds_ago=60)
    assert asks(calling)


def test_a_sandbox_call_is_no_reason_to_ask_about_a_real_one(
    calling: Calling, journal: JournalOnDisk
) -> None:
    journal.write(PLACED, request=CallRequest(NUMBER, "test_001", profile="work"), seconds_ago=1)
    assert not asks(calling)


def test_a_second_order_is_told_and_waits_in_no_queue(calling: Calling) -> None:
    orders: list[CallOrder] = []
    told: list[Refusal] = []
    calling.order.connect(orders.append)
    calling.told.connect(told.append)
    calling.ask(TYPED)
    calling.ask(TYPED)  # a second press of the same call does nothing
    assert told == []
    calling.ask(Typed("442079460018", "", "sandbox", ""))
    calling.place(Question(Sentence("Why?"), REQUEST, TYPED, calling.profile))
    assert [order.request.callee for order in orders] == [NUMBER]
    assert [str(why.words.text)[:22] for why in told] == ["One call at a time: an"] * 2
    calling.on_refused(told.pop())
    assert [order.request.callee for order in orders] == [NUMBER]


@pytest.mark.parametrize(
    "changed",
    [
        lambda _: Profile("work", account="test_001"),
        lambda used: Profile.of_sandbox(used.base_url, app_id="another", account="sandbox"),
    ],
)
def test_a_question_of_another_profile_is_not_answered_with_this_one(
    calling: Calling, changed: Callable[[Profile], Profile]
) -> None:
    orders: list[CallOrder] = []
    told: list[Refusal] = []
    calling.order.connect(orders.append)
    calling.told.connect(told.append)
    asked_with = calling.profile
    assert asked_with is not None
    calling.use(changed(asked_with), sandbox=False)
    calling.place(Question(Sentence("Why?"), REQUEST, TYPED, asked_with))
    assert orders == []
    assert not calling.busy
    assert ["profile was changed" in str(why.words.text) for why in told] == [True]


def test_before_the_program_is_ready_nothing_is_called_or_kept_for_later(
    calling: Calling,
) -> None:
    orders: list[CallOrder] = []
    told: list[Refusal] = []
    calling.order.connect(orders.append)
    calling.told.connect(told.append)
    history, calling.history = calling.history, None
    calling.ask(TYPED)
    calling.history, calling.can_read_numbers = history, False
    calling.ask(TYPED)
    calling.can_read_numbers = True
    assert orders == []
    assert ["still starting" in str(why.words.text) for why in told] == [True, True]


# Nothing is placed late


def test_without_a_profile_a_call_is_told_and_stays_in_the_fields(
    start: Start, journal: JournalOnDisk
) -> None:
    operator = start()
    operator.write(NUMBER)
    operator.press(ENTER)
    assert operator.message.startswith("Not sent. There is no provider account to call with.")
    assert operator.text("Callee") == NUMBER
    assert operator.rows() == [] == journal.calls()


def test_without_credentials_a_call_is_told_and_leads_to_the_profiles(
    start: Start, provider: Provider, add_profile: AddProfile, store: WatchedStore
) -> None:
    server = provider(answers())
    add_profile("work", base_url=server.url)
    store.delete("work")
    operator = start()
    assert operator.call(NUMBER).startswith(
        "Not sent. The profile “work” has no API key and secret yet."
    )
    assert operator.rows() == []
    assert operator.text("Callee") == NUMBER
    assert server.calls == []
    operator.click(operator.button("Open profiles"))
    (window,) = operator.window.findChildren(ProfilesWindow)
    operator.until(window.isVisible)
    window.close()


def test_a_call_does_not_wait_for_a_keyring_that_asks(
    start: Start,
    provider: Provider,
    add_profile: AddProfile,
    store: WatchedStore,
    journal: JournalOnDisk,
) -> None:
    server = provider(answers())
    add_profile(base_url=server.url)
    store.prompt()
    operator = start()
    assert "The credentials are still being read." in operator.call(NUMBER)
    assert operator.text("Callee") == NUMBER
    assert operator.rows() == [] == journal.calls()
    store.answer()
    operator.until(lambda: operator.program._keeper.kept("work"))
    assert server.calls == []  # not even now
    operator.press(ENTER)
    assert operator.outcome().startswith("Placed.")
    assert len(server.calls) == 1


def test_the_keyring_is_asked_once_and_never_on_the_thread_that_draws(
    start: Start, provider: Provider, add_profile: AddProfile, store: WatchedStore
) -> None:
    import threading

    add_profile(base_url=provider(answers()).url)
    operator = start()
    operator.call(NUMBER)
    operator.call("442079460018")
    assert store.readings == 1
    assert store.threads
    assert threading.main_thread() not in store.threads


def test_wrong_credentials_are_read_anew_and_the_profiles_offered(
    start: Start, provider: Provider, add_profile: AddProfile, store: WatchedStore
) -> None:
    add_profile(base_url=provider(answers({"status": "-1", "reason": "authentication error"})).url)
    operator = start()
    assert "did not accept the credentials" in operator.call(NUMBER)
    assert operator.button("Open profiles").isVisible()
    assert store.readings == 1
    operator.press(ENTER)
    operator.outcome()
    assert store.readings == 2
