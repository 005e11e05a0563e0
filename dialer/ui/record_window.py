"""The provider's record of a call as it came, to be read and copied."""

import re

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from dialer.ui.theme import Theme

_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s"\[\]{},:]+|"')
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


class RecordWindow(QDialog):
    """Shows a record, as JSON, in plain monospaced text. UI thread."""

    def __init__(self, theme: Theme, title: str, original: str, parent: QWidget | None = None):
        super().__init__(parent)
        self._original = original
        self.setWindowTitle(title)
        self.resize(theme.px(480), theme.px(520))
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setFont(theme.fonts.mono)
        self.text.setAccessibleName(title)
        self.text.setPlainText(indented(original))
        copy = QPushButton(self.tr("Copy"), self)
        copy.clicked.connect(self._copy)
        close = QPushButton(self.tr("Close"), self)
        close.clicked.connect(self.close)
        close.setDefault(True)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.px(8))
        buttons.addStretch(1)
        buttons.addWidget(copy)
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.px(16)] * 4)
        layout.setSpacing(theme.px(12))
        layout.addWidget(self.text, 1)
        layout.addLayout(buttons)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._original)


def indented(original: str) -> str:
    """JSON with a line for each field and every value as it was written.

    Reading and writing it again would change numbers. Characters that nobody sees, or that turn
    the reading direction, stand as their escapes.
    """
    parts: list[str] = []
    depth = 0
    for piece in _PIECE.findall(original):
        if piece in "{[":
            depth += 1
            parts += (piece, _line(depth))
        elif piece in "}]":
            depth = max(0, depth - 1)
            empty = len(parts) > 1 and parts[-1].isspace() and parts[-2] in "{["
            parts[-1 if empty else len(parts) :] = [] if empty else [_line(depth)]
            parts.append(piece)
        elif piece == ",":
            parts += (piece, _line(depth))
        else:
            parts.append(": " if piece == ":" else _UNSEEN.sub(_escaped, piece))
    return "".join(parts)


def _line(depth: int) -> str:
    return "\n" + "  " * min(depth, 32)


def _escaped(char: re.Match[str]) -> str:
    return f"\\u{ord(char[0]):04x}"
