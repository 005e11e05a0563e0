"""The number that was copied or selected, found in whatever text that is."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QClipboard, QGuiApplication

from dialer.calls.found_numbers import FoundNumber, find_numbers

LOOK_MS = 150
"""How long a copied text has to stand before it is looked at: some programs copy in steps."""

FOCUS_MS = 1_500
"""How long the window is waited for to come to the front, where only that lets it read."""

_SUGGESTED_LENGTH = 200
"""A number is suggested out of short texts alone: a page that was copied is no number."""


class Clipboard(QObject):
    """Finds numbers in the clipboard and, where there is one, in the selection. UI thread."""

    found = Signal(object)
    """A list of FoundNumber, which may be empty: what `look` was asked for."""
    suggested = Signal(object)
    """FoundNumber that was just copied, or None where the last copy holds none."""

    def __init__(self, country: Callable[[], str | None], parent: QObject) -> None:
        super().__init__(parent)
        self._country = country
        self._clipboard = QGuiApplication.clipboard()
        self._selection_first = False
        self._suggests = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(LOOK_MS)
        self._soon.timeout.connect(self._suggest)
        self._at_the_latest = QTimer(self)
        self._at_the_latest.setSingleShot(True)
        self._at_the_latest.setInterval(FOCUS_MS)
        self._at_the_latest.timeout.connect(self._look)

    @property
    def has_selection(self) -> bool:
        """Whether the system keeps what is selected apart from what was copied."""
        return self._clipboard.supportsSelection()

    def look(self, *, selection: bool = False) -> None:
        """Look for numbers, in the selection first if `selection` says so; ends in `found`.

        On Wayland nothing can be read before the window has the keyboard: bring it up first.
        """
        self._selection_first = selection
        if _needs_focus() and QGuiApplication.focusWindow() is None:
            QGuiApplication.instance().focusWindowChanged.connect(self._on_focus)  # type: ignore[union-attr]
            self._at_the_latest.start()
        else:
            self._look()

    def suggest(self, on: bool) -> None:
        """Look at each text that is copied, and tell of a number in it; or do not."""
        if on and not self._suggests:
            self._clipboard.dataChanged.connect(self._soon.start)
        elif self._suggests and not on:
            self._clipboard.dataChanged.disconnect(self._soon.start)
            self._soon.stop()
            self.suggested.emit(None)
        self._suggests = on

    @Slot(QObject)
    def _on_focus(self, window: QObject | None) -> None:
        if window is not None and self._at_the_latest.isActive():
            self._at_the_latest.stop()
            self._look()

    @Slot()
    def _look(self) -> None:
        if _needs_focus():
            QGuiApplication.instance().focusWindowChanged.disconnect(self._on_focus)  # type: ignore[union-attr]
        modes = [QClipboard.Mode.Clipboard]
        if self._selection_first and self.has_selection:
            modes.insert(0, QClipboard.Mode.Selection)
        numbers: Sequence[FoundNumber] = ()
        for mode in modes:
            if numbers := find_numbers(self._clipboard.text(mode), self._country()):
                break
        self.found.emit(list(numbers))

    @Slot()
    def _suggest(self) -> None:
        if self._clipboard.ownsClipboard():
            return  # copied out of our own window
        text = self._clipboard.text()
        numbers = find_numbers(text, self._country()) if len(text) <= _SUGGESTED_LENGTH else []
        self.suggested.emit(numbers[0] if len(numbers) == 1 else None)


def _needs_focus() -> bool:
    return QGuiApplication.platformName().startswith("wayland")
