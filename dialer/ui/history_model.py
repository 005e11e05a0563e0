"""The history table's model: a window onto the journal, never all of its rows at once."""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import IntEnum
from typing import Any, Protocol

from PySide6.QtCore import (
    QAbstractTableModel,
    QElapsedTimer,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QFont

from dialer.calls.call import CallRecord
from dialer.calls.history_query import HistoryQuery, Sort
from dialer.calls.place import JournalError
from dialer.ui.history_finder import FIRST, HistoryFinder, Search
from dialer.ui.history_words import HistoryWords, kind_of
from dialer.ui.row_numbers import Found, RowNumbers
from dialer.ui.words import plain_tip, told

Index = QModelIndex | QPersistentModelIndex

PAGE = 64
"""How many calls are read at a time; a screen shows some 25."""

KEPT = 4_096
"""How many calls are kept at most."""

AGAIN_MS = 250
"""How long changes gather before it is looked again for what is shown."""

LONGEST_PAUSE_MS = 5_000
"""How long it waits at most before it looks again, where that takes long."""

KIND_ROLE = int(Qt.ItemDataRole.UserRole)
"""What became of the call by its name, for the pill."""

RECORD_ROLE = KIND_ROLE + 1
"""The CallRecord."""


class Column(IntEnum):
    """The columns, from left to right."""

    TIME = 0
    CALLEE = 1
    DISPLAY_NUMBER = 2
    ACCOUNT = 3
    OUTCOME = 4
    TALK = 5
    COST = 6
    RECORDING_ID = 7


SORTS = {
    Column.TIME: Sort.TIME,
    Column.CALLEE: Sort.CALLEE,
    Column.DISPLAY_NUMBER: Sort.DISPLAY_NUMBER,
    Column.ACCOUNT: Sort.ACCOUNT,
    Column.OUTCOME: Sort.OUTCOME,
    Column.TALK: Sort.DURATION,
    Column.COST: Sort.COST,
    Column.RECORDING_ID: Sort.RECORDING_ID,
}
"""What a column puts the history in order by."""

RIGHT = frozenset((Column.TALK, Column.COST))
"""The columns of figures, which stand at the right."""


class Reader(Protocol):
    """What the model asks of the journal (calls.journal_reader.JournalReader)."""

    def at(self, rows: Sequence[int]) -> dict[int, CallRecord]:
        """Calls by row number; what was deleted is missing."""
        ...


class _Shown:
    """A call that was read, and its texts once somebody asked for them. None was deleted."""

    __slots__ = ("record", "texts")

    def __init__(self, record: CallRecord | None) -> None:
        self.record = record
        self.texts: tuple[str, ...] | None = None


class HistoryModel(QAbstractTableModel):
    """The calls that a query finds, in its order. Lives on the UI thread.

    Which calls those are is found by the HistoryFinder; the calls on screen are read here, a
    page at a time. `trouble` is told when the journal cannot be read.
    """

    counted = Signal()
    """`total` is another number, or none for the moment."""

    def __init__(
        self,
        fonts: dict[Column, QFont],
        formatted: Callable[[str], str] = str,
        trouble: Callable[[str], None] = lambda _: None,
    ) -> None:
        super().__init__()
        self._reader: Reader | None = None
        self._finder: HistoryFinder | None = None
        self._rows = RowNumbers()
        self._shown: dict[int, _Shown] = {}
        self._fonts = [fonts.get(column) for column in Column]
        self._trouble = trouble
        self._words = HistoryWords(formatted)
        self.query = HistoryQuery()
        """What is shown, or looked for."""
        self.total: int | None = 0
        """How many calls `query` finds; None while that is not known yet."""
        self.keeps_place = False
        """While the model is reset: whether the same calls stay where they were."""
        self._search = Search(0, self.query)
        self._listed = True
        self._looking = False
        self._look_again = False
        self._begun: list[int] = []
        self._took = QElapsedTimer()
        self._pause_ms = 0
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self._look_quietly)

    # What the window asks of it

    def read_from(
        self, reader: Reader, formatted: Callable[[str], str], finder: HistoryFinder
    ) -> None:
        """Show the journal behind `reader`, in which `finder` finds."""
        self._reader = reader
        self._words = HistoryWords(formatted)
        if self._finder is None:
            finder.first.connect(self._on_first)
            finder.more.connect(self._on_more)
            finder.replaced.connect(self._on_replaced)
            finder.newer.connect(self._on_newer)
            finder.failed.connect(self._on_failed)
        self._finder = finder
        self.reload()

    def find(self, query: HistoryQuery) -> None:
        """Show what `query` finds, as soon as that is found."""
        if query != self.query:
            self.query = query
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(Column) - 1)
            self.reload()

    def search(self, text: str) -> None:
        """Show only the calls that have `text` in them, of those that are shown otherwise."""
        self.find(replace(self.query, search=text))

    @property
    def searched(self) -> str:
        """What is searched for; "" searches for nothing."""
        return self.query.text

    @property
    def newest_first(self) -> bool:
        """Whether the calls stand in order of time, the newest on top."""
        return self.query.sort is Sort.TIME and self.query.descending

    def reload(self) -> None:
        """Find again which calls there are."""
        if self._finder is None:
            return
        self._look(quiet=False)
        if self.total is not None:
            self.total = None
            self.counted.emit()

    @Slot()
    def refresh(self) -> None:
        """Take in what was written, without moving what is on screen."""
        if self._finder is None:
            return
        self.read_again()
        self._look_soon(0)

    def read_again(self) -> None:
        """Read the calls on screen again: something of them may have changed."""
        self._shown.clear()
        self._words.begin_day()
        if len(self._rows):
            self._tell_changed(0, len(self._rows) - 1)

    def add(self, record: CallRecord) -> None:
        """Put a call that just began on top; where it belongs, if calls are left out or sorted."""
        if not self.newest_first or self.query.filters:
            self._look_soon(AGAIN_MS)
            return
        if len(self._rows) and self._rows[0] >= record.row:
            return
        self._shown[record.row] = _Shown(record)
        self._begun.append(record.row)
        self.beginInsertRows(QModelIndex(), 0, 0)
        self._rows.put_on_top(array("q", [record.row]))
        self.endInsertRows()
        if self.total is not None:
            self.total += 1
            self.counted.emit()

    def change(self, record: CallRecord) -> None:
        """Show what became of a call."""
        if record.row in self._shown:
            self._shown[record.row] = _Shown(record)
        place = self._rows.place_of(record.row) if self._rows.falling else None
        if place is not None:
            self._tell_changed(place, place)
        elif not self._rows.falling and record.row in self._shown:
            self._tell_changed(0, len(self._rows) - 1)
        if not self.newest_first or self.query.filters:
            self._look_soon(AGAIN_MS)

    def shows_calls_under_way(self) -> bool:
        """Whether a call that was read had no outcome then."""
        return any(
            shown.record is not None and shown.record.outcome is None
            for shown in self._shown.values()
        )

    def record(self, row: int) -> CallRecord | None:
        """The call in a table row; None if there is none, or it cannot be read."""
        shown = self._at(row)
        return shown.record if shown else None

    def rows_at(self, table_rows: Sequence[int]) -> "array[int]":
        """The row numbers of the calls in these table rows."""
        if isinstance(table_rows, range) and table_rows.step == 1:
            return self._rows.between(table_rows.start, table_rows.stop)
        return array("q", (self._rows[row] for row in table_rows))

    def place_of(self, row_number: int) -> int | None:
        """The table row of a call; None if it is not shown."""
        return self._rows.place_of(row_number)

    def runs_of(self, row_numbers: "array[int]", most: int) -> list[tuple[int, int]] | None:
        """The first and last table row of each run of these calls; None beyond `most` runs."""
        return self._rows.runs_of(row_numbers, most)

    # What the finder says

    def _look_soon(self, ms: int) -> None:
        """Look again for what is shown, the more rarely the longer that takes."""
        if self._looking:
            self._look_again = True
        elif self._finder is not None and not self._again.isActive():
            self._again.start(max(ms, self._pause_ms))

    @Slot()
    def _look_quietly(self) -> None:
        self._look(quiet=True)

    def _look(self, *, quiet: bool) -> None:
        assert self._finder is not None  # noqa: S101
        self._looking = True
        self._took.start()
        self._listed = quiet
        self._look_again = False
        self._again.stop()
        self._begun.clear()
        everything = quiet and self.newest_first and not self.query.filters
        self._search = Search(
            self._search.generation + 1,
            self.query,
            quiet,
            newest=self._rows[0] if everything and len(self._rows) else 0,
            count=len(self._rows) if everything else -1,
        )
        self._finder.find(self._search)

    @Slot(object, object)
    def _on_first(self, search: Search, records: list[CallRecord]) -> None:
        if search is not self._search:
            return
        self._words.begin_day()
        self._shown = {record.row: _Shown(record) for record in records}
        rows = array("q", (record.row for record in records))
        self._replace(self._with_begun(rows), keeps_place=False)
        if len(records) < FIRST:
            self._end_looking()

    @Slot(object, object, bool)
    def _on_more(self, search: Search, found: Found, last: bool) -> None:
        if search is not self._search:
            return
        shown = len(self._rows)
        if not self._listed:
            self._listed = True
            rows = self._with_begun(found)
            if rows.between(0, shown) == self._rows.between(0, shown):
                if len(rows) > shown:
                    self.beginInsertRows(QModelIndex(), shown, len(rows) - 1)
                    self._rows = rows
                    self.endInsertRows()
            else:
                # Something was written since the first calls were found.
                self._replace(rows, keeps_place=True)
        elif len(found):
            self.beginInsertRows(QModelIndex(), shown, shown + len(found) - 1)
            self._rows.append(found)
            self.endInsertRows()
        if last:
            self._end_looking()

    @Slot(object, object)
    def _on_replaced(self, search: Search, found: Found) -> None:
        if search is not self._search:
            return
        rows = self._with_begun(found)
        if rows != self._rows:
            self._replace(rows, keeps_place=True)
        self._end_looking()

    @Slot(object, object)
    def _on_newer(self, search: Search, added: "array[int]") -> None:
        if search is not self._search:
            return
        if self._begun:
            # Calls that began here meanwhile stand there already.
            added = array("q", (row for row in added if row > self._rows[0]))
        if added:
            self.beginInsertRows(QModelIndex(), 0, len(added) - 1)
            self._rows.put_on_top(added)
            self.endInsertRows()
        self._end_looking()

    @Slot(object, str)
    def _on_failed(self, search: Search, why: str) -> None:
        if search is self._search:
            self._trouble(why)
            self._end_looking()

    def _with_begun(self, found: Found) -> RowNumbers:
        """What was found, and above it the calls that have begun here since it was asked for."""
        rows = RowNumbers(found, falling=self.newest_first)
        newest = found[0] if len(found) else 0
        if begun := [row for row in self._begun if row > newest]:
            rows.put_on_top(array("q", reversed(begun)))
        return rows

    def _replace(self, rows: RowNumbers, *, keeps_place: bool) -> None:
        self.keeps_place = keeps_place
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def _end_looking(self) -> None:
        self._looking = False
        self._listed = True
        self._pause_ms = min(LONGEST_PAUSE_MS, 4 * self._took.elapsed())
        if self.total != len(self._rows):
            self.total = len(self._rows)
            self.counted.emit()
        if self._look_again:
            self._look_soon(AGAIN_MS)

    # Calls by table row

    def _at(self, row: int) -> _Shown | None:
        if not 0 <= row < len(self._rows):
            return None
        shown = self._shown.get(self._rows[row])
        if shown is None:
            self._read_around(row)
            shown = self._shown.get(self._rows[row])
        return shown

    def _read_around(self, row: int) -> None:
        if self._reader is None:
            return
        start = row - row % PAGE
        around = self._rows.between(start, start + PAGE)
        wanted = [each for each in around if each not in self._shown]
        try:
            found = self._reader.at(wanted)
        except JournalError as error:
            self._trouble(told(error.sentence))
            found = {}
        if len(self._shown) >= KEPT:
            for old in list(self._shown)[: KEPT // 2]:
                del self._shown[old]
        for each in wanted:
            self._shown[each] = _Shown(found.get(each))

    def _tell_changed(self, first: int, last: int) -> None:
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(Column) - 1))

    # What Qt asks of it

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """How many calls are shown."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many columns there are."""
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The column's title."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _AT_THE_RIGHT if section in RIGHT else _AT_THE_LEFT
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        title = (
            self.tr("Time"),
            self.tr("Callee"),
            self.tr("Display number"),
            self.tr("Account"),
            self.tr("Outcome"),
            self.tr("Talk"),
            self.tr("Cost"),
            self.tr("Recording ID"),
        )[section]
        if self.newest_first or SORTS[Column(section)] is not self.query.sort:
            return title
        return f"{title} ▼" if self.query.descending else f"{title} ▲"

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell. The roles that are asked for most and answered never come first."""
        if role in _UNUSED_ROLES:
            return None
        column = index.column()
        if role == Qt.ItemDataRole.FontRole:
            return self._fonts[column]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _AT_THE_RIGHT if column in RIGHT else None
        shown = self._at(index.row())
        if shown is None or shown.record is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            if shown.texts is None:
                shown.texts = self._words.texts(shown.record)
            return shown.texts[column]
        if role == KIND_ROLE:
            return kind_of(shown.record)
        if role == RECORD_ROLE:
            return shown.record
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(shown.record, column)
        return None

    def _tip(self, record: CallRecord, column: int) -> str | None:
        if column == Column.TIME:
            return self._words.full_time(record)
        return plain_tip(self._words.full_cost(record)) if column == Column.COST else None


_AT_THE_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_AT_THE_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_UNUSED_ROLES = frozenset(
    int(role)
    for role in (
        Qt.ItemDataRole.DecorationRole,
        Qt.ItemDataRole.BackgroundRole,
        Qt.ItemDataRole.ForegroundRole,
        Qt.ItemDataRole.CheckStateRole,
        Qt.ItemDataRole.SizeHintRole,
        Qt.ItemDataRole.StatusTipRole,
        Qt.ItemDataRole.WhatsThisRole,
    )
)
