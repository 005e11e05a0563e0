"""A data folder with a journal, and child processes that use it: real files, real ends."""

import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue

import dialer
from dialer.calls.call import CallRequest, Cause, Outcome
from dialer.calls.journal import CallJournal, JournalReader, prepare
from dialer.calls.journal_damage import SetAside
from dialer.calls.lifeline import Lifeline
from dialer.calls.patience import Patience

REQUEST = CallRequest(
    callee="442079460018",
    account="test_001",
    display_number="1008122211",
    app_id="4luaKsL2",
    note="Bob, about the invoice",
    profile="work",
)
PLACED = Outcome.placed("2203031113381000002", reason="success")
INTERRUPTED = Outcome.unknown(Cause.INTERRUPTED)
SECONDS = 30.0
"""How long a child may take for what it does in a fraction of one."""


def is_calm(words: str) -> bool:
    """Whether words for people are whole sentences without codes of SQLite's."""
    return words.endswith(".") and "!" not in words and "SQLITE" not in words and "{" not in words


@dataclass
class DataFolder:
    """Where one user's programs keep their journal. `close` ends all that was opened here."""

    path: Path
    _open: list[CallJournal | JournalReader | Lifeline] = field(default_factory=list)
    _children: "list[Child]" = field(default_factory=list)

    @property
    def journal(self) -> Path:
        return self.path / "journal.db"

    @property
    def lifelines(self) -> Path:
        return self.path / "lifelines"

    def prepare(self) -> SetAside | None:
        """What every program does first."""
        return prepare(self.journal, self.lifelines)

    def lifeline(self) -> Lifeline:
        self._open.append(made := Lifeline(self.lifelines))
        return made

    def writer(self, lifeline: Lifeline | None = None) -> CallJournal:
        """A journal as a program has it that has just started."""
        self.prepare()
        self._open.append(made := CallJournal(self.journal, lifeline or self.lifeline()))
        return made

    def reader(self) -> JournalReader:
        self._open.append(made := JournalReader(self.journal, self.lifelines))
        return made

    def child(self, code: str, *around: str, user: int | None = None) -> "Child":
        """A process that runs `code`, in which `folder` is this folder."""
        self._children.append(made := Child(code, self.path, around, user))
        return made

    def names(self) -> list[str]:
        """The files here, without the companions that SQLite keeps while it is open."""
        kept = (path.name for path in self.path.iterdir() if path.is_file())
        return sorted(name for name in kept if not name.endswith(("-wal", "-shm", ".lock")))

    def close(self) -> None:
        for child in self._children:
            child.kill()
        while self._open:
            self._open.pop().close()


class Child:
    """A Python process that says what it does line by line and waits for lines to go on."""

    def __init__(self, code: str, folder: Path, around: tuple[str, ...], user: int | None) -> None:
        paths = (Path(dialer.__file__).parents[1], Path(__file__).parents[1])
        program = f"{_PRELUDE}\n{_BECOME.format(user=user) if user else ''}\n{code}"
        self._process = subprocess.Popen(
            [*around, sys.executable, "-W", "error", "-c", program, str(folder)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._lines: SimpleQueue[str] = SimpleQueue()
        self._complaints = ""
        self._readers = [threading.Thread(target=read) for read in (self._read, self._listen)]
        for reader in self._readers:
            reader.start()

    def line(self) -> str:
        """The next line that the child says; "" once it has ended."""
        try:
            return self._lines.get(timeout=SECONDS)
        except Empty:
            raise TimeoutError("the child says nothing") from None

    def go_on(self) -> None:
        """Let the child return from `wait`."""
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def kill(self) -> None:
        """End the child as `kill -9` does, and let go of its pipes."""
        self._process.kill()
        self._end()

    def done(self) -> list[str]:
        """Wait for the child's own end without an error; the lines not yet read."""
        try:
            code = self._process.wait(SECONDS)
        finally:
            self.kill()
        assert code == 0, self._complaints
        rest = []
        while line := self.line():
            rest.append(line)
        return rest

    def _end(self) -> None:
        self._process.wait(SECONDS)
        for reader in self._readers:
            reader.join(SECONDS)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            assert pipe
            with suppress(OSError):
                pipe.close()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put("")

    def _listen(self) -> None:
        assert self._process.stderr
        self._complaints = self._process.stderr.read()


_PRELUDE = """
import os, sys
from pathlib import Path
from calls.data_folder import PLACED, REQUEST, DataFolder, Teller
from dialer.calls.call import Outcome
from dialer.calls.journal_damage import SetAside
from dialer.calls.lifeline import Lifeline
from dialer.calls.patience import Patience
from dialer.calls.place import JournalError, place_call
folder = DataFolder(Path(sys.argv[1]))
def say(text): print(text, flush=True)
def wait(): sys.stdin.readline()
"""

# What is imported late comes first: another user may not be able to read where Python is.
_BECOME = """
Path.cwd().as_uri()
os.setuid({user})
"""


@dataclass
class Teller:
    """A provider that places every call and tells how many it was asked for."""

    outcome: Outcome = PLACED
    asked: list[CallRequest] = field(default_factory=list)

    def send_sip(self, request: CallRequest, patience: Patience) -> Outcome:
        self.asked.append(request)
        return self.outcome
