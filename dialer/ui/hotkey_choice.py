"""Chooses the key that brings the window up from anywhere, and tells what became of it."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QKeySequenceEdit,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from dialer.ui.hotkeys import Hotkeys
from dialer.ui.ink import set_ink
from dialer.ui.theme import Theme
from dialer.ui.words import told


class HotkeyChoice(QWidget):
    """A field for one key chord. UI thread.

    Where the desktop lends no such key, it says why, and which command to bind in the desktop's
    own settings.
    """

    chosen = Signal(str)
    """The chord in Qt's portable words, "" for none."""

    def __init__(self, theme: Theme, hotkeys: Hotkeys, hotkey: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._hotkeys = hotkeys
        self._label = QLabel(self.tr("Bring up with the copied or selected number:"), self)
        self.edit = QKeySequenceEdit(self)
        self.edit.setMaximumSequenceLength(1)
        self.edit.setKeySequence(QKeySequence(hotkey, QKeySequence.SequenceFormat.PortableText))
        self.edit.setAccessibleName(self.tr("Hotkey"))
        self.edit.editingFinished.connect(self._choose)
        self._label.setBuddy(self.edit)
        self.none = QPushButton(self.tr("None"), self)
        self.none.setAutoDefault(False)
        self.none.clicked.connect(self._clear)
        self._words = QLabel(self)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._words.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(self._label)
        row.addWidget(self.edit, 1)
        row.addWidget(self.none)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(4))
        layout.addLayout(row)
        layout.addWidget(self._words)
        hotkeys.changed.connect(self._show)
        theme.changed.connect(self._show)
        self._show()

    @property
    def words(self) -> str:
        """What is said of the key now."""
        return self._words.text()

    @Slot()
    def _choose(self) -> None:
        text = self.edit.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        if text != self._hotkeys.text:
            self.chosen.emit(text)

    @Slot()
    def _clear(self) -> None:
        self.edit.clear()
        self._choose()

    @Slot()
    def _show(self) -> None:
        hotkeys = self._hotkeys
        wrong = hotkeys.offered and hotkeys.trouble is not None
        if not hotkeys.offered:
            words = told(hotkeys.why_not) if hotkeys.why_not else ""
        elif hotkeys.trouble is not None:
            words = told(hotkeys.trouble)
        elif hotkeys.text and hotkeys.bound and hotkeys.bound != hotkeys.text:
            words = self.tr("The desktop has bound it to {key}.").format(key=hotkeys.bound)
        else:
            words = ""
        for widget in (self._label, self.edit, self.none):
            widget.setVisible(hotkeys.offered)
        self._words.setText(words)
        self._words.setVisible(bool(words))
        scheme = self._theme.scheme
        set_ink(self._words, scheme.rejected if wrong else scheme.quiet)
