"""Dialer's own program with a hand on its keys: calls one number, and goes on until it is ended.

    python window_process.py [--clock FILE] CALLEE…

The wall clock is as many seconds off as FILE says; the one that measures goes on as ever.
Reads the credentials of the profile `work` as a JSON list from standard input, so that no keyring
is asked. Each further line there calls the next number. Says on standard output "ready", "begun"
and how each call ended. Names that begin with an underscore are the program's own: see
tests/bench/programs.
"""

import json
import os
import sys
import time
from pathlib import Path


def put_off(file: Path) -> None:
    """Have the wall clock off. libfaketime cannot: Python's threads spin under it for minutes."""
    real, real_ns = time.time, time.time_ns
    time.time = lambda: real() + float(file.read_text())
    time.time_ns = lambda: real_ns() + int(file.read_text()) * 1_000_000_000


if sys.argv[1:2] == ["--clock"]:
    put_off(Path(sys.argv[2]))
    del sys.argv[1:3]

import PySide6.QtCore  # noqa: E402, F401

from dialer.app import import_plainly  # noqa: E402

import_plainly()

from PySide6.QtCore import QObject, QSocketNotifier, Qt, QTimer, Slot  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from dialer.calls.call import CallRecord  # noqa: E402
from dialer.calls.credentials import Credentials  # noqa: E402
from dialer.calls.place import EndedCall  # noqa: E402
from dialer.desktop import handoff  # noqa: E402
from dialer.desktop.visit import Visit  # noqa: E402
from dialer.program import Program  # noqa: E402
from dialer.settings.folders import Folders  # noqa: E402
from dialer.ui.call_worker import Refusal  # noqa: E402
from dialer.ui.calling import Question  # noqa: E402


class Hand(QObject):
    """Types a number and presses Enter, once for each line that it is told."""

    def __init__(self, program: Program, credentials: Credentials, callees: list[str]) -> None:
        super().__init__()
        self._program = program
        self._credentials = credentials
        self._callees = callees
        self._heard = b""
        self._told: QSocketNotifier | None = None
        self._soon = QTimer(self)
        self._soon.timeout.connect(self._look)
        self._soon.start(10)

    @Slot()
    def _look(self) -> None:
        program = self._program
        if program._outside is None or program._calling.history is None:
            return
        self._soon.stop()
        program._keeper.hold("work", self._credentials)
        calling = program._calling
        calling.begun.connect(self._on_begun)
        calling.ended.connect(self._on_ended)
        calling.told.connect(self._on_refused)
        calling.question.connect(self._on_question)
        self._told = QSocketNotifier(0, QSocketNotifier.Type.Read, self)
        self._told.activated.connect(self._on_told)
        say("ready")

    @Slot()
    def _on_told(self) -> None:
        heard = os.read(0, 4096)
        if not heard and self._told is not None:
            self._told.setEnabled(False)
        for _ in range(heard.count(b"\n")):
            bar = self._program.window.bar
            bar.focus_callee()
            bar.callee.setText(f"+{self._callees.pop(0)}")
            QTest.keyClick(bar.callee, Qt.Key.Key_Return)

    @Slot(object)
    def _on_begun(self, _: CallRecord) -> None:
        say("begun")

    @Slot(object)
    def _on_ended(self, ended: EndedCall) -> None:
        say(f"{ended.outcome.kind.value} {ended.outcome.cause or ended.outcome.status}")

    @Slot(object)
    def _on_refused(self, refusal: Refusal) -> None:
        say(f"refused: {refusal.words}")

    @Slot(object)
    def _on_question(self, question: Question) -> None:
        say(f"asks: {question.why}")


def say(line: str) -> None:
    print(line, flush=True)


def main(callees: list[str]) -> int:
    """Open the window over DIALER_HOME."""
    # Not through Python's buffer: the rest is read as it comes.
    line = b""
    while not line.endswith(b"\n"):
        line += os.read(0, 1)
    credentials = Credentials(*json.loads(line))
    folders = Folders.of_user()
    folders.create()
    app = QApplication(["dialer"])
    app.setQuitOnLastWindowClosed(False)
    program = Program(app, folders, Visit(handoff.RAISE), sandbox=False)
    hand = Hand(program, credentials, callees)
    program.show()
    code = app.exec()
    program.end()
    del hand
    return code


if __name__ == "__main__":
    code = main(sys.argv[1:])
    # As the program's own command does, see dialer.__main__.leave.
    sys.stdout.flush()
    os._exit(code)
