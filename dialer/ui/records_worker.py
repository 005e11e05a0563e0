"""The worker that asks what became of calls, on a thread that never places one."""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from dialer.calls.call import CallRecord
from dialer.calls.place import JournalError
from dialer.calls.records import Balance, PhoneAccount, RecordsError
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.settings.profile import Profile

if TYPE_CHECKING:
    from dialer.calls.reconcile import Comparison

log = logging.getLogger(__name__)

IDLE_SECONDS = 5.0
"""How soon the worker looks again where nothing can be asked."""

PREPARE_S = 0.06
"""How long the journal is left alone between two pieces of the search index, in seconds."""

AGAIN_S = 30.0
"""How soon a piece of the search index that could not be written is tried again, in seconds."""

_DEFECT = QT_TRANSLATE_NOOP(
    "dialer", "The program has a defect ({kind}). No call is harmed. The log says more."
)


@dataclass(frozen=True, slots=True)
class Followed:
    """What one step of following brought."""

    changed: tuple[CallRecord, ...] = ()
    wait_s: float = IDLE_SECONDS
    looked_for: int = 0
    """How many calls without a certain outcome are being looked for."""
    trouble: Sentence | None = None


@dataclass(frozen=True, slots=True)
class BalanceNews:
    """A profile's balance, or why it is not known; neither where nobody could be asked."""

    profile: Profile
    balance: Balance | None = None
    trouble: Sentence | None = None


@dataclass(frozen=True, slots=True)
class AccountsNews:
    """A profile's phone accounts, or why they are not known."""

    profile: Profile
    accounts: tuple[PhoneAccount, ...] = ()
    trouble: Sentence | None = None


@dataclass(frozen=True, slots=True)
class CompareOrder:
    """A period that is to be compared with the provider's records, in milliseconds."""

    profile: Profile
    since_ms: int
    until_ms: int
    stopped: threading.Event = field(default_factory=threading.Event, compare=False)
    """Set by whoever wants no answer any more, on any thread."""


@dataclass(frozen=True, slots=True)
class ComparisonNews:
    """What a comparison found, or why there is none; both None where it was stopped."""

    order: CompareOrder
    comparison: "Comparison | None" = None
    trouble: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The operator's word on which of the provider's records is an unknown call's."""

    call: CallRecord
    recording_id: str | None
    """None: none of them."""


class RecordsDesk(Protocol):
    """What the worker needs of the rest of the house, on the worker's thread but for `stop`.

    Raises RecordsError, JournalError, or what `RecordsWorker` turns into words.
    """

    def open(self) -> None:
        """Open the journal, which the call worker has made ready."""
        ...

    def know(self, profiles: Sequence[Profile]) -> None:
        """These are the profiles whose calls can be followed."""
        ...

    def prepare_search(self) -> float:
        """Put more of an old journal into the search index; how much is in it, up to 1.0."""
        ...

    def step(self) -> Followed:
        """Ask the one question that is due, if one is."""
        ...

    def wake(self, profile: str) -> None:
        """The credentials of a profile are there, or are others."""
        ...

    def nudge(self, call: CallRecord) -> None:
        """A call was just placed, or ended without a certain outcome."""
        ...

    def balance(self, profile: Profile) -> Balance | None:
        """The balance; None where asking would cause a prompt."""
        ...

    def accounts(self, profile: Profile) -> Sequence[PhoneAccount]:
        """The phone accounts; may cause the keyring's prompt, for the operator asked."""
        ...

    def compare(self, order: CompareOrder) -> "Comparison | None":
        """Compare a period; None if it was stopped."""
        ...

    def choose(self, choice: Choice) -> Sequence[CallRecord]:
        """Settle a call by the record that the operator chose; the calls that changed."""
        ...

    def stop(self) -> None:
        """End the question under way, and ask no other. Any thread."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


class RecordsWorker(QObject):
    """Follows calls, and asks for accounts, balances and comparisons, one question at a time.

    Lives on its own thread; give it no parent. Slots run there, by queued signals. `stop` alone
    may be called from any thread.
    """

    changed = Signal(object)
    """CallRecord: the journal has more of it."""
    looking_for = Signal(object)
    """How many calls without a certain outcome are being looked for."""
    preparing = Signal(object)
    """How much of an old journal is in the search index, up to 1.0."""
    balance_known = Signal(object)
    """BalanceNews."""
    accounts_known = Signal(object)
    """AccountsNews."""
    compared = Signal(object)
    """ComparisonNews."""
    trouble = Signal(object)
    """Sentence: following does not work at all; None once it does again."""
    closed = Signal()

    def __init__(self, desk: RecordsDesk) -> None:
        super().__init__()
        self._desk = desk
        self._stopped = False
        self._told: Sentence | None = None
        self._looked_for = 0
        self._opened = False
        self._prepared = False
        self._prepare_at = 0.0
        self._timer: QTimer | None = None

    def stop(self) -> None:
        """Ask the question under way to end soon, and ask no other. Any thread."""
        self._stopped = True
        self._desk.stop()

    @Slot()
    def open(self) -> None:
        """Begin to follow calls, or go on with a journal that was opened anew."""
        self._opened = self._prepared = False
        self._soon()
        if self._timer is None and not self._stopped:
            self._timer = QTimer(self)
            self._timer.setSingleShot(True)
            self._timer.timeout.connect(self._go_on)
            self._timer.start(0)

    @Slot(object)
    def know(self, profiles: Sequence[Profile]) -> None:
        """Follow the calls of these profiles from now on."""
        self._desk.know(profiles)
        self._soon()

    @Slot(str)
    def wake(self, profile: str) -> None:
        """Ask again with credentials that have just been read."""
        self._desk.wake(profile)
        self._soon()

    @Slot(object)
    def nudge(self, call: CallRecord) -> None:
        """Follow a call that has just ended."""
        try:
            self._desk.nudge(call)
        except JournalError as error:
            self._tell(error.sentence)
        self._soon()

    @Slot(object)
    def ask_balance(self, profile: Profile) -> None:
        """Ask for the balance; ends in `balance_known`."""
        if self._stopped:
            return
        try:
            news = BalanceNews(profile, self._desk.balance(profile))
        except Exception as error:
            news = BalanceNews(profile, trouble=_words(error))
        self.balance_known.emit(news)

    @Slot(object)
    def ask_accounts(self, profile: Profile) -> None:
        """Ask for the phone accounts; ends in `accounts_known`."""
        if self._stopped:
            return
        try:
            news = AccountsNews(profile, tuple(self._desk.accounts(profile)))
        except Exception as error:
            news = AccountsNews(profile, trouble=_words(error))
        self.accounts_known.emit(news)

    @Slot(object)
    def compare(self, order: CompareOrder) -> None:
        """Compare a period with the provider's records; ends in `compared`."""
        if self._stopped:
            return
        try:
            news = ComparisonNews(order, self._desk.compare(order))
        except Exception as error:
            news = ComparisonNews(order, trouble=_words(error))
        self.compared.emit(news)
        if news.comparison is not None:
            for call in news.comparison.settled:
                self.changed.emit(call)

    @Slot(object)
    def choose(self, choice: Choice) -> None:
        """Settle a call by the record that the operator chose."""
        try:
            settled = self._desk.choose(choice)
        except Exception as error:
            self._tell(_words(error))
            return
        for call in settled:
            self.changed.emit(call)
        self._soon()

    @Slot()
    def close(self) -> None:
        """Let go of everything, and say so."""
        if self._timer is not None:
            self._timer.stop()
        try:
            self._desk.close()
        finally:
            self.closed.emit()

    @Slot()
    def _go_on(self) -> None:
        """Do the next small thing, and come back when the one after it is due."""
        wait = IDLE_SECONDS
        try:
            if not self._opened:
                self._desk.open()
                self._opened = True
            self._prepare()
            followed = self._desk.step()
            for call in followed.changed:
                self.changed.emit(call)
            if followed.looked_for != self._looked_for:
                self._looked_for = followed.looked_for
                self.looking_for.emit(followed.looked_for)
            wait = followed.wait_s
            self._tell(followed.trouble)
        except Exception as error:  # the next step may go better
            self._tell(_words(error))
        if self._timer is not None and not self._stopped:
            until_piece = max(PREPARE_S, self._prepare_at - time.monotonic())
            self._timer.start(round(1000 * (wait if self._prepared else min(wait, until_piece))))

    def _prepare(self) -> None:
        """Put a piece of an old journal into the search index; trouble there stops nothing else."""
        if self._prepared or time.monotonic() < self._prepare_at:
            return
        try:
            done = self._desk.prepare_search()
        except JournalError as error:
            log.warning("the search index is not filled: %s", error)
            self._prepare_at = time.monotonic() + AGAIN_S
            return
        # Between two pieces of the index a call can be placed.
        self._prepare_at = time.monotonic() + PREPARE_S
        self._prepared = done >= 1.0
        self.preparing.emit(done)

    def _soon(self) -> None:
        if self._timer is not None and not self._stopped:
            self._timer.start(0)

    def _tell(self, sentence: Sentence | None) -> None:
        if sentence != self._told:
            self._told = sentence
            self.trouble.emit(sentence)


def _words(error: Exception) -> Sentence:
    sentence = getattr(error, "sentence", None)
    if isinstance(sentence, Sentence):
        return sentence
    if not isinstance(error, RecordsError | JournalError):
        log.exception("a defect in what asks the provider", exc_info=error)
    return Sentence(_DEFECT, kind=type(error).__name__)
