"""Asks for how long calls are kept, and says how many go at once before any does."""

import logging
from collections.abc import Callable

from PySide6.QtCore import QLocale, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from dialer.calls.place import JournalError
from dialer.settings.preferences import LONGEST_DAYS
from dialer.ui.background import Background
from dialer.ui.choice_box import ChoiceBox
from dialer.ui.icons import Icons
from dialer.ui.number_box import NumberBox
from dialer.ui.primary_button import PrimaryButton
from dialer.ui.theme import Theme
from dialer.ui.words import told

CHOICES = (30, 90, 180, 365, 730)
"""The days that are offered by name; any other number can be typed."""

FOR_EVER = 0

_OTHER = -1

log = logging.getLogger(__name__)


class KeepWindow(QDialog):
    """Chooses for how long calls are kept. Nothing goes before a press that says so. UI thread.

    `keep_days` is what holds now, 0 for ever. `count` says how many calls would go; it is
    called in the background and may raise JournalError.
    """

    chosen = Signal(int)
    """Days to keep calls for, confirmed: what is older is to be deleted now. 0 is for ever."""

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        keep_days: int,
        count: Callable[[int], int],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Keep calls for"))
        self._count = count
        self._counting: int | None = None
        self._counted: tuple[int, int] | None = None
        self.choice = ChoiceBox(theme, icons, self)
        self.choice.setAccessibleName(self.tr("Keep calls for"))
        for days, words in (
            (FOR_EVER, self.tr("For ever")),
            (30, self.tr("30 days")),
            (90, self.tr("90 days")),
            (180, self.tr("180 days")),
            (365, self.tr("1 year")),
            (730, self.tr("2 years")),
            (_OTHER, self.tr("Another time")),
        ):
            self.choice.addItem(words, days)
        self.days = NumberBox(theme, self)
        self.days.setRange(1, LONGEST_DAYS)
        self.days.setSuffix(self.tr(" days"))
        self.days.setAccessibleName(self.tr("Days"))
        self.days.setValue(keep_days or CHOICES[0])
        known = self.choice.findData(keep_days)
        self.choice.setCurrentIndex(known if known >= 0 else self.choice.findData(_OTHER))
        self.words = QLabel(self)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.words.setMinimumHeight(3 * self.words.fontMetrics().lineSpacing())
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.keep_all = QPushButton(self.tr("Keep all"), self)
        self.keep_all.clicked.connect(self._keep_all)
        self.cancel = QPushButton(self.tr("Cancel"), self)
        self.cancel.clicked.connect(self.reject)
        # No button is the default: what cannot be undone takes a press of its own.
        for button in (self.keep_all, self.cancel):
            button.setAutoDefault(False)
        self.confirm = PrimaryButton("", theme, self)
        self.confirm.setAutoDefault(False)
        self.confirm.clicked.connect(self._confirm)

        top = QHBoxLayout()
        top.setSpacing(theme.px(8))
        top.addWidget(self.choice, 1)
        top.addWidget(self.days)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.px(8))
        buttons.addStretch(1)
        for button in (self.cancel, self.keep_all, self.confirm):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.px(16)] * 4)
        layout.setSpacing(theme.px(12))
        layout.addLayout(top)
        layout.addWidget(self.words)
        layout.addStretch(1)
        layout.addLayout(buttons)
        self.setMinimumWidth(theme.px(440))
        self.choice.currentIndexChanged.connect(self._look)
        self.days.valueChanged.connect(self._look)
        self._look()

    @property
    def keep_days(self) -> int:
        """The days that are chosen at the moment, 0 for ever."""
        days = int(self.choice.currentData())
        return self.days.value() if days == _OTHER else days

    @Slot()
    def _look(self) -> None:
        """Count what would go, and say it; until then nothing can be confirmed."""
        self.days.setVisible(self.choice.currentData() == _OTHER)
        days = self.keep_days
        self.keep_all.setVisible(days != FOR_EVER)
        self.confirm.setEnabled(days == FOR_EVER)
        if days == FOR_EVER:
            self.words.setText(self.tr("Every call is kept. Nothing is deleted by itself."))
            self.confirm.setText(self.tr("Keep all"))
        elif self._counted is not None and self._counted[0] == days:
            self._show(self._counted[1])
        else:
            self.words.setText(self.tr("Counting the calls that are older…"))
            self.confirm.setText(self.tr("Delete"))
            self._start_counting(days)

    def _start_counting(self, days: int) -> None:
        if self._counting is not None:
            return  # once it has been counted for other days, it is looked again
        self._counting = days
        count = self._count
        counting = Background()
        counting.succeeded.connect(self._on_counted)
        counting.failed.connect(self._on_not_counted)
        counting.start(lambda: count(days))

    @Slot(object)
    def _on_counted(self, calls: int) -> None:
        if self._counting is not None:
            self._counted = (self._counting, calls)
        self._counting = None
        self._look()

    @Slot(object)
    def _on_not_counted(self, error: Exception) -> None:
        days, self._counting = self._counting, None
        if days != self.keep_days:
            self._look()
            return
        if isinstance(error, JournalError):
            why = told(error.sentence)
        else:
            log.error("old calls were not counted: %s", type(error).__name__, exc_info=error)
            why = type(error).__name__
        self.words.setText(
            self.tr("The calls could not be counted, so none is deleted. {why}").format(why=why)
        )

    def _show(self, calls: int) -> None:
        number = QLocale().toString(calls)
        if not calls:
            self.words.setText(
                self.tr(
                    "No call is that old now. Older ones are deleted from then on at each start."
                    " It cannot be undone."
                )
            )
            self.confirm.setText(self.tr("Delete older calls"))
        elif calls == 1:
            self.words.setText(
                self.tr(
                    "This deletes 1 call now, and older ones from then on at each start."
                    " It cannot be undone."
                )
            )
            self.confirm.setText(self.tr("Delete 1 call"))
        else:
            self.words.setText(
                self.tr(
                    "This deletes {number} calls now, and older ones from then on at each start."
                    " It cannot be undone."
                ).format(number=number)
            )
            self.confirm.setText(self.tr("Delete {number} calls").format(number=number))
        self.confirm.setEnabled(True)

    @Slot()
    def _confirm(self) -> None:
        self.chosen.emit(self.keep_days)
        self.accept()

    @Slot()
    def _keep_all(self) -> None:
        self.chosen.emit(FOR_EVER)
        self.accept()
