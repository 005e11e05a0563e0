"""What the check of a profile found."""

from dataclasses import dataclass
from enum import StrEnum

from dialer.calls.sentence import Sentence


class CheckKind(StrEnum):
    """How the check of a profile can end."""

    WORKS = "works"
    REJECTED = "rejected"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Checked:
    """The end of a check: `code` is the provider's or the system's own words, in small print."""

    kind: CheckKind
    sentence: Sentence
    code: str = ""
    balance: str | None = None
    """The provider's text, without currency: it names none."""

    def __str__(self) -> str:
        return f"{self.sentence} {self.code}".rstrip()
