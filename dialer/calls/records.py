"""What can be asked of a provider besides a call, and what it answers: plain values."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from dialer.calls.details import CallDetails
from dialer.calls.patience import Patience
from dialer.calls.sentence import Sentence

QUERY_DAYS = 31
"""The longest period of one query of records, in days."""

TOO_OFTEN = "-15"
NOT_THERE = frozenset(("-22", "-24"))
"""Statuses that mean, in the first minutes after a call, that its record is not there yet."""


@dataclass(frozen=True, slots=True)
class PhoneAccount:
    """One phone account of an application. Its SIP password is dropped while parsing."""

    account: str
    phone_name: str = ""
    group: str = ""
    display_number: str = ""
    """7 to 15 digits, or "" where the account has none that the API would take."""


@dataclass(frozen=True, slots=True)
class Balance:
    """What the provider says of the account's money: its own text, without a currency."""

    balance: str | None
    gift: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True)
class RecordingPlace:
    """Where a recording can be fetched for a while. The URL opens it to anybody: never shown."""

    url: str = field(repr=False)
    expires_at: int | None = None
    """Milliseconds since 1970, UTC."""
    file_id: str = ""
    """The recording file ID that was asked for: the URL is another one each time."""


class RecordsError(Exception):
    """The provider did not answer what it was asked, or refused.

    `sentence` says so for people. `status` is the provider's, None where there was no usable
    answer. Nothing happened to any call.
    """

    def __init__(self, sentence: Sentence, status: str | None = None, code: str = "") -> None:
        super().__init__(f"{sentence} {code}".rstrip())
        self.sentence = sentence
        self.status = status
        self.code = code
        """The provider's or the system's own words, in brackets, for small print."""


class Records(Protocol):
    """Whoever can be asked. Each method blocks until its patience ends; one thread at a time.

    Raises RecordsError from every method.
    """

    def record(self, recording_id: str, patience: Patience) -> CallDetails | None:
        """The record of a placed call; None where there is none, so far."""
        ...

    def records_between(
        self, since_ms: int, until_ms: int, patience: Patience
    ) -> Iterator[CallDetails]:
        """All records of calls submitted in a period, page by page, each once."""
        ...

    def accounts(self, app_id: str, patience: Patience) -> list[PhoneAccount]:
        """The phone accounts of an application, all pages."""
        ...

    def balance(self, path: str, patience: Patience) -> Balance:
        """The account's balance."""
        ...

    def recording(self, recording_file_id: str, patience: Patience) -> RecordingPlace:
        """Where the recording of a call can be fetched now."""
        ...
