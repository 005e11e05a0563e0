"""Connections opened ahead: the next call uses a fresh one, once, and never waits long for it.

This also holds the private parts of urllib3 that `Transport._connect` uses.
"""

import gc
import threading
import time
from collections.abc import Iterator

import pytest
import trustme

from dialer.calls.call import OutcomeKind
from dialer.provider.connection import AHEAD_LIMIT
from dialer.provider.transport import AHEAD_WAIT
from doubles import faulty_server as faults
from doubles.faulty_server import Behaviour, FaultyServer, Visit, answers, tls_for, tunnels_to
from provider.caller import Caller, MakeCaller, end_of_threads

HOST = "api.example.test"


@pytest.fixture(params=["plain", "tls", "proxy"])
def served(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, caller: MakeCaller
) -> Iterator[tuple[FaultyServer, Caller]]:
    """A server that answers, and a client of it: plain, over TLS, and through a proxy."""
    if request.param == "plain":
        with FaultyServer(answers()) as server:
            yield server, caller(server.url)
        return
    authority = request.getfixturevalue("trusted")
    with FaultyServer(answers(), tls_for(authority, "127.0.0.1", HOST)) as server:
        if request.param == "tls":
            yield server, caller(server.url)
            return
        with FaultyServer(tunnels_to(server.port)) as proxy:
            monkeypatch.setenv("https_proxy", proxy.url)
            yield server, caller(f"https://{HOST}")


class Later:
    """The clock of the transport, put forward."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.by = 0.0
        real = time.monotonic
        monkeypatch.setattr(time, "monotonic", lambda: real() + self.by)


def test_a_call_uses_the_connection_that_was_opened_ahead(
    served: tuple[FaultyServer, Caller],
) -> None:
    server, client = served
    client.open_ahead()
    server.wait_for_connection()
    assert not server.saw_request_bytes
    assert client.call().kind is OutcomeKind.PLACED
    assert server.connections == 1
    assert len(server.requests) == 1


def test_opening_ahead_again_keeps_a_connection_that_is_still_fresh(
    served: tuple[FaultyServer, Caller],
) -> None:
    server, client = served
    for _ in range(3):
        client.open_ahead()
    assert client.call().kind is OutcomeKind.PLACED
    assert server.connections == 1


def test_a_connection_that_idled_too_long_is_replaced_by_the_call(
    served: tuple[FaultyServer, Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, client = served
    client.open_ahead()
    server.wait_for_connection()
    later = Later(monkeypatch)
    later.by = AHEAD_LIMIT + 0.1
    assert client.call().kind is OutcomeKind.PLACED
    assert [each.connection for each in server.requests] == [2]


def test_a_connection_that_idled_too_long_is_replaced_by_opening_ahead_again(
    served: tuple[FaultyServer, Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, client = served
    client.open_ahead()
    later = Later(monkeypatch)
    later.by = AHEAD_LIMIT + 0.1
    client.open_ahead()
    server.wait_for_connection(2)
    assert client.call().kind is OutcomeKind.PLACED
    assert [each.connection for each in server.requests] == [2]
    assert server.connections == 2


def test_no_connection_carries_two_requests(served: tuple[FaultyServer, Caller]) -> None:
    server, client = served
    for _ in range(3):
        assert client.call().kind is OutcomeKind.PLACED
    client.open_ahead()
    for _ in range(2):
        assert client.call().kind is OutcomeKind.PLACED
    assert [each.connection for each in server.requests] == [1, 2, 3, 4, 5]
    assert server.connections == 5


def test_a_call_right_behind_waits_for_the_connection_that_is_being_opened(
    served: tuple[FaultyServer, Caller],
) -> None:
    server, client = served
    client.client.open_ahead()
    assert client.call().kind is OutcomeKind.PLACED
    assert server.connections == 1


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
def test_a_connection_that_the_server_closed_meanwhile_is_not_used(
    secure: bool, trusted: trustme.CA, caller: MakeCaller
) -> None:
    """A request on it would be lost: a false "unknown"."""
    closed = threading.Event()

    def close_the_first(visit: faults.Visit) -> None:
        if visit.number == 1:
            visit.close()
            closed.set()
            return
        while not visit.over and visit.read_request():
            answers().act(visit)

    behaviour = faults.Behaviour("closes the first idle", close_the_first, reads=False)
    with FaultyServer(behaviour, tls_for(trusted) if secure else None) as server:
        client = caller(server.url)
        client.open_ahead()
        assert closed.wait(5.0)
        assert client.call().kind is OutcomeKind.PLACED
    assert [each.connection for each in server.requests] == [2]


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
def test_a_server_that_talks_before_it_is_asked_is_not_listened_to(
    secure: bool, trusted: trustme.CA, caller: MakeCaller
) -> None:
    """An answer that waits on the connection is no answer to the call."""
    said = threading.Event()
    forged = faults.HEAD + b'Content-Length: 25\r\n\r\n{"status":"0","data":"1"}'

    def act(visit: faults.Visit) -> None:
        if visit.number == 1:
            visit.send(forged)
            said.set()
        while not visit.over and visit.read_request():
            answers().act(visit)

    behaviour = faults.Behaviour("talks first", act, reads=False)
    with FaultyServer(behaviour, tls_for(trusted) if secure else None) as server:
        client = caller(server.url)
        client.open_ahead()
        assert said.wait(5.0)
        assert client.call().recording_id == "2203031113381000002"
    assert [each.connection for each in server.requests] == [2]


@pytest.mark.parametrize(
    "behaviour",
    [faults.refuses, faults.closes_idle, faults.resets_in_handshake, faults.closes_in_handshake],
    ids=str,
)
def test_opening_ahead_never_raises_and_the_call_tells_what_is_wrong(
    behaviour: faults.Behaviour, trusted: trustme.CA, caller: MakeCaller
) -> None:
    with FaultyServer(behaviour, tls_for(trusted)) as server:
        client = caller(server.url)
        client.open_ahead()
        outcome = client.call(2.0)
    if behaviour is not faults.closes_idle:
        assert outcome.kind is OutcomeKind.NOT_SENT
        assert not server.saw_request_bytes
    else:
        assert outcome.kind is OutcomeKind.UNKNOWN


def test_a_connection_that_half_came_about_is_not_used(
    trusted: trustme.CA, caller: MakeCaller
) -> None:
    """urllib3 keeps what is left of a failed handshake as the connection's socket."""
    context = tls_for(trusted)
    closed = threading.Event()

    def act(visit: faults.Visit) -> None:
        if visit.number == 2:
            visit.wait_for_bytes()
            visit.reset()
            return
        with context.wrap_socket(visit.sock.dup(), server_side=True) as visit.sock:
            if visit.number == 1:
                visit.close()
                closed.set()
                return
            while visit.read_request():
                answers().act(visit)

    behaviour = faults.Behaviour("fails in turn", act, reads=False, before_tls=True)
    with FaultyServer(behaviour, context) as server:
        client = caller(server.url)
        client.open_ahead()
        assert closed.wait(5.0)
        client.open_ahead()
        server.wait_for_connection(2)
        assert client.call().kind is OutcomeKind.PLACED
    assert [each.connection for each in server.requests] == [3]


def test_a_server_that_hangs_while_it_is_connected_ahead_delays_a_call_by_little(
    trusted: trustme.CA, caller: MakeCaller
) -> None:
    with FaultyServer(faults.hangs_in_handshake, tls_for(trusted)) as server:
        client = caller(server.url)
        client.client.open_ahead()
        server.wait_for_connection()
        begun = time.monotonic()
        threading.Thread(target=client.call, args=(AHEAD_WAIT + 0.4,)).start()
        server.wait_for_connection(2)
        assert time.monotonic() - begun < AHEAD_WAIT + 0.3
        server.close()
        end_of_threads("dialer-connect")
        end_of_threads("dialer-exchange")


def test_a_name_that_cannot_be_resolved_ahead_does_no_harm(caller: MakeCaller) -> None:
    client = caller("https://name.invalid")
    client.transport.open_ahead("https://127.0.0.1:1")
    client.transport.open_ahead("no url at all")
    end_of_threads("dialer-connect")


def test_a_closed_transport_opens_no_connection_that_stays(caller: MakeCaller) -> None:
    with FaultyServer(answers()) as server:
        client = caller(server.url)
        client.open_ahead()
        client.transport.close()
        assert client.call().kind is OutcomeKind.PLACED


def test_a_closed_transport_keeps_no_connection_whatever_failed_before(caller: MakeCaller) -> None:
    ended = threading.Event()

    def act(visit: Visit) -> None:
        if visit.number == 1:
            visit.reset()
            return
        answers().act(visit)
        if visit.read_request() is None:
            ended.set()

    with FaultyServer(Behaviour("resets, then answers", act)) as server:
        client = caller(server.url)
        gc.disable()  # the failed call's traceback is collected when it happens to be
        try:
            assert client.call().kind is OutcomeKind.UNKNOWN
            assert client.call().kind is OutcomeKind.PLACED
            client.transport.close()
            assert ended.wait(1.0)
        finally:
            gc.enable()
