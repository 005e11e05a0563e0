"""Places the calls of a schedule by the window's own parts, with Enter pressed more than once."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QObject, Qt, QThread, QTimer, Signal, Slot

from dialer.calls.call import CallRecord, Outcome
from dialer.calls.journal import CallJournal, JournalReader
from dialer.calls.place import EndedCall
from dialer.provider.client import InvokePhone
from dialer.settings.profile import Profile
from dialer.ui.call_worker import CallWorker
from dialer.ui.calling import Calling, Question
from dialer.ui.typed import Typed
from faults.schedule import PlannedCall, Schedule
from faults.schedule_ground import ACCOUNT, Ground

SECONDS = 30.0


class Board:
    """A switchboard over the ground's parts, and a journal of the worker's own thread.

    Fulfils `ui.call_worker.Switchboard`.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._journal: CallJournal | None = None
        self.call: PlannedCall | None = None

    def open(self, progress: Callable[[float], None] = lambda _: None) -> Path | None:
        self._journal = CallJournal(self._ground.journal_file, self._ground.lifeline)
        return None

    def warm(self) -> None:
        """There is nothing to load."""

    def journal(self) -> CallJournal:
        assert self._journal is not None
        return self._journal

    def sandbox(self) -> Profile:
        raise OSError("there is one already")

    def line(self, profile: Profile, wait: float) -> InvokePhone:
        assert self.call is not None
        line: InvokePhone = self._ground.provider(self.call)
        return line

    def open_ahead(self, profile: Profile) -> None:
        """The ground opens connections ahead, where a schedule has it so."""

    def forget(self, profile: Profile) -> None:
        """Credentials are not what is tried here."""

    def close(self) -> None:
        self.journal().close()


class Pressing(QObject):
    """The window's side of a schedule: presses Enter, answers questions, waits for the end."""

    opening = Signal()
    leaving = Signal()

    def __init__(self, ground: Ground) -> None:
        super().__init__()
        self._ground = ground
        self._board = Board(ground)
        self._worker = CallWorker(self._board)
        self._thread = QThread()
        self._worker.moveToThread(self._thread)
        self._reader = JournalReader(ground.journal_file, ground.lifelines)
        self._calling = Calling(self)
        self._calling.history = self._reader
        self._calling.can_read_numbers = True
        self._loop = QEventLoop()
        self._typed: Typed | None = None
        self._yes = False
        self._to_press = 0
        self._asked = 0
        self._outcomes: list[Outcome] = []
        self._refused: list[object] = []
        self._begun: Callable[[], None] = lambda: None
        calling, worker = self._calling, self._worker
        self.opening.connect(worker.open)
        self.leaving.connect(worker.close)
        calling.order.connect(worker.place)
        worker.ended.connect(calling.on_ended)
        worker.refused.connect(calling.on_refused)
        # On the worker's thread, before anything is sent.
        worker.begun.connect(self._on_begun, Qt.ConnectionType.DirectConnection)
        worker.closed.connect(self._thread.quit, Qt.ConnectionType.DirectConnection)
        calling.ended.connect(self._on_ended)
        calling.question.connect(self._on_question)
        calling.busy_changed.connect(self._look)
        calling.field_refused.connect(self._refused.append)
        self._thread.start()
        self.opening.emit()

    def place(self, call: PlannedCall) -> bool:
        """Press Enter as planned; whether the worker places calls after that."""
        profile = Profile("work", base_url=self._ground.url_of(call), account=ACCOUNT)
        self._calling.use(profile, sandbox=False)
        self._board.call = call
        self._typed = Typed(call.callee, "", ACCOUNT, call.note)
        self._yes, self._asked, self._outcomes = call.yes, 1, []
        self._to_press = len(call.presses)
        watchdog = QTimer()
        watchdog.setSingleShot(True)
        watchdog.timeout.connect(self._loop.exit)
        watchdog.start(round(SECONDS * 1000))
        with self._ground.arranged(call, self._stop) as self._begun:
            for after in call.presses:
                QTimer.singleShot(after, self, self._press)
            self._loop.exec()
        assert watchdog.isActive(), f"{call.note} does not end"
        assert not self._refused, self._refused
        self._ground.judge(call, self._outcomes, self._asked)
        return call.stop is None

    def end(self) -> None:
        """End the thread."""
        self.leaving.emit()
        assert self._thread.wait(round(SECONDS * 1000))
        self._reader.close()

    def _stop(self, grace: float) -> None:
        """Stop as the end of the program does; the grace is the worker's own."""
        self._worker.stop()

    @Slot()
    def _press(self) -> None:
        assert self._typed is not None
        self._to_press -= 1
        self._calling.ask(self._typed)
        self._look()

    @Slot(object)
    def _on_begun(self, _: CallRecord) -> None:
        self._begun()

    @Slot(object)
    def _on_ended(self, ended: EndedCall) -> None:
        self._outcomes.append(ended.outcome)

    @Slot(object)
    def _on_question(self, question: Question) -> None:
        if self._yes:
            self._yes = False
            self._asked += 1
            self._calling.place(question)

    @Slot()
    def _look(self) -> None:
        if self._to_press == 0 and not self._calling.busy:
            # After whatever is still queued for this thread.
            QTimer.singleShot(0, self._loop, self._loop.quit)


def place_all(ground: Ground, schedule: Schedule) -> None:
    """Place the schedule's calls one after the other, as an operator does."""
    pressing: Pressing | None = None
    try:
        for call in schedule.calls:
            pressing = pressing or Pressing(ground)
            if not pressing.place(call):
                pressing.end()
                pressing = None
    finally:
        if pressing is not None:
            pressing.end()
