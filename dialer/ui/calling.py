"""One call at a time: between what the operator asks and the worker that places it."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from dialer.calls.again import UNSETTLED_MS, reason_to_ask
from dialer.calls.call import CallRecord, CallRequest
from dialer.calls.place import EndedCall, JournalError
from dialer.calls.reasons import Words
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.settings.profile import Profile
from dialer.ui.call_worker import CallOrder, Refusal
from dialer.ui.typed import Typed

LATE_SECONDS = 2.0
"""A countdown that is so late is stopped: it was not to be seen."""

_WITH_SLEEP = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
"""Linux's monotonic clock stands still while the computer sleeps, macOS's does not."""

SECOND_MS = 1_000
"""Between two steps of a countdown, in milliseconds."""

_HEADLINE = QT_TRANSLATE_NOOP("dialer", "Not sent.")
_NOT_YET = QT_TRANSLATE_NOOP(
    "dialer", "The program is still starting. Nothing was called. Press Call again in a moment."
)
_NO_PROFILE = QT_TRANSLATE_NOOP(
    "dialer",
    "There is no provider account to call with. Nothing was called."
    " Connect your account, or try it with the sandbox.",
)
_NO_JOURNAL = QT_TRANSLATE_NOOP(
    "dialer", "Calls cannot be recorded, so none is placed. Nothing was called. {why}"
)
_ONE_AT_A_TIME = QT_TRANSLATE_NOOP(
    "dialer",
    "One call at a time: another is under way. This number was not called and stays in its field.",
)
_OTHER_PROFILE = QT_TRANSLATE_NOOP(
    "dialer", "The profile was changed meanwhile. Nothing was called. Press Call again."
)


class RecentCalls(Protocol):
    """What is asked of the journal before a call."""

    def recent_of(self, callee: str, since_ms: int, *, sandbox: bool) -> list[CallRecord]:
        """The calls of `callee` since then, newest first."""
        ...


@dataclass(frozen=True, slots=True)
class Question:
    """Why to ask before this call, and what is placed if the answer is yes."""

    why: Sentence
    request: CallRequest
    typed: Typed
    profile: Profile | None
    """What it was asked about with: another one, or this one changed, is another call."""


@dataclass(frozen=True, slots=True)
class Counting:
    """A call that leaves in `left` seconds, unless it is stopped before. Nothing is sent yet."""

    request: CallRequest
    left: int
    first: bool
    """Whether the countdown has just begun."""


def elapsed() -> float:
    """Seconds since some moment, those counted in which the computer slept."""
    if sys.platform == "win32" or _WITH_SLEEP is None:
        return time.monotonic()
    return time.clock_gettime(_WITH_SLEEP)


class Calling(QObject):
    """Decides whether a call is placed now, asks first where that may be a mistake. UI thread.

    Nothing is ever queued: what cannot be placed at once is told, and stays in the fields. With
    a countdown, a call leaves at its end; whatever changes meanwhile stops it.
    """

    order = Signal(object)
    """CallOrder, for the worker."""
    busy_changed = Signal(bool)
    begun = Signal(object)
    """CallRecord."""
    ended = Signal(object)
    """EndedCall."""
    told = Signal(object)
    """Refusal: why there was no call."""
    field_refused = Signal(object)
    """RequestRefused, to be shown by its field."""
    journal_asked = Signal()
    """Try again to open the journal."""
    question = Signal(object)
    """Question."""
    counting = Signal(object)
    """Counting, once a second."""
    stopped = Signal()
    """The countdown was stopped: nothing was sent."""
    count_over = Signal()
    """The countdown has ended, either way."""

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = elapsed) -> None:
        super().__init__(parent)
        self._clock = clock
        self.is_seen: Callable[[bool], bool] = lambda _: True
        """Asked at each step of a countdown: whether it can be seen, and stopped by Esc. With
        True, whether the operator is at the window too."""
        self.profile: Profile | None = None
        self.is_sandbox = False
        self.history: RecentCalls | None = None
        self.trouble: Sentence | None = None
        """Why the journal cannot be used."""
        self.can_read_numbers = False
        self.starting = False
        """Whether a profile is still to come: the embedded sandbox is being started."""
        self.undo_seconds = 0
        """How long each call can be taken back before it leaves, 0 to 10 seconds."""
        self._busy = False
        self._under_way: Typed | None = None
        self._counted: tuple[CallRequest, Typed] | None = None
        self._left = 0
        self._agreed = False
        self._watched = False
        """Whether the operator was asked about the call that is counted, and wants it."""
        self._due = 0.0
        self._second = QTimer(self)
        self._second.setInterval(SECOND_MS)
        self._second.timeout.connect(self._count_on)

    def use(self, profile: Profile | None, *, sandbox: bool, starting: bool = False) -> None:
        """Place calls with `profile` from now on; None for with nothing.

        `starting` says that the sandbox is still to come.
        """
        self.stop_counting()
        self.profile = profile
        self.is_sandbox = sandbox
        self.starting = starting

    @property
    def country(self) -> str | None:
        """The country as whose numbers without a country code are read, None for none."""
        return self.profile.country if self.profile else None

    @property
    def under_way(self) -> Typed | None:
        """What was typed for the call under way, or for the last one."""
        return self._under_way

    @property
    def busy(self) -> bool:
        """Whether a call is under way."""
        return self._busy

    @property
    def is_counting(self) -> bool:
        """Whether a countdown runs."""
        return self._counted is not None

    @Slot(object)
    def ask(self, typed: Typed) -> None:
        """Place the call that was typed, unless something speaks against it."""
        self.ask_after(typed, 0)

    def ask_after(self, typed: Typed, seconds: int, *, watched: bool = False) -> None:
        """Place the call that was typed after so many seconds at least, unless it is stopped.

        With `watched` only as long as the operator is at the window: nobody pressed a key.

        A question, where something speaks against the call, is asked at once, and its answer is
        the operator's own hand: only the usual countdown follows it.
        """
        if self._counted is not None:
            if self._counted[1] != typed:
                self._tell(Sentence(_ONE_AT_A_TIME))
            return  # Enter twice is once: the countdown goes on
        if self._busy:
            if typed != self._under_way:
                self._tell(Sentence(_ONE_AT_A_TIME))
            return
        if self.profile is None:
            self._tell(Sentence(_NOT_YET if self.starting else _NO_PROFILE))
            return
        if self.trouble is not None:
            self._tell(Sentence(_NO_JOURNAL, why=self.trouble))
            self.journal_asked.emit()  # there may be room on the disk again
            return
        if self.history is None or not self.can_read_numbers:
            self._tell(Sentence(_NOT_YET))
            return
        # Loaded in the background by now; the window does not wait for it.
        from dialer.calls.request import RequestRefused, read_request  # noqa: PLC0415

        try:
            request, _ = read_request(
                callee=typed.callee,
                account=typed.account,
                display_number=typed.display_number,
                app_id=self.profile.app_id,
                note=typed.note,
                profile=self.profile.name,
                sandbox=self.is_sandbox,
                lent=typed.lent,
                default_country=self.country,
            )
        except RequestRefused as refused:
            self.field_refused.emit(refused)
            return
        why = self._why_to_ask(self.history, request)
        if why is None:
            self._watched = watched
            self._place(request, typed, seconds, agreed=False)
        else:
            self.question.emit(Question(why, request, typed, self.profile))

    def place(self, question: Question) -> None:
        """Hand the call to the worker, without a further question, after the countdown."""
        if question.profile != self.profile:
            self._tell(Sentence(_OTHER_PROFILE))
            return
        self._watched = False
        self._place(question.request, question.typed, 0, agreed=True)

    def _place(self, request: CallRequest, typed: Typed, seconds: int, *, agreed: bool) -> None:
        if self._busy or self._counted is not None:
            self._tell(Sentence(_ONE_AT_A_TIME))
            return
        if self.profile is None or request.profile != self.profile.name:
            self._tell(Sentence(_OTHER_PROFILE))
            return
        seconds = max(seconds, self.undo_seconds)
        if seconds == 0:
            self._hand_over(request, typed)
            return
        self._counted, self._left, self._agreed = (request, typed), seconds, agreed
        self._due = self._clock() + seconds * SECOND_MS / 1000
        self._second.start()
        self.counting.emit(Counting(request, seconds, first=True))

    @Slot()
    def stop_counting(self) -> None:
        """Take the call back that waits for its countdown. Does nothing where none does."""
        if self._counted is not None:
            self._end_counting()
            self.stopped.emit()

    @Slot()
    def call_now(self) -> None:
        """Wait for the countdown no longer."""
        if self._counted is not None:
            request, typed = self._counted
            self._end_counting()
            # Another window may have called it meanwhile, or the journal have failed.
            if self.trouble is not None:
                self._tell(Sentence(_NO_JOURNAL, why=self.trouble))
                return
            asked = self.history is not None and not self._agreed
            why = self._why_to_ask(self.history, request) if asked and self.history else None
            if why is not None:
                self.question.emit(Question(why, request, typed, self.profile))
                return
            self._hand_over(request, typed)

    @Slot()
    def _count_on(self) -> None:
        if self._counted is None:
            return
        self._left -= 1
        late = self._clock() > self._due - self._left * SECOND_MS / 1000 + LATE_SECONDS
        if late or not self.is_seen(self._watched):
            self.stop_counting()  # the computer slept, this window hung, or another covers it
            return
        if self._left > 0:
            self.counting.emit(Counting(self._counted[0], self._left, first=False))
        else:
            self.call_now()

    def _end_counting(self) -> None:
        self._second.stop()
        self._counted = None
        self.count_over.emit()

    def _hand_over(self, request: CallRequest, typed: Typed) -> None:
        if self.profile is None or request.profile != self.profile.name:
            self._tell(Sentence(_OTHER_PROFILE))
            return
        self._under_way = typed
        self._set_busy(True)
        self.order.emit(CallOrder(request, self.profile, time.monotonic()))

    @Slot(object)
    def on_ended(self, ended: EndedCall) -> None:
        """The call has its outcome."""
        self._set_busy(False)
        self.ended.emit(ended)

    @Slot(object)
    def on_refused(self, why: Refusal) -> None:
        """The call did not begin."""
        self._set_busy(False)
        self.told.emit(why)

    def _why_to_ask(self, history: RecentCalls, request: CallRequest) -> Sentence | None:
        now_ms = time.time_ns() // 1_000_000
        try:
            recent = history.recent_of(
                request.callee, now_ms - UNSETTLED_MS, sandbox=request.sandbox
            )
        except JournalError as error:
            return error.sentence
        return reason_to_ask(recent, now_ms)

    def _tell(self, sentence: Sentence, code: str = "") -> None:
        self.told.emit(Refusal(Words(Sentence(_HEADLINE), sentence, code)))

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self.busy_changed.emit(busy)
