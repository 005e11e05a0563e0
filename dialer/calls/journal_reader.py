"""Reads the journal, whatever its size: by row, by page, by key, never by counting past rows."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from pathlib import Path

from dialer.calls.call import CallRecord
from dialer.calls.details import CallDetails, Candidate, Ending
from dialer.calls.history_query import HistoryQuery, statement, terms_prefix
from dialer.calls.journal_file import connect, told
from dialer.calls.journal_rows import COLUMNS, record_of
from dialer.calls.lifeline import is_held

CHUNK = 8_192
"""How many row numbers `ids` hands over at a time."""

_FEW_TERMS = 64
_DETAILS = tuple(field.name for field in fields(CallDetails))
_MONEY = frozenset(("cost", "rate", "settled_cost", "settled_rate", "exchange_rate"))


class JournalReader:
    """Reads the journal through a connection of its own. Used on the thread that made it.

    `interrupt` alone may be called from any thread. Raises JournalError from every method, in
    plain words.
    """

    def __init__(self, path: Path, lifelines: Path) -> None:
        self._path = path
        self._lifelines = lifelines
        with told(path):
            self._connection = connect(path, read_only=True)

    def page(self, query: HistoryQuery, limit: int) -> list[CallRecord]:
        """The first `limit` calls that `query` finds, in its order."""
        also, values = self._by_terms(query)
        found = statement(query, indexed=self.is_indexed(), also=also)
        sql = f"SELECT {_OF_CALLS} {found.sql} LIMIT :limit"
        return self._records(sql, {**found.values, **values, "limit": limit})

    def ids(self, query: HistoryQuery, after: int = 0) -> "Iterator[array[int]]":
        """The row numbers above `after` of all calls that `query` finds, in chunks, in order."""
        also, values = self._by_terms(query)
        both = " AND ".join(part for part in (also, "calls.id > :after" if after else "") if part)
        found = statement(query, indexed=self.is_indexed(), also=both)
        with told(self._path):
            cursor = self._connection.execute(
                f"SELECT calls.id {found.sql}",
                {**found.values, **values, "after": after},
            )
            while rows := cursor.fetchmany(CHUNK):
                yield array("q", (row for (row,) in rows))

    def calls(self, query: HistoryQuery) -> "Iterator[CallRecord]":
        """All calls that `query` finds, in its order, a chunk at a time: constant memory."""
        for rows in self.ids(query):
            for start in range(0, len(rows), 512):
                wanted = rows[start : start + 512]
                found = self.at(wanted)
                yield from (found[row] for row in wanted if row in found)

    def rows(self, search: str = "", after: int = 0) -> "array[int]":
        """The row numbers above `after` of all calls that `search` finds, newest first."""
        found = array("q")
        for chunk in self.ids(HistoryQuery(search), after):
            found.extend(chunk)
        return found

    def at(self, rows: Sequence[int]) -> dict[int, CallRecord]:
        """The calls with these row numbers, by row number; what was deleted is missing."""
        marks = ",".join("?" * len(rows))
        sql = (
            f"SELECT {COLUMNS} FROM calls WHERE id IN ({marks})"  # noqa: S608
            " AND id NOT IN (SELECT id FROM deleted)"
        )
        return {record.row: record for record in self._records(sql, tuple(rows))}

    def newest(
        self, limit: int, search: str = "", before_row: int | None = None
    ) -> list[CallRecord]:
        """The newest `limit` calls that have `search` in them, from below `before_row`."""
        query = HistoryQuery(search)
        also = "" if before_row is None else "calls.id < :before"
        found = statement(query, indexed=self.is_indexed(), also=also)
        sql = f"SELECT {_OF_CALLS} {found.sql} LIMIT :limit"
        return self._records(sql, {**found.values, "before": before_row, "limit": limit})

    def version(self) -> int:
        """A number that changes when another connection has written."""
        with told(self._path):
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def is_indexed(self) -> bool:
        """Whether the full-text index has every call; while it is made, searches read them all."""
        with told(self._path):
            row = self._connection.execute("SELECT filled_from FROM search_state").fetchone()
        return row is not None and int(row[0]) == 0

    def call(self, call_id: str) -> CallRecord | None:
        """The call with this ID, None if there is none."""
        sql = f"SELECT {COLUMNS} FROM calls WHERE call_id = :call_id"  # noqa: S608
        return next(iter(self._records(sql, {"call_id": call_id})), None)

    def placed(self, recording_id: str) -> CallRecord | None:
        """The call with this recording ID, None if there is none."""
        sql = f"SELECT {COLUMNS} FROM calls WHERE recording_id = :id ORDER BY id DESC LIMIT 1"  # noqa: S608
        return next(iter(self._records(sql, {"id": recording_id})), None)

    def details(self, row: int) -> CallDetails | None:
        """What the provider's record said of the call in `row`; None while there is none."""
        sql = f"SELECT {', '.join(_DETAILS)} FROM details WHERE id = ?"  # noqa: S608
        with told(self._path):
            found = self._connection.execute(sql, (row,)).fetchone()
        if found is None:
            return None
        values = dict(zip(_DETAILS, found, strict=True))
        for name in _MONEY:
            if values[name] is not None:
                values[name] = Decimal(values[name])
        return CallDetails(**values)

    def candidates(self, row: int) -> list[Candidate]:
        """The records that may be those of an unknown call, in order of time."""
        sql = (
            "SELECT recording_id, submitted_at, duration_s, ending FROM candidates"
            " WHERE id = ? ORDER BY submitted_at, recording_id"
        )
        with told(self._path):
            found = self._connection.execute(sql, (row,)).fetchall()
        return [
            Candidate(recording_id, submitted_at, duration_s, Ending(ending) if ending else None)
            for recording_id, submitted_at, duration_s, ending in found
        ]

    def recent_of(self, callee: str, since_ms: int, *, sandbox: bool) -> list[CallRecord]:
        """The calls of `callee` that began at `since_ms` or later, newest first.

        Those too that were just deleted from the history: phones ring all the same.
        """
        sql = (
            f"SELECT {COLUMNS} FROM calls WHERE callee = :callee AND sandbox = :sandbox"  # noqa: S608
            " AND begun_at >= :since ORDER BY begun_at DESC, id DESC"
        )
        return self._records(sql, {"callee": callee, "since": since_ms, "sandbox": sandbox})

    def count(self) -> int:
        """How many calls there are."""
        sql = "SELECT (SELECT count(*) FROM calls) - (SELECT count(*) FROM deleted)"
        with told(self._path):
            return int(self._connection.execute(sql).fetchone()[0])

    def last_of(self, profile: str, *, sandbox: bool) -> CallRecord | None:
        """The newest call of `profile`, None if it has none."""
        sql = (
            f"SELECT {COLUMNS} FROM calls WHERE profile = :profile AND sandbox = :sandbox"  # noqa: S608
            " AND id NOT IN (SELECT id FROM deleted) ORDER BY id DESC LIMIT 1"
        )
        return next(iter(self._records(sql, {"profile": profile, "sandbox": sandbox})), None)

    def used(self, field: str, *, profile: str, sandbox: bool, limit: int = 20) -> list[str]:
        """What `account` or `display_number` was in calls of `profile`, the latest used first."""
        if field not in ("account", "display_number"):
            raise ValueError(field)
        # Of a long history the latest calls are enough: what was not used in the last two
        # thousand is not at hand any more.
        sql = (
            f"SELECT {field} FROM calls"  # noqa: S608
            " WHERE id > (SELECT coalesce(max(id), 0) FROM calls) - 2000"
            f" AND profile = ? AND sandbox = ? AND {field} IS NOT NULL"
            " AND id NOT IN (SELECT id FROM deleted)"
            f" GROUP BY {field} ORDER BY max(id) DESC LIMIT ?"
        )
        with told(self._path):
            return [value for (value,) in self._connection.execute(sql, (profile, sandbox, limit))]

    def interrupt(self) -> None:
        """End the statement under way, which then raises JournalError. Any thread."""
        self._connection.interrupt()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _by_terms(self, query: HistoryQuery) -> tuple[str, dict[str, object]]:
        """For a text too short for the index: the few trigrams that begin with it, if few they are.

        A rare text would otherwise be looked for in every call.
        """
        prefix = terms_prefix(query)
        if prefix is None or prefix.isdigit() or not self.is_indexed():
            return "", {}
        sql = "SELECT term FROM search_terms WHERE term >= ? AND term < ? LIMIT ?"
        # The last character of Unicode: above everything that begins with the prefix.
        values = (prefix, f"{prefix}\U0010ffff", _FEW_TERMS + 1)
        with told(self._path):
            terms = [term for (term,) in self._connection.execute(sql, values)]
        if len(terms) > _FEW_TERMS:
            return "", {}
        if not terms:
            return "0", {}
        quoted = ['"{}"'.format(term.replace('"', '""')) for term in terms]
        also = "calls.id IN (SELECT rowid FROM search WHERE search MATCH :terms)"
        return also, {"terms": " OR ".join(quoted)}

    def _records(
        self, sql: str, values: Mapping[str, object] | Sequence[object]
    ) -> list[CallRecord]:
        living: dict[str, bool] = {}

        def lives(owner: str) -> bool:
            if owner not in living:
                living[owner] = is_held(self._lifelines, owner)
            return living[owner]

        with told(self._path):
            rows = self._connection.execute(sql, values).fetchall()
            again = [row[0] for row in rows if row[12] is None and not lives(row[4])]
            if again:
                # The owner may have finished the call and ended between the two looks.
                marks = ",".join("?" * len(again))
                fresh = {
                    row[0]: row
                    for row in self._connection.execute(
                        f"SELECT {COLUMNS} FROM calls WHERE id IN ({marks})",  # noqa: S608
                        again,
                    )
                }
                rows = [fresh.get(row[0], row) for row in rows]
        return [record_of(row, lives) for row in rows]


_OF_CALLS = ", ".join(f"calls.{column.strip()}" for column in COLUMNS.split(","))
