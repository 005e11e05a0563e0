"""What stands where there is nothing yet: an icon, a title, and what to do."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QPalette, QShowEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from dialer.ui.icons import Icons
from dialer.ui.theme import Theme

_ICON = 44


class EmptyState(QWidget):
    """Centred words in place of an empty table, with one button where there is a way on."""

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._icon_name = "phone"
        self._pressed: Callable[[], object] | None = None
        self._icon = QLabel(self)
        self._title = _centred(self)
        self._title.setFont(theme.fonts.title)
        self._text = _centred(self)
        self._text.setWordWrap(True)
        self._button = QPushButton(self)
        self._button.setAutoDefault(False)
        self._button.hide()
        self._button.clicked.connect(self._press)

        middle = Qt.AlignmentFlag.AlignHCenter
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(theme.px(16),) * 4)
        layout.setSpacing(theme.px(8))
        layout.addStretch()
        layout.addWidget(self._icon, 0, middle)
        layout.addWidget(self._title, 0, middle)
        layout.addWidget(self._text)
        layout.addSpacing(theme.px(4))
        layout.addWidget(self._button, 0, middle)
        layout.addStretch()
        self._dress()
        theme.changed.connect(self._dress)

    def show_state(
        self,
        icon: str,
        title: str,
        text: str,
        action: tuple[str, Callable[[], object]] | None = None,
    ) -> None:
        """Say why there is nothing and what to do. `action`: the button's words and its deed."""
        self._icon_name = icon
        self._title.setText(title)
        self._text.setText(text)
        self._button.setText(action[0] if action else "")
        self._button.setVisible(action is not None)
        self._pressed = action[1] if action else None
        self._dress()

    def showEvent(self, event: QShowEvent) -> None:
        """Colour the words anew: a style sheet forgets palettes when a parent is given."""
        super().showEvent(event)
        self._dress()

    @Slot()
    def _press(self) -> None:
        if self._pressed is not None:
            self._pressed()

    @Slot()
    def _dress(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, self._theme.scheme.quiet)
        self._text.setPalette(palette)
        size = self._theme.px(_ICON)
        self._icon.setPixmap(
            self._icons.pixmap(self._icon_name, "quiet", size, self.devicePixelRatioF())
        )


def _centred(parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label
