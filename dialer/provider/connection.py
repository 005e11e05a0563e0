"""A connection that carries one request in its life, and asks for leave before it sends it."""

import math
import socket
import ssl
import threading
import time
from contextvars import ContextVar
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from dialer.provider import addresses

AHEAD_LIMIT = 4.0
"""Seconds that a connection opened ahead may idle: after that the server may be closing it."""


class CalledOff(Exception):
    """Raised inside the attempt's thread instead of sending."""


class Attempt:
    """One request on its way out. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: Any = None
        self._called_off = False

    def begin(self, sock: Any) -> None:
        """Take leave to write the request to `sock`. Raises CalledOff if it must not."""
        with self._lock:
            if self._called_off:
                raise CalledOff
            self._socket = sock

    def call_off(self) -> bool:
        """Forbid the request to begin; True if it had not begun and so never will."""
        with self._lock:
            self._called_off = True
            return self._socket is None

    def break_off(self) -> None:
        """Wake whoever reads or writes the socket, by shutting it down in both directions.

        The base class's method on purpose: `SSLSocket.shutdown` drops the SSL object under
        the reader.
        """
        with self._lock:
            sock = getattr(self._socket, "socket", self._socket)  # TLS inside TLS wraps it
            if isinstance(sock, socket.socket):
                try:
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)
                except OSError:
                    return  # closed already: nobody is waiting on it


current_attempt: ContextVar[Attempt] = ContextVar("current_attempt")
"""The attempt whose thread this is; a connection asks it for leave."""


class _OneRequest:
    """A connection that carries one request in its life, and only with its attempt's leave.

    A kept connection that the server is just closing looks exactly like a call that was sent
    and lost, so a connection that has carried a request, or idled too long, is replaced.
    """

    connected_at = -math.inf
    carried = False
    sock: Any

    def _new_conn(self) -> socket.socket:
        """Connect TCP to whichever address answers first, and fail as urllib3 does.

        The method that urllib3's own SOCKS connections override;
        tests/provider/test_addresses.py holds it.
        """
        connection: Any = self
        host = connection.host
        try:
            return addresses.connect(
                connection._dns_host,
                connection.port,
                connection.timeout,
                connection.socket_options or (),
            )
        except socket.gaierror as error:
            raise NameResolutionError(host, connection, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(connection, "no address answered in time") from error
        except OSError as error:
            raise NewConnectionError(connection, "no address could be connected to") from error

    def connect(self) -> None:
        """Connect TCP, proxy and TLS."""
        self.connected_at = -math.inf  # a failure leaves half a socket behind
        super().connect()  # type: ignore[misc]
        self.connected_at = time.monotonic()
        self.carried = False

    @property
    def is_fresh(self) -> bool:
        """Whether a request may still be sent over the connection as it is."""
        return (
            self.sock is not None
            and not self.carried
            and time.monotonic() - self.connected_at < AHEAD_LIMIT
        )

    @property
    def is_connected(self) -> bool:
        """What urllib3's pool asks before it uses a connection that it kept.

        If not, the pool closes it and connects anew, through the proxy where there is one.
        """
        return self.is_fresh and _is_quiet(self.sock)

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Write the request, if the attempt still may."""
        if self.sock is None:
            self.connect()
        current_attempt.get().begin(self.sock)
        self.carried = True
        super().request(*args, **kwargs)  # type: ignore[misc]


def _is_quiet(sock: Any) -> bool:
    """Whether the other end has neither closed the connection nor said anything.

    urllib3 takes whatever is readable for closed, but TLS 1.3 servers send session tickets
    unasked: only a read tells these from an end.
    """
    timeout = sock.gettimeout()
    sock.settimeout(0)
    try:
        sock.recv(1)
    except (BlockingIOError, ssl.SSLWantReadError):
        return True
    except OSError:
        return False
    finally:
        sock.settimeout(timeout)
    return False


class _Connection(_OneRequest, HTTPConnection):
    pass


class _TlsConnection(_OneRequest, HTTPSConnection):
    pass


class Pool(HTTPConnectionPool):
    """Makes such connections over plain TCP, for loopback."""

    ConnectionCls = _Connection


class TlsPool(HTTPSConnectionPool):
    """Makes such connections over TLS."""

    ConnectionCls = _TlsConnection
