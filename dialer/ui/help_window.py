"""Help: how a call goes, where numbers come from, and what each outcome means."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QScrollArea, QVBoxLayout, QWidget

from dialer.ui.theme import Theme


class HelpWindow(QDialog):
    """Shows the help. UI thread."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWindowTitle(self.tr("Help"))
        self.resize(theme.px(620), theme.px(620))
        inside = QWidget(self)
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(*[theme.px(20)] * 4)
        layout.setSpacing(theme.px(6))
        for title, text in self._chapters():
            self._add(layout, title, text)
        layout.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

    def _chapters(self) -> tuple[tuple[str, str], ...]:
        return (
            (
                self.tr("A call"),
                self.tr(
                    "Type or paste a number and press Enter. The provider rings your phone first,"
                    " then the callee's. Nothing is called twice by itself."
                ),
            ),
            (
                self.tr("Links, the clipboard, other programs"),
                self.tr(
                    "A click on a phone link, a copied number or another program fills the callee"
                    " in. None of them calls: Enter or Call does, or a countdown for links that you"
                    " can turn on in the preferences and stop with Esc. Esc also brings back what"
                    " you had typed."
                ),
            ),
            (
                self.tr("Keys"),
                self.tr("Ctrl+? lists every shortcut."),
            ),
            (
                self.tr("Wrong number?"),
                self.tr(
                    "Do not pick up your phone. That your phone rings first, and the callee's only"
                    " after you pick up, is inferred from the provider's documents; they do not"
                    " promise it, and there is no way to hang up from here."
                ),
            ),
            (
                self.tr("Placed"),
                self.tr(
                    "The provider took the call and gave it a recording ID."
                    " It does not say that anyone answered."
                ),
            ),
            (
                self.tr("Rejected"),
                self.tr("The provider answered no, with a code. The message says what to do."),
            ),
            (
                self.tr("Not sent"),
                self.tr("Nothing reached the provider. You may call again at once."),
            ),
            (
                self.tr("Answered, busy, no answer"),
                self.tr(
                    "A placed call is followed in the provider's records until these say how it"
                    " ended. Select it to see its times, cost and recording."
                ),
            ),
            (
                self.tr("Unknown"),
                self.tr(
                    "The request may have reached the provider, but no usable answer came: the"
                    " phones may ring. Dialer never repeats such a call, and asks before you do."
                    " It looks for the call in the provider's records, and settles it if it is"
                    " there."
                ),
            ),
        )

    def _add_title(self, layout: QVBoxLayout, title: str) -> None:
        label = QLabel(title, self)
        label.setFont(self._theme.fonts.title)
        layout.addWidget(label)

    def _add(self, layout: QVBoxLayout, title: str, text: str) -> None:
        self._add_title(layout, title)
        label = QLabel(text, self)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(label)
        layout.addSpacing(self._theme.px(8))
