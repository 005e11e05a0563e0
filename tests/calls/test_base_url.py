"""What may be a base URL: https, or http to this computer, and nothing that misleads."""

import ipaddress
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.calls.base_url import LENGTH_LIMIT, BaseUrlRefused, check_base_url, is_loopback


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("https://api.itniotech.com", "https://api.itniotech.com"),
        ("  HTTPS://API.itniotech.COM/  ", "https://api.itniotech.com"),
        ("https://api.example.com/v3", "https://api.example.com/v3"),
        ("https://api.example.com/V3/sip/", "https://api.example.com/V3/sip"),
        ("https://api.example.com:443/", "https://api.example.com"),
        ("https://api.example.com:8443", "https://api.example.com:8443"),
        ("https://api.example.com:080", "https://api.example.com:80"),
        ("https://xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example"),
        ("https://intranet", "https://intranet"),
        ("https://192.0.2.7/v3", "https://192.0.2.7/v3"),
        ("https://[2001:DB8:0:0::1]:8443", "https://[2001:db8::1]:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.9.8.7", "http://127.9.8.7"),
        ("http://localhost:8080/v3", "http://localhost:8080/v3"),
        ("HTTP://LocalHost:80", "http://localhost"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://[0:0:0:0:0:0:0:1]", "http://[::1]"),
    ],
)
def test_a_base_url_comes_into_its_normal_form(typed: str, normal: str) -> None:
    assert check_base_url(typed) == normal
    assert check_base_url(normal) == normal


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("api.example.com", "needs https://"),
        ("//api.example.com", "needs https://"),
        ("https:/api.example.com", "needs https://"),
        ("https:api.example.com", "needs https://"),
        ("ftp://api.example.com", "use https://"),
        ("file:///etc/passwd", "use https://"),
        ("javascript://localhost", "use https://"),
        ("http+unix://localhost", "use https://"),
        ("https://", "names no host"),
        ("https:///v3", "names no host"),
        ("https://:8080", "names no host"),
        # not encrypted, to somewhere else
        ("http://api.example.com", "not encrypted"),
        ("http://127.0.0.1.evil.example", "not encrypted"),
        ("http://localhost.evil.example", "not encrypted"),
        ("http://localhost.localdomain", "not encrypted"),
        ("http://128.0.0.1", "not encrypted"),
        ("http://0.0.0.0", "not encrypted"),
        ("http://[::]", "not encrypted"),
        ("http://[::ffff:127.0.0.1]", "not encrypted"),
        ("http://[::2]", "not encrypted"),
        # another host than it seems
        ("http://127.0.0.1@evil.example", "user name"),
        ("https://user:word@api.example.com", "user name"),
        ("https://@api.example.com", "user name"),
        ("https://api.example.com\\@evil.example", "cannot stand"),
        ("http:\\\\127.0.0.1", "cannot stand"),
        ("http://127.0.0.1\t.evil.example", "space"),
        ("http://127.0.0.1\n.evil.example", "space"),
        ("ht\ntps://api.example.com", "space"),
        ("\x00https://api.example.com", "space"),
        ("https://api.example.com\r\nHost: evil.example", "space"),
        ("https://api example.com", "space"),
        ("https://api.example.com\u200b", "invisible"),
        ("https://аpi.example.com", "outside ASCII"),
        ("https://api.example.com/?a=b", "“\\?”"),
        ("https://api.example.com?", "“\\?”"),
        ("https://api.example.com/#a", "“#”"),
        ("https://api.example.com#", "“#”"),
        ("https://api%2eexample.com", "“%”"),
        ("http://[::1%25eth0]", "“%”"),
        ("http://[fe80::1%eth0]", "“%”"),
        # addresses that resolvers read differently
        ("http://2130706433", "no IP address"),
        ("http://0x7f000001", "no IP address"),
        ("http://127.1", "no IP address"),
        ("http://0177.0.0.1", "no IP address"),
        ("http://127.0.0.01", "no IP address"),
        ("http://127.0.0.0x1", "no IP address"),
        ("https://256.1.1.1", "no IP address"),
        ("https://[::1", "cannot be read"),
        ("https://::1", "cannot be read"),
        ("https://[::g]", "no IP address"),
        ("https://[127.0.0.1]", "no IP address"),
        ("https://[]", "no IP address"),
        ("https://[::1]x", "cannot be read"),
        # ports and host names
        ("https://api.example.com:", "port"),
        ("https://api.example.com:0", "port"),
        ("https://api.example.com:65536", "port"),
        ("https://api.example.com:+80", "port"),
        ("https://api.example.com:80:80", "port"),
        ("https://api.example.com:http", "port"),
        ("https://.example.com", "no host name"),
        ("https://api..example.com", "no host name"),
        ("https://api.example.com.", "no host name"),
        ("https://-api.example.com", "no host name"),
        ("https://a,b.example.com", "no host name"),
        (f"https://{'a' * 64}.example.com", "no host name"),
        (f"https://{'.'.join(['a' * 60] * 5)}", "no host name"),
        # paths
        ("https://api.example.com/v3//voice", "path"),
        ("https://api.example.com//evil.example", "path"),
        ("https://api.example.com/../admin", "path"),
        ("https://api.example.com/v3/./x", "path"),
        ("https://api.example.com/..", "path"),
        ("https://api.example.com/<v3>", "path"),
        (f"https://api.example.com/{'a' * LENGTH_LIMIT}", "longer"),
    ],
)
def test_what_is_no_base_url_is_refused_in_words(typed: str, why: str) -> None:
    with pytest.raises(BaseUrlRefused, match=why) as caught:
        check_base_url(typed)
    assert str(caught.value) == str(caught.value.sentence)


_PIECES = st.lists(
    st.sampled_from(
        ["https://", "http://", "HTTP://", "127.0.0.1", "localhost", "[::1]", "evil.example", "a",
         ".", ":", "@", "/", "\\", "?", "#", "%", "%40", "[", "]", "0x7f", "1", "80", "443", ":80",
         "/v3", "..", "-", "_", "\t", "\n", "\u2025", "\uff0f"]
    ),
    max_size=8,
).map("".join)  # fmt: skip


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("127.9.8.7", True), ("::1", True), ("localhost", True),
     ("LOCALHOST", True), ("128.0.0.1", False), ("::2", False), ("::ffff:127.0.0.1", False),
     ("localhost.evil.example", False), ("127.0.0.1.evil.example", False), ("", False)],
)  # fmt: skip
def test_this_computer_is_told_from_others(host: str, here: bool) -> None:
    assert is_loopback(host) is here


@given(st.one_of(_PIECES, st.text(max_size=40), _PIECES.map("http://127.0.0.1".__add__)))
def test_whatever_is_accepted_means_one_host_to_everybody(typed: str) -> None:
    try:
        url = check_base_url(typed)
    except BaseUrlRefused:
        return
    assert check_base_url(url) == url
    assert not url.endswith("/")
    parts = urlsplit(url)
    assert parts.scheme in ("http", "https")
    assert parts.username is None
    assert not parts.query + parts.fragment
    assert parts.hostname
    urllib3_url = pytest.importorskip("urllib3.util.url").parse_url(url)
    assert urllib3_url.host.strip("[]") == parts.hostname
    assert urllib3_url.port == parts.port
    assert (urllib3_url.path or "") == parts.path
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == url
    if parts.scheme == "http" and parts.hostname != "localhost":
        assert ipaddress.ip_address(parts.hostname).is_loopback
