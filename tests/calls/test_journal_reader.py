"""Reading beside others: broken off, while calls are deleted, and in any number."""

import gc
import threading
from array import array
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from calls.data_folder import PLACED, REQUEST, DataFolder, is_calm
from calls.journal_states import opened
from dialer.calls import journal_reader
from dialer.calls.call import CallRecord, Outcome
from dialer.calls.history_query import HistoryQuery, Sort
from dialer.calls.journal_forget import Forgetter
from dialer.calls.journal_reader import JournalReader
from dialer.calls.journal_trouble import Interrupted
from dialer.calls.place import JournalError


@pytest.fixture
def long(folder: DataFolder) -> DataFolder:
    """A folder with some thousand calls, which a search goes through in tens of milliseconds."""
    folder.prepare()
    with opened(folder) as connection:
        connection.execute("BEGIN")
        connection.execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)"
            " INSERT INTO calls (call_id, begun_at, owner, callee, account, note, profile, sandbox,"
            " outcome) SELECT 'c' || i, i, 'gone', '4420' || (1000000 + i), 'a', 'Bob', 'work', 0,"
            " 'unknown' FROM n"
        )
        connection.execute("COMMIT")
    return folder


@pytest.fixture
def forgetter(folder: DataFolder) -> Iterator[Forgetter]:
    folder.prepare()
    with closing(Forgetter(folder.journal, folder.lifelines, pause=lambda: None)) as made:
        yield made


def interrupt_at(reader: JournalReader, words: str) -> None:
    """Have another thread interrupt the reader while it runs the statement with `words`."""
    asked = threading.Event()

    def interrupt() -> None:
        asked.wait(10)
        reader.interrupt()

    thread = threading.Thread(target=interrupt)
    thread.start()

    def look() -> int:
        # In the midst of the statement: go on once the other thread has spoken.
        asked.set()
        thread.join()
        return 0

    def trace(sql: str) -> None:
        if words in sql:
            reader._connection.set_progress_handler(look, 100)

    reader._connection.set_trace_callback(trace)


@pytest.mark.parametrize("words", ["FROM calls WHERE", "search MATCH"])
@pytest.mark.parametrize("what", ["page", "ids", "calls"])
def test_another_thread_ends_what_is_being_read(long: DataFolder, what: str, words: str) -> None:
    reader = long.reader()
    search = "bob" if "MATCH" in words else ""
    query = HistoryQuery(search, sort=Sort.ACCOUNT)
    interrupt_at(reader, words)
    with pytest.raises(Interrupted) as told:
        {
            "page": lambda: reader.page(query, 100),
            "ids": lambda: list(reader.ids(query)),
            "calls": lambda: list(reader.calls(query)),
        }[what]()
    assert isinstance(told.value, JournalError)
    assert is_calm(str(told.value))
    reader._connection.set_progress_handler(None, 0)
    reader._connection.set_trace_callback(None)
    assert len(reader.page(query, 100)) == 100, "what is asked afterwards is answered"


def test_an_interruption_between_two_pieces_is_noticed(long: DataFolder) -> None:
    reader = long.reader()
    pieces = reader.ids(HistoryQuery("bob"))
    assert len(next(pieces)) == journal_reader.CHUNK
    reader.interrupt()
    with pytest.raises(Interrupted):
        next(pieces)
    assert reader.count() == 12_000


def test_an_interruption_of_nothing_changes_nothing(long: DataFolder) -> None:
    reader = long.reader()
    reader.interrupt()
    assert len(reader.page(HistoryQuery("bob"), 10)) == 10


def test_a_search_that_is_let_go_holds_nothing(long: DataFolder, forgetter: Forgetter) -> None:
    reader = long.reader()
    pieces = reader.ids(HistoryQuery("bob"))
    next(pieces)
    del pieces
    gc.collect()
    assert not reader._connection.in_transaction
    forgetter.delete([1])
    assert reader.count() == 11_999


def test_all_row_numbers_are_of_one_moment(long: DataFolder, forgetter: Forgetter) -> None:
    for query in (HistoryQuery(), HistoryQuery("bob"), HistoryQuery(sort=Sort.RECORDING_ID)):
        pieces = long.reader().ids(query)
        first = next(pieces)
        forgetter.delete(range(1, 3001))
        assert len(first) + sum(map(len, pieces)) == 12_000
        forgetter.restore(range(1, 3001))


def test_a_page_is_full_although_calls_are_deleted_while_it_is_read(
    long: DataFolder, forgetter: Forgetter, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = long.reader()
    look = reader.at
    looks: list[int] = []

    def look_late(rows: "array[int]") -> dict[int, object]:
        looks.append(len(rows))
        if len(looks) == 1:
            forgetter.delete(rows[:5])
        return look(rows)  # type: ignore[return-value]

    monkeypatch.setattr(reader, "at", look_late)
    page = reader.page(HistoryQuery(), 20)
    assert [call.row for call in page] == list(range(11_995, 11_975, -1))


def test_any_number_of_calls_is_read_by_row_number(long: DataFolder) -> None:
    reader = long.reader()
    rows = reader.rows()
    assert len(reader.at(rows)) == 12_000
    assert reader.at(array("q", [99_999])) == {}


def test_a_profile_that_was_never_used_is_known_for_it_without_reading_all(
    long: DataFolder,
) -> None:
    reader = long.reader()
    looks: list[int] = []
    reader._connection.set_progress_handler(lambda: looks.append(1), 1_000)
    assert reader.last_of("new", sandbox=False) is None
    assert len(looks) < 200
    last = reader.last_of("work", sandbox=False)
    assert last
    assert last.row == 12_000


def call_each(
    folder: DataFolder, *callees: str, profile: str = "work", sandbox: bool = False
) -> list[CallRecord]:
    """Call these callees one after the other; the calls in that order."""
    journal = folder.writer()
    return [
        journal.finish(
            journal.begin(replace(REQUEST, callee=callee, profile=profile, sandbox=sandbox)),
            Outcome.rejected("-2"),
        )
        for callee in callees
    ]


def test_the_newest_call_of_each_recent_callee_comes_newest_first(folder: DataFolder) -> None:
    calls = call_each(folder, "442079460018", "4930901820", "442079460018", "861065529988")
    found = folder.reader().recent_callees("work", sandbox=False)
    assert found == [calls[3], calls[2], calls[1]]
    assert folder.reader().recent_callees("work", sandbox=False, limit=2) == found[:2]


def test_recent_callees_are_those_of_one_profile_and_never_the_sandboxs(
    folder: DataFolder,
) -> None:
    (work,) = call_each(folder, "442079460018")
    (home,) = call_each(folder, "442079460018", profile="home")
    (tried,) = call_each(folder, "442079460018", sandbox=True)
    reader = folder.reader()
    assert reader.recent_callees("work", sandbox=False) == [work]
    assert reader.recent_callees("home", sandbox=False) == [home]
    assert reader.recent_callees("work", sandbox=True) == [tried]
    assert reader.recent_callees("new", sandbox=False) == []


def test_a_deleted_call_makes_no_recent_callee_but_an_earlier_one_does(
    folder: DataFolder, forgetter: Forgetter
) -> None:
    first, second, last = call_each(folder, "442079460018", "4930901820", "442079460018")
    reader = folder.reader()
    forgetter.delete([last.row, second.row])
    assert reader.recent_callees("work", sandbox=False) == [first]
    forgetter.restore([last.row])
    assert reader.recent_callees("work", sandbox=False) == [last]


def test_a_call_under_way_is_a_recent_callee(folder: DataFolder) -> None:
    begun = folder.writer().begin(REQUEST)
    assert folder.reader().recent_callees("work", sandbox=False) == [begun]


def test_recent_callees_are_found_without_reading_all_calls(long: DataFolder) -> None:
    reader = long.reader()
    looks: list[int] = []
    reader._connection.set_progress_handler(lambda: looks.append(1), 1_000)
    assert reader.recent_callees("new", sandbox=False) == []
    assert len(looks) < 60
    found = reader.recent_callees("work", sandbox=False)
    assert [call.row for call in found] == list(range(12_000, 11_700, -1))
    everything = reader.recent_callees("work", sandbox=False, limit=9_999)
    assert [call.row for call in everything] == list(range(12_000, 10_000, -1))


def test_a_deleted_call_shows_nowhere_but_where_it_may_be_called_again(
    folder: DataFolder, forgetter: Forgetter
) -> None:
    journal = folder.writer()
    call = journal.finish(journal.begin(REQUEST), PLACED)
    reader = folder.reader()
    assert PLACED.recording_id
    forgetter.delete([call.row])
    assert reader.page(HistoryQuery(), 5) == []
    assert list(reader.ids(HistoryQuery())) == []
    assert list(reader.calls(HistoryQuery("bob"))) == []
    assert reader.newest(5) == []
    assert reader.rows("bob") == array("q")
    assert reader.at([call.row]) == {}
    assert reader.call(call.call_id) is None
    assert reader.placed(PLACED.recording_id) is None
    assert reader.last_of("work", sandbox=False) is None
    assert reader.used("account", profile="work", sandbox=False) == []
    assert reader.recent_callees("work", sandbox=False) == []
    assert reader.count() == 0
    assert reader.recent_of(REQUEST.callee, 0, sandbox=False) == [call]
    forgetter.restore([call.row])
    assert reader.page(HistoryQuery(), 5) == [call]
    assert reader.placed(PLACED.recording_id) == call


def test_what_a_link_lent_to_a_call_is_not_offered_again(folder: DataFolder) -> None:
    journal = folder.writer()
    journal.begin(replace(REQUEST, account="own"))
    journal.begin(replace(REQUEST, account="lent", lent=True))
    reader = folder.reader()
    assert reader.used("account", profile=REQUEST.profile, sandbox=REQUEST.sandbox) == ["own"]
    assert [call.request.lent for call in reader.newest(2)] == [True, False]
