"""What following calls, settling and comparing them need of the journal."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from dialer.calls.call import CallRecord, Following
from dialer.calls.details import CallDetails, Candidate
from dialer.calls.history_query import HistoryQuery


class Fates(Protocol):
    """Whoever reads calls and keeps what became of them. One thread.

    `calls.journal_fates.FateJournal` fulfils it. Raises JournalError from every method.
    """

    def open_calls(self, since_ms: int, profiles: Sequence[str], limit: int) -> list[CallRecord]:
        """Calls of `profiles` since then that are still followed, the newest first."""
        ...

    def calls(self, query: HistoryQuery) -> Iterator[CallRecord]:
        """All calls that `query` finds, in constant memory."""
        ...

    def at(self, rows: Sequence[int]) -> dict[int, CallRecord]:
        """The calls with these row numbers; what was deleted is missing."""
        ...

    def placed(self, recording_id: str) -> CallRecord | None:
        """The call with this recording ID."""
        ...

    def recent_of(self, callee: str, since_ms: int, *, sandbox: bool) -> list[CallRecord]:
        """The calls of `callee` since then, newest first, deleted ones too."""
        ...

    def details(self, row: int) -> CallDetails | None:
        """What is kept of the provider's record of a call."""
        ...

    def candidates(self, row: int) -> list[Candidate]:
        """The records among which the operator is to choose."""
        ...

    def claimed(self, recording_ids: Iterable[str]) -> set[str]:
        """Those recording IDs that are a call's already."""
        ...

    def keep(self, call: CallRecord, details: CallDetails, following: Following) -> CallRecord:
        """Keep what a record says; the call as it is now."""
        ...

    def settle(self, call: CallRecord, recording_id: str) -> CallRecord | None:
        """Make a call a placed one; None, and nothing written, if that cannot be any more."""
        ...

    def follow(self, call: CallRecord, following: Following) -> CallRecord:
        """Say how it stands with looking for a call."""
        ...

    def offer(self, call: CallRecord, candidates: Iterable[Candidate]) -> CallRecord:
        """Keep the records among which the operator is to choose."""
        ...
