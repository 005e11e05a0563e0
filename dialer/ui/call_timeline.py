"""When a call was submitted, called, ringing, answered and ended, along a thin line."""

from PySide6.QtCore import QDate, QDateTime, QLocale, QPointF, QRect, QRectF, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from dialer.calls.details import CallDetails
from dialer.ui.ink import set_ink
from dialer.ui.theme import Theme

_LINE = 2
_DOT = 3.5
_INDENT = 14


class CallTimeline(QWidget):
    """Shows the times that a record has, in local time, in the order of a call's life.

    Times that run backwards stand as the provider gave them, and a line below says so. Hides
    without any time. UI thread.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: tuple[tuple[int | None, ...], int] | None = None
        names = (
            self.tr("Submitted"),
            self.tr("Called"),
            self.tr("Ringing"),
            self.tr("Answered"),
            self.tr("Ended"),
        )
        grid = QGridLayout(self)
        grid.setContentsMargins(theme.px(_INDENT), 0, 0, 0)
        grid.setHorizontalSpacing(theme.px(12))
        grid.setVerticalSpacing(theme.px(6))
        grid.setColumnStretch(0, 1)
        self._rows: list[tuple[QLabel, QLabel]] = []
        for row, name in enumerate(names):
            title = QLabel(name, self)
            moment = QLabel(self)
            moment.setTextFormat(Qt.TextFormat.PlainText)
            moment.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(title, row, 0)
            grid.addWidget(moment, row, 1)
            self._rows.append((title, moment))
        self._backwards = QLabel(self.tr("The provider's times run backwards."), self)
        self._backwards.setWordWrap(True)
        grid.addWidget(self._backwards, len(names), 0, 1, 2)
        self.hide()
        theme.changed.connect(self._colour)
        self._colour()

    def show_times(self, details: CallDetails | None, begun_at: int) -> None:
        """Show the times of `details`; those of another day than `begun_at` with their date."""
        times: tuple[int | None, ...] = ()
        if details is not None:
            times = (
                details.submitted_at,
                details.called_at,
                details.ringing_at,
                details.answered_at,
                details.ended_at,
            )
        if (times, begun_at) == self._shown:
            return
        self._shown = (times, begun_at)
        known = [time for time in times if time is not None]
        if known:
            day = QDateTime.fromMSecsSinceEpoch(begun_at).date()
            for (title, moment), time in zip(self._rows, times, strict=True):
                title.setVisible(time is not None)
                moment.setVisible(time is not None)
                if time is not None:
                    moment.setText(time_told(QDateTime.fromMSecsSinceEpoch(time), day))
            self._backwards.setVisible(known != sorted(known))
        self.setVisible(bool(known))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the line, with a dot for each time."""
        scheme, px = self._theme.scheme, self._theme.px
        places: list[QRect] = [title.geometry() for title, _ in self._rows if title.isVisible()]
        if not places:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(scheme.line)
        dot = px(1) * _DOT
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        x = self.width() - dot if mirrored else dot
        top, bottom = places[0].center().y(), places[-1].center().y()
        painter.drawRect(QRectF(x - _LINE / 2, top, _LINE, bottom - top))
        painter.setBrush(scheme.quiet)
        for place in places:
            painter.drawEllipse(QPointF(x, place.center().y() + 0.5), dot, dot)
        painter.end()

    @Slot()
    def _colour(self) -> None:
        for _, moment in self._rows:
            set_ink(moment, self._theme.scheme.quiet)
        set_ink(self._backwards, self._theme.scheme.tint("unknown").ink)
        self.update()


def time_told(moment: QDateTime, day: QDate) -> str:
    """A local time to the second, with its date where that is not `day`."""
    time = moment.time().toString("HH:mm:ss")
    if moment.date() == day:
        return time
    date = QLocale().toString(moment.date(), QLocale.FormatType.ShortFormat)
    return f"{date} {time}"
