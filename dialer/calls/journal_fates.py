"""Writes into the journal what became of calls, beside the one connection that places them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

from dialer.calls.call import CallRecord, Following
from dialer.calls.details import CallDetails, Candidate
from dialer.calls.journal_file import connect, now_ms, told, writing
from dialer.calls.journal_reader import JournalReader
from dialer.calls.journal_rows import COLUMNS

_FIELDS = tuple(field.name for field in fields(CallDetails))


class FateJournal(JournalReader):
    """Reads the journal, and writes what the provider's records say of calls.

    A connection of its own, used on the thread that made it. Its transactions are short, so
    that none makes a call late. Raises JournalError from every method.
    """

    def __init__(self, path: Path, lifelines: Path, now: Callable[[], int] = now_ms) -> None:
        super().__init__(path, lifelines)
        self._connection.close()
        self._now = now
        with told(path):
            self._connection = connect(path)

    def open_calls(self, since_ms: int, profiles: Sequence[str], limit: int) -> list[CallRecord]:
        """Calls of `profiles` since then that are still followed, the newest first.

        Interrupted ones among them: nobody could write down that they are to be followed.
        """
        marks = ", ".join(f":profile{number}" for number in range(len(profiles)))
        values: dict[str, object] = {f"profile{n}": name for n, name in enumerate(profiles)}
        sql = (
            f"SELECT {COLUMNS} FROM calls WHERE (following = 'open'"  # noqa: S608
            " OR (outcome IS NULL AND following IS NULL)) AND begun_at >= :since"
            f" AND profile IN ({marks}) AND id NOT IN (SELECT id FROM deleted)"
            " ORDER BY id DESC LIMIT :limit"
        )
        found = self._records(sql, {**values, "since": since_ms, "limit": limit})
        return [record for record in found if record.outcome is not None]

    def claimed(self, recording_ids: Iterable[str]) -> set[str]:
        """Those recording IDs that are a call's already."""
        wanted = list(recording_ids)
        marks = ", ".join("?" * len(wanted))
        sql = f"SELECT recording_id FROM calls WHERE recording_id IN ({marks})"  # noqa: S608
        with told(self._path):
            return {found for (found,) in self._connection.execute(sql, wanted)}

    def keep(self, call: CallRecord, details: CallDetails, following: Following) -> CallRecord:
        """Keep what the provider's record says of a placed call; the call as it is now."""
        with told(self._path), writing(self._connection):
            self._put_details(call.row, details)
            self._connection.execute(
                "UPDATE calls SET following = :following, stage = :stage, ending = :ending,"
                " duration_s = :duration_s, cost = :cost, currency = :currency,"
                " hangup_code = :hangup_code, hangup_reason = :hangup_reason WHERE id = :id",
                {
                    "id": call.row,
                    "following": following,
                    "stage": details.stage,
                    "ending": details.ending,
                    "duration_s": details.duration_s,
                    "cost": _millionths(details.cost),
                    "currency": details.currency,
                    "hangup_code": details.hangup_code,
                    "hangup_reason": details.hangup_reason,
                },
            )
        return self._again(call)

    def settle(self, call: CallRecord, recording_id: str) -> CallRecord | None:
        """Make a call whose outcome was not certain a placed one, by its recording ID.

        None, and nothing written, if it was settled meanwhile or another call has this ID.
        """
        with told(self._path), writing(self._connection):
            changed = self._connection.execute(
                "UPDATE calls SET outcome = 'placed', recording_id = :recording_id, settled = 1,"
                " following = 'open', ended_at = coalesce(ended_at, :now)"
                " WHERE id = :id AND outcome IS NOT 'placed' AND outcome IS NOT 'not_sent'"
                " AND NOT EXISTS (SELECT 1 FROM calls WHERE recording_id = :recording_id)",
                {"id": call.row, "recording_id": recording_id, "now": self._now()},
            ).rowcount
            if changed:
                self._connection.execute("DELETE FROM candidates WHERE id = ?", (call.row,))
        return self._again(call) if changed else None

    def follow(self, call: CallRecord, following: Following) -> CallRecord:
        """Say how it stands with looking for the call in the provider's records."""
        with told(self._path), writing(self._connection):
            self._connection.execute(
                "UPDATE calls SET following = ? WHERE id = ?", (following, call.row)
            )
        return self._again(call)

    def offer(self, call: CallRecord, candidates: Iterable[Candidate]) -> CallRecord:
        """Keep the records among which the operator is to choose the call's own."""
        with told(self._path), writing(self._connection):
            self._connection.execute("DELETE FROM candidates WHERE id = ?", (call.row,))
            self._connection.executemany(
                "INSERT OR IGNORE INTO candidates VALUES (?, ?, ?, ?, ?)",
                [
                    (call.row, each.recording_id, each.submitted_at, each.duration_s, each.ending)
                    for each in candidates
                ],
            )
            self._connection.execute(
                "UPDATE calls SET following = 'several' WHERE id = ?", (call.row,)
            )
        return self._again(call)

    def _put_details(self, row: int, details: CallDetails) -> None:
        values = [getattr(details, name) for name in _FIELDS]
        exact = [f"{value:f}" if isinstance(value, Decimal) else value for value in values]
        marks = ", ".join("?" * (len(_FIELDS) + 2))
        self._connection.execute(
            f"INSERT OR REPLACE INTO details (id, fetched_at, {', '.join(_FIELDS)})"  # noqa: S608
            f" VALUES ({marks})",
            (row, self._now(), *exact),
        )

    def _again(self, call: CallRecord) -> CallRecord:
        return self.call(call.call_id) or call


def _millionths(money: Decimal | None) -> int | None:
    if money is None:
        return None
    millionths = int(money.scaleb(6).to_integral_value(ROUND_HALF_EVEN))
    # SQLite's integers end here; no call costs a trillion.
    return millionths if abs(millionths) < 2**62 else None
