"""One HTTP exchange that knows whether its request was sent, and ends when it must.

An exception's class cannot tell "never sent" from "sent, answer lost": a TLS handshake that is
reset raises the same as a reset after sending. The moment of sending can. So the connection
class here asks an `Attempt` for leave once TCP, proxy and TLS are done and before the first
byte of the request is written; an attempt that was called off before that never sends.

    TransportFault        the exchange failed
    ├── NotSent           nothing of the request can have left
    └── Lost              it may have: no answer, or none that can be used
"""

import math
import socket
import ssl
import threading
import time
import urllib.request
from contextvars import ContextVar
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any
from urllib.parse import urlsplit

import requests
import requests.adapters
import requests.utils
import truststore
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from dialer import __version__
from dialer.calls.base_url import is_loopback
from dialer.calls.call import Cause
from dialer.calls.patience import Patience
from dialer.provider.faults import connect_cause, describe, lost_cause

BODY_LIMIT = 1024 * 1024
"""The longest response body that is read, in bytes."""

AHEAD_LIMIT = 4.0
"""Seconds that a connection opened ahead may idle: after that the server may be closing it."""

AHEAD_WAIT = 1.0
"""Seconds that a request waits for a connection that is just being opened ahead."""


class TransportFault(Exception):
    """The exchange failed; `cause` says how and `detail` adds what the system said."""

    def __init__(self, cause: Cause, detail: str | None = None) -> None:
        super().__init__(cause, detail)
        self.cause = cause
        self.detail = detail


class NotSent(TransportFault):
    """Nothing of the request can have reached the provider, and nothing will."""


class Lost(TransportFault):
    """The request may have reached the provider, but no usable answer came."""


class CalledOff(Exception):
    """Raised inside the attempt's thread instead of sending."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response in full: HTTP status, the `Date` header, and the body."""

    http_status: int
    date: str | None
    body: bytes

    @property
    def is_redirect(self) -> bool:
        """Whether the server wanted the request sent elsewhere; it never is."""
        return 300 <= self.http_status < 400


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


_attempt: ContextVar[Attempt] = ContextVar("_attempt")


class _OneRequest:
    """A connection that carries one request in its life, and only with its attempt's leave.

    A kept connection that the server is just closing looks exactly like a call that was sent
    and lost, so a connection that has carried a request, or idled too long, is replaced.
    """

    connected_at = -math.inf
    carried = False
    sock: Any

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
        _attempt.get().begin(self.sock)
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


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Adapter(requests.adapters.HTTPAdapter):
    """Puts our connections and the system's trust store into requests."""

    def __init__(self) -> None:
        self._tls = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        super().__init__(max_retries=0, pool_connections=2, pool_maxsize=2)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._tls, **kwargs)
        self._use_own_pools(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> urllib3.ProxyManager:
        if proxy.lower().startswith("socks"):
            # Its connections are classes of PySocks, which ask no attempt for leave.
            raise requests.exceptions.InvalidSchema("no SOCKS proxy can be used")
        manager: urllib3.ProxyManager = super().proxy_manager_for(
            proxy, ssl_context=self._tls, proxy_ssl_context=self._tls, **kwargs
        )
        self._use_own_pools(manager)
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ARG002
        # The base class would add certifi's bundle to the system's trust store, or switch
        # verification off for a false `verify`; neither is to be had here.
        conn.cert_reqs = "CERT_REQUIRED"

    @staticmethod
    def _use_own_pools(manager: Any) -> None:
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


class _Session(requests.Session):
    """A session that sees no redirect.

    requests reads a redirect's body to its end, however large, and prepares the request that
    would follow, even where it is told not to follow.
    """

    def get_redirect_target(self, resp: object) -> None:
        """Nowhere."""


class Transport:
    """Exchanges requests over one HTTP session, one at a time, each with a total deadline.

    Redirects are not followed, nothing is retried, no cookie, `.netrc` or CA variable is
    read, proxies come from the system and the environment but never for loopback. `exchange`
    is called from one thread; `open_ahead` from that one or another.
    """

    def __init__(self) -> None:
        self._session = _Session()
        self._session.trust_env = False
        self._session.headers.clear()
        self._session.headers.update(
            {
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                "User-Agent": f"Dialer/{__version__}",
            }
        )
        self._session.cookies.set_policy(_NoCookies())
        self._adapter = _Adapter()
        self._session.mount("https://", self._adapter)
        self._session.mount("http://", self._adapter)
        self._ahead: threading.Thread | None = None

    def exchange(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None, patience: Patience
    ) -> Answer:
        """Send one request and read its answer. Raises NotSent or Lost.

        The request runs on a daemon thread of its own, since a name look-up cannot be
        interrupted: when the patience ends, the caller goes on and the attempt is called off.
        """
        if patience.stopped():
            raise NotSent(Cause.CANCELLED)
        attempt = Attempt()
        ended: SimpleQueue[Answer | BaseException] = SimpleQueue()

        def run() -> None:
            _attempt.set(attempt)
            try:
                ended.put(self._send(method, url, headers, body, patience))
            except BaseException as error:  # handed over to the one who waits
                ended.put(error)
            finally:
                patience.wake()

        threading.Thread(target=run, name="dialer-exchange", daemon=True).start()
        while ended.empty():
            if patience.stopped() and attempt.call_off():
                raise NotSent(Cause.CANCELLED)
            if not patience.wait() and ended.empty():
                never_began = attempt.call_off()
                attempt.break_off()
                if never_began:
                    raise NotSent(Cause.CONNECT_TIMEOUT)
                raise Lost(Cause.CLOSED if patience.stopped() else Cause.NO_ANSWER)
        result = ended.get()
        if isinstance(result, Answer):
            return result
        if isinstance(result, TransportFault):
            raise result
        if attempt.call_off():
            raise NotSent(connect_cause(result), describe(result))
        raise Lost(lost_cause(result), describe(result))

    def open_ahead(self, url: str) -> None:
        """Open a connection now, in the background, for a request that is likely to follow.

        Only TCP and TLS: nothing is asked of the provider. Never raises; a server that does
        not answer is told by the request itself.
        """
        if self._ahead is None or not self._ahead.is_alive():
            self._ahead = threading.Thread(
                target=self._connect, args=(url,), name="dialer-connect", daemon=True
            )
            self._ahead.start()

    def close(self) -> None:
        """Close idle connections. An exchange that is still under way is not touched."""
        self._session.close()

    def _send(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None, patience: Patience
    ) -> Answer:
        if (ahead := self._ahead) is not None:
            ahead.join(min(AHEAD_WAIT, patience.remaining))
        # The total deadline is the caller's; these only keep an abandoned thread from
        # waiting for ever. A connect timeout counts for each address.
        seconds = max(0.1, patience.remaining)
        response = self._session.request(
            method,
            url,
            headers=headers,
            data=body,
            timeout=(seconds, seconds),
            allow_redirects=False,
            stream=True,
            proxies=_proxies(url),
        )
        try:
            if response.headers.get("Content-Encoding", "identity").lower() != "identity":
                raise Lost(Cause.NO_ENVELOPE, "an encoding that was not asked for")
            pieces = bytearray()
            while piece := response.raw.read(BODY_LIMIT + 1 - len(pieces), decode_content=False):
                pieces += piece
                if len(pieces) > BODY_LIMIT:
                    raise Lost(Cause.TOO_LARGE)
            return Answer(response.status_code, response.headers.get("Date"), bytes(pieces))
        finally:
            response.close()

    def _connect(self, url: str) -> None:
        """Put a connected connection into the pool that the next request takes its own from.

        `_get_conn`, `_prepare_proxy` and `_put_conn` are private to urllib3 2.x; this is the
        one place that uses them, and tests/provider/test_open_ahead.py holds it.
        """
        try:
            request = requests.Request("POST", url).prepare()
            pool: Any = self._adapter.get_connection_with_tls_context(
                request, True, proxies=_proxies(url)
            )
            pool.cert_reqs = "CERT_REQUIRED"
            connection = pool._get_conn()
            try:
                if connection.is_fresh:
                    return
                connection.close()
                # What urllib3 gives a request before it connects.
                connection.timeout = AHEAD_LIMIT
                if (
                    pool.proxy is not None
                    and connection.proxy is not None
                    and pool.scheme == "https"
                ):
                    pool._prepare_proxy(connection)
                else:
                    connection.connect()
            finally:
                pool._put_conn(connection)
        except Exception:  # the request that follows tells what is wrong
            return


class _NoCookies(requests.cookies.cookielib.DefaultCookiePolicy):  # type: ignore[name-defined,misc]
    """Takes no cookie and sends none."""

    def set_ok(self, cookie: object, request: object) -> bool:  # noqa: ARG002
        """Refuse every cookie."""
        return False


def _proxies(url: str) -> dict[str, str]:
    """The proxies for `url` by the environment and the system's settings; none for loopback."""
    host = urlsplit(url).hostname or ""
    if is_loopback(host) or requests.utils.should_bypass_proxies(url, no_proxy=None):
        return {}
    return urllib.request.getproxies()
