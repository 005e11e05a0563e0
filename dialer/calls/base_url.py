"""A provider's base URL: https, or http to this computer alone, with nothing hidden in it."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address, ip_address

from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence

LENGTH_LIMIT = 500
"""The longest base URL, in characters."""

_SHAPE = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/]*)(/.*)?", re.ASCII)
_AUTHORITY = re.compile(r"(\[[^\[\]]*\]|[^\[\]:]*)(?::([0-9]{1,5}))?", re.ASCII)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?", re.ASCII)
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|$))(?:[A-Za-z0-9._~!$&'()*+,;=:@-])+)+", re.ASCII)
_DEFAULT_PORT = {"https": "443", "http": "80"}


class BaseUrlRefused(ValueError):
    """The text is no base URL that credentials may be sent to; `sentence` says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


def check_base_url(url: str) -> str:
    """Return `url` in its one normal form: lower case, no default port, no slash at the end.

    https goes anywhere; http only to 127.0.0.0/8, ::1 and `localhost`. A path is allowed.
    The URL is taken apart here, strictly, and not by a forgiving parser: what two parsers
    could read as two different hosts is refused. Raises BaseUrlRefused.
    """
    url = url.strip(" ")
    if not url:
        raise BaseUrlRefused(
            Sentence(
                QT_TRANSLATE_NOOP(
                    "dialer", "The base URL is empty. It looks like https://api.example.com"
                )
            )
        )
    if len(url) > LENGTH_LIMIT:
        raise BaseUrlRefused(
            Sentence(
                QT_TRANSLATE_NOOP("dialer", "The base URL is longer than {limit} characters."),
                limit=LENGTH_LIMIT,
            )
        )
    _refuse_odd_characters(url)
    if not (shape := _SHAPE.fullmatch(url)):
        raise BaseUrlRefused(
            Sentence(
                QT_TRANSLATE_NOOP(
                    "dialer",
                    "The base URL needs https:// in front, such as https://api.example.com",
                )
            )
        )
    scheme, authority, path = shape[1].lower(), shape[2].lower(), shape[3] or ""
    if scheme not in _DEFAULT_PORT:
        raise BaseUrlRefused(
            Sentence(
                QT_TRANSLATE_NOOP("dialer", "The base URL begins with {scheme}://: use https://"),
                scheme=scheme,
            )
        )
    host, port = _host_and_port(authority)
    if scheme == "http" and not is_loopback(host.strip("[]")):
        raise BaseUrlRefused(
            Sentence(
                QT_TRANSLATE_NOOP(
                    "dialer",
                    "http:// is not encrypted and allowed only for this computer "
                    "(localhost, 127.0.0.1, ::1): use https://",
                )
            )
        )
    path = path.rstrip("/")
    if path and not _PATH.fullmatch(path):
        raise BaseUrlRefused(
            Sentence(
                QT_TRANSLATE_NOOP(
                    "dialer",
                    "The path in the base URL cannot be used: it may hold names with single "
                    "slashes between them, such as /v3",
                )
            )
        )
    if port in ("", _DEFAULT_PORT[scheme]):
        return f"{scheme}://{host}{path}"
    return f"{scheme}://{host}:{port}{path}"


def is_loopback(host: str) -> bool:
    """Whether `host` (a name or an address, without brackets) is this computer and no other."""
    try:
        address = ip_address(host)
    except ValueError:
        return host.lower() == "localhost"
    # Not `is_loopback` alone: it takes ::ffff:127.0.0.1 too on some versions of Python.
    return address == IPv6Address("::1") or (address.version == 4 and address.is_loopback)


def _refuse_odd_characters(url: str) -> None:
    if any(not "!" <= char <= "~" for char in url):
        raise BaseUrlRefused(
            Sentence(
                QT_TRANSLATE_NOOP(
                    "dialer",
                    "The base URL has a space, an invisible character or a letter outside ASCII "
                    "in it. A name in another script is written in its xn-- form.",
                )
            )
        )
    for char in "\\?#%":
        if char in url:
            raise BaseUrlRefused(
                Sentence(
                    QT_TRANSLATE_NOOP("dialer", "“{char}” cannot stand in a base URL."), char=char
                )
            )


def _host_and_port(authority: str) -> tuple[str, str]:
    """Return the host in its normal form, and the port, "" where none is named."""
    if "@" in authority:
        raise BaseUrlRefused(
            Sentence(
                QT_TRANSLATE_NOOP(
                    "dialer",
                    "A user name cannot stand in a base URL: the API key and secret have "
                    "fields of their own.",
                )
            )
        )
    parts = _AUTHORITY.fullmatch(authority)
    port = parts[2] if parts else None
    if parts is None or (port is not None and not 1 <= int(port) <= 65535):
        raise BaseUrlRefused(
            Sentence(
                QT_TRANSLATE_NOOP(
                    "dialer",
                    "The host in the base URL cannot be read, or its port is not 1 to 65535.",
                )
            )
        )
    return _host(parts[1]), str(int(port)) if port else ""


def _host(host: str) -> str:
    if not host:
        raise BaseUrlRefused(
            Sentence(QT_TRANSLATE_NOOP("dialer", "The base URL names no host after the ://"))
        )
    try:
        if host.startswith("["):
            return f"[{IPv6Address(host[1:-1]).compressed}]"
        labels = host.split(".")
        # Anything that ends in a number is an address: `127.1`, `0x7f.1` and `2130706433`
        # are three more spellings of one, which not every resolver reads alike.
        if _NUMERIC_LABEL.fullmatch(labels[-1]):
            return str(IPv4Address(host))
    except AddressValueError:
        raise BaseUrlRefused(
            Sentence(
                QT_TRANSLATE_NOOP("dialer", "“{host}” in the base URL is no IP address."), host=host
            )
        ) from None
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise BaseUrlRefused(
            Sentence(
                QT_TRANSLATE_NOOP("dialer", "“{host}” in the base URL is no host name."), host=host
            )
        )
    return host
