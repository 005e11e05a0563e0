"""What can be done with the selected calls: copied, deleted, and forgotten for good."""

import logging
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from PySide6.QtCore import QLocale, QMimeData, QObject, Qt, Signal, SignalInstance, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence

from dialer.calls.call import CallRecord
from dialer.calls.place import JournalError
from dialer.calls.sentence import Sentence
from dialer.ui.background import Background
from dialer.ui.forgetting import Forgetting
from dialer.ui.history_copy import ReadCalls, Table, TableWords, recording_ids_of, table_of
from dialer.ui.history_line import HistoryLine
from dialer.ui.words import told

MOST_COPIED = 10_000
"""The most calls that are put on the clipboard, which holds them all in memory."""

ASKED_FROM = 1_000
"""More calls than these are not deleted without asking."""

log = logging.getLogger(__name__)

_Rows: TypeAlias = "array[int]"


@dataclass(frozen=True, slots=True)
class _Callee:
    digits: str
    calls: int


class HistoryActions(QObject):
    """The actions of the history's selection, and what they say in `line`. UI thread.

    `selected_rows` hands over the row numbers that are selected, in the order in which they
    are shown; `read` reads their calls, off the UI thread. `formatted` makes digits readable.
    """

    callee_forgotten = Signal(str)
    """The digits of a callee whose calls are gone: nothing is to offer the number any more."""
    keep_asked = Signal()
    """Choose for how long calls are kept."""
    export_asked = Signal()
    """Export instead of copying."""
    copied = Signal(str)
    """What was just put on the clipboard, in words."""

    def __init__(
        self,
        forgetting: Forgetting,
        line: HistoryLine,
        selected_rows: Callable[[], _Rows],
        read: ReadCalls,
        parent: QObject | None = None,
        *,
        formatted: Callable[[str], str] = lambda digits: f"+{digits}",
    ) -> None:
        super().__init__(parent)
        self._forgetting = forgetting
        self._line = line
        self._selected_rows = selected_rows
        self._read = read
        self.formatted = formatted
        """Makes digits readable; replaced once the numbering plan is there."""

        self.copy_table = self._action(self.tr("Copy as table"), self._copy_table)
        self.copy_table.setShortcut(QKeySequence("Ctrl+Shift+C"))
        self.copy_ids = self._action(self.tr("Copy recording IDs"), self._copy_ids)
        self.delete = self._action(self.tr("Delete"), self._delete)
        self.delete.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        self.forget = self._action(self.tr("Forget this callee…"), self._forget)
        self.keep = self._action(self.tr("Keep calls for…"), self.keep_asked)
        self.undo = self._action(self.tr("Undo deletion"), forgetting.undo)
        self.undo.setShortcut(QKeySequence(QKeySequence.StandardKey.Undo))
        for action in (self.copy_table, self.delete):
            # In a field these keys are the field's own.
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.on_table = [self.copy_table, self.copy_ids, self.delete, self.forget]
        """What belongs to the selected calls: add them to the table and to its menu."""

        forgetting.deleted.connect(self._on_deleted)
        forgetting.restored.connect(self._on_restored)
        forgetting.forgotten.connect(self._on_forgotten)
        forgetting.callee_forgotten.connect(self._on_callee_forgotten)
        forgetting.progress.connect(self._on_progress)
        forgetting.trouble.connect(self._on_trouble)
        forgetting.undo_changed.connect(self._on_undo_changed)
        self._on_undo_changed()
        self.look(0)

    @Slot(int)
    def look(self, selected: int) -> None:
        """See that so many calls are selected: some actions need one, some any."""
        for action in (self.copy_table, self.copy_ids, self.delete):
            action.setEnabled(selected > 0)
        self.forget.setEnabled(selected == 1)

    # Copying

    @Slot()
    def _copy_table(self) -> None:
        words = TableWords.now()
        self._copy(lambda records: (table_of(records, words), len(records)))

    @Slot()
    def _copy_ids(self) -> None:
        self._copy(lambda records: (recording_ids_of(records), len(records)))

    def _copy(self, made: Callable[[list[CallRecord]], object]) -> None:
        rows = self._selected_rows()
        if not rows:
            return
        if len(rows) > MOST_COPIED:
            self._line.tell(
                self.tr("These are too many to copy."),
                self.tr("Up to {most} calls fit on the clipboard. Export takes any number.").format(
                    most=_number(MOST_COPIED)
                ),
                [(self.tr("Export…"), self.export_asked.emit)],
            )
            return
        read = self._read
        self._in_background(lambda: made(read(rows)), self._on_copied)

    @Slot(object)
    def _on_copied(self, made: tuple[Table | str, int]) -> None:
        content, count = made
        data = QMimeData()
        if isinstance(content, Table):
            data.setText(content.text)
            data.setHtml(content.html)
            told_of = self._counted(count, self.tr("1 call"), self.tr("{number} calls"))
        else:
            count = len(content.split())
            data.setText(content)
            told_of = self._counted(
                count, self.tr("1 recording ID"), self.tr("{number} recording IDs")
            )
        if not count:
            self._line.tell(
                self.tr("Nothing was copied."),
                self.tr("None of these calls has a recording ID: only placed ones do."),
            )
            return
        QGuiApplication.clipboard().setMimeData(data)
        self.copied.emit(told_of)

    # Deleting

    @Slot()
    def _delete(self) -> None:
        rows = array("q", self._selected_rows())
        if not rows:
            return
        if len(rows) <= ASKED_FROM:
            self._forgetting.delete(rows)
            return
        number = _number(len(rows))
        self._line.ask(
            self.tr("Delete {number} calls?").format(number=number),
            self.tr("It can be undone for ten minutes."),
            self.tr("Keep them"),
            self.tr("Delete {number} calls").format(number=number),
            lambda: self._forgetting.delete(rows),
        )

    @Slot(int, int)
    def _on_progress(self, done: int, total: int) -> None:
        if total > ASKED_FROM and done < total:
            self._line.show_message(
                "working",
                self.tr("Deleting calls."),
                self.tr("{done} of {total} so far.").format(
                    done=_number(done), total=_number(total)
                ),
                actions=[(self.tr("Stop"), self._forgetting.cancel)],
            )

    @Slot(object)
    def _on_deleted(self, rows: _Rows) -> None:
        if not rows:
            self._line.tell(
                self.tr("Nothing was deleted."),
                self.tr("A call under way stays until it has ended."),
            )
            return
        self._line.tell(
            self._counted(
                len(rows), self.tr("Deleted 1 call."), self.tr("Deleted {number} calls.")
            ),
            "",
            [(self.tr("Undo"), self._forgetting.undo)],
        )

    @Slot(object)
    def _on_restored(self, rows: _Rows) -> None:
        self._line.tell(
            self._counted(
                len(rows),
                self.tr("1 call is back in the history."),
                self.tr("{number} calls are back in the history."),
            )
        )

    @Slot()
    def _on_undo_changed(self) -> None:
        undoable = self._forgetting.undoable > 0
        self.undo.setEnabled(undoable)
        if not undoable and self._line.kind == "info":
            # It may still offer to undo.
            self._line.clear()

    # Forgetting

    @Slot()
    def _forget(self) -> None:
        rows = self._selected_rows()
        if len(rows) != 1:
            return
        read, count = self._read, self._forgetting.work.count_callee

        def look_up() -> _Callee | None:
            for record in read(rows):
                digits = record.request.callee
                return _Callee(digits, count(digits))
            return None

        self._in_background(look_up, self._ask_to_forget)

    @Slot(object)
    def _ask_to_forget(self, callee: _Callee | None) -> None:
        if callee is None:
            return
        texts = (
            self._counted(
                callee.calls,
                self.tr("Its 1 call is deleted for good, with all that is kept of it here."),
                self.tr(
                    "Its {number} calls are deleted for good, with all that is kept of them here."
                ),
            ),
            self.tr("What was deleted of it before cannot be brought back then either."),
            self.tr("Copies, exports and backups made earlier are not touched."),
        )
        self._line.ask(
            self.tr("Forget {callee}?").format(callee=self.formatted(callee.digits)),
            " ".join(texts),
            self.tr("Keep it"),
            self._counted(callee.calls, self.tr("Forget 1 call"), self.tr("Forget {number} calls")),
            lambda: self._forget_now(callee.digits),
        )

    def _forget_now(self, callee: str) -> None:
        self._line.show_message("working", self.tr("Forgetting the callee."), "")
        self._forgetting.forget_callee(callee)

    @Slot(int)
    def _on_forgotten(self, count: int) -> None:
        if not count:
            self._line.tell(self.tr("No call had to be deleted."))
            return
        self._line.tell(
            self._counted(
                count,
                self.tr("1 call was deleted for good."),
                self.tr("{number} calls were deleted for good."),
            )
        )

    @Slot(str, int)
    def _on_callee_forgotten(self, callee: str, count: int) -> None:
        self._on_forgotten(count)
        self.callee_forgotten.emit(callee)

    # In common

    @Slot(object)
    def _on_trouble(self, trouble: Sentence) -> None:
        self._line.warn(self.tr("Not everything was done."), told(trouble))

    def _in_background(self, work: Callable[[], object], then: Callable[..., None]) -> None:
        background = Background()
        background.succeeded.connect(then)
        background.failed.connect(self._on_not_read)
        background.start(work)

    @Slot(object)
    def _on_not_read(self, error: Exception) -> None:
        if isinstance(error, JournalError):
            why = told(error.sentence)
        else:
            log.error("calls could not be read: %s", type(error).__name__, exc_info=error)
            why = type(error).__name__
        self._line.warn(self.tr("The calls could not be read."), why)

    def _counted(self, count: int, one: str, many: str) -> str:
        return one if count == 1 else many.format(number=_number(count))

    def _action(self, words: str, act: Callable[[], object] | SignalInstance) -> QAction:
        action = QAction(words, self)
        action.triggered.connect(act)
        return action


def _number(count: int) -> str:
    return QLocale().toString(count)
