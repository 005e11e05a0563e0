"""The one function that places calls: intent on disk, one request, outcome on disk."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from calls.data_folder import PLACED, REQUEST, DataFolder, Teller
from dialer.calls.call import CallRecord, CallRequest, Cause, Outcome
from dialer.calls.patience import Patience
from dialer.calls.place import JournalError, place_call


@dataclass
class Looker:
    """A provider that has something done while the call is under way."""

    look: Callable[[], object]

    def send_sip(self, request: CallRequest, patience: Patience) -> Outcome:
        self.look()
        return PLACED


class Unwritable:
    """A journal that cannot write the intent."""

    def begin(self, request: CallRequest) -> CallRecord:
        raise JournalError("The disk is full.")

    def finish(self, call: CallRecord, outcome: Outcome) -> CallRecord:
        pytest.fail("nothing was begun")


@pytest.mark.parametrize(
    "outcome",
    [
        PLACED,
        Outcome.rejected("-10", "balance too low"),
        Outcome.not_sent(Cause.REFUSED, "connection refused"),
        Outcome.unknown(Cause.NO_ANSWER),
    ],
)
def test_the_outcome_is_handed_back_and_in_the_journal(
    folder: DataFolder, outcome: Outcome
) -> None:
    provider = Teller(outcome)
    ended = place_call(REQUEST, provider, folder.writer(), Patience(5))
    assert ended.outcome == outcome
    assert ended.not_written is None
    assert folder.reader().newest(2) == [ended.record]
    assert ended.record.outcome == outcome
    assert provider.asked == [REQUEST]


def test_the_intent_is_on_disk_before_the_request_leaves(folder: DataFolder) -> None:
    journal, reader, seen = folder.writer(), folder.reader(), []
    place_call(REQUEST, Looker(lambda: seen.extend(reader.newest(2))), journal, Patience(5))
    assert [(call.request, call.outcome) for call in seen] == [(REQUEST, None)]


def test_the_row_is_told_after_it_is_on_disk_and_before_the_request_leaves(
    folder: DataFolder,
) -> None:
    journal, reader, happened = folder.writer(), folder.reader(), []

    def begun(call: CallRecord) -> None:
        assert reader.call(call.call_id) == call
        happened.append("begun")

    place_call(REQUEST, Looker(lambda: happened.append("sent")), journal, Patience(5), begun)
    assert happened == ["begun", "sent"]


def test_the_patience_of_the_call_reaches_the_provider(folder: DataFolder) -> None:
    given: list[Patience] = []

    class Patient:
        def send_sip(self, request: CallRequest, patience: Patience) -> Outcome:
            given.append(patience)
            return PLACED

    patience = Patience(5)
    place_call(REQUEST, Patient(), folder.writer(), patience)
    assert given == [patience]


def test_what_cannot_be_recorded_is_not_sent() -> None:
    provider, told = Teller(), []
    with pytest.raises(JournalError, match="disk is full"):
        place_call(REQUEST, provider, Unwritable(), Patience(5), told.append)
    assert provider.asked == []
    assert told == []


def test_an_outcome_that_cannot_be_recorded_is_handed_back_all_the_same(
    folder: DataFolder,
) -> None:
    journal = folder.writer()
    ended = place_call(REQUEST, Looker(journal.close), journal, Patience(5))
    assert ended.outcome == PLACED
    assert ended.not_written
    assert ended.record.outcome == PLACED
    assert str(folder.journal) in str(ended.not_written)


def test_an_outcome_that_a_defect_kept_from_being_recorded_is_handed_back_too(
    folder: DataFolder, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = folder.writer()

    def finish(call: CallRecord, outcome: Outcome) -> CallRecord:
        raise MemoryError

    monkeypatch.setattr(journal, "finish", finish)
    ended = place_call(REQUEST, Teller(PLACED), journal, Patience(5))
    assert ended.outcome == ended.record.outcome == PLACED
    assert "MemoryError" in str(ended.not_written)
    assert "a defect kept an outcome from being written" in caplog.text


def test_a_call_that_breaks_the_program_is_unknown_and_not_calling_for_ever(
    folder: DataFolder,
) -> None:
    def fail() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        place_call(REQUEST, Looker(fail), folder.writer(), Patience(5))
    (call,) = folder.reader().newest(2)
    assert call.outcome == Outcome.unknown(Cause.INTERRUPTED)


def test_a_defect_in_the_middle_of_a_call_is_an_unknown_outcome_and_logged(
    folder: DataFolder, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError("a defect")

    ended = place_call(REQUEST, Looker(fail), folder.writer(), Patience(5))
    assert ended.outcome == Outcome.unknown(Cause.INTERRUPTED, "RuntimeError")
    assert "a defect" in caplog.text
    (call,) = folder.reader().newest(2)
    assert call.outcome == ended.outcome


def test_a_call_that_became_late_while_it_was_written_down_is_not_sent(
    folder: DataFolder,
) -> None:
    provider = Teller()
    ended = place_call(REQUEST, provider, folder.writer(), Patience(5), lambda _: Cause.LATE)
    assert ended.outcome == Outcome.not_sent(Cause.LATE)
    assert provider.asked == []
    (call,) = folder.reader().newest(2)
    assert call.outcome == ended.outcome
