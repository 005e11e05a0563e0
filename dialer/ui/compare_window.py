"""Compare with the provider: which calls one side has and the other lacks, over a period."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from PySide6.QtCore import QDateTime, QLocale, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dialer.calls.call import CallRecord
from dialer.calls.details import CallDetails
from dialer.calls.export import csv_cell
from dialer.calls.number import format_digits
from dialer.calls.reconcile import Comparison
from dialer.calls.settle import SURELY_KEPT_MS
from dialer.settings.profile import Profile
from dialer.ui.band import MessageBand
from dialer.ui.choice_box import ChoiceBox
from dialer.ui.icons import Icons
from dialer.ui.primary_button import PrimaryButton
from dialer.ui.records_worker import CompareOrder, ComparisonNews
from dialer.ui.theme import Theme
from dialer.ui.words import told

MOST_DAYS = SURELY_KEPT_MS // 86_400_000
"""How many days are compared at most: for so long the provider surely keeps its records."""

PERIODS = (1, 7, 30, MOST_DAYS)
"""The periods to choose from, in days with today."""

LISTED = 1_000
"""How many calls of a kind are listed; the count tells of the rest."""

_CALLEE = 1
"""The column whose numbers are formatted for reading, and copied as they are dialled."""

_COPIED = Qt.ItemDataRole.UserRole


class CompareWindow(QDialog):
    """Asks for a comparison, and shows what it found. Nothing is called. UI thread."""

    asked = Signal(object)
    """CompareOrder."""
    stop_asked = Signal()

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        profile: Profile,
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._profile = profile
        self._now = now
        self._order: CompareOrder | None = None
        self.setWindowTitle(self.tr("Compare with the provider"))
        self.resize(theme.px(720), theme.px(560))
        about = QLabel(
            self.tr(
                "Reads the provider's records of “{profile}” and holds them against the history."
                " Calls whose outcome is unknown are settled where one record is certainly"
                " theirs. Nothing is called. The provider surely keeps its records for {days} days,"
                " so older calls are not compared."
            ).format(profile=profile.name, days=MOST_DAYS),
            self,
        )
        about.setTextFormat(Qt.TextFormat.PlainText)
        about.setWordWrap(True)
        self.period = ChoiceBox(theme, icons, self)
        self.period.setAccessibleName(self.tr("Period"))
        for days in PERIODS:
            name = self.tr("Today") if days == 1 else self.tr("Last {days} days")
            self.period.addItem(name.format(days=days), days)
        self.period.setCurrentIndex(1)
        self.start = PrimaryButton(self.tr("Compare"), theme, self)
        self.start.clicked.connect(self._ask)
        self.start.setDefault(True)
        self.stop = QPushButton(self.tr("Stop"), self)
        self.stop.clicked.connect(self._stop)
        self.stop.hide()
        self.band = MessageBand(theme, icons, self)
        self.found = QTreeWidget(self)
        self.found.setProperty("kind", "card")
        self.found.setAccessibleName(self.tr("Differences"))
        self.found.setHeaderLabels(
            [
                self.tr("Time"),
                self.tr("Callee"),
                self.tr("Account or phone"),
                self.tr("Recording ID"),
            ]
        )
        self.found.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.found.setUniformRowHeights(True)
        for column, width in enumerate((190, 170, 130)):
            self.found.setColumnWidth(column, theme.px(width))
        self._copy = QPushButton(self.tr("Copy list"), self)
        self._copy.clicked.connect(self._copy_list)
        self._copy.setEnabled(False)
        close = QPushButton(self.tr("Close"), self)
        close.clicked.connect(self.reject)

        top = QHBoxLayout()
        top.setSpacing(theme.px(8))
        top.addWidget(self.period)
        top.addWidget(self.start)
        top.addWidget(self.stop)
        top.addStretch(1)
        bottom = QHBoxLayout()
        bottom.addWidget(self._copy)
        bottom.addStretch(1)
        bottom.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.px(16)] * 4)
        layout.setSpacing(theme.px(12))
        layout.addWidget(about)
        layout.addLayout(top)
        layout.addWidget(self.band)
        layout.addWidget(self.found, 1)
        layout.addLayout(bottom)

    @Slot(object)
    def show_news(self, news: ComparisonNews) -> None:
        """Show what a comparison found; one that nobody waits for any more is left aside."""
        order = self._order
        if order is None or news.order != order:
            return
        self._order = None
        self._set_busy(False)
        if news.comparison is not None:
            self._show(news.comparison)
        elif news.trouble is None or order.stopped.is_set():
            # What broke while it was being stopped is no trouble of the operator's.
            self.band.show_message("info", self.tr("Stopped."), self.tr("Nothing is lost."), "")
        else:
            self.band.show_message(
                "rejected", self.tr("The records could not be compared."), told(news.trouble), ""
            )

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop what is under way: nobody would see it."""
        self._leave()
        super().closeEvent(event)

    def reject(self) -> None:
        """Close, and stop what is under way."""
        self._leave()
        super().reject()

    def _leave(self) -> None:
        self._stop()
        self._order = None

    @Slot()
    def _stop(self) -> None:
        if self._order is not None:
            # Heard at once, also where the worker has not begun with it.
            self._order.stopped.set()
            self.stop_asked.emit()

    @Slot()
    def _ask(self) -> None:
        now = self._now()
        first = now.date() - timedelta(days=int(self.period.currentData()) - 1)
        # Local midnight, whatever the clocks did since: the zone is asked for that day anew.
        midnight = datetime(first.year, first.month, first.day).astimezone()
        self._order = CompareOrder(
            self._profile, round(midnight.timestamp() * 1000), round(now.timestamp() * 1000)
        )
        self._set_busy(True)
        self.found.clear()
        self._copy.setEnabled(False)
        self.band.show_message("info", self.tr("Reading the provider's records."), "", "")
        self.asked.emit(self._order)

    def _set_busy(self, busy: bool) -> None:
        self.start.setEnabled(not busy)
        self.period.setEnabled(not busy)
        self.stop.setVisible(busy)

    def _show(self, found: Comparison) -> None:
        calls, records = self._of_call, self._of_record
        self._list(self.tr("Settled: found in the provider's records"), found.settled, calls)
        self._list(self.tr("The provider shows no such call"), found.missing_there, calls)
        here = len(found.missing_here) + found.more_here
        self._list(self.tr("Not in this history"), found.missing_here, records, here)
        differences = len(found.missing_there) + here
        number = QLocale().toString
        text = self.tr("{updated} calls got new details, {settled} were settled.").format(
            updated=number(found.updated), settled=number(len(found.settled))
        )
        if differences:
            headline = self.tr("{count} differences.").format(count=number(differences))
            self.band.show_message("unknown", headline, text, "")
        else:
            self.band.show_message("placed", self.tr("Both sides have the same calls."), text, "")
        self._copy.setEnabled(self.found.topLevelItemCount() > 0)

    def _list(
        self,
        title: str,
        items: Sequence[object],
        cells: Callable[..., list[str]],
        count: int | None = None,
    ) -> None:
        if not items:
            return
        count = len(items) if count is None else count
        top = QTreeWidgetItem([f"{title} ({QLocale().toString(count)})"])
        self.found.addTopLevelItem(top)
        top.setFirstColumnSpanned(True)
        for item in items[:LISTED]:
            texts = cells(item)
            row = QTreeWidgetItem(texts)
            if callee := texts[_CALLEE]:
                row.setText(_CALLEE, format_digits(callee))
                row.setData(_CALLEE, _COPIED, f"+{callee}" if callee.isdecimal() else callee)
            else:
                row.setText(_CALLEE, "—")
            row.setFont(3, self._theme.fonts.mono)
            top.addChild(row)
        if count > LISTED:
            top.addChild(QTreeWidgetItem([self.tr("… and more")]))
        top.setExpanded(True)

    def _of_call(self, call: CallRecord) -> list[str]:
        recording_id = call.outcome.recording_id if call.outcome else None
        return [
            _time(call.begun_at),
            call.request.callee,
            call.request.account,
            recording_id or "—",
        ]

    def _of_record(self, record: CallDetails) -> list[str]:
        return [
            _time(record.submitted_at) if record.submitted_at is not None else "—",
            record.callee or "",
            record.phone_name or "—",
            record.recording_id,
        ]

    @Slot()
    def _copy_list(self) -> None:
        """Put the list on the clipboard, with tabs for a spreadsheet that shall run none of it."""
        lines = []
        for number in range(self.found.topLevelItemCount()):
            top = self.found.topLevelItem(number)
            if top is None:
                continue
            lines.append(top.text(0))
            lines.extend(
                "\t".join(
                    csv_cell(child.data(column, _COPIED) or child.text(column))
                    for column in range(4)
                ).rstrip()
                for child in (top.child(each) for each in range(top.childCount()))
                if child is not None
            )
        QGuiApplication.clipboard().setText("\n".join(lines))


def _time(ms: int) -> str:
    return QLocale().toString(QDateTime.fromMSecsSinceEpoch(ms), QLocale.FormatType.ShortFormat)
