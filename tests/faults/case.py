"""A case of the fault matrix: what goes wrong, and what was promised before it was tried."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from dialer.calls.call import Cause, OutcomeKind
from doubles.faulty_server import PLACED, Behaviour, FaultyServer, tls_for
from faults.depth import DEPTHS
from program.program import Program

CALLEE = "932111111111"
SAMPLE_ID = PLACED.decode().split('"')[-2]
"""The recording ID that a server without a fault gives."""


@dataclass(frozen=True)
class Ground:
    """What a case is arranged on: the program in a home of its own, before it starts."""

    program: Program
    """Its `environ` may be added to."""
    folder: Path
    """The case's own, for whatever else it needs; looked through for secrets afterwards."""
    authority: trustme.CA
    """The one whose certificates the program's system trusts."""


@dataclass(frozen=True)
class Scene:
    """What the program is sent into."""

    url: str
    """The profile's base URL."""
    server: FaultyServer | None = None
    """The one whose requests are counted."""
    strangers: tuple[FaultyServer, ...] = ()
    """Servers that must see no byte of a request."""


Arrange = Callable[[Ground], AbstractContextManager[Scene]]


@dataclass(frozen=True)
class Promise:
    """What must become of the call.

    Made by `placed`, `rejected`, `not_sent`, `unknown` or `no_call`.
    """

    outcome: OutcomeKind | None
    """None where there is no call at all: no row, nothing sent."""
    code: int
    """The exit code."""
    cause: Cause | None = None
    status: str | None = None
    reason: str | None = None
    """The provider's own words, made plain; looked at where it rejected the call."""
    recording_id: str | None = None
    says: tuple[str, ...] = ()
    """Words that the message must have."""
    requests: int = 0
    """How many requests the server reads, no more and no fewer."""

    @property
    def sent(self) -> int:
        """How many requests may leave, read or not: of a call that was not sent, not a byte."""
        return max(self.requests, self.outcome is OutcomeKind.UNKNOWN)


def placed(recording_id: str = SAMPLE_ID, *says: str, requests: int = 1) -> Promise:
    return Promise(
        OutcomeKind.PLACED,
        0,
        status="0",
        recording_id=recording_id,
        says=("will ring", *says),
        requests=requests,
    )


def rejected(status: str, reason: str | None, *says: str, requests: int = 1) -> Promise:
    return Promise(
        OutcomeKind.REJECTED, 3, status=status, reason=reason, says=says, requests=requests
    )


def not_sent(cause: Cause, *says: str) -> Promise:
    return Promise(OutcomeKind.NOT_SENT, 4, cause, says=("Nothing was called", *says))


def unknown(cause: Cause, *says: str, requests: int = 1, status: str | None = None) -> Promise:
    says = ("The phones may ring", *says)
    return Promise(OutcomeKind.UNKNOWN, 5, cause, status=status, says=says, requests=requests)


def no_call(code: int, *says: str) -> Promise:
    return Promise(None, code, says=says)


@dataclass(frozen=True)
class Case:
    """One line of the matrix."""

    area: str
    name: str
    arrange: Arrange
    promise: Promise
    deadline: float = 20.0
    """Seconds that the call may take in all; short where only the deadline ends the fault."""
    memory: int | None = None
    """MiB that the program may have used at its peak; None where that is not measured."""
    arguments: tuple[str, ...] = ()
    """Added to `dialer call CALLEE --json`."""
    depth: str = "quick"

    def __str__(self) -> str:
        return f"{self.area}: {self.name}"


def each_case(table: Iterable[Case]) -> pytest.MarkDecorator:
    """Parametrise a test with the table's cases, each at its depth."""
    return pytest.mark.parametrize(
        "case",
        [
            pytest.param(
                case,
                id=str(case),
                marks=[] if case.depth == DEPTHS[0] else [getattr(pytest.mark, case.depth)],
            )
            for case in table
        ],
    )


def served(behaviour: Behaviour) -> Arrange:
    """A server of that behaviour, over plain HTTP on loopback."""

    @contextmanager
    def arrange(_ground: Ground) -> Iterator[Scene]:
        with FaultyServer(behaviour) as server:
            yield Scene(server.url, server)

    return arrange


def served_over_tls(behaviour: Behaviour) -> Arrange:
    """The same over TLS, with a certificate that the system trusts."""

    @contextmanager
    def arrange(ground: Ground) -> Iterator[Scene]:
        with FaultyServer(behaviour, tls_for(ground.authority)) as server:
            yield Scene(server.url, server)

    return arrange
