"""The one door for work that must not run on the UI thread, and is no call."""

import logging
import threading
from collections.abc import Callable
from typing import ClassVar

from PySide6.QtCore import QObject, Signal, Slot

log = logging.getLogger(__name__)


class Background(QObject):
    """One piece of work on a daemon thread, with its success and its failure.

    Connect both signals to bound methods of QObjects of the UI thread, where they arrive
    queued; news for a receiver that has gone is dropped. A daemon thread, because a keyring
    can block without limit and must not hold up quitting.

    It belongs to nobody, and goes when its thread has ended: were it a child of its receiver,
    a window that closes would destroy it under the thread that tells the news.
    """

    succeeded = Signal(object)
    failed = Signal(object)
    """Carries the Exception."""
    _over = Signal()

    _under_way: ClassVar[set["Background"]] = set()

    def __init__(self) -> None:
        super().__init__()
        self._thread: threading.Thread | None = None
        self._over.connect(self._leave)

    def start(self, work: Callable[[], object]) -> None:
        """Run `work` on a thread of its own. UI thread, once."""
        self._under_way.add(self)
        self._thread = threading.Thread(
            target=self._run, args=(work,), name="dialer-background", daemon=True
        )
        self._thread.start()

    def _run(self, work: Callable[[], object]) -> None:
        try:
            value = work()
        except Exception as error:
            log.info("work in the background failed: %s", type(error).__name__)
            self.failed.emit(error)
        else:
            self.succeeded.emit(value)
        self._over.emit()

    @Slot()
    def _leave(self) -> None:
        if self._thread is not None:
            self._thread.join()  # it has nothing left to do
        self._under_way.discard(self)
        self.deleteLater()
