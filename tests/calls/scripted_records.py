"""A provider's records by script, and time that passes only when a test lets it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from calls.data_folder import REQUEST, DataFolder
from dialer.calls.call import CallRecord, CallRequest, Cause, Outcome
from dialer.calls.details import CallDetails
from dialer.calls.follow import Follower, Step
from dialer.calls.journal import CallJournal
from dialer.calls.journal_fates import FateJournal
from dialer.calls.pace import PROVIDER, Pace
from dialer.calls.patience import Patience
from dialer.calls.records import Balance, PhoneAccount, RecordingPlace, Records, RecordsError
from dialer.calls.sentence import Sentence

START = 1_767_294_245_000
PAGE = 100
UNKNOWN = Outcome.unknown(Cause.NO_ANSWER)


@dataclass
class Clock:
    """Seconds since the test began, as both clocks of a program show them."""

    passed: float = 0.0

    def now_ms(self) -> int:
        return START + round(self.passed * 1000)

    def monotonic(self) -> float:
        return 1000.0 + self.passed


def answered(recording_id: str, at: int, callee: str = REQUEST.callee) -> CallDetails:
    """The final record of a call of 85 seconds that was submitted then."""
    return CallDetails(
        recording_id,
        callee=callee,
        submitted_at=at,
        called_at=at + 2_000,
        ringing_at=at + 4_000,
        answered_at=at + 10_000,
        ended_at=at + 95_000,
        duration_s=85,
        charged_s=100,
        hangup_code="200",
        cost=Decimal("0.042"),
        currency="USD",
        recording_file_id=f"F{recording_id}",
        original='{"voiceId": "…"}',
    )


def unanswered(recording_id: str, at: int, callee: str = REQUEST.callee) -> CallDetails:
    """The final record of a call that nobody answered."""
    return CallDetails(
        recording_id,
        callee=callee,
        submitted_at=at,
        called_at=at + 2_000,
        ringing_at=at + 4_000,
        ended_at=at + 34_000,
        hangup_code="480",
    )


def seen_at(final: CallDetails, now_ms: int) -> CallDetails | None:
    """A record as it is while its call happens: what lies ahead is not in it yet."""
    begun = final.submitted_at or 0
    if now_ms < begun + 1_000:
        return None
    times = {
        name: None
        for name in ("called_at", "ringing_at", "answered_at", "ended_at")
        if (at := getattr(final, name)) is not None and at > now_ms
    }
    if "ended_at" not in times:
        with_file = final.ended_at is None or now_ms >= final.ended_at + 3_000
        return final if with_file else replace(final, recording_file_id=None)
    return replace(
        final,
        **times,
        duration_s=None,
        charged_s=None,
        hangup_code=None,
        cost=None,
        currency=None,
        recording_file_id=None,
    )


@dataclass
class ScriptedRecords:
    """Fulfils `calls.records.Records`, and notes when it was asked what."""

    clock: Clock
    final: dict[str, CallDetails] = field(default_factory=dict)
    asked: list[tuple[float, str]] = field(default_factory=list)
    spans: list[int] = field(default_factory=list)
    """How long the periods were that were read, in milliseconds."""
    trouble: Callable[[], RecordsError | None] = lambda: None
    as_seen: Callable[[CallDetails, int], CallDetails | None] = seen_at
    takes_s: float = 0.2

    def has(self, *records: CallDetails) -> None:
        self.final |= {each.recording_id: each for each in records}

    def record(self, recording_id: str, patience: Patience) -> CallDetails | None:
        self._exchange("record", patience)
        final = self.final.get(recording_id)
        return self.as_seen(final, self.clock.now_ms()) if final else None

    def records_between(
        self, since_ms: int, until_ms: int, patience: Patience
    ) -> Iterator[CallDetails]:
        assert since_ms <= until_ms
        self.spans.append(until_ms - since_ms)
        seen = [self.as_seen(each, self.clock.now_ms()) for each in self.final.values()]
        found = [each for each in seen if each and since_ms <= (each.submitted_at or 0) <= until_ms]
        start = 0
        while True:
            self._exchange("page", patience)
            yield from found[start : start + PAGE]
            start += PAGE
            if start >= len(found):
                return

    def accounts(self, app_id: str, patience: Patience) -> list[PhoneAccount]:
        raise AssertionError("nobody asked for accounts")

    def balance(self, path: str, patience: Patience) -> Balance:
        raise AssertionError("nobody asked for a balance")

    def recording(self, recording_file_id: str, patience: Patience) -> RecordingPlace:
        raise AssertionError("nobody asked for a recording")

    def count(self, kind: str = "") -> int:
        return sum(kind in what for _, what in self.asked)

    def _exchange(self, what: str, patience: Patience) -> None:
        assert patience.remaining > 0 or patience.stopped()
        self.asked.append((self.clock.passed, what))
        self.clock.passed += self.takes_s
        if error := self.trouble():
            raise error


def refusal(status: str | None) -> RecordsError:
    return RecordsError(Sentence("The provider refused."), status)


class Desk:
    """A journal on disk, a provider, and a follower between them, in time that a test moves."""

    def __init__(self, folder: DataFolder, pace: Pace = PROVIDER) -> None:
        self.folder = folder
        self.clock = Clock()
        self.provider = ScriptedRecords(self.clock)
        self.lines: dict[str, Records | None] = {"work": self.provider}
        self.pace = pace
        self.lifeline = folder.lifeline()
        folder.prepare()
        self.placer = CallJournal(folder.journal, self.lifeline, self.clock.now_ms)
        self.journal = FateJournal(folder.journal, folder.lifelines, self.clock.now_ms)
        self.steps: list[Step] = []
        self.follower = self.start()

    def start(self) -> Follower:
        """The follower of a program that has just been started."""
        self.follower = Follower(
            self.journal,
            lambda name: self.lines[name],
            lambda: tuple(self.lines),
            paces=lambda _: self.pace,
            now_ms=self.clock.now_ms,
            monotonic=self.clock.monotonic,
            chance=lambda: 0.5,
        )
        return self.follower

    def call(
        self, outcome: Outcome, callee: str = REQUEST.callee, *, nudged: bool = True, **more: str
    ) -> CallRecord:
        """Place a call that ends so within a second."""
        request = replace(REQUEST, callee=callee, display_number=None, **more)
        begun = self.placer.begin(request)
        self.clock.passed += 0.5
        ended = self.placer.finish(begun, outcome)
        if nudged:
            self.follower.nudge(ended)
        return ended

    def begin(self, request: CallRequest = REQUEST) -> CallRecord:
        return self.placer.begin(replace(request, display_number=None))

    def placed(self, final: CallDetails, *, nudged: bool = True) -> CallRecord:
        """Place a call that the provider has this record of."""
        self.provider.has(final)
        callee = final.callee or REQUEST.callee
        return self.call(Outcome.placed(final.recording_id), callee, nudged=nudged)

    def pass_(self, seconds: float) -> list[CallRecord]:
        """Let time pass with a follower at work; the calls that changed, in order."""
        until = self.clock.passed + seconds
        changed: list[CallRecord] = []
        while True:
            step = self.follower.step()
            self.steps.append(step)
            changed += step.changed
            if self.clock.passed + step.wait_s >= until:
                self.clock.passed = max(until, self.clock.passed)
                return changed
            self.clock.passed += step.wait_s

    def now(self, call: CallRecord) -> CallRecord:
        """The call as the journal has it now."""
        found = self.journal.call(call.call_id)
        assert found
        return found

    def close(self) -> None:
        self.journal.close()
        self.placer.close()
