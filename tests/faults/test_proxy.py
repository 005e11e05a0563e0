"""A proxy stands in the way: it can keep a call from being sent, and is told nothing of it."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import trustme

from dialer.calls.call import Cause
from doubles import faulty_server as faults
from doubles.faulty_server import Behaviour, FaultyServer, answers, says, tls_for, tunnels_to
from faults.case import Arrange, Case, Ground, Promise, Scene, each_case, not_sent, placed, unknown
from faults.tally import Tally
from faults.trial import Start, judge

pytestmark = pytest.mark.keyring

HOST = "api.example.test"
PASSWORD = "the-proxy's-own"

NOT_LET_THROUGH = not_sent(Cause.PROXY, "The proxy did not let the connection through")
TOO_LATE = not_sent(Cause.CONNECT_TIMEOUT, "No connection to the provider came about in time")


def through(proxy: Behaviour, address: str = "http://127.0.0.1:{port}") -> Arrange:
    """The way to the provider leads through a proxy of that behaviour, which lets nothing by."""

    @contextmanager
    def arrange(ground: Ground) -> Iterator[Scene]:
        with FaultyServer(proxy) as server:
            ground.program.environ["https_proxy"] = address.format(port=server.port)
            yield Scene(f"https://{HOST}")
        assert {each.method for each in server.requests} <= {"CONNECT"}
        assert not any("sign" in each.headers for each in server.requests)

    return arrange


def tunnelled(
    behaviour: Behaviour,
    *,
    known: bool = True,
    dies: bool = False,
) -> Arrange:
    """A proxy that tunnels to a provider, whose certificate is `known` to the system or not.

    dies: the proxy does, when the provider has read the request.
    """

    @contextmanager
    def arrange(ground: Ground) -> Iterator[Scene]:
        issuer = ground.authority if known else trustme.CA()
        with FaultyServer(behaviour, tls_for(issuer, HOST)) as server:
            until = (lambda: bool(server.requests)) if dies else (lambda: False)
            with FaultyServer(tunnels_to(server.port, until)) as proxy:
                password = base64.b64encode(f"ann:{PASSWORD}".encode()).decode()
                ground.program.environ["https_proxy"] = (
                    f"http://ann:{PASSWORD}@127.0.0.1:{proxy.port}"
                )
                yield Scene(f"https://{HOST}", server, strangers=() if known else (server,))
            (asked,) = proxy.requests
            assert (asked.method, asked.target) == ("CONNECT", f"{HOST}:443")
            assert asked.headers["proxy-authorization"] == f"Basic {password}"
            assert not {"sign", "api-key", "timestamp"} & asked.headers.keys()
            assert all("proxy-authorization" not in each.headers for each in server.requests)

    return arrange


@contextmanager
def loopback_in_spite_of_a_proxy(ground: Ground) -> Iterator[Scene]:
    with FaultyServer(answers()) as proxy, FaultyServer(answers()) as server:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            ground.program.environ[name] = proxy.url
        yield Scene(server.url, server, strangers=(proxy,))


def line(
    name: str, arrange: Arrange, promise: Promise, depth: str = "more", deadline: float = 20.0
) -> Case:
    return Case("proxy", name, arrange, promise, deadline, depth=depth)


CASES = (
    line("hangs", through(faults.hangs_after_reading), TOO_LATE, "quick", deadline=2.5),
    line("one byte a second", through(faults.drips_headers()), TOO_LATE, deadline=3.0),
    line("refuses the connection", through(faults.refuses), NOT_LET_THROUGH),
    line(
        "asks for a password",
        through(answers(b"who are you", 407, 'Proxy-Authenticate: Basic realm="x"')),
        NOT_LET_THROUGH,
        "quick",
    ),
    line("forbids", through(answers(b"no", 403)), NOT_LET_THROUGH),
    line("finds no way", through(answers(b"", 502)), NOT_LET_THROUGH),
    line("answers in a provider's place", through(answers(status=201)), NOT_LET_THROUGH),
    line("no HTTP at all", through(faults.garbage_status_line), NOT_LET_THROUGH),
    line("dies when asked", through(faults.resets_after_reading), not_sent(Cause.CONNECTION_LOST)),
    line(
        "closes when asked", through(faults.closes_after_reading), not_sent(Cause.CONNECTION_LOST)
    ),
    line(
        "dies in the handshake behind it",
        through(says("dies", b"HTTP/1.1 200 Connection established\r\n\r\n")),
        not_sent(Cause.CONNECTION_LOST),
    ),
    line(
        "dies after the request",
        tunnelled(faults.hangs_after_reading, dies=True),
        unknown(Cause.BROKEN_OFF, "broke after the request had been sent"),
        "quick",
    ),
    line(
        "looks into the tunnel",
        tunnelled(answers(), known=False),
        not_sent(Cause.TLS, "could not be trusted"),
        "quick",
    ),
    line(
        "a SOCKS proxy",
        through(answers(), "socks5://127.0.0.1:{port}"),
        NOT_LET_THROUGH,
    ),
    line("an address that cannot be read", through(answers(), "http://[::bad"), NOT_LET_THROUGH),
    line("lets everything by", tunnelled(answers()), placed(), "quick"),
    line("loopback never goes through one", loopback_in_spite_of_a_proxy, placed(), "quick"),
)


@each_case(CASES)
def test_what_a_proxy_does_to_a_call(case: Case, tried: Start, tally: Tally) -> None:
    judge(case, tried(case), tally)
