"""The network fails in every way it can: each has its outcome, and no call is sent twice."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import trustme

from dialer.calls.call import Cause
from doubles import faulty_server as faults
from doubles.faulty_server import Behaviour, FaultyServer, answers, html, redirects, tls_for
from faults.case import (
    Arrange,
    Case,
    Ground,
    Promise,
    Scene,
    each_case,
    not_sent,
    placed,
    served,
    served_over_tls,
    unknown,
)
from faults.tally import Tally
from faults.trial import Start, judge

pytestmark = pytest.mark.keyring

LITTLE = 64
"""MiB: the program takes some 35, whatever it is sent."""

SHORT = 2.5
"""Seconds for a call that only its deadline ends."""

NOT_TRUSTED = not_sent(Cause.TLS, "could not be trusted", "network's certificates")
NO_ANSWER = unknown(Cause.NO_ANSWER, "did not answer in time")
CUT_OFF = unknown(Cause.BROKEN_OFF, "broke after the request had been sent")
NO_ENVELOPE = unknown(Cause.NO_ENVELOPE, "was not one of the provider's")
TOO_LARGE = unknown(Cause.TOO_LARGE, "too large")


def untrusted(tls: Callable[[trustme.CA], ssl.SSLContext]) -> Arrange:
    """A server over TLS that must not see a byte of a request."""

    @contextmanager
    def arrange(ground: Ground) -> Iterator[Scene]:
        with FaultyServer(answers(), tls(ground.authority)) as server:
            yield Scene(server.url, server, strangers=(server,))

    return arrange


@contextmanager
def a_server_that_speaks_no_tls(_ground: Ground) -> Iterator[Scene]:
    with FaultyServer(faults.speaks_no_tls) as server:
        yield Scene(server.url.replace("http://", "https://"))


def pointed_elsewhere(status: int) -> Arrange:
    @contextmanager
    def arrange(_ground: Ground) -> Iterator[Scene]:
        with (
            FaultyServer(answers()) as elsewhere,
            FaultyServer(redirects(status, elsewhere.url + "/voice/sendSip")) as server,
        ):
            yield Scene(server.url, server, strangers=(elsewhere,))

    return arrange


def line(
    name: str,
    arrange: Arrange | Behaviour,
    promise: Promise,
    *,
    deadline: float = 20.0,
    memory: int | None = None,
    depth: str = "quick",
) -> Case:
    """A case of the network; a behaviour alone is that of a server over plain HTTP."""
    arranged = served(arrange) if isinstance(arrange, Behaviour) else arrange
    return Case("network", name, arranged, promise, deadline, memory, depth=depth)


def unread(promise: Promise) -> Promise:
    return Promise(promise.outcome, promise.code, promise.cause, says=promise.says)


CASES = (
    # What only the deadline ends comes first, and waits while the others are tried.
    line(
        "the queue of connections is full",
        faults.never_accepts,
        not_sent(Cause.CONNECT_TIMEOUT, "No connection to the provider came about in time"),
        deadline=SHORT,
    ),
    line(
        "hangs in the handshake",
        served_over_tls(faults.hangs_in_handshake),
        not_sent(Cause.CONNECT_TIMEOUT),
        deadline=SHORT,
    ),
    line(
        "hangs before reading",
        faults.hangs_before_reading,
        unread(NO_ANSWER),
        deadline=SHORT,
        depth="more",
    ),
    line("hangs after reading", faults.hangs_after_reading, NO_ANSWER, deadline=SHORT),
    line(
        "hangs after reading, over TLS",
        served_over_tls(faults.hangs_after_reading),
        NO_ANSWER,
        deadline=SHORT,
        depth="more",
    ),
    line(
        "one byte a second in headers",
        faults.drips_headers(),
        NO_ANSWER,
        deadline=3.0,
        depth="more",
    ),
    line("one byte a second in body", faults.drips_body(), NO_ANSWER, deadline=3.0),
    line(
        "one byte a second in body, over TLS",
        served_over_tls(faults.drips_body()),
        NO_ANSWER,
        deadline=3.0,
        depth="more",
    ),
    line(
        "100 Continue without end",
        faults.endless_continue,
        NO_ANSWER,
        deadline=SHORT,
        memory=LITTLE,
        depth="more",
    ),
    line("chunks without end", faults.endless_chunks, NO_ANSWER, deadline=SHORT, depth="more"),
    # Before the request has left.
    line("a closed port", faults.refuses, not_sent(Cause.REFUSED, "refused the connection")),
    line("a self-signed certificate", untrusted(lambda _: tls_for(trustme.CA())), NOT_TRUSTED),
    line(
        "an expired certificate",
        untrusted(lambda known: tls_for(known, expired=True)),
        NOT_TRUSTED,
        depth="more",
    ),
    line(
        "a certificate that is not valid yet",
        untrusted(lambda known: tls_for(known, early=True)),
        NOT_TRUSTED,
        depth="more",
    ),
    line(
        "another host's certificate",
        untrusted(lambda known: tls_for(known, "api.example.test")),
        NOT_TRUSTED,
        depth="more",
    ),
    line("TLS 1.1 at most", untrusted(lambda known: tls_for(known, old=True)), NOT_TRUSTED),
    line("no TLS at all", a_server_that_speaks_no_tls, NOT_TRUSTED, depth="more"),
    line(
        "reset in the handshake",
        served_over_tls(faults.resets_in_handshake),
        not_sent(Cause.CONNECTION_LOST, "broke before the request was sent"),
    ),
    line(
        "closed in the handshake",
        served_over_tls(faults.closes_in_handshake),
        not_sent(Cause.CONNECTION_LOST, "broke before the request was sent"),
        depth="more",
    ),
    # While it leaves.
    line("reset during the request", faults.resets_before_reading, unread(CUT_OFF)),
    line("closed during the request", faults.closes_before_reading, unread(CUT_OFF), depth="more"),
    line(
        "reset during the request, over TLS",
        served_over_tls(faults.resets_before_reading),
        unread(CUT_OFF),
        depth="more",
    ),
    # After it has left.
    line("reset after the request", faults.resets_after_reading, CUT_OFF),
    line(
        "reset after the request, over TLS",
        served_over_tls(faults.resets_after_reading),
        CUT_OFF,
        depth="more",
    ),
    line("closed after the request", faults.closes_after_reading, CUT_OFF, depth="more"),
    line(
        "half-closed after the request",
        faults.half_closes,
        CUT_OFF,
        depth="more",
    ),
    line(
        "half-closed after the request, over TLS",
        served_over_tls(faults.half_closes),
        CUT_OFF,
        depth="more",
    ),
    line("a body that is cut off", faults.cuts_body_off, CUT_OFF),
    line("chunks that are cut off", faults.cuts_chunks_off, CUT_OFF, depth="more"),
    line("a chunk without a length", faults.bad_chunk, CUT_OFF, depth="more"),
    line("two lengths", faults.two_lengths, NO_ENVELOPE, depth="more"),
    line("no HTTP at all", faults.garbage_status_line, NO_ENVELOPE, depth="more"),
    line("compressed, unasked", faults.bad_gzip, NO_ENVELOPE, depth="more"),
    line("a compressed bomb of 1 GiB", faults.gzip_bomb, NO_ENVELOPE, memory=LITTLE),
    line("a body of 1 GiB", faults.huge_body, TOO_LARGE, memory=LITTLE),
    line(
        "a body of 1 GiB, over TLS",
        served_over_tls(faults.huge_body),
        TOO_LARGE,
        memory=LITTLE,
        depth="more",
    ),
    line(
        "a body without end",
        faults.endless_body,
        TOO_LARGE,
        memory=LITTLE,
        depth="more",
    ),
    line(
        "headers without end",
        faults.endless_headers,
        NO_ENVELOPE,
        memory=LITTLE,
        depth="more",
    ),
    line("a header line of 100 kB", faults.endless_header_line, NO_ENVELOPE, depth="more"),
    line(
        "a log-in page of a hotel",
        html,
        NO_ENVELOPE,
        depth="more",
    ),
    *(
        line(
            f"redirected with {status}",
            pointed_elsewhere(status),
            unknown(Cause.REDIRECTED, "pointed somewhere else, which is never followed"),
            depth=depth,
        )
        for status, depth in ((307, "quick"), (301, "more"), (302, "more"), (308, "more"))
    ),
    # And where nothing is wrong, for what the others are measured against.
    line("nothing", answers(), placed(), memory=LITTLE),
    line("nothing, over TLS", served_over_tls(answers()), placed(), memory=LITTLE, depth="more"),
    line("said to be kept, and closed", faults.closes_kept, placed(), depth="more"),
)


@each_case(CASES)
def test_what_the_network_does_to_a_call(case: Case, tried: Start, tally: Tally) -> None:
    judge(case, tried(case), tally)
