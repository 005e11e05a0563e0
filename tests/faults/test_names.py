"""Names that are not found, and hosts of several addresses of which some are dead."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from dialer.calls.call import Cause
from doubles.faulty_server import FaultyServer, answers, tls_for
from faults.case import Arrange, Case, Ground, Scene, each_case, not_sent, placed
from faults.island import island, why_not
from faults.tally import Tally
from faults.trial import Start, judge

HOST = "api.example.test"
NOT_FOUND = not_sent(Cause.NO_NAME, "address was not found", "base URL")


@contextmanager
def a_name_that_is_not_known(ground: Ground) -> Iterator[Scene]:
    (ground.folder / "resolv.conf").write_text("nameserver 127.0.0.1\noptions attempts:1\n")
    (ground.folder / "hosts").write_text("127.0.0.1 localhost\n")
    ground.program.through = island(ground.folder, network=False)
    yield Scene(f"https://{HOST}")


@contextmanager
def a_name_server_that_is_silent(ground: Ground) -> Iterator[Scene]:
    # Twice 30 s: longer than the call may take, and than the program may go on after it.
    (ground.folder / "resolv.conf").write_text(
        "nameserver 127.0.0.1\noptions timeout:30 attempts:2\n"
    )
    ground.program.through = island(ground.folder, network=True)
    yield Scene(f"https://{HOST}")


def beside(*, hangs: bool) -> Arrange:
    """A host with an IPv6 address where nobody answers, and an IPv4 one where the provider is."""

    @contextmanager
    def arrange(ground: Ground) -> Iterator[Scene]:
        (ground.folder / "hosts").write_text(f"::1 {HOST}\n127.0.0.1 {HOST} localhost\n")
        ground.program.through = island(ground.folder, network=False)
        with (
            FaultyServer(answers(), tls_for(ground.authority, HOST)) as server,
            socket.socket(socket.AF_INET6) as dead,
        ):
            dead.bind(("::1", server.port))
            fillers = []
            if hangs:
                dead.listen(0)
                for _ in range(4):
                    filler = socket.socket(socket.AF_INET6)
                    filler.setblocking(False)
                    filler.connect_ex(("::1", server.port))
                    fillers.append(filler)
            try:
                yield Scene(f"https://{HOST}:{server.port}", server)
            finally:
                for filler in fillers:
                    filler.close()

    return arrange


CASES = (
    Case(
        "network",
        "a name server that is silent",
        a_name_server_that_is_silent,
        not_sent(Cause.CONNECT_TIMEOUT, "No connection to the provider came about in time"),
        deadline=2.5,
    ),
    Case("network", "a name that is not known", a_name_that_is_not_known, NOT_FOUND),
    Case("network", "IPv6 refused, IPv4 fine", beside(hangs=False), placed(), depth="more"),
    Case("network", "IPv6 hangs, IPv4 fine", beside(hangs=True), placed(), deadline=6.0),
)


@pytest.fixture(scope="module", autouse=True)
def _islands() -> None:
    if reason := why_not():
        pytest.skip(reason)


@each_case(CASES)
def test_what_names_and_addresses_do_to_a_call(case: Case, tried: Start, tally: Tally) -> None:
    judge(case, tried(case), tally)
