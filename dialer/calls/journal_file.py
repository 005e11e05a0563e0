"""The journal's file: made, brought up to date, set aside when damaged, and its faults told."""

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dialer.calls import schema
from dialer.calls.journal_exchange import (
    beside,
    create_private,
    fresh_of,
    is_under_way,
    remove_companions,
    sync,
)
from dialer.calls.journal_pages import version_of
from dialer.calls.journal_trouble import (
    Interrupted,
    folder_trouble,
    is_damaged,
    name_of,
    suspicion,
    told,
)
from dialer.calls.lifeline import alone, sweep
from dialer.calls.place import JournalError
from dialer.calls.private import make_private_folder
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence

if TYPE_CHECKING:
    from dialer.calls.journal_damage import SetAside

__all__ = [
    "BUSY_SECONDS",
    "Interrupted",
    "Progress",
    "connect",
    "folder_trouble",
    "identity",
    "now_ms",
    "prepare",
    "told",
    "uri_of",
    "writing",
]

# What is done about damage is imported where there is some.
# ruff: noqa: PLC0415

BUSY_SECONDS = 5.0
"""How long a write waits for other writers, each of which takes a fraction of a millisecond."""

Progress = Callable[[float], None]
"""Told how much is done, from 0.0 to 1.0. What it raises breaks off what it is told of."""

_BACKUP_PAGES = 2_000  # copied at a time: some 8 MB
_PAGE = 4096  # SQLite's own choice since 2016
_STEP_OPERATIONS = 50_000  # of SQLite's machine between two looks at how far a step is
_OPERATIONS_A_ROW = 30  # that a step takes, measured for the one that makes four indexes
_ROOM = 3  # backup and index together take so many times what the journal takes
_HIGHEST = 9_999  # version that a newer program may write; a number above it is damage
_PROBE = "CREATE VIRTUAL TABLE probe USING fts5 (text, tokenize = 'trigram')"


def now_ms() -> int:
    """The time in milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def prepare(
    path: Path,
    lifelines: Path,
    now: Callable[[], int] = now_ms,
    progress: Progress = lambda _: None,
) -> "SetAside | None":
    """Make the journal ready at program start: create it, bring it up to date, or recover it.

    A journal of an older version is backed up beside itself before each step forward, which
    takes some seconds for a million calls: `progress` is told of it on this thread, and not
    at all where there is nothing to do. What it raises before 1.0, KeyboardInterrupt say,
    leaves the journal as it was, and so does the process's end; the next start begins again.

    A journal that is damaged is set aside with its companions, and what can be read of it is
    recovered into a new one, of which `progress` is told too; what was set aside is returned,
    for the program to tell. It is recovered before anything can be called, not meanwhile: what
    asks before a call is repeated must know the calls. Where the search index alone is damaged,
    it is made anew. Raises JournalError where the journal cannot be written, was written by a
    newer program, or SQLite cannot do what it needs.
    """
    with told(path):
        _look_for_full_text_search()
        make_private_folder(path.parent)
        sweep(lifelines)
        # Of two programs that start at once, one must not set aside what the other has just
        # made, and SQLite does not wait for a lock when it turns WAL on.
        with alone(beside(path, ".lock"), BUSY_SECONDS):
            aside = None
            if is_under_way(path):
                from dialer.calls.journal_damage import take_up

                aside = take_up(path, progress)
            if not path.exists():
                _create(path)
            try:
                _look_at(path)
                _migrate(path, progress)
            except sqlite3.DatabaseError as error:
                if not is_damaged(error):
                    raise
                if schema.VERSION < (version_of(path) or 0) <= _HIGHEST:
                    raise _newer(path) from error
                from dialer.calls.journal_damage import set_aside

                aside = set_aside(path, now(), progress)
                _migrate(path, progress)
            return aside


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open the journal. Raises sqlite3.Error; a file that is not there is not made."""
    mode = "ro" if read_only else "rw"
    connection = sqlite3.connect(
        f"{uri_of(path)}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,  # transactions are begun by hand, with BEGIN IMMEDIATE
    )
    try:
        if not read_only:
            connection.execute("PRAGMA synchronous = FULL")
            # What is replaced or deleted is overwritten: not every SQLite does so by itself.
            connection.execute("PRAGMA secure_delete = ON")
            # macOS keeps what fsync wrote in the disk's cache; elsewhere this does nothing.
            connection.execute("PRAGMA fullfsync = ON")
    except BaseException:
        # The exception would keep the file open, which Windows then refuses to set aside.
        connection.close()
        raise
    return connection


def uri_of(path: Path) -> str:
    """The file as a URI that SQLite understands."""
    uri = path.absolute().as_uri()
    if not uri.startswith("file:///"):
        # A Windows share: SQLite wants the server in the path, not as the authority.
        uri = uri.replace("file://", "file:////", 1)
    return uri


def _look_for_full_text_search() -> None:
    with closing(sqlite3.connect(":memory:")) as probe:
        try:
            probe.execute(_PROBE)
        except sqlite3.OperationalError as error:
            text = QT_TRANSLATE_NOOP(
                "dialer",
                "The SQLite {version} that Python brings has no full-text search, which the"
                " journal needs, so nothing can be called. Install Python from python.org, or"
                " a SQLite with FTS5.",
            )
            raise JournalError(Sentence(text, version=sqlite3.sqlite_version)) from error


def _create(path: Path) -> None:
    """Make a new journal under its name at once: so an empty file is one that was emptied."""
    log = beside(path, "-wal")
    if log.exists() and log.stat().st_size:
        # The file alone is gone: what its log has can still be recovered.
        create_private(path)
        return
    remove_companions(path)  # of a journal that is gone, and which SQLite would take for ours
    fresh = fresh_of(path)
    fresh.unlink(missing_ok=True)
    create_private(fresh)
    with (
        closing(sqlite3.connect(fresh, isolation_level=None)) as connection,
        writing(connection),
    ):
        for step in range(schema.VERSION):
            schema.STEPS[step](connection)
        connection.execute(f"PRAGMA user_version = {schema.VERSION:d}")
    sync(fresh)
    fresh.replace(path)
    sync(path.parent)


def _look_at(path: Path) -> None:
    """Raise sqlite3.DatabaseError for damage that opening the journal does not show."""
    size = path.stat().st_size
    if size == 0:
        error = sqlite3.DatabaseError("the file is empty")
        error.sqlite_errorname = "SQLITE_NOTADB"
        raise error
    # A file that ends within a page: SQLite takes what is missing for zeros.
    torn = bool(size % _PAGE)
    if suspicion(path).exists() or torn:
        from dialer.calls.journal_damage import examine

        examine(path, torn=torn)


def _newer(path: Path) -> JournalError:
    text = QT_TRANSLATE_NOOP(
        "dialer",
        "The journal {path} was written by a newer version of this program. It was left"
        " as it is, and nothing can be called. Install the newer version again.",
    )
    return JournalError(Sentence(text, path=path))


def _migrate(path: Path, progress: Progress) -> None:
    # Looked at read-only first: what a newer program wrote must not even be checkpointed.
    with closing(connect(path, read_only=True)) as connection:
        if _version(connection) > schema.VERSION:
            raise _newer(path)
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        first = _version(connection)
        if first == schema.VERSION:
            return
        told: Progress = progress if first else lambda _: None
        told(0.0)
        if first:
            _back_up(connection, path, first, lambda part: told(part / 2))
        # All steps at once: whoever breaks it off finds the journal that they had.
        with writing(connection), _watched(connection, lambda part: told(0.5 + part / 2)):
            for version in range(first, schema.VERSION):
                schema.STEPS[version](connection)
            connection.execute(f"PRAGMA user_version = {schema.VERSION:d}")
        told(1.0)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def _watched(connection: sqlite3.Connection, progress: Progress) -> Iterator[None]:
    """Tell how far the statements in here are, by a guess at how long they take."""
    rows = 0
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'calls'").fetchone():
        (rows,) = connection.execute("SELECT coalesce(max(id), 0) FROM calls").fetchone()
    looks = 0
    raised: list[BaseException] = []

    def look() -> bool:
        # SQLite swallows what is raised in here: it is kept, and the statement ended.
        nonlocal looks
        looks += 1
        try:
            progress(min(looks * _STEP_OPERATIONS / (rows * _OPERATIONS_A_ROW + 1), 1.0))
        except BaseException as error:
            raised.append(error)
        return bool(raised)

    connection.set_progress_handler(look, _STEP_OPERATIONS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if raised:
            raise raised[0] from error
        raise
    finally:
        connection.set_progress_handler(None, 0)


def _back_up(connection: sqlite3.Connection, path: Path, version: int, progress: Progress) -> None:
    """Copy the journal beside itself, as it is under `version`.

    An older copy, of a step that was tried before, gives way: calls may have come since.
    """
    (size,) = connection.execute(
        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    ).fetchone()
    target = path.with_name(f"{path.stem}.v{version}.backup{path.suffix}")
    half = beside(target, ".part")
    half.unlink(missing_ok=True)
    if shutil.disk_usage(path.parent).free < _ROOM * size:
        raise _no_room(path, size)

    def copied(_: int, remaining: int, total: int) -> None:
        progress(1.0 - remaining / max(total, 1))

    create_private(half)
    try:
        with closing(sqlite3.connect(half)) as copy:
            connection.backup(copy, pages=_BACKUP_PAGES, progress=copied, sleep=0.01)
        half.replace(target)
    except sqlite3.OperationalError as error:
        if name_of(error).startswith("SQLITE_FULL"):
            raise _no_room(path, size) from error
        raise
    finally:
        half.unlink(missing_ok=True)


def _no_room(path: Path, size: int) -> JournalError:
    text = QT_TRANSLATE_NOOP(
        "dialer",
        "The disk has no room to bring the journal {path} up to date: {megabytes} MB must be free"
        " for a backup and the index. The journal is as it was. Make room on the disk, then"
        " start the program again.",
    )
    return JournalError(Sentence(text, path=path, megabytes=_ROOM * size // 1_000_000 + 1))


def identity(path: Path) -> tuple[int, int] | None:
    """Which file stands at `path`, None if there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


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
