"""The journal's file: made, brought up to date, set aside when damaged, and its faults told."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from dialer.calls import schema
from dialer.calls.lifeline import alone, sweep
from dialer.calls.place import JournalError
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence

BUSY_SECONDS = 5.0
"""How long a write waits for other writers, each of which takes a fraction of a millisecond."""


def now_ms() -> int:
    """The time in milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def prepare(path: Path, lifelines: Path, now: Callable[[], int] = now_ms) -> Path | None:
    """Make the journal ready at program start: create it, bring it up to date, or set it aside.

    A journal of an older version is backed up beside itself before each step forward. One
    that is damaged is set aside with its companions and a new one begun; the path of what was
    set aside is returned, for the program to tell. Raises JournalError where it cannot be
    written, or was written by a newer program.
    """
    with told(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        sweep(lifelines)
        # Of two programs that start at once, one must not set aside what the other has just
        # made, and SQLite does not wait for a lock when it turns WAL on.
        with alone(_beside(path, ".lock"), BUSY_SECONDS):
            _create_private(path)
            try:
                _examine(path)
                _migrate(path)
            except sqlite3.DatabaseError as error:
                if not _is_damaged(error):
                    raise
            else:
                return None
            aside = _set_aside(path, now())
            _create_private(path)
            _migrate(path)
            return aside


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open the journal. Raises sqlite3.Error; a file that is not there is not made."""
    mode = "ro" if read_only else "rw"
    uri = path.absolute().as_uri()
    if not uri.startswith("file:///"):
        # A Windows share: SQLite wants the server in the path, not as the authority.
        uri = uri.replace("file://", "file:////", 1)
    connection = sqlite3.connect(
        f"{uri}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,  # transactions are begun by hand, with BEGIN IMMEDIATE
    )
    try:
        if not read_only:
            connection.execute("PRAGMA synchronous = FULL")
            # macOS keeps what fsync wrote in the disk's cache; elsewhere this does nothing.
            connection.execute("PRAGMA fullfsync = ON")
    except BaseException:
        # The exception would keep the file open, which Windows then refuses to set aside.
        connection.close()
        raise
    return connection


def _migrate(path: Path) -> None:
    # Looked at read-only first: what a newer program wrote must not even be checkpointed.
    with closing(connect(path, read_only=True)) as connection:
        if _version(connection) > schema.VERSION:
            text = QT_TRANSLATE_NOOP(
                "dialer",
                "The journal {path} was written by a newer version of this program. It was left"
                " as it is, and nothing can be called. Install the newer version again.",
            )
            raise JournalError(Sentence(text, path=path))
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        is_new = _version(connection) == 0
        while (version := _version(connection)) < schema.VERSION:
            if not is_new:
                _back_up(connection, path, version)
            with writing(connection):
                schema.STEPS[version](connection)
                connection.execute(f"PRAGMA user_version = {version + 1:d}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _back_up(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """Copy the journal beside itself, as it is under `version`.

    An older copy, of a step that was tried before, gives way: calls may have come since.
    """
    target = path.with_name(f"{path.stem}.v{version}.backup{path.suffix}")
    half = _beside(target, ".part")
    half.unlink(missing_ok=True)
    _create_private(half)
    with closing(sqlite3.connect(half)) as copy:
        connection.backup(copy)
    half.replace(target)


def _examine(path: Path) -> None:
    """Look through a journal in which damage was met: it may lie beyond the first page."""
    suspicion = _beside(path, ".suspect")
    if not suspicion.exists():
        return
    with closing(connect(path)) as connection:
        said = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if said != "ok":
        error = sqlite3.DatabaseError(said)
        error.sqlite_errorname = "SQLITE_CORRUPT"
        raise error
    suspicion.unlink(missing_ok=True)


def _set_aside(path: Path, at_ms: int) -> Path:
    aside = path.with_name(f"{path.name}.damaged-{at_ms}")
    # Companions first: should the rest not be reached, none is left beside a new journal.
    for companion in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            _beside(path, companion).rename(_beside(aside, companion))
    path.rename(aside)
    _beside(path, ".suspect").unlink(missing_ok=True)
    return aside


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def identity(path: Path) -> tuple[int, int] | None:
    """Which file stands at `path`, None if there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _create_private(path: Path) -> None:
    """Create the file with owner-only rights, so that it is at no moment open to others."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """A transaction that takes the write lock first: one that read first could not wait for it."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            with suppress(sqlite3.Error):  # the first error says more
                connection.execute("ROLLBACK")
        raise


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
        if isinstance(error, sqlite3.DatabaseError) and _is_damaged(error):
            # The next `prepare` is to look through the whole file.
            with suppress(OSError):
                _beside(path, ".suspect").touch(mode=0o600)
        raise JournalError(_sentence(_name(error), path, str(error))) from error
    except TimeoutError as error:
        raise JournalError(_sentence("SQLITE_BUSY", path, str(error))) from error
    except OSError as error:
        raise JournalError(_sentence("", path, error.strerror or str(error))) from error


def _is_damaged(error: sqlite3.DatabaseError) -> bool:
    return _name(error).startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT"))


def _name(error: sqlite3.Error) -> str:
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
    elif name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        text = QT_TRANSLATE_NOOP(
            "dialer",
            "The journal {path} is damaged. Start the program again: it sets the file aside and"
            " begins a new one.",
        )
    else:
        text = QT_TRANSLATE_NOOP(
            "dialer", "The journal {path} cannot be used ({words}). Check the folder and the disk."
        )
    return Sentence(text, path=path, words=words)
