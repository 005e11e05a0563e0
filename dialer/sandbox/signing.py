"""Checks who asks, and when: the signature and the timestamp of a request.

The sandbox's own, on purpose: a fault in the client's signature must not be shared by the
server that is there to find it.
"""

import hashlib
import hmac
import re
from email.message import Message

from dialer.calls.credentials import Credentials
from dialer.sandbox.reply import AUTHENTICATION, TIMESTAMP, Refused

TOLERANCE = 30 * 60
"""How far a timestamp may be from the server's clock, in seconds, either way."""

_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)


def signature(credentials: Credentials, timestamp: str) -> str:
    """The `Sign` header that goes with `timestamp`."""
    signed = credentials.api_key + credentials.api_secret + timestamp
    # The wire contract says MD5; nothing is stored under it.
    return hashlib.md5(signed.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def check(headers: Message, credentials: Credentials, now: float) -> None:
    """Let the request pass, or raise Refused. `now` is in Unix seconds.

    The signature first: who cannot sign learns nothing, not even the clock's opinion.
    """
    timestamp = _value(headers, "Timestamp")
    known = _same(_value(headers, "Api-Key"), credentials.api_key)
    signed = _same(_value(headers, "Sign"), signature(credentials, timestamp))
    if not (timestamp and known and signed):
        raise Refused(AUTHENTICATION, "authentication error")
    if not _TIMESTAMP.fullmatch(timestamp) or abs(now - int(timestamp)) > TOLERANCE:
        raise Refused(TIMESTAMP, "timestamp expires")


def _value(headers: Message, name: str) -> str:
    """The header as UTF-8 text; "" where it is missing. The parser reads bytes as Latin-1."""
    return str(headers.get(name, "")).encode("latin-1", "replace").decode("utf-8", "replace")


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode("utf-8", "replace"))
