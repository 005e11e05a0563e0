"""A list to choose from, in the looks of a field: the profile, the country."""

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QWidget

from dialer.ui.icons import Icons
from dialer.ui.scheme import mixed
from dialer.ui.theme import Theme

_HEIGHT = 36
_SIDE = 10
_CHEVRON = 16


class ChoiceBox(QComboBox):
    """A combo box that cannot be edited, painted from the scheme.

    It paints itself because a style sheet cannot take the chevron's picture out of memory,
    and Fusion's own box has a gradient.
    """

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """As high as the other fields."""
        return QSize(self._wide(super().sizeHint()), self._theme.px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """As high as the other fields."""
        return QSize(super().minimumSizeHint().width(), self._theme.px(_HEIGHT))

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that it can be pressed."""
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Show it no longer."""
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint ground, edge or focus ring, the chosen words, and the chevron."""
        scheme, px = self._theme.scheme, self._theme.px
        ground = scheme.field if self.isEnabled() else scheme.window
        if self.isEnabled() and self.underMouse():
            ground = mixed(scheme.text, ground, 0.05)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = 2 if self.hasFocus() else 1
        painter.setPen(QPen(scheme.accent if self.hasFocus() else scheme.line, width))
        painter.setBrush(ground)
        inset = width / 2
        around = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(around, px(6), px(6))

        size = px(_CHEVRON)
        place = QRect(self.width() - px(_SIDE) - size, (self.height() - size) // 2, size, size)
        words = QRect(px(_SIDE), 0, place.left() - px(_SIDE) - px(4), self.height())
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            place.moveLeft(px(_SIDE))
            words.moveRight(self.width() - px(_SIDE) - 1)
        icon = self._icons.pixmap("chevron-down", "text", size, self.devicePixelRatioF())
        if not self.isEnabled():
            painter.setOpacity(0.4)
        painter.drawPixmap(place.topLeft(), icon)
        text = self.currentText() or self.placeholderText()
        painter.setPen(scheme.text if self.currentText() else scheme.quiet)
        shown = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()

    def _wide(self, hint: QSize) -> int:
        return hint.width() + 2 * self._theme.px(_SIDE)
