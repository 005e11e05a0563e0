"""Compares the journal with the provider's records: what one side has and the other lacks."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from statistics import median_low

from dialer.calls.call import CallRecord, Following, OutcomeKind
from dialer.calls.details import CallDetails
from dialer.calls.fates import Fates
from dialer.calls.history_query import HistoryQuery
from dialer.calls.known import keep_record
from dialer.calls.reading import PagePatience, Reading
from dialer.calls.records import Records
from dialer.calls.settle import (
    SURE_MS,
    SURELY_KEPT_MS,
    WIDE_MS,
    ahead_of,
    company_of,
    conclude,
    digits,
    end_of,
    is_uncertain,
    judge,
    moment_of,
    unclaimed,
)

RECENT_MS = 5 * 60_000
"""Younger calls may have no record yet, so none is missed of them."""

MOST_LISTED = 10_000
"""How many records a comparison lists that no call of the journal has."""

_NEAR_MS = 3_600_000  # a clock may have been set since


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison found. The journal has it all already."""

    settled: list[CallRecord] = field(default_factory=list)
    """Calls of uncertain outcome that got their recording ID, the newest first."""
    missing_there: list[CallRecord] = field(default_factory=list)
    """Placed calls without a record, the newest first."""
    missing_here: list[CallDetails] = field(default_factory=list)
    """Records that are no call's, without their originals; MOST_LISTED at most."""
    more_here: int = 0
    """How many more such records there are."""
    updated: int = 0
    """How many placed calls got new details."""


def compare(
    journal: Fates,
    records: Records,
    since_ms: int,
    until_ms: int,
    profile: str,
    *,
    patience: PagePatience,
    now_ms: int,
    go_on: Callable[[int], bool] = lambda _: True,
    here: Callable[[CallDetails], None] | None = None,
) -> Comparison | None:
    """Compare the calls of `profile` that began in a period with the provider's records of it.

    Keeps what the records say of placed calls, and settles those of uncertain outcome. The
    period is in milliseconds since 1970, the end not in it; what is older than the provider
    surely keeps is left out. Before each page but the first, `go_on` is told how many records were
    read; it may wait, to spare the provider, and False ends it all: then the answer is None,
    and what was kept stays. `here` takes each record that is no call's, in place of the list.
    Memory is bounded by the period's recording IDs. Raises RecordsError and JournalError.
    """
    comparing = _Comparing(journal, profile, now_ms, here)
    since_ms = max(since_ms, now_ms - SURELY_KEPT_MS)
    until_ms = min(until_ms, now_ms + 1)
    if since_ms >= until_ms:
        return comparing.found
    period = since_ms, until_ms
    sought = [call for call in journal.calls(_calls(profile, *period)) if is_uncertain(call)]
    comparing.callees = {digits(call.request.callee) for call in sought}
    # The records of calls near an end of the period may lie beyond it.
    reading = Reading(records, since_ms - 2 * WIDE_MS, until_ms + 2 * WIDE_MS, patience)
    while not reading.is_over:
        if reading.pages and not go_on(comparing.read):
            return None
        comparing.take(reading.page(), *period)
    comparing.settle(sought, reading)
    comparing.list_kept_back(*period)
    found = comparing.found
    for call in journal.calls(_calls(profile, *period)):
        if comparing.is_missing(call):
            found.missing_there.append(call)
    return replace(found, updated=comparing.updated, more_here=comparing.more_here)


class _Comparing:
    """A comparison under way."""

    def __init__(
        self,
        journal: Fates,
        profile: str,
        now_ms: int,
        here: Callable[[CallDetails], None] | None,
    ) -> None:
        self.found = Comparison()
        self.callees: set[str] = set()
        self.read = 0
        self.updated = 0
        self.more_here = 0
        self._journal = journal
        self._profile = profile
        self._now_ms = now_ms
        self._here = here
        self._seen: set[str] = set()
        self._kept_back: list[CallDetails] = []
        self._skews: list[tuple[int, int]] = []

    def take(self, page: Sequence[CallDetails], since_ms: int, until_ms: int) -> None:
        """Hold some records against the journal."""
        self.read += len(page)
        claimed = self._journal.claimed(each.recording_id for each in page)
        for details in page:
            if details.recording_id in claimed:
                self._seen.add(details.recording_id)
                self._keep(details)
            elif digits(details.callee) in self.callees:
                self._kept_back.append(details)
            else:
                self._miss(details, since_ms, until_ms)

    def settle(self, sought: Iterable[CallRecord], reading: Reading) -> None:
        """Find the records of calls whose outcome is not certain."""
        for each in sought:
            call = self._journal.at([each.row]).get(each.row)
            if call is None or not is_uncertain(call):
                continue
            company = company_of(self._journal, call)
            ahead = self._ahead_at(call.begun_at)
            if not reading.covers(*company.window(ahead, wide=True)):
                continue
            last = self._now_ms - end_of(call) >= SURE_MS
            free = unclaimed(self._journal, self._kept_back)
            verdict = judge(call, company, free, ahead, last=last)
            after = conclude(self._journal, call, verdict, self._now_ms)
            if after.settled:
                self.found.settled.append(after)
                if verdict.own is not None:
                    self._seen.add(verdict.own.recording_id)

    def list_kept_back(self, since_ms: int, until_ms: int) -> None:
        """List the records that might have settled a call and did not."""
        for details in unclaimed(self._journal, self._kept_back):
            self._miss(details, since_ms, until_ms)

    def is_missing(self, call: CallRecord) -> bool:
        """Whether the provider should have a record of a call and has none."""
        outcome = call.outcome
        return (
            outcome is not None
            and outcome.kind is OutcomeKind.PLACED
            and outcome.recording_id not in self._seen
            and self._now_ms - call.begun_at > RECENT_MS
        )

    def _keep(self, details: CallDetails) -> None:
        call = self._journal.placed(details.recording_id)
        if call is None or call.request.profile != self._profile:
            return
        if (ahead := ahead_of(call, details)) is not None:
            self._skews.append((call.begun_at, ahead))
        if call.following is not Following.FINAL:
            kept = keep_record(self._journal, call, details, self._now_ms)
            self.updated += kept is not call

    def _ahead_at(self, at_ms: int) -> int:
        """How far the provider's clock was ahead then, by calls placed within an hour of it."""
        near = [ahead for begun, ahead in self._skews if abs(begun - at_ms) <= _NEAR_MS]
        return median_low(near) if near else 0

    def _miss(self, details: CallDetails, since_ms: int, until_ms: int) -> None:
        at = moment_of(details)
        if at is not None and not since_ms <= at - self._ahead_at(at) < until_ms:
            return
        if self._here is not None:
            self._here(details)
        elif len(self.found.missing_here) < MOST_LISTED:
            self.found.missing_here.append(replace(details, original="{}"))
        else:
            self.more_here += 1


def _calls(profile: str, since_ms: int, until_ms: int) -> HistoryQuery:
    return HistoryQuery(since_ms=since_ms, until_ms=until_ms, profiles=(profile,))
