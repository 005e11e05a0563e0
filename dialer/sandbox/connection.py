"""One client's connection to the sandbox: reads requests, delivers replies the way they ask."""

import re
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler

from dialer import __version__
from dialer.sandbox.endpoints import Endpoints, Request
from dialer.sandbox.listener import Listener
from dialer.sandbox.reply import Delivery, Reply, no_envelope

BODY_LIMIT = 64 * 1024
"""The longest request body that is read, in bytes."""

IDLE_SECONDS = 30.0
"""How long a connection may be silent before it is closed."""

_LINGER_SECONDS = 2.0
_LENGTH = re.compile(r"[0-9]{1,9}", re.ASCII)
# Seconds of waiting at close: none, which makes of the close a reset.
_NO_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class Connection(BaseHTTPRequestHandler):
    """Serves one connection, on a thread of its own, until either side ends it."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    server: Listener

    def respond(self, body: bytes) -> None:
        """Answer the request, whose body has been read."""
        raise NotImplementedError

    def answer(self) -> None:
        """Read the rest of the request, and have it answered."""
        wrong, body = self._read_body()
        if wrong:
            self._give_up(wrong)
        elif body is None:
            self.close_connection = True
        else:
            self.respond(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer  # noqa: N815 - the base class looks for these names

    def send_error(
        self,
        code: int,
        message: str | None = None,
        explain: str | None = None,  # noqa: ARG002 - as the base class calls it
    ) -> None:
        """Tell that what came was no HTTP to go on with."""
        self._give_up(no_envelope(code, message or HTTPStatus(code).phrase))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Print nothing: standard error belongs to whoever runs the sandbox."""

    def _read_body(self) -> tuple[Reply | None, bytes | None]:
        """The reply that ends it, or the body; neither where the client broke off."""
        if "Transfer-Encoding" in self.headers:
            return no_envelope(411, "Length Required"), None
        lengths = self.headers.get_all("Content-Length", ["0"])
        if len(lengths) != 1 or not _LENGTH.fullmatch(lengths[0].strip()):
            return no_envelope(400, "Bad Request"), None
        length = int(lengths[0])
        if length > BODY_LIMIT:
            return no_envelope(413, "Content Too Large"), None
        body = self.rfile.read(length)
        return None, body if len(body) == length else None

    def deliver(self, reply: Reply) -> None:
        """Send a whole reply, the way it asks."""
        message = self._message(reply)
        if reply.delivery is Delivery.AT_ONCE:
            self.wfile.write(message)
            return
        self.close_connection = True
        if reply.delivery is Delivery.CUT_OFF:
            self.wfile.write(message[: -len(reply.body) // 2])
        elif reply.delivery is Delivery.RESET:
            self._reset()
        elif reply.delivery is Delivery.NEVER:
            self.until_ended(None)
        else:
            for byte in message:
                self.wfile.write(bytes((byte,)))
                if self.until_ended(1.0):
                    return

    def head(
        self,
        http_status: int,
        content_type: str,
        length: int,
        headers: Iterable[tuple[str, str]] = (),
    ) -> bytes:
        """The response up to its body of `length` bytes."""
        lines = [
            f"HTTP/1.1 {http_status} {HTTPStatus(http_status).phrase}",
            f"Server: dialer-sandbox/{__version__}",
            f"Date: {formatdate(self.server.clock(), usegmt=True)}",
            f"Content-Type: {content_type}",
            f"Content-Length: {length}",
            *(f"{name}: {value}" for name, value in headers),
            "\r\n",
        ]
        return "\r\n".join(lines).encode("latin-1")

    def _message(self, reply: Reply) -> bytes:
        """The response in one piece, so that it leaves in one packet."""
        head = self.head(reply.http_status, reply.content_type, len(reply.body), reply.headers)
        return head if self.command == "HEAD" else head + reply.body

    def _give_up(self, reply: Reply) -> None:
        """Deliver a last reply although the request was not read to its end.

        What is left of the request is read and thrown away for a moment: closing a connection
        with unread bytes resets it, and the client might never see the reply.
        """
        self.close_connection = True
        last = Reply(reply.http_status, reply.body, reply.content_type, (("Connection", "close"),))
        self.wfile.write(self._message(last))
        self.connection.shutdown(socket.SHUT_WR)
        end = time.monotonic() + _LINGER_SECONDS
        self.connection.settimeout(_LINGER_SECONDS)
        with suppress(TimeoutError):
            while time.monotonic() < end and self.connection.recv(BODY_LIMIT):
                pass

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.rfile.close()  # a socket stays open as long as a file on it is
        self.connection.close()

    def until_ended(self, seconds: float | None) -> bool:
        """Wait until the client goes or the server closes, `seconds` at most; True if so."""
        self.connection.settimeout(seconds)
        try:
            while self.connection.recv(4096):
                pass
        except TimeoutError:
            return False
        return True


class ProviderListener(Listener):
    """The provider's address. Raises OSError where it cannot be had."""

    def __init__(
        self, host: str, port: int, endpoints: Endpoints, clock: Callable[[], float]
    ) -> None:
        self.endpoints = endpoints
        super().__init__(host, port, ProviderConnection, clock)


class ProviderConnection(Connection):
    """Serves the provider's endpoints."""

    server: ProviderListener

    def respond(self, body: bytes) -> None:
        """Have the endpoints answer, and deliver their reply."""
        path, _, query = self.path.partition("?")
        self.deliver(
            self.server.endpoints.answer(Request(self.command, path, query, self.headers, body))
        )
