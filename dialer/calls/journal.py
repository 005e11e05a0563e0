"""The durable record of every call: written before a request leaves, finished when it ends.

SQLite in WAL mode with synchronous=FULL: a committed intent survives a kill and a power cut.
One connection a thread; any number of processes write at once.
"""

import os
import re
import sqlite3
import time
import uuid
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from dialer.calls import schema
from dialer.calls.call import NOTE_LIMIT, CallRecord, CallRequest, Cause, Outcome, OutcomeKind
from dialer.calls.legible import bare
from dialer.calls.lifeline import Lifeline, alone, is_held, sweep
from dialer.calls.place import JournalError
from dialer.calls.plain import plain
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence

BUSY_SECONDS = 5.0
"""How long a write waits for other writers, each of which takes a fraction of a millisecond."""

_COLUMNS = (
    "id, call_id, begun_at, ended_at, owner, callee, account, display_number, app_id, note,"
    " profile, sandbox, outcome, recording_id, status, reason, cause, detail, settled"
)

_NUMBER = re.compile(r"[ +()./-]*[0-9][0-9 +()./-]*")

_SEARCHED = ("callee", "display_number", "account", "note", "recording_id", "reason", "profile")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class JournalReader:
    """Reads the journal through a connection of its own. Used on the thread that made it.

    Raises JournalError from every method, in plain words.
    """

    def __init__(self, path: Path, lifelines: Path) -> None:
        self._path = path
        self._lifelines = lifelines
        with _told(path):
            self._connection = _connect(path, read_only=True)

    def newest(
        self, limit: int, search: str = "", before_row: int | None = None
    ) -> list[CallRecord]:
        """The newest `limit` calls, newest first, from below `before_row` if it is given.

        `search` finds text anywhere in the callee, display number, account, note, recording
        ID, reason or profile; of a number as people write it, the digits.
        """
        condition, values = _search(search)
        sql = (
            f"SELECT {_COLUMNS} FROM calls WHERE {condition}"  # noqa: S608
            " AND (:before IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit"
        )
        return self._records(sql, {**values, "before": before_row, "limit": limit})

    def rows(self, search: str = "") -> "array[int]":
        """The row numbers of all calls that `search` finds, newest first: 8 bytes each."""
        condition, values = _search(search)
        sql = f"SELECT id FROM calls WHERE {condition} ORDER BY id DESC"  # noqa: S608
        with _told(self._path):
            return array("q", (row for (row,) in self._connection.execute(sql, values)))

    def at(self, rows: Sequence[int]) -> dict[int, CallRecord]:
        """The calls with these row numbers, by row number; what was deleted is missing."""
        marks = ",".join("?" * len(rows))
        sql = f"SELECT {_COLUMNS} FROM calls WHERE id IN ({marks})"  # noqa: S608
        return {record.row: record for record in self._records(sql, tuple(rows))}

    def version(self) -> int:
        """A number that changes when another connection has written."""
        with _told(self._path):
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def call(self, call_id: str) -> CallRecord | None:
        """The call with this ID, None if there is none."""
        sql = f"SELECT {_COLUMNS} FROM calls WHERE call_id = :call_id"  # noqa: S608
        return next(iter(self._records(sql, {"call_id": call_id})), None)

    def recent_of(self, callee: str, since_ms: int, *, sandbox: bool) -> list[CallRecord]:
        """The calls of `callee` that began at `since_ms` or later, newest first."""
        sql = (
            f"SELECT {_COLUMNS} FROM calls WHERE callee = :callee AND sandbox = :sandbox"  # noqa: S608
            " AND begun_at >= :since ORDER BY begun_at DESC, id DESC"
        )
        return self._records(sql, {"callee": callee, "since": since_ms, "sandbox": sandbox})

    def count(self) -> int:
        """How many calls there are."""
        with _told(self._path):
            return int(self._connection.execute("SELECT count(*) FROM calls").fetchone()[0])

    def used(self, field: str, *, sandbox: bool, limit: int = 20) -> list[str]:
        """The values that `account` or `display_number` had in calls, the latest used first."""
        if field not in ("account", "display_number"):
            raise ValueError(field)
        # Of a long history the latest calls are enough: what was not used in the last
        # thousand is not at hand any more.
        sql = (
            f"SELECT {field} FROM (SELECT id, {field} FROM calls WHERE sandbox = ?"  # noqa: S608
            f" AND {field} IS NOT NULL ORDER BY id DESC LIMIT 1000)"
            f" GROUP BY {field} ORDER BY max(id) DESC LIMIT ?"
        )
        with _told(self._path):
            return [value for (value,) in self._connection.execute(sql, (sandbox, limit))]

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _records(
        self, sql: str, values: Mapping[str, object] | Sequence[object]
    ) -> list[CallRecord]:
        living: dict[str, bool] = {}

        def lives(owner: str) -> bool:
            if owner not in living:
                living[owner] = is_held(self._lifelines, owner)
            return living[owner]

        with _told(self._path):
            rows = self._connection.execute(sql, values).fetchall()
            again = [row[0] for row in rows if row[12] is None and not lives(row[4])]
            if again:
                # The owner may have finished the call and ended between the two looks.
                marks = ",".join("?" * len(again))
                fresh = {
                    row[0]: row
                    for row in self._connection.execute(
                        f"SELECT {_COLUMNS} FROM calls WHERE id IN ({marks})",  # noqa: S608
                        again,
                    )
                }
                rows = [fresh.get(row[0], row) for row in rows]
        return [_record(row, lives) for row in rows]


class CallJournal:
    """Writes the journal. Used on the thread that made it. Fulfils `calls.place.Journal`.

    `lifeline` is this process's, shared by all its journal connections.
    """

    def __init__(self, path: Path, lifeline: Lifeline, now_ms: Callable[[], int] = _now_ms) -> None:
        self._path = path
        self._lifeline = lifeline
        self._now_ms = now_ms
        with _told(path):
            self._connection = _connect(path)
            self._file = _identity(path)

    def begin(self, request: CallRequest) -> CallRecord:
        """Commit the intent to call to disk, before anything is sent. Raises JournalError."""
        call_id = uuid.uuid4().hex
        begun_at = self._now_ms()
        with _told(self._path), _writing(self._connection):
            if _identity(self._path) != self._file:
                raise self._gone()
            row = self._connection.execute(
                "INSERT INTO calls (call_id, begun_at, owner, callee, account, display_number,"
                " app_id, note, profile, sandbox) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    call_id,
                    begun_at,
                    self._lifeline.name,
                    request.callee,
                    request.account,
                    request.display_number,
                    request.app_id,
                    request.note,
                    request.profile,
                    request.sandbox,
                ),
            ).lastrowid
        return CallRecord(row or 0, call_id, begun_at, request, None)

    def finish(self, call: CallRecord, outcome: Outcome) -> CallRecord:
        """Commit how the call ended to disk. Raises JournalError."""
        ended_at = self._now_ms()
        with _told(self._path), _writing(self._connection):
            changed = self._connection.execute(
                "UPDATE calls SET ended_at = ?, outcome = ?, recording_id = ?, status = ?,"
                " reason = ?, cause = ?, detail = ? WHERE call_id = ?",
                (
                    ended_at,
                    outcome.kind,
                    outcome.recording_id,
                    outcome.status,
                    outcome.reason,
                    outcome.cause,
                    outcome.detail,
                    call.call_id,
                ),
            ).rowcount
        if changed != 1 or _identity(self._path) != self._file:
            raise self._gone()
        return replace(call, outcome=outcome, ended_at=ended_at)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _gone(self) -> JournalError:
        """Told because SQLite itself goes on writing into a file that nobody finds any more."""
        text = QT_TRANSLATE_NOOP(
            "dialer",
            "The journal {path} was moved, deleted or replaced while the program ran, so no call"
            " can be recorded. Start the program again.",
        )
        return JournalError(str(Sentence(text, path=self._path)))


def prepare(path: Path, lifelines: Path, now_ms: Callable[[], int] = _now_ms) -> Path | None:
    """Make the journal ready at program start: create it, bring it up to date, or set it aside.

    A journal of an older version is backed up beside itself before each step forward. One
    that is damaged is set aside with its companions and a new one begun; the path of what was
    set aside is returned, for the program to tell. Raises JournalError where it cannot be
    written, or was written by a newer program.
    """
    with _told(path):
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
            aside = _set_aside(path, now_ms())
            _create_private(path)
            _migrate(path)
            return aside


def _connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
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
    except BaseException:
        # The exception would keep the file open, which Windows then refuses to set aside.
        connection.close()
        raise
    return connection


def _migrate(path: Path) -> None:
    # Looked at read-only first: what a newer program wrote must not even be checkpointed.
    with closing(_connect(path, read_only=True)) as connection:
        if _version(connection) > schema.VERSION:
            text = QT_TRANSLATE_NOOP(
                "dialer",
                "The journal {path} was written by a newer version of this program. It was left"
                " as it is, and nothing can be called. Install the newer version again.",
            )
            raise JournalError(str(Sentence(text, path=path)))
    with closing(_connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        while (version := _version(connection)) < schema.VERSION:
            if version:
                _back_up(connection, path, version)
            with _writing(connection):
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
    with closing(_connect(path)) as connection:
        said = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if said != "ok":
        error = sqlite3.DatabaseError(said)
        error.sqlite_errorname = "SQLITE_CORRUPT"
        raise error
    suspicion.unlink(missing_ok=True)


def _set_aside(path: Path, now_ms: int) -> Path:
    aside = path.with_name(f"{path.name}.damaged-{now_ms}")
    # Companions first: should the rest not be reached, none is left beside a new journal.
    for companion in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            _beside(path, companion).rename(_beside(aside, companion))
    path.rename(aside)
    _beside(path, ".suspect").unlink(missing_ok=True)
    return aside


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _identity(path: Path) -> tuple[int, int] | None:
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
def _writing(connection: sqlite3.Connection) -> Iterator[None]:
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


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system raise into a JournalError with a sentence."""
    try:
        yield
    except sqlite3.Error as error:
        if isinstance(error, sqlite3.DatabaseError) and _is_damaged(error):
            # The next `prepare` is to look through the whole file.
            with suppress(OSError):
                _beside(path, ".suspect").touch(mode=0o600)
        raise JournalError(str(_sentence(_name(error), path, str(error)))) from error
    except TimeoutError as error:
        raise JournalError(str(_sentence("SQLITE_BUSY", path, str(error)))) from error
    except OSError as error:
        raise JournalError(str(_sentence("", path, error.strerror or str(error)))) from error


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


def _search(search: str) -> tuple[str, dict[str, object]]:
    """The condition, with its values, that finds `search` anywhere in a call."""
    text = plain(search, NOTE_LIMIT)
    if not text:
        return "1", {}
    values: dict[str, object] = {"text": _like(text)}
    found = [rf"{field} LIKE :text ESCAPE '\'" for field in _SEARCHED]
    number = bare(text)
    if _NUMBER.fullmatch(number):
        # As people write a number: with a trunk 0 or 00 that the journal's digits lack.
        digits = re.sub(r"\(0\)|[^0-9]", "", number)
        values["digits"] = _like(digits.lstrip("0") or digits)
        found += [rf"{field} LIKE :digits ESCAPE '\'" for field in ("callee", "display_number")]
    return f"({' OR '.join(found)})", values


def _like(text: str) -> str:
    for char in r"\%_":
        text = text.replace(char, "\\" + char)
    return f"%{text}%"


def _record(row: tuple, lives: Callable[[str], bool]) -> CallRecord:  # type: ignore[type-arg]
    (
        row_id,
        call_id,
        begun_at,
        ended_at,
        owner,
        callee,
        account,
        display_number,
        app_id,
        note,
        profile,
        sandbox,
        kind,
        recording_id,
        status,
        reason,
        cause,
        detail,
        settled,
    ) = row
    outcome: Outcome | None = None
    if kind is not None:
        outcome = Outcome(
            OutcomeKind(kind),
            recording_id,
            status,
            reason,
            Cause(cause) if cause in _CAUSES else None,
            detail,
        )
    elif not lives(owner):
        outcome = Outcome.unknown(Cause.INTERRUPTED)
    request = CallRequest(callee, account, display_number, app_id, note, profile, bool(sandbox))
    return CallRecord(row_id, call_id, begun_at, request, outcome, ended_at, bool(settled))


_CAUSES = frozenset(Cause)
