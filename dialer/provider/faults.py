"""What an exception of the HTTP stack means: the cause, and a few words without secrets."""

import errno
import http.client
import socket
import ssl
from collections.abc import Iterator

import requests.exceptions
import urllib3.exceptions

from dialer.calls.call import Cause
from dialer.calls.plain import plain

_UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}
_SILENCE = (TimeoutError, urllib3.exceptions.TimeoutError, requests.exceptions.Timeout)
_BEFORE_SENDING: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], Cause], ...] = (
    (
        (
            requests.exceptions.ProxyError,
            requests.exceptions.InvalidProxyURL,
            requests.exceptions.InvalidSchema,  # a socks:// proxy
            requests.exceptions.InvalidURL,  # the profile's own address was read strictly
            urllib3.exceptions.ProxyError,
        ),
        Cause.PROXY,
    ),
    ((socket.gaierror, urllib3.exceptions.NameResolutionError, UnicodeError), Cause.NO_NAME),
    ((ssl.SSLEOFError, ssl.SSLZeroReturnError), Cause.CONNECTION_LOST),  # closed in the handshake
    (ssl.SSLError, Cause.TLS),
    (ConnectionRefusedError, Cause.REFUSED),
    (_SILENCE, Cause.CONNECT_TIMEOUT),
)
_NO_HTTP = (http.client.HTTPException, urllib3.exceptions.InvalidHeader)
_CUT_OFF = (ConnectionError, http.client.IncompleteRead)


def connect_cause(error: BaseException) -> Cause:
    """Why no request was sent, from what was raised while connecting."""
    chain = tuple(_chain(error))
    for kinds, cause in _BEFORE_SENDING:
        if any(isinstance(link, kinds) for link in chain):
            return cause
    if any(isinstance(link, OSError) and link.errno in _UNREACHABLE for link in chain):
        return Cause.UNREACHABLE
    if _spoke_no_http(chain):  # before sending only a proxy speaks at all
        return Cause.PROXY
    return Cause.CONNECTION_LOST


def lost_cause(error: BaseException) -> Cause:
    """Why no usable answer came, from what was raised after the request had begun."""
    chain = tuple(_chain(error))
    if any(isinstance(link, _SILENCE) for link in chain):
        return Cause.NO_ANSWER
    return Cause.NO_ENVELOPE if _spoke_no_http(chain) else Cause.BROKEN_OFF


def _spoke_no_http(chain: tuple[BaseException, ...]) -> bool:
    return any(isinstance(link, _NO_HTTP) and not isinstance(link, _CUT_OFF) for link in chain)


def describe(error: BaseException) -> str:
    """What the system said, from the innermost exception: never a URL, a header or a body."""
    chain = tuple(_chain(error))
    for link in chain:
        if isinstance(link, ssl.SSLCertVerificationError):
            return plain(link.verify_message or "certificate verify failed", 200)
        if isinstance(link, OSError) and link.strerror:
            return plain(link.strerror, 200)
    return type(chain[-1]).__name__


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and all it was raised from: libraries hide causes in three places."""
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        link = waiting.pop(0)
        if id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        hidden = (link.__cause__, link.__context__, getattr(link, "reason", None), *link.args)
        waiting.extend(other for other in hidden if isinstance(other, BaseException))
