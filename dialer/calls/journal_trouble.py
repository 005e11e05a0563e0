"""What SQLite and the file system raise at the journal, told in words."""

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dialer.calls.place import JournalError, MendableError
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence

_BROKEN_OFF = QT_TRANSLATE_NOOP("dialer", "Reading the journal was broken off.")

# What FTS5 says of its own blocks. The second is what comes of zeros, which it takes for an
# empty index: our own tables have names of their own for each constraint.
_OF_THE_INDEX = ("SQLITE_CORRUPT_VTAB", "SQLITE_CONSTRAINT")
_INDEX = "the search index\n"

_NEXT = 65_536  # bytes: twice the shared memory that SQLite makes at once


class Interrupted(JournalError):
    """What was under way was broken off by `interrupt`. Nothing is wrong with the journal."""


def interrupted() -> Interrupted:
    """What is raised where `interrupt` came between two statements."""
    return Interrupted(Sentence(_BROKEN_OFF))


def folder_trouble(error: OSError) -> JournalError:
    """What it means that the journal's folder cannot be used."""
    text = QT_TRANSLATE_NOOP(
        "dialer",
        "The journal's folder {path} cannot be used ({words}). Check the folder and the disk.",
    )
    return JournalError(
        Sentence(text, path=error.filename or "", words=error.strerror or str(error))
    )


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system raise into a JournalError with a sentence."""
    try:
        yield
    except sqlite3.Error as error:
        name = name_of(error)
        if is_damaged(error):
            # The next `prepare` is to look through the whole file.
            with suppress(OSError):
                suspicion(path).touch(mode=0o600)
                if name in _OF_THE_INDEX:
                    suspicion(path).write_text(_INDEX, encoding="utf-8")
        if name.startswith("SQLITE_IOERR") and _is_full(path):
            # The file beside the journal that is shared memory finds no room before it does.
            name = "SQLITE_FULL"
        kind = Interrupted if name == "SQLITE_INTERRUPT" else JournalError
        kind = MendableError if is_damaged(error) else kind
        raise kind(_sentence(name, path, str(error))) from error
    except TimeoutError as error:
        raise JournalError(_sentence("SQLITE_BUSY", path, str(error))) from error
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise JournalError(
            _sentence("SQLITE_FULL" if full else "", path, error.strerror or str(error))
        ) from error


def _is_full(path: Path) -> bool:
    """Whether the journal's disk has no room for what SQLite takes next."""
    try:
        return shutil.disk_usage(path.parent).free < _NEXT
    except OSError:
        return False


def suspicion(path: Path) -> Path:
    """The mark beside a journal in which damage was met."""
    return path.with_name(f"{path.name}.suspect")


def suspects_index(path: Path) -> bool:
    """Whether it was the full-text search that met the damage. Raises OSError."""
    mark = suspicion(path)
    return mark.exists() and _INDEX in mark.read_text(encoding="utf-8")


def is_damaged(error: sqlite3.Error) -> bool:
    """Whether the error says that the file itself is damaged."""
    name = name_of(error)
    return name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")) or name in _OF_THE_INDEX


def name_of(error: sqlite3.Error) -> str:
    """SQLite's name of the error; "" where Python raised it itself."""
    return getattr(error, "sqlite_errorname", "")


def _sentence(name: str, path: Path, words: str) -> Sentence:
    if name.startswith("SQLITE_FULL"):
        text = QT_TRANSLATE_NOOP(
            "dialer",
            "The disk is full: the journal {path} cannot be written. Make room on the disk.",
        )
    elif name.startswith("SQLITE_BUSY"):
        text = QT_TRANSLATE_NOOP(
            "dialer",
            "Another program keeps the journal {path} locked."
            " Close what has it open, then try again.",
        )
    elif name.startswith("SQLITE_READONLY"):
        text = QT_TRANSLATE_NOOP(
            "dialer",
            "The journal {path} may not be written."
            " Give yourself the right to write it and its folder.",
        )
    elif name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")) or name in _OF_THE_INDEX:
        text = QT_TRANSLATE_NOOP(
            "dialer",
            "The journal {path} is damaged, so nothing was written to it. Try again, or start the"
            " program again: it recovers what can be read.",
        )
    elif name == "SQLITE_INTERRUPT":
        text = _BROKEN_OFF
    else:
        text = QT_TRANSLATE_NOOP(
            "dialer", "The journal {path} cannot be used ({words}). Check the folder and the disk."
        )
    return Sentence(text, path=path, words=words)
