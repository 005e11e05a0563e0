"""Follows calls in the provider's records until all is known that these will say."""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from dialer.calls.call import CallRecord, OutcomeKind
from dialer.calls.details import CallDetails
from dialer.calls.fates import Fates
from dialer.calls.followed import (
    YOUNG_MS,
    Followed,
    Sweep,
    is_followed,
    is_last_search,
    period_of,
)
from dialer.calls.journal_file import now_ms as _now_ms
from dialer.calls.known import LIMIT_MS, following_of, keep_record
from dialer.calls.lines import Lines
from dialer.calls.pace import PROVIDER, RECORDING_S, Pace
from dialer.calls.patience import Patience
from dialer.calls.place import JournalError
from dialer.calls.reading import EXCHANGE_SECONDS, PagePatience, Reading
from dialer.calls.records import NOT_THERE, Records, RecordsError
from dialer.calls.roll import RESCAN_S, Roll
from dialer.calls.sentence import Sentence
from dialer.calls.settle import ahead_of, choose, company_of, conclude, is_alike, judge, unclaimed

MOST_FAULTS = 20
"""After so many looks in a row that failed, a call older than a day is given up."""

_NEAR_MS = 3_600_000
_JOURNAL_S = 30.0
_SHORTLY_S = 5.0


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did: how many seconds to wait for the next, and which calls changed.

    `trouble` says why the journal could not be used; what was read is then asked for again.
    """

    wait_s: float
    changed: tuple[CallRecord, ...] = ()
    trouble: Sentence | None = None
    looked_for: int = 0
    """How many calls of uncertain outcome are being looked for."""


class Follower:
    """Decides what the provider is asked next about calls, and keeps what it says.

    All methods are called on the thread of `journal`, but for `nudge`, `wake` and `stop`,
    which any thread may call. `profiles` names the profiles whose calls are followed; `lines`
    gives the provider of one, None where it cannot be asked without a question to anybody.
    `now_ms` is the time since 1970, `monotonic` goes on in seconds whatever is done to the
    clock, `chance` is a number from 0 up to 1.
    """

    def __init__(
        self,
        journal: Fates,
        lines: Callable[[str], Records | None],
        profiles: Callable[[], Sequence[str]],
        *,
        paces: Callable[[str], Pace] = lambda _: PROVIDER,
        now_ms: Callable[[], int] = _now_ms,
        monotonic: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._journal = journal
        self._lines = Lines(lines, paces, chance)
        self._now_ms = now_ms
        self._monotonic = monotonic
        self._news: SimpleQueue[CallRecord | str] = SimpleQueue()
        self._roll = Roll(journal, profiles, self._lines, now_ms, monotonic)
        self._ahead: dict[str, tuple[int, int]] = {}
        """By profile: when the call began whose record told it, and by how much."""
        self._faults: Counter[int] = Counter()
        self._sweep: Sweep | None = None
        self._patience: Patience | None = None
        self._changed: list[CallRecord] = []
        self._stopped = False

    def nudge(self, call: CallRecord) -> None:
        """A call ended, placed or uncertain: follow it. `step` is to be called now. Any thread."""
        self._news.put(call)

    def wake(self, profile: str) -> None:
        """The credentials of a profile are there, or are others: ask again. Any thread."""
        self._news.put(profile)

    def stop(self) -> None:
        """Ask nothing any more; what is being asked ends within seconds. Any thread."""
        self._stopped = True
        if (patience := self._patience) is not None:
            patience.stop(0.0)

    def step(self) -> Step:
        """Ask the provider one thing, if something is due, and say when to step again.

        Blocks for EXCHANGE_SECONDS at most. A step too early does no harm.
        """
        trouble = None
        wait = RESCAN_S
        try:
            if not self._stopped:
                self._take_news()
                self._changed += self._roll.take_up()
                self._ask_once()
                wait = self._roll.wait(self._sweep)
        except JournalError as error:
            self._sweep = None
            self._lines.not_before = self._monotonic() + _JOURNAL_S
            trouble, wait = error.sentence, _JOURNAL_S
        changed, self._changed = tuple(self._changed), []
        return Step(wait, changed, trouble, self._roll.looked_for)

    def choose(self, call: CallRecord, recording_id: str | None) -> list[CallRecord]:
        """Settle a call by what the operator chose, as `settle.choose` does, and follow it."""
        changed = choose(self._journal, call, recording_id)
        for each in changed:
            self._roll.forget(each.row)
            self.nudge(each)
        return changed

    def _take_news(self) -> None:
        while True:
            try:
                news = self._news.get_nowait()
            except Empty:
                return
            if isinstance(news, str):
                self._lines.manners(news).begin_anew()
                self._roll.look_soon()
                continue
            manners = self._lines.manners(news.request.profile)
            manners.refused = False
            if news.outcome is not None and news.outcome.kind is OutcomeKind.PLACED:
                # The provider can be reached.
                manners.begin_anew()
            self._roll.add(news)

    def _ask_once(self) -> None:
        while (now := self._monotonic()) >= self._lines.not_before and not self._stopped:
            followed = self._roll.next(self._sweep)
            sweep = self._sweep
            if (
                sweep is not None
                and self._lines.line(sweep.profile, now) is not None
                and (followed is None or (False, sweep.due) <= followed.order(self._now_ms()))
            ):
                self._page(sweep)
                return
            if followed is None or self._look(followed, now):
                return

    def _look(self, followed: Followed, now: float) -> bool:
        """Ask about a call that is due; False if there was nothing to ask after all."""
        call = self._journal.at([followed.call.row]).get(followed.call.row)
        if call is None or not is_followed(call):
            self._roll.forget(followed.call.row)
            return False
        followed.took(call, self._now_ms())
        if followed.is_sought and company_of(self._journal, call).under_way:
            followed.due = now + _SHORTLY_S
            return False
        line = self._lines.line(followed.profile, now)
        if line is None:
            return False
        ahead = self._ahead_at(call)
        period = None
        if followed.is_sought or (
            self._sweep is None
            and not followed.missed
            and self._now_ms() - call.begun_at > YOUNG_MS
        ):
            both = now, self._now_ms()
            period = period_of(followed, self._roll.calls.values(), self._journal, both, ahead)
        if period is None:
            self._look_singly(followed, line)
            return True
        placed = {
            each.call.outcome.recording_id: each
            for each in period.calls
            if not each.is_sought and each.call.outcome and each.call.outcome.recording_id
        }
        self._sweep = Sweep(
            followed.profile,
            Reading(line, period.since_ms, period.until_ms, self._patient()),
            now,
            placed,
            [each for each in period.calls if each.is_sought],
            self._now_ms(),
            budget=len(placed),
        )
        self._page(self._sweep)
        return True

    def _look_singly(self, followed: Followed, line: Records) -> None:
        outcome = followed.call.outcome
        recording_id = outcome.recording_id if outcome else None
        followed.missed = False
        try:
            details = line.record(recording_id or "", self._patient())
        except RecordsError as error:
            if error.status not in NOT_THERE:
                self._faults[followed.call.row] += 1
                if self._is_hopeless(followed):
                    self._take(followed, None)
                else:
                    self._failed(followed.profile, error, [followed])
                return
            details = None
        self._faults.pop(followed.call.row, None)
        self._lines.asked(followed.profile, self._monotonic())
        if details is not None and details.recording_id != recording_id:
            details = None
        self._take(followed, details)

    def _is_hopeless(self, followed: Followed) -> bool:
        """Whether a call that is old enough was asked about in vain, again and again."""
        age_ms = self._now_ms() - followed.call.begun_at
        return age_ms > LIMIT_MS and self._faults[followed.call.row] >= MOST_FAULTS

    def _ahead_at(self, call: CallRecord) -> int:
        """How far the provider's clock is ahead, by a call placed within an hour of `call`.

        A clock may have been set since; what is not known for sure counts as right.
        """
        begun_at, ahead = self._ahead.get(call.request.profile, (0, 0))
        return ahead if abs(begun_at - call.begun_at) <= _NEAR_MS else 0

    def _page(self, sweep: Sweep) -> None:
        """Read some more records for the calls that wait for them."""
        # Whatever goes wrong ends the sweep: nothing may be concluded from a part of it.
        self._sweep = None
        self._use(sweep.reading.patience)
        try:
            found = sweep.reading.page()
        except RecordsError as error:
            self._failed(sweep.profile, error, [*sweep.placed.values(), *sweep.sought])
            return
        self._lines.asked(sweep.profile, self._monotonic())
        sweep.due = self._monotonic()
        for details in found:
            if followed := sweep.placed.pop(details.recording_id, None):
                self._take(followed, details)
            elif any(is_alike(each.call, details) for each in sweep.sought):
                sweep.found.append(details)
        if not sweep.is_over:
            self._sweep = sweep
            return
        for followed in sweep.placed.values():
            followed.missed = True
            self._roll.plan(followed)
        for followed in sweep.sought:
            self._search(followed, sweep)

    def _take(self, followed: Followed, details: CallDetails | None) -> None:
        """Keep what a look at a placed call brought."""
        now = self._now_ms()
        call = self._journal.at([followed.call.row]).get(followed.call.row)
        if call is None:
            self._roll.forget(followed.call.row)
            return
        enough = followed.ended_ms is not None and now - followed.ended_ms >= RECORDING_S * 1000
        if details is not None:
            kept = keep_record(self._journal, call, details, now, enough=enough)
            if (ahead := ahead_of(call, details)) is not None:
                self._ahead[followed.profile] = call.begun_at, ahead
        else:
            known = self._journal.details(call.row)
            following = following_of(call, known, now, enough=enough)
            changes = following is not call.following
            kept = self._journal.follow(call, following) if changes else call
        self._took(followed, call, kept)

    def _search(self, followed: Followed, sweep: Sweep) -> None:
        """Conclude from the records of its time whose an uncertain call is."""
        call = self._journal.at([followed.call.row]).get(followed.call.row)
        if call is None or not is_followed(call):
            self._roll.forget(followed.call.row)
            return
        last = is_last_search(followed, sweep.begun_ms)
        ahead = self._ahead_at(call)
        company = company_of(self._journal, call)
        if company.under_way or not sweep.reading.covers(*company.window(ahead, wide=last)):
            followed.due = self._monotonic() + _SHORTLY_S
            return
        followed.searched_s = followed.age_s(sweep.begun_ms)
        free = unclaimed(self._journal, sweep.found)
        verdict = judge(call, company, free, ahead, last=last)
        self._took(followed, call, conclude(self._journal, call, verdict, self._now_ms()))

    def _took(self, followed: Followed, before: CallRecord, call: CallRecord) -> None:
        if call is not before:
            self._changed.append(call)
        followed.took(call, self._now_ms())
        if is_followed(call):
            self._roll.plan(followed)
        else:
            self._roll.forget(call.row)

    def _failed(self, profile: str, error: RecordsError, calls: Sequence[Followed]) -> None:
        if self._stopped:
            return
        self._lines.asked(profile, self._monotonic(), error)
        for followed in calls:
            if followed.is_sought:
                followed.due = self._monotonic() + _SHORTLY_S
            else:
                self._roll.plan(followed)

    def _patient(self) -> PagePatience:
        """The patience of one exchange, which `stop` ends."""
        return self._use(PagePatience(EXCHANGE_SECONDS, self._monotonic))

    def _use(self, patience: PagePatience) -> PagePatience:
        self._patience = patience
        if self._stopped:
            patience.stop()
        return patience
