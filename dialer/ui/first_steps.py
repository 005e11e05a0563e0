"""The panel of the first start: two ways to begin, beside the fields and never in their place."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from dialer.ui.card import Card
from dialer.ui.theme import Theme


class FirstSteps(Card):
    """Offers to connect a provider account or to try the sandbox."""

    connect_asked = Signal()
    sandbox_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent, dashed=True)
        title = QLabel(self.tr("Two ways to begin"), self)
        title.setFont(theme.fonts.title)
        text = QLabel(
            self.tr(
                "Connect your provider account with API key and secret, kept in this computer's"
                " keyring. Or look around first: the sandbox rings no phone."
            ),
            self,
        )
        text.setWordWrap(True)
        text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        sandbox = QPushButton(self.tr("Try it with the sandbox"), self)
        sandbox.clicked.connect(self.sandbox_asked)
        account = QPushButton(self.tr("Connect your provider account"), self)
        account.setProperty("kind", "primary")
        account.clicked.connect(self.connect_asked)
        words = QVBoxLayout()
        words.setSpacing(theme.px(4))
        words.addWidget(title)
        words.addWidget(text)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(*[theme.px(16)] * 4)
        layout.setSpacing(theme.px(8))
        layout.addLayout(words, 1)
        layout.addWidget(sandbox)
        layout.addWidget(account)
