"""Fills the full-text index of a journal that an older version wrote, a little at a time."""

from pathlib import Path

from dialer.calls.journal_file import connect, told, writing

BATCH = 500
"""How many calls one transaction puts into the index: it holds the journal for 5 to 30 ms."""

PAUSE = 0.03
"""Seconds to wait between two steps, in which calls get their turn. See `SearchFiller.step`."""


class SearchFiller:
    """Puts older calls into the index, from the newest down. Raises JournalError.

    Used on the thread that made it. What is done stays done: whoever is interrupted goes on
    from there, and so does another program that runs at the same time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with told(path):
            self._connection = connect(path)
            # A step that a power cut undoes is made again; a call's own commit is not touched.
            self._connection.execute("PRAGMA synchronous = NORMAL")
            (self._total,) = self._connection.execute(
                "SELECT coalesce(max(id), 0) FROM calls"
            ).fetchone()

    def step(self) -> float:
        """Put the next calls in; how much of the journal is in the index, 1.0 when it is all.

        The caller waits PAUSE seconds before the next step: a call that wants to be written
        looks every few milliseconds whether the journal is free. So a million calls take some
        80 s, beside which a call waited 40 ms at worst; without a pause it was 730 ms.
        """
        with told(self._path), writing(self._connection):
            (filled_from,) = self._connection.execute(
                "SELECT filled_from FROM search_state"
            ).fetchone()
            if filled_from == 0:
                return 1.0
            row = self._connection.execute(
                "SELECT min(id) FROM (SELECT id FROM calls WHERE id < ? ORDER BY id DESC LIMIT ?)",
                (filled_from, BATCH),
            ).fetchone()
            lowest = row[0] or 0
            self._connection.execute(
                "INSERT INTO search (rowid, text) SELECT id, text FROM searched"
                " WHERE id >= ? AND id < ?",
                (lowest, filled_from),
            )
            self._connection.execute("UPDATE search_state SET filled_from = ?", (lowest,))
        return 1.0 if lowest == 0 else 1.0 - lowest / (self._total + 1)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
