"""The callees with which the sandbox shows what a provider can do, good and bad.

They begin with 999, which is no country code, so no real number is among them. Every other
callee is placed, and answered after some ringing.
"""

from collections.abc import Mapping
from types import MappingProxyType

from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.sandbox.behaviour import BareNumbers, Ending, Faulty, Magic, Recording, Rejected
from dialer.sandbox.magic_answers import ANSWERS, ENDINGS, REJECTED
from dialer.sandbox.magic_records import RECORDINGS, RECORDS

__all__ = ["CALLEES", "KINDS", "MAGIC", "BareNumbers", "Ending", "Faulty", "Rejected"]

_KINDS: tuple[tuple[str, Mapping[str, Magic]], ...] = (
    (QT_TRANSLATE_NOOP("dialer", "calls that are rejected"), REJECTED),
    (QT_TRANSLATE_NOOP("dialer", "calls that are not answered"), ENDINGS),
    (QT_TRANSLATE_NOOP("dialer", "calls whose answer has a fault"), ANSWERS),
    (QT_TRANSLATE_NOOP("dialer", "answered calls whose record has a fault"), RECORDS),
    (QT_TRANSLATE_NOOP("dialer", "answered calls whose recording has a fault"), RECORDINGS),
)

CALLEES: Mapping[str, Magic] = MappingProxyType(
    {callee: magic for _, table in _KINDS for callee, magic in table.items()}
)
"""What each documented callee does."""

MAGIC: tuple[tuple[str, Sentence], ...] = tuple(
    (callee, Sentence(magic.tells)) for callee, magic in CALLEES.items()
)
"""The documented callees and what happens to each, for the window and the README."""

KINDS: tuple[tuple[Sentence, tuple[tuple[str, Sentence], ...]], ...] = tuple(
    (Sentence(kind), tuple((callee, Sentence(magic.tells)) for callee, magic in table.items()))
    for kind, table in _KINDS
)
"""The same by kind, for `dialer sandbox --help`."""


def ending_of(callee: str) -> Ending | None:
    """How the calls of a documented callee end that are placed; None for every other one."""
    magic = CALLEES.get(callee)
    return magic if isinstance(magic, Ending) else None


def recording_of(callee: str) -> Recording:
    """What the recordings of `callee` are like."""
    ending = ending_of(callee)
    return Recording.WHOLE if ending is None else ending.recording
