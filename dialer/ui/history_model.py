"""The history table's model: a window onto the journal, never all of its rows at once."""

from array import array
from collections import OrderedDict
from collections.abc import Callable
from enum import IntEnum
from typing import Any, Protocol

from PySide6.QtCore import (
    QAbstractTableModel,
    QDate,
    QDateTime,
    QLocale,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QFont

from dialer.calls.call import CallRecord
from dialer.calls.place import JournalError
from dialer.ui.words import told

Index = QModelIndex | QPersistentModelIndex

PAGE = 128
"""How many calls are read at a time."""

PAGES = 16
"""How many pages are kept; a screen shows parts of two."""

KIND_ROLE = int(Qt.ItemDataRole.UserRole)
"""The outcome by its name, for the pill."""

RECORD_ROLE = KIND_ROLE + 1
"""The CallRecord."""


class Column(IntEnum):
    """The columns, from left to right."""

    TIME = 0
    CALLEE = 1
    DISPLAY_NUMBER = 2
    ACCOUNT = 3
    OUTCOME = 4
    RECORDING_ID = 5


class Reader(Protocol):
    """What the model asks of the journal (calls.journal.JournalReader)."""

    def rows(self, search: str = "", after: int = 0) -> "array[int]":
        """Row numbers above `after`, newest first."""
        ...

    def at(self, rows: list[int]) -> dict[int, CallRecord]:
        """Calls by row number."""
        ...


class HistoryModel(QAbstractTableModel):
    """Calls, newest first. Lives on the UI thread and reads pages of the journal there.

    `formatted` makes digits readable; `trouble` is told when the journal cannot be read.
    """

    def __init__(
        self,
        fonts: dict[Column, QFont],
        formatted: Callable[[str], str] = str,
        trouble: Callable[[str], None] = lambda _: None,
    ) -> None:
        super().__init__()
        self._reader: Reader | None = None
        self._rows: array[int] = array("q")
        self._pages: OrderedDict[int, dict[int, CallRecord]] = OrderedDict()
        self._search = ""
        self._fonts = fonts
        self._formatted = formatted
        self._trouble = trouble
        self._locale = QLocale()
        self._today = QDate.currentDate()

    # What the window asks of it

    def read_from(self, reader: Reader, formatted: Callable[[str], str]) -> None:
        """Show the journal behind `reader`."""
        self._reader = reader
        self._formatted = formatted
        self.reload()

    def search(self, text: str) -> None:
        """Show only the calls that have `text` in them."""
        if text != self._search:
            self._search = text
            self.reload()

    @property
    def searched(self) -> str:
        """What is searched for; "" shows everything."""
        return self._search

    def reload(self) -> None:
        """Read again which calls there are."""
        if self._reader is None:
            return
        try:
            rows = self._reader.rows(self._search)
        except JournalError as error:
            self._trouble(told(error.sentence))
            return
        self.beginResetModel()
        self._rows = rows
        self._pages.clear()
        self._today = QDate.currentDate()
        self.endResetModel()

    def refresh(self) -> None:
        """Take in what other programs wrote, without moving what is on screen."""
        if self._reader is None:
            return
        newest = self._rows[0] if self._rows else 0
        try:
            added = self._reader.rows(self._search, after=newest)
        except JournalError as error:
            self._trouble(told(error.sentence))
            return
        self._pages.clear()
        self._today = QDate.currentDate()
        if added:
            self.beginInsertRows(QModelIndex(), 0, len(added) - 1)
            self._rows = added + self._rows
            self.endInsertRows()
        if self._rows:
            self.dataChanged.emit(
                self.index(0, 0), self.index(len(self._rows) - 1, len(Column) - 1)
            )

    def add(self, record: CallRecord) -> None:
        """Put a call that just began on top. While searching, it waits for the search's end."""
        if self._search or (self._rows and self._rows[0] >= record.row):
            return
        self.beginInsertRows(QModelIndex(), 0, 0)
        self._rows.insert(0, record.row)
        self._pages.clear()  # every page has moved by one
        self.endInsertRows()

    def change(self, record: CallRecord) -> None:
        """Show how a call ended."""
        for page in self._pages.values():
            if record.row in page:
                page[record.row] = record
        row = self._row_of(record.row)
        if row is not None:
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(Column) - 1))

    def shows_calls_under_way(self) -> bool:
        """Whether a page that was read has a call that had no outcome then."""
        return any(
            record.outcome is None for page in self._pages.values() for record in page.values()
        )

    def record(self, row: int) -> CallRecord | None:
        """The call in a table row; None if there is none, or it cannot be read."""
        if not 0 <= row < len(self._rows):
            return None
        number = row // PAGE
        if number in self._pages:
            self._pages.move_to_end(number)
        else:
            self._pages[number] = self._read_page(number)
            while len(self._pages) > PAGES:
                self._pages.popitem(last=False)
        return self._pages[number].get(self._rows[row])

    def _row_of(self, journal_row: int) -> int | None:
        low, high = 0, len(self._rows)
        while low < high:  # newest first: the row numbers fall
            middle = (low + high) // 2
            if self._rows[middle] > journal_row:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self._rows) and self._rows[low] == journal_row else None

    def _read_page(self, number: int) -> dict[int, CallRecord]:
        if self._reader is None:
            return {}
        try:
            return self._reader.at(self._rows[number * PAGE : (number + 1) * PAGE].tolist())
        except JournalError as error:
            self._trouble(told(error.sentence))
            return {}

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
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return (
            self.tr("Time"),
            self.tr("Callee"),
            self.tr("Display number"),
            self.tr("Account"),
            self.tr("Outcome"),
            self.tr("Recording ID"),
        )[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell. The roles that are asked for most and answered never come first."""
        if role in _UNUSED_ROLES:
            return None
        column = index.column()
        if role == Qt.ItemDataRole.FontRole:
            return self._fonts.get(Column(column))
        record = self.record(index.row())
        if record is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(record, column)
        if role == KIND_ROLE:
            return record.outcome_name
        if role == RECORD_ROLE:
            return record
        if role == Qt.ItemDataRole.ToolTipRole and column == Column.TIME:
            moment = QDateTime.fromMSecsSinceEpoch(record.begun_at)
            return self._locale.toString(moment, QLocale.FormatType.LongFormat)
        return None

    def _text(self, record: CallRecord, column: int) -> str:
        request = record.request
        if column == Column.TIME:
            return self._time(record.begun_at)
        if column == Column.CALLEE:
            return self._formatted(request.callee)
        if column == Column.OUTCOME:
            return self._outcome(record)
        if column == Column.DISPLAY_NUMBER:
            return request.display_number or "—"
        if column == Column.ACCOUNT:
            return request.account
        return (record.outcome.recording_id if record.outcome else None) or "—"

    def _time(self, ms: int) -> str:
        moment = QDateTime.fromMSecsSinceEpoch(ms)
        time = moment.time().toString("HH:mm:ss")
        if moment.date() == self._today:
            return time
        day = self._locale.toString(moment.date(), QLocale.FormatType.ShortFormat)
        return f"{day} {time}"

    def _outcome(self, record: CallRecord) -> str:
        name = {
            "placed": self.tr("Placed"),
            "rejected": self.tr("Rejected"),
            "not_sent": self.tr("Not sent"),
            "unknown": self.tr("Unknown"),
            "calling": self.tr("Calling"),
        }[record.outcome_name]
        if record.request.sandbox:
            return self.tr("{outcome} · sandbox").format(outcome=name)
        return name


_UNUSED_ROLES = frozenset(
    int(role)
    for role in (
        Qt.ItemDataRole.DecorationRole,
        Qt.ItemDataRole.BackgroundRole,
        Qt.ItemDataRole.ForegroundRole,
        Qt.ItemDataRole.CheckStateRole,
        Qt.ItemDataRole.SizeHintRole,
        Qt.ItemDataRole.TextAlignmentRole,
        Qt.ItemDataRole.StatusTipRole,
        Qt.ItemDataRole.WhatsThisRole,
    )
)
