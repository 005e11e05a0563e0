"""requests, held to what a call needs: own connections, the system's trust store, nothing more.

No redirect is followed, nothing is retried, no cookie, `.netrc` or CA variable is read.
"""

import ssl
import urllib.request
from typing import Any
from urllib.parse import urlsplit

import requests
import requests.adapters
import requests.utils
import truststore
import urllib3

from dialer import __version__
from dialer.calls.base_url import is_loopback
from dialer.provider.connection import AHEAD_LIMIT, Pool, TlsPool


class Adapter(requests.adapters.HTTPAdapter):
    """Puts our connections and the system's trust store into requests."""

    def __init__(self) -> None:
        self._tls = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        super().__init__(max_retries=0, pool_connections=2, pool_maxsize=2)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools for direct connections."""
        super().init_poolmanager(*args, ssl_context=self._tls, **kwargs)
        self._use_own_pools(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> urllib3.ProxyManager:
        """Make the pools for connections through `proxy`."""
        if proxy.lower().startswith("socks"):
            # Its connections are classes of PySocks, which ask no attempt for leave.
            raise requests.exceptions.InvalidSchema("no SOCKS proxy can be used")
        manager: urllib3.ProxyManager = super().proxy_manager_for(
            proxy, ssl_context=self._tls, proxy_ssl_context=self._tls, **kwargs
        )
        self._use_own_pools(manager)
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ARG002
        """Verify, whatever `verify` says."""
        # The base class would add certifi's bundle to the system's trust store, or switch
        # verification off for a false `verify`; neither is to be had here.
        conn.cert_reqs = "CERT_REQUIRED"

    def close(self) -> None:
        """Close the idle connections of every pool now.

        urllib3 drops its pools and leaves the connections to the garbage collector, for which
        the traceback of a call that failed may keep them.
        """
        for manager in (self.poolmanager, *self.proxy_manager.values()):
            for key in manager.pools.keys():  # noqa: SIM118 - it cannot be iterated over
                if (pool := manager.pools.get(key)) is not None:
                    pool.close()
        super().close()

    def connect_ahead(self, url: str) -> None:
        """Put a connected connection into the pool that the next request takes its own from.

        `_get_conn`, `_prepare_proxy` and `_put_conn` are private to urllib3 2.x; this is the
        one place that uses them, and tests/provider/test_open_ahead.py holds it. Blocks while
        it connects; raises whatever connecting raises.
        """
        request = requests.Request("POST", url).prepare()
        pool: Any = self.get_connection_with_tls_context(request, True, proxies=proxies_for(url))
        pool.cert_reqs = "CERT_REQUIRED"
        connection = pool._get_conn()
        try:
            if connection.is_fresh:
                return
            connection.close()
            # What urllib3 gives a request before it connects.
            connection.timeout = AHEAD_LIMIT
            if pool.proxy is not None and connection.proxy is not None and pool.scheme == "https":
                pool._prepare_proxy(connection)
            else:
                connection.connect()
        finally:
            pool._put_conn(connection)

    @staticmethod
    def _use_own_pools(manager: Any) -> None:
        manager.pool_classes_by_scheme = {"http": Pool, "https": TlsPool}


class Session(requests.Session):
    """A session that sees no redirect.

    requests reads a redirect's body to its end, however large, and prepares the request that
    would follow, even where it is told not to follow.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.headers.clear()
        self.headers.update(
            {
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                "User-Agent": f"Dialer/{__version__}",
            }
        )
        self.cookies.set_policy(_NoCookies())

    def get_redirect_target(self, resp: object) -> None:
        """Nowhere."""


class _NoCookies(requests.cookies.cookielib.DefaultCookiePolicy):  # type: ignore[name-defined,misc]
    """Takes no cookie and sends none."""

    def set_ok(self, cookie: object, request: object) -> bool:  # noqa: ARG002
        """Refuse every cookie."""
        return False


def proxies_for(url: str) -> dict[str, str]:
    """The proxies for `url` by the environment and the system's settings; none for loopback."""
    host = urlsplit(url).hostname or ""
    if is_loopback(host) or requests.utils.should_bypass_proxies(url, no_proxy=None):
        return {}
    return urllib.request.getproxies()
