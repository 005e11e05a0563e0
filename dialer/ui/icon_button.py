"""A button that is an icon: flat, with a ground under the mouse and a ring with the focus."""

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from dialer.ui.icons import Icons
from dialer.ui.scheme import mixed
from dialer.ui.theme import Theme

_SIDE = 28
_ICON = 16


class IconButton(QAbstractButton):
    """Shows the icon `name`; `words` say what it does, to the mouse and to screen readers."""

    def __init__(
        self, name: str, words: str, theme: Theme, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._name = name
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        side = theme.px(_SIDE)
        self.setFixedSize(side, side)
        self.show_icon(name, words)
        theme.changed.connect(self._colour)

    def show_icon(self, name: str, words: str) -> None:
        """Show another icon, and say what it does."""
        self._name = name
        self.setText(words)
        self.setToolTip(words)
        self.update()

    def sizeHint(self) -> QSize:
        """A square that a finger finds."""
        return self.minimumSize()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the ground, the icon and the ring."""
        scheme, px = self._theme.scheme, self._theme.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        around = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isEnabled() and (self.isDown() or self.underMouse()):
            painter.setBrush(mixed(scheme.text, scheme.card, 0.10 if self.isDown() else 0.05))
            painter.drawRoundedRect(around, px(6), px(6))
        size = px(_ICON)
        painter.setOpacity(1.0 if self.isEnabled() else 0.4)
        pixmap = self._icons.pixmap(self._name, "text", size, self.devicePixelRatioF())
        painter.drawPixmap((self.width() - size) // 2, (self.height() - size) // 2, pixmap)
        painter.setOpacity(1.0)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(scheme.accent, 2))
            painter.drawRoundedRect(around, px(6), px(6))
        painter.end()

    @Slot()
    def _colour(self) -> None:
        self.update()
