"""A server on loopback that misbehaves in one named way and remembers all it was sent.

    with FaultyServer(resets_after_reading) as server:
        …  # make a client call server.url
    assert len(server.requests) == 1

Every behaviour is a value of this module (or a function that makes one), so that a test names
the fault it means. The sockets are raw: what goes wrong here goes wrong byte by byte.
"""

import gzip
import json
import select
import socket
import ssl
import struct
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count
from types import TracebackType
from typing import Self

import trustme

PLACED = b'{"status":"0","reason":"success","data":"2203031113381000002"}'
"""The provider's own sample of a placed call."""

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
"""The start of an ordinary answer; the empty line is still to come."""


@dataclass(frozen=True)
class Received:
    """One request as it came over the wire."""

    method: str
    target: str
    header_lines: tuple[tuple[str, str], ...]
    """Names as they were written, in their order."""
    body: bytes
    connection: int
    """Which connection of the server carried it, counted from 1."""

    @property
    def headers(self) -> dict[str, str]:
        """The headers by their lower-case names."""
        return {name.lower(): value for name, value in self.header_lines}


@dataclass
class Visit:
    """One connection to the server, as a behaviour sees it."""

    server: "FaultyServer"
    sock: socket.socket
    number: int
    over: bool = False
    _unread: bytes = b""

    def read_request(self) -> Received | None:
        """Read one request in full and record it; None once the client has closed."""
        while b"\r\n\r\n" not in self._unread:
            if not self._receive():
                return None
        head, _, rest = self._unread.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        pairs = (line.partition(":") for line in lines)
        headers = tuple((name, value.strip()) for name, _, value in pairs)
        by_name = {name.lower(): value for name, value in headers}
        length = int(by_name.get("content-length", "0"))
        self._unread = rest
        while len(self._unread) < length:
            if not self._receive():
                return None
        body, self._unread = self._unread[:length], self._unread[length:]
        request = Received(method, target, headers, body, self.number)
        self.server.record(request)
        return request

    def send(self, piece: bytes) -> bool:
        """Send `piece`; False once the client is gone."""
        try:
            self.sock.sendall(piece)
        except OSError:
            self.over = True
            return False
        return True

    def drip(self, text: bytes, seconds: float) -> None:
        """Send one byte every `seconds`."""
        for byte in text:
            if not self.send(bytes((byte,))) or self.server.closing.wait(seconds):
                return

    def hang(self) -> None:
        """Do nothing until the server closes."""
        self.wait_for_bytes()
        self.server.closing.wait()

    def wait_for_bytes(self) -> None:
        """Wait until the client has sent something, or has closed; take no more than a look."""
        while not self.server.closing.is_set():
            if select.select((self.sock,), (), (), 0.02)[0]:
                # With TLS bytes on the wire may say nothing: only what is inside counts.
                secure = isinstance(self.sock, ssl.SSLSocket)
                self._saw(self.sock.recv(1, 0 if secure else socket.MSG_PEEK))
                return

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.over = True
        self.sock.close()

    def close(self) -> None:
        """End the connection, at once for the client too."""
        self.over = True
        _shut_down(self.sock)
        self.sock.close()

    def _saw(self, piece: bytes) -> None:
        hello = self.server.tls and not isinstance(self.sock, ssl.SSLSocket)
        if piece and not hello:
            self.server.notice_bytes(self.number)

    def _receive(self) -> bool:
        piece = self.sock.recv(65536)
        self._unread += piece
        self._saw(piece)
        return bool(piece)


@dataclass(frozen=True)
class Behaviour:
    """What the server does with a connection: `act` is called once a request was read, or
    earlier where the behaviour says so.
    """

    name: str
    act: Callable[[Visit], None]
    reads: bool = True
    before_tls: bool = False
    """Whether `act` comes in place of the TLS handshake; only means something with TLS."""
    listens: bool = True
    accepts: bool = True

    def __str__(self) -> str:
        return self.name


@dataclass
class FaultyServer:
    """Serves one behaviour on 127.0.0.1, on threads of its own, until it is closed.

    With `tls` (a server-side SSLContext, see `tls_for`) it speaks TLS. `host` is what stands
    in `url`: another name for 127.0.0.1 where a test needs one.
    """

    behaviour: Behaviour
    tls: ssl.SSLContext | None = None
    host: str = "127.0.0.1"
    requests: list[Received] = field(init=False, default_factory=list)
    connections: int = field(init=False, default=0)
    asked: set[int] = field(init=False, default_factory=set)
    """The connections on which any byte of a request came, read or not; with TLS, any byte after
    the handshake."""
    closing: threading.Event = field(init=False, default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._changed = threading.Condition()
        self._visits: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        if not self.behaviour.accepts:
            self._fill_queue()
        elif self.behaviour.listens:
            self._listener.listen(16)
            self._start(self._accept)

    @property
    def url(self) -> str:
        """The base URL under which the server is reached."""
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}"

    def record(self, request: Received) -> None:
        """Remember a request that was read in full."""
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()

    def notice_bytes(self, connection: int) -> None:
        """Remember that a client has said something."""
        with self._changed:
            self.asked.add(connection)
            self._changed.notify_all()

    @property
    def saw_request_bytes(self) -> bool:
        """Whether any byte of a request came."""
        return bool(self.asked)

    def wait_for_bytes(self, seconds: float = 5.0) -> None:
        """Wait until any byte of a request came. Raises TimeoutError."""
        self._wait_for(lambda: self.saw_request_bytes, "a byte", seconds)

    @property
    def calls(self) -> list[Received]:
        """The requests that ask for a call."""
        return [each for each in self.requests if each.target.endswith("/voice/sendSip")]

    def wait_for_request(self, count: int = 1, seconds: float = 5.0) -> Received:
        """Wait until `count` requests were read and return the last. Raises TimeoutError."""
        self._wait_for(lambda: len(self.requests) >= count, f"{count} requests", seconds)
        return self.requests[count - 1]

    def wait_for_connection(self, count: int = 1, seconds: float = 5.0) -> None:
        """Wait until `count` connections were accepted. Raises TimeoutError."""
        self._wait_for(lambda: self.connections >= count, f"{count} connections", seconds)

    def close(self) -> None:
        """Stop at once: end every connection and wait for every thread."""
        self.closing.set()
        with self._changed:
            visits, threads = list(self._visits), list(self._threads)
        for sock in (self._listener, *visits):
            _shut_down(sock)
        for thread in threads:
            thread.join(5.0)
            if thread.is_alive():
                raise TimeoutError(f"{self.behaviour.name} did not end")
        for sock in (self._listener, *visits):
            sock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _wait_for(self, condition: Callable[[], bool], what: str, seconds: float) -> None:
        with self._changed:
            if not self._changed.wait_for(condition, seconds):
                raise TimeoutError(f"{self.behaviour.name}: not {what} in {seconds} s")

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, name="faulty-server", daemon=True)
        with self._changed:
            self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            # What was sent has arrived, as tests take it, and does not wait for an ACK.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._changed:
                self.connections += 1
                self._visits.append(sock)
                self._changed.notify_all()
                number = self.connections
            if self.closing.is_set():
                _shut_down(sock)
            self._start(self._serve, sock, number)

    def _serve(self, raw: socket.socket, number: int) -> None:
        behaviour = self.behaviour
        sock = raw
        try:
            if self.tls and not behaviour.before_tls:
                # A descriptor of its own, so that `close` can shut down the raw socket.
                sock = self.tls.wrap_socket(raw.dup(), server_side=True)
            visit = Visit(self, sock, number)
            if not behaviour.reads:
                behaviour.act(visit)
                return
            while not visit.over and visit.read_request():
                behaviour.act(visit)
        except OSError:
            return  # the client broke the connection, or the server is closing
        finally:
            sock.close()
            raw.close()

    def _fill_queue(self) -> None:
        """Take no connection and leave no room for one: a client hangs while it connects."""
        self._listener.listen(0)
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(self._listener.getsockname())
            self._visits.append(filler)


def _shut_down(sock: socket.socket) -> None:
    """End both directions, which wakes whoever reads, writes or accepts."""
    try:
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:
        return  # not connected, or closed


def tls_for(
    authority: trustme.CA,
    *names: str,
    expired: bool = False,
    early: bool = False,
    old: bool = False,
) -> ssl.SSLContext:
    """A server's TLS context with a certificate of `authority` for `names`.

    expired, early: the certificate is not valid any more, or not yet. old: the server speaks
    nothing newer than TLS 1.1.
    """
    now = datetime.now(UTC)
    day = timedelta(days=1)
    certificate = authority.issue_cert(
        *(names or ("127.0.0.1", "localhost")),
        not_before=now + day if early else now - 2 * day,
        not_after=now - day if expired else now + 2 * day,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    if old:
        # OpenSSL speaks it at its lowest security level alone, and Python warns of it.
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


# --- before a request is read ---------------------------------------------------------------


def _nothing(_visit: Visit) -> None:
    """Nothing to do: it never comes to a connection."""


def _reset_unread(visit: Visit) -> None:
    visit.wait_for_bytes()
    visit.reset()


def _close_unread(visit: Visit) -> None:
    visit.wait_for_bytes()
    visit.close()


refuses = Behaviour("refuses", _nothing, listens=False)
"""A closed port. (The port is held, so that nobody else opens it meanwhile.)"""

never_accepts = Behaviour("never accepts", _nothing, accepts=False)
"""Connecting hangs: the queue of connections is full."""

hangs_before_reading = Behaviour("hangs before reading", Visit.hang, reads=False)
"""Accepts (with TLS: and shakes hands), then does nothing."""

hangs_in_handshake = Behaviour("hangs in handshake", Visit.hang, reads=False, before_tls=True)
"""Accepts and never speaks TLS."""

resets_in_handshake = Behaviour("resets in handshake", _reset_unread, reads=False, before_tls=True)
"""Resets the connection when the client begins with TLS."""

closes_in_handshake = Behaviour("closes in handshake", _close_unread, reads=False, before_tls=True)
"""Closes the connection when the client begins with TLS."""

resets_before_reading = Behaviour("resets before reading", _reset_unread, reads=False)
"""Resets the connection when the request has come, without reading it."""

closes_before_reading = Behaviour("closes before reading", _close_unread, reads=False)
"""Closes the connection when the request has come, without reading it."""


def _complain_of_tls(visit: Visit) -> None:
    visit.wait_for_bytes()
    visit.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    visit.hang()


speaks_no_tls = Behaviour("speaks no TLS", _complain_of_tls, reads=False)
"""Answers a TLS hello in plain HTTP, as a web server on the wrong port does."""

closes_idle = Behaviour("closes idle", Visit.close, reads=False)
"""Closes every connection as soon as it stands."""


# --- after a request was read ---------------------------------------------------------------

hangs_after_reading = Behaviour("hangs after reading", Visit.hang)
"""Takes the request and never answers."""

resets_after_reading = Behaviour("resets after reading", Visit.reset)
"""Takes the request, then resets the connection."""

closes_after_reading = Behaviour("closes after reading", Visit.close)
"""Takes the request, then closes without an answer."""


def _half_close(visit: Visit) -> None:
    socket.socket.shutdown(visit.sock, socket.SHUT_WR)
    visit.server.closing.wait()


half_closes = Behaviour("half-closes", _half_close)
"""Takes the request, then says that nothing will come, and goes on listening."""


def _reset_kept(visit: Visit) -> None:
    _answer(visit)
    visit.wait_for_bytes()
    visit.reset()


def _close_kept(visit: Visit) -> None:
    _answer(visit)
    visit.close()


def _answer(visit: Visit) -> None:
    visit.send(
        HEAD + b"Connection: keep-alive\r\nContent-Length: %d\r\n\r\n" % len(PLACED) + PLACED
    )


resets_kept = Behaviour("resets when used again", _reset_kept)
"""Answers and keeps the connection, then resets it as the next request arrives on it."""

closes_kept = Behaviour("closes what it said it would keep", _close_kept)
"""Answers, says that it keeps the connection, and closes it."""


def drips_headers(seconds: float = 1.0) -> Behaviour:
    """Answers one byte every `seconds`, from the status line on."""

    def act(visit: Visit) -> None:
        visit.drip(HEAD + b"X-Filler: " + b"x" * 4096, seconds)
        visit.close()

    return Behaviour("drips headers", act)


def drips_body(seconds: float = 1.0) -> Behaviour:
    """Answers with whole headers, then one byte of the body every `seconds`."""

    def act(visit: Visit) -> None:
        visit.send(HEAD + b"Content-Length: %d\r\n\r\n" % (len(PLACED) + 4096))
        visit.drip(PLACED + b" " * 4096, seconds)
        visit.close()

    return Behaviour("drips body", act)


def _continue_for_ever(visit: Visit) -> None:
    while visit.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 8) and not visit.server.closing.wait(0.005):
        pass


def _chunks_for_ever(visit: Visit) -> None:
    visit.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while visit.send(b"1\r\n \r\n") and not visit.server.closing.wait(0.02):
        pass


def _as_much_as_is_taken(pieces: int | None) -> Callable[[Visit], None]:
    """Send that many pieces of spaces, or more and more; nothing of it is stored."""
    piece = b" " * 65536
    length = b"" if pieces is None else b"Content-Length: %d\r\n" % (pieces * len(piece))

    def act(visit: Visit) -> None:
        visit.send(HEAD + length + b"\r\n")
        for _ in count() if pieces is None else range(pieces):
            if not visit.send(piece):
                return

    return act


def _header_lines_for_ever(visit: Visit) -> None:
    visit.send(HEAD)
    while visit.send(b"X-Filler: " + b"x" * 8000 + b"\r\n"):
        pass


endless_continue = Behaviour("endless 100 Continue", _continue_for_ever)
"""Says "100 Continue" and again "100 Continue"."""

endless_chunks = Behaviour("endless chunks", _chunks_for_ever)
"""A chunked body without end."""

huge_body = Behaviour("1 GiB body", _as_much_as_is_taken(16384))
"""As much as the client takes of 1 GiB of spaces."""

endless_body = Behaviour("endless body", _as_much_as_is_taken(None))
"""Spaces without a length and without an end."""

endless_headers = Behaviour("endless headers", _header_lines_for_ever)
"""Header after header."""


def says(name: str, *pieces: bytes, then_closes: bool = True) -> Behaviour:
    """Answers with exactly these bytes, right or wrong as HTTP."""

    def act(visit: Visit) -> None:
        for piece in pieces:
            visit.send(piece)
        if then_closes:
            visit.close()

    return Behaviour(name, act)


cuts_body_off = says(
    "cut-off body", HEAD + b"Content-Length: %d\r\n\r\n" % (len(PLACED) + 10), PLACED
)
"""A whole envelope, but fewer bytes than were promised."""

cuts_chunks_off = says(
    "cut-off chunks",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(PLACED) + PLACED + b"\r\n",
)
"""A whole envelope in a chunk, and no last chunk."""

bad_chunk = says(
    "bad chunk", HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"zz\r\n" + PLACED + b"\r\n0\r\n\r\n"
)
"""A chunk whose length is no number."""

bad_gzip = says(
    "bad gzip",
    HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(PLACED) + PLACED,
)
"""Says gzip of what is none."""

two_lengths = says(
    "two lengths",
    HEAD + b"Content-Length: %d\r\nContent-Length: 7\r\n\r\n" % len(PLACED) + PLACED,
)
"""Two lengths that disagree."""

garbage_status_line = says("garbage status line", b"\x00\xff SIP/2.0 \x07 ok\r\n\r\n" + PLACED)
"""No HTTP at all."""

endless_header_line = says("endless header line", HEAD + b"X: " + b"x" * 100_000)
"""A header line longer than any client should keep."""

gzip_bomb = says(
    "gzip bomb",
    HEAD + b"Content-Encoding: gzip\r\n\r\n",
    gzip.compress(b" " * 32 * 1024 * 1024) * 32,
)
"""1 GiB in 1 MiB: one member after the other."""


def answers(
    body: bytes | dict[str, object] = PLACED,
    status: int = 200,
    *headers: str,
    date: str | None = None,
) -> Behaviour:
    """Answers as HTTP should be, keeps the connection, and answers the next request on it too.

    `headers` are whole lines; `date` is the Date header, None for none.
    """
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [
        f"HTTP/1.1 {status} Whatever",
        "Content-Type: application/json;charset=UTF-8",
        f"Content-Length: {len(text)}",
        *headers,
        *([f"Date: {date}"] if date is not None else []),
    ]
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
    return says(f"answers {status} {text[:60]!r}", head + text, then_closes=False)


html = answers(b"<!doctype html><title>502</title><h1>Bad gateway</h1>", 200)
"""A web page with status 200, such as a hotel's log-in page."""

empty = answers(b"")
"""Nothing, with status 200."""


def redirects(status: int, target: str) -> Behaviour:
    """Points elsewhere with `status` 301, 302, 307 or 308, with no body."""
    return answers(b"", status, f"Location: {target}")


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """The first behaviour for the first request, the second for the second; the last stays."""

    def act(visit: Visit) -> None:
        behaviours[min(len(visit.server.requests), len(behaviours)) - 1].act(visit)

    return Behaviour(", then ".join(str(each) for each in behaviours), act)


def by_its_own_clock(seconds: float, *, tells: bool = True, agrees: bool = True) -> Behaviour:
    """A provider whose clock is that far ahead, and who refuses timestamps half an hour off it.

    It tells its time in a Date header, or not; where it does not agree, it refuses every one.
    """

    def act(visit: Visit) -> None:
        now = time.time() + seconds
        asked = float(visit.server.requests[-1].headers["timestamp"])
        date = format_datetime(datetime.fromtimestamp(now, UTC), usegmt=True) if tells else None
        fits = agrees and abs(asked - now) < 1800
        body = PLACED if fits else b'{"status":"-16","reason":"timestamp expires"}'
        answers(body, date=date).act(visit)

    return Behaviour(f"has a clock {seconds:+.0f} s off", act)


def tunnels_to(port: int, until: Callable[[], object] = lambda: False) -> Behaviour:
    """A proxy: whatever host CONNECT asks for, it is 127.0.0.1 at `port`.

    It dies with a reset once `until` holds.
    """

    def act(visit: Visit) -> None:
        with socket.create_connection(("127.0.0.1", port), 5.0) as upstream:
            visit.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            _relay(visit, upstream, until)
        if until():
            visit.reset()
        else:
            visit.close()

    return Behaviour("tunnels", act)


def _relay(visit: Visit, upstream: socket.socket, until: Callable[[], object]) -> None:
    ends = {visit.sock: upstream, upstream: visit.sock}
    while not visit.server.closing.is_set() and not until():
        for sock in select.select(tuple(ends), (), (), 0.02)[0]:
            if not (piece := sock.recv(65536)):
                return
            ends[sock].sendall(piece)
