"""The calls that are followed, when each is due, and which are read together."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from dialer.calls.call import CallRecord, Following, OutcomeKind
from dialer.calls.details import CallDetails, Stage
from dialer.calls.fates import Fates
from dialer.calls.pace import SEARCHES_S, Pace
from dialer.calls.reading import Reading
from dialer.calls.records import QUERY_DAYS
from dialer.calls.settle import AFTER_MS, BEFORE_MS, company_of, end_of, is_uncertain

SINGLY = 5
"""Up to how many calls of a profile are looked at one by one."""

YOUNG_MS = 2 * 60_000
"""Up to which age a call is only looked at by itself, in milliseconds."""

_GAP_MS = 3_600_000
_LONGEST_MS = QUERY_DAYS * 86_400_000
_FRESH_MS = 15 * 60_000


@dataclass(slots=True, eq=False)
class Followed:
    """One call that is followed. Times named `_ms` are since 1970, others monotonic seconds."""

    call: CallRecord
    due: float
    changed_ms: int
    """When something of it last changed."""
    ended_ms: int | None = None
    """When its record was first seen ended."""
    searched_s: float | None = None
    """How long after its end it was last searched for."""
    missed: bool = False
    """Whether records of its time were read, and its own was not among them."""

    @property
    def profile(self) -> str:
        """The profile whose provider knows of the call."""
        return self.call.request.profile

    @property
    def is_sought(self) -> bool:
        """Whether it has no recording ID yet, so that only a search can find it."""
        return is_uncertain(self.call)

    def order(self, now_ms: int) -> tuple[bool, float]:
        """Who is first among those that are due: what is fresh, for somebody may be looking."""
        return now_ms - self.changed_ms > _FRESH_MS, self.due

    def plan(self, pace: Pace, now_s: float, now_ms: int, about: Callable[[float], float]) -> None:
        """Say when it is next due, after a look at it."""
        if self.is_sought:
            wait = pace.until_search(self.age_s(now_ms), self.searched_s)
        else:
            unchanged = (now_ms - self.changed_ms) / 1000
            wait = about(pace.until_next_look(self.call.stage, unchanged))
        self.due = now_s + wait

    def age_s(self, now_ms: int) -> float:
        """Seconds since the call ended, which an uncertain one has."""
        return max(0.0, (now_ms - end_of(self.call)) / 1000)

    def took(self, call: CallRecord, now_ms: int) -> None:
        """The call as it is now."""
        if (call.stage, call.ending) != (self.call.stage, self.call.ending):
            self.changed_ms = now_ms
        if call.stage is Stage.ENDED and self.ended_ms is None:
            self.ended_ms = now_ms
        self.call = call


def taken_up(call: CallRecord, pace: Pace, now_s: float, now_ms: int) -> Followed:
    """A call that begins to be followed, or is again after a start of the program."""
    followed = Followed(call, now_s, call.begun_at)
    if followed.is_sought:
        followed.due += pace.until_search(followed.age_s(now_ms), None)
    else:
        followed.due += max(0.0, pace.first_s - max(0, now_ms - call.begun_at) / 1000)
    return followed


def is_followed(call: CallRecord) -> bool:
    """Whether the provider's records are looked at for a call, as it stands in the journal."""
    if call.outcome is None:
        return False
    # Nobody could write down that an interrupted call is to be followed.
    interrupted = call.following is None and call.outcome.kind is OutcomeKind.UNKNOWN
    return call.following is Following.OPEN or interrupted


@dataclass(slots=True)
class Sweep:
    """Records of a period being read for several calls at once, and what came of it so far."""

    profile: str
    reading: Reading
    due: float
    placed: dict[str, Followed]
    """By recording ID: whose record has not come yet."""
    sought: list[Followed]
    begun_ms: int
    budget: int
    """How many pages may be read where nothing is sought."""
    found: list[CallDetails] = field(default_factory=list)
    """Records of the callees that are sought."""

    def has(self, followed: Followed) -> bool:
        """Whether this call waits for it."""
        return followed in self.sought or followed in self.placed.values()

    @property
    def is_over(self) -> bool:
        """Whether it need not be read any further."""
        if self.reading.is_over:
            return True
        return not self.sought and (not self.placed or self.reading.pages >= self.budget)


@dataclass(frozen=True, slots=True)
class Period:
    """A time over which to read records, in milliseconds, and the calls that want it read."""

    since_ms: int
    until_ms: int
    calls: tuple[Followed, ...]


def is_last_search(followed: Followed, now_ms: int) -> bool:
    """Whether a search that begins now concludes."""
    return followed.age_s(now_ms) >= SEARCHES_S[-1]


def period_of(
    followed: Followed, all_calls: Iterable[Followed], journal: Fates, now: tuple[float, int],
    ahead_ms: int,
) -> Period | None:  # fmt: skip
    """The period to read for a call that is due, with others of its profile that it serves.

    `now` is the monotonic second and the millisecond since 1970. None where the call is to be
    looked at by itself, because few others are due.
    """
    wanted = sorted(
        _wanted(followed, all_calls, journal, now, ahead_ms), key=lambda each: each.since_ms
    )
    run: list[Period] = []
    for each in wanted:
        apart = run and (
            each.since_ms - max(p.until_ms for p in run) > _GAP_MS
            or each.until_ms - run[0].since_ms > _LONGEST_MS
        )
        if apart and any(followed in p.calls for p in run):
            break
        run = [each] if apart else [*run, each]
    calls = tuple(call for period in run for call in period.calls)
    if not followed.is_sought and sum(not call.is_sought for call in calls) <= SINGLY:
        return None
    return Period(run[0].since_ms, max(period.until_ms for period in run), calls)


def _wanted(
    followed: Followed, all_calls: Iterable[Followed], journal: Fates, now: tuple[float, int],
    ahead_ms: int,
) -> Iterator[Period]:  # fmt: skip
    now_s, now_ms = now
    for each in all_calls:
        due = each is followed or (each.profile == followed.profile and each.due <= now_s)
        if not due:
            continue
        if each.is_sought:
            company = company_of(journal, each.call)
            if each is followed or not company.under_way:
                wide = is_last_search(each, now_ms)
                yield Period(*company.window(ahead_ms, wide=wide), (each,))
        elif each is followed or (not each.missed and now_ms - each.call.begun_at > YOUNG_MS):
            # The record of a placed call was submitted before its answer came.
            since = each.call.begun_at - BEFORE_MS + ahead_ms
            yield Period(since, end_of(each.call) + AFTER_MS + ahead_ms, (each,))
