"""A label for text of any length: it wraps everywhere, even inside words."""

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QFont,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import QLabel, QMenu, QWidget

_RUN = 24
"""The longest run of characters that is left whole, as recording IDs of up to 21 digits are."""

_PIECE = 8
_BREAK = "\u200b"


class LongText(QLabel):
    """Plain text that can be selected by mouse and keyboard. UI thread.

    A label breaks lines at spaces only: very long words get invisible places to break at, which
    what is copied does not have.
    """

    def __init__(self, parent: QWidget | None = None, font: QFont | None = None) -> None:
        super().__init__(parent)
        self._said = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        if font is not None:
            self.setFont(font)

    @property
    def said(self) -> str:
        """The text without the places to break at."""
        return self._said

    def say(self, text: str) -> None:
        """Show `text`; without any the label hides. Cheap if it says so already."""
        if text != self._said:
            self._said = text
            self.setText(_breakable(text))
        if self.isHidden() is bool(text):
            self.setVisible(bool(text))

    def let_select(self) -> None:
        """Let the text be selected by mouse."""
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy what is selected as it was said."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to copy, as a label's own menu does."""
        if not self.hasSelectedText():
            event.ignore()
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copy = QAction(self.tr("Copy"), menu)
        copy.triggered.connect(self._copy)
        menu.addAction(copy)
        menu.popup(event.globalPos())

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.selectedText().replace(_BREAK, ""))


def _breakable(text: str) -> str:
    if len(text) <= _RUN:
        return text
    return re.sub(rf"\S{{{_RUN + 1},}}", _with_breaks, text)


def _with_breaks(run: re.Match[str]) -> str:
    word = run[0]
    return _BREAK.join(word[at : at + _PIECE] for at in range(0, len(word), _PIECE))
