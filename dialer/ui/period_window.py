"""Asks for the days that the history is to show: from one date to another."""

from datetime import date

from PySide6.QtCore import QDate, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDateEdit,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from dialer.ui.primary_button import PrimaryButton
from dialer.ui.theme import Theme


class PeriodWindow(QDialog):
    """Two dates, of which the first never stands after the last. Both days are included."""

    chosen = Signal(object, object)
    """The first and the last date."""

    def __init__(
        self, theme: Theme, first: date, last: date, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Period"))
        self.first = self._field(self.tr("From"), first)
        self.last = self._field(self.tr("To"), last)
        self.first.dateChanged.connect(self._push_last)
        self.last.dateChanged.connect(self._push_first)
        show = PrimaryButton(self.tr("Show"), theme, self)
        show.setDefault(True)
        show.clicked.connect(self.accept)
        cancel = QPushButton(self.tr("Cancel"), self)
        cancel.clicked.connect(self.reject)

        form = QFormLayout()
        form.setSpacing(theme.px(8))
        form.addRow(self.tr("From"), self.first)
        form.addRow(self.tr("To"), self.last)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.px(8))
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(show)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.px(16)] * 4)
        layout.setSpacing(theme.px(16))
        layout.addLayout(form)
        layout.addLayout(buttons)

    def accept(self) -> None:
        """Take both dates."""
        self.chosen.emit(_date(self.first), _date(self.last))
        super().accept()

    def _field(self, name: str, day: date) -> QDateEdit:
        field = QDateEdit(QDate(day.year, day.month, day.day), self)
        field.setCalendarPopup(True)
        field.setAccessibleName(name)
        return field

    @Slot(QDate)
    def _push_last(self, day: QDate) -> None:
        if self.last.date() < day:
            self.last.setDate(day)

    @Slot(QDate)
    def _push_first(self, day: QDate) -> None:
        if self.first.date() > day:
            self.first.setDate(day)


def _date(field: QDateEdit) -> date:
    day = field.date()
    return date(day.year(), day.month(), day.day())
