"""Links that macOS hands to the running program as events, however it was started."""

from PySide6.QtCore import QEvent, QObject, QUrl, Signal
from PySide6.QtGui import QFileOpenEvent


class OpenEvents(QObject):
    """Filters the application's events for links. UI thread.

    macOS starts no second process for a link: it tells the one that runs, or the new one right
    after its start. What comes before `open` is remembered. Install it on macOS alone, for it
    sees every event there is. Not run there yet.
    """

    came = Signal(str)
    """A link, as it was clicked."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._waiting: list[str] | None = []

    def open(self) -> None:
        """Tell of links from now on, those first that have come before."""
        waiting, self._waiting = self._waiting or [], None
        for link in waiting:
            self.came.emit(link)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take links, and let every other event pass."""
        if event.type() != QEvent.Type.FileOpen or not isinstance(event, QFileOpenEvent):
            return super().eventFilter(watched, event)
        link = event.url().toString(QUrl.ComponentFormattingOption.FullyEncoded)
        if self._waiting is None:
            self.came.emit(link)
        else:
            self._waiting.append(link)
        return True
