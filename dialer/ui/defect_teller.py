"""Tells the operator of a defect, once of each, and of the last run if that crashed."""

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from dialer.settings.defects import Defect, Defects
from dialer.ui.quitting import Quitting
from dialer.ui.theme import Theme

if TYPE_CHECKING:
    from dialer.ui.defect_window import DefectWindow

log = logging.getLogger(__name__)

MOST_OPENINGS = 3
"""How often a run opens the window of defects; the log has those that come after."""


class DefectTeller(QObject):
    """Shows what `defects` hears of in a window that takes no keys. UI thread.

    A defect that repeats itself only counts on, and while the program ends nothing is shown.
    """

    _heard = Signal(object)

    def __init__(
        self, defects: Defects | None, theme: Theme, parent: QWidget, quitting: Quitting
    ) -> None:
        super().__init__(parent)
        self._defects = defects
        self._theme = theme
        self._parent = parent
        self._quitting = quitting
        self._window: DefectWindow | None = None
        self._known: dict[str, Defect] = {}
        self._crash = ""
        self._openings = 0
        # Queued on this thread too: a defect in a paint event is no place to make a window.
        self._heard.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        if defects is not None:
            defects.listen(self._heard.emit)

    def tell_of_last_run(self) -> None:
        """Tell of a crash that ended an earlier run, if there was one; once."""
        if self._defects is not None and (report := self._defects.crashed()):
            log.error("an earlier run crashed: %s", report)
            self._crash = report
            self._show()
            self._defects.crash_told()

    @Slot(object)
    def _tell(self, defect: Defect) -> None:
        is_new = defect.report not in self._known
        self._known[defect.report] = defect
        if is_new:
            self._show()
        elif self._window is not None:
            self._window.show_defects(list(self._known.values()), self._crash)

    def _show(self) -> None:
        if self._quitting.begun:
            return
        if self._window is None:
            if self._openings >= MOST_OPENINGS:
                return
            from dialer.ui.defect_window import DefectWindow  # noqa: PLC0415 - seldom needed

            self._openings += 1
            self._window = DefectWindow(self._theme, self._parent)
            self._window.finished.connect(self._on_closed)
        self._window.show_defects(list(self._known.values()), self._crash)
        self._window.show()

    @Slot()
    def _on_closed(self) -> None:
        self._window = None
        self._crash = ""
