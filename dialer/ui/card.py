"""A card: the plain raised ground on which a group of things stands."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QWidget

from dialer.ui.theme import Theme

RADIUS = 8
"""Of a card's corners, in the pixels of the design."""


class Card(QFrame):
    """A frame with round corners, painted from the scheme and so without a style sheet.

    `dashed` marks one that is only there for now, such as the panel of the first start.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, dashed: bool = False):
        super().__init__(parent)
        self._theme = theme
        self._dashed = dashed
        theme.changed.connect(self.update)

    def colors(self) -> tuple[QColor, QColor]:
        """The ground and the edge to paint now."""
        scheme = self._theme.scheme
        return scheme.card, scheme.line

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint ground and edge; the children stand on them."""
        ground, edge = self.colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(edge, 1)
        if self._dashed:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(ground)
        # Half a pixel in, the one-pixel edge falls on whole pixels and stays sharp.
        radius = self._theme.px(RADIUS)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.end()
