"""The journal's tables, version by version, and the way forward from each."""

import sqlite3
from collections.abc import Callable

VERSION = 3
"""The schema that this program writes, kept in the file as `PRAGMA user_version`."""

FOLLOWED_DAYS = 2
"""Placed calls of an older journal are followed if they are no older than this, in days."""

SPENT_DAYS = 62
"""For how long after a purged call its recording ID is kept: as long as the provider's record."""

_DAY_MS = 86_400_000


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


def _second(connection: sqlite3.Connection) -> None:
    """What became of calls, and an index that finds any three characters in them."""
    for column in (
        "following TEXT",  # whether the provider's records are still looked at
        "stage TEXT",
        "ending TEXT",
        "duration_s INTEGER",
        "cost INTEGER",  # millionths of the currency, for sums; `details` has it exactly
        "currency TEXT",
        "hangup_code TEXT",
        "hangup_reason TEXT",
    ):
        connection.execute(f"ALTER TABLE calls ADD COLUMN {column}")
    connection.execute(
        """
        CREATE TABLE details (
            id INTEGER PRIMARY KEY REFERENCES calls (id),
            fetched_at INTEGER NOT NULL,
            recording_id TEXT NOT NULL,
            callee TEXT,
            display_number TEXT,
            submitted_at INTEGER,
            called_at INTEGER,
            ringing_at INTEGER,
            answered_at INTEGER,
            ended_at INTEGER,
            duration_s INTEGER,
            charged_s INTEGER,
            hangup_code TEXT,
            hangup_reason TEXT,
            cost TEXT,                      -- money is decimal text, never a float
            currency TEXT,
            rate TEXT,
            billing_period TEXT,
            settled_cost TEXT,
            settled_rate TEXT,
            exchange_rate TEXT,
            phone_group TEXT,
            phone_name TEXT,
            region TEXT,
            recording_file_id TEXT,
            original TEXT NOT NULL          -- the provider's record as it came
        ) STRICT
        """
    )
    connection.execute(
        """
        CREATE TABLE candidates (           -- records that may be those of an unknown call
            id INTEGER NOT NULL REFERENCES calls (id),
            recording_id TEXT NOT NULL,
            submitted_at INTEGER,
            duration_s INTEGER,
            ending TEXT,
            PRIMARY KEY (id, recording_id)
        ) STRICT, WITHOUT ROWID
        """
    )
    # Deleted by the operator, who may still change their mind; purged later.
    connection.execute(
        "CREATE TABLE deleted (id INTEGER PRIMARY KEY, deleted_at INTEGER NOT NULL) STRICT"
    )
    # Recording IDs of purged calls, which no other call may take for its own.
    connection.execute(
        "CREATE TABLE spent (recording_id TEXT PRIMARY KEY, until INTEGER NOT NULL)"
        " STRICT, WITHOUT ROWID"
    )
    connection.execute("CREATE INDEX calls_by_time ON calls (begun_at)")
    connection.execute(
        "CREATE INDEX calls_by_recording_id ON calls (recording_id) WHERE recording_id IS NOT NULL"
    )
    connection.execute(
        "CREATE INDEX calls_followed ON calls (following) WHERE following IN ('open', 'several')"
    )
    connection.execute("CREATE INDEX calls_without_outcome ON calls (id) WHERE outcome IS NULL")
    connection.execute(
        "UPDATE calls SET following = 'open' WHERE outcome IN ('placed', 'unknown')"
        " AND begun_at > (strftime('%s', 'now') - ?) * 1000",
        (FOLLOWED_DAYS * 86_400,),
    )
    _make_search(connection)


def _make_search(connection: sqlite3.Connection) -> None:
    """The full-text index over calls. Rows below `filled_from`, if it is not 0, are not in it yet.

    External content: a row is taken out of it by naming the text that went in, which is why
    nothing may be taken out that was never put in.
    """
    connection.execute(
        f"CREATE VIEW searched AS SELECT id, {searched_text('calls')} AS text FROM calls"  # noqa: S608
    )
    connection.execute(
        "CREATE VIRTUAL TABLE search USING fts5 (text, content = 'searched', content_rowid = 'id',"
        " tokenize = 'trigram')"
    )
    # Of the kind that does not count: the next term is found without reading all calls of one.
    connection.execute("CREATE VIRTUAL TABLE search_terms USING fts5vocab (search, instance)")
    connection.execute(
        "CREATE TABLE search_state (filled_from INTEGER NOT NULL,"
        " to_overwrite INTEGER NOT NULL DEFAULT 0) STRICT"
    )
    connection.execute(
        "INSERT INTO search_state (filled_from) SELECT coalesce(max(id) + 1, 0) FROM calls"
    )
    filled = "(SELECT filled_from FROM search_state)"
    put = f"INSERT INTO search (rowid, text) VALUES (new.id, {searched_text('new')});"  # noqa: S608
    take = (
        "INSERT INTO search (search, rowid, text)"  # noqa: S608
        f" VALUES ('delete', old.id, {searched_text('old')});"
    )
    purge = "".join(
        f"DELETE FROM {table} WHERE id = old.id;"  # noqa: S608
        for table in ("details", "candidates", "deleted")
    )
    # In whole days, so that it does not tell when the call was.
    spend = (
        "INSERT OR REPLACE INTO spent SELECT old.recording_id,"
        f" (old.begun_at / {_DAY_MS} + {SPENT_DAYS + 1}) * {_DAY_MS}"
        " WHERE old.recording_id IS NOT NULL;"
    )
    for trigger in (
        f"search_put AFTER INSERT ON calls BEGIN {put} END",
        f"search_change AFTER UPDATE OF {', '.join(SEARCHED)} ON calls"
        f" WHEN new.id >= {filled} AND {searched_text('old')} IS NOT {searched_text('new')}"
        f" BEGIN {take} {put} END",
        f"search_take AFTER DELETE ON calls WHEN old.id >= {filled} BEGIN {take} END",
        f"calls_purge AFTER DELETE ON calls BEGIN {spend}{purge} END",
    ):
        connection.execute(f"CREATE TRIGGER {trigger}")


SEARCHED = (
    "callee",
    "display_number",
    "account",
    "recording_id",
    "note",
    "profile",
    "outcome",
    "ending",
    "reason",
    "hangup_code",
    "hangup_reason",
)
"""The columns that a search looks into."""


def searched_text(row: str) -> str:
    """The SQL expression for all that is searched in `row`, one line a column.

    No search has a line break in it, so none can be found across two columns. The break at
    the end makes a trigram begin at each character of the text.
    """
    parts = [
        f"replace({row}.{column}, '_', ' ')"
        if column in ("outcome", "ending")
        else f"{row}.{column}"
        for column in SEARCHED
    ]
    filled = [f"coalesce({part} || char(10), '')" for part in parts]
    return f"({' || '.join(filled)} || char(10))"


def _third(connection: sqlite3.Connection) -> None:
    """Whether account, display number and profile were named by a link, for that call alone."""
    connection.execute(
        "ALTER TABLE calls ADD COLUMN lent INTEGER NOT NULL DEFAULT 0 CHECK (lent IN (0, 1))"
    )


STEPS: dict[int, Callable[[sqlite3.Connection], None]] = {0: _first, 1: _second, 2: _third}
"""From a version to the next. A step runs inside a transaction and only adds."""
