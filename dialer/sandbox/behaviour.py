"""The kinds of behaviour that a documented callee can have: what becomes of its call."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from dialer.sandbox.reply import Delivery, Reply, failure

Record = dict[str, object]
"""A call's record, as it becomes JSON."""


class Recording(Enum):
    """What the file of an answered call is like."""

    WHOLE = "a tone as long as the call"
    NONE = "there is none"
    CUT_OFF = "ends in the middle; who goes on from there gets the rest"
    EMPTY = "no byte at all"
    PAGE = "an HTML page"
    SLOW = "2,000 bytes a second"
    EXPIRED = "its URL has expired when it is told"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Who asks for a record is refused the first `asks` times, or for ever."""

    status: str
    reason: str
    asks: int | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """The call is not placed, and the provider says why. If `rings`, it says so falsely."""

    status: str
    reason: str
    tells: str
    rings: bool = False

    @property
    def reply(self) -> Reply:
        """The answer to the request."""
        return failure(self.status, self.reason)


@dataclass(frozen=True, slots=True)
class Ending:
    """The call is placed, and ends with this SIP code.

    `shape` makes of its record what the provider shows. Without `recorded` there never is one:
    neither when it is asked for, nor in a query.
    """

    code: str
    tells: str
    shape: Callable[[Record], Record] | None = None
    recorded: bool = True
    refusal: Refusal | None = None
    recording: Recording = Recording.WHOLE


@dataclass(frozen=True, slots=True)
class Faulty:
    """Something is wrong with the answer. If `rings`, the call takes place all the same.

    `reply` is given in place of the usual one, which is delivered in an unusual way without it.
    The provider takes the call `taken` times.
    """

    tells: str
    rings: bool = True
    reply: Reply | None = None
    delivery: Delivery = Delivery.AT_ONCE
    taken: int = 1


@dataclass(frozen=True, slots=True)
class BareNumbers:
    """The call is placed, and the answer's status and recording ID are no text but numbers."""

    tells: str


Magic = Rejected | Ending | Faulty | BareNumbers
