"""The program as a process, in a home of its own: what every test of this folder starts."""

import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import dialer
from dialer.calls.call import CallRecord
from dialer.calls.journal import JournalReader
from dialer.settings.folders import Folders
from dialer.settings.profile import Profile
from dialer.settings.profiles import ProfileFile

SECRET = "Xq7-the-secret-of-a-test-vB2"
"""The API secret of every profile here: it must be seen nowhere."""

KEY = "EXAMPLEKEY"
SECONDS = 30.0
"""How long the program may take for what it does in a fraction of one."""

DIALER = f"{shlex.quote(sys.executable)} -m dialer"

_PATHS = (Path(dialer.__file__).parents[1], Path(__file__).parents[1])


@dataclass(frozen=True)
class Ended:
    """How a run of the program ended, and what it said."""

    code: int
    out: str
    err: str


@dataclass
class Program:
    """The program with one user's home; `environ` adds to the little that a user has at least."""

    home: Path
    environ: dict[str, str] = field(default_factory=dict)
    through: tuple[str, ...] = ()
    """A command that runs the program: it is given the program's own as its last arguments."""

    @property
    def folders(self) -> Folders:
        return Folders.of_user({"DIALER_HOME": str(self.home)})

    @property
    def profiles(self) -> ProfileFile:
        return ProfileFile(self.folders.profiles_file)

    def with_profile(self, base_url: str, **fields: object) -> Profile:
        """Have a profile `work`, the default one, for calls to `base_url`."""
        profile = Profile(**{"name": "work", "account": "test_001", "base_url": base_url, **fields})
        self.profiles.add(profile)
        return profile

    def run(self, *arguments: str, stdin: str = "") -> Ended:
        """Run the program to its end. It never shows a traceback, nor a secret."""
        return self.start(*arguments).end(stdin)

    def start(self, *arguments: str) -> "Running":
        """Start the program, and go on."""
        return self._start(*self.through, sys.executable, "-m", "dialer", *arguments)

    def shell(self, line: str) -> Ended:
        """Run a line of a shell in which `$DIALER` is the program."""
        return self._start("/bin/sh", "-c", line.replace("$DIALER", DIALER)).end()

    def python(self, *arguments: str) -> Ended:
        """Run Python as the program would be run."""
        return self._start(sys.executable, *arguments).end()

    def _start(self, *command: str) -> "Running":
        return Running(
            subprocess.Popen(
                command,
                env=self.whole_environ,
                cwd=self.home.parent,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        )

    @property
    def whole_environ(self) -> dict[str, str]:
        """The process's environment: nothing of the one who runs the tests but the paths."""
        taken = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        return {
            **taken,
            "HOME": str(self.home.parent),
            "PYTHONPATH": os.pathsep.join(map(str, _PATHS)),
            **self.environ,
            "DIALER_HOME": str(self.home),
        }

    @contextmanager
    def journal(self) -> Iterator[JournalReader]:
        """The journal as another process reads it."""
        reader = JournalReader(self.folders.journal, self.folders.lifelines)
        try:
            yield reader
        finally:
            reader.close()

    def calls(self) -> list[CallRecord]:
        """The calls in the journal, newest first; none where there is no journal."""
        if not self.folders.journal.exists():
            return []
        with self.journal() as reader:
            return reader.newest(10_000)

    def kept(self) -> bytes:
        """All that the program has written to disk: journal, log, profiles."""
        files = (path for path in self.home.rglob("*") if path.is_file())
        return b"\n".join(path.read_bytes() for path in files)


@dataclass
class Running:
    """The program while it runs."""

    process: subprocess.Popen[bytes]

    def end(self, stdin: str = "", seconds: float = SECONDS) -> Ended:
        """Wait for the program's own end. It never shows a traceback, nor a secret."""
        ended = self.end_as_it_is(stdin, seconds)
        said = ended.out + ended.err
        assert "Traceback" not in said, said
        assert SECRET not in said
        return ended

    def end_as_it_is(self, stdin: str = "", seconds: float = SECONDS) -> Ended:
        """Wait for the program's own end, whatever it says."""
        try:
            out, err = self.process.communicate(stdin.encode(), timeout=seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
            raise AssertionError(f"did not end in {seconds} s: {out!r} {err!r}") from None
        return Ended(self.process.returncode, out.decode(), err.decode())

    def say(self, line: str) -> None:
        """Write a line to its standard input."""
        assert self.process.stdin
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def line(self) -> str:
        """The next line of its standard output."""
        assert self.process.stdout
        stuck = threading.Timer(SECONDS, self.process.kill)
        stuck.start()
        try:
            return self.process.stdout.readline().decode().rstrip("\r\n")
        finally:
            stuck.cancel()

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def seen_by_others(self) -> bytes:
        """What every user of the computer sees of the process: its arguments."""
        return Path(f"/proc/{self.process.pid}/cmdline").read_bytes()

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        if self.process.stdin and not self.process.stdin.closed:
            self.process.communicate()


def until(condition: Callable[[], object], what: str, seconds: float = SECONDS) -> None:
    """Wait until the condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)
