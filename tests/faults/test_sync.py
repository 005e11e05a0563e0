"""What is committed has reached the disk: counted in the system's calls, as no kill can show."""

import re
import shutil
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from calls.data_folder import REQUEST
from dialer.calls.journal import CallJournal, prepare
from dialer.calls.lifeline import Lifeline
from faults.tally import Tally
from program.program import Program

AREA = "sync"
SYNC = r"(?:fsync|fdatasync|sync_file_range)\(\d+<([^>]*)>.*?\) *= 0"
POST = r"(?:sendto|sendmsg|write)\(.*?\"POST /voice/sendSip"


@dataclass(frozen=True)
class Traced:
    """What the program asked of the system, in order, one call a line."""

    lines: list[str]

    def syncs(self, path: str) -> list[int]:
        """Where the files whose path ends so were synced."""
        found = ((number, re.search(SYNC, line)) for number, line in enumerate(self.lines))
        return [number for number, sync in found if sync and sync[1].endswith(path)]

    def where(self, what: str) -> list[int]:
        return [number for number, line in enumerate(self.lines) if re.search(what, line)]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """The program with a journal in which there are calls."""
    (tmp_path / "home").mkdir()
    made = Program(tmp_path / "home/dialer")
    folders = made.folders
    folders.create()
    prepare(folders.journal, folders.lifelines)
    write(made)
    return made


def write(program: Program) -> None:
    folders = program.folders
    with (
        closing(Lifeline(folders.lifelines)) as lifeline,
        closing(CallJournal(folders.journal, lifeline)) as journal,
    ):
        journal.begin(REQUEST)


def traced(program: Program, folder: Path, *arguments: str) -> Traced:
    strace = shutil.which("strace")
    if not strace or subprocess.run([strace, "true"], capture_output=True, check=False).returncode:
        pytest.skip("needs strace, from the package strace, and leave to use it")
    trace = folder / "trace"
    what = "fsync,fdatasync,sync_file_range,sendto,sendmsg,rename,renameat,renameat2,link,linkat"
    program.through = (strace, "-f", "-y", "-s", "400", "-o", str(trace), "-e", f"trace={what}")
    ended = program.run(*arguments)
    assert ended.code == 0, ended.err
    # A call that another thread broke into stands in two lines: the end of it counts.
    begun: dict[str, str] = {}
    lines = []
    for line in trace.read_text(errors="replace").splitlines():
        pid, _, rest = line.partition(" ")
        rest = rest.lstrip()
        if rest.endswith("<unfinished ...>"):
            begun[pid] = rest.removesuffix("<unfinished ...>")
        elif resumed := re.search(r"<\.\.\. \w+ resumed>(.*)", rest):
            lines.append(begun.pop(pid, "") + resumed[1])
        else:
            lines.append(rest)
    return Traced(lines)


@pytest.mark.desktop
def test_a_call_costs_one_sync_before_it_is_sent_and_one_after(
    program: Program, tmp_path: Path, tally: Tally
) -> None:
    # With another program at it, no log is begun or brought into the file.
    with program.journal() as reader:
        assert reader.count() == 1
        write(program)
        call = ("call", "932111111111", "--account", "test_001", "--sandbox")
        seen = traced(program, tmp_path, *call)
    (sent,) = seen.where(POST)
    before, after = seen.syncs("/journal.sqlite3-wal")
    assert before < sent < after
    assert seen.syncs("/journal.sqlite3") == []
    tally.held(AREA)


@pytest.mark.desktop
def test_a_copy_is_on_the_disk_before_it_has_its_name(
    program: Program, tmp_path: Path, tally: Tally
) -> None:
    copy = tmp_path / "copy.sqlite3"
    seen = traced(program, tmp_path, "history", "--backup", str(copy))
    named = seen.where(r"^(?:link|rename)\w*\(.*/copy\.sqlite3\"")[0]
    assert seen.syncs("/copy.sqlite3.part")[-1] < named
    assert seen.syncs(str(tmp_path))[-1] > named, "its name is too"
    tally.held(AREA)


@pytest.mark.desktop
def test_a_restored_journal_is_on_the_disk_before_the_one_before_makes_way(
    program: Program, tmp_path: Path, tally: Tally
) -> None:
    copy = tmp_path / "copy.sqlite3"
    assert program.run("history", "--backup", str(copy)).code == 0
    seen = traced(program, tmp_path, "history", "--restore", str(copy))
    (moved,) = seen.where(r"^rename\w*\(.*\.replaced-\d+\"")
    (marked,) = seen.where(r"^rename\w*\(.*journal\.sqlite3\.exchange\"")
    placed = seen.where(r"^rename\w*\(.*journal\.sqlite3\.fresh\"")[-1]
    assert seen.syncs("/journal.sqlite3.fresh")[-1] < marked < moved < placed
    assert any(moved < synced < placed for synced in seen.syncs("/data"))
    assert any(placed < synced for synced in seen.syncs("/data"))
    tally.held(AREA)
