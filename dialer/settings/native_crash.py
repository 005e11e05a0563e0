"""Crashes below Python: the last words of this process, for the next start to find."""

import faulthandler
import os
import re
import stat
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from dialer.settings.traces import short_path

_READ = 64 << 10
"""The most that is read of what a crash left, in bytes."""

# Compiled when a crash is read, for every start imports this.
_FRAME = r'  File "(?P<path>[^"]*)", line (?P<line>\d+) in (?P<name>[\w.<>]+)'
_OTHER = (
    r"(?:Fatal Python error|Windows fatal exception): [\w ,:()-]{1,120}",
    r"(?:Current thread|Thread) 0x[0-9a-f]+[^:]{0,40} ?\(most recent call first\):",
    r"Extension modules: [\w., ():]+",
    r"  (?:<no Python frame>|\.\.\.|Garbage-collecting)",
)


class NativeCrash:
    """A file that `faulthandler` writes to when the process crashes in C code.

    It holds places in the program and no values. All processes of one user share it: each line
    is added at its end, and who tells of it empties it. Where the file cannot be made, crashes
    go untold; nothing here raises OSError. Any thread, but `watch` and `close` are for one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def watch(self) -> None:
        """Have this process's crash written down from now on."""
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        with suppress(OSError, ValueError):
            self._file = os.fdopen(os.open(self._path, flags, 0o600), "r+b", buffering=0)
            found = os.fstat(self._file.fileno())
            if sys.platform != "win32" and stat.S_IMODE(found.st_mode) & 0o077:
                os.fchmod(self._file.fileno(), 0o600)
            faulthandler.enable(self._file)

    def left(self) -> str:
        """What an earlier process left when it crashed, fit to be shown; "" where none did."""
        if self._file is None:
            return ""
        try:
            found = os.fstat(self._file.fileno())
            if not found.st_size:
                return ""
            self._file.seek(0)
            raw = self._file.read(_READ)
        except (OSError, ValueError):
            return ""
        when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(found.st_mtime))
        lines = raw.decode("utf-8", "replace").splitlines()
        return "\n".join([when, *filter(None, map(_safe, lines))])

    def told(self) -> None:
        """Empty the file: what it says has been told."""
        if self._file is not None:
            with suppress(OSError, ValueError):
                self._file.truncate(0)

    def close(self) -> None:
        """Let go of the file; a crash after this goes untold."""
        if self._file is not None:
            faulthandler.disable()
            with suppress(OSError):
                self._file.close()
            self._file = None


def _safe(line: str) -> str:
    """The line, if it is one that `faulthandler` writes, without the folders of this computer."""
    if frame := re.fullmatch(_FRAME, line):
        place = short_path(frame["path"])
        return f'  File "{place}", line {frame["line"]} in {frame["name"]}'
    return line if any(re.fullmatch(form, line) for form in _OTHER) else ""
