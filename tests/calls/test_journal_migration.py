"""A journal of version 1 becomes one of version 2: nothing lost, whatever comes in between."""

import os
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from calls.data_folder import INTERRUPTED, PLACED, REQUEST, DataFolder, is_calm
from calls.journal_states import assert_sound, opened, write_version_one
from dialer.calls import journal_file
from dialer.calls.call import Following, OutcomeKind
from dialer.calls.history_query import HistoryQuery
from dialer.calls.journal import prepare
from dialer.calls.journal_search import SearchFiller
from dialer.calls.place import JournalError

CALLS = 1_200


@pytest.fixture
def old(folder: DataFolder) -> DataFolder:
    """A folder with a journal of version 1."""
    write_version_one(folder, CALLS)
    return folder


def version_of(folder: DataFolder) -> int:
    with opened(folder) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def columns(folder: DataFolder) -> list[tuple[object, ...]]:
    """All that version 1 knew of its calls."""
    with opened(folder) as connection:
        return connection.execute(
            "SELECT id, call_id, begun_at, ended_at, owner, callee, account, note, outcome,"
            " recording_id, status, reason, cause FROM calls ORDER BY id"
        ).fetchall()


def fill(folder: DataFolder) -> None:
    filler = SearchFiller(folder.journal)
    while filler.step() < 1.0:
        pass
    filler.close()


def test_every_call_of_an_old_journal_is_there_and_can_be_found(old: DataFolder) -> None:
    before = columns(old)
    assert old.prepare() is None
    assert columns(old) == before
    reader = old.reader()
    assert reader.count() == CALLS
    assert not reader.is_indexed()
    found = list(reader.rows("Ärger no. 71"))
    fill(old)
    assert reader.is_indexed()
    assert list(reader.rows("Ärger no. 71")) == found
    assert len(found) == 8
    (interrupted,) = reader.page(HistoryQuery("442079400004"), 5)
    assert interrupted.outcome == INTERRUPTED
    assert_sound(old)


def test_only_calls_of_the_last_days_are_followed(folder: DataFolder) -> None:
    write_version_one(folder, 10, begun_ms=time.time_ns() // 1_000_000 - 5 * 86_400_000)
    with opened(folder) as connection:
        connection.execute("UPDATE calls SET begun_at = begun_at + 4 * 86400000 WHERE id > 5")
    folder.prepare()
    followed = {call.row for call in folder.reader().newest(10) if call.following is Following.OPEN}
    assert followed == {6, 8}, "the placed and the unknown call of yesterday"


def test_the_step_forward_is_told_from_nothing_to_all(old: DataFolder) -> None:
    told: list[float] = []
    prepare(old.journal, old.lifelines, progress=told.append)
    assert told[0] == 0.0
    assert told[-1] == 1.0
    assert told == sorted(told)
    assert len(told) >= 3
    again: list[float] = []
    prepare(old.journal, old.lifelines, progress=again.append)
    assert again == [], "there was nothing to do"


def test_a_new_journal_has_nothing_to_tell(folder: DataFolder) -> None:
    told: list[float] = []
    prepare(folder.journal, folder.lifelines, progress=told.append)
    assert told == []


@pytest.mark.parametrize("at", [0.0, 0.1, 0.6, 0.8])
def test_who_breaks_it_off_finds_the_old_journal_as_it_was(
    old: DataFolder, at: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_file, "_STEP_OPERATIONS", 500)
    monkeypatch.setattr(journal_file, "_BACKUP_PAGES", 5)
    before = columns(old)

    def break_off(part: float) -> None:
        if part >= at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(old.journal, old.lifelines, progress=break_off)
    assert version_of(old) == 1
    assert columns(old) == before
    assert not [name for name in old.names() if name.endswith(".part")]
    assert old.prepare() is None
    assert columns(old) == before
    fill(old)
    assert_sound(old)


@pytest.mark.parametrize("at", [0.1, 0.7])
def test_a_program_killed_midway_leaves_the_old_journal_as_it_was(
    old: DataFolder, at: float
) -> None:
    before = columns(old)
    child = old.child(
        "from dialer.calls import journal_file\n"
        "journal_file._STEP_OPERATIONS = 500\n"
        "journal_file._BACKUP_PAGES = 5\n"
        "def told(part):\n"
        f"    if part >= {at}:\n"
        "        say('midway')\n"
        "        wait()\n"
        "journal_file.prepare(folder.journal, folder.lifelines, progress=told)\n"
    )
    assert child.line() == "midway"
    child.kill()
    assert version_of(old) == 1
    assert columns(old) == before
    assert old.prepare() is None
    assert columns(old) == before
    assert old.names() == ["journal.db", "journal.v1.backup.db"]
    fill(old)
    assert_sound(old)


def test_what_fails_while_it_is_told_is_not_taken_for_the_journals_fault(
    old: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_file, "_STEP_OPERATIONS", 500)

    def fail(part: float) -> None:
        if part > 0.5:
            raise ValueError("a defect of the window's")

    with pytest.raises(ValueError, match="of the window's"):
        prepare(old.journal, old.lifelines, progress=fail)
    assert version_of(old) == 1


def test_an_older_program_may_still_write_during_the_backup(old: DataFolder) -> None:
    added: list[int] = []

    def write(_: float) -> None:
        if len(added) < 3:
            with opened(old) as connection:
                added.append(
                    connection.execute(
                        "INSERT INTO calls (call_id, begun_at, owner, callee, account, profile,"
                        " sandbox) VALUES (?, 0, 'gone', '15551234567', 'a', 'work', 0)",
                        (f"late{len(added)}",),
                    ).lastrowid
                    or 0
                )

    prepare(old.journal, old.lifelines, progress=lambda part: write(part) if part < 0.5 else None)
    reader = old.reader()
    assert reader.count() == CALLS + len(added)
    assert {call.request.callee for call in reader.at(added).values()} == {"15551234567"}
    fill(old)
    assert_sound(old)


def test_a_disk_without_room_for_the_backup_is_told_and_nothing_changes(
    old: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = columns(old)
    with monkeypatch.context() as small:
        small.setattr(journal_file, "_ROOM", 10**9)
        with pytest.raises(JournalError, match="no room to bring") as told:
            old.prepare()
    assert is_calm(str(told.value))
    assert str(old.journal) in str(told.value)
    assert version_of(old) == 1
    assert columns(old) == before
    assert old.names() == ["journal.db"]


def test_a_disk_that_fills_during_the_backup_is_told_and_nothing_changes(
    folder: DataFolder,
) -> None:
    small_disk = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")
    mount = 'mount -t tmpfs -o size=1m none "$0" && exec "$@"'
    folder.path.mkdir()
    with suppress(FileNotFoundError):
        if (
            sys.platform == "linux"
            and not subprocess.run(
                [*small_disk, mount, str(folder.path), "true"], capture_output=True, check=False
            ).returncode
        ):
            child = folder.child(
                "from calls.journal_states import write_version_one\n"
                "from dialer.calls import journal_file\n"
                "write_version_one(folder, 3000)\n"
                "journal_file._ROOM = 0\n"
                "try: folder.prepare()\n"
                "except JournalError as error: say(error)\n"
                "say(*[folder.names()])\n",
                *small_disk,
                mount,
                str(folder.path),
            )
            error, names = child.done()
            assert "no room to bring" in error
            assert is_calm(error)
            assert names == "['journal.db']"
            return
    pytest.skip("no small disk can be made here")


def test_a_sqlite_without_full_text_search_is_told_before_anything_is_made(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_file, "_PROBE", "CREATE VIRTUAL TABLE probe USING fts9 (text)")
    with pytest.raises(JournalError, match="no full-text search") as told:
        folder.prepare()
    assert is_calm(str(told.value))
    assert not os.path.lexists(folder.path)


def test_calls_are_placed_before_the_index_is_full(old: DataFolder) -> None:
    journal = old.writer()
    call = journal.finish(journal.begin(REQUEST), PLACED)
    reader = old.reader()
    assert not reader.is_indexed()
    assert reader.page(HistoryQuery("about the invoice"), 5) == [call]
    fill(old)
    assert reader.page(HistoryQuery("about the invoice"), 5) == [call]
    assert call.outcome
    assert call.outcome.kind is OutcomeKind.PLACED
    assert_sound(old)
