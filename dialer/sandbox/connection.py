"""One client's connection to the sandbox: reads requests, delivers replies the way they ask."""

import re
import socket
import struct
import sys
import time
from contextlib import suppress
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

from dialer import __version__
from dialer.sandbox.endpoints import Request
from dialer.sandbox.reply import Delivery, Reply, no_envelope

if TYPE_CHECKING:
    from dialer.sandbox.server import Listener

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
    server: "Listener"

    def answer(self) -> None:
        """Read the rest of the request, have it answered, and deliver the reply."""
        wrong, body = self._read_body()
        if wrong:
            self._give_up(wrong)
        elif body is None:
            self.close_connection = True
        else:
            path = self.path.partition("?")[0]
            request = Request(self.command, path, self.headers, body)
            self._deliver(self.server.endpoints.answer(request))

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

    def _deliver(self, reply: Reply) -> None:
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
            self._until_ended(None)
        else:
            for byte in message:
                self.wfile.write(bytes((byte,)))
                if self._until_ended(1.0):
                    return

    def _message(self, reply: Reply) -> bytes:
        """The response in one piece, so that it leaves in one packet."""
        phrase = HTTPStatus(reply.http_status).phrase
        lines = [
            f"HTTP/1.1 {reply.http_status} {phrase}",
            f"Server: dialer-sandbox/{__version__}",
            f"Date: {formatdate(self.server.clock(), usegmt=True)}",
            f"Content-Type: {reply.content_type}",
            f"Content-Length: {len(reply.body)}",
            *(f"{name}: {value}" for name, value in reply.headers),
            "\r\n",
        ]
        body = b"" if self.command == "HEAD" else reply.body
        return "\r\n".join(lines).encode("latin-1") + body

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

    def _until_ended(self, seconds: float | None) -> bool:
        """Wait until the client goes or the server closes, `seconds` at most; True if so."""
        self.connection.settimeout(seconds)
        try:
            while self.connection.recv(4096):
                pass
        except TimeoutError:
            return False
        return True
