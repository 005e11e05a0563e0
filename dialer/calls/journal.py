"""The durable record of every call: written before a request leaves, finished when it ends.

SQLite in WAL mode with synchronous=FULL: a committed intent survives a kill and a power cut.
One connection a thread; any number of processes write at once.
"""

import uuid
from array import array
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from dialer.calls.call import CallRecord, CallRequest, Outcome
from dialer.calls.journal_file import connect, identity, now_ms, prepare, told, writing
from dialer.calls.journal_rows import COLUMNS, record_of, search_condition
from dialer.calls.lifeline import Lifeline, is_held
from dialer.calls.place import JournalError
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence

__all__ = ["CallJournal", "JournalReader", "prepare"]


class JournalReader:
    """Reads the journal through a connection of its own. Used on the thread that made it.

    Raises JournalError from every method, in plain words.
    """

    def __init__(self, path: Path, lifelines: Path) -> None:
        self._path = path
        self._lifelines = lifelines
        with told(path):
            self._connection = connect(path, read_only=True)

    def newest(
        self, limit: int, search: str = "", before_row: int | None = None
    ) -> list[CallRecord]:
        """The newest `limit` calls, newest first, from below `before_row` if it is given.

        `search` finds text anywhere in the callee, display number, account, note, recording
        ID, reason or profile; of a number as people write it, the digits.
        """
        condition, values = search_condition(search)
        sql = (
            f"SELECT {COLUMNS} FROM calls WHERE {condition}"  # noqa: S608
            " AND (:before IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit"
        )
        return self._records(sql, {**values, "before": before_row, "limit": limit})

    def rows(self, search: str = "", after: int = 0) -> "array[int]":
        """The row numbers above `after` of all calls that `search` finds, newest first."""
        condition, values = search_condition(search)
        sql = f"SELECT id FROM calls WHERE {condition} AND id > :after ORDER BY id DESC"  # noqa: S608
        found = {**values, "after": after}
        with told(self._path):
            return array("q", (row for (row,) in self._connection.execute(sql, found)))

    def at(self, rows: Sequence[int]) -> dict[int, CallRecord]:
        """The calls with these row numbers, by row number; what was deleted is missing."""
        marks = ",".join("?" * len(rows))
        sql = f"SELECT {COLUMNS} FROM calls WHERE id IN ({marks})"  # noqa: S608
        return {record.row: record for record in self._records(sql, tuple(rows))}

    def version(self) -> int:
        """A number that changes when another connection has written."""
        with told(self._path):
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def call(self, call_id: str) -> CallRecord | None:
        """The call with this ID, None if there is none."""
        sql = f"SELECT {COLUMNS} FROM calls WHERE call_id = :call_id"  # noqa: S608
        return next(iter(self._records(sql, {"call_id": call_id})), None)

    def recent_of(self, callee: str, since_ms: int, *, sandbox: bool) -> list[CallRecord]:
        """The calls of `callee` that began at `since_ms` or later, newest first."""
        sql = (
            f"SELECT {COLUMNS} FROM calls WHERE callee = :callee AND sandbox = :sandbox"  # noqa: S608
            " AND begun_at >= :since ORDER BY begun_at DESC, id DESC"
        )
        return self._records(sql, {"callee": callee, "since": since_ms, "sandbox": sandbox})

    def count(self) -> int:
        """How many calls there are."""
        with told(self._path):
            return int(self._connection.execute("SELECT count(*) FROM calls").fetchone()[0])

    def last_of(self, profile: str, *, sandbox: bool) -> CallRecord | None:
        """The newest call of `profile`, None if it has none."""
        sql = (
            f"SELECT {COLUMNS} FROM calls WHERE profile = :profile AND sandbox = :sandbox"  # noqa: S608
            " ORDER BY id DESC LIMIT 1"
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
            f" GROUP BY {field} ORDER BY max(id) DESC LIMIT ?"
        )
        with told(self._path):
            return [value for (value,) in self._connection.execute(sql, (profile, sandbox, limit))]

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


class CallJournal:
    """Writes the journal. Used on the thread that made it. Fulfils `calls.place.Journal`.

    `lifeline` is this process's, shared by all its journal connections.
    """

    def __init__(self, path: Path, lifeline: Lifeline, now: Callable[[], int] = now_ms) -> None:
        self._path = path
        self._lifeline = lifeline
        self._now = now
        self._unwritten: dict[str, CallRecord] = {}
        with told(path):
            self._connection = connect(path)
            self._file = identity(path)

    def begin(self, request: CallRequest) -> CallRecord:
        """Commit the intent to call to disk, before anything is sent. Raises JournalError."""
        self._write_rest()
        call_id = uuid.uuid4().hex
        begun_at = self._now()
        with told(self._path), writing(self._connection):
            if identity(self._path) != self._file:
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
        """Commit how the call ended to disk.

        Raises JournalError; then the outcome is kept and written as soon as that is possible,
        at the next `begin` or in `close`.
        """
        ended = replace(call, outcome=outcome, ended_at=self._now())
        self._unwritten[call.call_id] = ended
        self._write(ended)
        return ended

    def _write(self, call: CallRecord) -> None:
        outcome = call.outcome
        if outcome is None:
            return
        with told(self._path), writing(self._connection):
            changed = self._connection.execute(
                "UPDATE calls SET ended_at = ?, outcome = ?, recording_id = ?, status = ?,"
                " reason = ?, cause = ?, detail = ? WHERE call_id = ?",
                (
                    call.ended_at,
                    outcome.kind,
                    outcome.recording_id,
                    outcome.status,
                    outcome.reason,
                    outcome.cause,
                    outcome.detail,
                    call.call_id,
                ),
            ).rowcount
        if changed != 1 or identity(self._path) != self._file:
            raise self._gone()
        self._unwritten.pop(call.call_id, None)

    def close(self) -> None:
        """Write what could not be written before, if that is possible now, and close."""
        with suppress(JournalError):
            self._write_rest()
        self._connection.close()

    def _write_rest(self) -> None:
        for call in tuple(self._unwritten.values()):
            self._write(call)

    def _gone(self) -> JournalError:
        """Told because SQLite itself goes on writing into a file that nobody finds any more."""
        text = QT_TRANSLATE_NOOP(
            "dialer",
            "The journal {path} was moved, deleted or replaced while the program ran, so no call"
            " can be recorded. Start the program again.",
        )
        return JournalError(Sentence(text, path=self._path))
