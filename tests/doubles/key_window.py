"""Another program: a window that writes down when it gets the keyboard, and which keys."""

import sys

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QWidget

_MODIFIERS = (Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Shift, Qt.Key.Key_Meta)


class KeyWindow(QWidget):
    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        print("focus", flush=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in _MODIFIERS or event.isAutoRepeat():
            return
        pressed = QKeyCombination(event.modifiers(), Qt.Key(event.key()))
        print("key", QKeySequence(pressed).toString(), flush=True)


application = QApplication(sys.argv)
window = KeyWindow()
window.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
window.show()
sys.exit(application.exec())
