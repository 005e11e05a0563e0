"""The text that was copied or selected, without waiting for the program that owns it."""

import logging
import os
from contextlib import suppress

from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Signal, Slot
from PySide6.QtGui import QClipboard, QGuiApplication

from dialer.desktop.selection_x11 import SelectionLost, SelectionText
from dialer.desktop.xcb import XcbMissing

log = logging.getLogger(__name__)

PATIENCE_MS = 1_500
"""How long the owner of a text has to answer."""

LONGEST = 32_767
"""As many characters of a text are read: more than are searched for numbers, or fit in a field."""


class CopiedText(QObject):
    """Asks for what was copied or selected, one at a time: a newer question drops the earlier
    one, and what comes too late is dropped. UI thread.

    On X11 the owner is asked over a connection of our own, beside Qt, which would wait for it.
    What is copied in this program is Qt's own to give. Elsewhere Qt is asked: on Wayland it reads
    from the owner through a pipe, on Windows and macOS it asks the system, and how long these may
    take is theirs.

    `display` is the X display; None says that it is the one the windows are on, if any.
    """

    came = Signal(str)
    """The text, "" where what was copied is none. It may come before `ask` returns."""
    silent = Signal()
    """Whoever owns it does not answer."""

    def __init__(self, parent: QObject, *, display: str | None = None) -> None:
        super().__init__(parent)
        self._display = x_display() if display is None else display
        self._asked: _Asked | None = None

    @property
    def under_way(self) -> bool:
        """Whether an answer is still to come."""
        return self._asked is not None

    def ask(self, mode: QClipboard.Mode, longest: int = LONGEST) -> None:
        """Ask for what was copied or selected; ends in `came` or `silent`, unless it is dropped.

        At least the first `longest` characters of it are read.
        """
        self.drop()
        clipboard = QGuiApplication.clipboard()
        selected = mode is QClipboard.Mode.Selection
        ours = clipboard.ownsSelection() if selected else clipboard.ownsClipboard()
        if not self._display or ours:
            self.came.emit(clipboard.text(mode))
            return
        try:
            asked = SelectionText("PRIMARY" if selected else "CLIPBOARD", self._display, longest)
        except (SelectionLost, XcbMissing) as error:
            # As with too many clients; Qt has its connection already.
            log.info("the X server takes no connection of ours: %s", type(error).__name__)
            self.came.emit(clipboard.text(mode))
            return
        self._asked = _Asked(asked, self)
        self._asked.answered.connect(self._on_answered)
        self._asked.read()

    def drop(self) -> None:
        """Tell nothing more of what was asked."""
        if self._asked is not None:
            self._asked.answered.disconnect(self._on_answered)
            self._asked = None

    @Slot(object)
    def _on_answered(self, text: str | None) -> None:
        self._asked = None
        if text is None:
            self.silent.emit()
        else:
            self.came.emit(text)


class _Asked(QObject):
    """One text that was asked for. It goes by itself, when its owner has given all or is late."""

    answered = Signal(object)
    """The text, or None where none will come."""

    def __init__(self, text: SelectionText, parent: QObject) -> None:
        super().__init__(parent)
        self._text = text
        self._told = False
        self._notifier = QSocketNotifier(text.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self.read)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(PATIENCE_MS)
        self._late.timeout.connect(self._be_late)
        self._late.start()
        self._more = QTimer(self)
        self._more.setSingleShot(True)
        self._more.timeout.connect(self.read)
        # Where the field goes, it goes too; the connection is no QObject.
        self.destroyed.connect(text.close)

    @Slot()
    def read(self) -> None:
        """Take one thing that came, and let the window do something in between."""
        try:
            if self._text.go_on():
                self._more.start()
        except SelectionLost:
            self._tell(None)
            self._end()
            return
        if self._text.text is not None:
            self._tell(self._text.text)
        if self._text.over:
            self._end()

    @Slot()
    def _be_late(self) -> None:
        with suppress(SelectionLost):
            # Where this window was busy itself, the text may lie here by now.
            while self._text.text is None and self._text.go_on():
                pass
        self._tell(self._text.text)
        self._end()

    def _tell(self, text: str | None) -> None:
        if not self._told:
            self._told = True
            self.answered.emit(text)

    def _end(self) -> None:
        self._more.stop()
        self._late.stop()
        self._notifier.setEnabled(False)
        self._text.close()
        self.deleteLater()


def x_display() -> str:
    """The X display that the windows are on, "" where they are on none."""
    if QGuiApplication.platformName() != "xcb":
        return ""
    return os.environ.get("DISPLAY", "")
