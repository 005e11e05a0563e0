"""One HTTP exchange that knows whether its request was sent, and ends when it must.

An exception's class cannot tell "never sent" from "sent, answer lost": a TLS handshake that is
reset raises the same as a reset after sending. The moment of sending can. So a connection
(provider.connection) asks an `Attempt` for leave once TCP, proxy and TLS are done and before
the first byte of the request is written; an attempt that was called off never sends.

    TransportFault        the exchange failed
    ├── NotSent           nothing of the request can have left
    └── Lost              it may have: no answer, or none that can be used
"""

import threading
from dataclasses import dataclass, field
from queue import SimpleQueue

from dialer.calls.call import Cause
from dialer.calls.patience import Patience
from dialer.provider.connection import Attempt, current_attempt
from dialer.provider.faults import connect_cause, describe, lost_cause
from dialer.provider.session import Adapter, Session, proxies_for

BODY_LIMIT = 1024 * 1024
"""The longest response body that is read, in bytes."""

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


@dataclass(frozen=True, slots=True)
class Answer:
    """A response in full: HTTP status, the `Date` header, and the body, which does not print."""

    http_status: int
    date: str | None
    body: bytes = field(repr=False)

    @property
    def is_redirect(self) -> bool:
        """Whether the server wanted the request sent elsewhere; it never is."""
        return 300 <= self.http_status < 400


class Transport:
    """Exchanges requests over one HTTP session, one at a time, each with a total deadline.

    Proxies come from the system and the environment, but never for loopback. `exchange` is
    called from one thread; `open_ahead` from that one or another.
    """

    def __init__(self) -> None:
        self._session = Session()
        self._adapter = Adapter()
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
            current_attempt.set(attempt)
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
            proxies=proxies_for(url),
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
        try:
            self._adapter.connect_ahead(url)
        except Exception:  # the request that follows tells what is wrong
            return
