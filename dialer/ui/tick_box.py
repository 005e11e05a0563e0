"""A box to tick whose edge can be seen in every scheme."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QStyle, QStyleOptionButton, QWidget

from dialer.ui.theme import Theme


class TickBox(QCheckBox):
    """A check box that paints its box itself: Fusion's has hardly an edge on a dark ground."""

    def __init__(self, text: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._theme = theme
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the words as the style does, and the box over its own."""
        super().paintEvent(event)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        box = QRectF(
            self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        ).adjusted(0.5, 0.5, -0.5, -0.5)
        scheme = self._theme.scheme
        edge = scheme.quiet if self.isEnabled() else scheme.faint()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(scheme.accent if self.isChecked() and self.isEnabled() else edge, 1))
        painter.setBrush(scheme.accent if self.isChecked() and self.isEnabled() else scheme.field)
        painter.drawRoundedRect(box, 3, 3)
        if self.isChecked():
            painter.setPen(QPen(scheme.on_accent if self.isEnabled() else edge, 2))
            at = [(0.22, 0.52), (0.42, 0.72), (0.78, 0.30)]
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(
                [QPointF(box.x() + x * box.width(), box.y() + y * box.height()) for x, y in at]
            )
        if self.hasFocus():
            painter.setPen(QPen(scheme.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(-1.5, -1.5, 1.5, 1.5), 4, 4)
        painter.end()
