"""An export while it runs: on a thread of its own, with its progress, and an end on demand."""

import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from dialer.calls.export_file import ExportStopped, export_to
from dialer.calls.export_form import Form
from dialer.calls.history_query import HistoryQuery
from dialer.calls.journal_export import Exported
from dialer.ui.background import Background

_TELL_S = 0.1
"""How often progress is told."""

_WORK_S, _REST_S = 0.004, 0.0005
"""After how much work the UI thread is given way, and how long: Python runs one at a time."""


class Exporter(Protocol):
    """Whoever reads calls for an export; made, used and closed on one thread."""

    def exported(self, source: HistoryQuery | Sequence[int]) -> Generator[Exported, None, None]:
        """The calls of a query, or those in these rows."""
        ...

    def interrupt(self) -> None:
        """End the statement under way. Any thread."""
        ...

    def close(self) -> None:
        """Let go of what it reads from."""
        ...


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """Which calls go into which file, and how."""

    source: HistoryQuery | Sequence[int]
    form: Form
    path: Path
    mark: bool = False
    """Whether CSV begins with a byte order mark."""


class ExportWork(QObject):
    """Runs one export after the other. UI thread but for what it runs."""

    progress = Signal(object)
    """How many calls are written so far."""
    succeeded = Signal(object, object)
    """The ExportOrder, and how many calls there were."""
    stopped = Signal()
    failed = Signal(object)
    """Carries the Exception."""

    def __init__(self, open_reader: Callable[[], Exporter], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open_reader = open_reader
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._reader: Exporter | None = None
        self._order: ExportOrder | None = None

    @property
    def running(self) -> bool:
        """Whether an export is under way."""
        return self._order is not None

    def start(self, order: ExportOrder) -> None:
        """Begin to export. One at a time."""
        self._order = order
        self._stop.clear()
        background = Background()
        background.succeeded.connect(self._on_succeeded)
        background.failed.connect(self._on_failed)
        background.start(lambda: self._run(order))

    @Slot()
    def stop(self) -> None:
        """Have the export under way end, and leave nothing behind."""
        self._stop.set()
        with self._lock:
            if self._reader is not None:
                self._reader.interrupt()

    def _run(self, order: ExportOrder) -> int:
        reader = self._open_reader()
        with self._lock:
            self._reader = reader
        try:
            with closing(reader.exported(order.source)) as calls:
                return export_to(
                    order.path,
                    order.form,
                    self._watched(calls),
                    seen=self._teller(),
                    mark=order.mark,
                )
        finally:
            with self._lock:
                self._reader = None
            reader.close()

    def _watched(self, calls: Iterable[Exported]) -> Iterator[Exported]:
        """The same calls, with a look before the first whether they are still wanted."""
        if self._stop.is_set():
            raise ExportStopped
        yield from calls

    def _teller(self) -> Callable[[int], None]:
        told_at = rested_at = 0.0

        def seen(count: int) -> None:
            nonlocal told_at, rested_at
            if self._stop.is_set():
                raise ExportStopped
            if (now := time.monotonic()) - told_at >= _TELL_S:
                told_at = now
                self.progress.emit(count)
            if now - rested_at >= _WORK_S:
                time.sleep(_REST_S)
                rested_at = time.monotonic()

        return seen

    @Slot(object)
    def _on_succeeded(self, count: object) -> None:
        order, self._order = self._order, None
        self.succeeded.emit(order, count)

    @Slot(object)
    def _on_failed(self, error: object) -> None:
        self._order = None
        if self._stop.is_set():
            # An interrupted statement fails like one that found a damaged journal.
            self.stopped.emit()
        else:
            self.failed.emit(error)
