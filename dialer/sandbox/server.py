"""The sandbox provider: an HTTP server on this computer that behaves by the wire contract."""

import logging
import os
import secrets
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from socketserver import TCPServer
from threading import Lock, Thread
from typing import Any, Self

from dialer.calls.credentials import Credentials
from dialer.sandbox.connection import Connection
from dialer.sandbox.endpoints import Endpoints
from dialer.sandbox.magic import MAGIC
from dialer.sandbox.store import SandboxCalls

__all__ = ["ACCOUNT", "APP_ID", "MAGIC", "SandboxServer"]

HOST = "127.0.0.1"

ACCOUNT = "sandbox"
"""The sandbox's own account, for who has none. Any other well-formed one is accepted too."""

APP_ID = "sandbox"
"""The sandbox's own application ID. Any other well-formed one is accepted too, and none."""

_CLOSING_SECONDS = 1.0

_log = logging.getLogger(__name__)


class SandboxServer:
    """A provider on loopback that keeps its calls in `calls_file`.

    Listens on `port`, or on a free one if that is 0. `clock` gives Unix seconds: timestamps are
    checked by it, and calls live `speed` (0.01 to 10,000) times as fast as it. Without
    `credentials` new ones are made, which are good until the server closes and kept nowhere.

    `start` and `close` are called on one thread; requests are served on threads of their own.
    """

    def __init__(
        self,
        calls_file: Path,
        *,
        port: int = 0,
        credentials: Credentials | None = None,
        clock: Callable[[], float] = time.time,
        speed: float = 1.0,
    ) -> None:
        if not 0 <= port <= 65535:
            raise ValueError("the port must be 0 to 65535")
        if not 0.01 <= speed <= 10_000:
            raise ValueError("the speed must be 0.01 to 10,000")
        self.credentials = credentials or Credentials(
            f"sandbox-{secrets.token_hex(4)}", secrets.token_hex(16)
        )
        self._calls_file = calls_file
        self._port = port
        self._clock = clock
        self._speed = speed
        self._calls: SandboxCalls | None = None
        self._listener: Listener | None = None
        self._thread: Thread | None = None

    @property
    def url(self) -> str:
        """The base URL for a profile. Raises RuntimeError while the server does not listen."""
        if self._listener is None:
            raise RuntimeError("the sandbox has not been started")
        return f"http://{HOST}:{self._listener.server_address[1]}"

    def start(self) -> None:
        """Listen, and serve from a daemon thread.

        Raises OSError if the port is taken or the file cannot be used.
        """
        if self._listener is not None:
            raise RuntimeError("the sandbox has been started already")
        calls = SandboxCalls(self._calls_file)
        try:
            endpoints = Endpoints(calls, self.credentials, self._clock, self._speed)
            self._listener = Listener(self._port, endpoints, self._clock)
        except OSError:
            calls.close()
            raise
        self._calls = calls
        self._thread = Thread(target=self._listener.serve, name="sandbox", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening and end every connection, also one that hangs. Safe to call twice."""
        if self._listener is None or self._thread is None or self._calls is None:
            return
        self._listener.stop()
        self._thread.join()
        self._listener.end_connections()
        self._listener.server_close()
        self._calls.close()
        self._listener = self._thread = self._calls = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Listener(TCPServer):
    """Accepts connections, and gives each a daemon thread.

    Not `http.server.ThreadingHTTPServer`: that one asks the name service for its own name
    before it listens, wakes twice a second to see whether it should stop, and forgets its
    threads.
    """

    # A port in TIME_WAIT is free; on Windows the option would let two listen on one port.
    allow_reuse_address = os.name == "posix"
    request_queue_size = 128

    def __init__(self, port: int, endpoints: Endpoints, clock: Callable[[], float]) -> None:
        self.endpoints = endpoints
        self.clock = clock
        self._stopping = False
        self._lock = Lock()
        self._open: dict[Any, Thread] = {}
        super().__init__((HOST, port), Connection)

    def serve(self) -> None:
        """Accept connections until `stop`."""
        while not self._stopping:
            self.handle_request()

    def stop(self) -> None:
        """Have `serve` return; from any other thread."""
        self._stopping = True
        # It sleeps until somebody knocks.
        with suppress(OSError):
            socket.create_connection((HOST, self.server_address[1]), timeout=1).close()

    def end_connections(self) -> None:
        """End every connection: who is writing a reply may finish it, who waits is woken."""
        for how in (socket.SHUT_RD, socket.SHUT_RDWR):
            with self._lock:
                left = dict(self._open)
            for connection in left:
                with suppress(OSError):
                    connection.shutdown(how)
            deadline = time.monotonic() + _CLOSING_SECONDS
            for thread in left.values():
                thread.join(max(0.0, deadline - time.monotonic()))

    def server_bind(self) -> None:
        """Take the port for this process alone."""
        if sys.platform == "win32":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        super().server_bind()

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002
        """Whether a new connection is still served."""
        return not self._stopping

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve the connection on a thread of its own."""
        thread = Thread(
            target=self._converse,
            args=(request, client_address),
            name="sandbox connection",
            daemon=True,
        )
        with self._lock:
            self._open[request] = thread
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        """Close a connection."""
        super().shutdown_request(request)
        with self._lock:
            self._open.pop(request, None)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """A client that goes away is nothing to report; a defect of the sandbox is."""
        if not isinstance(sys.exception(), OSError):
            _log.exception("the sandbox failed to answer a request")

    def _converse(self, request: Any, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except Exception:
            self.handle_error(request, client_address)
        finally:
            self.shutdown_request(request)
