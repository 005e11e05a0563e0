"""`dialer history --backup` and `--restore`: a whole copy while calls go on, and back."""

import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from calls.data_folder import PLACED, REQUEST, DataFolder
from calls.journal_states import PAGE, overwrite, pages_of, spoil_page, write_version_one
from dialer.calls.credentials import Credentials
from dialer.calls.journal import CallJournal, prepare
from dialer.calls.lifeline import Lifeline
from dialer.settings.profile import Profile
from faults.caller import CallerProcess
from faults.tally import Tally
from program.program import Ended, Program, until

CALLS = 60
AREA = "backup"
posix = pytest.mark.skipif(os.name != "posix", reason="POSIX's own")


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """The program with a history of calls."""
    (tmp_path / "home").mkdir()
    made = Program(tmp_path / "home/dialer")
    write(made, CALLS)
    return made


def write(program: Program, calls: int, callee: str = "4420794") -> None:
    folders = program.folders
    folders.create()
    prepare(folders.journal, folders.lifelines)
    with (
        closing(Lifeline(folders.lifelines)) as lifeline,
        closing(CallJournal(folders.journal, lifeline)) as journal,
    ):
        for number in range(calls):
            call = journal.begin(replace(REQUEST, callee=f"{callee}{number:05d}"))
            if number % 2:
                journal.finish(call, PLACED)


def callees(program: Program) -> list[str]:
    return [call.request.callee for call in program.calls()]


def calls_in(copy: Path) -> dict[str, str | None]:
    """The calls of a copy and their outcomes, by note; it is whole and stands alone."""
    assert not copy.with_name(f"{copy.name}-wal").exists()
    with closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        return dict(connection.execute("SELECT note, outcome FROM calls").fetchall())


def test_a_copy_made_while_calls_are_placed_has_all_that_had_ended(
    tmp_path: Path, tally: Tally
) -> None:
    (tmp_path / "caller").mkdir()
    caller, provider = Program(tmp_path / "caller/home"), Program(tmp_path / "provider")
    lost = 0
    with provider.start("sandbox") as sandbox:
        url, key, secret = (sandbox.line().partition(": ")[2] for _ in range(3))
        caller.profiles.add(Profile("work", base_url=url, account="test_001"))
        with CallerProcess(caller.home, Credentials(key, secret)) as calling:
            calling.run(*(["call", f"4420794{n:05d}", "--note", str(n)] for n in range(4 * CALLS)))
            for copies in range(3):
                for _ in range(10):
                    assert calling.line()
                before = {call.request.note: call for call in caller.calls()}
                copy = tmp_path / f"copy{copies}.sqlite3"
                ended = caller.run("history", "--backup", str(copy))
                assert (ended.code, ended.out) == (0, ""), ended.err
                there = calls_in(copy)
                assert f"calls: {len(there)}, the newest of " in ended.err
                lost += len(before.keys() - there.keys())
                for note, call in before.items():
                    if call.outcome_name == "placed":
                        assert there[note or ""] == "placed"
            assert calling.process.poll() is None, "calls went on meanwhile"
    tally.held(AREA, 3, lost=lost)


@posix
def test_a_copy_belongs_to_its_owner_and_replaces_nothing_unasked(
    program: Program, tally: Tally
) -> None:
    copy = program.home.parent / "copy.sqlite3"
    before = os.umask(0)
    try:
        assert program.run("history", "--backup", str(copy)).code == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    first = copy.read_bytes()
    write(program, 1, callee="1555123")
    refused = program.run("history", "--backup", str(copy))
    assert (refused.code, refused.out) == (2, "")
    assert "is there already, so nothing was copied" in refused.err
    assert "--force" in refused.err
    assert copy.read_bytes() == first
    assert program.run("history", "--backup", str(copy), "--force").code == 0
    assert len(calls_in(copy)) >= 1
    assert copy.read_bytes() != first
    assert sorted(path.name for path in copy.parent.iterdir()) == ["copy.sqlite3", "dialer"]
    tally.held(AREA, 2)


@pytest.mark.parametrize("where", ["itself", "its log", "a link to it", "a folder", "nowhere"])
def test_what_cannot_be_a_copy_is_refused_and_the_journal_stays(
    program: Program, where: str, tally: Tally
) -> None:
    journal = program.folders.journal
    target = {
        "itself": journal,
        "its log": journal.with_name(f"{journal.name}-wal"),
        "a link to it": program.home.parent / "link",
        "a folder": program.home,
        "nowhere": program.home / "no/such/folder/copy",
    }[where]
    if where == "a link to it":
        target.symlink_to(journal)
    before = callees(program)
    ended = program.run("history", "--backup", str(target), "--force")
    assert ended.code == (4 if where == "nowhere" else 2), ended.err
    assert "Nothing was copied" in ended.err
    assert callees(program) == before
    tally.held(AREA, lost=CALLS - len(callees(program)))


@posix
def test_a_disk_without_room_for_a_copy_is_told_and_nothing_is_left(
    program: Program, tally: Tally
) -> None:
    small = program.home.parent / "small"
    small.mkdir()
    inside = 'mount -t tmpfs -o size=128k none "$0" && "$@"; code=$?; ls "$0" | wc -l; exit $code'
    around = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", inside, str(small))
    if (
        sys.platform != "linux"
        or not shutil.which("unshare")
        or subprocess.run([*around, "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("no small disk can be made here: needs Linux and unshare (util-linux)")
    program.through = around
    ended = program.run("history", "--backup", str(small / "copy.sqlite3"))
    assert ended.code == 4
    assert "The disk has no room for" in ended.err
    assert ended.out == "0\n"
    tally.held(AREA)


def test_one_command_brings_a_copy_back_and_keeps_what_stood_there(
    program: Program, tally: Tally
) -> None:
    copy = program.home.parent / "copy.sqlite3"
    program.run("history", "--backup", str(copy))
    kept = copy.read_bytes()
    before = callees(program)
    write(program, 3, callee="1555123")
    after = callees(program)
    # As a program leaves it that was killed: what is in the log must not come over the copy.
    _leave_a_log(program)

    ended = program.run("history", "--restore", str(copy))
    assert (ended.code, ended.out) == (0, ""), ended.err
    assert f"was restored from {copy}: calls: {CALLS}, the newest of 20" in ended.err
    assert callees(program) == before
    assert copy.read_bytes() == kept
    (aside,) = program.folders.data.glob("journal.sqlite3.replaced-*")
    assert str(aside) in ended.err
    names = {path.name for path in program.folders.data.iterdir() if path.is_file()}
    assert names <= {
        *("journal.sqlite3", "journal.sqlite3-wal", "journal.sqlite3-shm", "journal.sqlite3.lock"),
        aside.name,
    }
    assert program.run("call", "932111111111", "--account", "a", "--sandbox").code == 0
    assert len(callees(program)) == CALLS + 1

    ended = program.run("history", "--restore", str(aside))
    assert ended.code == 0, ended.err
    assert set(after) <= set(callees(program)), "the one before is whole, its log included"
    tally.held(AREA, 2)


def _leave_a_log(program: Program) -> None:
    """Write a call, and end without bringing the log into the file."""
    journal = program.folders.journal
    ended = program.python("-c", DIES_AFTER_A_CALL.format(path=str(journal)))
    assert ended.code == -signal.SIGKILL, ended.err
    assert journal.with_name(f"{journal.name}-wal").stat().st_size


@posix
def test_nothing_is_restored_while_a_call_is_under_way(program: Program, tally: Tally) -> None:
    copy = program.home.parent / "copy.sqlite3"
    program.run("history", "--backup", str(copy))
    with program.start("call", "9990001001", "--account", "a", "--sandbox") as calling:
        until(
            lambda: any(call.outcome is None for call in program.calls() if call.request.sandbox),
            "the call does not begin",
        )
        before = callees(program)
        ended = program.run("history", "--restore", str(copy))
        assert ended.code == 4
        assert "a call is under way. Nothing was restored" in ended.err
        assert callees(program) == before
        calling.signal(signal.SIGINT)
        calling.end()
    assert program.run("history", "--restore", str(copy)).code == 0
    tally.held(AREA, lost=0 if len(before) == CALLS + 1 else 1)


def test_nothing_is_restored_while_another_program_reads_the_journal(
    program: Program, tally: Tally
) -> None:
    copy = program.home.parent / "copy.sqlite3"
    program.run("history", "--backup", str(copy))
    with program.journal() as reader:
        assert reader.count() == CALLS
        ended = program.run("history", "--restore", str(copy))
        assert ended.code == 4
        assert "Nothing was restored" in ended.err
    assert program.run("history", "--restore", str(copy)).code == 0
    tally.held(AREA)


def test_nothing_takes_the_place_of_a_newer_journal_while_its_program_runs(
    program: Program, tally: Tally
) -> None:
    copy = program.home.parent / "copy.sqlite3"
    program.run("history", "--backup", str(copy))
    newer(program.folders.journal)
    before = program.folders.journal.read_bytes()
    with closing(Lifeline(program.folders.lifelines)):
        ended = program.run("history", "--restore", str(copy))
    assert ended.code == 4
    assert "A window of this program is open" in ended.err
    assert program.folders.journal.read_bytes() == before
    tally.held(AREA)


def spoilt(copy: Path) -> None:
    spoil_page(copy, pages_of(copy, "calls")[1])


def without_header(copy: Path) -> None:
    overwrite(copy, 0, 100)


def cut_off(copy: Path) -> None:
    with copy.open("r+b") as file:
        file.truncate(copy.stat().st_size // PAGE // 2 * PAGE + 1000)


def newer(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA user_version = 1000")


def another_database(copy: Path) -> None:
    copy.unlink()
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("CREATE TABLE bookmarks (id INTEGER PRIMARY KEY)")
        connection.execute("PRAGMA user_version = 1")


def emptied(copy: Path) -> None:
    copy.write_bytes(b"")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (spoilt, "is damaged"),
        (cut_off, "is damaged"),
        (without_header, "is no journal of this program"),
        (another_database, "is no journal of this program"),
        (emptied, "is no journal of this program"),
        (newer, "was written by a newer version"),
        (Path.unlink, "is not there"),
    ],
)
def test_what_is_no_whole_copy_is_refused_and_the_journal_stays(
    program: Program, spoil: Callable[[Path], None], words: str, tally: Tally
) -> None:
    copy = program.home.parent / "copy.sqlite3"
    program.run("history", "--backup", str(copy))
    write(program, 1, callee="1555123")
    before = callees(program)
    spoil(copy)
    ended = program.run("history", "--restore", str(copy))
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err
    assert "Nothing was restored, and the journal is as it was." in ended.err
    assert callees(program) == before
    assert not list(program.folders.data.glob("*.replaced-*"))
    assert not list(program.folders.data.glob("*.fresh"))
    tally.held(AREA, lost=len(before) - len(callees(program)))


def test_a_copy_of_an_older_version_is_restored_and_brought_up_to_date(
    program: Program, tally: Tally
) -> None:
    old = DataFolder(program.home.parent / "old")
    write_version_one(old, 10)
    ended = program.run("history", "--restore", str(old.journal))
    assert ended.code == 0, ended.err
    assert "calls: 10, the newest of" in ended.err
    assert len(callees(program)) == 10
    tally.held(AREA, lost=10 - len(callees(program)))


def test_the_copy_that_is_made_before_a_step_forward_can_be_restored(
    tmp_path: Path, tally: Tally
) -> None:
    program = Program(tmp_path / "dialer")
    program.folders.create()
    old = DataFolder(tmp_path / "old")
    write_version_one(old, 10)
    shutil.copy(old.journal, program.folders.journal)
    assert program.run("history").code == 0
    before = callees(program)
    (copy,) = program.folders.data.glob("*.v1.backup.sqlite3")
    write(program, 1)
    ended = program.run("history", "--restore", str(copy))
    assert ended.code == 0, ended.err
    assert callees(program) == before
    tally.held(AREA, lost=10 - len(before))


@pytest.mark.parametrize("state", ["damaged", "of a newer version", "gone"])
def test_a_copy_takes_the_place_of_a_journal_that_cannot_be_used(
    program: Program, state: str, tally: Tally
) -> None:
    copy = program.home.parent / "copy.sqlite3"
    program.run("history", "--backup", str(copy))
    before = callees(program)
    journal = program.folders.journal
    if state == "damaged":
        _leave_a_log(program)
        overwrite(journal, 0, 2 * PAGE)
    elif state == "gone":
        journal.unlink()
    else:
        newer(journal)
    left = [
        path.read_bytes()
        for path in (journal, journal.with_name(f"{journal.name}-wal"))
        if path.exists() and path.stat().st_size
    ]
    ended = program.run("history", "--restore", str(copy))
    assert ended.code == 0, ended.err
    assert callees(program) == before
    kept = [
        path.read_bytes()
        for path in sorted(program.folders.data.glob("*.replaced-*"))
        if not path.name.endswith("-shm")
    ]
    assert [content for content in kept if content] == left
    tally.held(AREA, lost=CALLS - len(before))


@posix
@pytest.mark.parametrize(
    "step",
    [3, 5, 7, *(pytest.param(n, marks=pytest.mark.more) for n in (0, 1, 2, 4, 6, 8, 9, 10))],
)
def test_a_kill_at_any_step_leaves_the_one_journal_or_the_other(
    program: Program, step: int, tally: Tally
) -> None:
    copy = program.home.parent / "copy.sqlite3"
    program.run("history", "--backup", str(copy))
    first = callees(program)
    write(program, 2, callee="1555123")
    second = callees(program)
    ended = program.python("-c", DIES_AT.format(step=step, copy=str(copy)))
    assert ended.code in (-signal.SIGKILL, 0), ended.err
    there = callees_after_a_start(program)
    assert there in (first, second)
    if ended.code == 0:
        assert there == first
    tally.held(AREA, lost=0 if there in (first, second) else 1)


DIES_AFTER_A_CALL = """
import os
from pathlib import Path
from calls.data_folder import REQUEST
from dialer.calls.journal import CallJournal
from dialer.calls.lifeline import Lifeline
path = Path({path!r})
CallJournal(path, Lifeline(path.with_name("running"))).begin(REQUEST)
os.kill(os.getpid(), 9)
"""

DIES_AT = """
import os, signal
from pathlib import Path
left = [{step}]
def dying(real):
    def step(*given, **named):
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1
        return real(*given, **named)
    return step
for name in ("rename", "replace", "unlink"):
    setattr(Path, name, dying(getattr(Path, name)))
os.fsync = dying(os.fsync)
from dialer.cli.commands import main
raise SystemExit(main(["history", "--restore", {copy!r}]))
"""


def callees_after_a_start(program: Program) -> list[str]:
    ended: Ended = program.run("history", "--json")
    assert ended.code == 0, ended.err
    assert ended.err in ("", "dialer: no calls yet\n")
    assert not list(program.folders.data.glob("*.exchange"))
    return callees(program)
