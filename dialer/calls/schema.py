"""The journal's tables, version by version, and the way forward from each."""

import sqlite3
from collections.abc import Callable

VERSION = 1
"""The schema that this program writes, kept in the file as `PRAGMA user_version`."""


def _first(connection: sqlite3.Connection) -> None:
    connection.execute(
        """
        CREATE TABLE calls (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            call_id TEXT NOT NULL UNIQUE,
            begun_at INTEGER NOT NULL,      -- milliseconds since 1970, UTC
            ended_at INTEGER,
            owner TEXT NOT NULL,            -- the lifeline of the process that began the call
            callee TEXT NOT NULL,
            account TEXT NOT NULL,
            display_number TEXT,
            app_id TEXT,
            note TEXT,
            profile TEXT NOT NULL,
            sandbox INTEGER NOT NULL CHECK (sandbox IN (0, 1)),
            outcome TEXT CHECK (outcome IN ('placed', 'rejected', 'not_sent', 'unknown')),
            recording_id TEXT,
            status TEXT,
            reason TEXT,
            cause TEXT,
            detail TEXT,
            settled INTEGER NOT NULL DEFAULT 0 CHECK (settled IN (0, 1)),
            CHECK ((outcome IS 'placed') = (recording_id IS NOT NULL))
        ) STRICT
        """
    )
    # The confirmation before a repeated call, and "called twice today", ask by callee.
    connection.execute("CREATE INDEX calls_by_callee ON calls (callee, begun_at)")


STEPS: dict[int, Callable[[sqlite3.Connection], None]] = {0: _first}
"""From a version to the next. A step runs inside a transaction and only adds."""
