"""`dialer call` against servers that misbehave: outcome, exit code, journal, and no secret."""

import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import pytest
import trustme

from dialer.calls.call import Cause
from doubles.faulty_server import (
    Behaviour,
    FaultyServer,
    Received,
    answers,
    closes_after_reading,
    closes_before_reading,
    closes_in_handshake,
    drips_body,
    drips_headers,
    empty,
    hangs_after_reading,
    hangs_before_reading,
    hangs_in_handshake,
    html,
    in_turn,
    never_accepts,
    redirects,
    refuses,
    resets_after_reading,
    resets_before_reading,
    tls_for,
)
from doubles.secret_service import SecretService
from program.program import KEY, SECRET, Ended, Program

pytestmark = pytest.mark.keyring


@dataclass(frozen=True)
class Fault:
    """What a server does, and what has to become of the call."""

    behaviour: Behaviour
    outcome: str
    code: int
    cause: Cause | None
    requests: int = 1
    """How many requests the server read."""
    tls: bool = False


FAULTS = [
    Fault(refuses, "not_sent", 4, Cause.REFUSED, 0),
    Fault(never_accepts, "not_sent", 4, Cause.CONNECT_TIMEOUT, 0),
    Fault(hangs_in_handshake, "not_sent", 4, Cause.CONNECT_TIMEOUT, 0, tls=True),
    Fault(closes_in_handshake, "not_sent", 4, Cause.CONNECTION_LOST, 0, tls=True),
    Fault(answers(), "not_sent", 4, Cause.TLS, 0, tls=True),
    Fault(hangs_before_reading, "unknown", 5, Cause.NO_ANSWER, 0),
    Fault(resets_before_reading, "unknown", 5, Cause.BROKEN_OFF, 0),
    Fault(closes_before_reading, "unknown", 5, Cause.BROKEN_OFF, 0),
    Fault(hangs_after_reading, "unknown", 5, Cause.NO_ANSWER),
    Fault(drips_headers(0.2), "unknown", 5, Cause.NO_ANSWER),
    Fault(drips_body(0.2), "unknown", 5, Cause.NO_ANSWER),
    Fault(resets_after_reading, "unknown", 5, Cause.BROKEN_OFF),
    Fault(closes_after_reading, "unknown", 5, Cause.BROKEN_OFF),
    Fault(html, "unknown", 5, Cause.NO_ENVELOPE),
    Fault(empty, "unknown", 5, Cause.NO_ENVELOPE),
    Fault(answers(b'{"status":0}'), "unknown", 5, Cause.NO_RECORDING_ID),
    Fault(answers(b'{"status":0,"data":220303}'), "placed", 0, None),
    Fault(answers({"status": "-10", "reason": "no money"}, 500), "rejected", 3, None),
]


def named(fault: Fault) -> str:
    return f"{fault.behaviour} over TLS" if fault.tls else str(fault.behaviour)


@dataclass(frozen=True)
class Tried:
    """What became of a call to a server with a fault."""

    program: Program
    ended: Ended
    requests: list[Received]


def try_out(fault: Fault, program: Program) -> Tried:
    """Place one call, with a deadline of a second where it has to come to that."""
    tls = tls_for(trustme.CA()) if fault.tls else None
    hangs = fault.cause in (Cause.NO_ANSWER, Cause.CONNECT_TIMEOUT)
    with FaultyServer(fault.behaviour, tls=tls) as server:
        program.with_profile(server.url, timeout=1.0 if hangs else 20.0)
        ended = program.run("call", "932111111111", "--json")
    return Tried(program, ended, server.requests)


@pytest.fixture(scope="module")
def tries(
    tmp_path_factory: pytest.TempPathFactory, keyring: SecretService
) -> Iterator[dict[str, Future[Tried]]]:
    """Every fault, several at a time: most of it is waiting."""
    with ThreadPoolExecutor(4) as pool:
        programs = [
            Program(tmp_path_factory.mktemp("fault") / "dialer", environ=keyring.environ)
            for _ in FAULTS
        ]
        tried = map(lambda fault, program: pool.submit(try_out, fault, program), FAULTS, programs)
        yield dict(zip(map(named, FAULTS), tried, strict=True))


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_each_fault_has_its_outcome_and_tells_no_secret(
    tries: dict[str, Future[Tried]], fault: Fault
) -> None:
    tried = tries[named(fault)].result()
    assert len(tried.requests) == fault.requests
    assert all(request.headers["api-key"] == KEY for request in tried.requests)
    assert tried.ended.code == fault.code
    told = json.loads(tried.ended.out)
    assert told["outcome"] == fault.outcome
    assert told["recording_id"] == ("220303" if fault.outcome == "placed" else None)
    (call,) = tried.program.calls()
    assert call.outcome
    assert (call.outcome.kind, call.outcome.cause) == (fault.outcome, fault.cause)
    assert (call.call_id, call.request.callee) == (told["call_id"], "932111111111")
    assert SECRET.encode() not in tried.program.kept()


def test_no_redirect_is_followed(connected: Program) -> None:
    with (
        FaultyServer(answers()) as elsewhere,
        FaultyServer(redirects(307, elsewhere.url + "/voice/sendSip")) as server,
    ):
        connected.with_profile(server.url)
        ended = connected.run("call", "932111111111")
        assert len(server.requests) == 1
        assert elsewhere.connections == 0
    assert (ended.code, ended.out) == (5, "")
    assert "pointed somewhere else" in ended.err
    assert connected.calls()[0].outcome_name == "unknown"


def test_while_a_call_is_under_way_it_is_calling_and_nobody_sees_the_secret(
    connected: Program,
) -> None:
    with FaultyServer(hangs_after_reading) as server:
        connected.with_profile(server.url, timeout=60.0)
        with connected.start("call", "932111111111", "--note", "Bob") as running:
            server.wait_for_request(seconds=20.0)
            assert b"932111111111" in running.seen_by_others()
            assert SECRET.encode() not in running.seen_by_others()
            # The journal with its write-ahead log, as it is right now.
            assert connected.folders.journal.with_name("journal.sqlite3-wal").exists()
            assert SECRET.encode() not in connected.kept()
            (row,) = json.loads(connected.run("history", "--json").out)
            assert (row["outcome"], row["note"]) == ("calling", "Bob")
        # Killed without a word: what the provider has is not lost, and not called placed.
        (row,) = json.loads(connected.run("history", "--json").out)
    assert row["outcome"] == "unknown"
    assert "ended in the middle" in row["message"]
    assert len(server.requests) == 1


def test_a_wrong_clock_is_put_right_by_itself(connected: Program) -> None:
    expired = answers(
        {"status": "-16", "reason": "timestamp expires"}, date="Mon, 05 Jan 2026 10:00:00 GMT"
    )
    with FaultyServer(in_turn(expired, answers())) as server:
        connected.with_profile(server.url)
        ended = connected.run("call", "932111111111")
    assert (ended.code, ended.out) == (0, "2203031113381000002\n")
    first, second = (int(request.headers["timestamp"]) for request in server.requests)
    assert first != second
    assert 0 <= second - 1767607200 < 30
    assert len(connected.calls()) == 1
