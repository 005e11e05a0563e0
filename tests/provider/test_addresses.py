"""A host of several addresses is reached by the one that answers; a dead one holds nothing up."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from dialer.calls.call import Cause, OutcomeKind
from dialer.provider import addresses
from doubles.faulty_server import FaultyServer, answers, never_accepts
from provider.caller import MakeCaller

HOST = "api.example.test"
SOON = 2.0
"""Seconds that are far from the timeout here, on a busy machine too."""

TIMEOUT = 20.0
FOUR = "127.0.0.1"


def _ipv6() -> bool:
    with socket.socket(socket.AF_INET6) as sock:
        return sock.connect_ex(("::1", 9)) != 0 and socket.has_ipv6


def resolves_to(monkeypatch: pytest.MonkeyPatch, *where: tuple[str, int]) -> None:
    """Let every name have these addresses, with a port of their own each."""
    found = [
        (
            socket.AF_INET6 if ":" in address else socket.AF_INET,
            socket.SOCK_STREAM,
            0,
            "",
            (address, port),
        )
        for address, port in where
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


def closed_port() -> int:
    with socket.socket() as sock:
        sock.bind((FOUR, 0))
        return int(sock.getsockname()[1])


@contextmanager
def hanging(count: int = 1) -> Iterator[list[tuple[str, int]]]:
    """Addresses at which connecting hangs."""
    with ExitStack() as stack:
        servers = [stack.enter_context(FaultyServer(never_accepts)) for _ in range(count)]
        yield [(FOUR, each.port) for each in servers]


def test_addresses_that_hang_do_not_hold_up_one_that_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with FaultyServer(answers()) as server, hanging(3) as dead:
        resolves_to(monkeypatch, *dead, (FOUR, server.port))
        begun = time.monotonic()
        with addresses.connect(HOST, 443, TIMEOUT) as sock:
            assert sock.getpeername()[1] == server.port
            assert sock.gettimeout() == TIMEOUT
        assert time.monotonic() - begun < SOON


def test_an_address_that_refuses_is_passed_over_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultyServer(answers()) as server:
        resolves_to(monkeypatch, *[(FOUR, closed_port())] * 8, (FOUR, server.port))
        begun = time.monotonic()
        addresses.connect(HOST, 443, TIMEOUT).close()
        assert time.monotonic() - begun < 8 * addresses.HEAD_START


def test_one_that_answers_in_its_head_start_is_the_only_one_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with FaultyServer(answers()) as first, FaultyServer(answers()) as second:
        resolves_to(monkeypatch, (FOUR, first.port), (FOUR, second.port))
        addresses.connect(HOST, 443, TIMEOUT).close()
        first.wait_for_connection()
        assert second.connections == 0


def test_where_all_hang_the_timeout_is_one_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    with hanging(3) as dead:
        resolves_to(monkeypatch, *dead)
        begun = time.monotonic()
        with pytest.raises(TimeoutError):
            addresses.connect(HOST, 443, 0.6)
        assert 0.5 < time.monotonic() - begun < 0.6 + SOON


def test_where_all_refuse_that_is_what_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    resolves_to(monkeypatch, *[(FOUR, closed_port())] * 2)
    with pytest.raises(ConnectionRefusedError):
        addresses.connect(HOST, 443, TIMEOUT)


def test_a_name_without_an_address_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    resolves_to(monkeypatch)
    with pytest.raises(OSError, match="no address"):
        addresses.connect(HOST, 443, TIMEOUT)


def test_families_take_turns_in_the_system_s_order() -> None:
    def found(*families: int) -> list[addresses._Address]:
        return [(family, 1, 6, "", (str(n), 1)) for n, family in enumerate(families)]

    four, six = socket.AF_INET, socket.AF_INET6
    in_turn = addresses._families_in_turn(found(six, six, six, four))
    assert [where[0] for *_, where in in_turn] == ["0", "3", "1", "2"]
    assert addresses._families_in_turn([]) == []


@pytest.mark.skipif(not _ipv6(), reason="there is no IPv6 here")
def test_an_address_of_ipv6_may_stand_in_brackets() -> None:
    with socket.socket(socket.AF_INET6) as listener:
        listener.bind(("::1", 0))
        listener.listen()
        addresses.connect("[::1]", listener.getsockname()[1], TIMEOUT).close()


def test_nothing_stays_open_but_the_one_that_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[int] = []

    class Watched(socket.socket):
        def close(self) -> None:
            closed.append(self.fileno())
            super().close()

    with FaultyServer(answers()) as server, hanging(2) as dead:
        resolves_to(monkeypatch, *dead, (FOUR, server.port))
        monkeypatch.setattr(addresses.socket, "socket", Watched)
        with addresses.connect(HOST, 443, TIMEOUT):
            assert sorted(closed)[0] == -1  # handed over
            assert len([each for each in closed if each != -1]) == 2


def test_a_call_goes_to_the_address_that_answers_and_once(
    caller: MakeCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What urllib3 calls for its connections is what is overridden."""
    with FaultyServer(answers()) as server, hanging() as dead:
        client = caller(f"http://localhost:{server.port}")
        resolves_to(monkeypatch, *dead, (FOUR, server.port))
        assert client.call(TIMEOUT).kind is OutcomeKind.PLACED
        assert client.seconds < SOON
        assert len(server.requests) == server.connections == 1


@pytest.mark.parametrize("count", [1, 3])
def test_a_call_to_addresses_that_all_hang_is_not_sent_at_the_deadline(
    count: int, caller: MakeCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hanging(count) as dead:
        resolves_to(monkeypatch, *dead)
        client = caller("http://localhost:9")
        outcome = client.call(0.5)
        assert (outcome.kind, outcome.cause) == (OutcomeKind.NOT_SENT, Cause.CONNECT_TIMEOUT)
        assert client.seconds < 0.5 + SOON
        for thread in threading.enumerate():
            if thread.name == "dialer-exchange":
                thread.join(SOON)
                assert not thread.is_alive()
