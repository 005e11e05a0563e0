"""Dialer's own program with a hand on its keys for a working day, in compressed time.

    python long_run_process.py CALLS POLLS SAMPLES

Places CALLS calls with the profile `work`, has the provider asked POLLS times what became of
them, and uses the rest of the window in between. Prints a JSON object with SAMPLES samples of
what the process holds, taken evenly, and the gaps of a timer on the UI thread.
Names that begin with an underscore are the program's own: see tests/bench/programs.
"""

import gc
import json
import os
import sys
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path

import PySide6.QtCore  # noqa: F401

from dialer.app import import_plainly

import_plainly()

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Slot  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication, QDialog  # noqa: E402

from dialer.calls import pace  # noqa: E402
from dialer.desktop import handoff  # noqa: E402
from dialer.desktop.visit import Visit  # noqa: E402
from dialer.program import Program  # noqa: E402
from dialer.provider.transport import Transport  # noqa: E402
from dialer.settings.folders import Folders  # noqa: E402
from dialer.settings.keyring_store import KeyringStore  # noqa: E402

SPEED = 60.0
"""How many times as fast as in life all goes: the calls, and the looks at them."""
TICK_MS = 5
LONG_S = 0.02
"""Gaps between two ticks that are shorter are not kept."""
REST_MS = 300
"""How long the window rests before it is looked at."""
USES = 150
"""How often the rest of the window is used, spread over the calls."""


class Counted:
    """Counts what the program asks of the provider and of the keyring."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._wrap(Transport, "exchange", lambda method, url, *_: url.rpartition("/voice/")[2])
        self._wrap(KeyringStore, "get", lambda profile: "keyring")

    @property
    def polls(self) -> int:
        return sum(n for what, n in self.asked.items() if what.startswith("recordSip"))

    def _wrap(self, owner: type, name: str, what: object) -> None:
        real = getattr(owner, name)

        def counting(one: object, *args: object, **kwargs: object) -> object:
            with self._lock:
                self.asked[what(*args, **kwargs).partition("/")[0]] += 1  # type: ignore[operator]
            return real(one, *args, **kwargs)

        setattr(owner, name, counting)


def held() -> dict[str, int]:
    """What the process holds: memory in KiB that it has written to, and counts."""
    rollup = Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]
    kib = {line.split()[0]: int(line.split()[1]) for line in rollup}
    names = []
    for descriptor in os.listdir("/proc/self/fd"):  # noqa: PTH208
        with suppress(OSError):
            names.append(os.readlink(f"/proc/self/fd/{descriptor}"))  # noqa: PTH115
    return {
        "memory": kib["Private_Dirty:"],
        "threads": len(os.listdir("/proc/self/task")),  # noqa: PTH208
        "descriptors": len(names),
        "sockets": sum(name.startswith("socket:") for name in names),
        "objects": len(gc.get_objects()),
        "widgets": len(QApplication.allWidgets()),
    }


class Ticks(QObject):
    """A timer on the UI thread that notes how late it is, and how much of that is the machine's."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[tuple[float, float, str]] = []
        """Seconds between two ticks; for how many a thread had no core; what went on."""
        self.count = 0
        self.doing = "start"
        self._waited: dict[str, int] = {}
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    def turn(self, on: bool) -> None:
        """Watch, or not."""
        if on:
            self._waited = _without_core()
            self._clock.start()
            self._timer.start()
        else:
            self._timer.stop()

    @Slot()
    def _tick(self) -> None:
        gap = self._clock.nsecsElapsed() / 1e9
        waited = _without_core()
        self.count += 1
        if gap > LONG_S:
            machine = sum(ns - self._waited.get(thread, 0) for thread, ns in waited.items())
            self.gaps.append((gap, machine / 1e9, self.doing))
        self._waited = waited
        self._clock.restart()


def _without_core() -> dict[str, int]:
    """Nanoseconds that each thread of the process could have run and had no core, by its number.

    The UI thread waits for the interpreter too while another thread has that, and no core.
    """
    waited = {}
    for thread in os.listdir("/proc/self/task"):  # noqa: PTH208 - every 5 ms
        with suppress(OSError), open(f"/proc/self/task/{thread}/schedstat") as file:  # noqa: PTH123
            waited[thread] = int(file.read().split()[1])
    return waited


class Hand(QObject):
    """Does what an operator does all day, one step after the other, each from the event loop."""

    def __init__(self, program: Program, counted: Counted, calls: int, polls: int, samples: int):
        super().__init__()
        self._program = program
        self._counted = counted
        self._calls, self._polls = calls, polls
        self._every = max(1, calls // samples)
        self._between = max(2, calls // USES)
        self.samples: list[dict[str, float]] = []
        self.outcomes: Counter[str] = Counter()
        self.placed = 0
        self._uses = 0
        self.ticks = Ticks()
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._step)
        self._do = self._wait_until_ready
        self._next.start(50)

    @Slot()
    def _step(self) -> None:
        self._do()

    def _then(self, do: object, after_ms: int) -> None:
        self._do = do  # type: ignore[assignment]
        self._next.start(after_ms)

    def _wait_until_ready(self) -> None:
        program = self._program
        if program._outside is None or program._calling.history is None:
            self._next.start(50)
            return
        program._calling.ended.connect(self._on_ended)
        program._calling.question.connect(lambda question: self._refused(str(question.why)))
        program._calling.told.connect(lambda refusal: self._refused(str(refusal.words)))
        self.ticks.turn(True)
        self._then(self._call, 200)

    def _refused(self, why: str) -> None:
        sys.exit(f"a call was not placed: {why}")

    def _call(self) -> None:
        self.ticks.doing = "call"
        bar = self._program.window.bar
        bar.focus_callee()
        number = f"+44207{self.placed:07d}"
        if self.placed % 10 == 0:
            QTest.keyClicks(bar.callee, number)
        else:
            bar.callee.insert(number)
        self._then(self._press_enter, 20)

    def _press_enter(self) -> None:
        QTest.keyClick(self._program.window.bar.callee, Qt.Key.Key_Return)

    @Slot(object)
    def _on_ended(self, ended: object) -> None:
        self.outcomes[ended.outcome.kind.value] += 1  # type: ignore[attr-defined]
        self.placed += 1
        if self.placed % self._every == 0:
            self.ticks.turn(False)
            self._then(self._sample, REST_MS)
        elif self.placed % self._between == 0:
            self._then(self._use, 50)
        else:
            self._then(self._call, 20)

    def _sample(self) -> None:
        for _ in range(2):
            gc.collect()
        self.samples.append({**held(), "calls": self.placed, "polls": self._counted.polls})
        if self.placed >= self._calls and self._counted.polls >= self._polls:
            self._program.window.close()
            return
        self.ticks.turn(True)
        self._then(self._use, 20)

    # The rest of the window

    def _use(self) -> None:
        uses = (self._search, self._select, self._preferences, self._profiles, self._shortcuts)
        use = uses[self._uses % len(uses)]
        self._uses += 1
        self.ticks.doing = use.__name__.strip("_")
        use()

    def _search(self) -> None:
        search = self._program._history.search
        QTest.keyClicks(search, "4420")

        def clear() -> None:
            search.clear()
            self._then(self._call, 50)

        self._then(clear, 150)

    def _select(self) -> None:
        table = self._program._history.table
        table.selectRow(1)

        def clear() -> None:
            table.clearSelection()
            self._then(self._call, 50)

        self._then(clear, 150)

    def _preferences(self) -> None:
        self._program._show_preferences()
        self._then(self._close_windows, 150)

    def _profiles(self) -> None:
        self._program._show_profiles()
        self._then(self._close_windows, 150)

    def _shortcuts(self) -> None:
        self._program._show_shortcuts()
        self._then(self._close_windows, 150)

    def _close_windows(self) -> None:
        for window in QApplication.topLevelWidgets():
            if isinstance(window, QDialog) and window.isVisible():
                window.close()
        self._then(self._call, 50)


def main(calls: int, polls: int, samples: int) -> int:
    """Open the window, work, print what was seen."""
    pace.PROVIDER = pace.Pace(
        *(seconds / SPEED for seconds in (pace.SANDBOX.spacing_s, pace.SANDBOX.first_s)),
        often_s=pace.SANDBOX.often_s / SPEED,
    )
    counted = Counted()
    folders = Folders.of_user()
    folders.create()
    app = QApplication(["dialer"])
    app.setQuitOnLastWindowClosed(False)
    program = Program(app, folders, Visit(handoff.RAISE), sandbox=False)
    hand = Hand(program, counted, calls, polls, samples)
    program.show()
    app.exec()
    program.end()
    seen = {
        "samples": hand.samples,
        "gaps": hand.ticks.gaps,
        "ticks": hand.ticks.count,
        "outcomes": hand.outcomes,
        "asked": counted.asked,
    }
    print(json.dumps(seen), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:4])))
