"""Takes calls out of the history off the UI thread: deleted with undo, or forgotten for good."""

import logging
from array import array
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from dialer.calls.journal_file import now_ms
from dialer.calls.place import JournalError
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.ui.background import Background
from dialer.ui.forgetting_work import UNDO_MS, Deleted, ForgettingWork, Rows, Stopped

PROGRESS_MS = 100
"""How often is told how far a deletion is."""

log = logging.getLogger(__name__)

_FAILED = QT_TRANSLATE_NOOP(
    "dialer", "Something went wrong in the program ({what}). The history may have kept calls."
)


@dataclass(frozen=True, slots=True)
class _Task:
    work: Callable[[], object]
    """Made when its turn has come; holds no QObject."""
    then: Callable[[object], None]
    total: int = 0


class Forgetting(QObject):
    """Deletes calls, brings them back, forgets them. UI thread; the work itself is elsewhere.

    One piece of work follows the other, each with a connection of its own. `clock` tells
    milliseconds since 1970, `zone` is the operator's.
    """

    deleted = Signal(object)
    """array of the row numbers that are hidden now; those of calls under way are not."""
    restored = Signal(object)
    """array of the row numbers that were brought back."""
    callee_forgotten = Signal(str, int)
    """A callee, and how many of its calls were deleted for good."""
    forgotten = Signal(int)
    """How many calls were deleted for good that are kept no longer."""
    purged = Signal(int)
    """How many deleted calls were taken out for good at the start, with those too old."""
    progress = Signal(int, int)
    """How many of how many calls are deleted so far."""
    undo_changed = Signal()
    """`undoable` is another number."""
    busy_changed = Signal()
    trouble = Signal(object)
    """A Sentence: what could not be done."""

    def __init__(
        self,
        journal: Path,
        lifelines: Path,
        parent: QObject | None = None,
        *,
        clock: Callable[[], int] = now_ms,
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__(parent)
        self.work = ForgettingWork(journal, lifelines, clock, zone)
        """For who counts calls in the background; it raises JournalError."""
        self._waiting: deque[Callable[[], _Task]] = deque()
        self._task: _Task | None = None
        self._last: Rows = array("q")
        self._some_are_gone = False
        self._until_purged = QTimer(self)
        self._until_purged.setSingleShot(True)
        self._until_purged.timeout.connect(self._purge_last)
        self._telling = QTimer(self)
        self._telling.setInterval(PROGRESS_MS)
        self._telling.timeout.connect(self._tell_progress)

    @property
    def undoable(self) -> int:
        """How many calls `undo` would bring back."""
        return len(self._last)

    @property
    def busy(self) -> bool:
        """Whether something is being done."""
        return self._task is not None

    def delete(self, rows: Rows) -> None:
        """Hide calls from the history; `undo` brings them back for ten minutes."""
        kept, work = array("q", rows), self.work
        self._do(lambda: _Task(lambda: work.delete(kept), self._on_deleted, len(kept)))

    @Slot()
    def undo(self) -> None:
        """Bring the calls of the last deletion back, once it has ended."""
        if self._last or self.busy:
            self._do(self._restoring)

    def forget_callee(self, callee: str) -> None:
        """Delete all calls of this callee for good, those that could be undone among them."""
        work = self.work

        def then(count: object) -> None:
            self._some_are_gone = True
            self.callee_forgotten.emit(callee, count)

        self._do(lambda: _Task(lambda: work.forget_callee(callee), then))

    def forget_older(self, keep_days: int) -> None:
        """Delete for good the calls that are kept no longer; 0 days keeps all."""
        work = self.work

        def then(count: object) -> None:
            self._some_are_gone = True
            self.forgotten.emit(count)

        self._do(lambda: _Task(lambda: work.forget_older(keep_days), then))

    def purge_old(self, keep_days: int) -> None:
        """At program start: take out for good what was deleted, and what is kept no longer."""
        work = self.work
        self._do(lambda: _Task(lambda: work.purge_old(keep_days), self.purged.emit))

    @Slot()
    def cancel(self) -> None:
        """Stop the deletion under way; what is hidden by then stays so, and can be undone."""
        if self.busy:
            self.work.cancel.set()

    def close(self) -> None:
        """End all work soon: at the end of the program. Nothing is told any more."""
        self.work.closing.set()
        self.work.cancel.set()
        self._waiting.clear()
        self._telling.stop()

    def _restoring(self) -> _Task:
        work, rows, gone = self.work, self._last, self._some_are_gone
        return _Task(lambda: work.restore(rows, some_are_gone=gone), self._on_restored)

    # One after the other

    def _do(self, made: Callable[[], _Task]) -> None:
        if not self.work.closing.is_set():
            self._waiting.append(made)
            self._next()

    def _next(self) -> None:
        if self.busy or not self._waiting:
            return
        self._task = self._waiting.popleft()()
        self.work.cancel.clear()
        background = Background()
        background.succeeded.connect(self._on_done)
        background.failed.connect(self._on_failed)
        background.start(self._task.work)
        if self._task.total:
            self._telling.start()
        self.busy_changed.emit()

    def _end(self) -> _Task | None:
        self._telling.stop()
        task, self._task = self._task, None
        return None if self.work.closing.is_set() else task

    @Slot()
    def _tell_progress(self) -> None:
        if self._task is not None and self.work.done:
            self.progress.emit(self.work.done, self._task.total)

    @Slot(object)
    def _on_done(self, value: object) -> None:
        if (task := self._end()) is not None:
            task.then(value)
        self.busy_changed.emit()
        self._next()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if self._end() is None or isinstance(error, Stopped):
            pass  # the program ends, and nobody is left to be told
        elif isinstance(error, JournalError):
            self.trouble.emit(error.sentence)
        else:
            log.error("the journal was not changed: %s", type(error).__name__, exc_info=error)
            self.trouble.emit(Sentence(_FAILED, what=type(error).__name__))
        self.busy_changed.emit()
        self._next()

    # What came of it

    def _on_deleted(self, deleted: object) -> None:
        assert isinstance(deleted, Deleted)  # noqa: S101
        if deleted.rows:
            self._set_last(deleted.rows)
        if deleted.rows or deleted.trouble is None:
            self.deleted.emit(deleted.rows)
        if deleted.trouble is not None:
            self.trouble.emit(deleted.trouble)

    def _on_restored(self, rows: object) -> None:
        self._set_last(array("q"))
        self.restored.emit(rows)

    def _set_last(self, rows: Rows) -> None:
        self._last = rows
        self._some_are_gone = False
        if rows:
            # A little later than the journal's own clock: what is purged is surely over.
            self._until_purged.start(UNDO_MS + 1_000)
        else:
            self._until_purged.stop()
        self.undo_changed.emit()

    @Slot()
    def _purge_last(self) -> None:
        self._set_last(array("q"))
        work = self.work
        self._do(lambda: _Task(work.purge, lambda _: None))
