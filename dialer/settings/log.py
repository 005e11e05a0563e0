"""The program's log: one line a record, UTC, readable by its owner only, never in the way."""

import logging
import os
import stat
import sys
import time
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from dialer.calls.private import make_private_folder
from dialer.settings.masking import masked
from dialer.settings.traces import trace_of

SIZE_LIMIT = 1 << 20
"""The size in bytes at which a new file is begun."""
OLDER_FILES = 2
"""How many files are kept beside the one that is written."""

_LINE_LIMIT = 16_000
_TALKATIVE = ("urllib3", "requests", "keyring", "secretstorage", "jeepney")
"""Libraries that could log a request's headers or a keyring's content at a lower level."""


def start_log(path: Path, level: int | str = logging.INFO, *, masks: bool = True) -> "LogFile":
    """Send the log to `path`, in three files of 1 MiB at most, and return the handler.

    With `masks` no number stands in it. A second call moves the log to its path. Never raises
    for what the disk does: a record that cannot be written is dropped, and the next one is
    tried again.
    """
    root = logging.getLogger()
    for handler in root.handlers[:]:
        if isinstance(handler, LogFile):
            root.removeHandler(handler)
            handler.close()
    log_file = LogFile(path)
    log_file.masks = masks
    root.addHandler(log_file)
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    return log_file


class _OneLine(logging.Formatter):
    """Text from outside cannot begin a line of its own here, nor hide anything in one.

    Of an exception it tells where it came from, without its text: that may hold anything.
    """

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"
    masks = True

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        # Made here and not taken from the record, where another handler may have left its own.
        if record.exc_info and record.exc_info[1] is not None:
            message = f"{message}\n{trace_of(record.exc_info[1])}"
        if self.masks:
            message = masked(message[: 2 * _LINE_LIMIT])
        begin = f"{self.formatTime(record)} {record.levelname} {record.process} {record.name}"
        line = f"{begin}: {message}"[:_LINE_LIMIT]
        return "".join(
            char if char.isprintable() else char.encode("unicode_escape").decode() for char in line
        )


class LogFile(RotatingFileHandler):
    """The file that the log is written to. Made by `start_log`."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path, maxBytes=SIZE_LIMIT, backupCount=OLDER_FILES, encoding="utf-8", delay=True
        )
        self._line = _OneLine()
        self.setFormatter(self._line)

    @property
    def masks(self) -> bool:
        """Whether numbers are left out of what is written from now on."""
        return self._line.masks

    @masks.setter
    def masks(self, masks: bool) -> None:
        self._line.masks = masks

    def _open(self) -> TextIOWrapper:
        path = Path(self.baseFilename)
        make_private_folder(path.parent)
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        if sys.platform != "win32" and stat.S_ISREG(os.fstat(handle).st_mode):
            os.fchmod(handle, 0o600)
        return os.fdopen(handle, "a", encoding="utf-8")

    def doRollover(self) -> None:  # noqa: N802 - the name is logging's
        """Begin a new file, or let this one grow on.

        On Windows a file that another Dialer has open cannot be renamed.
        """
        try:
            super().doRollover()
        except OSError:
            self.stream = self.stream or self._open()

    def close(self) -> None:
        """Let go of the file."""
        with suppress(OSError):
            super().close()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Drop what cannot be written: a full disk must not stop a call, nor fill stderr."""
