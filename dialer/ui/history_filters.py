"""The filters above the history: period, outcome, account, profile."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from PySide6.QtCore import QDate, QEvent, QLocale, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QWidget

from dialer.calls.history_query import HistoryQuery, Kind
from dialer.ui.filter_choice import FilterChoice
from dialer.ui.history_period import Calendar, Period, span_of
from dialer.ui.icon_button import IconButton
from dialer.ui.icons import Icons
from dialer.ui.pill_button import PillButton
from dialer.ui.theme import Theme

_GAP = 8
_HEIGHT = 32


class FilterBar(QWidget):
    """Chooses which calls the history shows; `apply` puts that into a query. UI thread.

    Where it is given too little width, all of it folds into one menu. `calendar` says which
    day is today; without one it is the system's.
    """

    changed = Signal()
    """Something else is chosen, or another day began that the choice depends on."""

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        parent: QWidget | None = None,
        *,
        calendar: Calendar | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._period = Period.ALL
        self._days: tuple[date, date] | None = None
        self._calendar = calendar or Calendar(parent=self)
        self._calendar.changed.connect(self._on_day)

        self._folded = QMenu(self.tr("Filter"), self)
        self._group = QActionGroup(self)
        self._choosers: dict[Period, QAction] = {}
        self._pills: list[PillButton] = []
        for period, words in (
            (Period.TODAY, self.tr("Today")),
            (Period.WEEK, self.tr("7 days")),
            (Period.ALL, self.tr("All")),
            (Period.DAYS, self.tr("Period…")),
        ):
            action = QAction(words, self._group)
            action.setCheckable(True)
            action.setData(period)
            self._choosers[period] = action
            pill = PillButton(words, theme, icons, self)
            pill.setCheckable(True)
            pill.clicked.connect(action.trigger)
            self._pills.append(pill)
        self._group.triggered.connect(self._on_period)
        self._folded.addActions(self._group.actions())
        self._folded.addSeparator()
        self.outcomes = FilterChoice(self.tr("Outcome"), theme, icons, self)
        self.outcomes.offer(
            {
                Kind.PLACED: self.tr("Placed"),
                Kind.ANSWERED: self.tr("Answered"),
                Kind.NOT_ANSWERED: self.tr("Not answered"),
                Kind.REJECTED: self.tr("Rejected"),
                Kind.NOT_SENT: self.tr("Not sent"),
                Kind.UNKNOWN: self.tr("Unknown"),
            }
        )
        self.accounts = FilterChoice(self.tr("Account"), theme, icons, self)
        self.profiles = FilterChoice(self.tr("Profile"), theme, icons, self)
        self._choices = (self.outcomes, self.accounts, self.profiles)
        for choice in self._choices:
            self._folded.addMenu(choice.menu)
            choice.changed.connect(self._on_chosen)
        self._folded.addSeparator()
        self._clearing = self._folded.addAction(self.tr("Clear filters"), self.clear)
        self.fold = PillButton(self.tr("Filter"), theme, icons, self)
        self.fold.setMenu(self._folded)
        self.clearing = IconButton("cross", self.tr("Clear filters"), theme, icons, self)
        self.clearing.clicked.connect(self.clear)

        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(_GAP))
        for widget in (*self._wide, self.fold, self.clearing):
            layout.addWidget(widget)
        layout.addStretch(1)
        # The layout would ask for the room of all that is shown, and so never be given less.
        layout.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._is_folded = False
        self._show()

    @property
    def active(self) -> bool:
        """Whether calls are left out by what is chosen."""
        return self._chosen_count() > 0

    def apply(self, query: HistoryQuery) -> HistoryQuery:
        """`query` with the filters that are chosen, in place of those that it had."""
        span = span_of(self._period, self._calendar.day, self._days, self._calendar.zone)
        return replace(
            query,
            since_ms=span.since_ms,
            until_ms=span.until_ms,
            kinds=tuple(Kind(kind) for kind in self.outcomes.chosen),
            accounts=self.accounts.chosen,
            profiles=self.profiles.chosen,
        )

    def offer_accounts(self, names: Iterable[str]) -> None:
        """The accounts to choose from. Without any, the choice is not shown."""
        self.accounts.offer_names(names)
        self._show()

    def offer_profiles(self, names: Iterable[str]) -> None:
        """The profiles to choose from. It takes two to make a choice."""
        self.profiles.offer_names(names)
        self._show()

    def choose_period(self, period: Period) -> None:
        """Choose today, the last 7 days or all."""
        self._days = None
        self._period = period
        self._show()
        self.changed.emit()

    def choose_days(self, first: date, last: date) -> None:
        """Choose the days from `first` to `last`, both included."""
        self._days = (first, last)
        self._period = Period.DAYS
        self._show()
        self.changed.emit()

    @Slot()
    def clear(self) -> None:
        """Leave no call out any more."""
        if not self.active:
            return
        had_focus = self.clearing.hasFocus()
        for choice in self._choices:
            choice.choose(())
        if had_focus:
            # It is about to vanish, and the focus is to stay near.
            self._pills[0].setFocus(Qt.FocusReason.OtherFocusReason)
        self.choose_period(Period.ALL)

    def sizeHint(self) -> QSize:
        """Room for everything side by side."""
        return QSize(self._width_of(self._wide), self._tall())

    def minimumSizeHint(self) -> QSize:
        """Room for the menu into which all of it folds."""
        return QSize(self._width_of([self.fold]), self._tall())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold, or unfold, as there is room."""
        super().resizeEvent(event)
        self._fold()

    def changeEvent(self, event: QEvent) -> None:
        """Measure anew in another font."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange and hasattr(self, "_is_folded"):
            self._show()

    @property
    def _wide(self) -> list[PillButton]:
        return [*self._pills, *(choice.button for choice in self._choices)]

    def _offered(self, pill: PillButton) -> bool:
        """Whether there is anything to choose by a button."""
        if pill is self.accounts.button:
            return self.accounts.offered > 0
        if pill is self.profiles.button:
            return self.profiles.offered > 1 or bool(self.profiles.chosen)
        return True

    def _chosen_count(self) -> int:
        chosen = sum(bool(choice.chosen) for choice in self._choices)
        return chosen + (self._period is not Period.ALL)

    def _width_of(self, pills: list[PillButton]) -> int:
        gap = self._theme.px(_GAP)
        widths = [pill.sizeHint().width() for pill in pills if self._offered(pill)]
        if self.active:
            widths.append(self.clearing.sizeHint().width())
        return sum(widths) + gap * (len(widths) - 1)

    def _tall(self) -> int:
        return self._theme.px(_HEIGHT)

    def _fold(self) -> None:
        self._is_folded = self.width() < self._width_of(self._wide)
        for pill in self._wide:
            pill.setVisible(not self._is_folded and self._offered(pill))
        self.fold.setVisible(self._is_folded)

    def _show(self) -> None:
        for action, pill in zip(self._choosers.values(), self._pills, strict=True):
            chosen = action.data() == self._period
            action.setChecked(chosen)
            pill.setChecked(chosen)
        words = self._words_of_days()
        self._choosers[Period.DAYS].setText(words)
        self._pills[-1].setText(words)
        for choice in self._choices:
            choice.menu.menuAction().setVisible(self._offered(choice.button))
        count = self._chosen_count()
        self.fold.setText(
            self.tr("Filter: {count}").format(count=count) if count else self.tr("Filter")
        )
        self.fold.set_marked(count > 0)
        self._clearing.setEnabled(count > 0)
        self.clearing.setVisible(count > 0)
        self.updateGeometry()
        self._fold()

    def _words_of_days(self) -> str:
        if self._days is None:
            return self.tr("Period…")
        locale = QLocale()
        first, last = (
            locale.toString(QDate(day.year, day.month, day.day), QLocale.FormatType.ShortFormat)
            for day in self._days
        )
        return (
            first if first == last else self.tr("{first} – {last}").format(first=first, last=last)
        )

    @Slot(QAction)
    def _on_period(self, action: QAction) -> None:
        period = action.data()
        # The group has checked what was pressed; a choice of days is made in the window first.
        if period == Period.DAYS:
            self._show()
            self._ask_for_days()
        elif period != self._period:
            self.choose_period(Period(period))
        else:
            self._show()

    def _ask_for_days(self) -> None:
        # Many a day passes without it: the start need not wait for its import.
        from dialer.ui.period_window import PeriodWindow  # noqa: PLC0415

        first, last = self._days or (self._calendar.day, self._calendar.day)
        window = PeriodWindow(self._theme, first, last, self)
        window.chosen.connect(self.choose_days)
        window.open()

    @Slot()
    def _on_chosen(self) -> None:
        self._show()
        self.changed.emit()

    @Slot()
    def _on_day(self) -> None:
        if self._period is not Period.ALL:
            self.changed.emit()
