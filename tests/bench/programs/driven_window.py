"""Dialer's own program with a hand on its keys: types numbers, presses Enter, times its thread.

Prints one JSON object when it is done: when Enter was pressed for each call (time.monotonic),
the gaps of a 5 ms timer on the UI thread by what went on (seconds), and the libraries that the
idle window had imported. Names that begin with an underscore are the program's own: a stranger
has no business there, but a bench must know when the window is ready.
"""

import argparse
import json
import sys
import sysconfig
import time

import PySide6.QtCore  # noqa: F401

from dialer.app import import_plainly

import_plainly()

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Slot  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from dialer.calls.credentials import Credentials  # noqa: E402
from dialer.desktop import handoff  # noqa: E402
from dialer.desktop.visit import Visit  # noqa: E402
from dialer.program import Program  # noqa: E402
from dialer.settings.folders import Folders  # noqa: E402
from dialer.settings.profile import Profile  # noqa: E402
from dialer.settings.profiles import ProfileFile  # noqa: E402

TICK_MS = 5
PROFILE = "bench"
KEY_MS = 30
"""Between two keys."""
THINK_MS = 250
"""Between the last digit and Enter, and after a call."""
REST_MS = 1000
"""How long the window is watched while nothing goes on."""


class Hand(QObject):
    """Does what an operator does, one step after the other, each from the event loop."""

    def __init__(self, program: Program, calls: int, *, ahead: bool) -> None:
        super().__init__()
        self._program = program
        self._bar = program.window.bar
        self._calls = calls
        self._keys = ""
        self.entered: list[float] = []
        self.gaps: dict[str, list[float]] = {"start": [], "first call": [], "later": [], "idle": []}
        self.libraries: list[str] = []
        self._during = "start"
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._step)
        self._do = self._wait_until_ready
        self._ahead = ahead
        program.window.painted.connect(self._begin)

    @Slot()
    def _begin(self) -> None:
        self._clock.start()
        self._timer.start()
        self._next.start(THINK_MS)

    @Slot()
    def _tick(self) -> None:
        self.gaps[self._during].append(self._clock.nsecsElapsed() / 1e9)
        self._clock.restart()

    @Slot()
    def _step(self) -> None:
        self._do()

    def _wait_until_ready(self) -> None:
        if self._program._outside is None:
            self._next.start(THINK_MS)
            return
        calling = self._program._calling
        transport = self._program._worker._switchboard._transport  # type: ignore[attr-defined]
        if calling.can_read_numbers and calling.history is not None and transport is not None:
            self._program._keeper.hold(PROFILE, Credentials("bench-key", "bench-secret"))
            calling.ended.connect(self._on_ended)
            if not self._ahead:
                self._bar.callee_ready.disconnect()
            self.libraries = _libraries()
            self._do = self._begin_number
        self._next.start(THINK_MS)

    def _begin_number(self) -> None:
        if len(self.entered) == self._calls:
            self._during = "idle"
            self._do = self._finish
            self._next.start(REST_MS)
            return
        self._during = "later" if self.entered else "first call"
        if not self.entered:
            # Its credentials are held, so the keyring is read for another profile: a first
            # call of the day imports it too.
            self._program._keeper.prefetch("another")
        self._bar.focus_callee()
        self._keys = f"+4420794601{len(self.entered):02d}"
        self._do = self._type
        self._next.start(KEY_MS)

    def _type(self) -> None:
        QTest.keyClicks(self._bar.callee, self._keys[0])
        self._keys = self._keys[1:]
        if self._keys:
            self._next.start(KEY_MS)
        else:
            self._do = self._press_enter
            self._next.start(THINK_MS)

    def _press_enter(self) -> None:
        self.entered.append(time.monotonic())
        QTest.keyClick(self._bar.callee, Qt.Key.Key_Return)

    @Slot()
    def _on_ended(self) -> None:
        self._do = self._begin_number
        self._next.start(THINK_MS)

    def _finish(self) -> None:
        self._timer.stop()
        self._program.window.close()


def _libraries() -> list[str]:
    """The modules of installed libraries that are imported, Qt for Python left out."""
    installed = sysconfig.get_path("purelib")
    return sorted(
        name
        for name, module in list(sys.modules.items())
        if (getattr(module, "__file__", None) or "").startswith(installed)
        and not name.startswith(("PySide6", "shiboken6"))
        # Some back ends of keyring are tried and fail on other systems.
        and not getattr(module.__spec__, "_initializing", False)
    )


def main() -> int:
    """Open the window, call as often as asked, print what was seen."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--calls", type=int, default=1)
    parser.add_argument("--ahead", action="store_true", help="open connections ahead")
    options = parser.parse_args()

    folders = Folders.of_user()
    folders.create()
    ProfileFile(folders.profiles_file).add(
        Profile(PROFILE, base_url=options.url, app_id="app", account="bench_001")
    )
    app = QApplication(["dialer"])
    app.setQuitOnLastWindowClosed(False)
    program = Program(app, folders, Visit(handoff.RAISE, profile=PROFILE), sandbox=False)
    hand = Hand(program, options.calls, ahead=options.ahead)
    program.show()
    app.exec()
    program.end()
    seen = {"entered": hand.entered, "gaps": hand.gaps, "libraries": hand.libraries}
    print(json.dumps(seen), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
