"""Reads the journal, whatever its size: by row, by page, by key, never by counting past rows."""

from array import array
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import fields
from decimal import Decimal
from pathlib import Path

from dialer.calls.call import CallRecord
from dialer.calls.details import CallDetails, Candidate, Ending
from dialer.calls.history_query import HistoryQuery, statements
from dialer.calls.journal_file import connect, told
from dialer.calls.journal_rows import COLUMNS, record_of
from dialer.calls.journal_terms import look_up, look_up_period
from dialer.calls.journal_trouble import interrupted
from dialer.calls.lifeline import is_held

CHUNK = 8_192
"""How many row numbers `ids` hands over at a time."""

_AT_ONCE = 10_000  # row numbers in one statement; SQLite takes some 32,000 values
_LOOKS = 3
_KEPT = "id NOT IN (SELECT id FROM deleted)"
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
        self._interruptions = 0
        with told(path):
            self._connection = connect(path, read_only=True)

    def page(self, query: HistoryQuery, limit: int) -> list[CallRecord]:
        """The first `limit` calls that `query` finds, in its order: the ones `ids` begins with.

        Row numbers come first, whose order is found without carrying whole calls along.
        """
        records: list[CallRecord] = []
        for _ in range(_LOOKS):
            rows = self._first(query, limit)
            found = self.at(rows)
            records = [found[row] for row in rows if row in found]
            if len(records) == len(rows):
                break
            # Calls were deleted in between, and others have moved up.
        return records

    def ids(self, query: HistoryQuery, after: int = 0) -> "Iterator[array[int]]":
        """The row numbers above `after` of all calls that `query` finds, in chunks, in order.

        All are of one moment. Close the generator, or let it go, before its end is reached.
        """
        return self._ids(query, "calls.id > :row" if after else "", after)

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
        found: dict[int, CallRecord] = {}
        for start in range(0, len(rows), _AT_ONCE):
            wanted = rows[start : start + _AT_ONCE]
            marks = ",".join("?" * len(wanted))
            sql = f"SELECT {COLUMNS} FROM calls WHERE id IN ({marks}) AND {_KEPT}"  # noqa: S608
            found |= {record.row: record for record in self._records(sql, tuple(wanted))}
        return found

    def newest(
        self, limit: int, search: str = "", before_row: int | None = None
    ) -> list[CallRecord]:
        """The newest `limit` calls that have `search` in them, from below `before_row`."""
        also = "" if before_row is None else "calls.id < :row"
        rows = self._first(HistoryQuery(search), limit, also, before_row or 0)
        found = self.at(rows)
        return [found[row] for row in rows if row in found]

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
        sql = f"SELECT {COLUMNS} FROM calls WHERE call_id = :id AND {_KEPT}"  # noqa: S608
        return next(iter(self._records(sql, {"id": call_id})), None)

    def placed(self, recording_id: str) -> CallRecord | None:
        """The call with this recording ID, None if there is none."""
        sql = (
            f"SELECT {COLUMNS} FROM calls WHERE recording_id = :id AND {_KEPT}"  # noqa: S608
            " ORDER BY id DESC LIMIT 1"
        )
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
        """The newest call of `profile`, None if none is among the last ten thousand.

        Asked on the UI thread for a profile that may never have been used.
        """
        sql = (
            f"SELECT {COLUMNS} FROM calls"  # noqa: S608
            " WHERE id > (SELECT coalesce(max(id), 0) FROM calls) - 10000"
            f" AND profile = :profile AND sandbox = :sandbox AND {_KEPT} ORDER BY id DESC LIMIT 1"
        )
        return next(iter(self._records(sql, {"profile": profile, "sandbox": sandbox})), None)

    def used(self, field: str, *, profile: str, sandbox: bool, limit: int = 20) -> list[str]:
        """What `account` or `display_number` was in calls of `profile`, the latest used first.

        What a link lent to a call is not the operator's own, and left out.
        """
        if field not in ("account", "display_number"):
            raise ValueError(field)
        # Of a long history the latest calls are enough: what was not used in the last two
        # thousand is not at hand any more.
        sql = (
            f"SELECT {field} FROM calls"  # noqa: S608
            " WHERE id > (SELECT coalesce(max(id), 0) FROM calls) - 2000"
            f" AND profile = ? AND sandbox = ? AND {field} IS NOT NULL AND NOT lent"
            f" AND {_KEPT} GROUP BY {field} ORDER BY max(id) DESC LIMIT ?"
        )
        with told(self._path):
            return [value for (value,) in self._connection.execute(sql, (profile, sandbox, limit))]

    def recent_callees(self, profile: str, *, sandbox: bool, limit: int = 300) -> list[CallRecord]:
        """The newest call of each callee that `profile` called lately, newest first.

        Lately is among the latest two thousand calls of all profiles, as it is for `used`.
        Quick however long the journal is.
        """
        # The plus keeps SQLite from going through the index of all callees there ever were.
        sql = (
            f"SELECT {COLUMNS} FROM calls WHERE id IN ("  # noqa: S608
            "SELECT max(id) FROM calls"
            " WHERE id > (SELECT coalesce(max(id), 0) FROM calls) - 2000"
            f" AND profile = :profile AND sandbox = :sandbox AND {_KEPT}"
            " GROUP BY +callee ORDER BY max(id) DESC LIMIT :limit) ORDER BY id DESC"
        )
        return self._records(sql, {"profile": profile, "sandbox": sandbox, "limit": limit})

    def names(self) -> tuple[list[str], list[str]]:
        """The accounts and the profiles of the latest calls, in order of their names."""
        found = []
        for column in ("account", "profile"):
            sql = (
                f"SELECT DISTINCT {column} FROM calls"  # noqa: S608
                " WHERE id > (SELECT coalesce(max(id), 0) FROM calls) - 5000"
                f" AND id NOT IN (SELECT id FROM deleted) ORDER BY {column} LIMIT 200"
            )
            with told(self._path):
                found.append([name for (name,) in self._connection.execute(sql)])
        return found[0], found[1]

    def interrupt(self) -> None:
        """End the reading under way, which then raises Interrupted. Any thread.

        What is asked for afterwards is not touched. Where the call comes in just as one
        statement of a reading follows another, it may go unnoticed: ask again whether the
        answer is still wanted.
        """
        self._interruptions += 1
        self._connection.interrupt()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _first(self, query: HistoryQuery, limit: int, also: str = "", row: int = 0) -> "array[int]":
        found = array("q")
        with closing(self._ids(query, also, row, limit)) as chunks:
            for chunk in chunks:
                found.extend(chunk)
                if len(found) >= limit:
                    break
        return found[:limit]

    def _ids(
        self,
        query: HistoryQuery,
        also: str = "",
        row: int = 0,
        limit: int = -1,
        *,
        deleted: bool = False,
    ) -> "Generator[array[int], None, None]":
        begun = self._interruptions
        with told(self._path), ExitStack() as stack:
            looked = look_up(self._connection, query) if self.is_indexed() else None
            self._go_on(begun)
            span = look_up_period(self._connection, query)
            cursors = []
            for each in statements(query, looked, span, also, deleted=deleted):
                self._go_on(begun)
                # All are begun before the first is read: so they see the same moment.
                cursor = stack.enter_context(closing(self._connection.cursor()))
                sql = f"SELECT calls.id {each.sql} LIMIT :limit"
                cursors.append(cursor.execute(sql, {**each.values, "row": row, "limit": limit}))
            for cursor in cursors:
                while rows := cursor.fetchmany(CHUNK):
                    self._go_on(begun)
                    yield array("q", (found for (found,) in rows))

    def _go_on(self, begun: int) -> None:
        """Raise what an interruption raises, if one came between two statements."""
        if self._interruptions != begun:
            raise interrupted()

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
