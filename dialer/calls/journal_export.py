"""Reads calls out of the journal together with their details, however many, for an export."""

from array import array
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from decimal import Decimal
from typing import cast

from dialer.calls.call import CallRecord
from dialer.calls.details import CallDetails
from dialer.calls.history_query import HistoryQuery
from dialer.calls.journal_file import told
from dialer.calls.journal_reader import JournalReader

CHUNK = 256
"""How many calls are held at a time."""

Exported = tuple[CallRecord, CallDetails | None]
"""A call, and those of its details that an export has."""

_DETAILS = (
    "id, recording_id, duration_s, charged_s, cost, submitted_at, called_at, ringing_at,"
    " answered_at, ended_at"
)


class ExportReader(JournalReader):
    """Reads the journal for an export. Used on the thread that made it. Raises JournalError."""

    def exported(self, source: HistoryQuery | Sequence[int]) -> Generator[Exported, None, None]:
        """The calls of a query, or those with these row numbers, in their order.

        Constant memory. All of a query's calls are as they were in one moment; what has been
        deleted since its row number was noted is left out. Close what is not read to its end
        before the reader.
        """
        if not isinstance(source, HistoryQuery):
            yield from self._with_details(source)
            return
        # Closed by hand: an exception would keep it alive, and let go of it on another thread.
        with closing(cast("Generator[array[int], None, None]", self.ids(source))) as chunks:
            for rows in chunks:
                yield from self._with_details(rows)

    def _with_details(self, rows: Sequence[int]) -> Iterator[Exported]:
        for start in range(0, len(rows), CHUNK):
            wanted = rows[start : start + CHUNK]
            found, details = self.at(wanted), self._details_at(wanted)
            yield from ((found[row], details.get(row)) for row in wanted if row in found)

    def _details_at(self, rows: Sequence[int]) -> dict[int, CallDetails]:
        marks = ",".join("?" * len(rows))
        sql = f"SELECT {_DETAILS} FROM details WHERE id IN ({marks})"  # noqa: S608
        with told(self._path):
            found = self._connection.execute(sql, tuple(rows)).fetchall()
        return {
            row: CallDetails(
                recording_id=recording_id,
                duration_s=duration_s,
                charged_s=charged_s,
                cost=None if cost is None else Decimal(cost),
                submitted_at=submitted_at,
                called_at=called_at,
                ringing_at=ringing_at,
                answered_at=answered_at,
                ended_at=ended_at,
            )
            for (
                row,
                recording_id,
                duration_s,
                charged_s,
                cost,
                submitted_at,
                called_at,
                ringing_at,
                answered_at,
                ended_at,
            ) in found
        }
