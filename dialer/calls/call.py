"""What a call is: its request, its outcome, and both together as the journal keeps them."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from dialer.calls.details import Ending, Stage
from dialer.calls.plain import plain

DIGITS = re.compile(r"[0-9]{7,15}", re.ASCII)
"""A callee or display number as the API takes it: 7 to 15 digits, country code first."""

RECORDING_ID = re.compile(r"[\x21-\x7e]{1,64}")
"""A recording ID: printable ASCII without spaces. 19 to 21 digits so far, but always text."""

NOTE_LIMIT = 1000
"""The longest note (`calledInfo`) that the API takes, in characters."""


class OutcomeKind(StrEnum):
    """The four ways a call can end, by their names in JSON and in the journal."""

    PLACED = "placed"
    REJECTED = "rejected"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


class Cause(StrEnum):
    """Why a call was not sent, or why its outcome is unknown. Sentences: `calls.reasons`."""

    # not sent
    NO_NAME = "no_name"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    CONNECT_TIMEOUT = "connect_timeout"
    TLS = "tls"
    PROXY = "proxy"
    CONNECTION_LOST = "connection_lost"
    CANCELLED = "cancelled"
    LATE = "late"
    JOURNAL = "journal"
    # unknown
    NO_ANSWER = "no_answer"
    BROKEN_OFF = "broken_off"
    REDIRECTED = "redirected"
    NO_ENVELOPE = "no_envelope"
    TOO_LARGE = "too_large"
    NO_RECORDING_ID = "no_recording_id"
    CLOSED = "closed"
    INTERRUPTED = "interrupted"


class Following(StrEnum):
    """Whether the provider's records are still looked at for a call. Names as in the journal."""

    OPEN = "open"
    FINAL = "final"
    """All is known that the provider will ever say."""
    GIVEN_UP = "given_up"
    """The provider never gave a final record."""
    NOT_THERE = "not_there"
    """The provider's records show no such call."""
    SEVERAL = "several"
    """Several records may be this call's: the operator chooses."""


@dataclass(frozen=True, slots=True)
class CallRequest:
    """One call that is about to be placed; valid by construction.

    Raises ValueError where a field is not what the API takes: parsing what people type
    happens before, in `calls.number`, and tells it in words there.
    """

    callee: str
    account: str
    display_number: str | None = None
    app_id: str | None = None
    note: str | None = None
    profile: str = ""
    sandbox: bool = False
    lent: bool = False
    """Whether a link named account, display number or profile, for this call alone."""

    def __post_init__(self) -> None:
        if not DIGITS.fullmatch(self.callee):
            raise ValueError("the callee must be 7 to 15 digits")
        if self.display_number is not None and not DIGITS.fullmatch(self.display_number):
            raise ValueError("the display number must be 7 to 15 digits or None")
        if not self.account or plain(self.account) != self.account:
            raise ValueError("the account must be one line of text")
        if self.app_id is not None and (not self.app_id or plain(self.app_id) != self.app_id):
            raise ValueError("the application ID must be one line of text or None")
        if self.note is not None and not 0 < len(self.note) <= NOTE_LIMIT:
            raise ValueError("the note must have 1 to 1000 characters or be None")
        if any("\ud800" <= char <= "\udfff" for char in f"{self.note}{self.profile}"):
            # Lone surrogates, from arguments in another encoding: no file can hold them.
            raise ValueError("the note and the profile must be text that UTF-8 can write")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended. Make one with `placed`, `rejected`, `not_sent` or `unknown`.

    `status` and `reason` are the provider's own, the reason already made plain text;
    `cause` is ours, for calls that were not sent or whose outcome is unknown, and `detail`
    adds what the system said of it, without secrets.
    """

    kind: OutcomeKind
    recording_id: str | None = None
    status: str | None = None
    reason: str | None = None
    cause: Cause | None = None
    detail: str | None = None

    @classmethod
    def placed(
        cls, recording_id: str, *, status: str = "0", reason: str | None = None
    ) -> "Outcome":
        """The provider took the request; the phones will ring."""
        if not RECORDING_ID.fullmatch(recording_id):
            raise ValueError("not a recording ID")
        return cls(OutcomeKind.PLACED, recording_id=recording_id, status=status, reason=reason)

    @classmethod
    def rejected(cls, status: str, reason: str | None = None) -> "Outcome":
        """The provider answered with a status other than 0."""
        return cls(OutcomeKind.REJECTED, status=status, reason=reason)

    @classmethod
    def not_sent(cls, cause: Cause, detail: str | None = None) -> "Outcome":
        """Nothing of the request can have reached the provider."""
        return cls(OutcomeKind.NOT_SENT, cause=cause, detail=detail)

    @classmethod
    def unknown(
        cls,
        cause: Cause,
        detail: str | None = None,
        *,
        status: str | None = None,
        reason: str | None = None,
    ) -> "Outcome":
        """The request may have reached the provider: the phones may ring."""
        return cls(OutcomeKind.UNKNOWN, status=status, reason=reason, cause=cause, detail=detail)


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call as the journal has it. `outcome` is None while the call is under way."""

    row: int = field(repr=False)
    call_id: str
    begun_at: int
    """When the call began, in milliseconds since 1970, UTC."""
    request: CallRequest
    outcome: Outcome | None
    ended_at: int | None = None
    settled: bool = False
    """Whether an unknown outcome was settled afterwards from the provider's records."""
    following: Following | None = None
    """None where there is nothing to look for: the call was not sent, or rejected for certain."""
    stage: Stage | None = None
    """How far the provider's record says that the call has come; None while there is none."""
    ending: Ending | None = None
    duration_s: int | None = None
    """Seconds of talk."""
    cost: Decimal | None = None
    """To the millionth; `CallDetails.cost` has it exactly."""
    currency: str | None = None
    hangup_code: str | None = None
    hangup_reason: str | None = None

    @property
    def outcome_name(self) -> str:
        """The outcome's name in JSON and CSV: one of the four, or `calling`."""
        return self.outcome.kind.value if self.outcome else "calling"
