"""The one function that places calls, and what it needs of the rest of the house."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from dialer.calls.call import CallRecord, CallRequest, Cause, Outcome
from dialer.calls.patience import Patience
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence

log = logging.getLogger(__name__)

_NOT_WRITTEN = QT_TRANSLATE_NOOP(
    "dialer", "The outcome could not be written to the journal yet, so note it. {why}"
)
_DEFECT = QT_TRANSLATE_NOOP("dialer", "The program has a defect ({kind}). The log says more.")


class JournalError(Exception):
    """The journal cannot be read or written: disk full, no permission, damaged, too new.

    `sentence` says it for people. What cannot be recorded is not sent.
    """

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


class MendableError(JournalError):
    """The journal is damaged, or another file stands in its place: `prepare` mends that."""


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
    """A call with its outcome; `not_written` says why that did not reach the disk, if so."""

    record: CallRecord
    outcome: Outcome
    not_written: Sentence | None = None


def place_call(
    request: CallRequest,
    provider: Provider,
    journal: Journal,
    patience: Patience,
    begun: Callable[[CallRecord], Cause | None] = lambda _: None,
) -> EndedCall:
    """Write the intent, send once, write the outcome.

    `begun` is told of the call once its row is on disk and before anything is sent; a cause
    that it gives back is why the call is not sent after all. Raises JournalError when the
    intent cannot be written: then nothing was sent. Whatever happens after that is an outcome,
    a defect of ours too, for the phones may ring. One that cannot be written any more is
    handed back all the same, with the journal's complaint.
    """
    record = journal.begin(request)
    try:
        veto = begun(record)
        outcome = provider.send_sip(request, patience) if veto is None else Outcome.not_sent(veto)
    except Exception as error:
        log.exception("a defect ended a call")
        outcome = Outcome.unknown(Cause.INTERRUPTED, type(error).__name__)
    except BaseException:
        # The program is ending: the row must not say "calling".
        with suppress(JournalError):
            journal.finish(record, Outcome.unknown(Cause.INTERRUPTED))
        raise
    try:
        return EndedCall(journal.finish(record, outcome), outcome)
    except JournalError as error:
        why = error.sentence
    except Exception as error:  # no memory, say: the call has its outcome all the same
        log.exception("a defect kept an outcome from being written")
        why = Sentence(_DEFECT, kind=type(error).__name__)
    return EndedCall(replace(record, outcome=outcome), outcome, Sentence(_NOT_WRITTEN, why=why))
