"""The journal through files, processes and their sudden ends."""

import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from calls.data_folder import PLACED, REQUEST, DataFolder, Teller
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialer.calls import journal as module
from dialer.calls import schema
from dialer.calls.call import NOTE_LIMIT, CallRequest, Cause, Outcome
from dialer.calls.journal import CallJournal
from dialer.calls.patience import Patience
from dialer.calls.place import JournalError, place_call

INTERRUPTED = Outcome.unknown(Cause.INTERRUPTED)

CALL_AND_WAIT = """
journal = folder.writer()
say(journal.begin(REQUEST).call_id)
wait()
"""

posix = pytest.mark.skipif(os.name == "nt", reason="Windows keeps files and rights otherwise")


def names(folder: DataFolder) -> list[str]:
    """The files of the folder, without the companions that SQLite keeps while it is open."""
    kept = (path.name for path in folder.path.iterdir() if path.is_file())
    return sorted(name for name in kept if not name.endswith(("-wal", "-shm", ".lock")))


def is_calm(words: str) -> bool:
    """Whether words for people are whole sentences without codes of SQLite's."""
    return words.endswith(".") and "!" not in words and "SQLITE" not in words and "{" not in words


# --- what is kept


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


# --- how it is read


@pytest.fixture
def called(folder: DataFolder) -> Iterator[DataFolder]:
    """A folder with a few calls that differ."""
    journal = folder.writer()
    for request, outcome in (
        (REQUEST, PLACED),
        (CallRequest("4915112345678", "test_002", note="100% sure_thing"), Outcome.rejected("-10")),
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
    assert reader.used("account", sandbox=False) == ["test_001", "test_002"]
    journal.begin(replace(REQUEST, account="test_002", display_number=None))
    assert reader.used("account", sandbox=False) == ["test_002", "test_001"]
    assert reader.used("account", sandbox=False, limit=1) == ["test_002"]
    assert reader.used("account", sandbox=True) == ["sandbox"]
    assert reader.used("display_number", sandbox=False) == ["442079460018", "1008122211"]
    with pytest.raises(ValueError, match="recording_id"):
        reader.used("recording_id", sandbox=False)


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


# --- processes and their ends


def test_a_call_killed_midway_is_calling_before_and_unknown_after(folder: DataFolder) -> None:
    folder.prepare()
    child = folder.child(CALL_AND_WAIT)
    call_id = child.line()
    reader = folder.reader()
    living = reader.call(call_id)
    assert living
    assert living.outcome is None

    child.kill()
    dead = reader.call(call_id)
    assert dead
    assert dead.outcome == INTERRUPTED
    assert dead.request == REQUEST
    assert dead.ended_at is None


def test_an_interrupted_call_stays_unknown_for_every_later_program(folder: DataFolder) -> None:
    child = folder.child(CALL_AND_WAIT)
    call_id = child.line()
    child.kill()
    for _ in range(2):
        folder.writer()  # a new program, with a lifeline of its own
        call = folder.reader().call(call_id)
        assert call
        assert call.outcome == INTERRUPTED
        folder.close()


def test_a_call_is_not_taken_for_one_of_a_later_program_with_the_same_process_number(
    folder: DataFolder,
) -> None:
    lifeline = folder.lifeline()
    call = folder.writer(lifeline).begin(REQUEST)
    lifeline.close()
    later = folder.writer().begin(REQUEST)  # the same process, hence the same number
    reader = folder.reader()
    assert [each.outcome for each in reader.newest(2)] == [None, INTERRUPTED]
    assert [each.call_id for each in reader.newest(2)] == [later.call_id, call.call_id]


def test_a_second_program_never_brands_a_call_that_is_under_way(folder: DataFolder) -> None:
    child = folder.child(
        "journal = folder.writer()\n"
        "call = journal.begin(REQUEST)\n"
        "say(call.call_id)\n"
        "wait()\n"
        "journal.finish(call, PLACED)\n"
        "say('finished')\n"
        "wait()\n"
    )
    call_id = child.line()
    second = folder.writer()
    second.finish(second.begin(REQUEST), PLACED)
    reader = folder.reader()
    assert [call.outcome for call in reader.newest(5)] == [PLACED, None]

    child.go_on()
    assert child.line() == "finished"
    call = reader.call(call_id)
    assert call
    assert call.outcome == PLACED


def test_the_end_of_a_program_is_not_taken_for_an_interruption(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    lifeline = folder.lifeline()
    journal = folder.writer(lifeline)
    call = journal.begin(REQUEST)
    reader = folder.reader()

    def ended_just_before(path: Path, name: str) -> bool:
        # Between the reader's two looks the owner finishes the call and ends.
        journal.finish(call, PLACED)
        lifeline.close()
        return False

    monkeypatch.setattr(module, "is_held", ended_just_before)
    (read,) = reader.newest(1)
    assert read.outcome == PLACED


CALL_ON_AND_ON = """
journal = folder.writer()
while True:
    call = journal.begin(REQUEST)
    say(f"sent {call.call_id}")
    journal.finish(call, PLACED)
    say(f"ended {call.call_id}")
"""


def test_no_call_that_was_sent_is_lost_however_often_programs_are_killed(
    folder: DataFolder,
) -> None:
    said: list[str] = []
    for lines in (1, 2, 5, 8, 13, 40):
        child = folder.child(CALL_ON_AND_ON)
        said += [child.line() for _ in range(lines)]
        child.kill()
        while line := child.line():
            said.append(line)
    assert folder.prepare() is None
    kept = {call.call_id: call.outcome for call in folder.reader().newest(1_000_000)}
    sent = {line.removeprefix("sent ") for line in said if line.startswith("sent ")}
    ended = {line.removeprefix("ended ") for line in said if line.startswith("ended ")}
    assert len(sent) >= 34
    assert sent <= kept.keys()
    assert {kept[call_id] for call_id in ended} == {PLACED}
    assert {kept[call_id] for call_id in sent - ended} <= {PLACED, INTERRUPTED}


def test_many_programs_write_at_once_and_no_call_is_lost(folder: DataFolder) -> None:
    children = [
        folder.child(
            "say('ready')\n"
            "wait()\n"
            "journal = folder.writer()\n"
            "for number in range(200):\n"
            "    call = journal.begin(REQUEST)\n"
            "    journal.finish(call, Outcome.placed(call.call_id))\n"
        )
        for _ in range(4)
    ]
    for child in children:
        assert child.line() == "ready"
    for child in children:
        child.go_on()
    folder.prepare()
    reader = folder.reader()
    while (seen := reader.count()) < 800 and not all(child.ended for child in children):
        assert all(
            call.outcome is None or call.outcome.recording_id == call.call_id
            for call in reader.newest(20)
        )
        assert reader.count() >= seen
    for child in children:
        child.done()
    calls = reader.newest(1000)
    assert len({call.call_id for call in calls}) == 800
    assert all(call.outcome and call.outcome.recording_id == call.call_id for call in calls)


def test_programs_that_start_at_once_on_a_new_computer_all_get_the_journal(
    folder: DataFolder,
) -> None:
    children = [
        folder.child("say('ready')\nwait()\nfolder.writer().begin(REQUEST)") for _ in range(6)
    ]
    for child in children:
        assert child.line() == "ready"
    for child in children:
        child.go_on()
    for child in children:
        child.done()
    assert folder.reader().count() == 6
    assert names(folder) == ["journal.db"]


# --- durability


@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
def test_each_commit_reaches_the_disk_before_it_counts(folder: DataFolder, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    watched = ("strace", "-f", "-y", "-o", str(trace), "-e", "trace=write,fdatasync,fsync")
    if subprocess.run([*watched, "true"], capture_output=True, check=False).returncode:
        pytest.skip("strace may not watch here")
    child = folder.child(
        "journal = folder.writer()\n"
        "journal.finish(journal.begin(REQUEST), PLACED)\n"
        "for _ in range(3):\n"
        "    say('<begin')\n"
        "    call = journal.begin(REQUEST)\n"
        "    say('begin>')\n"
        "    say('<finish')\n"
        "    journal.finish(call, PLACED)\n"
        "    say('finish>')\n",
        *watched,
    )
    child.done()
    log = trace.read_text()
    for commit in ("begin", "finish"):
        spans = re.findall(rf"\"<{commit}.*?\"{commit}>", log, re.DOTALL)
        assert len(spans) == 3
        for span in spans:
            syncs = re.findall(r"f(?:data)?sync\(\d+<.*?journal\.db-wal>\) *= 0", span)
            assert len(syncs) == 1, span


def test_a_writer_syncs_in_full_and_ahead_of_the_file(folder: DataFolder) -> None:
    connection = folder.writer()._connection
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@posix
def test_folder_and_files_belong_to_their_user_alone(folder: DataFolder) -> None:
    before = os.umask(0)
    try:
        folder.writer().begin(REQUEST)
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    for name in ("journal.db", "journal.db-wal", "journal.db-shm"):
        assert stat.S_IMODE((folder.path / name).stat().st_mode) == 0o600, name


@pytest.mark.parametrize("name", ["with space", "100%25 #1?mode=memory", "Büro", "日本"])
def test_the_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    folder = DataFolder(tmp_path / name)
    try:
        folder.writer().begin(REQUEST)
        assert folder.reader().count() == 1
        assert "journal.db" in names(folder)
    finally:
        folder.close()


# --- a journal of another version


def make_version_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program with one more step than today's."""

    def step(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE calls ADD COLUMN mood TEXT")

    monkeypatch.setattr(schema, "STEPS", {**schema.STEPS, schema.VERSION: step})
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)


def version_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def columns_of(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {row[1] for row in connection.execute("PRAGMA table_info(calls)")}


BACKUP = f"journal.v{schema.VERSION}.backup.db"


def test_a_new_journal_has_todays_version_and_needs_no_backup(folder: DataFolder) -> None:
    folder.prepare()
    assert version_of(folder.journal) == schema.VERSION
    assert names(folder) == ["journal.db"]


def test_preparing_again_changes_nothing(folder: DataFolder) -> None:
    folder.prepare()
    before = folder.journal.read_bytes()
    folder.prepare()
    assert folder.journal.read_bytes() == before
    assert names(folder) == ["journal.db"]


@pytest.mark.parametrize("end", ["closed", "killed"])
def test_a_journal_of_a_newer_version_is_refused_and_stays_byte_for_byte(
    folder: DataFolder, end: str
) -> None:
    child = folder.child(
        "import sqlite3\n"
        "folder.writer().begin(REQUEST)\n"
        f"if {end!r} == 'closed': folder.close()\n"
        "connection = sqlite3.connect(folder.journal)\n"
        "connection.execute('PRAGMA user_version = 999')\n"
        f"if {end!r} == 'closed': connection.close()\n"
        "say('written')\n"
        "wait()\n"
    )
    assert child.line() == "written"
    child.kill()
    kept = ("journal.db", "journal.db-wal") if end == "killed" else ("journal.db",)
    before = {name: (folder.path / name).read_bytes() for name in kept}

    for _ in range(2):
        with pytest.raises(JournalError) as told:
            folder.prepare()
        assert "newer version" in str(told.value)
        assert str(folder.journal) in str(told.value)
        assert is_calm(str(told.value))
    assert {name: (folder.path / name).read_bytes() for name in kept} == before
    assert names(folder) == ["journal.db"]


def test_a_newer_journal_that_is_not_in_wal_mode_stays_so(folder: DataFolder) -> None:
    folder.path.mkdir()
    with closing(sqlite3.connect(folder.journal)) as connection:
        connection.execute("PRAGMA user_version = 999")
    before = folder.journal.read_bytes()
    with pytest.raises(JournalError, match="newer version"):
        folder.prepare()
    assert folder.journal.read_bytes() == before


def test_a_step_forward_keeps_every_call_and_backs_up_first(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = folder.writer()
    calls = [journal.finish(journal.begin(REQUEST), PLACED) for _ in range(300)]
    folder.close()
    make_version_two(monkeypatch)
    folder.prepare()

    assert version_of(folder.journal) == schema.VERSION
    assert "mood" in columns_of(folder.journal)
    assert folder.reader().newest(1000) == calls[::-1]
    backup = folder.path / BACKUP
    assert version_of(backup) == schema.VERSION - 1
    assert "mood" not in columns_of(backup)
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("SELECT count(*) FROM calls").fetchone() == (300,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    if os.name != "nt":
        assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert names(folder) == ["journal.db", BACKUP]


def test_the_backup_is_a_journal_that_the_older_program_opens(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    journal = folder.writer()
    call = journal.finish(journal.begin(REQUEST), PLACED)
    folder.close()
    with monkeypatch.context() as newer:
        make_version_two(newer)
        folder.prepare()
    older = DataFolder(tmp_path / "older")
    older.path.mkdir()
    shutil.copy(folder.path / BACKUP, older.journal)
    try:
        assert older.prepare() is None
        assert older.reader().newest(5) == [call]
    finally:
        older.close()


def test_a_call_under_way_in_an_older_program_ends_in_the_newer_journal(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = folder.writer()
    call = older.begin(REQUEST)
    make_version_two(monkeypatch)
    folder.prepare()
    assert older.finish(call, PLACED) == folder.reader().call(call.call_id)


def test_a_step_that_fails_leaves_the_old_version_as_it_was(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = folder.writer()
    calls = [journal.finish(journal.begin(REQUEST), PLACED)]

    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE calls ADD COLUMN mood TEXT")
        connection.execute("UPDATE calls SET account = 'gone'")
        connection.execute("UPDATE nothing SET at = all")

    with monkeypatch.context() as newer:
        make_version_two(newer)
        newer.setitem(schema.STEPS, schema.VERSION - 1, fail)
        with pytest.raises(JournalError) as told:
            folder.prepare()
    assert is_calm(str(told.value))
    assert version_of(folder.journal) == schema.VERSION
    assert "mood" not in columns_of(folder.journal)
    assert folder.prepare() is None
    assert folder.reader().newest(5) == calls


MIGRATE_HALF = """
from dialer.calls import schema
def step(connection):
    connection.execute("ALTER TABLE calls ADD COLUMN mood TEXT")
    connection.execute("UPDATE calls SET account = 'gone'")
    say("half")
    wait()
schema.STEPS[schema.VERSION] = step
schema.VERSION += 1
folder.prepare()
"""


def test_a_step_that_is_killed_midway_leaves_the_old_version_and_is_made_up_later(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = folder.writer()
    calls = [journal.finish(journal.begin(REQUEST), PLACED)]
    folder.close()
    child = folder.child(MIGRATE_HALF)
    assert child.line() == "half"
    child.kill()

    journal = folder.writer()  # the older program goes on
    calls.append(journal.finish(journal.begin(REQUEST), PLACED))
    assert version_of(folder.journal) == schema.VERSION
    assert folder.reader().newest(5) == calls[::-1]
    folder.close()

    make_version_two(monkeypatch)
    folder.prepare()
    assert folder.reader().newest(5) == calls[::-1]
    with closing(sqlite3.connect(folder.path / BACKUP)) as backup:
        assert backup.execute("SELECT count(*) FROM calls").fetchone() == (2,), (
            "the backup is of the journal as it was before this step, not before the killed one"
        )
    assert names(folder) == ["journal.db", BACKUP]


def test_what_a_killed_backup_left_behind_does_no_harm(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.prepare()
    (folder.path / f"{BACKUP}.part").write_bytes(b"half a backup" * 1000)
    make_version_two(monkeypatch)
    assert folder.prepare() is None
    assert version_of(folder.path / BACKUP) == schema.VERSION - 1
    assert names(folder) == ["journal.db", BACKUP]


def test_a_program_that_starts_during_a_step_is_told_to_wait(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.prepare()
    child = folder.child(MIGRATE_HALF)
    assert child.line() == "half"
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.05)
    with pytest.raises(JournalError, match="locked") as told:
        folder.prepare()
    assert is_calm(str(told.value))
    child.go_on()
    child.done()
    with pytest.raises(JournalError, match="newer version"):
        folder.prepare()


# --- a journal that is damaged, gone, locked, or cannot be written


def test_a_zero_byte_file_becomes_a_journal(folder: DataFolder) -> None:
    folder.path.mkdir()
    folder.journal.touch()
    assert folder.prepare() is None
    folder.writer().begin(REQUEST)
    assert folder.reader().count() == 1
    assert names(folder) == ["journal.db"]


@pytest.mark.parametrize(
    "content",
    [
        b"hello",
        b"not a database\n" * 1000,
        b"SQLite format 3\x00",
        b"SQLite format 3\x00" + b"\xff" * 5000,
    ],
)
def test_a_file_that_is_no_journal_is_set_aside_with_its_companions(
    folder: DataFolder, content: bytes
) -> None:
    folder.path.mkdir()
    folder.journal.write_bytes(content)
    (folder.path / "journal.db-wal").write_bytes(b"a log")
    (folder.path / "journal.db-shm").write_bytes(b"an index")
    aside = folder.prepare()
    assert aside
    assert aside.parent == folder.path
    assert aside.read_bytes() == content
    assert aside.with_name(f"{aside.name}-wal").exists()
    assert aside.with_name(f"{aside.name}-shm").exists()
    folder.writer().begin(REQUEST)
    assert folder.reader().count() == 1
    assert folder.prepare() is None, "told once"


def spoil(path: Path) -> None:
    """Overwrite what stands behind the first page."""
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))


def test_damage_beyond_the_first_page_is_told_and_set_aside_at_the_next_start(
    folder: DataFolder,
) -> None:
    journal = folder.writer()
    for _ in range(100):
        journal.begin(REQUEST)
    folder.close()
    spoil(folder.journal)
    spoilt = folder.journal.read_bytes()

    assert folder.prepare() is None, "not every start reads the whole journal"
    with pytest.raises(JournalError) as told:
        folder.reader().newest(200)
    assert "Start the program again" in str(told.value)
    assert is_calm(str(told.value))
    folder.close()

    aside = folder.prepare()
    assert aside
    assert aside.read_bytes() == spoilt
    assert folder.reader().newest(5) == []
    folder.close()
    assert folder.prepare() is None
    assert names(folder) == ["journal.db", aside.name]


def test_a_journal_suspected_without_cause_stays(folder: DataFolder) -> None:
    call = folder.writer().begin(REQUEST)
    (folder.path / "journal.db.suspect").touch()
    assert folder.prepare() is None
    assert names(folder) == ["journal.db"]
    assert folder.reader().newest(1) == [call]


def test_of_programs_that_start_at_once_one_sets_the_damaged_journal_aside(
    folder: DataFolder,
) -> None:
    folder.path.mkdir()
    folder.journal.write_bytes(b"not a database\n" * 1000)
    children = [
        folder.child("say('ready')\nwait()\nsay(folder.prepare())\nfolder.writer().begin(REQUEST)")
        for _ in range(6)
    ]
    for child in children:
        assert child.line() == "ready"
    for child in children:
        child.go_on()
    said = [line for child in children for line in child.done()]
    assert said.count("None") == 5
    assert len(names(folder)) == 2
    assert folder.reader().count() == 6, "no call stands in what was set aside"


@posix
def test_the_damaged_file_is_let_go_before_it_is_set_aside(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    descriptors = Path("/proc/self/fd")
    if not descriptors.exists():
        pytest.skip("needs /proc")
    folder.path.mkdir()
    folder.journal.write_bytes(b"not a database\n" * 1000)
    held: list[str] = []
    set_aside = module._set_aside

    def look_first(path: Path, now_ms: int) -> Path:
        held.extend(str(link.readlink()) for link in descriptors.iterdir() if link.is_symlink())
        return set_aside(path, now_ms)

    monkeypatch.setattr(module, "_set_aside", look_first)
    assert folder.prepare()
    assert str(folder.journal) not in held  # Windows would not rename it


@posix
@pytest.mark.parametrize("away", ["deleted", "moved", "replaced"])
def test_a_journal_taken_away_under_the_program_is_noticed_before_anything_is_sent(
    folder: DataFolder, away: str
) -> None:
    journal, provider = folder.writer(), Teller()
    moved = folder.path / "moved.db"
    folder.journal.rename(moved)
    if away == "deleted":
        moved.unlink()
    if away == "replaced":
        folder.journal.touch()
    with pytest.raises(JournalError, match="moved, deleted or replaced") as told:
        place_call(REQUEST, provider, journal, Patience(5))
    assert is_calm(str(told.value))
    assert provider.asked == []


@posix
def test_a_journal_taken_away_during_a_call_is_told_with_the_outcome(folder: DataFolder) -> None:
    journal = folder.writer()

    class Thief:
        def send_sip(self, request: CallRequest, patience: Patience) -> Outcome:
            folder.journal.unlink()
            return PLACED

    ended = place_call(REQUEST, Thief(), journal, Patience(5))
    assert ended.outcome == PLACED
    assert ended.journal_error
    assert "moved, deleted or replaced" in ended.journal_error


def test_an_outcome_without_its_row_is_not_lost_silently(folder: DataFolder) -> None:
    journal = folder.writer()
    call = journal.begin(REQUEST)
    with closing(sqlite3.connect(folder.journal)) as other, other:
        other.execute("DELETE FROM calls")
    with pytest.raises(JournalError):
        journal.finish(call, PLACED)


def test_a_journal_locked_by_another_program_is_told_and_nothing_is_sent(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.05)
    journal, provider = folder.writer(), Teller()
    with closing(sqlite3.connect(folder.journal, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalError, match="locked") as told:
            place_call(REQUEST, provider, journal, Patience(5))
        assert provider.asked == []
        assert is_calm(str(told.value))
        assert folder.reader().count() == 0, "reading goes on"
        other.execute("ROLLBACK")
    assert place_call(REQUEST, provider, journal, Patience(5)).journal_error is None


def test_a_writer_waits_for_another(folder: DataFolder) -> None:
    journal = folder.writer()
    child = folder.child(
        "import sqlite3\n"
        "connection = sqlite3.connect(folder.journal, isolation_level=None)\n"
        "connection.execute('BEGIN IMMEDIATE')\n"
        "say('locked')\n"
        "wait()\n"
        "connection.execute('COMMIT')\n"
        "connection.close()\n"
    )
    assert child.line() == "locked"
    child.go_on()
    journal.begin(REQUEST)
    child.done()


CALL_AND_TELL = """
provider = Teller()
def call():
    try:
        ended = place_call(REQUEST, provider, journal, Patience(5))
    except JournalError as error:
        say(f"sent {len(provider.asked)}: {error}")
    else:
        say(f"sent {len(provider.asked)}: {ended.record.outcome_name} {ended.journal_error}")
"""

FILE_SIZE_LIMIT = """
import resource
def limit(file):
    size = file.stat().st_size if file else resource.RLIM_INFINITY
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
"""


@posix
def test_when_nothing_more_can_be_written_nothing_is_sent_until_it_can(
    folder: DataFolder,
) -> None:
    child = folder.child(
        f"{CALL_AND_TELL}{FILE_SIZE_LIMIT}"
        "journal = folder.writer()\n"
        "call()\n"
        "limit(folder.path / 'journal.db-wal')\n"
        "call()\n"
        "limit(None)\n"
        "call()\n"
    )
    first, second, third = child.done()
    assert first == "sent 1: placed None"
    assert re.fullmatch(r"sent 1: The journal .* cannot be used \(.*\)\. Check .*\.", second)
    assert third == "sent 2: placed None"
    assert [call.outcome for call in folder.reader().newest(5)] == [PLACED, PLACED]


@posix
def test_an_outcome_that_finds_no_room_is_handed_back_and_the_call_is_not_lost(
    folder: DataFolder,
) -> None:
    child = folder.child(
        f"{FILE_SIZE_LIMIT}"
        "class Filler(Teller):\n"
        "    def send_sip(self, request, patience):\n"
        "        limit(folder.path / 'journal.db-wal')\n"
        "        return super().send_sip(request, patience)\n"
        "ended = place_call(REQUEST, Filler(), folder.writer(), Patience(5))\n"
        "say(ended.outcome.recording_id)\n"
        "say(ended.record.outcome_name)\n"
        "say(ended.journal_error)\n"
    )
    recording_id, name, error = child.done()
    assert recording_id == PLACED.recording_id
    assert name == "calling"
    assert is_calm(error)
    (call,) = folder.reader().newest(5)
    assert call.outcome == INTERRUPTED, "as for every call whose outcome is not known"


def test_a_full_disk_is_told_and_nothing_is_sent_until_there_is_room(folder: DataFolder) -> None:
    small_disk = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")
    mount = 'mount -t tmpfs -o size=256k none "$0" && exec "$@"'
    folder.path.mkdir()
    if (
        sys.platform != "linux"
        or subprocess.run(
            [*small_disk, mount, str(folder.path), "true"], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("no small disk can be made here")
    child = folder.child(
        f"{CALL_AND_TELL}"
        "journal = folder.writer()\n"
        "call()\n"
        "ballast = folder.path / 'ballast'\n"
        "with ballast.open('wb', buffering=0) as file:\n"
        "    try:\n"
        "        while file.write(b'x' * 4096): pass\n"
        "    except OSError: pass\n"
        "while len(provider.asked) < 100:\n"
        "    try: place_call(REQUEST, provider, journal, Patience(5))\n"
        "    except JournalError: break\n"
        "asked = len(provider.asked)\n"
        "call()\n"
        "say(len(provider.asked) - asked)\n"
        "ballast.unlink()\n"
        "call()\n",
        *small_disk,
        mount,
        str(folder.path),
    )
    first, full, sent, again = child.done()
    assert first == "sent 1: placed None"
    assert "The disk is full" in full
    assert is_calm(full)
    assert sent == "0"
    assert again.endswith(": placed None")


@pytest.fixture
def nobodys() -> Iterator[tuple[DataFolder, int | None]]:
    """A folder whose rights count for the child that uses it, and the child's user.

    Rights do not count for root, so root's children become nobody.
    """
    with tempfile.TemporaryDirectory() as path:
        folder = DataFolder(Path(path) / "data")
        folder.path.mkdir(mode=0o700)
        user = 65534 if os.geteuid() == 0 else None
        if user:
            os.chown(path, user, -1)
            os.chown(folder.path, user, -1)
        yield folder, user
        folder.close()
        folder.path.chmod(0o700)


@posix
def test_a_folder_that_may_not_be_written_is_told_and_nothing_is_sent(
    nobodys: tuple[DataFolder, int | None],
) -> None:
    folder, user = nobodys
    folder.child("folder.writer().begin(REQUEST)\nfolder.close()", user=user).done()
    child = folder.child(
        f"{CALL_AND_TELL}"
        "from dialer.calls.journal import CallJournal\n"
        "folder.path.chmod(0o500)\n"
        "try: folder.prepare()\n"
        "except JournalError as error: say(error)\n"
        "lifeline = Lifeline(folder.lifelines)\n"
        "try: journal = CallJournal(folder.journal, lifeline)\n"
        "except JournalError as error: say(error)\n"
        "else: call()\n"
        "lifeline.close()\n",
        user=user,
    )
    prepared, called = child.done()
    assert str(folder.journal) in prepared
    assert is_calm(prepared)
    assert "sent 1" not in called
    assert str(folder.journal) in called
    assert is_calm(called)


@posix
def test_a_file_that_may_not_be_written_is_told_and_nothing_is_sent(
    nobodys: tuple[DataFolder, int | None],
) -> None:
    folder, user = nobodys
    folder.child("folder.writer().begin(REQUEST)\nfolder.close()", user=user).done()
    child = folder.child(
        f"{CALL_AND_TELL}folder.journal.chmod(0o400)\njournal = folder.writer()\ncall()\n",
        user=user,
    )
    (told,) = child.done()
    assert told.startswith("sent 0: The journal ")
    assert "may not be written" in told
    assert is_calm(told)


@posix
def test_where_no_folder_can_be_made_it_is_told(nobodys: tuple[DataFolder, int | None]) -> None:
    folder, user = nobodys
    folder.path.chmod(0o500)
    child = folder.child(
        "folder.path = folder.path / 'deeper'\n"
        "try: folder.prepare()\n"
        "except JournalError as error: say(error)\n",
        user=user,
    )
    (told,) = child.done()
    assert "Permission denied" in told
    assert is_calm(told)
