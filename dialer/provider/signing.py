"""The headers that sign a request, and the clock they are signed by."""

import hashlib
import time
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime

from dialer.calls.credentials import Credentials

CONTENT_TYPE = "application/json;charset=UTF-8"


class ProviderClock:
    """The provider's time as far as it is known: this computer's, plus a learnt difference.

    The provider refuses timestamps that are too far from its own clock (status -16), and the
    `Date` header of that refusal tells how far. One clock serves one base URL for as long as
    the program runs, so that a computer whose clock is wrong pays for it once. Not
    thread-safe by lock, but a single assignment: a reader sees the old or the new difference.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self.difference = 0.0
        """Seconds that the provider's clock is ahead of this computer's."""

    def timestamp(self) -> str:
        """The provider's time in whole Unix seconds, as text."""
        return str(int(self._now() + self.difference))

    def learn(self, date_header: str | None) -> bool:
        """Take the difference from a response's `Date` header; False if it says no time."""
        try:
            theirs = parsedate_to_datetime(date_header or "")
            if theirs.tzinfo is None:  # HTTP's dates are Greenwich time, said or not
                theirs = theirs.replace(tzinfo=UTC)
            self.difference = theirs.timestamp() - self._now()
        except (ValueError, OverflowError):
            return False
        return True


def signed_headers(credentials: Credentials, timestamp: str) -> dict[str, str]:
    """The four headers of every request; neither body nor URL is signed.

    `Sign` is the lower-case hex MD5 of key + secret + timestamp, as the contract has it: the
    digest is the provider's choice, which TLS has to make good for.
    """
    text = credentials.api_key + credentials.api_secret + timestamp
    digest = hashlib.md5(text.encode("utf-8"), usedforsecurity=False)
    return {
        "Content-Type": CONTENT_TYPE,
        "Sign": digest.hexdigest(),
        "Timestamp": timestamp,
        "Api-Key": credentials.api_key,
    }
