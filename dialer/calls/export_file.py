"""Writes an export into a file: all of it under its name, or nothing."""

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from dialer.calls.export_form import ExportError, Form, Seen, write_form
from dialer.calls.journal_export import Exported
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence

_TRIES = 100

_FULL = QT_TRANSLATE_NOOP(
    "dialer",
    "The disk is full. Nothing was exported to {path}. Make room, or choose another folder.",
)
_GONE = QT_TRANSLATE_NOOP(
    "dialer", "The folder {folder} is not there. Nothing was exported. Choose another folder."
)
_FORBIDDEN = QT_TRANSLATE_NOOP(
    "dialer",
    "{path} may not be written. Nothing was exported. Close it if another program has it open,"
    " or choose another folder.",
)
_FAILED = QT_TRANSLATE_NOOP(
    "dialer",
    "{path} could not be written ({words}). Nothing was exported. Choose another place.",
)
_NO_FILE = QT_TRANSLATE_NOOP(
    "dialer", "{path} is there already and no ordinary file. Nothing was exported."
)


class ExportStopped(Exception):
    """Raised by who is told of the progress, to end an export that is not wanted any more."""


def export_to(
    path: Path,
    form: Form,
    calls: Iterable[Exported],
    *,
    seen: Seen = lambda _: None,
    mark: bool = False,
) -> int:
    """Write `calls` into the file `path`, whatever stood there before; how many there were.

    The file is written beside it as `<name>.part`, for its owner alone, and renamed at the
    end. Whatever `calls` or `seen` raise, ExportStopped among it, leaves nothing behind.
    Raises ExportError. Any thread but the UI thread.
    """
    with _told(path):
        target = path.resolve()
        if target.exists() and not target.is_file():
            raise ExportError(Sentence(_NO_FILE, path=path))
        with _replacing(target) as file:
            count = write_form(form, calls, file, seen=seen, mark=mark, scratch=target.parent)
    return count


@contextmanager
def _replacing(target: Path) -> Iterator[IO[bytes]]:
    """A new file that takes the place of `target` at the end, or goes."""
    part, descriptor = _new_part(target)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            # A disk may only say here that it is full.
            os.fsync(file.fileno())
        part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def _new_part(target: Path) -> tuple[Path, int]:
    """Make the file beside the target. What stands there already may be somebody's."""
    flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0)
    for number in range(_TRIES):
        part = target.with_name(f"{target.name}{f'.{number}' if number else ''}.part")
        with suppress(FileExistsError):
            return part, os.open(part, flags, 0o600)
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            text = _FULL
        elif isinstance(error, FileNotFoundError | NotADirectoryError):
            text = _GONE
        elif isinstance(error, PermissionError) or error.errno == errno.EROFS:
            text = _FORBIDDEN
        else:
            text = _FAILED
        words = error.strerror or type(error).__name__
        raise ExportError(Sentence(text, path=path, folder=path.parent, words=words)) from error
