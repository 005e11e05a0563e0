"""Schedules of faults: what goes wrong with a few calls, all of it drawn from a seed."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from faults.relay import (
    NO_FAULT,
    End,
    Fault,
    cut_request,
    cut_response,
    ends_when_accepted,
    held_back,
    proxy_says,
    refuses_timestamp,
)

REQUEST_BYTES = 560
"""More than a request has: a cut beyond its end takes the answer away."""
RESPONSE_BYTES = 300
SHORT = 0.03
"""Seconds that a call has where only its deadline ends it."""
ENOUGH = 20.0
_A_CLOCK_S = 7200.0
"""How wrong a clock is that the provider refuses."""
_CALLS = (1,) * 11 + (2,) * 5 + (3,) * 2 + (4,) * 2
_CUTS = (End.RESET, End.RESET, End.CLOSE, End.CLOSE, End.HALF)
_PRESSES_MS = (0, 0, 0, 1, 2, 5, 15)
_REFUSED = ("9990000001", "9990000010")
"""Callees that the sandbox rejects."""


class Way(Enum):
    """How the provider is reached."""

    PLAIN = "plain"
    TUNNEL = "TLS through a proxy"
    CLOSED = "a closed port"


class Kill(Enum):
    """When the connection that was opened ahead is ended."""

    NEVER = "never"
    BEFORE = "before the call"
    BEGUN = "when the row is written"


@dataclass(frozen=True)
class Stop:
    """When a call is asked to stop, and how many seconds it has then."""

    when: str
    """`before`, `begun`, `accepted`, `request`, `response`, or `later` for `seconds` later."""
    seconds: float
    grace: float


@dataclass(frozen=True)
class PlannedCall:
    """One call, and all that is to happen to it."""

    callee: str
    note: str
    way: Way
    faults: tuple[Fault, ...]
    """Of the connections that it makes, in their order."""
    ahead: Kill | None
    """None: no connection is opened ahead."""
    how: End
    """How the one that is opened ahead is ended."""
    deadline: float
    stop: Stop | None
    clock_s: float
    """How wrong the clock is that signs."""
    presses: tuple[int, ...]
    """When Enter is pressed, in milliseconds, where the call is made by the window's parts."""
    yes: bool
    """What is answered to the question whether to call again."""


@dataclass(frozen=True)
class Schedule:
    """What one seed makes."""

    seed: int
    in_window: bool
    """Whether the calls go through the window's own parts, on threads as it has them."""
    calls: tuple[PlannedCall, ...]


def schedule_of(seed: int) -> Schedule:
    """The schedule of a seed: the same each time."""
    chance = random.Random(seed)
    in_window = chance.random() < 0.1
    return Schedule(
        seed,
        in_window,
        tuple(
            _call(chance, seed, number, in_window=in_window)
            for number in range(chance.choice(_CALLS))
        ),
    )


def _call(chance: random.Random, seed: int, number: int, *, in_window: bool) -> PlannedCall:
    way = chance.choices((Way.PLAIN, Way.TUNNEL, Way.CLOSED), (90, 7, 3))[0]
    clock_s = chance.choice((-_A_CLOCK_S, _A_CLOCK_S)) if chance.random() < 0.08 else 0.0
    ahead = chance.choice(tuple(Kill)) if chance.random() < 0.3 else None
    # Each exchange takes one; so does a connection that is opened ahead and not used.
    faults = tuple(_fault(chance) for _ in range(chance.choice((1, 1, 1, 2, 3))))
    if in_window:
        # A profile's deadline is a second at least: what hangs is tried without a window.
        faults = tuple(each for each in faults if each.end is not End.HANG)
    hangs = any(each.end is End.HANG for each in faults)
    stop = _stop(chance) if chance.random() < 0.2 else None
    callee = f"44207{seed % 1_000_000:06d}{number:02d}"
    return PlannedCall(
        callee=chance.choice(_REFUSED) if not in_window and chance.random() < 0.04 else callee,
        note=f"{seed}-{number}",
        way=way,
        faults=faults,
        ahead=None if hangs or way is Way.CLOSED else ahead,
        how=chance.choice((End.RESET, End.CLOSE)),
        deadline=SHORT if hangs else ENOUGH,
        stop=stop,
        clock_s=clock_s,
        presses=tuple(sorted(chance.choices(_PRESSES_MS, k=chance.choice((1, 2, 2, 3))))),
        yes=chance.random() < 0.3,
    )


def _fault(chance: random.Random) -> Fault:
    return chance.choices(tuple(_FAULTS), tuple(_FAULTS.values()))[0](chance)


def _stop(chance: random.Random) -> Stop:
    when = chance.choice(("before", "begun", "accepted", "request", "response", "later", "later"))
    return Stop(when, chance.uniform(0.0, 0.006), chance.choice((0.0, 0.002, 0.02)))


_FAULTS: dict[Callable[[random.Random], Fault], int] = {
    lambda _: NO_FAULT: 20,
    lambda chance: ends_when_accepted(chance.choice((End.RESET, End.CLOSE))): 8,
    lambda chance: cut_request(chance.randrange(REQUEST_BYTES), chance.choice(_CUTS)): 25,
    lambda chance: cut_response(chance.randrange(RESPONSE_BYTES), chance.choice(_CUTS)): 25,
    lambda chance: cut_request(chance.randrange(REQUEST_BYTES), End.HANG): 2,
    lambda chance: cut_response(chance.randrange(RESPONSE_BYTES), End.HANG): 2,
    lambda _: Fault("hang when accepted", End.HANG, accepted=True): 1,
    lambda chance: held_back(chance.uniform(0.0, 0.004)): 8,
    lambda chance: proxy_says(chance.choice((407, 502))): 5,
    lambda _: refuses_timestamp(0.0): 6,
}
"""How likely each fault is."""
