"""The panel of the first start: two ways to begin, beside the fields and never in their place."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from dialer.ui.card import Card
from dialer.ui.primary_button import PrimaryButton
from dialer.ui.theme import Theme

_NARROW = 700  # below this width the ways stand under the words


class FirstSteps(Card):
    """Offers to connect a provider account or to try the sandbox."""

    connect_asked = Signal()
    sandbox_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent, dashed=True)
        self._theme = theme
        title = QLabel(self.tr("Two ways to begin"), self)
        title.setFont(theme.fonts.title)
        self._text = QLabel(
            self.tr(
                "Connect your provider account with API key and secret, kept in this computer's"
                " keyring. Or look around first: the sandbox rings no phone."
            ),
            self,
        )
        self._text.setWordWrap(True)
        sandbox = QPushButton(self.tr("Try it with the sandbox"), self)
        sandbox.clicked.connect(self.sandbox_asked)
        account = PrimaryButton(self.tr("Connect your provider account"), theme, self)
        account.clicked.connect(self.connect_asked)
        words = QVBoxLayout()
        words.setSpacing(theme.px(4))
        words.addWidget(title)
        words.addWidget(self._text)
        ways = QHBoxLayout()
        ways.setSpacing(theme.px(8))
        ways.addWidget(sandbox)
        ways.addWidget(account)
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._body.setContentsMargins(*[theme.px(16)] * 4)
        self._body.setSpacing(theme.px(8))
        self._body.addLayout(words, 1)
        self._body.addLayout(ways)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the ways under the words where they do not fit beside them."""
        super().resizeEvent(event)
        narrow = event.size().width() < self._theme.px(_NARROW)
        self._text.setHidden(narrow)
        self._body.setDirection(
            QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        )
