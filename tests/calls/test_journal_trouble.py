"""A journal that is damaged, gone, locked, or cannot be written."""

import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from calls.data_folder import INTERRUPTED, PLACED, REQUEST, DataFolder, Teller, is_calm
from dialer.calls import journal_file as module
from dialer.calls.call import CallRequest, Outcome
from dialer.calls.journal import CallJournal
from dialer.calls.patience import Patience
from dialer.calls.place import JournalError, place_call

posix = pytest.mark.skipif(os.name == "nt", reason="Windows keeps files and rights otherwise")


@pytest.mark.parametrize(
    "content",
    [
        b"",
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
    told = folder.prepare()
    assert told
    aside = told.path
    assert str(aside) in str(told.sentence)
    assert is_calm(str(told.sentence))
    assert "no call could be read" in str(told.sentence)
    assert aside.parent == folder.path
    assert aside.read_bytes() == content
    assert aside.with_name(f"{aside.name}-wal").exists()
    assert aside.with_name(f"{aside.name}-shm").exists()
    folder.writer().begin(REQUEST)
    assert folder.reader().count() == 1
    assert folder.prepare() is None, "told once"


def spoil(path: Path) -> None:
    """Overwrite the last third: calls, while the tables themselves can still be opened."""
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        start = size * 2 // 3 // 4096 * 4096
        file.seek(start)
        file.write(b"\xa5" * (size - start))


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
    assert "recovers what can be read" in str(told.value)
    assert is_calm(str(told.value))
    folder.close()

    aside = folder.prepare()
    assert aside
    assert aside.path.read_bytes() == spoilt
    assert folder.prepare() is None
    assert folder.names() == ["journal.db", aside.path.name]


def test_a_journal_suspected_without_cause_stays(folder: DataFolder) -> None:
    call = folder.writer().begin(REQUEST)
    (folder.path / "journal.db.suspect").touch()
    assert folder.prepare() is None
    assert folder.names() == ["journal.db"]
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
    assert len(folder.names()) == 2
    assert folder.reader().count() == 6, "no call stands in what was set aside"


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_a_damaged_file_is_let_go_while_its_damage_is_told(folder: DataFolder) -> None:
    lifeline = folder.lifeline()
    folder.journal.write_bytes(b"not a database\n" * 1000)
    with pytest.raises(JournalError, match="is damaged") as told:
        CallJournal(folder.journal, lifeline)
    held = [os.path.realpath(link) for link in Path("/proc/self/fd").iterdir()]
    assert str(folder.journal.resolve()) not in held  # Windows would not let it be renamed
    assert told.value.__cause__


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
    assert ended.not_written
    assert "moved, deleted or replaced" in str(ended.not_written)


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
    assert place_call(REQUEST, provider, journal, Patience(5)).not_written is None


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
        say(f"sent {len(provider.asked)}: {ended.record.outcome_name} {ended.not_written}")
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
        "say(str(ended.not_written))\n"
    )
    recording_id, name, error = child.done()
    assert recording_id == PLACED.recording_id
    assert name == "placed"
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
