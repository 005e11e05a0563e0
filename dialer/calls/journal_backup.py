"""Copies the journal into one file while others write to it, and puts such a copy in its place."""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from dialer.calls import journal_exchange as exchange
from dialer.calls import schema
from dialer.calls.journal_file import BUSY_SECONDS, connect, now_ms, uri_of
from dialer.calls.journal_trouble import is_damaged, name_of, suspicion, told
from dialer.calls.lifeline import alone, any_held
from dialer.calls.place import JournalError
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence

Progress = Callable[[float], None]

_PAGES = 2_000  # copied at a time: some 8 MB
_TRIES = 100
_OWN = ("", "-wal", "-shm", "-journal", ".lock", ".fresh", ".exchange", ".suspect")
_WHOLE = "SELECT count(*), max(begun_at) FROM calls WHERE id NOT IN (SELECT id FROM deleted)"
_WHOLE_OF_VERSION_ONE = "SELECT count(*), max(begun_at) FROM calls"

_THERE = QT_TRANSLATE_NOOP(
    "dialer",
    "{path} is there already, so nothing was copied. Choose another name, or have it replaced"
    " with --force.",
)
_ITSELF = QT_TRANSLATE_NOOP(
    "dialer", "{path} belongs to the journal itself. Nothing was copied. Choose another file."
)
_NO_FILE = QT_TRANSLATE_NOOP(
    "dialer", "{path} is there already and no ordinary file. Nothing was copied."
)
_FULL = QT_TRANSLATE_NOOP(
    "dialer",
    "The disk has no room for {path}, so nothing was copied. Make room, or choose another folder.",
)
_NOT_COPIED = QT_TRANSLATE_NOOP(
    "dialer", "{path} could not be written ({words}). Nothing was copied. Choose another place."
)
_DAMAGED_SOURCE = QT_TRANSLATE_NOOP(
    "dialer",
    "The journal {path} is damaged, so nothing was copied. Try again: the program recovers what"
    " can be read first.",
)
_NOT_THERE = QT_TRANSLATE_NOOP(
    "dialer", "{path} is not there. Nothing was restored, and the journal is as it was."
)
_NO_JOURNAL = QT_TRANSLATE_NOOP(
    "dialer",
    "{path} is no journal of this program. Nothing was restored, and the journal is as it was.",
)
_DAMAGED = QT_TRANSLATE_NOOP(
    "dialer",
    "{path} is damaged. Nothing was restored, and the journal is as it was. Choose an older copy.",
)
_NEWER = QT_TRANSLATE_NOOP(
    "dialer",
    "{path} was written by a newer version of this program. Nothing was restored, and the journal"
    " is as it was. Install the newer version again.",
)
_IN_PLACE = QT_TRANSLATE_NOOP(
    "dialer", "{path} is the journal itself. Nothing was restored. Choose a copy of it."
)
_RUNNING = QT_TRANSLATE_NOOP(
    "dialer",
    "A window of this program is open, or a call is under way. Nothing was restored, and the"
    " journal is as it was. Close it, then try again.",
)


class BadCopy(JournalError):
    """What was named cannot be copied to, or restored from: nothing was changed."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a copy holds."""

    calls: int
    until_ms: int | None
    """When its newest call began, in milliseconds since 1970; None without any."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and where the journal is that stood there before."""

    held: Held
    aside: Path | None
    """None where there was no journal before."""


def back_up(
    path: Path, target: Path, *, replace: bool = False, progress: Progress = lambda _: None
) -> Held:
    """Copy the journal `path` into the file `target`, as it is in one moment; what it holds.

    Others may write meanwhile. The copy is made beside the target for its owner alone, looked
    through, synced and renamed: it stands under its name whole or not at all. What `progress`,
    which is told from 0.0 to 1.0, raises leaves nothing behind. Raises BadCopy where a file is
    there and not to be replaced, or is none that can be; JournalError where the journal cannot
    be read, the disk is full or the folder cannot be written.
    """
    with _copied(target):
        target = target.resolve()
        _refuse_target(path, target, replace=replace)
        part = _new_part(target)
        try:
            with told(path):
                source = connect(path, read_only=True)
            with closing(source):
                held = _copy(source, part, progress)
                if held is None:
                    with suppress(OSError):
                        suspicion(path).touch(mode=0o600)
                    raise JournalError(Sentence(_DAMAGED_SOURCE, path=path))
            exchange.sync(part)
            if replace:
                part.replace(target)
            else:
                _name(part, target)
            exchange.sync(target.parent)
        except BaseException:
            _remove(part)
            raise
    return held


def restore(
    path: Path,
    lifelines: Path,
    source: Path,
    now: Callable[[], int] = now_ms,
    progress: Progress = lambda _: None,
) -> Restored:
    """Put a copy of the journal in its place; the one that stood there is kept beside it.

    The copy is looked through before anything is changed, and itself stays as it is. One of an
    older version is brought up to date by the next `prepare`. An end midway leaves the one or
    the other journal, whole. Raises BadCopy for what is no journal, is damaged, or was written
    by a newer program; JournalError while a window is open or a call under way, or where the
    disk does not let it be done.
    """
    with told(path):
        if not source.exists():
            raise BadCopy(Sentence(_NOT_THERE, path=source))
        if path.exists() and path.samefile(source):
            raise BadCopy(Sentence(_IN_PLACE, path=source))
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with alone(exchange.beside(path, ".lock"), BUSY_SECONDS):
            if any_held(lifelines):
                raise JournalError(Sentence(_RUNNING))
            fresh = exchange.fresh_of(path)
            fresh.unlink(missing_ok=True)
            exchange.create_private(fresh)
            try:
                held = _take_in(source, fresh, progress)
                exchange.sync(fresh)
                aside = _put_in_place(path, now())
            except BaseException:
                if not exchange.is_under_way(path):
                    _remove(fresh)
                raise
            suspicion(path).unlink(missing_ok=True)
    return Restored(held, aside)


def _put_in_place(path: Path, at_ms: int) -> Path | None:
    if not path.exists():
        exchange.remove_companions(path)
        exchange.end(path)
        return None
    aside = path.with_name(f"{path.name}.replaced-{at_ms}")
    with _closed_to_others(path):
        exchange.begin(path, aside, made=True)
    exchange.end(path)
    return aside


@contextmanager
def _closed_to_others(path: Path) -> Iterator[None]:
    """Let nobody begin a write to the journal, and have its log in the file.

    Raises JournalError where another program has it open.
    """
    try:
        with closing(connect(path, read_only=True)) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > schema.VERSION:
            raise sqlite3.DatabaseError("what a newer program wrote is not touched")
        with closing(connect(path)) as connection:
            connection.execute("PRAGMA busy_timeout = 500")
            # Only who is alone with the journal can leave its log behind.
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
            if os.name != "nt":  # which moves no file that is open
                yield
                return
    except sqlite3.Error as error:
        if name_of(error).startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise JournalError(Sentence(_RUNNING)) from error
    yield  # as it is, with its companions: damaged, or a newer program's


def _copy(source: sqlite3.Connection, part: Path, progress: Progress) -> Held | None:
    """Copy a journal into one file without companions; what it holds, None if it is damaged."""

    def copied(_: int, left: int, total: int) -> None:
        progress(0.9 * (1.0 - left / max(total, 1)))

    with closing(sqlite3.connect(part, isolation_level=None)) as copy:
        copy.execute("PRAGMA synchronous = OFF")  # it is synced at the end, as a whole
        try:
            # Within a transaction nothing that others write is seen, or makes it begin again.
            source.execute("BEGIN")
            there = _held(source)
            source.backup(copy, pages=_PAGES, progress=copied)
            source.execute("ROLLBACK")
            copy.execute("PRAGMA journal_mode = DELETE")
            if copy.execute("PRAGMA quick_check (1)").fetchone() != ("ok",):
                return None
            held = _held(copy)
        except sqlite3.DatabaseError as error:
            if is_damaged(error):
                return None
            raise
    progress(1.0)
    return held if held == there else None


def _take_in(source: Path, fresh: Path, progress: Progress) -> Held:
    """Copy what is to be restored into `fresh`, and see whether it can be."""
    # Without a log beside it nobody writes to it, and no companions need to be made.
    alone_there = not exchange.beside(source, "-wal").exists()
    uri = f"{uri_of(source)}?mode=ro{'&immutable=1' if alone_there else ''}"
    try:
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            if version > schema.VERSION:
                raise BadCopy(Sentence(_NEWER, path=source))
            if version < 1 or "calls" not in there or (version > 1 and "spent" not in there):
                raise BadCopy(Sentence(_NO_JOURNAL, path=source))
            held = _copy(connection, fresh, progress)
    except sqlite3.DatabaseError as error:
        if name_of(error).startswith("SQLITE_NOTADB"):
            raise BadCopy(Sentence(_NO_JOURNAL, path=source)) from error
        if is_damaged(error):
            raise BadCopy(Sentence(_DAMAGED, path=source)) from error
        raise
    if held is None:
        raise BadCopy(Sentence(_DAMAGED, path=source))
    return held


def _held(connection: sqlite3.Connection) -> Held:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    sql = _WHOLE if version > 1 else _WHOLE_OF_VERSION_ONE
    calls, until = connection.execute(sql).fetchone()
    return Held(int(calls), until)


def _refuse_target(path: Path, target: Path, *, replace: bool) -> None:
    own = path.resolve()
    if target.parent == own.parent and target.name.removeprefix(own.name) in _OWN:
        raise BadCopy(Sentence(_ITSELF, path=target))
    if target.exists():
        if not target.is_file() or (path.exists() and target.samefile(path)):
            raise BadCopy(Sentence(_NO_FILE if not target.is_file() else _ITSELF, path=target))
        if not replace:
            raise BadCopy(Sentence(_THERE, path=target))


def _new_part(target: Path) -> Path:
    """Make the file beside the target. What stands there already may be somebody's."""
    for number in range(_TRIES):
        part = target.with_name(f"{target.name}{f'.{number}' if number else ''}.part")
        with suppress(FileExistsError):
            os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            return part
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))


def _name(part: Path, target: Path) -> None:
    """Give the file its name, unless another was given it meanwhile."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise BadCopy(Sentence(_THERE, path=target)) from None
    except OSError:
        part.replace(target)  # a file system that knows one name a file
    else:
        part.unlink()


def _remove(part: Path) -> None:
    for path in (part, exchange.beside(part, "-wal"), exchange.beside(part, "-shm")):
        with suppress(OSError):
            path.unlink()


@contextmanager
def _copied(target: Path) -> Iterator[None]:
    """Tell what the disk says of the copy."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise JournalError(_words(target, error)) from error


def _words(path: Path, error: OSError | sqlite3.Error) -> Sentence:
    if isinstance(error, OSError):
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        words = error.strerror or type(error).__name__
    else:
        full, words = name_of(error).startswith("SQLITE_FULL"), str(error)
    return Sentence(_FULL if full else _NOT_COPIED, path=path, words=words)
