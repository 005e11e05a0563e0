"""Stands between a client and a provider on loopback, and breaks connections as it is told.

    with Relay(provider_port) as relay:
        relay.expect([cut_request(40, End.RESET)])
        …  # a client calls relay.url
    assert relay.carried[0].begun

A connection has one fault at most. Nothing is ever passed on twice.
"""

import socket
import ssl
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from enum import Enum
from http import HTTPStatus
from types import TracebackType
from typing import Self

_PATIENT = 5.0
"""Seconds after which a connection is ended that nobody ended."""

_NO_LINGER = struct.pack("ii", 1, 0)


class End(Enum):
    """How a connection is ended."""

    RESET = "reset"
    CLOSE = "close"
    HALF = "half-close"
    """Nothing more is said; what the client says is still read."""
    HANG = "hang"
    """Nothing more is said, and nothing is ended, until the client does."""


@dataclass(frozen=True)
class Fault:
    """What happens to one connection. Counts of bytes are of HTTP, under TLS if there is any."""

    what: str = "none"
    end: End = End.CLOSE
    accepted: bool = False
    """It is ended as soon as it stands."""
    connect: bytes | None = None
    """What a proxy answers to CONNECT, in place of opening the tunnel."""
    request_at: int | None = None
    """It is ended once so many bytes of the request were passed on, after all of them at most."""
    response_at: int | None = None
    """The same of the response."""
    answer: bytes | None = None
    """The relay answers by itself, and passes nothing on."""
    delay: float = 0.0
    """Seconds that the request is held back, and the response."""


NO_FAULT = Fault()


@dataclass
class Carried:
    """One connection, and what came over it."""

    fault: Fault
    begun: bool = False
    """Whether a byte of a request came."""
    requests: list[bytes] = field(default_factory=list)
    """The bodies of the requests that came in full."""
    killed: End | None = None
    over: bool = False
    """Whether the connection has ended."""


class Relay:
    """Listens on a port of its own. With `tls` it is a proxy, and the provider behind it."""

    def __init__(self, port: int, tls: ssl.SSLContext | None = None) -> None:
        self._provider = port
        self._tls = tls
        self._lock = threading.Lock()
        self._expected: deque[Fault] = deque()
        self._open: dict[threading.Thread, tuple[socket.socket, Carried]] = {}
        self.carried: list[Carried] = []
        self._knocks: dict[int, threading.Event] = {}
        self.hear: Callable[[str], None] = lambda _: None
        """Told of "accepted", "request" and "response" as they come about, on any thread."""
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._accepting = threading.Thread(target=self._accept, name="relay", daemon=True)
        self._accepting.start()

    def expect(self, faults: Iterable[Fault]) -> None:
        """These are the faults of the next connections; those after them have none."""
        with self._lock:
            self._expected = deque(faults)

    def take_carried(self) -> list[Carried]:
        """The connections since the last time."""
        with self._lock:
            carried, self.carried = self.carried, []
        return carried

    def kill_idle(self, how: End) -> None:
        """End every connection over which no byte of a request has come."""
        with self._lock:
            idle = [pair for pair in self._open.values() if not pair[1].begun]
        for sock, carried in idle:
            carried.killed = how
            with suppress(OSError):
                # Wakes the thread that reads, and tells the client nothing yet.
                socket.socket.shutdown(sock, socket.SHUT_RD)

    def catch_up(self, seconds: float = _PATIENT) -> None:
        """Wait until all are accepted that have connected. Raises TimeoutError."""
        # Who knocks last is taken last.
        with socket.socket() as sock, suppress(OSError):  # the relay may be closed
            sock.bind(("127.0.0.1", 0))
            taken = self._knocks[sock.getsockname()[1]] = threading.Event()
            sock.connect(("127.0.0.1", self.port))
            if not taken.wait(seconds):
                raise TimeoutError("the relay accepts no connection")

    def settle(self, seconds: float = 2 * _PATIENT) -> None:
        """Wait until no connection is open, nor about to be. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        self.catch_up(seconds)
        while threads := self._threads():
            threads[0].join(max(0.0, deadline - time.monotonic()))
            if time.monotonic() >= deadline:
                raise TimeoutError("a connection through the relay does not end")

    def close(self) -> None:
        """End everything, and wait for it."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()
        with self._lock:
            left = list(self._open.values())
        for sock, _ in left:
            with suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
        self.settle()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _threads(self) -> list[threading.Thread]:
        with self._lock:
            return list(self._open)

    def _accept(self) -> None:
        while True:
            try:
                sock, (_, port) = self._listener.accept()
            except OSError:
                return
            if knocked := self._knocks.pop(port, None):
                sock.close()
                knocked.set()
                continue
            sock.settimeout(_PATIENT)
            thread = threading.Thread(target=self._serve, args=(sock,), name="relayed", daemon=True)
            with self._lock:
                carried = Carried(self._expected.popleft() if self._expected else NO_FAULT)
                self.carried.append(carried)
                self._open[thread] = sock, carried
                thread.start()

    def _serve(self, raw: socket.socket) -> None:
        carried = self._open[threading.current_thread()][1]
        sock = raw
        try:
            self.hear("accepted")
            if carried.fault.accepted and carried.fault.end is not End.HANG:
                _end(raw, carried.fault.end)
                return
            if carried.fault.accepted:
                while raw.recv(65536):
                    carried.begun = self._tls is None
                return
            if self._tls is not None:
                if not _connected(raw, carried.fault):
                    return
                # A descriptor of its own: the raw socket stays open for being reset.
                sock = self._tls.wrap_socket(raw.dup(), server_side=True)
            self._relay(sock, raw, carried)
        except OSError:
            return  # the client is gone
        finally:
            if carried.killed is not None:
                with suppress(OSError):
                    _end(raw, carried.killed)
            if sock is not raw:
                sock.close()
            raw.close()
            carried.over = True
            with self._lock:
                del self._open[threading.current_thread()]

    def _relay(self, sock: socket.socket, raw: socket.socket, carried: Carried) -> None:
        fault = carried.fault
        request = _read(sock, carried, fault.request_at)
        if not carried.begun:
            return
        time.sleep(fault.delay)
        self.hear("request")
        if fault.answer is not None:
            sock.sendall(fault.answer)
            _end(raw, fault.end)
            return
        with socket.create_connection(("127.0.0.1", self._provider), _PATIENT) as provider:
            provider.sendall(request)
            if fault.request_at is not None:
                if fault.end is End.RESET:
                    _reset(provider)
                _end(raw, fault.end)
                return
            response = _read_answer(provider)
        time.sleep(fault.delay)
        self.hear("response")
        sock.sendall(response[: fault.response_at])
        if fault.response_at is not None:
            _end(raw, fault.end)
            return
        # A client that says more, or keeps the connection, is heard to its end.
        _read(sock, carried, None)


def _connected(raw: socket.socket, fault: Fault) -> bool:
    """Answer CONNECT as a proxy; whether there is a tunnel now."""
    head = b""
    while b"\r\n\r\n" not in head:
        if not (piece := raw.recv(4096)):
            return False
        head += piece
    if fault.connect is not None:
        raw.sendall(fault.connect)
        _end(raw, fault.end)
        return False
    raw.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    return True


def _read(sock: socket.socket, carried: Carried, limit: int | None) -> bytes:
    """Read a request, up to `limit` bytes of it; what came."""
    came = b""
    wanted: int | None = None
    while (wanted is None or len(came) < wanted) and (limit is None or len(came) < limit):
        piece = sock.recv(65536 if limit is None else limit - len(came))
        if not piece:
            return came
        carried.begun = True
        came += piece
        if wanted is None and b"\r\n\r\n" in came:
            wanted = _length(came)
    if wanted is not None and len(came) >= wanted:
        carried.requests.append(came.partition(b"\r\n\r\n")[2])
    return came


def _read_answer(provider: socket.socket) -> bytes:
    """The provider's whole answer, or what there is of it."""
    came = b""
    while b"\r\n\r\n" not in came or len(came) < _length(came):
        if not (piece := provider.recv(65536)):
            break
        came += piece
    return came


def _length(message: bytes) -> int:
    """How long a message is in all whose head has come."""
    head, _, _ = message.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return len(head) + 4 + int(value)
    return len(head) + 4


def _end(sock: socket.socket, how: End) -> None:
    if how is End.RESET:
        _reset(sock)
    elif how is End.CLOSE:
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    else:
        if how is End.HALF:
            socket.socket.shutdown(sock, socket.SHUT_WR)
        while socket.socket.recv(sock, 65536):
            pass


def _reset(sock: socket.socket) -> None:
    """Have the closing of it be a reset."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)


# --- the faults ------------------------------------------------------------------------------


def ends_when_accepted(how: End) -> Fault:
    """The connection is ended as soon as it stands."""
    return Fault(f"{how.value} when accepted", how, accepted=True)


def cut_request(at: int, how: End) -> Fault:
    """The connection is ended after `at` bytes of the request."""
    return Fault(f"{how.value} at byte {at} of the request", how, request_at=at)


def cut_response(at: int, how: End) -> Fault:
    """The connection is ended after `at` bytes of the response."""
    return Fault(f"{how.value} at byte {at} of the response", how, response_at=at)


def held_back(seconds: float) -> Fault:
    """Request and response come late."""
    return Fault(f"held back {seconds:.3f} s", delay=seconds)


def proxy_says(status: int, how: End = End.CLOSE) -> Fault:
    """A proxy's answer in place of the provider's, to CONNECT too."""
    said = _answer(status, b"<html>proxy</html>", b"Proxy-Authenticate: Basic\r\n")
    return Fault(f"proxy says {status}", how, connect=said, answer=said)


def refuses_timestamp(ahead: float) -> Fault:
    """-16, by a clock that is `ahead` seconds ahead of this computer's."""
    body = b'{"status":"-16","reason":"timestamp expires"}'
    date = f"Date: {formatdate(time.time() + ahead, usegmt=True)}\r\n".encode()
    return Fault("-16", End.CLOSE, answer=_answer(200, body, date))


def _answer(status: int, body: bytes, headers: bytes) -> bytes:
    return (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n".encode()
        + headers
        + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
        + body
    )
