"""A journal of another version: brought forward with a backup, or refused."""

import os
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from calls.data_folder import PLACED, REQUEST, DataFolder, is_calm
from dialer.calls import journal_file as module
from dialer.calls import schema
from dialer.calls.place import JournalError


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
    assert folder.names() == ["journal.db"]


def test_preparing_again_changes_nothing(folder: DataFolder) -> None:
    folder.prepare()
    before = folder.journal.read_bytes()
    folder.prepare()
    assert folder.journal.read_bytes() == before
    assert folder.names() == ["journal.db"]


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
    assert folder.names() == ["journal.db"]


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
    assert folder.names() == ["journal.db", BACKUP]


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


def test_nobody_else_writes_during_a_step(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.prepare()
    refused: list[str] = []

    def step(connection: sqlite3.Connection) -> None:
        connection.execute("SELECT count(*) FROM calls").fetchone()
        with closing(sqlite3.connect(folder.journal, timeout=0)) as other:
            try:
                other.execute("UPDATE calls SET settled = 1")
            except sqlite3.OperationalError as error:
                refused.append(str(error))

    make_version_two(monkeypatch)
    monkeypatch.setitem(schema.STEPS, schema.VERSION - 1, step)
    folder.prepare()
    assert refused == ["database is locked"]


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
    assert folder.names() == ["journal.db", BACKUP]


def test_what_a_killed_backup_left_behind_does_no_harm(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.prepare()
    (folder.path / f"{BACKUP}.part").write_bytes(b"half a backup" * 1000)
    make_version_two(monkeypatch)
    assert folder.prepare() is None
    assert version_of(folder.path / BACKUP) == schema.VERSION - 1
    assert folder.names() == ["journal.db", BACKUP]


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
