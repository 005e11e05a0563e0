"""A number to choose, in the looks of a field: seconds, days."""

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSpinBox, QStyle, QStyleOptionSpinBox, QWidget

from dialer.ui.theme import Theme

_HEIGHT = 36
_ARROW = 3.5  # half an arrow's width, in pixels of the design


class NumberBox(QSpinBox):
    """A spin box painted from the scheme: Fusion's has hardly an edge on a dark ground."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """As high as the other fields."""
        return QSize(super().sizeHint().width() + self._theme.px(8), self._theme.px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """As high as the other fields."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint ground, edge or focus ring, and the two arrows; the number paints itself."""
        scheme, px = self._theme.scheme, self._theme.px
        option = QStyleOptionSpinBox()
        self.initStyleOption(option)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = 2 if self.hasFocus() else 1
        painter.setPen(QPen(scheme.accent if self.hasFocus() else scheme.line, width))
        painter.setBrush(scheme.field if self.isEnabled() else scheme.window)
        inset = width / 2
        around = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(around, px(6), px(6))
        half = _ARROW * px(100) / 100
        for part, step, up in (
            (QStyle.SubControl.SC_SpinBoxUp, self.StepEnabledFlag.StepUpEnabled, -1),
            (QStyle.SubControl.SC_SpinBoxDown, self.StepEnabledFlag.StepDownEnabled, 1),
        ):
            possible = self.isEnabled() and bool(option.stepEnabled & step)
            painter.setPen(QPen(scheme.text if possible else scheme.faint(), 1.5))
            place = self.style().subControlRect(
                QStyle.ComplexControl.CC_SpinBox, option, part, self
            )
            x, y = QRectF(place).center().x() - px(2), QRectF(place).center().y()
            painter.drawPolyline(
                [
                    QPointF(x - half, y - up * half / 2),
                    QPointF(x, y + up * half / 2),
                    QPointF(x + half, y - up * half / 2),
                ]
            )
        painter.end()
