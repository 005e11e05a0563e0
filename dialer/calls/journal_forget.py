"""Takes calls out of the history: deleted with a way back, and purged for good afterwards."""

import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from dialer.calls.history_query import HistoryQuery
from dialer.calls.journal_file import connect, now_ms, told, writing
from dialer.calls.journal_reader import JournalReader

BATCH = 200
"""How many calls one transaction takes: it holds the journal for a few milliseconds."""

UNDO_MS = 10 * 60_000
"""For how long a deletion can be undone at least, in milliseconds."""


class Forgetter(JournalReader):
    """Deletes calls from the history. A connection of its own; raises JournalError.

    Used on the thread that made it, which is not the one that draws. `pause` is called
    between transactions, so that a call can be placed in between.
    """

    def __init__(
        self,
        path: Path,
        lifelines: Path,
        now: Callable[[], int] = now_ms,
        pause: Callable[[], None] = lambda: time.sleep(0.005),
    ) -> None:
        super().__init__(path, lifelines)
        self._connection.close()
        self._now = now
        self._pause = pause
        with told(path):
            self._connection = connect(path)
            # What was deleted is overwritten on the disk, not only unlinked.
            self._connection.execute("PRAGMA secure_delete = ON")

    def delete(self, rows: Sequence[int]) -> "array[int]":
        """Hide these calls from the history; those that were hidden. `restore` brings them back.

        A call under way is left: its outcome is still to be written.
        """
        hidden = array("q")
        for batch in _batches(rows):
            living = {row for row, record in self.at(batch).items() if record.outcome is not None}
            now = self._now()
            with told(self._path), writing(self._connection):
                for row in batch:
                    if row in living:
                        self._connection.execute(
                            "INSERT OR IGNORE INTO deleted VALUES (?, ?)", (row, now)
                        )
                        hidden.append(row)
            self._pause()
        return hidden

    def restore(self, rows: Sequence[int]) -> None:
        """Bring deleted calls back, where they have not been purged yet."""
        for batch in _batches(rows):
            with told(self._path), writing(self._connection):
                self._connection.executemany(
                    "DELETE FROM deleted WHERE id = ?", [(row,) for row in batch]
                )
            self._pause()

    def purge(self, older_ms: int = UNDO_MS) -> int:
        """Take out for good what was deleted longer than `older_ms` ago; how many calls."""
        before = self._now() - older_ms
        purged = 0
        while True:
            with told(self._path), writing(self._connection):
                rows = self._connection.execute(
                    "SELECT id FROM deleted WHERE deleted_at <= ? LIMIT ?", (before, BATCH)
                ).fetchall()
                self._connection.executemany("DELETE FROM calls WHERE id = ?", rows)
                # Of a row that has gone before, the mark alone is left.
                self._connection.executemany("DELETE FROM deleted WHERE id = ?", rows)
            purged += len(rows)
            if len(rows) < BATCH:
                return purged
            self._pause()

    def older_than(self, before_ms: int) -> int:
        """How many calls began before then."""
        sql = (
            "SELECT count(*) FROM calls WHERE begun_at < ? AND outcome IS NOT NULL"
            " AND id NOT IN (SELECT id FROM deleted)"
        )
        with told(self._path):
            return int(self._connection.execute(sql, (before_ms,)).fetchone()[0])

    def forget(self, query: HistoryQuery) -> int:
        """Delete all calls that `query` finds, for good and at once; how many.

        Copies that were made of the journal are not touched.
        """
        forgotten = array("q")
        for rows in self.ids(query):
            forgotten.extend(rows)
        hidden = self.delete(forgotten)
        for batch in _batches(hidden):
            with told(self._path), writing(self._connection):
                self._connection.executemany(
                    "DELETE FROM calls WHERE id = ?", [(row,) for row in batch]
                )
            self._pause()
        return len(hidden)


def _batches(rows: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
