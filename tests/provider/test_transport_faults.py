"""Every fault of a server, plain and over TLS: its outcome, in time, and never sent twice."""

import threading
import tracemalloc

import pytest
import trustme

from dialer.calls.call import Cause, OutcomeKind
from doubles import faulty_server as faults
from doubles.faulty_server import HEAD, PLACED, Behaviour, FaultyServer, says, tls_for
from provider.caller import MakeCaller, end_of_threads

DEADLINE = 0.5
"""Seconds for a call whose server leaves it waiting."""

SLACK = 0.3
"""Seconds that a call may end after its deadline, on a busy machine."""

NOT_SENT = [
    (faults.refuses, Cause.REFUSED),
    (faults.never_accepts, Cause.CONNECT_TIMEOUT),
]
NOT_SENT_OVER_TLS = [
    *NOT_SENT,
    (faults.hangs_in_handshake, Cause.CONNECT_TIMEOUT),
    (faults.resets_in_handshake, Cause.CONNECTION_LOST),
    (faults.closes_in_handshake, Cause.CONNECTION_LOST),
]
WAITING = [
    faults.hangs_before_reading,
    faults.hangs_after_reading,
    faults.drips_headers(0.1),
    faults.drips_body(0.1),
    faults.endless_continue,
    faults.endless_chunks,
]
"""Faults that only the deadline ends."""
UNKNOWN = [
    *((behaviour, Cause.NO_ANSWER) for behaviour in WAITING),
    (faults.resets_before_reading, Cause.BROKEN_OFF),
    (faults.closes_before_reading, Cause.BROKEN_OFF),
    (faults.resets_after_reading, Cause.BROKEN_OFF),
    (faults.closes_after_reading, Cause.BROKEN_OFF),
    (faults.cuts_body_off, Cause.BROKEN_OFF),
    (faults.cuts_chunks_off, Cause.BROKEN_OFF),
    (faults.bad_chunk, Cause.BROKEN_OFF),
    (faults.bad_gzip, Cause.NO_ENVELOPE),
    (faults.gzip_bomb, Cause.NO_ENVELOPE),
    (faults.two_lengths, Cause.NO_ENVELOPE),
    (faults.garbage_status_line, Cause.NO_ENVELOPE),
    (faults.endless_header_line, Cause.NO_ENVELOPE),
    (faults.huge_body, Cause.TOO_LARGE),
    (faults.html, Cause.NO_ENVELOPE),
    (faults.empty, Cause.NO_ENVELOPE),
]
LEAVE_UNREAD = [
    faults.hangs_before_reading,
    faults.resets_before_reading,
    faults.closes_before_reading,
]


@pytest.mark.parametrize(("behaviour", "cause"), NOT_SENT, ids=str)
def test_what_fails_before_sending_is_not_sent(
    behaviour: Behaviour, cause: Cause, caller: MakeCaller
) -> None:
    _is_not_sent(FaultyServer(behaviour), cause, caller)


@pytest.mark.parametrize(("behaviour", "cause"), NOT_SENT_OVER_TLS, ids=str)
def test_what_fails_before_sending_is_not_sent_over_tls(
    behaviour: Behaviour, cause: Cause, caller: MakeCaller, trusted: trustme.CA
) -> None:
    _is_not_sent(FaultyServer(behaviour, tls_for(trusted)), cause, caller)


@pytest.mark.parametrize(("behaviour", "cause"), UNKNOWN, ids=str)
def test_what_fails_after_sending_is_unknown_and_sent_once(
    behaviour: Behaviour, cause: Cause, caller: MakeCaller
) -> None:
    _is_unknown(FaultyServer(behaviour), cause, caller)


@pytest.mark.parametrize(("behaviour", "cause"), UNKNOWN, ids=str)
def test_what_fails_after_sending_is_unknown_and_sent_once_over_tls(
    behaviour: Behaviour, cause: Cause, caller: MakeCaller, trusted: trustme.CA
) -> None:
    _is_unknown(FaultyServer(behaviour, tls_for(trusted)), cause, caller)


def _is_not_sent(server: FaultyServer, cause: Cause, caller: MakeCaller) -> None:
    with server:
        client = caller(server.url)
        outcome = client.call(DEADLINE)
    end_of_threads("dialer-exchange")
    assert (outcome.kind, outcome.cause) == (OutcomeKind.NOT_SENT, cause)
    assert client.seconds < DEADLINE + SLACK
    assert not server.saw_request_bytes


def _is_unknown(server: FaultyServer, cause: Cause, caller: MakeCaller) -> None:
    with server:
        client = caller(server.url)
        outcome = client.call(DEADLINE if server.behaviour in WAITING else DEADLINE + 1)
        # The thread that waited for the server is woken, not left to it.
        end_of_threads("dialer-exchange")
    assert (outcome.kind, outcome.cause) == (OutcomeKind.UNKNOWN, cause)
    assert client.seconds < DEADLINE + SLACK
    assert server.saw_request_bytes
    assert len(server.requests) == (0 if server.behaviour in LEAVE_UNREAD else 1)
    assert server.connections == 1


@pytest.mark.parametrize(
    "behaviour",
    [
        faults.huge_body,
        faults.gzip_bomb,
        says(
            "huge redirect",
            b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n\r\n",
            *[b" " * 1024 * 1024] * 40,
        ),
    ],
    ids=str,
)
def test_an_answer_takes_little_memory_however_large_it_is(
    behaviour: Behaviour, caller: MakeCaller
) -> None:
    with FaultyServer(behaviour) as server:
        client = caller(server.url)
        tracemalloc.start()
        try:
            outcome = client.call()
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert peak < 8 * 1024 * 1024


def test_an_answer_of_just_a_mebibyte_is_read(caller: MakeCaller) -> None:
    body = PLACED + b" " * (1024 * 1024 - len(PLACED))
    with FaultyServer(faults.answers(body)) as server:
        assert caller(server.url).call().kind is OutcomeKind.PLACED


def test_an_answer_of_one_byte_more_is_not(caller: MakeCaller) -> None:
    body = PLACED + b" " * (1024 * 1024 - len(PLACED) + 1)
    with FaultyServer(faults.answers(body)) as server:
        assert caller(server.url).call().cause is Cause.TOO_LARGE


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: %d\r\n\r\n" % len(PLACED) + PLACED,
        b"\r\n" + PLACED,
        b"Transfer-Encoding: chunked\r\n\r\n"
        + b"".join(b"1\r\n%c\r\n" % byte for byte in PLACED)
        + b"0\r\n\r\n",
    ],
    ids=["by length", "by closing", "in chunks of one byte"],
)
def test_an_answer_may_be_framed_in_any_of_http_s_ways(framing: bytes, caller: MakeCaller) -> None:
    with FaultyServer(says("framing", HEAD + framing)) as server:
        assert caller(server.url).call().recording_id == "2203031113381000002"


def test_a_single_continue_before_the_answer_does_no_harm(caller: MakeCaller) -> None:
    whole = HEAD + b"Content-Length: %d\r\n\r\n" % len(PLACED) + PLACED
    with FaultyServer(says("continue", b"HTTP/1.1 100 Continue\r\n\r\n" + whole)) as server:
        assert caller(server.url).call().kind is OutcomeKind.PLACED


def test_a_call_right_after_a_fault_goes_through(caller: MakeCaller) -> None:
    turns = faults.in_turn(faults.hangs_after_reading, faults.answers())
    with FaultyServer(turns) as server:
        client = caller(server.url)
        assert client.call(0.2).kind is OutcomeKind.UNKNOWN
        assert client.call().kind is OutcomeKind.PLACED
        assert len(server.requests) == 2


def test_a_name_that_is_not_known_is_not_sent(
    caller: MakeCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    def unknown_name(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown_name)
    outcome = caller("https://api.example.test").call()
    assert (outcome.kind, outcome.cause) == (OutcomeKind.NOT_SENT, Cause.NO_NAME)


def test_no_thread_is_left_after_a_call(caller: MakeCaller) -> None:
    with FaultyServer(faults.answers()) as server:
        caller(server.url).call()
    end_of_threads("dialer-exchange")
    assert not [each for each in threading.enumerate() if each.name.startswith("dialer")]


@pytest.mark.parametrize(
    "behaviour", [faults.refuses, faults.resets_after_reading, faults.html], ids=str
)
def test_what_is_told_of_a_fault_holds_no_secret(behaviour: Behaviour, caller: MakeCaller) -> None:
    with FaultyServer(behaviour) as server:
        outcome = caller(server.url).call()
    assert "not-the-real-secret" not in repr(outcome)
    assert "Sign" not in repr(outcome)
    assert str(server.port) not in (outcome.detail or "")
