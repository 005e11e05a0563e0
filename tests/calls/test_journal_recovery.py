"""A damaged journal: what can be read of it is in the new one, and nothing is made up."""

import os
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from calls.data_folder import INTERRUPTED, PLACED, REQUEST, DataFolder, is_calm
from calls.journal_states import (
    PAGE,
    assert_sound,
    opened,
    overwrite,
    pages_of,
    root_of,
    spoil_page,
    write_version_one,
)
from dialer.calls import schema
from dialer.calls.call import CallRecord, Cause, Following, Outcome
from dialer.calls.details import CallDetails, Candidate
from dialer.calls.history_query import HistoryQuery
from dialer.calls.journal import CallJournal, prepare
from dialer.calls.journal_fates import FateJournal
from dialer.calls.journal_forget import Forgetter
from dialer.calls.journal_pages import Pages
from dialer.calls.journal_search import SearchFiller
from dialer.calls.place import JournalError

CALLS = 400
OUTCOMES = (
    lambda number: Outcome.placed(f"2203031113381{number:06d}", reason="success"),
    lambda _: Outcome.rejected("-10", "余额不足"),
    lambda _: Outcome.unknown(Cause.NO_ANSWER),
    lambda _: None,
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A journal of calls of every outcome, some long, some purged, one deleted."""
    folder = DataFolder(tmp_path_factory.mktemp("sound") / "data")
    journal = folder.writer()
    for number in range(CALLS):
        note = f"no. {number} " + "\U00010330" * (990 if number % 50 == 7 else 20)
        call = journal.begin(replace(REQUEST, callee=f"44207946{number:04d}", note=note))
        if (outcome := OUTCOMES[number % 4](number)) is not None:
            journal.finish(call, outcome)
    with closing(FateJournal(folder.journal, folder.lifelines)) as fates:
        for call in fates.newest(CALLS):
            if call.outcome_name == "placed":
                fates.keep(call, details_of(call), Following.FINAL)
        (unknown,) = fates.at([3]).values()
        fates.offer(unknown, [Candidate("2203031113399000001"), Candidate("2203031113399000002")])
    forgetter = Forgetter(folder.journal, folder.lifelines, pause=lambda: None)
    with closing(forgetter):
        forgetter.delete([45, 101])
        forgetter.purge(0)
        forgetter.delete([57])
    folder.close()
    return folder.journal.read_bytes()


@pytest.fixture
def full(folder: DataFolder, sound: bytes) -> DataFolder:
    """A folder with that journal."""
    folder.path.mkdir()
    folder.journal.write_bytes(sound)
    return folder


def details_of(call: CallRecord) -> CallDetails:
    assert call.outcome
    assert call.outcome.recording_id
    return CallDetails(
        recording_id=call.outcome.recording_id,
        original="{" + '"k": "v", ' * 20 + "}",
        ended_at=1_700_000_000_000,
        duration_s=call.row,
        cost=Decimal("0.0125"),
    )


def everything(folder: DataFolder) -> dict[str, list[tuple[object, ...]]]:
    """All that the journal has of calls."""
    tables = ("calls", "details", "candidates", "deleted", "spent", "sqlite_sequence")
    with opened(folder) as connection:
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
            for table in tables
        }


def assert_goes_on(folder: DataFolder) -> None:
    """A call can be placed, found by its text, and all is sound."""
    folder.close()
    journal = folder.writer()
    call = journal.finish(journal.begin(replace(REQUEST, note="after it all")), PLACED)
    filler = SearchFiller(folder.journal)
    while filler.step() < 1.0:
        pass
    filler.close()
    assert folder.reader().page(HistoryQuery("after it all"), 5) == [call]
    folder.close()
    assert_sound(folder)
    assert folder.prepare() is None


def header(folder: DataFolder) -> None:
    overwrite(folder.journal, 0, 100)


def first_page(folder: DataFolder) -> None:
    overwrite(folder.journal, 0, PAGE)


def top_of_the_tree(folder: DataFolder) -> None:
    spoil_page(folder.journal, root_of(folder.journal, "calls"))


def all_indexes(folder: DataFolder) -> None:
    for name in ("calls_by_time", "calls_by_callee", "sqlite_autoindex_calls_1"):
        spoil_page(folder.journal, root_of(folder.journal, name))


@pytest.mark.parametrize("spoil", [header, first_page, top_of_the_tree, all_indexes])
def test_calls_that_sqlite_no_longer_finds_are_all_recovered(
    full: DataFolder, spoil: Callable[[DataFolder], None]
) -> None:
    before = everything(full)
    spoil(full)
    (full.path / "journal.db.suspect").touch()
    told = full.prepare()
    assert told
    assert told.recovered.calls == CALLS - 2
    assert told.recovered.lost in (0, None)
    after = everything(full)
    if spoil in (first_page,):
        # How far rows were numbered was written there, or is where nobody finds it.
        del before["sqlite_sequence"], after["sqlite_sequence"]
    assert after == before
    assert_goes_on(full)


def test_of_a_page_that_is_gone_the_other_calls_are_recovered_and_the_lost_are_counted(
    full: DataFolder,
) -> None:
    before = everything(full)
    (_, middle, *_) = pages_of(full.journal, "calls")[3:]
    with Pages(full.journal) as pages:
        lost = {record.row for record in pages.records(middle, {28})}
    assert len(lost) > 3
    placed = {row[13] for row in before["calls"] if row[0] in lost and row[13]}
    assert placed
    spoil_page(full.journal, middle)
    with pytest.raises(JournalError, match="is damaged"):
        full.reader().newest(CALLS)
    full.close()
    told = full.prepare()
    assert told
    assert (told.recovered.calls, told.recovered.lost) == (CALLS - 2 - len(lost), len(lost))
    assert f"Calls recovered: {CALLS - 2 - len(lost)}; lost: {len(lost)}." in str(told.sentence)
    assert is_calm(str(told.sentence))
    after = everything(full)
    assert after["calls"] == [row for row in before["calls"] if row[0] not in lost]
    assert {row[0] for row in after["spent"]} == {row[0] for row in before["spent"]} | placed
    assert after["deleted"] == before["deleted"]
    assert after["sqlite_sequence"] == before["sqlite_sequence"]
    assert_goes_on(full)


@pytest.mark.parametrize("version", [1, 2])
def test_calls_of_an_earlier_version_are_recovered_from_their_pages(
    folder: DataFolder, version: int
) -> None:
    write_version_one(folder, 200)
    if version == 2:
        with opened(folder) as connection:
            connection.execute("BEGIN")
            schema.STEPS[1](connection)
            # Written anew, as wide as a row of that version is.
            connection.execute("UPDATE calls SET stage = 'ended', hangup_reason = 'x'")
            connection.execute("PRAGMA user_version = 2")
            connection.execute("COMMIT")
    folder.prepare()
    folder.close()
    before = everything(folder)["calls"]
    assert len(before) == 200
    spoil_page(folder.journal, root_of(folder.journal, "calls"))
    (folder.path / "journal.db.suspect").touch()
    told = folder.prepare()
    assert told
    assert told.recovered.calls == 200
    assert everything(folder)["calls"] == before


def test_a_torn_last_page_costs_no_more_than_what_was_on_it(full: DataFolder) -> None:
    size = full.journal.stat().st_size
    with full.journal.open("r+b") as file:
        file.truncate(size - PAGE // 2)
    told = full.prepare()
    if told:
        assert told.recovered.calls > CALLS - 30
    assert full.reader().count() > CALLS - 30
    assert_goes_on(full)


def test_a_journal_cut_short_keeps_what_is_there(full: DataFolder) -> None:
    before = {row[0]: row for row in everything(full)["calls"]}
    size = full.journal.stat().st_size
    with full.journal.open("r+b") as file:
        file.truncate(size // PAGE // 2 * PAGE)
    told = full.prepare()
    assert told
    after = everything(full)["calls"]
    assert len(after) == told.recovered.calls > 30
    assert all(before[row[0]] == row for row in after), "nothing was made up"
    assert_goes_on(full)


def test_what_was_only_in_the_log_is_recovered(full: DataFolder) -> None:
    top = root_of(full.journal, "calls")
    journal = full.writer()
    call = journal.finish(journal.begin(REQUEST), PLACED)
    unknown = journal.begin(replace(REQUEST, callee="15551234567"))
    log = full.path / "journal.db-wal"
    left = {path: path.read_bytes() for path in (full.journal, log)}  # as a power cut leaves them
    full.close()
    for path in full.path.glob("journal.db*"):
        path.unlink()
    for path, content in left.items():
        path.write_bytes(content)
    spoil_page(full.journal, top)
    (full.path / "journal.db.suspect").touch()
    told = full.prepare()
    assert told
    reader = full.reader()
    assert reader.call(call.call_id) == call
    found = reader.call(unknown.call_id)
    assert found
    assert found.outcome == INTERRUPTED
    assert told.recovered.calls == CALLS - 2 + 2
    assert_goes_on(full)


def test_a_journal_whose_file_is_gone_and_whose_log_is_not_is_recovered_from_the_log(
    folder: DataFolder,
) -> None:
    journal = folder.writer()
    call = journal.finish(journal.begin(REQUEST), PLACED)
    log = (folder.path / "journal.db-wal").read_bytes()
    folder.close()
    folder.journal.unlink()
    (folder.path / "journal.db-wal").write_bytes(log)
    told = folder.prepare()
    assert told
    assert told.recovered.calls == 1
    found = folder.reader().call(call.call_id)
    assert found
    assert found.outcome == PLACED


def test_calls_under_way_in_a_living_process_stay_so(full: DataFolder) -> None:
    living = full.lifeline()
    call = full.writer(living).begin(replace(REQUEST, callee="15551234567"))
    for opened_here in full._open[::-1]:
        if isinstance(opened_here, CallJournal):
            opened_here.close()
    header(full)
    told = full.prepare()
    assert told
    found = full.reader().call(call.call_id)
    assert found
    assert found.outcome is None, "its process may still write how it ended"
    living.close()
    (found,) = full.reader().at([call.row]).values()
    assert found.outcome == INTERRUPTED


def test_an_old_journal_is_recovered_and_then_brought_up_to_date(folder: DataFolder) -> None:
    write_version_one(folder, CALLS)
    with opened(folder) as connection:
        connection.execute("PRAGMA wal_checkpoint (TRUNCATE)")
        before = connection.execute("SELECT call_id, outcome, note FROM calls").fetchall()
    spoil_page(folder.journal, root_of(folder.journal, "calls"))
    (folder.path / "journal.db.suspect").touch()
    told = folder.prepare()
    assert told
    assert (told.recovered.calls, told.recovered.lost) == (CALLS, 0)
    with opened(folder) as connection:
        assert connection.execute("SELECT call_id, outcome, note FROM calls").fetchall() == before
    assert_goes_on(folder)


def test_a_damaged_journal_of_a_newer_version_is_left_alone(full: DataFolder) -> None:
    with opened(full) as connection:
        connection.execute("PRAGMA user_version = 1000")
    with full.journal.open("r+b") as file:
        file.truncate(full.journal.stat().st_size // 2 // PAGE * PAGE)
    before = full.journal.read_bytes()
    with pytest.raises(JournalError, match="newer version"):
        full.prepare()
    assert full.journal.read_bytes() == before
    assert full.names() == ["journal.db"]


@pytest.mark.parametrize("blob", [b"\0" * 20, b"\xff" * 50], ids=["zeros", "ones"])
def test_a_broken_search_index_is_made_anew_and_nothing_set_aside(
    full: DataFolder, blob: bytes
) -> None:
    before = everything(full)
    with opened(full) as connection:
        connection.execute("UPDATE search_data SET block = ?", (blob,))
    with pytest.raises(JournalError, match="is damaged"):
        full.writer().begin(REQUEST)
    full.close()
    assert full.prepare() is None
    assert full.names() == ["journal.db"]
    assert everything(full) == before
    assert len(full.reader().page(HistoryQuery("no. 39"), 20)) == 11
    assert_goes_on(full)


def test_a_spoilt_page_of_the_search_index_costs_no_call(full: DataFolder) -> None:
    before = everything(full)
    spoil_page(full.journal, pages_of(full.journal, "search_data")[0])
    with pytest.raises(JournalError, match="is damaged"):
        full.reader().page(HistoryQuery("no. 39"), 20)
        full.writer().begin(REQUEST)
    full.close()
    told = full.prepare()
    assert told is None or told.recovered.lost == 0
    assert everything(full) == before
    assert_goes_on(full)


@pytest.mark.parametrize("at", [0.0, 0.7, 0.9])
def test_who_breaks_the_recovery_off_finds_it_taken_up_at_the_next_start(
    full: DataFolder, at: float
) -> None:
    before = everything(full)
    header(full)

    def break_off(part: float) -> None:
        if part >= at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(full.journal, full.lifelines, progress=break_off)
    told = full.prepare()
    assert told
    assert told.recovered.calls == CALLS - 2
    assert everything(full)["calls"] == before["calls"]
    assert full.names() == ["journal.db", told.path.name]
    assert_goes_on(full)


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX's")
@pytest.mark.parametrize("step", range(12))
def test_a_kill_at_any_step_of_the_exchange_loses_no_call(full: DataFolder, step: int) -> None:
    before = everything(full)["calls"]
    header(full)
    child = full.child(
        "import dialer.calls.journal_exchange as module, signal\n"
        "left = [" + str(step) + "]\n"
        "def dying(name, real):\n"
        "    def step(*given, **named):\n"
        "        if not left[0]: os.kill(os.getpid(), signal.SIGKILL)\n"
        "        left[0] -= 1\n"
        "        return real(*given, **named)\n"
        "    return step\n"
        "for name in ('rename', 'replace', 'unlink'):\n"
        "    setattr(Path, name, dying(name, getattr(Path, name)))\n"
        "os.fsync = dying('fsync', os.fsync)\n"
        "folder.prepare()\n"
        "say('done')\n"
    )
    said = child.line()
    child.kill()
    told = full.prepare()
    assert told or said == "done" or everything(full)["calls"] == before
    assert everything(full)["calls"] == before
    assert len(full.names()) == 2
    assert_goes_on(full)


def test_a_program_that_has_the_damaged_journal_open_sends_nothing_more_into_it(
    full: DataFolder,
) -> None:
    journal = full.writer()
    call = journal.begin(REQUEST)
    (full.path / "journal.db.suspect").touch()
    spoil_page(full.journal, pages_of(full.journal, "calls")[2])
    assert full.child("say(folder.prepare())").line() != "None"
    with pytest.raises(JournalError):
        journal.begin(REQUEST)
    ended = journal.finish(call, PLACED)
    found = full.reader().call(call.call_id)
    assert found
    assert found.outcome == ended.outcome == PLACED, "written where the calls are now"
    assert_goes_on(full)


def test_damage_of_every_kind_at_random_never_makes_a_call_up(
    full: DataFolder, sound: bytes
) -> None:
    """Whatever is spoilt: what is recovered was there, and the program goes on."""
    chance = random.Random(20_260_107)
    before = {row[0]: row for row in everything(full)["calls"]}
    for _ in range(12):
        spoilt = bytearray(sound)
        for _ in range(chance.choice((1, 5, 40))):
            at = chance.randrange(len(spoilt))
            length = chance.choice((1, 8, 100, PAGE))
            spoilt[at : at + length] = chance.randbytes(len(spoilt[at : at + length]))
        for path in full.path.glob("journal.db*"):
            path.unlink()
        full.journal.write_bytes(spoilt)
        (full.path / "journal.db.suspect").touch()
        full.prepare()
        for row in everything(full)["calls"]:
            assert row[0] in before
            assert row[1] == before[row[0]][1]
            outcome, id_before = row[12], before[row[0]]
            assert outcome is None or outcome == id_before[12]
        journal = full.writer()
        journal.finish(journal.begin(REQUEST), PLACED)
        full.close()


def test_records_that_are_none_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "spoilt"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a, b)")
        connection.execute("INSERT INTO t VALUES (-7, 'ä', 1.5), (3, x'00', NULL)")
    with Pages(path) as pages:
        assert list(pages.records(2, {3})) == [(-7, (None, "ä", 1.5)), (3, (None, b"\0", None))]
        assert list(pages.records(2, {4})) == []
        assert list(pages.records(9, {3})) == []
