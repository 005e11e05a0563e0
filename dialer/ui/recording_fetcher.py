"""Fetches recordings off the UI thread: one at a time, with progress, and cancelled at once."""

import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from dialer.calls.recording import RecordingError, RecordingTrouble
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.ui.background import Background
from dialer.ui.recordings import RecordingEnd, RecordingNews, RecordingOrder

Progress = Callable[[int, int | None], None]
Fetch = Callable[[RecordingOrder, Progress, threading.Event], Path]
"""Fetches an order on the thread that calls it. Raises what has a `sentence`."""

_DEFECT = QT_TRANSLATE_NOOP(
    "dialer", "The program has a defect ({kind}), and the recording was not fetched."
)


class RecordingFetcher(QObject):
    """Carries out the orders of `ui.recordings.Recordings` in the background. UI thread."""

    came = Signal(object)
    """RecordingNews."""
    ended = Signal(object)
    """RecordingEnd."""

    def __init__(self, fetch: Fetch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fetch = fetch
        self._under_way: dict[int, threading.Event] = {}

    @Slot(object)
    def take(self, order: RecordingOrder) -> None:
        """Fetch a recording; ends in `ended`."""
        cancel = self._under_way[order.number] = threading.Event()
        work = Background()
        work.succeeded.connect(self._on_end)

        def fetch() -> RecordingEnd:
            def progress(done: int, total: int | None) -> None:
                self.came.emit(RecordingNews(order.number, done, total))

            try:
                return RecordingEnd(order.number, self._fetch(order, progress, cancel))
            except RecordingError as error:
                if error.trouble is RecordingTrouble.CANCELLED:
                    return RecordingEnd(order.number)
                return RecordingEnd(order.number, None, error.sentence, error.resumable)
            except Exception as error:
                sentence = getattr(error, "sentence", None)
                if not isinstance(sentence, Sentence):
                    sentence = Sentence(_DEFECT, kind=type(error).__name__)
                return RecordingEnd(order.number, None, sentence)

        work.start(fetch)

    @Slot(object)
    def cancel(self, number: int) -> None:
        """End the fetch of an order soon; it ends in `ended` all the same."""
        if (cancel := self._under_way.get(number)) is not None:
            cancel.set()

    def stop(self) -> None:
        """End all of them: the program is ending."""
        for cancel in self._under_way.values():
            cancel.set()

    @Slot(object)
    def _on_end(self, end: RecordingEnd) -> None:
        self._under_way.pop(end.number, None)
        self.ended.emit(end)
