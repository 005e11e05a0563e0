"""When calling the same callee again may be a mistake, and why."""

from collections.abc import Iterable

from dialer.calls.call import CallRecord, Following, OutcomeKind
from dialer.calls.details import Stage
from dialer.calls.reasons import may_still_ring
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence

PLACED_MS = 10_000
"""For how long after a placed call the same callee is asked about, in milliseconds."""

UNSETTLED_MS = 30 * 60_000
"""For how long a call that may have rung is asked about, unless it is settled before."""

_JUST_PLACED = QT_TRANSLATE_NOOP(
    "dialer", "This number was called a few seconds ago, and the call was placed."
)
_UNDER_WAY = QT_TRANSLATE_NOOP(
    "dialer", "This number is being called right now, by this program or another."
)
_NOT_OVER = QT_TRANSLATE_NOOP(
    "dialer", "By the provider's record, a call of this number is still going on."
)
_MAY_RING = QT_TRANSLATE_NOOP(
    "dialer",
    "The last call of this number, {minutes} min ago, has no certain outcome:"
    " the phones may have rung, or may still ring.",
)
_MAY_RING_NOW = QT_TRANSLATE_NOOP(
    "dialer",
    "The last call of this number, less than a minute ago, has no certain outcome:"
    " the phones may have rung, or may still ring.",
)


def reason_to_ask(recent: Iterable[CallRecord], now_ms: int) -> Sentence | None:
    """Why to ask before the callee of `recent` is called again; None where nothing speaks for it.

    `recent` are its calls of the last half hour, newest first (JournalReader.recent_of).
    A call that was rejected for certain, or not sent, is no reason, and neither is one that
    the provider's records show not to be there.
    """
    for record in recent:
        end = record.ended_at or record.begun_at
        age = max(0, now_ms - end)
        if record.outcome is None:
            return Sentence(_UNDER_WAY)
        if record.outcome.kind is OutcomeKind.PLACED and age < PLACED_MS:
            return Sentence(_JUST_PLACED)
        talks = record.stage in (Stage.CALLING, Stage.RINGING, Stage.TALKING)
        if talks and record.following is Following.OPEN and age < UNSETTLED_MS:
            return Sentence(_NOT_OVER)
        if _is_open(record) and age < UNSETTLED_MS:
            minutes = age // 60_000
            return Sentence(_MAY_RING, minutes=minutes) if minutes else Sentence(_MAY_RING_NOW)
    return None


def _is_open(record: CallRecord) -> bool:
    return (
        may_still_ring(record.outcome)
        and not record.settled
        and record.following is not Following.NOT_THERE
    )
