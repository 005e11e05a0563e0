"""The thin line of a recording: how much is here, and where in it one listens."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QProgressBar, QSlider, QWidget

from dialer.ui.theme import Theme

_GROOVE = 4
_KNOB = 6
_STEP_MS = 5_000
"""How far an arrow key goes."""


class SeekSlider(QSlider):
    """A position in milliseconds. A press anywhere goes there; arrow keys go 5 s.

    `sliderMoved` tells where a hand has put it; `setValue` moves it without a word, and does
    nothing while it is held.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self.setSingleStep(_STEP_MS)
        self.setPageStep(2 * _STEP_MS)
        self.setFixedHeight(theme.px(24))
        self.setMinimumWidth(theme.px(40))
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme.changed.connect(self.update)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go where the mouse is."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._go_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse."""
        if self.isSliderDown():
            self._go_to(event.position())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Let go."""
        self.setSliderDown(False)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the line, the part that is over, and a knob where a hand or the keys are."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = self._side()
        room = QRectF(self.rect()).adjusted(side, 0, -side, 0)
        span = self.maximum() - self.minimum()
        share = (self.sliderPosition() - self.minimum()) / span if span > 0 else 0.0
        scheme = self._theme.scheme
        _paint_line(painter, self._theme, room, share)
        if self.isEnabled() and (self.hasFocus() or self.underMouse()):
            knob = self._theme.px(_KNOB)
            centre = QPointF(room.left() + share * room.width(), room.center().y())
            painter.setBrush(scheme.accent)
            painter.drawEllipse(centre, knob, knob)
            if self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(scheme.accent, 2))
                painter.drawEllipse(centre, knob + 3, knob + 3)
        painter.end()

    def _go_to(self, where: QPointF) -> None:
        side = self._side()
        room = max(1, self.width() - 2 * side)
        share = min(1.0, max(0.0, (where.x() - side) / room))
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            share = 1.0 - share
        self.setSliderPosition(round(self.minimum() + share * (self.maximum() - self.minimum())))

    def _side(self) -> int:
        return self._theme.px(_KNOB) + 4


class ThinProgress(QProgressBar):
    """How much of something is done, as a thin line; with maximum 0 nobody knows of how much."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setTextVisible(False)
        self.setFixedHeight(theme.px(_GROOVE) + 2)
        theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the line and the part that is done."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        share = self.value() / self.maximum() if self.maximum() > 0 else 0.0
        _paint_line(painter, self._theme, QRectF(self.rect()), share)
        painter.end()


def _paint_line(painter: QPainter, theme: Theme, room: QRectF, share: float) -> None:
    height = float(theme.px(_GROOVE))
    line = QRectF(room.left(), room.center().y() - height / 2, room.width(), height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.scheme.line)
    painter.drawRoundedRect(line, height / 2, height / 2)
    if share > 0:
        line.setWidth(max(height, line.width() * min(1.0, share)))
        painter.setBrush(theme.scheme.accent)
        painter.drawRoundedRect(line, height / 2, height / 2)
