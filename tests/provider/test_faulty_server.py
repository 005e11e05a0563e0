"""The faulty server itself: what it says it saw is what came, and it ends at once."""

import socket
import ssl
import threading
import time
import warnings
from collections.abc import Iterator

import pytest
import trustme

from doubles import faulty_server as faults
from doubles.faulty_server import Behaviour, FaultyServer, tls_for

ALL = [
    *(each for each in vars(faults).values() if isinstance(each, Behaviour)),
    faults.drips_headers(),
    faults.drips_body(),
    faults.answers(),
    faults.redirects(302, "http://127.0.0.1:1/"),
]
REQUEST = (
    b"POST /voice/sendSip HTTP/1.1\r\nHost: here\r\nSign:  abc \r\nContent-Length: 4\r\n\r\nbody"
)


def _threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "faulty-server"]


@pytest.fixture
def client() -> Iterator[socket.socket]:
    with socket.socket() as sock:
        sock.settimeout(5.0)
        yield sock


@pytest.mark.parametrize("behaviour", ALL, ids=str)
@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
def test_every_behaviour_ends_at_once_and_leaves_no_thread(
    behaviour: Behaviour, secure: bool, authority: trustme.CA, client: socket.socket
) -> None:
    server = FaultyServer(behaviour, tls_for(authority) if secure else None)
    client.setblocking(False)
    client.connect_ex(("127.0.0.1", server.port))
    if behaviour.listens and behaviour.accepts:
        server.wait_for_connection()
    begun = time.monotonic()
    server.close()
    assert time.monotonic() - begun < 0.5
    assert not _threads()


def test_a_request_is_recorded_in_full(client: socket.socket) -> None:
    with FaultyServer(faults.answers()) as server:
        client.connect(("127.0.0.1", server.port))
        for piece in (REQUEST[:30], REQUEST[30:-2], REQUEST[-2:]):
            client.sendall(piece)
        request = server.wait_for_request()
    assert (request.method, request.target, request.body) == ("POST", "/voice/sendSip", b"body")
    assert request.header_lines == (("Host", "here"), ("Sign", "abc"), ("Content-Length", "4"))
    assert request.headers["sign"] == "abc"
    assert server.saw_request_bytes


def test_two_requests_on_one_connection_are_told_apart_from_two_connections(
    client: socket.socket,
) -> None:
    with FaultyServer(faults.answers()) as server:
        client.connect(("127.0.0.1", server.port))
        client.sendall(REQUEST + REQUEST)
        server.wait_for_request(2)
    assert [request.connection for request in server.requests] == [1, 1]


@pytest.mark.parametrize(
    "behaviour",
    [faults.hangs_before_reading, faults.resets_before_reading, faults.closes_before_reading],
    ids=str,
)
@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
def test_bytes_that_were_left_unread_are_told_all_the_same(
    behaviour: Behaviour, secure: bool, authority: trustme.CA, client: socket.socket
) -> None:
    with FaultyServer(behaviour, tls_for(authority) if secure else None) as server:
        client.connect(("127.0.0.1", server.port))
        sock = client
        if secure:
            context = ssl.create_default_context()
            authority.configure_trust(context)
            sock = context.wrap_socket(client, server_hostname="127.0.0.1")
        with sock:
            sock.sendall(b"P")
            server.wait_for_bytes()
            if behaviour is not faults.hangs_before_reading:
                with pytest.raises((ConnectionError, ssl.SSLError, AssertionError)):
                    assert sock.recv(1)
    assert server.saw_request_bytes
    assert not server.requests


def test_a_server_of_old_tls_serves_those_who_speak_it(
    authority: trustme.CA, client: socket.socket
) -> None:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    with FaultyServer(faults.answers(), tls_for(authority, old=True)) as server:
        client.connect(("127.0.0.1", server.port))
        with context.wrap_socket(client, server_hostname="127.0.0.1") as sock:
            assert sock.version() == "TLSv1.1"


def test_a_tls_hello_is_no_part_of_a_request(authority: trustme.CA, client: socket.socket) -> None:
    for behaviour in (faults.hangs_in_handshake, faults.resets_in_handshake):
        with FaultyServer(behaviour, tls_for(authority)) as server, socket.socket() as sock:
            sock.connect(("127.0.0.1", server.port))
            sock.sendall(b"\x16\x03\x01")
            server.wait_for_connection()
            if behaviour is faults.resets_in_handshake:
                with pytest.raises(ConnectionError):
                    sock.recv(1)
        assert not server.saw_request_bytes
