"""Notices that profiles were changed elsewhere: by a command, or by another window."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal, Slot

from dialer.ui.background import Background

_TOGETHER_MS = 100
"""What changes within this time is looked at once: one change is several events."""


class ProfilesWatch(QObject):
    """Watches the folder of the profiles, and reads them anew in the background. UI thread.

    A file that cannot be read just now changes nothing: the next start says what is wrong.
    """

    found = Signal(object)
    """Profiles, as they are on disk; possibly the same as before."""

    def __init__(self, folder: Path, load: Callable[[], object], parent: QObject) -> None:
        """`load` may block."""
        super().__init__(parent)
        self._load = load
        self._loading = False
        self._again = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_TOGETHER_MS)
        self._soon.timeout.connect(self._look)
        # The folder: the file itself is replaced as a whole, and may not be there yet.
        self._watcher = QFileSystemWatcher([str(folder)], self)
        self._watcher.directoryChanged.connect(self._soon.start)

    @Slot()
    def renew(self) -> None:
        """The window has changed them itself: what is being read may be older than that."""
        self._again = self._loading

    @Slot()
    def _look(self) -> None:
        self._again = self._loading
        if self._loading:
            return
        self._loading = True
        loading = Background()
        loading.succeeded.connect(self._on_loaded)
        loading.failed.connect(self._on_failed)
        loading.start(self._load)

    @Slot(object)
    def _on_loaded(self, profiles: object) -> None:
        current = not self._again
        self._end()
        if current:
            self.found.emit(profiles)

    @Slot(object)
    def _on_failed(self, _: Exception) -> None:
        self._end()

    def _end(self) -> None:
        self._loading = False
        if self._again:
            self._look()
