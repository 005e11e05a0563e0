"""What stands in the fields of a call, as it was typed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Typed:
    """The text of each field, not yet read as anything."""

    callee: str
    display_number: str
    account: str
    note: str
    lent: bool = False
    """Whether a link named account, display number or profile, for one call."""
