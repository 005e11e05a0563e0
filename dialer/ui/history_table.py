"""The table of the history: which columns have room, the order, and a selection that stays."""

from array import array
from collections.abc import Iterator
from dataclasses import replace

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QFontMetrics
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from dialer.calls.call import CallRecord
from dialer.calls.history_query import HistoryQuery
from dialer.ui.history_model import KIND_ROLE, SORTS, Column, HistoryModel
from dialer.ui.icons import Icons
from dialer.ui.pills import PillDelegate
from dialer.ui.theme import Theme

RUNS = 500
"""Of how many runs of rows a selection is found again: Qt tries each for every cell it paints."""

_WIDTHS = {
    Column.TIME: "00.00.0000 00:00:00",
    Column.CALLEE: "+00 00 00000-0000 0",
    Column.DISPLAY_NUMBER: "000000000000",
    Column.ACCOUNT: "account_00",
    Column.OUTCOME: "Not answered 00",
    Column.TALK: "0:00:00",
    Column.COST: "000.0000",
    Column.RECORDING_ID: "000000000000000000000",
}
"""What a column has room for."""

_WIDE_OUTCOME = "Provider fault · sandbox 00"

_DROPPED_FIRST = (
    Column.DISPLAY_NUMBER,
    Column.ACCOUNT,
    Column.COST,
    Column.TALK,
    Column.RECORDING_ID,
)
_NEWEST_FIRST = HistoryQuery()


class HistoryTable(QTableView):
    """Shows the model's calls; as many as wanted can be selected. UI thread."""

    def __init__(self, theme: Theme, icons: Icons, model: HistoryModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model
        self._kept = array("q")
        self._kept_current: int | None = None
        self._anchor: int | None = None
        self._restoring = False
        self._all_wanted = False
        self.setProperty("kind", "card")
        self.setAccessibleName(self.tr("History"))
        self.setModel(model)
        self.setItemDelegateForColumn(Column.OUTCOME, PillDelegate(theme, icons, KIND_ROLE, self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(theme.px(30))
        columns = self.horizontalHeader()
        columns.setHighlightSections(False)
        columns.setFont(theme.fonts.label_strong)
        columns.setStretchLastSection(True)
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        columns.setSectionsClickable(True)
        columns.setSortIndicatorClearable(True)
        columns.setSortIndicatorShown(False)  # it would cover titles at the right: they say it
        columns.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        columns.sortIndicatorChanged.connect(self._sort)
        columns.setToolTip(self.tr("Click to sort; the third click brings the newest to the top"))
        self._columns_changed = QTimer(self)
        self._columns_changed.setSingleShot(True)
        self._columns_changed.timeout.connect(self._fit_columns)
        self.viewport().installEventFilter(self)
        self.selectionModel().selectionChanged.connect(self._forget_kept)
        model.modelAboutToBeReset.connect(self._keep)
        model.modelReset.connect(self._restore)
        model.counted.connect(self._restore_rest)

    def selected(self) -> CallRecord | None:
        """The selected call; of several the one that was picked last."""
        selection = self.selectionModel()
        current = selection.currentIndex()
        if current.isValid() and selection.isSelected(current):
            return self._model.record(current.row())
        first = next(self._runs(), None)
        return self._model.record(first[0]) if first else None

    def selected_rows(self) -> "array[int]":
        """The row numbers of all selected calls, in the order in which they are shown."""
        rows = array("q")
        for first, last in sorted(set(self._runs())):
            rows.extend(self._model.rows_at(range(first, last + 1)))
        return rows

    def selected_count(self) -> int:
        """How many calls are selected."""
        return sum(last - first + 1 for first, last in set(self._runs()))

    def sort_menu(self, parent: QWidget) -> QMenu:
        """A menu for who has no mouse: the columns, of which one more choice turns the order."""
        menu = QMenu(self.tr("Sort by"), parent)
        newest = menu.addAction(self.tr("Newest first"))
        newest.setCheckable(True)
        newest.setChecked(self._model.newest_first)
        newest.triggered.connect(self.sort_newest_first)
        for column in Column:
            title = self._model.headerData(column, Qt.Orientation.Horizontal)
            action = QAction(title, menu)
            action.setCheckable(True)
            sorted_by = self.horizontalHeader().sortIndicatorSection()
            action.setChecked(sorted_by == column)
            action.setData(int(column))
            menu.addAction(action)
        menu.triggered.connect(self._sort_by)
        return menu

    def selectAll(self) -> None:
        """Select all calls that are found: those too that are still looked for."""
        self._restoring = True
        super().selectAll()
        self._restoring = False
        self._kept = array("q")
        self._all_wanted = self._model.total is None

    @Slot()
    def sort_newest_first(self) -> None:
        """Bring the newest calls back to the top."""
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Give the columns the room that there is."""
        if event.type() == QEvent.Type.Resize and watched is self.viewport():
            # After this event: the columns change the table that is at work here.
            self._columns_changed.start(0)
        return super().eventFilter(watched, event)

    # The order

    @Slot(QAction)
    def _sort_by(self, action: QAction) -> None:
        column = action.data()
        if column is None:
            return
        header = self.horizontalHeader()
        order = Qt.SortOrder.AscendingOrder
        if header.sortIndicatorSection() == column and header.sortIndicatorOrder() == order:
            order = Qt.SortOrder.DescendingOrder
        header.setSortIndicator(column, order)

    @Slot(int, Qt.SortOrder)
    def _sort(self, section: int, order: Qt.SortOrder) -> None:
        if section < 0:
            sort, descending = _NEWEST_FIRST.sort, _NEWEST_FIRST.descending
        else:
            sort = SORTS[Column(section)]
            descending = order is Qt.SortOrder.DescendingOrder
        self._model.find(replace(self._model.query, sort=sort, descending=descending))

    # The selection

    def _runs(self) -> Iterator[tuple[int, int]]:
        """First and last table row of each run that is selected."""
        selection = self.selectionModel().selection()
        for number in range(selection.count()):
            part = selection.at(number)
            yield part.top(), part.bottom()

    @Slot()
    def _keep(self) -> None:
        """Remember, before other calls are shown, which are selected and what stands on top."""
        current = self.selectionModel().currentIndex()
        kept = self.selected_rows()
        if kept:
            self._kept = kept
            self._kept_current = self._number(current.row())
        top = self.verticalScrollBar().value()
        keeps = self._model.keeps_place and top > 0
        self._anchor = self._number(self.rowAt(0)) if keeps else None

    @Slot()
    def _restore(self) -> None:
        if self._anchor is not None and (place := self._model.place_of(self._anchor)) is not None:
            self.scrollTo(self._model.index(place, 0), QAbstractItemView.ScrollHint.PositionAtTop)
        self._anchor = None
        self._select_kept()

    @Slot()
    def _restore_rest(self) -> None:
        """Select again what stands below the calls that were found at first."""
        if self._model.total is not None and self._all_wanted:
            self.selectAll()
        elif self._model.total is not None and self._kept:
            self._select_kept()
            self._kept = array("q")

    def _select_kept(self) -> None:
        if not self._kept:
            return
        runs = self._model.runs_of(self._kept, RUNS)
        if not runs:
            return
        last_column = len(Column) - 1
        selection = QItemSelection()
        for first, last in runs:
            selection.select(self._model.index(first, 0), self._model.index(last, last_column))
        place = None
        if self._kept_current is not None:
            place = self._model.place_of(self._kept_current)
        self._restoring = True
        model = self.selectionModel()
        if place is not None:
            model.setCurrentIndex(
                self._model.index(place, 0), QItemSelectionModel.SelectionFlag.NoUpdate
            )
        model.select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._restoring = False

    @Slot()
    def _forget_kept(self, *_: object) -> None:
        if not self._restoring:
            self._kept = array("q")
            self._all_wanted = False

    def _number(self, row: int) -> int | None:
        rows = self._model.rows_at(range(row, row + 1)) if row >= 0 else None
        return rows[0] if rows else None

    # The columns

    @Slot()
    def _fit_columns(self) -> None:
        room = self.horizontalHeader().width()
        shown = list(Column)
        for column in _DROPPED_FIRST:
            if sum(self._wanted_width(each) for each in shown) <= room:
                break
            shown.remove(column)
        wanted = sum(self._wanted_width(each) for each in shown)
        # Where even time, callee and outcome have no room they share it: no scroll bar.
        share = min(1.0, room / wanted)
        for column in Column:
            self.setColumnHidden(column, column not in shown)
            self.setColumnWidth(column, int(self._wanted_width(column) * share))
        # What is left goes to the outcome first, which may say that it was the sandbox's.
        wide = self._width_of(Column.OUTCOME, _WIDE_OUTCOME)
        left = self._wanted_width(Column.OUTCOME) + max(0, room - wanted)
        if share >= 1.0:
            self.setColumnWidth(Column.OUTCOME, min(wide, left))

    def _wanted_width(self, column: Column) -> int:
        return self._width_of(column, _WIDTHS[column])

    def _width_of(self, column: Column, words: str) -> int:
        font = self._theme.fonts.mono if column is Column.RECORDING_ID else self._theme.fonts.text
        return QFontMetrics(font).horizontalAdvance(words) + self._theme.px(20)
