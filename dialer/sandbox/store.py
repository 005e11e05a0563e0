"""The calls that the sandbox has taken, in one SQLite file that several processes may share."""

import errno
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dialer.calls.private import make_private_folder
from dialer.sandbox.accounts import phone_of
from dialer.sandbox.parameters import SendSip

VERSION = 2
"""The layout that this program writes, kept in the file as `PRAGMA user_version`."""

BUSY_SECONDS = 5.0
"""How long a write waits for other processes, each of which takes a fraction of a millisecond."""

_LAYOUT = """
    CREATE TABLE calls (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        recording_id TEXT UNIQUE,
        submitted_at INTEGER NOT NULL,      -- milliseconds since 1970, UTC
        speed REAL NOT NULL,                -- seconds of the call's life in a second
        ends_at INTEGER NOT NULL,           -- milliseconds since 1970, UTC
        cost INTEGER NOT NULL,              -- millionths, due when the call ends
        callee TEXT NOT NULL,
        account TEXT NOT NULL,
        display_number TEXT,
        app_id TEXT,
        note TEXT
    ) STRICT
"""
_LAYOUT_2 = (
    "ALTER TABLE calls ADD COLUMN recorded_at INTEGER",  # milliseconds; NULL: there is no record
    "ALTER TABLE calls ADD COLUMN group_name TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE calls ADD COLUMN phone_name TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX calls_by_time ON calls (submitted_at)",
)
_COLUMNS = (
    "callee, account, display_number, app_id, note, recording_id, submitted_at, speed"  # as fields
)


@dataclass(frozen=True, slots=True)
class ReceivedCall(SendSip):
    """A call that was taken, with what it was given."""

    recording_id: str
    submitted_at: int
    """Milliseconds since 1970, UTC."""
    speed: float
    """How many seconds of the call's life pass in one."""


class SandboxCalls:
    """The calls in the file at `path`, which is made, for its owner alone, if it is not there.

    May be used from any thread; the connection is one, and asked by one thread at a time.
    Raises OSError where the file cannot be used, and sqlite3.Error from the methods.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        make_private_folder(path.parent)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._connection = sqlite3.connect(
            path,
            timeout=BUSY_SECONDS,
            isolation_level=None,  # transactions are begun by hand, with BEGIN IMMEDIATE
            check_same_thread=False,
        )
        try:
            self._prepare(path)
        except sqlite3.Error as error:
            self._connection.close()
            raise OSError(errno.EIO, str(error), str(path)) from error
        except OSError:
            self._connection.close()
            raise

    def add(
        self,
        asked: SendSip,
        *,
        submitted_at: int,
        speed: float,
        recorded_at: int | None,
        ends_at: int,
        cost: int,
    ) -> str:
        """Keep a call, and return its recording ID once the call is committed.

        An ID is the UTC second and the call's number in the file, 19 digits. The number never
        comes twice, whichever process asks for it.
        """
        phone = phone_of(asked.account)
        second = datetime.fromtimestamp(submitted_at // 1000, UTC)
        with self._writing() as connection:
            number = connection.execute(
                "INSERT INTO calls (submitted_at, speed, recorded_at, ends_at, cost,"
                " callee, account, display_number, app_id, note, group_name, phone_name)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    submitted_at,
                    speed,
                    recorded_at,
                    ends_at,
                    cost,
                    asked.callee,
                    asked.account,
                    asked.display_number,
                    asked.app_id,
                    asked.note,
                    phone.group,
                    phone.phone_name,
                ),
            ).lastrowid
            assert number is not None  # noqa: S101 - an INSERT has one
            recording_id = f"{second:%y%m%d%H%M%S}{number % 10_000_000:07d}"
            connection.execute(
                "UPDATE calls SET recording_id = ? WHERE number = ?", (recording_id, number)
            )
        return recording_id

    def call(self, recording_id: str) -> ReceivedCall | None:
        """The call with this recording ID, None if there is none."""
        sql = f"SELECT {_COLUMNS} FROM calls WHERE recording_id = ?"  # noqa: S608
        with self._lock:
            row = self._connection.execute(sql, (recording_id,)).fetchone()
        return ReceivedCall(*row) if row else None

    def received(self) -> list[ReceivedCall]:
        """Every call that was taken, in the order of its coming."""
        sql = f"SELECT {_COLUMNS} FROM calls ORDER BY number"  # noqa: S608
        with self._lock:
            return [ReceivedCall(*row) for row in self._connection.execute(sql)]

    def recorded(
        self,
        *,
        since: int,
        before: int,
        now_ms: int,
        group: str = "",
        phone_name: str = "",
        limit: int,
        offset: int,
    ) -> tuple[int, list[ReceivedCall]]:
        """The calls that were submitted in a period and have a record by now, newest first.

        How many there are, and a page of them. Times are milliseconds since 1970; `before` is no
        part of the period. A group and a phone name that are "" are any.
        """
        found = "FROM calls WHERE submitted_at >= ? AND submitted_at < ? AND recorded_at <= ?"
        values: list[object] = [since, before, now_ms]
        for column, value in (("group_name", group), ("phone_name", phone_name)):
            if value:
                found += f" AND {column} = ?"
                values.append(value)
        page = f"SELECT {_COLUMNS} {found} ORDER BY submitted_at DESC, number DESC LIMIT ? OFFSET ?"
        with self._lock:
            (total,) = self._connection.execute(f"SELECT count(*) {found}", values).fetchone()
            rows = self._connection.execute(page, [*values, limit, offset])
            return int(total), [ReceivedCall(*row) for row in rows]

    def spent(self, now_ms: int) -> int:
        """The cost of all calls that have ended, in millionths."""
        sql = "SELECT coalesce(sum(cost), 0) FROM calls WHERE ends_at <= ?"
        with self._lock:
            return int(self._connection.execute(sql, (now_ms,)).fetchone()[0])

    def close(self) -> None:
        """Close the file, once whoever is using it is done."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _prepare(self, path: Path) -> None:
        self._use_wal()
        # The commit survives a kill of any process; a power cut may take the last calls, which
        # in a sandbox nobody made.
        self._connection.execute("PRAGMA synchronous = NORMAL")
        with self._writing() as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > VERSION:
                raise OSError(errno.EIO, "written by a newer version of this program", str(path))
            if version < 1:
                connection.execute(_LAYOUT)
            if version < 2:
                _add_records(connection)
            if version < VERSION:
                connection.execute(f"PRAGMA user_version = {VERSION:d}")

    def _use_wal(self) -> None:
        """Switch the file to WAL; done by two at once, one of them is told "locked" at once."""
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if (
                    error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY
                    or time.monotonic() > deadline
                ):
                    raise
                time.sleep(0.005)


def _add_records(connection: sqlite3.Connection) -> None:
    """Bring a file of version 1 to version 2. Its calls all got a record after a second."""
    for statement in _LAYOUT_2:
        connection.execute(statement)
    connection.execute(
        "UPDATE calls SET recorded_at = submitted_at + CAST(1000 / speed AS INTEGER) + 1"
    )
    accounts = connection.execute("SELECT DISTINCT account FROM calls").fetchall()
    for (account,) in accounts:
        phone = phone_of(account)
        connection.execute(
            "UPDATE calls SET group_name = ?, phone_name = ? WHERE account = ?",
            (phone.group, phone.phone_name, account),
        )
