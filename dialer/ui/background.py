"""The one door for work that must not run on the UI thread, and is no call."""

import logging
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

log = logging.getLogger(__name__)


class Background(QObject):
    """One piece of work on a daemon thread, with its success and its failure.

    Connect both signals to bound methods of QObjects of the UI thread, where they arrive
    queued. A daemon thread, because a keyring can block without limit and must not hold up
    quitting. Whoever keeps the object keeps the news: parent it to the receiver.
    """

    succeeded = Signal(object)
    failed = Signal(object)
    """Carries the Exception."""

    def start(self, work: Callable[[], object]) -> None:
        """Run `work` on a thread of its own; the object goes once its news has arrived."""
        self.succeeded.connect(self.deleteLater)
        self.failed.connect(self.deleteLater)
        threading.Thread(
            target=self._run, args=(work,), name="dialer-background", daemon=True
        ).start()

    def _run(self, work: Callable[[], object]) -> None:
        try:
            value = work()
        except Exception as error:
            log.info("work in the background failed: %s", type(error).__name__)
            self._emit(self.failed, error)
        else:
            self._emit(self.succeeded, value)

    def _emit(self, signal: object, value: object) -> None:
        try:
            signal.emit(value)  # type: ignore[attr-defined]
        except RuntimeError:
            # The receiver's window is gone, and the news with it.
            log.debug("work ended after its window had gone")
