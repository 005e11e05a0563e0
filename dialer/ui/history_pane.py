"""The history: search, the table of calls, and the selected call beside it."""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import replace
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
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from dialer.calls.call import CallRecord
from dialer.calls.details import CallDetails, Candidate
from dialer.calls.history_query import HistoryQuery
from dialer.ui.card import Card
from dialer.ui.empty_state import EmptyState
from dialer.ui.history_model import HistoryModel
from dialer.ui.history_table import HistoryTable
from dialer.ui.icons import Icons
from dialer.ui.ink import set_ink
from dialer.ui.line_edit import LineEdit
from dialer.ui.theme import Theme

if TYPE_CHECKING:
    from dialer.ui.call_details_window import CallDetailsWindow
    from dialer.ui.call_panel import CallPanel

Facts = tuple[CallDetails | None, Sequence[Candidate]]
"""What the provider's record says of a call, and the records that may be an unknown call's."""

PANEL_FROM = 980
"""From this width on, in the pixels of the design, the selected call stands beside the table."""

SLOW_MS = 300
"""After how long a search that is under way is told."""


class HistoryPane(QWidget):
    """Finds calls again. Picking one only ever fills fields in. UI thread."""

    call_again_asked = Signal(object)
    """CallRecord: fill its values in, without calling."""
    copied = Signal(str)
    """What was just put on the clipboard, in words."""
    not_pasted = Signal()
    """What was to be pasted into the search does not come."""
    copy_many_asked = Signal()
    """Copy what several selected calls have."""
    panel_made = Signal(object)
    """CallPanel: it is there for the first time, here or in a window of its own."""
    selection_changed = Signal()
    """Other calls are selected, or something of the selected one changed."""

    def __init__(self, theme: Theme, icons: Icons, model: HistoryModel) -> None:
        super().__init__()
        self._theme = theme
        self._model = model
        self._low = False
        self._roomy: QWidget | None = None
        self._left_out = False
        self.search = LineEdit(self)
        self.search.setProperty("kind", "search")
        self.search.setAccessibleName(self.tr("Search history"))
        self.search.setPlaceholderText(self.tr("Search history"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(theme.px(320))
        self.search.setMinimumWidth(theme.px(170))
        self._search_icon = self.search.addAction(
            icons.icon("search", "quiet"), QLineEdit.ActionPosition.LeadingPosition
        )
        self.search.textChanged.connect(self.find_again)
        self.search.not_pasted.connect(self.not_pasted)
        self._narrow: Callable[[HistoryQuery], HistoryQuery] = _as_it_is
        self._clear_filters: Callable[[], object] | None = None
        self._more_actions: list[QAction] = []
        self._count = QLabel(self)
        self._icons = icons

        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(SLOW_MS)
        self._slow.timeout.connect(self._say_searching)
        self.table = HistoryTable(theme, icons, model, self)
        self.table.installEventFilter(self)
        self.table.customContextMenuRequested.connect(self._show_menu)
        self.table.doubleClicked.connect(self.call_again)
        self.table.selectionModel().selectionChanged.connect(self._show_selected)
        self.empty = EmptyState(theme, icons, self)
        self.panel: CallPanel | None = None
        self.facts: Callable[[CallRecord], Facts] = lambda _: (None, ())
        """Gives what the journal knows of a call besides its row."""
        self._details: CallDetailsWindow | None = None

        self._top = QWidget(self)
        self._top_layout = top = QHBoxLayout(self._top)
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(theme.px(12))
        top.addWidget(self.search, 1)
        top.addStretch(1)
        top.addWidget(self._count)
        self._stack = QStackedLayout()
        ground = Card(theme, self)
        inside = QVBoxLayout(ground)
        inside.addWidget(self.empty)
        self._stack.addWidget(ground)
        self._empty_ground = ground
        self._stack.addWidget(self.table)
        self._below = below = QHBoxLayout()
        below.setSpacing(theme.px(12))
        below.addLayout(self._stack, 5)
        self._whole = layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(8))
        layout.addWidget(self._top)
        layout.addLayout(below, 1)

        # Each page would ask for the height that it likes best; rows can do with little.
        self.setMinimumHeight(theme.px(64))
        self._make_actions()
        model.modelReset.connect(self._show_state)
        model.counted.connect(self._show_state)
        model.rowsInserted.connect(self._show_state)
        model.dataChanged.connect(self._show_selected)
        theme.changed.connect(self._colour)
        self._colour()
        self._show_state()

    def selected(self) -> CallRecord | None:
        """The selected call; of several the one that was picked last."""
        return self.table.selected()

    def selected_rows(self) -> "array[int]":
        """The row numbers of all selected calls, in the order in which they are shown."""
        return self.table.selected_rows()

    def set_filters(
        self,
        widget: QWidget,
        narrow: Callable[[HistoryQuery], HistoryQuery],
        clear: Callable[[], object],
    ) -> None:
        """Put the filters beside the search. `narrow` adds them to a query, `clear` takes them
        back; whenever they change, `find_again` is to be called.
        """
        self._narrow = narrow
        self._clear_filters = clear
        # The search gives up its stretch: the filters stand right beside it.
        self._top_layout.insertWidget(1, widget)

    def set_figures(self, widget: QWidget) -> None:
        """Put `widget` at the right end, beside the count."""
        self._top_layout.addWidget(widget)

    def add_above(self, widget: QWidget) -> None:
        """Put `widget` between the search and the table."""
        self._whole.insertWidget(self._whole.indexOf(self._top) + 1, widget)

    def add_where_there_is_room(self, widget: QWidget) -> None:
        """Put `widget` between the search and the table; a low window leaves it out."""
        self._roomy = widget
        self.add_above(widget)

    def add_below(self, widget: QWidget) -> None:
        """Put `widget` under the table."""
        self._whole.addWidget(widget)

    def add_actions(self, actions: Sequence[QAction]) -> None:
        """Offer more that can be done with the selected calls."""
        self._more_actions.extend(actions)

    @Slot()
    def find_again(self, *_: object) -> None:
        """Show what search and filters find."""
        query = replace(self._model.query, search=self.search.text())
        self._model.find(self._narrow(query))
        self._show_search()

    @Slot()
    def clear(self) -> None:
        """Take search and filters back, so that all calls are shown."""
        self.search.clear()
        if self._clear_filters is not None:
            self._clear_filters()
        self.find_again()

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
            if self._roomy is not None and low:
                self._left_out = not self._roomy.isHidden()
                self._roomy.hide()
            elif self._roomy is not None and self._left_out:
                self._roomy.show()
            self._show_search()

    def _show_search(self) -> None:
        searching = bool(self._model.query.filters or self.search.text())
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

    def _make_actions(self) -> None:
        self.copy_id_action = QAction(self.tr("Copy recording ID"), self)
        self.copy_id_action.triggered.connect(self.copy_recording_id)
        self.copy_number_action = QAction(self.tr("Copy number"), self)
        self.copy_number_action.triggered.connect(self.copy_number)
        self.again_action = QAction(self.tr("Call again"), self)
        self.again_action.triggered.connect(self.call_again)
        self.details_action = QAction(self.tr("Details"), self)
        self.details_action.setShortcut(QKeySequence("Alt+Return"))
        self.details_action.triggered.connect(self.show_details)

    @Slot(QPoint)
    def _show_menu(self, where: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.selected() is not None:
            menu.addActions([self.again_action, self.details_action])
            menu.addActions([self.copy_number_action, self.copy_id_action])
            menu.addActions(self._more_actions)
            menu.addSeparator()
        menu.addMenu(self.table.sort_menu(menu))
        menu.popup(self.table.viewport().mapToGlobal(where))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter on a row fills the fields in; Ctrl+C copies its recording ID."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.call_again()
                return True
            if event.matches(QKeySequence.StandardKey.Copy):
                if self.table.selected_count() > 1:
                    self.copy_many_asked.emit()
                else:
                    self.copy_recording_id()
                return True
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Drop columns, and the panel, for which there is no room."""
        super().resizeEvent(event)
        self._show_panel()

    @Slot()
    def _show_state(self) -> None:
        rows = self._model.rowCount()
        if rows:
            self._stack.setCurrentWidget(self.table)
        elif self._model.total is not None:
            self._stack.setCurrentWidget(self._empty_ground)
            if self._model.query.filters:
                self.empty.show_state("search", *self._nothing_found())
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
        self._show_count()
        self._show_selected()

    def _nothing_found(self) -> tuple[str, str, tuple[str, Callable[[], object]] | None]:
        title = self.tr("Nothing found")
        only_text = HistoryQuery(self._model.query.search)
        if replace(self._model.query, sort=only_text.sort, descending=True) == only_text:
            text = self.tr("No call has this in its number, account, note or recording ID.")
            return title, text, None
        text = self.tr("No call fits the search and all filters.")
        return title, text, (self.tr("Clear search and filters"), self.clear)

    def _show_count(self) -> None:
        total = self._model.total
        if total is None:
            if not self._slow.isActive():
                self._slow.start()
            return
        self._slow.stop()
        if total == 1:
            self._count.setText(self.tr("1 call"))
        else:
            number = QLocale().toString(total)
            self._count.setText(self.tr("{number} calls").format(number=number) if total else "")

    @Slot()
    def _say_searching(self) -> None:
        self._count.setText(self.tr("Searching…"))

    @Slot()
    def _show_selected(self, *_: object) -> None:
        record = self.selected()
        if record is not None and self.panel is not None and not self.panel.isHidden():
            self.panel.show_call(record, *self.facts(record))
        if record is not None and self._details is not None and self._details.isVisible():
            self._details.show_call(record, *self.facts(record))
        placed = bool(record and record.outcome and record.outcome.recording_id)
        self.copy_id_action.setEnabled(placed)
        self.copy_number_action.setEnabled(record is not None)
        self.again_action.setEnabled(record is not None)
        self._show_panel()
        self.selection_changed.emit()

    def _show_panel(self) -> None:
        wide = self.width() >= self._theme.px(PANEL_FROM)
        record = self.selected() if wide else None
        if record is not None and self.panel is None:
            self.panel = self._make_panel(self)
            self.panel.hide()
            self._below.addWidget(self.panel, 2)
        shown = record is not None
        if self.panel is not None and shown is self.panel.isHidden():
            if record is not None:
                self.panel.show_call(record, *self.facts(record))
            self.panel.setVisible(shown)

    @Slot()
    def show_details(self) -> None:
        """Show all that is known of the selected call, in a window where there is no panel."""
        record = self.selected()
        if record is None or (self.panel is not None and self.panel.isVisible()):
            return
        if self._details is None:
            from dialer.ui.call_details_window import CallDetailsWindow  # noqa: PLC0415

            panel = self._make_panel(None)
            self._details = CallDetailsWindow(self._theme, panel, self)
        self._details.show_call(record, *self.facts(record))
        self._details.open()

    def _make_panel(self, parent: QWidget | None) -> "CallPanel":
        # Many windows never show a call beside the table, and the start need not wait for it.
        from dialer.ui.call_panel import CallPanel  # noqa: PLC0415

        panel = CallPanel(self._theme, parent, self._icons)
        panel.call_again_asked.connect(self.call_again_asked)
        panel.copy_asked.connect(self.copy_text)
        self.panel_made.emit(panel)
        return panel

    @Slot(str)
    def copy_text(self, text: str) -> None:
        """Put `text` on the clipboard."""
        QGuiApplication.clipboard().setText(text)
        self.copied.emit(text)

    @Slot()
    def _colour(self) -> None:
        self._search_icon.setIcon(self._icons.icon("search", "quiet"))
        set_ink(self._count, self._theme.scheme.quiet)


def _as_it_is(query: HistoryQuery) -> HistoryQuery:
    return query
