"""The worker on its own thread: against the sandbox over a real socket, and against doubles."""

import json
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import responses
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from dialer.calls.call import CallRecord, CallRequest, Cause, Outcome, OutcomeKind
from dialer.calls.journal import CallJournal
from dialer.calls.patience import Patience
from dialer.calls.place import EndedCall, JournalError
from dialer.calls.sentence import Sentence
from dialer.sandbox.server import SandboxServer
from dialer.settings.folders import Folders
from dialer.settings.keeper import CredentialKeeper
from dialer.settings.profile import Profile
from dialer.switchboard import ProgramSwitchboard
from dialer.ui.call_worker import LATE_SECONDS, CallOrder, CallWorker, Opened, Refusal
from doubles.faulty_server import Behaviour, FaultyServer, hangs_after_reading
from doubles.watched_store import CREDENTIALS, WatchedStore
from ui.journal_on_disk import PLACED, JournalOnDisk
from ui.worker_on_thread import Asking, Board, Line

NUMBER = "932111111111"

Ask = Callable[..., Asking]


@pytest.fixture
def asking(qtbot: QtBot) -> Iterator[Ask]:
    made: list[Asking] = []

    def ask(switchboard: object) -> Asking:
        made.append(Asking(qtbot, CallWorker(switchboard)))  # type: ignore[arg-type]
        return made[-1]

    yield ask
    for each in made:
        each.end()


@pytest.fixture
def keeper() -> CredentialKeeper:
    store = WatchedStore()
    store.set("work", CREDENTIALS)
    return CredentialKeeper(store)


@pytest.fixture
def real(asking: Ask, folders: Folders, keeper: CredentialKeeper) -> Asking:
    """The worker with all that it has in the program."""
    made = asking(ProgramSwitchboard(folders, keeper))
    made.open.emit()
    assert made.next() == Opened()
    return made


@pytest.fixture
def board(asking: Ask, folders: Folders) -> Callable[..., tuple[Asking, Board, Line]]:
    def build(does: Callable[[], Outcome] = lambda: PLACED) -> tuple[Asking, Board, Line]:
        line = Line(does)
        made = Board(folders, line)
        return asking(made), made, line

    return build


WORK = Profile("work", account="test_001")


# Against the sandbox


def test_a_call_is_placed_over_a_real_socket_by_the_embedded_sandbox(
    real: Asking, journal: JournalOnDisk
) -> None:
    real.start_sandbox.emit()
    profile = real.next()
    assert isinstance(profile, Profile)
    assert (profile.name, profile.account) == ("sandbox", "sandbox")
    real.open_ahead.emit(profile)
    real.order(profile)
    begun = real.next()
    assert isinstance(begun, CallRecord)
    assert begun.outcome is None
    ended = real.next()
    assert isinstance(ended, EndedCall)
    assert ended.outcome.kind is OutcomeKind.PLACED
    assert ended.not_written is None
    assert ended.record == journal.calls()[0]
    assert ended.record.call_id == begun.call_id


def test_a_sandbox_of_its_own_is_a_provider_like_any_other(
    real: Asking, tmp_path: Path, journal: JournalOnDisk
) -> None:
    with SandboxServer(tmp_path / "provider.sqlite3", credentials=CREDENTIALS) as server:
        profile = Profile("work", base_url=server.url)
        real.order(profile)
        ended = real.next(2)
    assert isinstance(ended, EndedCall)
    assert ended.outcome.kind is OutcomeKind.PLACED
    (call,) = journal.calls()
    assert (call.request.profile, call.request.sandbox) == ("work", False)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("9990000010", OutcomeKind.REJECTED),
        ("9990001002", OutcomeKind.UNKNOWN),
        ("9990001003", OutcomeKind.UNKNOWN),
        ("9990001006", OutcomeKind.PLACED),
    ],
)
def test_every_answer_ends_in_one_outcome(real: Asking, number: str, kind: OutcomeKind) -> None:
    real.start_sandbox.emit()
    profile = real.next()
    assert isinstance(profile, Profile)
    real.order(profile, number)
    ended = real.next(2)
    assert isinstance(ended, EndedCall)
    assert ended.outcome.kind is kind


def test_the_outcome_is_on_disk_before_it_is_told(real: Asking, journal: JournalOnDisk) -> None:
    on_disk: list[Outcome | None] = []
    # No receiver on another thread: this runs on the worker's, in the middle of telling.
    for news in (real.worker.begun, real.worker.ended):
        news.connect(
            lambda _: on_disk.append(journal.calls()[0].outcome), Qt.ConnectionType.DirectConnection
        )
    real.start_sandbox.emit()
    profile = real.next()
    assert isinstance(profile, Profile)
    real.order(profile)
    ended = real.next(2)
    assert isinstance(ended, EndedCall)
    real.until(lambda: len(on_disk) == 2)
    assert on_disk == [None, ended.outcome]


def test_a_stop_ends_a_hanging_call_and_places_no_other(
    real: Asking, provider: Callable[[Behaviour], FaultyServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = provider(hangs_after_reading)
    profile = Profile("work", base_url=server.url)
    real.order(profile)
    server.wait_for_request()
    stop = Patience.stop
    monkeypatch.setattr(Patience, "stop", lambda patience: stop(patience, grace=0.1))
    real.order(profile)  # arrives while the first is under way
    real.worker.stop()
    ended = real.next(2)
    assert isinstance(ended, EndedCall)
    assert ended.outcome == Outcome.unknown(Cause.CLOSED)
    assert isinstance(real.next(), Refusal)
    assert len(server.calls) == 1


# With `responses` in the provider's place


@responses.activate
def test_what_leaves_is_what_the_contract_says(real: Asking) -> None:
    answer = responses.post(
        "https://provider.example/voice/sendSip",
        json={"status": "0", "reason": "success", "data": "2203031113381000002"},
    )
    profile = Profile("work", base_url="https://provider.example", app_id="4luaKsL2")
    request = CallRequest(NUMBER, "test_001", app_id="4luaKsL2", note="Bob", profile="work")
    real.place.emit(CallOrder(request, profile, time.monotonic()))
    ended = real.next(2)
    assert isinstance(ended, EndedCall)
    assert ended.outcome.recording_id == "2203031113381000002"
    (sent,) = (call.request for call in answer.calls)
    assert sent.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert sent.headers["Api-Key"] == CREDENTIALS.api_key
    assert len(sent.headers["Sign"]) == 32
    assert json.loads(sent.body) == {
        "callee": NUMBER,
        "account": "test_001",
        "appId": "4luaKsL2",
        "calledInfo": "Bob",
    }


@responses.activate
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"json": {"status": "-10", "reason": "low"}}, Outcome.rejected("-10", "low")),
        ({"json": {"status": 0, "data": 220303}}, Outcome.placed("220303")),
        (
            {"body": "<html>Bad gateway</html>", "status": 502},
            Outcome.unknown(Cause.NO_ENVELOPE, "HTTP 502"),
        ),
    ],
)
def test_each_answer_becomes_its_outcome(
    real: Asking, answer: dict[str, object], outcome: Outcome
) -> None:
    responses.post("https://provider.example/voice/sendSip", **answer)  # type: ignore[arg-type]
    real.order(Profile("work", base_url="https://provider.example"))
    ended = real.next(2)
    assert isinstance(ended, EndedCall)
    assert ended.outcome == outcome


# What is not placed


def test_an_order_that_waited_too_long_is_refused_without_a_row(
    board, journal: JournalOnDisk
) -> None:
    asking, _, line = board()
    asking.order(WORK, late=LATE_SECONDS + 0.01)
    refusal = asking.next()
    assert isinstance(refusal, Refusal)
    assert "a call is never placed late" in str(refusal.words.text)
    assert str(refusal.words.headline) == "Not sent."
    assert line.sent == journal.calls() == []
    asking.order(WORK)
    assert isinstance(asking.next(2), EndedCall)


def test_an_order_that_waits_behind_a_slow_one_is_refused(board, journal: JournalOnDisk) -> None:
    asked = time.monotonic()

    def slow() -> Outcome:
        while time.monotonic() - asked < LATE_SECONDS + 0.1:
            threading.Event().wait(0.01)
        return PLACED

    asking, _, line = board(slow)
    asking.order(WORK)
    asking.order(WORK, number="442079460018")
    assert isinstance(asking.next(2), EndedCall)
    assert isinstance(asking.next(), Refusal)
    assert [sent.callee for sent in line.sent] == [NUMBER]
    assert len(journal.calls()) == 1


def test_a_call_whose_row_took_too_long_to_write_is_not_sent_any_more(
    board, folders: Folders, journal: JournalOnDisk
) -> None:
    asking, _, line = board()
    asking.open.emit()
    assert asking.next() == Opened()
    other = sqlite3.connect(folders.journal, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    asked = time.monotonic()
    asking.order(WORK)
    asking.until(lambda: time.monotonic() - asked > LATE_SECONDS)
    other.execute("ROLLBACK")
    other.close()
    ended = asking.next(2)
    assert isinstance(ended, EndedCall)
    assert ended.outcome == Outcome.not_sent(Cause.LATE)
    assert line.sent == []
    assert [call.outcome for call in journal.calls()] == [ended.outcome]


def test_missing_credentials_are_a_refusal_that_says_so(
    asking: Ask, folders: Folders, journal: JournalOnDisk
) -> None:
    made = asking(ProgramSwitchboard(folders, CredentialKeeper(WatchedStore())))
    made.order(WORK)
    refusal = made.next()
    assert isinstance(refusal, Refusal)
    assert refusal.credentials
    assert "has no API key and secret yet" in str(refusal.words.text)
    assert journal.calls() == []


def test_credentials_are_waited_for_no_longer_than_a_call_may_wait(
    asking: Ask, folders: Folders, journal: JournalOnDisk
) -> None:
    store = WatchedStore()
    store.prompt()
    made = asking(ProgramSwitchboard(folders, CredentialKeeper(store)))
    asked = time.monotonic()
    made.order(WORK)
    refusal = made.next()
    store.answer()
    assert isinstance(refusal, Refusal)
    assert time.monotonic() - asked < LATE_SECONDS + 1
    assert journal.calls() == []


def test_opening_ahead_never_waits_for_credentials(asking: Ask, folders: Folders) -> None:
    store = WatchedStore()
    store.prompt()
    made = asking(ProgramSwitchboard(folders, CredentialKeeper(store)))
    asked = time.monotonic()
    made.open_ahead.emit(WORK)
    made.open.emit()
    assert made.next() == Opened()
    assert time.monotonic() - asked < LATE_SECONDS
    store.answer()


def test_a_journal_that_cannot_be_written_lets_no_call_go(board) -> None:
    asking, made, line = board()

    def fails() -> CallJournal:
        raise JournalError(Sentence("The disk is full."))

    made.journal = fails
    asking.order(WORK)
    refusal = asking.next()
    assert isinstance(refusal, Refusal)
    assert "could not be recorded, so it was not sent" in str(refusal.words.text)
    assert "The disk is full." in str(refusal.words.text)
    assert line.sent == []


# Defects


def test_a_defect_in_the_provider_ends_in_a_signal_all_the_same(
    board, journal: JournalOnDisk, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks() -> Outcome:
        raise ZeroDivisionError

    asking, _, line = board(breaks)
    asking.order(WORK)
    assert isinstance(asking.next(), CallRecord)
    ended = asking.next()
    assert isinstance(ended, EndedCall)
    assert ended.outcome == Outcome.unknown(Cause.INTERRUPTED, "ZeroDivisionError")
    assert ended.record.outcome == ended.outcome
    assert len(line.sent) == 1
    (call,) = journal.calls()
    assert call.outcome == ended.outcome
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_a_defect_before_the_call_is_told_as_not_begun(
    board, journal: JournalOnDisk, caplog: pytest.LogCaptureFixture
) -> None:
    asking, made, _ = board()

    def line(profile: Profile, wait: float) -> object:
        raise KeyError("a defect")

    made.line = line
    asking.order(WORK)
    refusal = asking.next()
    assert isinstance(refusal, Refusal)
    assert "the call did not begin. Nothing was called." in str(refusal.words.text)
    assert journal.calls() == []
    assert caplog.records


def test_after_a_defect_the_next_call_is_placed(board, caplog: pytest.LogCaptureFixture) -> None:
    failures = iter([ZeroDivisionError()])

    def once() -> Outcome:
        for failure in failures:
            raise failure
        return PLACED

    asking, _, _ = board(once)
    asking.order(WORK)
    asking.next(2)
    asking.order(WORK)
    ended = asking.next(2)
    assert isinstance(ended, EndedCall)
    assert ended.outcome == PLACED


# The rest


def test_all_work_is_done_on_the_worker_s_thread_and_all_news_heard_on_the_window_s(
    board, caplog: pytest.LogCaptureFixture
) -> None:
    asking, made, _ = board(lambda: Outcome.rejected("-1", "authentication error"))
    asking.open.emit()
    asking.warm.emit()
    asking.start_sandbox.emit()
    asking.order(WORK)
    asking.next(4)
    asking.end()
    assert len(made.threads) == 1
    assert threading.main_thread() not in made.threads
    assert asking.threads == {threading.main_thread()}
    assert asking.worker.parent() is None


def test_a_sandbox_that_does_not_start_says_why(board, caplog: pytest.LogCaptureFixture) -> None:
    asking, _, _ = board()
    asking.start_sandbox.emit()
    assert asking.next() == "no port is free"


def test_credentials_that_were_not_accepted_are_forgotten(board) -> None:
    asking, made, _ = board(lambda: Outcome.rejected("-1", "authentication error"))
    asking.order(WORK)
    asking.next(2)
    assert made.forgotten == ["work"]


def test_other_rejections_forget_nothing(board) -> None:
    asking, made, _ = board(lambda: Outcome.rejected("-10", "balance is not enough"))
    asking.order(WORK)
    asking.next(2)
    assert made.forgotten == []


def test_an_outcome_that_cannot_be_written_is_told_with_the_journal_s_words(
    board, folders: Folders
) -> None:
    def deletes() -> Outcome:
        for path in folders.data.glob("journal.sqlite3*"):
            path.unlink()
        return PLACED

    asking, _, _ = board(deletes)
    asking.order(WORK)
    ended = asking.next(2)
    assert isinstance(ended, EndedCall)
    assert ended.outcome == PLACED
    assert ended.not_written
    assert "deleted" in str(ended.not_written)


def test_the_thread_ends_though_closing_fails(board, qtbot: QtBot) -> None:
    asking, made, _ = board()

    def fails() -> None:
        raise OSError("the disk is gone")

    made.close = fails
    with qtbot.captureExceptions() as raised:
        asking.end()
    assert [kind for kind, _, _ in raised] == [OSError]
