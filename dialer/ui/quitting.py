"""How the program ends: in stages that its parts join, none of which waits on the UI thread."""

import logging
import os
import signal
import socket
from collections.abc import Callable
from enum import IntEnum

from PySide6.QtCore import (
    QCoreApplication,
    QDeadlineTimer,
    QObject,
    QSocketNotifier,
    QThread,
    QTimer,
    Signal,
    Slot,
)

from dialer.desktop.ending import asking_to_end

log = logging.getLogger(__name__)

LAST_RESORT_MS = 8_000
"""When the program ends although a part hangs: 5 s of grace for a call, and some to write it."""


class Stage(IntEnum):
    """The stages, in their order."""

    STOP = 1
    """Ask everything to end: a call that has begun is still waited for."""
    LEAVE = 2
    """Nothing is under way any more: let go of files and connections, end the threads."""


class Quitting(QObject):
    """Ends the program once, however it is asked: window, menu or signal.

    Parts connect to `stopping`, and name with `wait_for` a question that must be answered no
    before the program goes on; they call `look` when that may have changed. UI thread.
    """

    stopping = Signal()
    leaving = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stage: Stage | None = None
        self._busy: list[Callable[[], bool]] = []
        self._threads: list[QThread] = []
        self._last_resort = QTimer(self)
        self._last_resort.setSingleShot(True)
        self._last_resort.setInterval(LAST_RESORT_MS)
        self._last_resort.timeout.connect(self._give_up)

    @property
    def begun(self) -> bool:
        """Whether the program is ending."""
        return self._stage is not None

    @property
    def left(self) -> bool:
        """Whether nothing is under way any more, and all was asked to let go."""
        return self._stage is Stage.LEAVE

    def wait_for(self, busy: Callable[[], bool]) -> None:
        """Wait in the first stage while `busy()` is true."""
        self._busy.append(busy)

    def join(self, thread: QThread) -> None:
        """Wait in the last stage until `thread` has ended; whoever owns it ends it on `leaving`."""
        self._threads.append(thread)
        thread.finished.connect(self.look)

    @Slot()
    def quit(self) -> None:
        """Begin to end. Asked again, it goes on as it does."""
        if self._stage is None:
            self._stage = Stage.STOP
            self._last_resort.start()
            self.stopping.emit()
            # After this event, so that a window can still hide.
            QTimer.singleShot(0, self, self.look)

    @Slot()
    def look(self) -> None:
        """Go on if nothing is under way any more."""
        if self._stage is Stage.STOP and not any(busy() for busy in self._busy):
            self._stage = Stage.LEAVE
            self.leaving.emit()
        if self._stage is Stage.LEAVE and not any(thread.isRunning() for thread in self._threads):
            QCoreApplication.quit()

    def wait_without_events(self) -> None:
        """Wait for the threads, which were told to end, though no event is handled any more.

        Where one does not end in time, the process does.
        """
        deadline = QDeadlineTimer(LAST_RESORT_MS)
        if not all(thread.wait(deadline) for thread in self._threads):
            self._give_up()

    @Slot()
    def _give_up(self) -> None:
        log.error("a part did not end in time: stage %s", self._stage)
        logging.shutdown()
        # Destroying a thread that still runs would abort with a core dump. What must last is
        # on disk: an outcome that never came is read as unknown from now on.
        os._exit(1)


class SignalWatch(QObject):
    """Turns signals that ask for the end into `asked` at once, though Python runs now and then."""

    asked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reading, self._writing = socket.socketpair()
        self._reading.setblocking(False)
        self._writing.setblocking(False)
        signal.set_wakeup_fd(self._writing.fileno(), warn_on_full_buffer=False)
        for kind in asking_to_end():
            signal.signal(kind, lambda *_: None)
        self._notifier = QSocketNotifier(self._reading.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_signal)

    @Slot()
    def _on_signal(self) -> None:
        try:
            self._reading.recv(64)
        except BlockingIOError:
            return
        self.asked.emit()

    def close(self) -> None:
        """Let go of the signals."""
        signal.set_wakeup_fd(-1)
        self._notifier.setEnabled(False)
        self._reading.close()
        self._writing.close()
