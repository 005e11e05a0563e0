"""The disk fails in every way it can: what cannot be recorded is not sent, what was is not lost."""

import os
import shutil
import signal
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from calls.data_folder import PLACED as PLACED_BEFORE
from calls.data_folder import REQUEST
from calls.journal_states import PAGE, opened_at, overwrite, pages_of, root_of, spoil_page
from dialer.calls.call import CallRecord, Cause
from dialer.calls.credentials import Credentials
from dialer.calls.journal import CallJournal, prepare
from dialer.calls.lifeline import Lifeline
from dialer.sandbox.store import SandboxCalls
from dialer.settings.profile import Profile
from doubles.faulty_server import FaultyServer, Visit, answers, in_turn
from faults.caller import CallerProcess
from faults.case import CALLEE, SAMPLE_ID, Case, Ground, Promise, Scene, each_case, no_call, placed
from faults.tally import Tally
from faults.trial import Start, judge
from program.program import Program

pytestmark = [
    pytest.mark.keyring,
    pytest.mark.skipif(os.name != "posix", reason="Windows keeps files and rights otherwise"),
]

AREA = "disk"
BEFORE = 240
"""How many calls a journal has before it is damaged."""

NOT_RECORDED = "could not be recorded, so it was not sent"

Change = Callable[[Ground], Callable[[], object] | None]
"""Arranges the disk; what it hands back puts it in order again."""


def line(name: str, change: Change, promise: Promise, depth: str = "quick") -> Case:
    """A case in which the program has been started before, and the disk is changed since."""

    @contextmanager
    def arrange(ground: Ground) -> Iterator[Scene]:
        folders = ground.program.folders
        folders.create()
        prepare(folders.journal, folders.lifelines)
        undo = change(ground)
        try:
            with FaultyServer(answers()) as server:
                yield Scene(server.url, server)
        finally:
            if undo is not None:
                undo()

    return Case(AREA, name, arrange, promise, depth=depth)


def traced(*what: str, on: str = "-wal") -> Change:
    """Have the system calls on one of the journal's files fail or dawdle, as strace makes them."""

    def change(ground: Ground) -> None:
        strace = shutil.which("strace")
        if (
            not strace
            or subprocess.run([strace, "true"], capture_output=True, check=False).returncode
        ):
            pytest.skip("needs strace, from the package strace, and leave to use it")
        file = f"{ground.program.folders.journal}{on}"
        options = [part for each in what for part in ("-e", each)]
        ground.program.through = (strace, "-f", "-o", "/dev/null", "-P", file, *options)

    return change


def mounted(script: str) -> Change:
    """Have the program see other mounts than the rest of the system: `$0` is the data folder."""

    def change(ground: Ground) -> None:
        if os.geteuid() or not shutil.which("unshare"):
            pytest.skip("needs root and unshare, from the package util-linux")
        data = str(ground.program.folders.data)
        around = ("unshare", "--mount", "sh", "-c", f'{script} && exec "$@"', data)
        if subprocess.run([*around, "true"], capture_output=True, check=False).returncode:
            pytest.skip("this system lets nobody mount anything")
        ground.program.through = around

    return change


def without_rights(mode: int, on_file: bool) -> Change:
    """Take rights away, and with them from root the right to pass over that."""

    def change(ground: Ground) -> Callable[[], object]:
        folders = ground.program.folders
        path, mode_before = (folders.journal, 0o600) if on_file else (folders.data, 0o700)
        if os.geteuid() == 0:
            if not shutil.which("setpriv"):
                pytest.skip("needs setpriv, from the package util-linux")
            caps = "-dac_override,-dac_read_search,-fowner"
            ground.program.through = ("setpriv", f"--bounding-set={caps}", f"--inh-caps={caps}")
        path.chmod(mode)
        return lambda: path.chmod(mode_before)

    return change


def limited(ground: Ground) -> None:
    """Let no file grow beyond what the journal's log needs for its first page."""
    if not shutil.which("prlimit"):
        pytest.skip("needs prlimit, from the package util-linux")
    ground.program.through = ("prlimit", "--fsize=4096", "--")


def newer(ground: Ground) -> None:
    with opened_at(ground.program.folders.journal) as connection:
        connection.execute("PRAGMA user_version = 1000")


def locked(ground: Ground) -> Callable[[], object]:
    connection = sqlite3.connect(
        ground.program.folders.journal, isolation_level=None, check_same_thread=False
    )
    connection.execute("BEGIN IMMEDIATE")
    return connection.close


def folder_is_a_file(ground: Ground) -> None:
    data = ground.program.folders.data
    shutil.rmtree(data)
    data.touch(mode=0o600)


def file_is_a_folder(ground: Ground) -> Callable[[], object]:
    journal = ground.program.folders.journal
    for path in journal.parent.glob(f"{journal.name}*"):
        path.unlink()
    journal.mkdir(mode=0o700)
    return journal.rmdir


FULL = (
    'mount -t tmpfs -o size=64k none "$0" && { cat /dev/zero >"$0/ballast" 2>/dev/null || true; }'
)
FILLED = (
    'cp -a "$0" "$0.copy" && mount -t tmpfs -o size=256k,mode=700 none "$0"'
    ' && cp -a "$0.copy/." "$0" && { cat /dev/zero >"$0/ballast" 2>/dev/null || true; }'
)

TABLE = [
    line("full, at the first start", mounted(FULL), no_call(4, NOT_RECORDED, "The disk is full")),
    line("full since", mounted(FILLED), no_call(4, NOT_RECORDED, "The disk is full", "Make room")),
    line(
        "full as the call is written",
        traced("inject=pwrite64:error=ENOSPC"),
        no_call(4, NOT_RECORDED, "The disk is full", "Make room"),
    ),
    line("no file may grow", limited, no_call(4, NOT_RECORDED), depth="more"),
    line(
        "fails to sync",
        traced("inject=fsync,fdatasync:error=EIO"),
        no_call(4, NOT_RECORDED, "disk I/O error"),
    ),
    line(
        "fails to write",
        traced("inject=pwrite64:error=EIO"),
        no_call(4, NOT_RECORDED, "disk I/O error"),
        depth="more",
    ),
    line("fails to read", traced("inject=pread64:error=EIO", on=""), no_call(4, NOT_RECORDED)),
    line("slow", traced("inject=fsync,fdatasync:delay_enter=700000"), placed()),
    line(
        "read-only",
        mounted('mount --bind "$0" "$0" && mount -o remount,ro,bind "$0"'),
        no_call(4, NOT_RECORDED, "Read-only file system"),
    ),
    line(
        "a folder without the right to write",
        without_rights(0o500, False),
        no_call(4, NOT_RECORDED, "may not be written"),
    ),
    line(
        "a folder without any right",
        without_rights(0o000, False),
        no_call(4, NOT_RECORDED, "Permission denied"),
        depth="more",
    ),
    line(
        "a file without the right to write",
        without_rights(0o400, True),
        no_call(4, NOT_RECORDED, "may not be written"),
    ),
    line(
        "a file without any right",
        without_rights(0o000, True),
        no_call(4, NOT_RECORDED),
        depth="more",
    ),
    line("a file in the folder's place", folder_is_a_file, no_call(4, NOT_RECORDED), depth="more"),
    line("a folder in the file's place", file_is_a_folder, no_call(4, NOT_RECORDED), depth="more"),
    line("of a newer version", newer, no_call(4, NOT_RECORDED, "newer version")),
    line("locked by another program", locked, no_call(4, NOT_RECORDED, "locked")),
    line("removed since", lambda ground: shutil.rmtree(ground.program.folders.data), placed()),
]


@each_case(TABLE)
def test_the_disk(case: Case, tried: Start, tally: Tally) -> None:
    judge(case, tried(case), tally)


# Damage


def header(journal: Path) -> None:
    overwrite(journal, 0, 100)


def middle(journal: Path) -> None:
    spoil_page(journal, pages_of(journal, "calls")[2])


def top(journal: Path) -> None:
    spoil_page(journal, root_of(journal, "calls"))


def torn(journal: Path) -> None:
    with journal.open("r+b") as file:
        file.truncate(journal.stat().st_size - PAGE // 2)


def truncated(journal: Path) -> None:
    with journal.open("r+b") as file:
        file.truncate(journal.stat().st_size // PAGE * 2 // 3 * PAGE)


def emptied(journal: Path) -> None:
    journal.write_bytes(b"")


def overwritten(journal: Path) -> None:
    journal.write_bytes(b"Dear Bob, here is the invoice.\n" * 1000)


def index(journal: Path) -> None:
    with opened_at(journal) as connection:
        connection.execute("UPDATE search_data SET block = zeroblob(30)")


@pytest.mark.parametrize(
    ("spoil", "least", "aside"),
    [
        (header, BEFORE, True),
        pytest.param(top, BEFORE, True, marks=pytest.mark.more),
        (middle, BEFORE - 30, True),
        pytest.param(torn, BEFORE - 30, None, marks=pytest.mark.more),
        (truncated, 1, True),
        pytest.param(emptied, 0, True, marks=pytest.mark.more),
        pytest.param(overwritten, 0, True, marks=pytest.mark.more),
        (index, BEFORE, False),
    ],
)
def test_after_damage_what_can_be_read_is_there_and_a_call_is_placed_at_once(
    connected: Program,
    spoil: Callable[[Path], None],
    least: int,
    aside: bool | None,
    tally: Tally,
) -> None:
    before = written(connected)
    journal = connected.folders.journal
    spoil(journal)
    with FaultyServer(answers()) as server:
        connected.with_profile(server.url)
        said = connected.run("history", "--json").err  # reads it all
        ended = connected.run("call", CALLEE)
        if ended.code != 0:
            # Met in the call itself, which then is not sent; the next is.
            assert NOT_RECORDED in ended.err
            assert server.requests == []
            said += ended.err
            ended = connected.run("call", CALLEE)
        said += ended.err
        assert (ended.code, ended.out) == (0, f"{SAMPLE_ID}\n"), ended.err
        assert len(server.requests) == 1
    rows = {call.call_id: call for call in connected.calls()}
    recovered = rows.keys() & before.keys()
    assert len(rows) == len(recovered) + 1
    assert len(recovered) >= least
    for call_id in recovered:
        assert rows[call_id].outcome == before[call_id].outcome
    kept = list(journal.parent.glob(f"{journal.name}.damaged-*[0-9]"))
    if aside is not None:
        assert len(kept) == aside
    for path in kept:
        assert f"The journal was damaged. It was set aside as {path}" in said
        assert path.stat().st_mode & 0o077 == 0
    with opened_at(journal) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    tally.held(AREA, lost=max(0, least - len(recovered)), twice=len(server.requests) - 1)


def test_programs_that_start_at_once_set_a_damaged_journal_aside_once(
    connected: Program, tally: Tally
) -> None:
    before = written(connected)
    header(connected.folders.journal)
    starts = [connected.start("history", "--json", "--limit", "1") for _ in range(4)]
    ended = [start.end() for start in starts]
    assert [each.code for each in ended] == [0] * 4
    assert sum("was set aside" in each.err for each in ended) == 1
    assert len(list(connected.folders.data.glob("*.damaged-*[0-9]"))) == 1
    tally.held(AREA, lost=len(before.keys() - {call.call_id for call in connected.calls()}))


def test_a_call_of_minutes_ago_is_asked_about_after_the_damage_too(
    connected: Program, tally: Tally
) -> None:
    """A second call would cost money: what warned of it before the damage warns after it."""
    with FaultyServer(in_turn(answers(b"", 200), answers(), answers())) as server:
        connected.with_profile(server.url)
        assert connected.run("call", CALLEE).code == 5
        header(connected.folders.journal)
        ended = connected.run("call", CALLEE)
        assert (ended.code, len(server.requests)) == (0, 2), ended.err
    assert "was set aside" in ended.err
    assert "has no certain outcome: the phones may have rung" in ended.err
    assert [call.outcome_name for call in connected.calls()] == ["placed", "unknown"]
    tally.held(AREA, lost=2 - len(connected.calls()))


def written(program: Program) -> dict[str, CallRecord]:
    """Have calls in the journal; they, by their IDs, as they are read back."""
    folders = program.folders
    folders.create()
    prepare(folders.journal, folders.lifelines)
    with (
        closing(Lifeline(folders.lifelines)) as lifeline,
        closing(CallJournal(folders.journal, lifeline)) as journal,
    ):
        for number in range(BEFORE):
            call = journal.begin(replace(REQUEST, callee=f"4420794{number:05d}"))
            if number % 2:
                outcome = replace(PLACED_BEFORE, recording_id=f"2203031113381{number:06d}")
                journal.finish(call, outcome)
    return {call.call_id: call for call in program.calls()}


# What goes wrong between the intent and the outcome


def test_an_outcome_that_the_disk_does_not_take_is_told_and_the_call_not_lost(
    connected: Program, tally: Tally
) -> None:
    strace = shutil.which("strace")
    if not strace:
        pytest.skip("needs strace, from the package strace")
    written(connected)
    journal = connected.folders.journal
    with connected.journal() as reader, FaultyServer(answers()) as server:
        # With another program at it, no log is begun or ended: the second sync is the outcome's.
        assert reader.count() == BEFORE
        _write_one(connected)
        connected.with_profile(server.url)
        fails = "inject=fsync,fdatasync:error=EIO:when=2+"
        connected.through = (
            *(strace, "-f", "-o", "/dev/null", "-P", f"{journal}-wal", "-e", fails),
        )
        ended = connected.run("call", CALLEE)
    assert (ended.code, ended.out) == (0, f"{SAMPLE_ID}\n"), ended.err
    assert "The outcome could not be written to the journal yet, so note it." in ended.err
    (call,) = [call for call in connected.calls() if call.request.callee == CALLEE]
    assert call.outcome
    assert call.outcome.cause is Cause.INTERRUPTED or call.outcome.recording_id == SAMPLE_ID
    tally.held(AREA, twice=len(server.requests) - 1)


def _write_one(program: Program) -> None:
    folders = program.folders
    with (
        closing(Lifeline(folders.lifelines)) as lifeline,
        closing(CallJournal(folders.journal, lifeline)) as journal,
    ):
        journal.begin(REQUEST)


def test_a_folder_removed_during_a_call_is_told_with_the_outcome(
    connected: Program, tally: Tally
) -> None:
    data = connected.folders.data
    placing = answers()

    def takes_the_folder_away(visit: Visit) -> None:
        shutil.rmtree(data)
        placing.act(visit)

    with FaultyServer(replace(placing, act=takes_the_folder_away)) as server:
        connected.with_profile(server.url)
        ended = connected.run("call", CALLEE)
    assert (ended.code, ended.out) == (0, f"{SAMPLE_ID}\n"), ended.err
    assert "The outcome could not be written to the journal yet, so note it." in ended.err
    assert "moved, deleted or replaced" in ended.err
    tally.held(AREA, twice=len(server.requests) - 1)


# Several at once


@pytest.mark.more
def test_of_two_programs_that_place_a_hundred_calls_each_none_is_lost(
    tmp_path: Path, tally: Tally
) -> None:
    (tmp_path / "caller").mkdir()
    caller, provider = Program(tmp_path / "caller/home"), Program(tmp_path / "provider")
    with provider.start("sandbox") as sandbox:
        url, key, secret = (sandbox.line().partition(": ")[2] for _ in range(3))
        caller.profiles.add(Profile("work", base_url=url, account="test_001"))
        both = [CallerProcess(caller.home, Credentials(key, secret)) for _ in range(2)]
        with both[0], both[1]:
            for number, each in enumerate(both):
                each.run(
                    *(
                        ["call", f"44207{number}{n:05d}", "--note", f"{number}-{n}"]
                        for n in range(100)
                    )
                )
                each.no_more()
            for each in both:
                code, out, _ = each.end(300)
                assert code == 0
                assert len(out.splitlines()) == 100
        with closing(SandboxCalls(provider.folders.sandbox_calls)) as received:
            at_the_provider = {call.note: call for call in received.received()}
            notes = Counter(call.note for call in received.received())
        sandbox.signal(signal.SIGTERM)
    rows = {call.request.note: call for call in caller.calls()}
    assert len(rows) == len(at_the_provider) == 200
    for note, call in at_the_provider.items():
        outcome = rows[note].outcome
        assert outcome
        assert outcome.recording_id == call.recording_id
    tally.compared(AREA, notes.elements(), [note or "" for note in rows], cases=2)
