"""What is logged before there is a file for it."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dialer.settings.log import LogFile

_KEPT = 1_000
"""The most records that are kept, so that a defect that repeats itself fills no memory."""


class EarlyLog(logging.Handler):
    """Keeps what is logged until the log's file is begun: no start waits for that.

    `begin` begins the file and puts it among the handlers of the root. A record of the level
    `urgent` or above has the file begun by itself. Any thread.
    """

    def __init__(self, begin: "Callable[[], LogFile]", urgent: int) -> None:
        super().__init__()
        self._begin = begin
        self._urgent = urgent
        self._records: list[logging.LogRecord] = []
        self._file: LogFile | None = None
        self._begins = False
        logging.getLogger().addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        self._records.append(record)
        del self._records[:-_KEPT]
        if record.levelno >= self._urgent and not self._begins:
            self.write_down()

    def write_down(self) -> "LogFile":
        """Begin the log with what was kept, and return its file. Asked again, it begins none."""
        self.acquire()
        try:
            if self._file is None:
                self._begins = True  # what that itself has to say is kept like the rest
                self._file = self._begin()
                self._give_way_to(self._file)
                for record in self._records:
                    self._file.handle(record)
                self._records.clear()
            return self._file
        finally:
            self.release()

    def _give_way_to(self, file: "LogFile") -> None:
        """Have the file stand where this stood: a record that is on its way is not told twice."""
        handlers = logging.getLogger().handlers
        if self in handlers:
            handlers.remove(file)
            handlers[handlers.index(self)] = file
