"""Tells, outside the window, of calls that were not placed while the operator looks elsewhere."""

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication

from dialer.calls.call import OutcomeKind
from dialer.calls.number import format_digits
from dialer.calls.place import EndedCall
from dialer.calls.reasons import words
from dialer.ui.call_worker import Refusal
from dialer.ui.calling import Calling
from dialer.ui.main_window import MainWindow
from dialer.ui.tray import Tray
from dialer.ui.words import told

if TYPE_CHECKING:
    from dialer.desktop.notices import Notices


class CallNotices(QObject):
    """Sends notifications by the desktop's own service, elsewhere by the tray. UI thread."""

    came_back = Signal(str)
    """A notification was chosen; with the desktop's leave to bring the window up, or ""."""

    def __init__(self, window: MainWindow, calling: Calling, tray: Tray, parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self._tray = tray
        self._notices: Notices | None = None
        calling.ended.connect(self._on_ended)
        QGuiApplication.instance().focusWindowChanged.connect(self._on_focus)  # type: ignore[union-attr]
        calling.told.connect(self._on_refused)

    def tell(self, headline: str, text: str, *, urgent: bool = False) -> None:
        """Show a notification. Nothing waits for it."""
        if sys.platform != "linux":
            self._tray.show_message(headline, text)
            return
        if self._notices is None:
            from dialer.desktop.notices import Notices  # noqa: PLC0415 - only where one is told

            self._notices = Notices(self._on_chosen, action=self.tr("Open"))
        self._notices.tell(headline, text, urgent=urgent)

    @Slot()
    def _on_focus(self) -> None:
        """Whoever looks at the window has no need of a notification that speaks of it."""
        if self._notices is not None and self._is_in_front():
            self._notices.withdraw()

    def close(self) -> None:
        """Let go of the bus."""
        if self._notices is not None:
            self._notices.close()

    @Slot(object)
    def _on_ended(self, ended: EndedCall) -> None:
        outcome, request = ended.outcome, ended.record.request
        if outcome.kind is OutcomeKind.PLACED or self._is_in_front():
            return
        said = words(outcome, request.account, sandbox=request.sandbox)
        headline = f"{told(said.headline)} {format_digits(request.callee)}"
        self.tell(headline, told(said.text), urgent=True)

    @Slot(object)
    def _on_refused(self, why: Refusal) -> None:
        if not self._is_in_front():
            self.tell(told(why.words.headline), told(why.words.text), urgent=True)

    def _is_in_front(self) -> bool:
        return self._window.isVisible() and self._window.isActiveWindow()

    def _on_chosen(self, token: str) -> None:
        """A click on a notification, on its own thread."""
        self.came_back.emit(token)
