"""What is known of a placed call: each new record taken together with what was fetched before."""

from dataclasses import fields, replace
from typing import Any

from dialer.calls.call import CallRecord, Following
from dialer.calls.details import CallDetails, Stage
from dialer.calls.fates import Fates

LIMIT_MS = 24 * 3_600_000
"""For how long after its begin a call is waited for to end, in milliseconds."""

_ORDER = tuple(Stage)
_FACTS = tuple(
    field.name
    for field in fields(CallDetails)
    if field.name not in ("original", "cost", "currency", "rate")
)


def together(known: CallDetails | None, fresh: CallDetails) -> CallDetails:
    """A fresh record and what was known, so that nothing known is lost.

    The fresh one counts where both say something, unless it is behind: at an earlier stage,
    or no longer of an answer that was there. Then it only adds what was not known. Raises
    ValueError if the two are of different calls.
    """
    if known is None:
        return fresh
    if known.recording_id != fresh.recording_id:
        raise ValueError("the record is another call's")
    newer = _filled(fresh, known)
    if _is_behind(fresh, known) or _is_behind(newer, known):
        return _filled(known, fresh)
    return newer


def is_complete(details: CallDetails) -> bool:
    """Whether the record is final: ended, and if answered, with cost and recording."""
    if details.stage is not Stage.ENDED or details.hangup_code is None:
        return False
    if details.answered_at is None:
        return True
    if details.duration_s is None:
        return False
    if not details.answered:
        return True
    return details.recording_file_id is not None and details.cost is not None


def keep_record(
    journal: Fates, call: CallRecord, fresh: CallDetails, now_ms: int, *, enough: bool = False
) -> CallRecord:
    """Keep what a record of a placed call says, and whether it is looked at again.

    `enough` says that an ended record has been waited for long enough to be completed. Gives
    `call` itself back, unchanged, where nothing is new. Raises JournalError.
    """
    known = journal.details(call.row)
    details = together(known, fresh)
    following = following_of(call, details, now_ms, enough=enough)
    if following is call.following and known is not None and _same_facts(details, known):
        return call
    return journal.keep(call, details, following)


def following_of(
    call: CallRecord, details: CallDetails | None, now_ms: int, *, enough: bool = False
) -> Following:
    """Whether a placed call is looked at again, after a look that found `details`."""
    late = now_ms - call.begun_at > LIMIT_MS
    if details is not None and (
        call.following is Following.FINAL
        or is_complete(details)
        or (details.stage is Stage.ENDED and (late or enough))
    ):
        return Following.FINAL
    return Following.GIVEN_UP if late else Following.OPEN


def _filled(first: CallDetails, second: CallDetails) -> CallDetails:
    """The facts of `first`, and where it has none those of `second`."""
    values: dict[str, Any] = {
        name: _either(getattr(first, name), getattr(second, name)) for name in _FACTS
    }
    return replace(first, **values, **_money(first, second))


def _money(first: CallDetails, second: CallDetails) -> dict[str, Any]:
    """Cost, currency and rate of one record: those of two may be of different currencies."""
    if first.cost is None and second.cost is not None:
        first, second = second, first
    currency, rate = first.currency, first.rate
    # A record without a currency is read as one in US dollars.
    if currency is None or (currency == "USD" and first.cost == second.cost):
        currency = second.currency or currency
    if rate is None and second.currency in (None, currency):
        rate = second.rate
    return {"cost": first.cost, "currency": currency, "rate": rate}


def _same_facts(one: CallDetails, other: CallDetails) -> bool:
    return replace(one, original=other.original) == other


def _either(first: object, second: object) -> object:
    return second if first is None else first


def _is_behind(one: CallDetails, other: CallDetails) -> bool:
    if _ORDER.index(one.stage) < _ORDER.index(other.stage):
        return True
    return other.answered and not one.answered
