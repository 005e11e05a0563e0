"""Brings what other starts hand over from the doorway's threads to the UI thread."""

from PySide6.QtCore import QObject, Signal, Slot

from dialer.desktop.visit import Inbox


class Arrivals(QObject):
    """Tells on the UI thread of visits, all that have come together at once."""

    arrived = Signal(object)
    """A list of Visit, in the order in which they came. Each is to be answered."""
    _came = Signal()

    def __init__(self, doorway: Inbox, parent: QObject) -> None:
        super().__init__(parent)
        self._doorway = doorway
        self._came.connect(self._look)

    def open(self) -> None:
        """Let visitors in, those first who have waited."""
        self._doorway.open(self._came.emit)

    @Slot()
    def _look(self) -> None:
        if visits := self._doorway.visits():
            self.arrived.emit(visits)
