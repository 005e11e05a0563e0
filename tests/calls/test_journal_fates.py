"""What became of calls is written once, to the right call, and never over a living process."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal

import pytest

from calls.data_folder import INTERRUPTED, PLACED, REQUEST, DataFolder
from calls.journal_states import assert_sound, opened
from dialer.calls.call import CallRecord, Cause, Following, Outcome, OutcomeKind
from dialer.calls.details import CallDetails, Candidate, Ending, Stage
from dialer.calls.history_query import HistoryQuery, Kind
from dialer.calls.journal_fates import FateJournal
from dialer.calls.journal_forget import Forgetter

UNKNOWN = Outcome.unknown(Cause.NO_ANSWER)
ID = "2203031113381000777"
ANSWERED = CallDetails(
    "2203031113381000002",
    callee=REQUEST.callee,
    called_at=1_000,
    answered_at=5_000,
    ended_at=65_000,
    duration_s=60,
    hangup_code="200",
    hangup_reason="Normal Clearing",
    cost=Decimal("0.0210000000000000001"),
    currency="USD",
    rate=Decimal("0.007"),
    original='{"callId": 2203031113381000002}',
)


@pytest.fixture
def fates(folder: DataFolder) -> Iterator[FateJournal]:
    folder.prepare()
    with closing(FateJournal(folder.journal, folder.lifelines, lambda: 9_000)) as made:
        yield made


def ended(folder: DataFolder, outcome: Outcome = UNKNOWN) -> CallRecord:
    journal = folder.writer()
    return journal.finish(journal.begin(REQUEST), outcome)


def interrupted(folder: DataFolder) -> CallRecord:
    """A call whose program was killed."""
    lifeline = folder.lifeline()
    call = folder.writer(lifeline).begin(REQUEST)
    lifeline.close()
    return call


def purge(folder: DataFolder, call: CallRecord) -> None:
    with closing(Forgetter(folder.journal, folder.lifelines, pause=lambda: None)) as forgetter:
        forgetter.delete([call.row])
        forgetter.purge(-1)


def test_what_a_record_says_is_kept_exactly_and_found(
    folder: DataFolder, fates: FateJournal
) -> None:
    call = ended(folder, PLACED)
    kept = fates.keep(call, ANSWERED, Following.FINAL)
    assert kept == folder.reader().call(call.call_id)
    assert (kept.following, kept.stage, kept.ending) == (
        Following.FINAL,
        Stage.ENDED,
        Ending.ANSWERED,
    )
    assert kept.cost == Decimal("0.021"), "to the millionth, for sums"
    reader = folder.reader()
    assert reader.details(call.row) == ANSWERED, "and exactly beside it"
    assert reader.page(HistoryQuery("normal clearing", kinds=(Kind.ANSWERED,)), 5) == [kept]
    assert_sound(folder)


def test_a_later_record_takes_the_place_of_an_earlier_one(
    folder: DataFolder, fates: FateJournal
) -> None:
    call = ended(folder, PLACED)
    fates.keep(call, replace(ANSWERED, hangup_reason="odd", cost=None), Following.OPEN)
    fates.keep(call, ANSWERED, Following.FINAL)
    reader = folder.reader()
    assert reader.details(call.row) == ANSWERED
    assert reader.page(HistoryQuery("odd"), 5) == []
    assert_sound(folder)


@pytest.mark.parametrize("outcome", [UNKNOWN, Outcome.rejected("-18"), "interrupted"])
def test_a_call_that_was_not_certain_is_settled_by_its_recording_id(
    folder: DataFolder, fates: FateJournal, outcome: Outcome | str
) -> None:
    call = ended(folder, outcome) if isinstance(outcome, Outcome) else interrupted(folder)
    fates.offer(call, [Candidate(ID), Candidate("other")])
    settled = fates.settle(call, ID)
    assert settled
    assert settled.settled
    assert settled.outcome
    assert (settled.outcome.kind, settled.outcome.recording_id) == (OutcomeKind.PLACED, ID)
    assert settled.following is Following.OPEN
    assert settled.ended_at == call.ended_at, "when an interrupted call ended nobody knows"
    assert fates.candidates(call.row) == []
    assert folder.reader().page(HistoryQuery(ID[-8:]), 5) == [settled]
    assert_sound(folder)


def test_of_two_that_settle_at_once_one_does(folder: DataFolder, fates: FateJournal) -> None:
    first, second = ended(folder), ended(folder)
    with closing(FateJournal(folder.journal, folder.lifelines)) as other:
        assert fates.settle(first, ID)
        assert other.settle(first, "another") is None, "it is settled"
        assert other.settle(second, ID) is None, "the recording ID is a call's already"
    assert folder.reader().call(second.call_id) == second
    assert fates.claimed([ID, "another"]) == {ID}


@pytest.mark.parametrize("outcome", [PLACED, Outcome.not_sent(Cause.TLS)])
def test_what_is_certain_is_never_settled(
    folder: DataFolder, fates: FateJournal, outcome: Outcome
) -> None:
    call = ended(folder, outcome)
    assert fates.settle(call, ID) is None
    assert fates.offer(call, [Candidate(ID)]) == call
    assert fates.candidates(call.row) == []
    assert folder.reader().call(call.call_id) == call


def test_a_call_under_way_in_a_living_process_is_its_own(
    folder: DataFolder, fates: FateJournal
) -> None:
    folder.prepare()
    child = folder.child(
        "journal = folder.writer()\n"
        "call = journal.begin(REQUEST)\n"
        "say(call.call_id)\n"
        "wait()\n"
        "journal.finish(call, PLACED)\n"
        "say('finished')\n"
        "wait()\n"
    )
    call = folder.reader().call(child.line())
    assert call
    assert fates.open_calls(0, ["work"], 10) == []
    assert fates.settle(call, ID) is None
    assert fates.follow(call, Following.NOT_THERE) == call
    assert fates.offer(call, [Candidate(ID)]) == call
    assert fates.keep(call, ANSWERED, Following.FINAL) == call
    assert folder.reader().call(call.call_id) == call
    child.go_on()
    assert child.line() == "finished"
    (open_,) = fates.open_calls(0, ["work"], 10)
    assert open_.outcome == PLACED


def test_an_interrupted_call_is_open_until_something_is_known(
    folder: DataFolder, fates: FateJournal
) -> None:
    call = interrupted(folder)
    (open_,) = fates.open_calls(call.begun_at, ["work"], 10)
    assert open_.call_id == call.call_id
    assert open_.outcome == INTERRUPTED
    assert fates.follow(open_, Following.NOT_THERE).following is Following.NOT_THERE
    assert fates.open_calls(0, ["work"], 10) == []


def test_open_calls_are_those_of_the_profiles_since_then_the_newest_first(
    folder: DataFolder, fates: FateJournal
) -> None:
    placed, unknown = ended(folder, PLACED), ended(folder)
    ended(folder, Outcome.rejected("-10"))
    final = fates.follow(ended(folder, Outcome.placed("final")), Following.FINAL)
    assert fates.open_calls(0, ["work", "home"], 10) == [unknown, placed]
    assert fates.open_calls(0, ["work"], 1) == [unknown]
    assert fates.open_calls(0, ["home"], 10) == []
    assert fates.open_calls(0, [], 10) == []
    assert fates.open_calls(final.begun_at + 60_000, ["work"], 10) == []
    plan = _plan(folder, fates)
    assert "calls_followed" in plan
    assert "calls_without_outcome" in plan


def _plan(folder: DataFolder, fates: FateJournal) -> str:
    asked: list[str] = []
    fates._connection.set_trace_callback(asked.append)
    fates.open_calls(0, ["work"], 10)
    with opened(folder) as connection:
        return " ".join(step[3] for step in connection.execute(f"EXPLAIN QUERY PLAN {asked[0]}"))


def test_the_operator_is_offered_records_in_order_of_time(
    folder: DataFolder, fates: FateJournal
) -> None:
    call = ended(folder)
    fates.offer(call, [Candidate("z")])
    offered = fates.offer(
        call, [Candidate("b", 2_000, 30, Ending.ANSWERED), Candidate("a", 1_000), Candidate("a")]
    )
    assert offered.following is Following.SEVERAL
    assert fates.candidates(call.row) == [
        Candidate("a", 1_000),
        Candidate("b", 2_000, 30, Ending.ANSWERED),
    ]
    fates.follow(call, Following.NOT_THERE)
    assert fates.candidates(call.row) == [], "there is nothing to choose any more"


def test_nothing_is_kept_of_a_call_that_was_taken_out_meanwhile(
    folder: DataFolder, fates: FateJournal
) -> None:
    placed, unknown = ended(folder, PLACED), ended(folder)
    purge(folder, placed)
    purge(folder, unknown)
    assert fates.keep(placed, ANSWERED, Following.FINAL) == placed
    assert fates.offer(unknown, [Candidate(ID)]) == unknown
    assert fates.settle(unknown, ID) is None
    assert fates.follow(unknown, Following.FINAL) == unknown
    assert_sound(folder)


def test_a_call_deleted_meanwhile_is_kept_up_for_its_restoring(
    folder: DataFolder, fates: FateJournal
) -> None:
    call = ended(folder, PLACED)
    with closing(Forgetter(folder.journal, folder.lifelines, pause=lambda: None)) as forgetter:
        forgetter.delete([call.row])
        assert fates.open_calls(0, ["work"], 10) == []
        assert fates.keep(call, ANSWERED, Following.FINAL).ending is Ending.ANSWERED
        assert folder.reader().call(call.call_id) is None
        forgetter.restore([call.row])
    restored = folder.reader().call(call.call_id)
    assert restored
    assert restored.ending is Ending.ANSWERED


def test_any_number_of_recording_ids_is_looked_up(folder: DataFolder, fates: FateJournal) -> None:
    ended(folder, PLACED)
    wanted = [f"id{number}" for number in range(25_000)] + [str(PLACED.recording_id)]
    assert fates.claimed(wanted) == {PLACED.recording_id}
    assert fates.claimed([]) == set()


def test_the_record_of_a_purged_call_becomes_no_other_call_s(
    folder: DataFolder, fates: FateJournal
) -> None:
    placed, other = ended(folder, PLACED), ended(folder)
    purge(folder, placed)
    assert PLACED.recording_id
    assert fates.claimed([PLACED.recording_id, ID]) == {PLACED.recording_id}
    assert fates.settle(other, PLACED.recording_id) is None


def test_an_outcome_that_comes_after_the_call_was_settled_takes_nothing_back(
    folder: DataFolder, fates: FateJournal
) -> None:
    lifeline = folder.lifeline()
    journal = folder.writer(lifeline)
    call = journal.begin(REQUEST)
    lifeline.close()
    settled = fates.settle(call, ID)
    assert settled
    journal.finish(call, UNKNOWN)
    assert folder.reader().call(call.call_id) == settled


def test_every_connection_that_writes_overwrites_what_it_deletes(
    folder: DataFolder, fates: FateJournal
) -> None:
    for connection in (fates._connection, folder.writer()._connection):
        assert connection.execute("PRAGMA secure_delete").fetchone() == (1,)
