"""The worker that places calls, on a thread that does nothing else."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from dialer.calls.call import CallRecord, CallRequest, Cause, Outcome
from dialer.calls.patience import Patience
from dialer.calls.place import (
    EndedCall,
    Journal,
    JournalError,
    MendableError,
    Provider,
    place_call,
)
from dialer.calls.reasons import WRONG_CREDENTIALS, Words, words
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.settings.profile import Profile

log = logging.getLogger(__name__)

LATE_SECONDS = 1.0
"""A call that waited longer than this for its worker is not placed any more."""

_NOT_SENT = QT_TRANSLATE_NOOP("dialer", "Not sent.")
_DEFECT = QT_TRANSLATE_NOOP(
    "dialer",
    "The program has a defect ({kind}), and the call did not begin. Nothing was called."
    " The log says more.",
)
_WITH_REASON = QT_TRANSLATE_NOOP("dialer", "{what} {why}")
_NOT_OPENED = QT_TRANSLATE_NOOP(
    "dialer", "The program has a defect ({kind}): the journal was not opened. The log says more."
)


class CallRefused(Exception):
    """A call that cannot be placed now, and was not begun: no row. `sentence` says why.

    `credentials` is true where the profile's credentials are what is missing.
    """

    def __init__(self, sentence: Sentence, *, credentials: bool = False) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence
        self.credentials = credentials


class ProgramEnding(Exception):
    """Breaks off what would hold the program's end up and can be done at the next start."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a call did not begin, and whether the profile's credentials would mend it."""

    words: Words
    credentials: bool = False


class Switchboard(Protocol):
    """What the worker needs of the rest of the house. Every method runs on the worker's thread."""

    def open(self, progress: Callable[[float], None]) -> Sentence | None:
        """Open the journal; what became of a damaged one. Raises JournalError.

        `progress` is told from 0 to 1 how far an older journal is brought up to date, or what is
        legible of a damaged one; what it raises breaks that off.
        """
        ...

    def warm(self) -> None:
        """Load what the first call would otherwise wait for."""
        ...

    def journal(self) -> Journal:
        """The open journal. Raises JournalError."""
        ...

    def sandbox(self) -> Profile:
        """Start the embedded sandbox if it does not run; its profile. Raises OSError."""
        ...

    def line(self, profile: Profile, wait: float) -> Provider:
        """The profile's provider, waiting for credentials `wait` seconds at most.

        Raises CallRefused.
        """
        ...

    def open_ahead(self, profile: Profile) -> None:
        """Get ready for a call that is likely to follow; returns at once."""
        ...

    def forget(self, profile: Profile) -> None:
        """Drop the credentials that the provider did not accept."""
        ...

    def close(self) -> None:
        """Close the journal, the connections and the sandbox."""
        ...


@dataclass(frozen=True, slots=True)
class CallOrder:
    """What the window asks the worker to place, and when it asked (time.monotonic)."""

    request: CallRequest
    profile: Profile
    asked_at: float


@dataclass(frozen=True, slots=True)
class Opened:
    """The journal is open, or why it is not; `aside` tells what became of a damaged one."""

    aside: Sentence | None = None
    trouble: Sentence | None = None


class CallWorker(QObject):
    """Places one call at a time. Lives on its own thread; give it no parent.

    Slots run there, by queued signals. `stop` alone may be called from any thread.
    """

    opened = Signal(object)
    """Opened."""
    bringing = Signal(object)
    """How far an older journal is brought up to date, from 0 to 1."""
    sandbox_started = Signal(object)
    """The sandbox's Profile."""
    sandbox_failed = Signal(str)
    begun = Signal(object)
    """CallRecord: its row is on disk, nothing is sent yet."""
    ended = Signal(object)
    """EndedCall: its outcome is on disk, unless it says otherwise."""
    refused = Signal(object)
    """Refusal: the call did not begin, there is no row."""
    closed = Signal()
    """Everything is let go of: the thread can end."""

    def __init__(self, switchboard: Switchboard) -> None:
        super().__init__()
        self._switchboard = switchboard
        self._patience: Patience | None = None
        self._stopped = False

    def stop(self) -> None:
        """Ask the call under way to end soon, and place no other. Any thread."""
        self._stopped = True
        if (patience := self._patience) is not None:
            patience.stop()

    @Slot()
    def open(self) -> None:
        """Open the journal, or open it anew: where it is damaged, it is recovered."""
        try:
            self.opened.emit(Opened(aside=self._switchboard.open(self._on_progress)))
        except ProgramEnding:
            log.info("the journal stays as it was: the program ends")
        except JournalError as error:
            self.opened.emit(Opened(trouble=error.sentence))
        except Exception as error:
            log.exception("the journal was not opened")
            trouble = Sentence(_NOT_OPENED, kind=type(error).__name__)
            self.opened.emit(Opened(trouble=trouble))

    @Slot()
    def warm(self) -> None:
        """Load what the first call would otherwise wait for."""
        try:
            self._switchboard.warm()
        except Exception:
            log.exception("warming up failed")  # the call itself will tell

    @Slot()
    def start_sandbox(self) -> None:
        """Start the embedded sandbox."""
        try:
            self.sandbox_started.emit(self._switchboard.sandbox())
        except Exception as error:
            log.exception("the sandbox did not start")
            self.sandbox_failed.emit(str(error))

    @Slot(object)
    def open_ahead(self, profile: Profile) -> None:
        """Open a connection while the operator still edits the callee."""
        try:
            self._switchboard.open_ahead(profile)
        except Exception:
            log.exception("no connection was opened ahead")  # the call itself will tell

    @Slot(object)
    def place(self, order: CallOrder) -> None:
        """Place the call; ends in `ended` or in `refused`, whatever happens."""
        try:
            ended = self._place(order)
        except CallRefused as refusal:
            told = Words(Sentence(_NOT_SENT), refusal.sentence)
            self.refused.emit(Refusal(told, credentials=refusal.credentials))
        except JournalError as error:
            told = words(Outcome.not_sent(Cause.JOURNAL), order.request.account)
            why = Sentence(_WITH_REASON, what=told.text, why=error.sentence)
            self.refused.emit(Refusal(Words(told.headline, why)))
            if isinstance(error, MendableError):
                self.open()
        except Exception as error:
            log.exception("a defect kept a call from beginning")
            sentence = Sentence(_DEFECT, kind=type(error).__name__)
            self.refused.emit(Refusal(Words(Sentence(_NOT_SENT), sentence)))
        else:
            if ended.outcome.status == WRONG_CREDENTIALS:
                self._switchboard.forget(order.profile)
            self.ended.emit(ended)
        finally:
            self._patience = None

    @Slot()
    def close(self) -> None:
        """Let go of everything, and say so."""
        try:
            self._switchboard.close()
        finally:
            self.closed.emit()

    def _place(self, order: CallOrder) -> EndedCall:
        def left() -> float:
            return LATE_SECONDS - (time.monotonic() - order.asked_at)

        late = words(Outcome.not_sent(Cause.LATE), order.request.account).text
        if left() <= 0 or self._asked_to_stop():
            raise CallRefused(late)
        line = self._switchboard.line(order.profile, left())
        journal = self._switchboard.journal()
        if left() <= 0 or self._asked_to_stop():
            raise CallRefused(late)
        self._patience = patience = Patience(order.profile.timeout)
        if self._asked_to_stop():  # between the look above and the assignment
            patience.stop()

        def begun(record: CallRecord) -> Cause | None:
            self.begun.emit(record)
            # Writing the row may have waited for another writer.
            return Cause.LATE if left() <= 0 else None

        return place_call(order.request, line, journal, patience, begun)

    def _on_progress(self, done: float) -> None:
        if self._stopped and done < 1.0:
            raise ProgramEnding
        self.bringing.emit(done)

    def _asked_to_stop(self) -> bool:
        return self._stopped
