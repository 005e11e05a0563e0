"""The call worker on a thread of its own, and doubles of what it needs of the house."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal, Slot
from pytestqt.qtbot import QtBot

from dialer.calls.call import CallRequest, Outcome
from dialer.calls.journal import CallJournal, prepare
from dialer.calls.lifeline import Lifeline
from dialer.calls.patience import Patience
from dialer.settings.folders import Folders
from dialer.settings.profile import Profile
from dialer.ui.call_worker import CallOrder, CallWorker

NUMBER = "932111111111"
SECONDS = 10.0
"""How long is waited for what takes a fraction of a second."""


class Asking(QObject):
    """The window's side: asks by queued signals, and collects the news on its own thread."""

    open = Signal()
    warm = Signal()
    start_sandbox = Signal()
    open_ahead = Signal(object)
    place = Signal(object)
    close = Signal()

    def __init__(self, qtbot: QtBot, worker: CallWorker) -> None:
        super().__init__()
        self._qtbot = qtbot
        self.worker = worker
        self.news: list[object] = []
        self.threads: set[threading.Thread] = set()
        self.thread_of_worker = QThread()
        worker.moveToThread(self.thread_of_worker)
        for asked in ("open", "warm", "start_sandbox", "open_ahead", "place", "close"):
            getattr(self, asked).connect(getattr(worker, asked))
        for news in (
            worker.opened,
            worker.sandbox_started,
            worker.sandbox_failed,
            worker.begun,
            worker.ended,
            worker.refused,
        ):
            news.connect(self._hear)
        worker.closed.connect(self.thread_of_worker.quit)
        self.thread_of_worker.start()

    @Slot(object)
    def _hear(self, news: object) -> None:
        self.threads.add(threading.current_thread())
        self.news.append(news)

    def next(self, count: int = 1) -> object:
        """Wait for `count` further news; the last of them."""
        self.until(lambda: len(self.news) >= count)
        heard, self.news = self.news[:count], self.news[count:]
        return heard[-1]

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait until `condition` holds."""
        self._qtbot.waitUntil(condition, timeout=round(SECONDS * 1000))

    def order(self, profile: Profile, number: str = NUMBER, late: float = 0.0) -> None:
        request = CallRequest(
            number, "test_001", profile=profile.name, sandbox=profile.name == "sandbox"
        )
        self.place.emit(CallOrder(request, profile, time.monotonic() - late))

    def end(self) -> None:
        if self.thread_of_worker.isRunning():
            self.close.emit()
            self.until(self.thread_of_worker.isFinished)
        self.thread_of_worker.wait()


class Board:
    """A switchboard whose parts a test chooses, and which knows on which threads it was asked."""

    def __init__(self, folders: Folders, line: object) -> None:
        self._folders = folders
        self._line = line
        self.threads: set[threading.Thread] = set()
        self.forgotten: list[str] = []
        self._opened: CallJournal | None = None
        self._lifeline: Lifeline | None = None

    def open(self, progress: object = None) -> Path | None:
        self._asked()
        prepare(self._folders.journal, self._folders.lifelines)
        self._lifeline = Lifeline(self._folders.lifelines)
        self._opened = CallJournal(self._folders.journal, self._lifeline)
        return None

    def warm(self) -> None:
        self._asked()

    def journal(self) -> CallJournal:
        self._asked()
        if self._opened is None:
            self.open()
        assert self._opened
        return self._opened

    def sandbox(self) -> Profile:
        self._asked()
        raise OSError("no port is free")

    def line(self, profile: Profile, wait: float) -> object:
        self._asked()
        return self._line

    def open_ahead(self, profile: Profile) -> None:
        self._asked()

    def forget(self, profile: Profile) -> None:
        self._asked()
        self.forgotten.append(profile.name)

    def close(self) -> None:
        self._asked()
        for part in (self._opened, self._lifeline):
            if part is not None:
                part.close()

    def _asked(self) -> None:
        self.threads.add(threading.current_thread())


class Line:
    """A provider that does what a test says."""

    def __init__(self, does: Callable[[], Outcome]) -> None:
        self._does = does
        self.sent: list[CallRequest] = []

    def send_sip(self, request: CallRequest, patience: Patience) -> Outcome:
        self.sent.append(request)
        return self._does()
