"""The message band: what became of the last call, and the one thing to do next."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Slot
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from dialer.ui.card import Card
from dialer.ui.icons import Icons, icon_of
from dialer.ui.theme import Theme

Action = tuple[str, Callable[[], object]]
"""The words of a button, already translated, and what a press does."""

_ICON = 18
_NARROW = 560  # below this width the parts stand under one another instead of side by side
_MOST_ACTIONS = 2
_URGENT = frozenset(("rejected", "not_sent", "unknown"))


class MessageBand(Card):
    """Shows one message at a time and hides without one.

    Every text is shown as plain text, for some of it comes from the provider. Screen readers
    are told of each message: at once of what went wrong, else when they have finished.
    """

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._icons = icons
        self._kind = ""
        self._icon = QLabel(self)
        self._headline = _words(self)
        self._headline.setFont(theme.fonts.strong)
        self._text = _words(self)
        self._text.setWordWrap(True)
        self._code = _words(self)
        self._code.setFont(theme.fonts.label)
        self._code.setWordWrap(True)
        for label in (self._text, self._code):
            # Selecting by keyboard needs a way in by keyboard, which labels have not of old.
            label.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            label.installEventFilter(self)

        self._told = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._told.setSpacing(theme.px(6))
        self._told.addWidget(self._headline, 0, Qt.AlignmentFlag.AlignTop)
        self._told.addWidget(self._text, 1, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(theme.px(2))
        words.addStretch()
        words.addLayout(self._told)
        words.addWidget(self._code)
        words.addStretch()
        self._actions = QHBoxLayout()
        self._actions.setSpacing(theme.px(8))
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._body.setSpacing(theme.px(4))
        self._body.addLayout(words, 1)
        self._body.addLayout(self._actions)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.px(12), theme.px(6), theme.px(10), theme.px(6))
        layout.setSpacing(theme.px(8))
        layout.addWidget(self._icon)
        layout.addLayout(self._body, 1)
        self.setMinimumHeight(theme.px(36))
        self.hide()
        theme.changed.connect(self._dress)

    @property
    def kind(self) -> str:
        """The kind of the message that is shown, "" without one."""
        return self._kind

    def show_message(
        self, kind: str, headline: str, text: str, code: str = "", actions: Sequence[Action] = ()
    ) -> None:
        """Show a message in place of the one before.

        `kind` is an outcome ("placed", "rejected", "not_sent", "unknown"), "info" or
        "working". Raises ValueError for more than two actions.
        """
        if len(actions) > _MOST_ACTIONS:
            raise ValueError("a message has two actions at most")
        self._kind = kind
        for label, words in (
            (self._headline, headline),
            (self._text, text),
            (self._code, code),
        ):
            label.setText(words)
            label.setVisible(bool(words))
        self._drop_actions()
        for words, pressed in actions:
            self._actions.addWidget(_link(words, pressed, self))
        self._dress()
        self._arrange()
        self.show()
        self._announce(" ".join(part for part in (headline, text, code) if part))

    def change_headline(self, headline: str) -> None:
        """Change the headline alone: a countdown goes on, and its buttons keep the keyboard."""
        self._headline.setText(headline)

    @Slot()
    def clear(self) -> None:
        """Take the message away."""
        self._kind = ""
        self._drop_actions()
        for label in (self._headline, self._text, self._code):
            label.clear()
        self.hide()

    def colors(self) -> tuple[QColor, QColor]:
        """The ground and the edge of the message's kind."""
        tint = self._theme.scheme.tint(self._kind)
        return tint.ground, tint.edge

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the band, and the focus ring around words that are about to be selected."""
        super().paintEvent(event)
        for label in (self._text, self._code):
            if label.hasFocus():
                painter = QPainter(self)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(QPen(self._theme.scheme.accent, 2))
                around = QRectF(label.geometry()).adjusted(-3, -2, 3, 2)
                painter.drawRoundedRect(around, self._theme.px(4), self._theme.px(4))
                painter.end()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Paint anew when the focus comes to the words or leaves them."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent) -> None:
        """Colour the words anew: a style sheet forgets palettes when a parent is given."""
        super().showEvent(event)
        self._dress()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the parts under one another where there is little room."""
        super().resizeEvent(event)
        self._arrange()

    @Slot()
    def _dress(self) -> None:
        scheme = self._theme.scheme
        tint = scheme.tint(self._kind)
        outcome = tint.ink is not scheme.quiet
        ink = tint.ink if outcome else scheme.text
        _color(self._headline, ink)
        _color(self._text, scheme.text)
        _color(self._code, ink if outcome else scheme.quiet)
        role = {"not_sent": "rejected"}.get(self._kind, self._kind) if outcome else "quiet"
        size = self._theme.px(_ICON)
        self._icon.setPixmap(
            self._icons.pixmap(icon_of(self._kind), role, size, self.devicePixelRatioF())
        )
        self.update()

    def _arrange(self) -> None:
        narrow = self.width() < self._theme.px(_NARROW)
        down, across = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._told.setDirection(down if narrow else across)
        self._told.setSpacing(0 if narrow else self._theme.px(6))
        self._body.setDirection(down if narrow else across)
        side = Qt.AlignmentFlag.AlignLeft if narrow else Qt.AlignmentFlag.AlignRight
        self._actions.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)

    def _drop_actions(self) -> None:
        while (item := self._actions.takeAt(0)) is not None:
            if (button := item.widget()) is not None:
                # A press may be what brings the next message: the button outlives its slot.
                button.hide()
                button.deleteLater()

    def _announce(self, words: str) -> None:
        # Imported here because the first message comes after the window, and its enumerations
        # cost the start some milliseconds.
        from PySide6.QtGui import QAccessible  # noqa: PLC0415

        if not QAccessible.isActive():
            return
        try:
            # Imported here because it is not in every binding of Qt 6.8.
            from PySide6.QtGui import QAccessibleAnnouncementEvent  # noqa: PLC0415
        except ImportError:
            return
        event = QAccessibleAnnouncementEvent(self, words)
        if self._kind in _URGENT:
            event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(event)


def _words(parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse
        | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return label


class _Link(QPushButton):
    """An action. Enter never presses it, as it does on some desktops: one of them may call."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()
        else:
            super().keyPressEvent(event)


def _link(words: str, pressed: Callable[[], object], parent: QWidget) -> QPushButton:
    button = _Link(words, parent)
    button.setProperty("kind", "link")
    button.setAutoDefault(False)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    # `clicked` says whether a button is checked, which is no business of the action's.
    button.clicked.connect(lambda: pressed())  # noqa: PLW0108
    return button


def _color(label: QLabel, ink: QColor) -> None:
    palette = label.palette()
    # A label whose text can be selected paints it like a field's, with Text.
    palette.setColor(QPalette.ColorRole.WindowText, ink)
    palette.setColor(QPalette.ColorRole.Text, ink)
    label.setPalette(palette)
