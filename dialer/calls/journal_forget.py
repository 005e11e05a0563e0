"""Takes calls out of the history: deleted with a way back, and purged for good afterwards."""

import sqlite3
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from dialer.calls.history_query import HistoryQuery
from dialer.calls.journal_file import BUSY_SECONDS, connect, now_ms, told, writing
from dialer.calls.journal_reader import JournalReader
from dialer.calls.lifeline import is_held

BATCH = 50
"""How many calls one transaction takes out: it holds the journal for some 6 ms, 60 at worst."""

MARKED = 2_000
"""How many calls one transaction hides or brings back, in some 20 ms."""

UNDO_MS = 10 * 60_000
"""For how long a deletion can be undone at least, in milliseconds."""

_FORGOTTEN = 0  # when a forgotten call is said to have been deleted: the next purge takes it
_PAGES = 64  # of the index that are brought together at a time
_LOG_PAGES = 250  # after which the log goes into the file here, before a call's own commit does it


class Forgetter(JournalReader):
    """Deletes calls from the history. A connection of its own; raises JournalError.

    Used on the thread that made it, which is not the one that draws. `pause` is called
    between transactions, so that a call can be placed in between; with a shorter one a call
    may wait for several of them. Of a million calls 100,000 are hidden in some two seconds
    and purged in some thirty, beside which a call waits 60 ms at worst. What is broken off
    has done what it has done, and can be called again.
    """

    def __init__(
        self,
        path: Path,
        lifelines: Path,
        now: Callable[[], int] = now_ms,
        pause: Callable[[], None] = lambda: time.sleep(0.01),
    ) -> None:
        super().__init__(path, lifelines)
        self._connection.close()
        self._now = now
        self._pause = pause
        with told(path):
            self._connection = connect(path)
            # Another connection's next commit, or the end of what is done here, brings it to
            # the disk: a deletion that a power cut undoes is seen and can be repeated.
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")

    def delete(self, rows: Sequence[int]) -> "array[int]":
        """Hide these calls from the history; those that were hidden. `restore` brings them back.

        A call under way is left: its outcome is still to be written.
        """
        return self._mark(rows, self._now())

    def restore(self, rows: Sequence[int]) -> None:
        """Bring deleted calls back, where they have not been purged yet."""
        for batch in _batches(rows, MARKED):
            with told(self._path), writing(self._connection):
                self._connection.executemany(
                    "DELETE FROM deleted WHERE id = ? AND deleted_at <> ?",
                    [(row, _FORGOTTEN) for row in batch],
                )
            self._pause()

    def purge(self, older_ms: int = UNDO_MS) -> int:
        """Take out for good what was deleted longer than `older_ms` ago; how many calls.

        With a call go its details, the provider's original record and the candidates. Pieces
        of its text stay in the index's own pages until SQLite brings these together, which
        `forget` does at once.
        """
        before = self._now() - older_ms
        purged = 0
        while True:
            with told(self._path), writing(self._connection):
                rows = self._connection.execute(
                    "SELECT id FROM deleted WHERE deleted_at <= ? LIMIT ?", (before, BATCH)
                ).fetchall()
                gone = self._connection.executemany("DELETE FROM calls WHERE id = ?", rows)
                purged += max(gone.rowcount, 0)
                # Of a call that has gone before, the mark alone is left.
                self._connection.executemany("DELETE FROM deleted WHERE id = ?", rows)
                self._connection.execute(
                    "DELETE FROM spent WHERE recording_id IN"
                    " (SELECT recording_id FROM spent WHERE until < ? LIMIT ?)",
                    (self._now(), 2 * BATCH),
                )
            if len(rows) < BATCH:
                break
            self._pause()
        with told(self._path):
            (left,) = self._connection.execute("SELECT to_overwrite FROM search_state").fetchone()
        if left:
            self._overwrite()
        return purged

    def newest_at(self) -> int | None:
        """When the newest call began, in milliseconds since 1970; None without any."""
        sql = (
            "SELECT begun_at FROM calls WHERE id NOT IN (SELECT id FROM deleted)"
            " ORDER BY begun_at DESC LIMIT 1"
        )
        with told(self._path):
            found = self._connection.execute(sql).fetchone()
        return None if found is None else int(found[0])

    def older_than(self, before_ms: int) -> int:
        """How many calls began before then."""
        sql = (
            "SELECT count(*) FROM calls WHERE begun_at < ? AND outcome IS NOT NULL"
            " AND id NOT IN (SELECT id FROM deleted)"
        )
        with told(self._path):
            return int(self._connection.execute(sql, (before_ms,)).fetchone()[0])

    def forget(self, query: HistoryQuery, *, overwrite: bool = True) -> int:
        """Delete all calls that `query` finds, for good and at once; how many.

        Those that were deleted before and not purged yet among them, with details, original
        records and candidates. What they held is overwritten in the journal, its index and
        its write-ahead log, for which the whole index is written anew: some ten seconds
        for a million calls. Without `overwrite` the index keeps pieces of their text for a
        while, as after `purge`, which is what calls deserve that have only become old. Not
        touched are a call under way; the bare recording IDs, kept for two months so that no other
        call is taken for one of these: an ID alone tells nothing of the callee, but the provider
        can still tell whom it was; notes and display numbers of
        other calls that name the same number; the backup that was made when the program
        brought the journal up to date (`*.backup.*` beside it), a journal set aside as
        damaged, exports, and other copies. Where another program reads the journal just now,
        the log may keep it until it is written over; and a disk, SSDs above all, may keep old
        blocks that no program can reach.
        """
        found = array("q")
        for rows in self._ids(query, deleted=True):
            found.extend(rows)
        if found and overwrite:
            with told(self._path), writing(self._connection):
                self._connection.execute("UPDATE search_state SET to_overwrite = 1")
        # Out of sight first. Whatever ends this now, the next purge takes the rest.
        hidden = self._mark(found, _FORGOTTEN)
        for batch in _batches(hidden, BATCH):
            with told(self._path), writing(self._connection):
                self._connection.executemany(
                    "DELETE FROM calls WHERE id = ?", [(row,) for row in batch]
                )
            self._pause()
        if hidden and overwrite:
            self._overwrite()
        return len(hidden)

    def _mark(self, rows: Sequence[int], at_ms: int) -> "array[int]":
        marked = array("q")
        for batch in _batches(rows, MARKED):
            with told(self._path), writing(self._connection):
                for row in batch:
                    if (
                        self._has_ended(row)
                        and self._connection.execute(
                            "INSERT INTO deleted VALUES (?, ?) ON CONFLICT DO"
                            " UPDATE SET deleted_at = excluded.deleted_at"
                            " WHERE excluded.deleted_at = ?",
                            (row, at_ms, _FORGOTTEN),
                        ).rowcount
                    ):
                        marked.append(row)
            self._pause()
        return marked

    def _has_ended(self, row: int) -> bool:
        """Whether the call is there and nobody will write its outcome. Within a transaction."""
        found = self._connection.execute(
            "SELECT outcome, owner FROM calls WHERE id = ?", (row,)
        ).fetchone()
        return found is not None and (
            found[0] is not None or not is_held(self._lifelines, found[1])
        )

    def _overwrite(self) -> None:
        """Bring the index's parts together and the log into the file, a little at a time.

        A call that is taken out of the index stays in its older part, and is only struck off
        in a newer one, until both are brought together. FTS5 has a `secure-delete` of its own
        since SQLite 3.42; an older SQLite cannot read an index that was changed by it, and with
        the index no call could be written.
        """
        pages = -_PAGES  # below zero: all parts of the index become one, beginning with this
        while True:
            with told(self._path):
                before = self._connection.total_changes
                with writing(self._connection):
                    self._connection.execute(
                        "INSERT INTO search (search, rank) VALUES ('merge', ?)", (pages,)
                    )
                # As SQLite's manual says: below two, nothing was left to do.
                if self._connection.total_changes - before < 2:
                    break
            pages = _PAGES
            self._pause()
        with suppress(sqlite3.OperationalError):
            # A full checkpoint keeps others from writing while it waits for them: so it does not.
            self._connection.execute("PRAGMA wal_checkpoint (PASSIVE)")
            self._connection.execute("PRAGMA busy_timeout = 0")
            self._connection.execute("PRAGMA wal_checkpoint (TRUNCATE)")
        self._connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000:.0f}")
        with told(self._path), writing(self._connection):
            self._connection.execute("UPDATE search_state SET to_overwrite = 0")


def _batches(rows: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
