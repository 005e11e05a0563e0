"""What the provider knows of a placed call: times, durations, hang-up cause, cost."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

ANSWERED_CODES = frozenset(("200", "0"))
"""The hang-up codes of an established call: newer pages of the provider say 200, older ones 0."""


class Stage(StrEnum):
    """How far a placed call has come, by what its record says. Names as in the journal."""

    WAITING = "waiting"
    CALLING = "calling"
    RINGING = "ringing"
    TALKING = "talking"
    ENDED = "ended"


class Ending(StrEnum):
    """How a call ended, read from its hang-up code. Names as in the journal and in exports."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    NOT_FOUND = "not_found"
    FAULT = "fault"
    CANCELLED = "cancelled"
    OTHER = "not_answered"


ENDINGS = {
    "404": Ending.NOT_FOUND,
    "408": Ending.NO_ANSWER,
    "480": Ending.NO_ANSWER,
    "484": Ending.NOT_FOUND,
    "486": Ending.BUSY,
    "487": Ending.CANCELLED,
    "600": Ending.BUSY,
    "603": Ending.DECLINED,
    "604": Ending.NOT_FOUND,
}
"""Hang-up codes as SIP responses (RFC 3261, section 21)."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that may be that of an unknown call, with what tells it from others."""

    recording_id: str
    submitted_at: int | None = None
    """Milliseconds since 1970, UTC."""
    duration_s: int | None = None
    ending: Ending | None = None


@dataclass(frozen=True, slots=True)
class CallDetails:
    """A provider's record as far as it could be read; what it does not say is None.

    Times are milliseconds since 1970, UTC, as the provider's clock had them: they may run
    backwards. Money is exact, in `currency`. `original` is the record as it came, as JSON.
    """

    recording_id: str
    callee: str | None = None
    display_number: str | None = None
    submitted_at: int | None = None
    called_at: int | None = None
    ringing_at: int | None = None
    answered_at: int | None = None
    ended_at: int | None = None
    duration_s: int | None = None
    """Seconds of talk, by the provider's count."""
    charged_s: int | None = None
    """Seconds that are paid for: the duration rounded up by the billing period."""
    hangup_code: str | None = None
    hangup_reason: str | None = None
    cost: Decimal | None = None
    currency: str | None = None
    """The currency of cost and rate as the provider names it; USD where it names none."""
    rate: Decimal | None = None
    billing_period: str | None = None
    """Seconds of the first and of each next period: `20+20`."""
    settled_cost: Decimal | None = None
    """What was paid in US dollars, where the quoted currency is another one."""
    settled_rate: Decimal | None = None
    exchange_rate: Decimal | None = None
    phone_group: str | None = None
    phone_name: str | None = None
    region: str | None = None
    recording_file_id: str | None = None
    original: str = "{}"

    @property
    def stage(self) -> Stage:
        """How far the call has come. Nothing but what the record says counts."""
        if self.ended_at is not None or self._failed:
            return Stage.ENDED
        if self.answered_at is not None:
            return Stage.TALKING
        if self.ringing_at is not None:
            return Stage.RINGING
        return Stage.WAITING if self.called_at is None else Stage.CALLING

    @property
    def answered(self) -> bool:
        """Whether the callee answered: code, answer time and duration agree on it."""
        return (
            self.hangup_code in ANSWERED_CODES
            and self.answered_at is not None
            and (self.duration_s or 0) > 0
        )

    @property
    def ending(self) -> Ending | None:
        """How the call ended; None while it has not."""
        if self.stage is not Stage.ENDED:
            return None
        if self.answered:
            return Ending.ANSWERED
        code = self.hangup_code or ""
        if code in ENDINGS:
            return ENDINGS[code]
        return Ending.FAULT if code[:1] == "5" and len(code) == 3 else Ending.OTHER

    @property
    def time_to_answer_s(self) -> float | None:
        """Seconds from calling the callee to the answer; None if unknown or backwards."""
        since = self.called_at if self.called_at is not None else self.submitted_at
        if since is None or self.answered_at is None or self.answered_at < since:
            return None
        return (self.answered_at - since) / 1000

    @property
    def _failed(self) -> bool:
        """Whether a hang-up code says that the call is over, although no time does."""
        return bool(self.hangup_code) and self.hangup_code not in ANSWERED_CODES
