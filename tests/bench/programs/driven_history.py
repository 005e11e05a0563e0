"""Dialer's own program with a hand on its history: scrolls, types searches, lets calls begin.

Prints one JSON object when it is done, times in seconds: when the history was painted first
(time.monotonic), how long each frame and each key took, the gaps of a 5 ms timer on the UI
thread while it was typed, and the memory before any of that. Names that begin with an underscore
are the program's own: see driven_window.py.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import PySide6.QtCore  # noqa: F401

from dialer.app import import_plainly

import_plainly()

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, Qt, QTimer, Slot  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from dialer.calls.call import CallRequest  # noqa: E402
from dialer.calls.journal import CallJournal  # noqa: E402
from dialer.calls.lifeline import Lifeline  # noqa: E402
from dialer.desktop import handoff  # noqa: E402
from dialer.desktop.visit import Visit  # noqa: E402
from dialer.program import Program  # noqa: E402
from dialer.settings.folders import Folders  # noqa: E402

TICK_MS = 5
REST_MS = 1500
"""How long the window rests before its memory is looked at."""
FRAMES = 400
CALLS = 12
KEYS_MS = (40, 250)
"""From the painted answer of a key to the next key: in a word, and after it."""
GIVE_UP_S = 20.0
TEXTS = (
    "4420",  # common, rare and absent numbers, in digits and as people write them
    "+86 138 001",
    "97150555",
    "0000000",
    "220303111338",
    "invoice",
    "Ann, inv",
    "test_017",
    "answered",
    "busy here",
    "陈伟",
    "zzz",
    "qq",
    "ß",
)


class Hand(QObject):
    """Does one thing after the other, each from the event loop."""

    def __init__(self, program: Program, folders: Folders, *, only_start: bool) -> None:
        super().__init__()
        self._only_start = only_start
        self._program = program
        self._folders = folders
        self._pane = program._history
        self._model = program._model
        self.seen: dict[str, object] = {}
        self.keys: list[tuple[int, float]] = []
        self.gaps: list[float] = []
        self.frames: list[float] = []
        self.calls: list[float] = []
        self._left: list[str] = []
        self._asked = 0.0
        self._length = 0
        self._waits_for_rows = self._waits_for_paint = False
        self._journal: CallJournal | None = None
        self._clock = QElapsedTimer()
        self._ticks = QTimer(self)
        self._ticks.setTimerType(Qt.TimerType.PreciseTimer)
        self._ticks.setInterval(TICK_MS)
        self._ticks.timeout.connect(self._tick)
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._step)
        self._do = self._wait_until_counted
        self._viewport = self._pane.table.viewport()
        self._viewport.installEventFilter(self)
        self._pane.empty.installEventFilter(self)
        self._model.modelReset.connect(self._on_reset)
        self._next.start(50)

    @Slot()
    def _step(self) -> None:
        self._do()

    @Slot()
    def _tick(self) -> None:
        self.gaps.append(self._clock.nsecsElapsed() / 1e9)
        self._clock.restart()

    def eventFilter(  # noqa: N802 - Qt's name
        self, watched: QObject, event: QEvent
    ) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            try:
                QApplication.sendEvent(watched, event)
            finally:
                watched.installEventFilter(self)
            self._painted(watched is self._viewport)
            return True
        return False

    def _painted(self, rows: bool) -> None:
        now = time.monotonic()
        if rows and self._model.rowCount() and "painted" not in self.seen:
            self.seen["painted"] = now
        if self._waits_for_paint:
            self._waits_for_paint = False
            self._answered(now)

    # The start, and its memory

    def _wait_until_counted(self) -> None:
        ready = "painted" in self.seen and self._model.total is not None
        self._do = self._look_at_memory if ready else self._wait_until_counted
        self._next.start(REST_MS if ready else 20)

    def _look_at_memory(self) -> None:
        self.seen["rows"] = self._model.total
        rollup = Path("/proc/self/smaps_rollup")
        if rollup.exists():
            lines = (line.split() for line in rollup.read_text().splitlines()[1:])
            self.seen["memory"] = {line[0].rstrip(":"): int(line[1]) / 1024 for line in lines}
        if self._only_start:
            self._program.window.close()
            return
        self._do = self._scroll
        self._next.start(0)

    # Dragging the scroll bar

    def _scroll(self) -> None:
        bar = self._pane.table.verticalScrollBar()
        bar.setSliderDown(True)
        begun = time.perf_counter()
        bar.setSliderPosition(round(bar.maximum() * len(self.frames) / FRAMES))
        self._viewport.repaint()
        self.frames.append(time.perf_counter() - begun)
        if len(self.frames) < FRAMES:
            self._next.start(4)
            return
        bar.setSliderDown(False)
        bar.setValue(0)
        self._do = self._begin_calls
        self._next.start(REST_MS)

    # New calls

    def _begin_calls(self) -> None:
        lifeline = Lifeline(self._folders.lifelines)
        self._journal = CallJournal(self._folders.journal, lifeline)
        self._do = self._begin_call
        self._begin_call()

    def _begin_call(self) -> None:
        if len(self.calls) == CALLS:
            self._begin_typing()
            return
        assert self._journal is not None
        record = self._journal.begin(CallRequest("442079460018", "test_001", profile="bench"))
        self._length = -1
        self._waits_for_paint = True
        self._asked = time.monotonic()
        self._program._calling.begun.emit(record)

    # Typing

    def _begin_typing(self) -> None:
        self._pane.focus_search()
        self._left = [key for text in TEXTS for key in (*text, "")]
        self._do = self._press
        self._clock.start()
        self._ticks.start()
        self._next.start(KEYS_MS[1])

    def _press(self) -> None:
        if not self._left:
            self._ticks.stop()
            self.seen |= {"keys": self.keys, "gaps": self.gaps}
            self.seen |= {"frames": self.frames, "calls": self.calls}
            self._program.window.close()
            return
        key = self._left.pop(0)
        search = self._pane.search
        if key == "" and not search.text():
            self._next.start(0)
            return
        self._length = len(search.text()) + 1 if key else 0
        self._waits_for_rows = True
        self._asked = time.monotonic()
        self._next.start(int(GIVE_UP_S * 1000))
        if key.isascii() and key:
            QTest.keyClicks(search, key)
        elif key:
            search.insert(key)  # as an input method does
        else:
            search.clear()

    @Slot()
    def _on_reset(self) -> None:
        if self._waits_for_rows and self._model.query.search == self._pane.search.text():
            self._waits_for_rows = False
            if self._model.rowCount() or self._pane.table.isVisible():
                self._waits_for_paint = True
            else:
                # “Nothing found” stands there already, and is not painted again.
                self._answered(time.monotonic())

    def _answered(self, now: float) -> None:
        took = now - self._asked
        if self._length < 0:
            self.calls.append(took)
            self._next.start(KEYS_MS[1])
            return
        self.keys.append((self._length, took))
        at_the_end = not self._left or self._left[0] == ""
        self._next.start(KEYS_MS[1] if at_the_end else KEYS_MS[0])


def main() -> int:
    """Open the window over DIALER_HOME, do all of it, print what was seen."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only-start", action="store_true", help="touch nothing")
    options = parser.parse_args()
    folders = Folders.of_user()
    folders.create()
    app = QApplication(["dialer"])
    app.setQuitOnLastWindowClosed(False)
    program = Program(app, folders, Visit(handoff.RAISE), sandbox=False)
    hands = []
    soon = QTimer()

    def begin() -> None:
        if program._begun:
            soon.stop()
            hands.append(Hand(program, folders, only_start=options.only_start))

    soon.timeout.connect(begin)
    soon.start(1)
    program.show()
    app.exec()
    program.end()
    (hand,) = hands
    if hand._journal is not None:
        hand._journal.close()
    print(json.dumps(hand.seen), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
