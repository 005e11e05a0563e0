"""The number that was copied or selected, found in whatever text that is."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QClipboard, QGuiApplication

from dialer.calls.found_numbers import FoundNumber, find_numbers
from dialer.ui.background import Background
from dialer.ui.copied_text import CopiedText

LOOK_MS = 150
"""How long a copied text has to stand before it is looked at: some programs copy in steps."""

FOCUS_MS = 1_500
"""How long the window is waited for to come to the front, where only that lets it read."""

_SHORT = 400
"""So many characters are searched in a few milliseconds; a whole page can take a second."""

_SUGGESTED_LENGTH = 200
"""A number is suggested out of short texts alone: a page that was copied is no number."""


class Clipboard(QObject):
    """Finds numbers in the clipboard and, where there is one, in the selection. UI thread."""

    found = Signal(object)
    """A list of FoundNumber, which may be empty: what `look` was asked for."""
    unanswered = Signal(bool)
    """The program that was copied from does not answer, or, with True, the one in which text is
    selected: what `look` was asked for cannot be had."""
    suggested = Signal(object)
    """FoundNumber that was just copied, or None where the last copy holds none."""

    def __init__(self, country: Callable[[], str | None], parent: QObject) -> None:
        super().__init__(parent)
        self._country = country
        self._clipboard = QGuiApplication.clipboard()
        self._looking = CopiedText(self)
        self._looking.came.connect(self._on_text)
        self._looking.silent.connect(self._on_silent)
        self._mode = QClipboard.Mode.Clipboard
        self._finding: Background | None = None
        self._suggesting = CopiedText(self)
        self._suggesting.came.connect(self._on_suggestion)
        self._suggesting.silent.connect(self._on_no_suggestion)
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
        if _needs_focus():
            QGuiApplication.instance().focusWindowChanged.connect(self._on_focus)  # type: ignore[union-attr]

    @property
    def has_selection(self) -> bool:
        """Whether the system keeps what is selected apart from what was copied."""
        return self._clipboard.supportsSelection()

    @property
    def found_selected(self) -> bool:
        """Whether what was found last was selected, and not copied."""
        return self._mode is QClipboard.Mode.Selection

    def look(self, *, selection: bool = False) -> None:
        """Look for numbers, in the selection first if `selection` says so.

        Ends in `found` or `unanswered`, but for one that is followed by another. On X11 it has
        been asked for when this returns, whatever then takes it away. On Wayland nothing can be
        read before the window has the keyboard: bring it up first.
        """
        self._selection_first = selection
        if _needs_focus() and QGuiApplication.focusWindow() is None:
            self._at_the_latest.start()
        else:
            self._look()

    @property
    def looking(self) -> bool:
        """Whether what `look` was asked for is still to come."""
        waits = self._looking.under_way or self._at_the_latest.isActive()
        return waits or self._finding is not None

    @Slot()
    def drop(self) -> None:
        """Tell nothing more of what `look` was asked for."""
        self._looking.drop()
        self._finding = None
        self._at_the_latest.stop()

    def suggest(self, on: bool) -> None:
        """Look at each text that is copied, and tell of a number in it; or do not."""
        if on and not self._suggests:
            self._clipboard.dataChanged.connect(self._soon.start)
        elif self._suggests and not on:
            self._clipboard.dataChanged.disconnect(self._soon.start)
            self._soon.stop()
            self._suggesting.drop()
            self.suggested.emit(None)
        self._suggests = on

    @Slot(QObject)
    def _on_focus(self, window: QObject | None) -> None:
        if window is not None and self._at_the_latest.isActive():
            self._at_the_latest.stop()
            self._look()

    @Slot()
    def _look(self) -> None:
        selection = self._selection_first and self.has_selection
        self._ask(QClipboard.Mode.Selection if selection else QClipboard.Mode.Clipboard)

    def _ask(self, mode: QClipboard.Mode) -> None:
        self._mode = mode
        self._finding = None
        self._looking.ask(mode)

    @Slot(str)
    def _on_text(self, text: str) -> None:
        country = self._country()
        if len(text) <= _SHORT:
            self._tell_found(find_numbers(text, country))
            return
        finding = Background()
        self._finding = finding
        finding.succeeded.connect(self._on_searched)
        finding.failed.connect(self._on_searched)
        finding.start(lambda: (finding, find_numbers(text, country)))

    @Slot(object)
    def _on_searched(self, result: object) -> None:
        finding, numbers = result if isinstance(result, tuple) else (None, [])
        if finding is self._finding:  # or it was dropped, and may have been asked for anew
            self._finding = None
            self._tell_found(numbers)

    def _tell_found(self, numbers: Sequence[FoundNumber]) -> None:
        if not numbers and self._mode is QClipboard.Mode.Selection:
            self._ask(QClipboard.Mode.Clipboard)
        else:
            self.found.emit(numbers)

    @Slot()
    def _on_silent(self) -> None:
        # What was copied at another time is not what is selected now: it is not looked at.
        self.unanswered.emit(self._mode is QClipboard.Mode.Selection)

    @Slot()
    def _suggest(self) -> None:
        if self._clipboard.ownsClipboard():
            self._suggesting.drop()
            return  # copied out of our own window
        self._suggesting.ask(QClipboard.Mode.Clipboard, _SUGGESTED_LENGTH + 1)

    @Slot(str)
    def _on_suggestion(self, text: str) -> None:
        numbers = find_numbers(text, self._country()) if len(text) <= _SUGGESTED_LENGTH else []
        self.suggested.emit(numbers[0] if len(numbers) == 1 else None)

    @Slot()
    def _on_no_suggestion(self) -> None:
        self.suggested.emit(None)


def _needs_focus() -> bool:
    return QGuiApplication.platformName().startswith("wayland")
