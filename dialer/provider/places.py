"""Which addresses a recording may be fetched from: https, or http on this computer alone."""

import re
from urllib.parse import urljoin, urlsplit

from dialer.calls.base_url import is_loopback

URL_LIMIT = 8192
"""The longest address of a recording, in characters: signed ones are long."""

_SHAPE = re.compile(
    # What two parsers could read as two hosts is refused, as in a base URL.
    r"(https?)://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?(?:[/?#].*)?",
    re.ASCII | re.IGNORECASE,
)


def is_fit(url: str) -> bool:
    """Whether a recording may be fetched from `url`."""
    shape = _SHAPE.fullmatch(url)
    if shape is None or len(url) > URL_LIMIT or "\\" in url:
        return False
    if any(not char.isprintable() or char.isspace() for char in url):
        return False
    try:
        port = urlsplit(url).port
    except ValueError:
        return False
    if port == 0:
        return False
    return shape[1].lower() == "https" or is_loopback(shape[2].strip("[]"))


def redirected(url: str, location: str) -> str | None:
    """Where a redirect of `url` leads; None where it must not be followed.

    From https only https is followed, from http on this computer only to this computer.
    """
    try:
        target = urljoin(url, location.strip())
    except ValueError:
        return None
    if not is_fit(target):
        return None
    if _is_https(url):
        return target if _is_https(target) else None
    return target if is_loopback(urlsplit(target).hostname or "") else None


def _is_https(url: str) -> bool:
    return url[:6].lower() == "https:"
