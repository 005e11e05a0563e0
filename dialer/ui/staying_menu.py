"""A menu that stays open while several of its items are checked."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QMenu


class StayingMenu(QMenu):
    """A click or Space checks an item and leaves the menu open; Enter checks it and closes."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Check the item under the mouse, and stay."""
        action = self.actionAt(event.position().toPoint())
        if _stays(action):
            action.trigger()
        else:
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Check the highlighted item with Space, and stay."""
        action = self.activeAction()
        if event.key() == Qt.Key.Key_Space and _stays(action):
            action.trigger()
        else:
            super().keyPressEvent(event)


def _stays(action: QAction | None) -> bool:
    return action is not None and action.isCheckable() and action.isEnabled()
