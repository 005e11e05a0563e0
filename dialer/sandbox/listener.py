"""Listens on a loopback address, and gives every connection a thread of its own."""

import logging
import os
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from socketserver import BaseRequestHandler, TCPServer
from threading import Lock, Thread
from typing import Any

_CLOSING_SECONDS = 1.0

_log = logging.getLogger(__name__)


class Listener(TCPServer):
    """Accepts connections, and gives each a daemon thread.

    Not `http.server.ThreadingHTTPServer`: that one asks the name service for its own name
    before it listens, wakes twice a second to see whether it should stop, and forgets its
    threads. Raises OSError where the address cannot be had.
    """

    # A port in TIME_WAIT is free; on Windows the option would let two listen on one port.
    allow_reuse_address = os.name == "posix"
    request_queue_size = 128

    def __init__(
        self,
        host: str,
        port: int,
        connection: type[BaseRequestHandler],
        clock: Callable[[], float],
    ) -> None:
        self.clock = clock
        self._stopping = False
        self._serving: Thread | None = None
        self._lock = Lock()
        self._open: dict[Any, Thread] = {}
        super().__init__((host, port), connection)

    @property
    def url(self) -> str:
        """Where it listens, without a path."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def begin(self) -> None:
        """Accept connections from now on, on a daemon thread."""
        self._serving = Thread(target=self._serve, name="sandbox", daemon=True)
        self._serving.start()

    def close(self) -> None:
        """Stop listening and end every connection, also one that hangs."""
        if self._serving is not None:
            self._stop()
            self._serving.join()
        self._end_connections()
        self.server_close()

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

    def _serve(self) -> None:
        while not self._stopping:
            self.handle_request()

    def _stop(self) -> None:
        self._stopping = True
        # It sleeps until somebody knocks.
        with suppress(OSError):
            host, port = self.server_address[:2]
            socket.create_connection((str(host), int(port)), timeout=1).close()

    def _end_connections(self) -> None:
        """Who is writing a reply may finish it, who waits is woken."""
        for how in (socket.SHUT_RD, socket.SHUT_RDWR):
            with self._lock:
                left = dict(self._open)
            for connection in left:
                with suppress(OSError):
                    connection.shutdown(how)
            deadline = time.monotonic() + _CLOSING_SECONDS
            for thread in left.values():
                thread.join(max(0.0, deadline - time.monotonic()))

    def _converse(self, request: Any, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except Exception:
            self.handle_error(request, client_address)
        finally:
            self.shutdown_request(request)
