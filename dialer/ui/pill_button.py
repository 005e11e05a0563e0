"""A round button: the filters above the history."""

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QEnterEvent, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from dialer.ui.icons import Icons
from dialer.ui.scheme import mixed
from dialer.ui.theme import Theme

_HEIGHT = 26
_SIDE = 12
_GAP = 5
_CHEVRON = 12


class PillButton(QPushButton):
    """A button with round ends, checkable or with a menu, which a chevron then shows.

    It paints itself: a style sheet can neither put the chevron after the words nor take its
    picture out of memory.
    """

    def __init__(self, text: str, theme: Theme, icons: Icons, parent: QWidget | None = None):
        super().__init__(text, parent)
        self._theme = theme
        self._icons = icons
        self.setAutoDefault(False)
        # Read while the style sheet says something of every push button: it must not here.
        self.setProperty("kind", "pill")
        self._marked = False
        theme.changed.connect(self.update)

    def set_marked(self, marked: bool) -> None:
        """Paint it as chosen although it is not checkable: something of its menu is."""
        self._marked = marked
        self.update()

    def sizeHint(self) -> QSize:
        """Room for the words in semi-bold, so that checking does not move the neighbours."""
        px = self._theme.px
        words = QFontMetrics(self._theme.fonts.strong).horizontalAdvance(self._words())
        width = words + 2 * px(_SIDE)
        if self._opens:
            width += px(_GAP) + px(_CHEVRON)
        return QSize(width, px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """The same: a filter whose words are cut off says nothing."""
        return self.sizeHint()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that it can be pressed."""
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Show it no longer."""
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint ground, words, chevron, and the focus ring."""
        scheme, px = self._theme.scheme, self._theme.px
        ground, edge, ink = scheme.card, scheme.line, scheme.text
        chosen = self.isChecked() or self._marked
        if chosen:
            ground, edge, ink = scheme.selection, scheme.selection, scheme.accent
            if scheme.high_contrast:
                edge = scheme.accent
        if not self.isEnabled():
            ink = scheme.faint()
        elif self.isDown():
            ground = mixed(scheme.text, ground, 0.10)
        elif self.underMouse():
            ground = mixed(scheme.text, ground, 0.05)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = 2 if self.hasFocus() else 1
        painter.setPen(QPen(scheme.accent if self.hasFocus() else edge, width))
        painter.setBrush(ground)
        inset = width / 2
        # The style sheet makes all buttons higher than a pill is to look: the rest of the
        # height is there to be hit.
        over = max(0.0, (self.height() - px(_HEIGHT)) / 2)
        around = QRectF(self.rect()).adjusted(inset, over + inset, -inset, -over - inset)
        painter.drawRoundedRect(around, around.height() / 2, around.height() / 2)

        painter.setPen(ink)
        painter.setFont(self._theme.fonts.strong if chosen else self._theme.fonts.text)
        words = self.rect().adjusted(px(_SIDE), 0, -px(_SIDE), 0)
        side = Qt.AlignmentFlag.AlignHCenter
        if self._opens:
            side = Qt.AlignmentFlag.AlignLeft
            size = px(_CHEVRON)
            place = QRect(words.right() - size + 1, (self.height() - size) // 2, size, size)
            words.setRight(place.left() - px(_GAP))
            if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
                place.moveLeft(px(_SIDE))
                words.moveRight(self.width() - px(_SIDE))
            role = "accent" if chosen else "text"
            icon = self._icons.pixmap("chevron-down", role, size, self.devicePixelRatioF())
            painter.drawPixmap(QPoint(place.left(), place.top()), icon)
        painter.drawText(
            words, side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic, self.text()
        )
        painter.end()

    @property
    def _opens(self) -> bool:
        return self.menu() is not None

    def _words(self) -> str:
        return self.text().replace("&&", "\0").replace("&", "").replace("\0", "&")
