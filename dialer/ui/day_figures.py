"""Figures of today in a quiet line, and the last days as a chart that it opens."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from dialer.calls.days import midnight, today
from dialer.calls.figures import Day, total
from dialer.ui.background import Background
from dialer.ui.card import Card
from dialer.ui.day_chart import DayChart
from dialer.ui.figure_words import SEPARATOR, day_text, full_words, short_words
from dialer.ui.ink import set_ink
from dialer.ui.theme import Theme
from dialer.ui.words import plain_tip

DAYS = 30
"""How many days the chart has, today among them."""

REST_MS = 2_000
"""How long after the figures were read they are not read again."""

_LOOK_MS = 60_000
"""How often, at least, it is asked whether a new day has begun: timers stop while a computer
sleeps."""


class Figurer(Protocol):
    """Whoever reads figures; made, used and closed on one thread."""

    def days(
        self, first: date, last: date, *, profile: str | None = None, sandbox: bool = False
    ) -> list[Day]:
        """The figures of each day from `first` to `last`."""
        ...

    def close(self) -> None:
        """Let go of what it reads from."""
        ...


@dataclass(frozen=True, slots=True)
class _Read:
    days: Sequence[Day]
    profile: str | None
    sandbox: bool


class DayFigures(QWidget):
    """The quiet line; a click, Enter or Space shows or hides `panel`, which stands elsewhere.

    Reads in the background once `read_with` was called: at `refresh`, which may come after
    every call, and at midnight. UI thread.
    """

    chart_toggled = Signal(bool)
    """The operator wants the chart, or wants it no more."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._open: Callable[[], Figurer] | None = None
        self._profile: str | None = None
        self._sandbox = False
        self._reading = False
        self._again = False
        self._day: date | None = None
        self.line = _Line(self)
        self.line.setProperty("kind", "link")
        self.line.setAccessibleName(self.tr("Today"))
        self.line.setCursor(Qt.CursorShape.PointingHandCursor)
        self.line.setAutoDefault(False)
        self.line.clicked.connect(self._toggle)
        self.panel = DayPanel(theme)
        self.panel.hide_asked.connect(self._toggle)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.line)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._rested)
        self._midnight = QTimer(self)
        self._midnight.setSingleShot(True)
        self._midnight.timeout.connect(self._look_for_midnight)
        self._theme = theme
        theme.changed.connect(self._colour)
        self._colour()
        self.line.hide()

    def read_with(self, open_reader: Callable[[], Figurer]) -> None:
        """Read from what `open_reader` opens, from now on. It is called in the background."""
        self._open = open_reader
        self._look_for_midnight()
        self.refresh()

    def show_calls_of(self, profile: str | None, *, sandbox: bool) -> None:
        """Show the figures of one profile's calls, or of all; or those of the sandbox."""
        if (profile, sandbox) != (self._profile, self._sandbox):
            self._profile, self._sandbox = profile, sandbox
            self.refresh()

    def show_chart(self, shown: bool) -> None:
        """Show the chart or hide it, as it was before."""
        self.panel.setVisible(shown)
        self._say()

    @Slot()
    def refresh(self) -> None:
        """Read the figures anew, now or as soon as the last time is long enough ago."""
        if self._open is None:
            return
        if self._reading or self._rest.isActive():
            self._again = True
            return
        self._reading, self._again = True, False
        opened, profile, sandbox = self._open, self._profile, self._sandbox

        def read() -> _Read:
            last = today()
            reader = opened()
            try:
                first = last - timedelta(days=DAYS - 1)
                days = reader.days(first, last, profile=profile, sandbox=sandbox)
            finally:
                reader.close()
            return _Read(days, profile, sandbox)

        background = Background()
        background.succeeded.connect(self._on_read)
        background.failed.connect(self._on_failed)
        background.start(read)

    @Slot(object)
    def _on_read(self, read: object) -> None:
        self._ended()
        if not isinstance(read, _Read):
            return
        if (read.profile, read.sandbox) != (self._profile, self._sandbox):
            return  # of another profile than the one chosen meanwhile
        newest = read.days[-1]
        self._day = newest.date
        words = short_words(newest.figures)
        self.line.show_words(self.tr("Today: {figures}").format(figures=words))
        self.line.setVisible(bool(newest.figures.calls) or bool(total(read.days).calls))
        self.panel.show_days(read.days)
        self._say()

    @Slot(object)
    def _on_failed(self, _: object) -> None:
        # The history, which reads the same journal, tells what is wrong with it.
        self._ended()

    def _ended(self) -> None:
        self._reading = False
        self._rest.start()

    @Slot()
    def _rested(self) -> None:
        if self._again:
            self.refresh()

    @Slot()
    def _look_for_midnight(self) -> None:
        now = today()
        if self._day is not None and now != self._day:
            self.refresh()
        left = midnight(now + timedelta(days=1)) - time.time_ns() // 1_000_000
        self._midnight.start(max(1_000, min(_LOOK_MS, left + 50)))

    @Slot()
    def _toggle(self) -> None:
        shown = self.panel.isHidden()
        had_focus = self.panel.isAncestorOf(self.window().focusWidget() or self)
        self.show_chart(shown)
        if not shown and had_focus:
            self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.chart_toggled.emit(shown)

    def _say(self) -> None:
        lines = full_words(self.panel.today.figures) if self.panel.today else []
        if self.panel.isHidden():
            lines.append(self.tr("Click to see the last {days} days").format(days=DAYS))
        told = "\n".join([self.tr("Today"), *lines])
        self.line.setToolTip(plain_tip(told))
        self.line.setAccessibleDescription(told)
        self.line.setAccessibleName(self.line.words)

    @Slot()
    def _colour(self) -> None:
        self.line.setStyleSheet(f"color: {self._theme.scheme.quiet.name()};")


class DayPanel(Card):
    """The chart with the figures of the day that it points at. UI thread."""

    hide_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._days: tuple[Day, ...] = ()
        self._title = QLabel(self)
        self._title.setFont(theme.fonts.strong)
        self._figures = QLabel(self)
        self._figures.setWordWrap(True)
        for label in (self._title, self._figures):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setToolTip(self.tr("Calls a day; the filled part of a bar was answered"))
        self.chart = DayChart(theme, self)
        self.chart.pointed.connect(self._show)
        hide = QPushButton(self.tr("Hide"), self)
        hide.setProperty("kind", "link")
        hide.setAutoDefault(False)
        hide.clicked.connect(self.hide_asked)
        top = QHBoxLayout()
        top.setSpacing(theme.px(8))
        top.addWidget(self._title)
        top.addWidget(self._figures, 1)
        top.addWidget(hide)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.px(16), theme.px(8), theme.px(12), theme.px(8))
        layout.setSpacing(theme.px(4))
        layout.addLayout(top)
        layout.addWidget(self.chart)
        theme.changed.connect(self._colour)
        self._colour()
        self.hide()

    @property
    def today(self) -> Day | None:
        """The last of the days that are shown."""
        return self._days[-1] if self._days else None

    def show_days(self, days: Sequence[Day]) -> None:
        """Show these days, the last of which is today."""
        self._days = tuple(days)
        self.chart.show_days(days)

    @Slot(object)
    def _show(self, day: object) -> None:
        """Tell the figures of the day pointed at, or of all of them."""
        if isinstance(day, Day):
            title, figures = day_text(day.date), day.figures
        else:
            title = self.tr("Last {days} days").format(days=len(self._days))
            figures = total(self._days)
        self._title.setText(title)
        self._figures.setText(short_words(figures))

    @Slot()
    def _colour(self) -> None:
        set_ink(self._figures, self._theme.scheme.quiet)


class _Line(QPushButton):
    """Words that are cut short at a dot where there is little room. Enter presses it too."""

    words = ""

    def show_words(self, words: str) -> None:
        self.words = words
        self.updateGeometry()
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(self._width(self.words), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        first = self.words.partition(SEPARATOR)[0]
        return QSize(self._width(first), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def _fit(self) -> None:
        shown = self.words
        while self._width(shown) > self.width() and SEPARATOR in shown:
            shown = shown.rpartition(SEPARATOR)[0]
        if shown != self.text():
            self.setText(shown)

    def _width(self, words: str) -> int:
        around = super().sizeHint().width() - self.fontMetrics().horizontalAdvance(self.text())
        return self.fontMetrics().horizontalAdvance(words) + around
