"""A program that owns what was copied, or what is selected, and behaves in one of several ways.

with SelectionOwner(display, "answers", b"+44 20 7946 0018") as owner:
    ...
    owner.wait_for("asked UTF8_STRING")
"""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from doubles.bare_screen import SECONDS, until

_PROGRAM = Path(__file__).with_name("selection_program.py")

WAYS = {
    "answers": "gives the text, in pieces if it is long",
    "in pieces": "gives the text in pieces, however short it is",
    "in latin-1": "has its text as STRING alone",
    "as plain text": "has its text as text/plain;charset=utf-8 alone",
    "has no text": "refuses every kind of text, as with an image",
    "hangs": "is asked, and never answers",
    "hangs midway": "stops after the first piece",
    "dies": "ends when it is asked",
    "dies midway": "ends after the first piece",
    "lies": "says that it has put something there, and has not",
    "claps": "answers a question that nobody asked, and then the one that was",
}


class SelectionOwner:
    """Use as a context manager: entered, it owns the selection."""

    def __init__(
        self, display: str, way: str, text: bytes = b"", selection: str = "CLIPBOARD"
    ) -> None:
        assert way in WAYS
        self._said = ""
        self._process = subprocess.Popen(
            [sys.executable, str(_PROGRAM), display, way, selection],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"PATH": os.environ["PATH"]},
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)
        with self._process.stdin as stdin:
            stdin.write(text)

    def __enter__(self) -> "SelectionOwner":
        self.wait_for("owns")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait(SECONDS)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def lines(self) -> list[str]:
        """All that it has said: "owns", "asked …" with each kind, "gave …" with a count of bytes,
        "lost" when another owns the selection.
        """
        assert self._process.stdout is not None
        self._said += (self._process.stdout.read() or b"").decode()
        *lines, _ = self._said.split("\n")
        return lines

    def wait_for(self, line: str) -> None:
        """Wait until it has said this."""
        until(lambda: line in self.lines(), f"it does not say “{line}”: {self._said}")

    @property
    def gave(self) -> int:
        """How many bytes it gave."""
        given = (line.removeprefix("gave ") for line in self.lines() if line.startswith("gave "))
        return sum(map(int, given))

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def stop(self) -> None:
        """Let it hang, whatever its way is."""
        os.kill(self._process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it hang no longer."""
        os.kill(self._process.pid, signal.SIGCONT)
