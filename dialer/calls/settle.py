"""Which of the provider's records is that of a call whose outcome is not certain.

A record fits a call by its callee, by its display number where both have one, and by its
time. It settles the call if no other call has claimed it and no other call can be meant.
What is not beyond doubt is offered to the operator.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dialer.calls.call import CallRecord, Following
from dialer.calls.details import CallDetails, Candidate
from dialer.calls.fates import Fates
from dialer.calls.known import keep_record
from dialer.calls.reasons import may_still_ring

BEFORE_MS = 2 * 60_000
"""How long before a call's begin its record may say that it was submitted.

Two clocks are compared, the computer's and the provider's; computers that set their clock
by the network are right to the second, others are off by minutes.
"""

AFTER_MS = 5 * 60_000
"""How long after a call's end its record may say so: the request may have waited in a queue."""

WIDE_MS = 35 * 60_000
"""How far off a record is still offered to the operator.

The provider takes requests from clocks that are up to 30 minutes wrong: so far off, a record
may be the call's, and a call of which nothing is said may not be said to be not there.
"""

UNANSWERED_MS = 60_000
"""How long a call lasts of which nobody could write the end, at most."""

SURE_MS = 30 * 60_000
"""How long after its end a call without a record is said to be not there."""

SURELY_KEPT_MS = 58 * 86_400_000
"""How long the provider keeps records at least: two months, of which one may be February.

Of an older call without a record nothing can be said.
"""

MOST_OFFERED = 10

_CHAIN_MS = 6 * 3_600_000
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Company:
    """Calls of one callee, near in time, whose outcome is not certain: they share the records.

    In the order of time. `under_way` says that one more is being placed right now; its
    record may be there before its recording ID is.
    """

    calls: tuple[CallRecord, ...]
    under_way: bool = False

    def window(self, ahead_ms: int, *, wide: bool) -> tuple[int, int]:
        """When their records were submitted by a provider's clock that is `ahead_ms` ahead."""
        since = min(_since(call) for call in self.calls)
        until = max(_until(call) for call in self.calls)
        if wide:
            since, until = since + BEFORE_MS - WIDE_MS, until - AFTER_MS + WIDE_MS
        return since + ahead_ms, until + ahead_ms


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the records say of one call.

    `own` is its record. Else `offered` may be. Without either it is not there, if `is_final`,
    or it must be looked for again.
    """

    own: CallDetails | None = None
    offered: tuple[CallDetails, ...] = ()
    is_final: bool = False


def is_uncertain(call: CallRecord) -> bool:
    """Whether a call may have a record that nobody has found yet."""
    return call.outcome is not None and may_still_ring(call.outcome) and not call.settled


def is_alike(call: CallRecord, details: CallDetails) -> bool:
    """Whether a record is one of the call's callee."""
    return digits(details.callee) == digits(call.request.callee)


def end_of(call: CallRecord) -> int:
    """When a call ended at the latest, in milliseconds since 1970."""
    return call.begun_at + UNANSWERED_MS if call.ended_at is None else call.ended_at


def company_of(journal: Fates, call: CallRecord) -> Company:
    """The calls that the records near `call` may belong to, itself among them."""
    since = call.begun_at - _CHAIN_MS
    sandbox = call.request.sandbox
    around = journal.recent_of(call.request.callee, since, sandbox=sandbox)
    rivals = [each for each in around if each.outcome is None or _is_open(each)]
    group = [call]
    for each in [r for r in reversed(rivals) if r.begun_at >= call.begun_at]:
        if each.row != call.row and _since(each) <= max(map(_until, group)):
            group.append(each)
    for each in [r for r in rivals if r.begun_at < call.begun_at]:
        if _until(each) >= min(map(_since, group)):
            group.insert(0, each)
    ended = [each for each in group if each.outcome is not None]
    ended.sort(key=lambda each: (each.begun_at, each.row))
    return Company(tuple(ended), under_way=len(ended) < len(group))


def judge(
    call: CallRecord,
    company: Company,
    records: Iterable[CallDetails],
    ahead_ms: int = 0,
    *,
    last: bool,
) -> Verdict:
    """Whose the records are; `records` are those that no call has claimed.

    `last` says that it is late enough to conclude: no record will come any more.
    """
    alike = [each for each in records if is_alike(call, each)]
    near = [each for each in alike if _is_near(call, each, ahead_ms)]
    if company.under_way:
        return Verdict()
    if len(company.calls) == 1:
        if len(near) == 1:
            return Verdict(own=near[0])
        if near:
            return Verdict(offered=_nearest(call, near, ahead_ms))
    elif near:
        theirs = [
            each
            for each in alike
            if any(_is_near(other, each, ahead_ms) for other in company.calls)
        ]
        if own := _by_order(call, company, theirs, ahead_ms):
            return Verdict(own=own)
        if last or len(theirs) >= len(company.calls):
            return Verdict(offered=_nearest(call, near, ahead_ms))
        return Verdict()
    if not last:
        return Verdict()
    since, until = Company((call,)).window(ahead_ms, wide=True)
    others = [each for each in company.calls if each.row != call.row]
    far = [
        each
        for each in alike
        if (at := moment_of(each)) is None
        or (since <= at <= until and not any(_is_near(o, each, ahead_ms) for o in others))
    ]
    return Verdict(offered=_nearest(call, far, ahead_ms)) if far else Verdict(is_final=True)


def conclude(journal: Fates, call: CallRecord, verdict: Verdict, now_ms: int) -> CallRecord:
    """Write a verdict into the journal; the call as it is now. Raises JournalError."""
    if verdict.own is not None:
        settled = journal.settle(call, verdict.own.recording_id)
        return call if settled is None else keep_record(journal, settled, verdict.own, now_ms)
    if verdict.offered:
        offered = [_candidate(each) for each in verdict.offered]
        if call.following is Following.SEVERAL and offered == journal.candidates(call.row):
            return call
        return journal.offer(call, offered)
    if verdict.is_final and call.following is not Following.NOT_THERE:
        return journal.follow(call, Following.NOT_THERE)
    return call


def unclaimed(journal: Fates, records: Sequence[CallDetails]) -> list[CallDetails]:
    """Those records that are no call's already, each once. Raises JournalError."""
    records = list({each.recording_id: each for each in records}.values())
    claimed: set[str] = set()
    for start in range(0, len(records), _BATCH):
        claimed |= journal.claimed(each.recording_id for each in records[start : start + _BATCH])
    return [each for each in records if each.recording_id not in claimed]


def choose(journal: Fates, call: CallRecord, recording_id: str | None) -> list[CallRecord]:
    """Settle a call by the record that the operator chose among those offered for it.

    None means that it is none of them: then the call is not there. The record is offered for
    no other call any more. The calls that changed, `call` first; where the record has become
    another call's meanwhile, the call stays as it is, without it. Raises JournalError, and
    ValueError for a record that was not offered.
    """
    call = journal.at([call.row]).get(call.row, call)
    if not is_uncertain(call):
        return [call]
    if recording_id is None:
        return [journal.follow(call, Following.NOT_THERE)]
    if recording_id not in {each.recording_id for each in journal.candidates(call.row)}:
        raise ValueError("the record was not offered for this call")
    settled = journal.settle(call, recording_id)
    others = company_of(journal, call).calls if settled else (call,)
    changed = [settled] if settled else []
    for other in others:
        offered = journal.candidates(other.row)
        rest = [each for each in offered if each.recording_id != recording_id]
        if len(rest) == len(offered):
            continue
        changed.append(
            journal.offer(other, rest) if rest else journal.follow(other, Following.NOT_THERE)
        )
    return changed


def ahead_of(call: CallRecord, details: CallDetails) -> int | None:
    """How far the provider's clock is ahead of this computer's, in milliseconds, by a placed call.

    None if its record says nothing of it, or something that cannot be.
    """
    if details.submitted_at is None or call.settled:
        return None
    early, late = details.submitted_at - end_of(call), details.submitted_at - call.begun_at
    # Times of the provider are whole seconds.
    ahead = 0 if early <= 1000 and late >= -1000 else early if early > 0 else late
    return ahead if abs(ahead) <= WIDE_MS else None


def moment_of(details: CallDetails) -> int | None:
    """The first time that a record says."""
    times = (
        details.submitted_at,
        details.called_at,
        details.ringing_at,
        details.answered_at,
        details.ended_at,
    )
    return next((time for time in times if time is not None), None)


def digits(number: str | None) -> str:
    """A number as it is compared: the provider may write it with a plus, zeros or spaces."""
    return re.sub(r"[^0-9]", "", number or "", flags=re.ASCII).lstrip("0")


def _is_open(call: CallRecord) -> bool:
    return is_uncertain(call) and call.following in (None, Following.OPEN, Following.SEVERAL)


def _since(call: CallRecord) -> int:
    return call.begun_at - BEFORE_MS


def _until(call: CallRecord) -> int:
    return end_of(call) + AFTER_MS


def _is_near(call: CallRecord, details: CallDetails, ahead_ms: int) -> bool:
    wanted, has = digits(call.request.display_number), digits(details.display_number)
    if wanted and has and wanted != has:
        return False
    at = moment_of(details)
    return at is not None and _since(call) <= at - ahead_ms <= _until(call)


def _by_order(
    call: CallRecord, company: Company, records: Sequence[CallDetails], ahead_ms: int
) -> CallDetails | None:
    """The call's record where each call has exactly one and their order tells which."""
    calls = company.calls
    if len({each.request.profile for each in calls}) > 1 or len(records) != len(calls):
        return None
    in_order = sorted(records, key=lambda each: moment_of(each) or 0)
    times = [moment_of(each) for each in in_order]
    begins = [each.begun_at for each in calls]
    if len(set(times)) < len(times) or len(set(begins)) < len(begins):
        return None
    pairs = list(zip(calls, in_order, strict=True))
    if not all(_is_near(each, record, ahead_ms) for each, record in pairs):
        return None
    return next((record for each, record in pairs if each.row == call.row), None)


def _nearest(
    call: CallRecord, records: Iterable[CallDetails], ahead_ms: int
) -> tuple[CallDetails, ...]:
    """The records nearest to a call in time, in the order of time."""

    def distance(details: CallDetails) -> int:
        at = moment_of(details)
        return WIDE_MS if at is None else abs(at - ahead_ms - call.begun_at)

    nearest = sorted(records, key=distance)[:MOST_OFFERED]
    return tuple(sorted(nearest, key=lambda each: (moment_of(each) or 0, each.recording_id)))


def _candidate(details: CallDetails) -> Candidate:
    return Candidate(details.recording_id, details.submitted_at, details.duration_s, details.ending)
