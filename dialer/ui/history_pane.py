"""The history: search, the table of calls, and the selected call beside it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QLocale,
    QObject,
    QPoint,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QAction,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from dialer.calls.call import CallRecord
from dialer.ui.card import Card
from dialer.ui.empty_state import EmptyState
from dialer.ui.history_model import KIND_ROLE, Column, HistoryModel
from dialer.ui.icons import Icons
from dialer.ui.ink import set_ink
from dialer.ui.pills import PillDelegate
from dialer.ui.theme import Theme

if TYPE_CHECKING:
    from dialer.ui.call_panel import CallPanel

PANEL_FROM = 980
"""From this width on, in the pixels of the design, the selected call stands beside the table."""

_WIDTHS = {
    Column.TIME: "00.00.0000 00:00:00",
    Column.CALLEE: "+000 0000 000 0000 00",
    Column.DISPLAY_NUMBER: "00000000000000",
    Column.ACCOUNT: "account_00000",
    Column.OUTCOME: "Not sent · sandbox 000",
    Column.RECORDING_ID: "000000000000000000000000",
}
"""What a column has room for."""

_DROPPED_FIRST = (Column.DISPLAY_NUMBER, Column.ACCOUNT, Column.RECORDING_ID)


class HistoryPane(QWidget):
    """Finds calls again. Picking one only ever fills fields in. UI thread."""

    call_again_asked = Signal(object)
    """CallRecord: fill its values in, without calling."""
    copied = Signal(str)
    """What was just put on the clipboard, in words."""

    def __init__(self, theme: Theme, icons: Icons, model: HistoryModel) -> None:
        super().__init__()
        self._theme = theme
        self._model = model
        self._low = False
        self.search = QLineEdit(self)
        self.search.setProperty("kind", "search")
        self.search.setAccessibleName(self.tr("Search history"))
        self.search.setPlaceholderText(self.tr("Search history"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(theme.px(320))
        self._search_icon = self.search.addAction(
            icons.icon("search", "quiet"), QLineEdit.ActionPosition.LeadingPosition
        )
        # A pause in typing, so that a long history is not searched for every letter.
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(120)
        self._pause.timeout.connect(self._search_now)
        self.search.textChanged.connect(self._pause.start)
        self._count = QLabel(self)
        self._icons = icons

        self.table = self._make_table(theme, icons)
        self.table.installEventFilter(self)
        self.table.viewport().installEventFilter(self)
        self.empty = EmptyState(theme, icons, self)
        self.panel: CallPanel | None = None

        self._top = QWidget(self)
        top = QHBoxLayout(self._top)
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(theme.px(12))
        top.addWidget(self.search, 1)
        top.addStretch(1)
        top.addWidget(self._count)
        self._stack = QStackedLayout()
        ground = Card(theme)
        inside = QVBoxLayout(ground)
        inside.addWidget(self.empty)
        self._stack.addWidget(ground)
        self._empty_ground = ground
        self._stack.addWidget(self.table)
        self._below = below = QHBoxLayout()
        below.setSpacing(theme.px(12))
        below.addLayout(self._stack, 5)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(8))
        layout.addWidget(self._top)
        layout.addLayout(below, 1)

        # Each page would ask for the height that it likes best; rows can do with little.
        self.setMinimumHeight(theme.px(64))
        self._make_actions()
        model.modelReset.connect(self._show_state)
        model.rowsInserted.connect(self._show_state)
        model.dataChanged.connect(self._show_selected)
        theme.changed.connect(self._colour)
        self._colour()
        self._show_state()

    def selected(self) -> CallRecord | None:
        """The call whose row is selected."""
        rows = self.table.selectionModel().selectedRows()
        return self._model.record(rows[0].row()) if rows else None

    @Slot()
    def focus_search(self) -> None:
        """Put the cursor into the search field."""
        self._top.show()
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def set_low(self, low: bool) -> None:
        """Leave out search and titles in a low window; Ctrl+F brings the search back."""
        if low is not self._low:
            self._low = low
            self.table.horizontalHeader().setHidden(low)
            self._show_search()

    def _show_search(self) -> None:
        searching = bool(self._model.searched or self.search.text())
        self._top.setVisible(searching or (not self._low and self._model.rowCount() > 0))

    @Slot()
    def copy_recording_id(self) -> None:
        """Put the selected call's recording ID on the clipboard."""
        record = self.selected()
        if record and record.outcome and record.outcome.recording_id:
            self.copy_text(record.outcome.recording_id)

    @Slot()
    def copy_number(self) -> None:
        """Put the selected call's callee on the clipboard, in digits as they were sent."""
        if record := self.selected():
            self.copy_text(f"+{record.request.callee}" if record.request.callee else "")

    @Slot()
    def call_again(self) -> None:
        """Ask for the selected call's values to be filled in."""
        if record := self.selected():
            self.call_again_asked.emit(record)

    def _make_table(self, theme: Theme, icons: Icons) -> QTableView:
        table = QTableView(self)
        table.setProperty("kind", "card")
        table.setAccessibleName(self.tr("History"))
        table.setModel(self._model)
        table.setItemDelegateForColumn(Column.OUTCOME, PillDelegate(theme, icons, KIND_ROLE, table))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._show_menu)
        table.doubleClicked.connect(self.call_again)
        rows = table.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(theme.px(30))
        columns = table.horizontalHeader()
        columns.setHighlightSections(False)
        columns.setFont(theme.fonts.label_strong)
        columns.setStretchLastSection(True)
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        table.selectionModel().selectionChanged.connect(self._show_selected)
        return table

    def _make_actions(self) -> None:
        self.copy_id_action = QAction(self.tr("Copy recording ID"), self)
        self.copy_id_action.triggered.connect(self.copy_recording_id)
        self.copy_number_action = QAction(self.tr("Copy number"), self)
        self.copy_number_action.triggered.connect(self.copy_number)
        self.again_action = QAction(self.tr("Call again"), self)
        self.again_action.triggered.connect(self.call_again)

    @Slot(QPoint)
    def _show_menu(self, where: QPoint) -> None:
        record = self.selected()
        if record is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self.again_action, self.copy_number_action, self.copy_id_action])
        menu.popup(self.table.viewport().mapToGlobal(where))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter on a row fills the fields in; Ctrl+C copies its recording ID."""
        if event.type() == QEvent.Type.Resize and watched is self.table.viewport():
            # After this event: the columns change the table that is at work here.
            QTimer.singleShot(0, self, self._fit_columns)
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.call_again()
                return True
            if event.matches(QKeySequence.StandardKey.Copy):
                self.copy_recording_id()
                return True
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Drop columns, and the panel, for which there is no room."""
        super().resizeEvent(event)
        self._show_panel()

    @Slot()
    def _fit_columns(self) -> None:
        room = self.table.horizontalHeader().width()
        shown = list(Column)
        for column in _DROPPED_FIRST:
            if sum(self._wanted_width(each) for each in shown) <= room:
                break
            shown.remove(column)
        wanted = sum(self._wanted_width(each) for each in shown)
        # Where even time, callee and outcome have no room they share it: no scroll bar.
        share = min(1.0, room / wanted)
        for column in Column:
            self.table.setColumnHidden(column, column not in shown)
            self.table.setColumnWidth(column, int(self._wanted_width(column) * share))

    def _wanted_width(self, column: Column) -> int:
        font = self._theme.fonts.mono if column is Column.RECORDING_ID else self._theme.fonts.text
        return QFontMetrics(font).horizontalAdvance(_WIDTHS[column]) + self._theme.px(20)

    @Slot()
    def _show_state(self) -> None:
        rows = self._model.rowCount()
        searched = self._model.searched
        if rows:
            self._stack.setCurrentWidget(self.table)
        else:
            self._stack.setCurrentWidget(self._empty_ground)
            if searched:
                self.empty.show_state(
                    "search",
                    self.tr("Nothing found"),
                    self.tr("No call has this in its number, account, note or recording ID."),
                )
            else:
                self.empty.show_state(
                    "phone",
                    self.tr("No calls yet"),
                    self.tr(
                        "Every call you place stands here with its recording ID,"
                        " even if the computer fails in the middle of it."
                    ),
                )
        self._show_search()
        if rows == 1:
            self._count.setText(self.tr("1 call"))
        else:
            number = QLocale().toString(rows)
            self._count.setText(self.tr("{number} calls").format(number=number) if rows else "")
        self._show_selected()

    @Slot()
    def _show_selected(self, *_: object) -> None:
        record = self.selected()
        if record is not None and self.panel is not None:
            self.panel.show_call(record)
        placed = bool(record and record.outcome and record.outcome.recording_id)
        self.copy_id_action.setEnabled(placed)
        self.copy_number_action.setEnabled(record is not None)
        self.again_action.setEnabled(record is not None)
        self._show_panel()

    def _show_panel(self) -> None:
        wide = self.width() >= self._theme.px(PANEL_FROM)
        record = self.selected() if wide else None
        if record is not None and self.panel is None:
            self.panel = self._make_panel()
            self.panel.show_call(record)
        shown = record is not None
        if self.panel is not None and shown is self.panel.isHidden():
            self.panel.setVisible(shown)

    def _make_panel(self) -> "CallPanel":
        # Many windows never show a call beside the table, and the start need not wait for it.
        from dialer.ui.call_panel import CallPanel  # noqa: PLC0415

        panel = CallPanel(self._theme, self)
        panel.hide()
        panel.call_again_asked.connect(self.call_again_asked)
        panel.copy_asked.connect(self.copy_text)
        self._below.addWidget(panel, 2)
        return panel

    @Slot()
    def _search_now(self) -> None:
        self._model.search(self.search.text())

    @Slot(str)
    def copy_text(self, text: str) -> None:
        """Put `text` on the clipboard."""
        QGuiApplication.clipboard().setText(text)
        self.copied.emit(text)

    @Slot()
    def _colour(self) -> None:
        self._search_icon.setIcon(self._icons.icon("search", "quiet"))
        set_ink(self._count, self._theme.scheme.quiet)
