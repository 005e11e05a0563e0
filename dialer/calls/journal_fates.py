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
from dialer.calls.lifeline import is_held

_AT_ONCE = 10_000
_FIELDS = tuple(field.name for field in fields(CallDetails))


class FateJournal(JournalReader):
    """Reads the journal, and writes what the provider's records say of calls.

    A connection of its own, used on the thread that made it. Its transactions are short, so
    that none makes a call late. Raises JournalError from every method.

    A call that is under way in a living process is that process's own: nothing is written of
    it. Nor is anything of a call that has been taken out of the journal meanwhile. What is
    handed back is then the call as it is, or as it was.
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
        # Two indexes that hold next to nothing, one for each half. SQLite takes the first only
        # where its own condition stands word for word.
        sql = (
            f"SELECT {COLUMNS} FROM calls WHERE id IN"  # noqa: S608
            " (SELECT id FROM calls WHERE following IN ('open', 'several') AND following = 'open'"
            " UNION SELECT id FROM calls WHERE outcome IS NULL AND following IS NULL)"
            f" AND begun_at >= :since AND profile IN ({marks})"
            " AND id NOT IN (SELECT id FROM deleted) ORDER BY id DESC LIMIT :limit"
        )
        found = self._records(sql, {**values, "since": since_ms, "limit": limit})
        return [record for record in found if record.outcome is not None]

    def claimed(self, recording_ids: Iterable[str]) -> set[str]:
        """Those recording IDs that are a call's already, or were one's that is purged."""
        wanted = list(recording_ids)
        claimed: set[str] = set()
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            for table in ("calls", "spent"):
                sql = f"SELECT recording_id FROM {table} WHERE recording_id IN ({marks})"  # noqa: S608
                with told(self._path):
                    claimed.update(found for (found,) in self._connection.execute(sql, some))
        return claimed

    def keep(self, call: CallRecord, details: CallDetails, following: Following) -> CallRecord:
        """Keep what the provider's record says of a placed call; the call as it is now."""
        with told(self._path), writing(self._connection):
            changed = self._connection.execute(
                "UPDATE calls SET following = :following, stage = :stage, ending = :ending,"
                " duration_s = :duration_s, cost = :cost, currency = :currency,"
                " hangup_code = :hangup_code, hangup_reason = :hangup_reason"
                " WHERE id = :id AND outcome = 'placed'",
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
            ).rowcount
            if changed:
                self._put_details(call.row, details)
        return self._again(call)

    def settle(self, call: CallRecord, recording_id: str) -> CallRecord | None:
        """Make a call whose outcome was not certain a placed one, by its recording ID.

        None, and nothing written, if it was settled meanwhile, another call has this ID or
        had it before it was purged, or the call is still under way.
        """
        with told(self._path), writing(self._connection):
            if self._is_under_way(call.row):
                return None
            changed = self._connection.execute(
                "UPDATE calls SET outcome = 'placed', recording_id = :recording_id, settled = 1,"
                " following = 'open'"
                " WHERE id = :id AND outcome IS NOT 'placed' AND outcome IS NOT 'not_sent'"
                " AND NOT EXISTS (SELECT 1 FROM calls WHERE recording_id = :recording_id)"
                " AND NOT EXISTS (SELECT 1 FROM spent WHERE recording_id = :recording_id)",
                {"id": call.row, "recording_id": recording_id},
            ).rowcount
            if changed:
                self._connection.execute("DELETE FROM candidates WHERE id = ?", (call.row,))
        return self._again(call) if changed else None

    def follow(self, call: CallRecord, following: Following) -> CallRecord:
        """Say how it stands with looking for the call in the provider's records."""
        with told(self._path), writing(self._connection):
            if not self._is_under_way(call.row):
                self._connection.execute(
                    "UPDATE calls SET following = ? WHERE id = ?", (following, call.row)
                )
                if following is not Following.SEVERAL:
                    self._connection.execute("DELETE FROM candidates WHERE id = ?", (call.row,))
        return self._again(call)

    def offer(self, call: CallRecord, candidates: Iterable[Candidate]) -> CallRecord:
        """Keep the records among which the operator is to choose the call's own.

        A placed call has its own already, and none are kept of it.
        """
        with told(self._path), writing(self._connection):
            if self._is_under_way(call.row):
                return call
            changed = self._connection.execute(
                "UPDATE calls SET following = 'several'"
                " WHERE id = ? AND outcome IS NOT 'placed' AND outcome IS NOT 'not_sent'",
                (call.row,),
            ).rowcount
            if changed:
                self._connection.execute("DELETE FROM candidates WHERE id = ?", (call.row,))
                self._connection.executemany(
                    "INSERT OR IGNORE INTO candidates VALUES (?, ?, ?, ?, ?)",
                    [
                        (call.row, one.recording_id, one.submitted_at, one.duration_s, one.ending)
                        for one in candidates
                    ],
                )
        return self._again(call)

    def _is_under_way(self, row: int) -> bool:
        """Whether a living process has still to write the outcome. Asked within a transaction."""
        found = self._connection.execute(
            "SELECT outcome, owner FROM calls WHERE id = ?", (row,)
        ).fetchone()
        return found is not None and found[0] is None and is_held(self._lifelines, found[1])

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
        sql = f"SELECT {COLUMNS} FROM calls WHERE call_id = :id"  # noqa: S608
        return next(iter(self._records(sql, {"id": call.call_id})), call)


def _millionths(money: Decimal | None) -> int | None:
    if money is None:
        return None
    millionths = int(money.scaleb(6).to_integral_value(ROUND_HALF_EVEN))
    # SQLite's integers end here; no call costs a trillion.
    return millionths if abs(millionths) < 2**62 else None
