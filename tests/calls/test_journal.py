"""What the journal keeps of a call, and how it is found again."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.data_folder import PLACED, REQUEST, DataFolder, is_calm
from dialer.calls.call import NOTE_LIMIT, CallRequest, Cause, Outcome
from dialer.calls.journal import CallJournal
from dialer.calls.place import JournalError


@pytest.mark.parametrize(
    "outcome",
    [
        PLACED,
        Outcome.placed("!" * 64),
        Outcome.rejected("-10", "余额不足"),
        Outcome.rejected("-99"),
        Outcome.not_sent(Cause.TLS, "certificate has expired"),
        Outcome.unknown(Cause.NO_ANSWER),
        Outcome.unknown(Cause.NO_RECORDING_ID, status="0", reason="success"),
    ],
)
@pytest.mark.parametrize(
    "request_", [REQUEST, CallRequest("932111111111", "a", profile="sandbox", sandbox=True)]
)
def test_a_call_is_read_back_as_it_was_written(
    folder: DataFolder, request_: CallRequest, outcome: Outcome
) -> None:
    journal = folder.writer()
    ended = journal.finish(journal.begin(request_), outcome)
    assert ended.request == request_
    assert ended.outcome == outcome
    assert folder.reader().call(ended.call_id) == ended
    assert folder.reader().newest(5) == [ended]


TEXTS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(note=TEXTS, profile=TEXTS)
def test_any_note_is_read_back_as_it_was_written(
    folder: DataFolder, note: str, profile: str
) -> None:
    try:
        request = replace(REQUEST, note=note, profile=profile)
        call = folder.writer().begin(request)
        read = folder.reader().call(call.call_id)
        assert read
        assert read.request == request
    finally:
        folder.close()


def test_times_are_those_of_the_clock_that_was_handed_in(folder: DataFolder) -> None:
    folder.prepare()
    times = iter((1_700_000_000_123, 1_700_000_004_567))
    with closing(CallJournal(folder.journal, folder.lifeline(), lambda: next(times))) as journal:
        journal.finish(journal.begin(REQUEST), PLACED)
    (call,) = folder.reader().newest(1)
    assert (call.begun_at, call.ended_at) == (1_700_000_000_123, 1_700_000_004_567)


def test_a_call_under_way_has_no_outcome(folder: DataFolder) -> None:
    call = folder.writer().begin(REQUEST)
    (read,) = folder.reader().newest(1)
    assert read == call
    assert read.outcome_name == "calling"


def test_the_journal_survives_closing_and_opening_again(folder: DataFolder) -> None:
    journal = folder.writer()
    first = journal.finish(journal.begin(REQUEST), PLACED)
    folder.close()
    journal = folder.writer()
    second = journal.finish(journal.begin(REQUEST), PLACED)
    folder.close()
    folder.prepare()
    assert folder.reader().newest(5) == [second, first]


def test_an_outcome_known_later_takes_the_place_of_unknown(folder: DataFolder) -> None:
    journal = folder.writer()
    call = journal.begin(REQUEST)
    journal.finish(call, Outcome.unknown(Cause.CLOSED))
    journal.finish(call, PLACED)
    (read,) = folder.reader().newest(5)
    assert read.outcome == PLACED


def test_a_cause_of_a_newer_version_does_not_spoil_the_history(folder: DataFolder) -> None:
    journal = folder.writer()
    call = journal.finish(journal.begin(REQUEST), Outcome.unknown(Cause.NO_ANSWER))
    with closing(sqlite3.connect(folder.journal)) as other, other:
        other.execute("UPDATE calls SET cause = 'eaten_by_a_dog'")
    read = folder.reader().call(call.call_id)
    assert read
    assert read.outcome == Outcome(PLACED.kind.UNKNOWN)


@pytest.fixture
def called(folder: DataFolder) -> Iterator[DataFolder]:
    """A folder with a few calls that differ."""
    journal = folder.writer()
    for request, outcome in (
        (REQUEST, PLACED),
        (
            CallRequest(
                "4915112345678", "test_002", note="100% sure_thing", profile=REQUEST.profile
            ),
            Outcome.rejected("-10"),
        ),
        (
            CallRequest("33144556677", "test_001", "442079460018", profile="Ärger"),
            Outcome.rejected("-22", "callee format wrong"),
        ),
        (CallRequest("932111111111", "sandbox", sandbox=True), Outcome.placed("77")),
    ):
        journal.finish(journal.begin(request), outcome)
    yield folder


def found(folder: DataFolder, search: str) -> list[str]:
    return [call.request.callee for call in folder.reader().newest(10, search)]


def test_the_newest_call_comes_first_and_pages_follow_each_other(called: DataFolder) -> None:
    reader = called.reader()
    everything = reader.newest(10)
    assert [call.request.callee for call in everything] == [
        "932111111111",
        "33144556677",
        "4915112345678",
        "442079460018",
    ]
    first = reader.newest(3)
    assert first + reader.newest(3, before_row=first[-1].row) == everything
    assert reader.newest(3, before_row=everything[-1].row) == []
    assert reader.count() == 4


@pytest.mark.parametrize(
    ("search", "callees"),
    [
        ("", ["932111111111", "33144556677", "4915112345678", "442079460018"]),
        ("   ", ["932111111111", "33144556677", "4915112345678", "442079460018"]),
        ("invoice", ["442079460018"]),
        ("INVOICE", ["442079460018"]),
        ("  bob,  about\t", ["442079460018"]),
        ("2203031113381", ["442079460018"]),
        ("format wrong", ["33144556677"]),
        ("Ärger", ["33144556677"]),
        ("test_002", ["4915112345678"]),
        ("nobody", []),
    ],
)
def test_search_finds_text_anywhere_in_a_call(
    called: DataFolder, search: str, callees: list[str]
) -> None:
    assert found(called, search) == callees


@pytest.mark.parametrize(
    "search",
    [
        "442079460018",
        "+44 20 7946 0018",
        "0044 20 7946 0018",
        "+44 (0)20 7946-0018",
        "020 7946 0018",
        "(020) 7946.0018",
        "7946 0018",
        "\u202a+44\u00a020 7946 0018\u202c",
        "４４２０７９４６００１８",
        "٤٤٢٠٧٩٤٦٠٠١٨",
    ],
)
def test_search_finds_a_number_as_people_write_it(called: DataFolder, search: str) -> None:
    assert found(called, search) == ["33144556677", "442079460018"], (
        "as a display number and as a callee"
    )


def test_digits_inside_text_are_not_searched_as_a_number(called: DataFolder) -> None:
    assert found(called, "room 33") == []


@pytest.mark.parametrize(
    ("search", "callees"),
    [
        ("%", ["4915112345678"]),
        ("100%", ["4915112345678"]),
        ("e_t", ["4915112345678"]),
        ("1_0", []),
        ("44%18", []),
        ("_______", []),
        ("\\", []),
        ("' OR 1=1 --", []),
    ],
)
def test_search_takes_every_character_for_itself(
    called: DataFolder, search: str, callees: list[str]
) -> None:
    assert found(called, search) == callees


@pytest.mark.parametrize("search", ["x" * 200_000, "%" * 200_000, "caf\udce9"])
def test_search_for_what_no_call_can_hold_finds_nothing(called: DataFolder, search: str) -> None:
    assert found(called, search) == []


def test_search_finds_the_end_of_the_longest_note(folder: DataFolder) -> None:
    note = ("word " * NOTE_LIMIT)[: NOTE_LIMIT - 4] + "wend"
    assert len(note) == NOTE_LIMIT
    folder.writer().begin(replace(REQUEST, note=note))
    assert found(folder, note) == found(folder, "WWEND") == [REQUEST.callee]


def test_the_recent_calls_of_a_callee_are_known_apart_from_the_sandbox(folder: DataFolder) -> None:
    folder.prepare()
    times = iter((1000, 2000, 3000, 4000))
    with closing(CallJournal(folder.journal, folder.lifeline(), lambda: next(times))) as journal:
        first, second = journal.begin(REQUEST), journal.begin(REQUEST)
        journal.begin(replace(REQUEST, callee="33144556677"))
        tried = journal.begin(replace(REQUEST, sandbox=True))
    reader = folder.reader()
    assert reader.recent_of(REQUEST.callee, 1000, sandbox=False) == [second, first]
    assert reader.recent_of(REQUEST.callee, 1001, sandbox=False) == [second]
    assert reader.recent_of(REQUEST.callee, 2001, sandbox=False) == []
    assert reader.recent_of(REQUEST.callee, 0, sandbox=True) == [tried]
    assert reader.recent_of("15551234567", 0, sandbox=False) == []


def test_a_call_is_found_by_its_id(called: DataFolder) -> None:
    reader = called.reader()
    (newest,) = reader.newest(1)
    assert reader.call(newest.call_id) == newest
    assert reader.call("no such call") is None


def test_the_window_reads_row_numbers_first_and_calls_when_they_are_seen(
    called: DataFolder,
) -> None:
    reader = called.reader()
    calls = reader.newest(10)
    assert list(reader.rows()) == [call.row for call in calls]
    assert list(reader.rows("test_001")) == [
        call.row for call in calls if call.request.account == "test_001"
    ]
    assert reader.at([calls[2].row, calls[0].row, 999]) == {
        calls[0].row: calls[0],
        calls[2].row: calls[2],
    }
    assert reader.at([]) == {}


def test_the_version_changes_when_somebody_has_written(called: DataFolder) -> None:
    reader, journal = called.reader(), called.writer()
    before = reader.version()
    assert reader.version() == before
    call = journal.begin(REQUEST)
    begun = reader.version()
    journal.finish(call, PLACED)
    assert len({before, begun, reader.version()}) == 3


def test_what_was_used_comes_back_with_the_latest_first(called: DataFolder) -> None:
    reader, journal = called.reader(), called.writer()

    def used(field: str, **more: object) -> list[str]:
        return reader.used(field, **{"profile": REQUEST.profile, "sandbox": False, **more})

    assert used("account") == ["test_002", "test_001"]
    journal.begin(replace(REQUEST, display_number=None))
    assert used("account") == ["test_001", "test_002"]
    assert used("account", limit=1) == ["test_001"]
    assert used("display_number") == ["1008122211"]
    assert used("account", profile="Ärger") == ["test_001"], "each profile has its own"
    assert used("account", profile="", sandbox=True) == ["sandbox"]
    with pytest.raises(ValueError, match="recording_id"):
        used("recording_id")


def test_a_reader_never_writes(called: DataFolder) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        called.reader()._connection.execute("DELETE FROM calls")


def test_a_reader_works_while_nobody_has_the_journal_open(called: DataFolder) -> None:
    called.close()
    assert called.reader().count() == 4
    called.close()
    assert called.reader().count() == 4


def test_a_reader_sees_a_call_at_once(folder: DataFolder) -> None:
    journal, reader = folder.writer(), folder.reader()
    assert reader.newest(1) == []
    call = journal.begin(REQUEST)
    assert reader.newest(1) == [call]
    ended = journal.finish(call, PLACED)
    assert reader.newest(1) == [ended]


def test_a_journal_that_is_not_there_is_told_in_words(folder: DataFolder) -> None:
    with pytest.raises(JournalError) as told:
        folder.reader()
    assert str(folder.journal) in str(told.value)
    assert is_calm(str(told.value))
    assert not folder.path.exists()
