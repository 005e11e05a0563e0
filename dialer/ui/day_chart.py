"""The last days as a small chart: a bar of calls a day, with the answered ones filled in."""

from collections.abc import Sequence

from PySide6.QtCore import QDate, QEvent, QLocale, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from dialer.calls.figures import Day
from dialer.ui.figure_words import day_text, short_words
from dialer.ui.scheme import mixed
from dialer.ui.theme import Theme

_HEIGHT = 112
_WEEK = 7
_GAP = 0.3  # of a day's width, between its bar and the next


class DayChart(QWidget):
    """Draws days. The mouse, or arrow keys, Home and End, point at one of them. UI thread.

    What it shows is told in words too: its accessible description is the day pointed at, or
    else the last one.
    """

    pointed = Signal(object)
    """The Day that is pointed at, None for none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._days: tuple[Day, ...] = ()
        self._at: int | None = None
        self.setAccessibleName(self.tr("Calls of the last days"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_days(self, days: Sequence[Day]) -> None:
        """Show these days, the last of which is today."""
        before = self.day()
        self._days = tuple(days)
        dates = [day.date for day in self._days]
        self._at = dates.index(before.date) if before and before.date in dates else None
        self._tell()

    def day(self) -> Day | None:
        """The day that is pointed at."""
        return None if self._at is None else self._days[self._at]

    def sizeHint(self) -> QSize:
        """Wide enough to tell the days apart."""
        return QSize(self._theme.px(420), self._theme.px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """A few pixels a day."""
        return QSize(self._theme.px(160), self._theme.px(_HEIGHT))

    # Pointing

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at the day under the mouse."""
        self._point(self._day_at(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        """Point at none, once the mouse has gone, unless keys do."""
        super().leaveEvent(event)
        if not self.hasFocus():
            self._point(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Point at another day."""
        last = len(self._days) - 1
        at = last if self._at is None else self._at
        back, on = Qt.Key.Key_Left, Qt.Key.Key_Right
        if self._mirrored():
            back, on = on, back
        steps = {back: at if self._at is None else at - 1, on: at + 1}
        steps |= {Qt.Key.Key_Home: 0, Qt.Key.Key_End: last}
        if last < 0 or event.key() not in steps:
            super().keyPressEvent(event)
            return
        self._point(min(last, max(0, steps[Qt.Key(event.key())])))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Point at today, so that there is something to read."""
        super().focusInEvent(event)
        if self._at is None and self._days:
            self._point(len(self._days) - 1)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Point at none any more."""
        super().focusOutEvent(event)
        self._point(None)
        self.update()

    def _point(self, at: int | None) -> None:
        if at != self._at:
            self._at = at
            self._tell()

    def _tell(self) -> None:
        day = self.day()
        told = day or (self._days[-1] if self._days else None)
        if told is not None:
            words = f"{day_text(told.date)}: {short_words(told.figures)}"
            if words != self.accessibleDescription():
                self.setAccessibleDescription(words)
                QAccessible.updateAccessibility(
                    QAccessibleEvent(self, QAccessible.Event.DescriptionChanged)
                )
        self.update()
        self.pointed.emit(day)

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the bars, the line that they stand on, its dates, and the highest number."""
        painter = QPainter(self)
        painter.setFont(self._theme.fonts.label)
        scheme, px = self._theme.scheme, self._theme.px
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(scheme.accent, 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), px(4), px(4))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        plot = self._plot()
        most = max((day.figures.calls for day in self._days), default=0)
        painter.setPen(mixed(scheme.line, scheme.card, 1.0 if scheme.high_contrast else 0.7))
        for share in (0.0, 0.5, 1.0):
            y = round(plot.bottom() - plot.height() * share)
            painter.drawLine(round(plot.left()), y, round(plot.right()), y)
        painter.setPen(scheme.quiet)
        if most:
            where = QRectF(0, plot.top() - px(8), plot.left() - px(6), px(16))
            if self._mirrored():
                where.moveLeft(plot.right() + px(6))
            side = Qt.AlignmentFlag.AlignVCenter
            side |= Qt.AlignmentFlag.AlignLeft if self._mirrored() else Qt.AlignmentFlag.AlignRight
            painter.drawText(where, side, QLocale().toString(most))
        for number, day in enumerate(self._days):
            self._paint_day(painter, number, day, most)
        self._paint_dates(painter)
        painter.end()

    def _paint_day(self, painter: QPainter, number: int, day: Day, most: int) -> None:
        scheme, plot = self._theme.scheme, self._plot()
        slot = self._slot(number)
        if number == self._at:
            painter.fillRect(slot, scheme.selection)
        gap = slot.width() * _GAP / 2
        left, right = round(slot.left() + gap), round(slot.right() - gap)
        bar = QRectF(left, 0, max(2, right - left), 0)
        figures = day.figures
        for count, ground in ((figures.calls, self._all()), (figures.answered, scheme.accent)):
            if count:
                bar.setTop(round(plot.bottom() - max(1.0, plot.height() * count / most)))
                bar.setBottom(round(plot.bottom()))
                painter.fillRect(bar, ground)
                if scheme.high_contrast:
                    painter.setPen(scheme.text)
                    painter.drawRect(bar.adjusted(0, 0, -1, -1))

    def _all(self) -> QColor:
        """The colour of calls that nobody answered: by its height alone it says enough."""
        scheme = self._theme.scheme
        return scheme.card if scheme.high_contrast else mixed(scheme.accent, scheme.card, 0.28)

    def _paint_dates(self, painter: QPainter) -> None:
        """Name today and, as far as there is room, the same weekday of the weeks before."""
        scheme, px = self._theme.scheme, self._theme.px
        metrics = QFontMetrics(self._theme.fonts.label)
        top = self._plot().bottom() + px(4)
        last = len(self._days) - 1
        taken: QRectF | None = None
        for number in range(last, -1, -_WEEK):
            day = self._days[number].date
            words = QLocale().toString(
                QDate(day.year, day.month, day.day), QLocale.FormatType.ShortFormat
            )
            painter.setFont(self._theme.fonts.label)
            painter.setPen(scheme.quiet)
            if number == last:
                words = self.tr("Today")
                painter.setFont(self._theme.fonts.label_strong)
                painter.setPen(scheme.text)
                metrics = QFontMetrics(self._theme.fonts.label_strong)
            width = metrics.horizontalAdvance(words) + px(2)
            middle = self._slot(number).center().x()
            left = min(max(middle - width / 2, 0.0), self.width() - width - px(2))
            where = QRectF(left, top, width, metrics.height())
            if taken is None or not where.adjusted(-px(8), 0, px(8), 0).intersects(taken):
                painter.drawText(where, Qt.AlignmentFlag.AlignCenter, words)
                taken = where
            metrics = QFontMetrics(self._theme.fonts.label)

    def _plot(self) -> QRectF:
        """Where the bars stand."""
        px = self._theme.px
        metrics = QFontMetrics(self._theme.fonts.label)
        most = max((day.figures.calls for day in self._days), default=0)
        beside = metrics.horizontalAdvance(QLocale().toString(most)) + px(12)
        left, right = (px(6), beside) if self._mirrored() else (beside, px(6))
        return QRectF(
            left,
            px(12),
            max(1, self.width() - left - right),
            max(1, self.height() - px(12) - px(6) - metrics.height() - px(4)),
        )

    def _slot(self, number: int) -> QRectF:
        """The stripe of one day."""
        plot = self._plot()
        width = plot.width() / max(1, len(self._days))
        place = len(self._days) - 1 - number if self._mirrored() else number
        return QRectF(plot.left() + width * place, plot.top(), width, plot.height())

    def _day_at(self, x: float) -> int | None:
        slots = (self._slot(number) for number in range(len(self._days)))
        return next((n for n, slot in enumerate(slots) if slot.left() <= x < slot.right()), None)

    def _mirrored(self) -> bool:
        return self.layoutDirection() is Qt.LayoutDirection.RightToLeft
