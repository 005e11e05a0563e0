"""The one function that places calls, and what it needs of the rest of the house."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from dialer.calls.call import CallRecord, CallRequest, Cause, Outcome
from dialer.calls.patience import Patience


class JournalError(Exception):
    """The journal cannot be read or written: disk full, no permission, damaged, too new.

    `str()` of it is a sentence for people. What cannot be recorded is not sent.
    """


class Provider(Protocol):
    """Whoever can place a call."""

    def send_sip(self, request: CallRequest, patience: Patience) -> Outcome:
        """Send `request` once and say how it ended. Never raises for what the network does."""
        ...


class Journal(Protocol):
    """Whoever remembers calls durably."""

    def begin(self, request: CallRequest) -> CallRecord:
        """Commit the intent to disk. Raises JournalError."""
        ...

    def finish(self, call: CallRecord, outcome: Outcome) -> CallRecord:
        """Commit the outcome to disk. Raises JournalError."""
        ...


@dataclass(frozen=True, slots=True)
class EndedCall:
    """A call with its outcome, and whether the outcome reached the disk."""

    record: CallRecord
    outcome: Outcome
    journal_error: str | None = None


def place_call(
    request: CallRequest,
    provider: Provider,
    journal: Journal,
    patience: Patience,
    begun: Callable[[CallRecord], None] = lambda _: None,
) -> EndedCall:
    """Write the intent, send once, write the outcome.

    `begun` is told of the call once its row is on disk and before anything is sent. Raises
    JournalError when the intent cannot be written: then nothing was sent. An outcome that
    cannot be written any more is handed back all the same, with the journal's complaint, for
    the phones ring whether or not the disk has room.
    """
    record = journal.begin(request)
    try:
        begun(record)
        outcome = provider.send_sip(request, patience)
    except BaseException:
        # A defect, or an interrupt. The phones may ring, and the row must not say "calling".
        with suppress(JournalError):
            journal.finish(record, Outcome.unknown(Cause.INTERRUPTED))
        raise
    try:
        return EndedCall(journal.finish(record, outcome), outcome)
    except JournalError as error:
        return EndedCall(record, outcome, str(error))
