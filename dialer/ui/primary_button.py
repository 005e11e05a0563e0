"""The one button of a window or dialog that does what it is there for."""

from typing import Literal

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from dialer.ui.theme import Theme


class PrimaryButton(QPushButton):
    """A push button on the accent colour; kind "call" is as high as a field, and deaf to Enter.

    With the focus it wears a ring inside its edge: one around it would be the accent on the
    accent, and the style sheet knows no ring with a gap.
    """

    def __init__(
        self,
        text: str,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        kind: Literal["primary", "call"] = "primary",
    ) -> None:
        super().__init__(text, parent)
        self._theme = theme
        self.setProperty("kind", kind)
        self._calls = kind == "call"
        theme.changed.connect(self.update)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave Enter to the fields: on some desktops it presses buttons, and this one calls."""
        if self._calls and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the button as the style sheet says, then the ring."""
        super().paintEvent(event)
        if not self.hasFocus():
            return
        scheme, px = self._theme.scheme, self._theme.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for inset, color in ((1.0, scheme.accent), (3.0, scheme.on_accent)):
            around = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
            painter.setPen(QPen(color, 2))
            painter.drawRoundedRect(around, px(6) - inset, px(6) - inset)
        painter.end()
