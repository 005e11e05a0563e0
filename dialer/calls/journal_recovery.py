"""Brings what can still be read of a damaged journal into a new one."""

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from dialer.calls import schema
from dialer.calls.journal_file import uri_of
from dialer.calls.journal_pages import Pages, Value, version_of

Progress = Callable[[float], None]

_BATCH = 500
_TABLES = ("calls", "details", "candidates", "deleted", "spent")
_ORDER = {"candidates": "id, recording_id", "spent": "recording_id"}
_INDEXES = (
    ("calls_by_time", "begun_at"),
    ("calls_by_callee", "callee"),
    ("sqlite_autoindex_calls_1", "call_id"),
)
_LAST_COLUMNS = ("settled", "hangup_reason")
"""Of `calls`, the last column in each version before this one. What came later may be missing in a
row that was written then: SQLite puts the default in its place."""

_DAY_MS = 86_400_000
_REFUSED = (sqlite3.IntegrityError, UnicodeEncodeError, OverflowError)
_TYPES: dict[str, type] = {"INTEGER": int, "TEXT": str}


@dataclass(frozen=True, slots=True)
class Recovered:
    """What of a damaged journal is in the new one."""

    calls: int
    lost: int | None
    """How many calls are missing that the journal's indexes still name; None if none is legible."""


def recover(damaged: Path, fresh: Path, progress: Progress = lambda _: None) -> Recovered:
    """Write what can be read of the journal `damaged` into `fresh`, an empty file.

    `damaged` must not be written meanwhile. Calls keep their row numbers, outcomes and
    lifelines: one whose outcome was not written is unknown in the new journal too. First
    SQLite is asked, from both ends of each table up to the damage; then every page that is
    left is looked at for records of which SQLite finds no trace. A journal of an older
    version is recovered as what it is. The search index is not filled.

    Takes some 50 µs a call, and three times as long for calls that only their pages show, of
    which `progress` is told from 0.0 to 1.0; what that raises breaks it off. Raises
    sqlite3.Error and OSError of `fresh` alone.
    """
    version = version_of(damaged)
    if version is None or not 1 <= version <= schema.VERSION:
        version = schema.VERSION
    with closing(sqlite3.connect(fresh, isolation_level=None)) as target:
        # What is half done is thrown away after a power cut: the end is synced, by the caller.
        target.execute("PRAGMA synchronous = OFF")
        target.execute("BEGIN")
        for step in range(version):
            schema.STEPS[step](target)
        later = _take_what_slows(target)
        work = _Recovery(target, progress)
        lost = None
        # Beside an empty file SQLite would delete the log, which may have it all.
        some = damaged.stat().st_size > 0
        if some:
            with closing(_open(damaged)) as source:
                work.by_sql(source)
                lost = work.listed(source)
        if work.met_damage or lost != 0:
            with Pages(damaged) as pages:
                work.by_page(pages)
            lost = work.missing() if lost is not None else None
        if some and lost != 0:
            with closing(_open(damaged)) as source:
                work.spend(source)
        work.let_go_of_the_lost()
        target.execute("DROP TABLE temp.listed")
        progress(0.95)
        for sql in later:
            target.execute(sql)
        _set_counters(target, work.highest)
        target.execute(f"PRAGMA user_version = {version:d}")
        (calls,) = target.execute("SELECT count(*) FROM calls").fetchone()
        target.execute("COMMIT")
    progress(1.0)
    return Recovered(calls, lost)


@dataclass
class _Table:
    """A table of the new journal, and how a row of it is told from anything else."""

    name: str
    columns: list[str]
    types: list[type]
    required: list[bool]
    defaults: list[Value]
    widths: list[int]
    """How many values a row may have: as many as there were columns when it was written."""
    by_row: bool
    put: str
    """The statement that puts a row in."""

    @classmethod
    def of(cls, target: sqlite3.Connection, name: str) -> "_Table":
        described = target.execute(f"PRAGMA table_info({name})").fetchall()
        columns = [column[1] for column in described]
        earlier = _LAST_COLUMNS if name == "calls" else ()
        widths = [columns.index(last) + 1 for last in earlier if last in columns]
        return cls(
            name,
            columns,
            [_TYPES[column[2]] for column in described],
            [bool(column[3] or column[5]) for column in described],
            [None if column[4] is None else int(column[4]) for column in described],
            sorted({*widths, len(columns)}),
            by_row=name not in _ORDER,
            put=_putting(name, columns),
        )

    def fits(self, values: Sequence[Value]) -> bool:
        """Whether these can be the values of a row. What SQLite would refuse does not fit."""
        for value, kind, required in zip(values, self.types, self.required, strict=True):
            if required if value is None else type(value) is not kind:
                return False
        return self.name != "spent" or _is_day(values[1])


@dataclass
class _Recovery:
    target: sqlite3.Connection
    progress: Progress
    met_damage: bool = False
    highest: int = 0
    """The highest row number that the journal is known to have given."""
    tables: list[_Table] = field(init=False)

    def __post_init__(self) -> None:
        there = {name for (name,) in self.target.execute("SELECT name FROM sqlite_master")}
        self.tables = [_Table.of(self.target, name) for name in _TABLES if name in there]
        self.target.execute("CREATE TEMP TABLE listed (id INTEGER PRIMARY KEY) STRICT")

    def by_sql(self, source: sqlite3.Connection) -> None:
        """Bring over what SQLite finds."""
        for (seq,) in self._read(source, "SELECT seq FROM sqlite_sequence WHERE name = 'calls'"):
            self.highest = seq if isinstance(seq, int) else 0
        for table in self.tables:
            there = {row[1] for row in self._read(source, f"PRAGMA table_info({table.name})")}
            columns = [name for name in table.columns if name in there]
            if len(columns) < table.widths[0]:
                self.met_damage = True
                continue
            self._both_ways(source, table, columns)

    def _both_ways(self, source: sqlite3.Connection, table: _Table, columns: Sequence[str]) -> None:
        key = _ORDER.get(table.name, "id")
        names = ", ".join(columns)
        rest = table.defaults[len(columns) :]
        for order in ("", " DESC"):
            by = ", ".join(f"{part}{order}" for part in key.split(", "))
            sql = f"SELECT {names} FROM {table.name} ORDER BY {by}"  # noqa: S608
            rows, seen = _Rows(source, sql), 0
            for batch in _batches(rows):
                seen += len(batch)
                self._put(table, [(*row, *rest) for row in batch])
                if table.name == "calls" and self.highest:
                    self.progress(min(0.8 * seen / self.highest, 0.8))
            if rows.ended:
                return
            self.met_damage = True

    def listed(self, source: sqlite3.Connection) -> int | None:
        """Note the calls that the indexes name; how many are missing, None if no index is legible.

        A call that was purged is in no index, so that it is not taken for a lost one.
        """
        for index, key in _INDEXES:
            for order in ("", " DESC"):
                sql = f"SELECT id FROM calls INDEXED BY {index} ORDER BY {key}{order}"  # noqa: S608
                rows = _Rows(source, sql)
                for batch in _batches(rows):
                    self.target.executemany(
                        "INSERT OR IGNORE INTO temp.listed VALUES (?)",
                        [row for row in batch if isinstance(row[0], int)],
                    )
                if rows.ended:
                    return self.missing()
        return None

    def missing(self) -> int:
        """How many calls are named by an index and have not been found."""
        sql = "SELECT count(*) FROM temp.listed WHERE id NOT IN (SELECT id FROM calls)"
        return int(self.target.execute(sql).fetchone()[0])

    def by_page(self, pages: Pages) -> None:
        """Bring over the records on all pages that SQLite has not found."""
        widths: dict[int, list[_Table]] = {}
        for table in self.tables:
            for width in table.widths:
                widths.setdefault(width, []).append(table)
        by_row = {width for width, tables in widths.items() if any(t.by_row for t in tables)}
        keyed = {width for width, tables in widths.items() if not all(t.by_row for t in tables)}
        for number in range(1, pages.count + 1):
            if number % _BATCH == 0:
                self.progress(0.8 + 0.19 * number / pages.count)
            found: dict[str, list[tuple[Value, ...]]] = {}
            for row, values in pages.records(number, by_row, keyed):
                for table in widths[len(values)]:
                    if (whole := _whole(table, row, values)) is not None:
                        found.setdefault(table.name, []).append(whole)
            for table in self.tables:
                self._put(table, found.get(table.name, []))

    def spend(self, source: sqlite3.Connection) -> None:
        """Let the recording ID of a placed call that is lost become no other call's."""
        if not self._has("spent"):
            return
        for order in ("", " DESC"):
            rows = _Rows(
                source,
                "SELECT recording_id, id FROM calls INDEXED BY calls_by_recording_id"  # noqa: S608
                f" WHERE recording_id IS NOT NULL ORDER BY recording_id{order}",
            )
            for batch in _batches(rows):
                self.target.executemany(
                    "INSERT OR IGNORE INTO spent SELECT ?1, ?3"
                    " WHERE NOT EXISTS (SELECT 1 FROM calls WHERE id = ?2)",
                    [(*row, _until()) for row in batch if isinstance(row[0], str)],
                )
            if rows.ended:
                return

    def let_go_of_the_lost(self) -> None:
        """Keep nothing that belongs to a call which is not there, but its recording ID."""
        if not self._has("spent"):
            return  # in a journal of version 1
        self.target.execute(
            "INSERT OR IGNORE INTO spent SELECT recording_id, ? FROM details"
            " WHERE id NOT IN (SELECT id FROM calls)",
            (_until(),),
        )
        for table in ("details", "candidates", "deleted"):
            self.target.execute(
                f"DELETE FROM {table} WHERE id NOT IN (SELECT id FROM calls)"  # noqa: S608
            )

    def _has(self, name: str) -> bool:
        return any(table.name == name for table in self.tables)

    def _put(self, table: _Table, rows: Iterable[tuple[Value, ...]]) -> None:
        """Put in the rows that fit and are not in yet.

        A page that SQLite no longer uses may have a call as it was before it ended.
        """
        fitting = [row for row in rows if table.fits(row)]
        self.target.execute("SAVEPOINT some")
        try:
            self.target.executemany(table.put, fitting)
        except _REFUSED:
            # Two rows that contradict one another, or one that was never written so.
            self.target.execute("ROLLBACK TO some")
            for row in fitting:
                with suppress(*_REFUSED):
                    self.target.execute(table.put, row)
        self.target.execute("RELEASE some")

    def _read(self, source: sqlite3.Connection, sql: str) -> list[tuple[Value, ...]]:
        rows = _Rows(source, sql)
        found = list(rows)
        self.met_damage = self.met_damage or not rows.ended
        return found


class _Rows:
    """The rows of a statement up to the first that cannot be read."""

    def __init__(self, source: sqlite3.Connection, sql: str) -> None:
        self._source = source
        self._sql = sql
        self.ended = False
        """Whether all could be read."""

    def __iter__(self) -> Iterator[tuple[Value, ...]]:
        try:
            with closing(self._source.execute(self._sql)) as cursor:
                yield from cursor
        except sqlite3.Error:
            return
        self.ended = True


def _open(damaged: Path) -> sqlite3.Connection:
    """A connection that reads what SQLite would otherwise refuse at the first look."""
    # Without a log nobody writes, and no companions need to be made.
    alone = "" if damaged.with_name(f"{damaged.name}-wal").exists() else "&immutable=1"
    connection = sqlite3.connect(
        f"{uri_of(damaged)}?mode=ro{alone}", uri=True, isolation_level=None
    )
    with suppress(sqlite3.Error):
        # Lets a file be read that is shorter than its header says, and cells be looked at twice.
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("PRAGMA cell_size_check = ON")
    # Text that is none is found when it is written, one row at a time.
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    return connection


def _putting(name: str, columns: Sequence[str]) -> str:
    marks = ", ".join("?" * len(columns))
    if name != "calls":
        return f"INSERT OR IGNORE INTO {name} VALUES ({marks})"  # noqa: S608
    changes = ", ".join(f"{column} = excluded.{column}" for column in columns[1:])
    return (
        f"INSERT INTO calls VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {changes}"  # noqa: S608
        " WHERE calls.outcome IS NULL AND excluded.outcome IS NOT NULL"
        " AND calls.call_id = excluded.call_id"
    )


def _take_what_slows(target: sqlite3.Connection) -> list[str]:
    """Drop the triggers, which would fill the search index, and indexes; what makes them again."""
    found = target.execute(
        "SELECT type, name, sql FROM sqlite_master"
        " WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
    ).fetchall()
    for kind, name, _ in found:
        target.execute(f"DROP {kind} {name}")
    return [sql for _, _, sql in found]


def _set_counters(target: sqlite3.Connection, highest: int) -> None:
    """Give no row number again, and let the index be filled from the newest call down."""
    (last,) = target.execute("SELECT coalesce(max(id), 0) FROM calls").fetchone()
    target.execute("DELETE FROM sqlite_sequence WHERE name = 'calls'")
    target.execute("INSERT INTO sqlite_sequence VALUES ('calls', ?)", (max(last, highest),))
    if target.execute("SELECT 1 FROM sqlite_master WHERE name = 'search_state'").fetchone():
        target.execute("UPDATE search_state SET filled_from = ?", (last + 1 if last else 0,))


def _whole(table: _Table, row: int | None, values: tuple[Value, ...]) -> tuple[Value, ...] | None:
    """The values of a row of `table`, if this record can be one."""
    if (row is None) == table.by_row:
        return None
    if table.by_row:
        # The row number stands in the place of its column, which is stored as nothing.
        if values[0] is not None or row is None or row < 1:
            return None
        values = (row, *values[1:])
    whole = (*values, *table.defaults[len(values) :])
    return whole if table.fits(whole) else None


def _is_day(value: Value) -> bool:
    """Whether this is when a spent recording ID may go: an entry of an index has a row number."""
    return isinstance(value, int) and value > 0 and value % _DAY_MS == 0


def _until() -> int:
    """When the recording ID of a call that is lost may go: its time may not be known."""
    days = time.time_ns() // 1_000_000 // _DAY_MS + schema.SPENT_DAYS + 1
    return days * _DAY_MS


def _batches(rows: Iterable[tuple[Value, ...]]) -> Iterator[list[tuple[Value, ...]]]:
    batch: list[tuple[Value, ...]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
