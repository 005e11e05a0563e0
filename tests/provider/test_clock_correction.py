"""A computer whose clock is wrong: -16 teaches the difference once, and calls go through."""

import time
from email.utils import formatdate

import pytest

from dialer.calls.call import Cause, Outcome, OutcomeKind
from dialer.calls.patience import Patience
from dialer.provider.signing import signed_headers
from doubles.faulty_server import (
    PLACED,
    Behaviour,
    FaultyServer,
    Received,
    answers,
    closes_after_reading,
    hangs_after_reading,
    in_turn,
)
from provider.caller import CREDENTIALS, MakeCaller

EXPIRED = b'{"status":"-16","reason":"timestamp expires"}'
TRUE_TIME = 1700000000


def expired(date: str | None = formatdate(TRUE_TIME, usegmt=True)) -> Behaviour:
    return answers(EXPIRED, date=date)


def signed_at(received: Received) -> int:
    """The request's timestamp, after checking that the signature is its own."""
    timestamp = received.headers["timestamp"]
    assert received.headers["sign"] == signed_headers(CREDENTIALS, timestamp)["Sign"]
    return int(timestamp)


@pytest.mark.parametrize("wrong_by", [3600, -3600, 86400 * 900])
def test_a_wrong_clock_is_corrected_within_the_call_and_for_those_after_it(
    wrong_by: int, caller: MakeCaller
) -> None:
    with FaultyServer(in_turn(expired(), answers())) as server:
        client = caller(server.url, now=lambda: TRUE_TIME + wrong_by + 0.25)
        assert client.call().recording_id == "2203031113381000002"
        assert [signed_at(each) for each in server.requests] == [TRUE_TIME + wrong_by, TRUE_TIME]
        assert client.call().kind is OutcomeKind.PLACED
        assert len(server.requests) == 3
        assert signed_at(server.requests[2]) == TRUE_TIME
    assert len({each.body for each in server.requests}) == 1


def test_a_right_clock_needs_one_request(caller: MakeCaller) -> None:
    with FaultyServer(answers(date=formatdate(TRUE_TIME, usegmt=True))) as server:
        assert caller(server.url).call().kind is OutcomeKind.PLACED
    assert len(server.requests) == 1
    assert abs(signed_at(server.requests[0]) - time.time()) < 5


@pytest.mark.parametrize("date", [None, "", "soon"])
def test_without_a_date_there_is_no_second_request(date: str | None, caller: MakeCaller) -> None:
    with FaultyServer(expired(date)) as server:
        assert caller(server.url).call() == Outcome.rejected("-16", "timestamp expires")
    assert len(server.requests) == 1


def test_a_second_refusal_is_the_last(caller: MakeCaller) -> None:
    with FaultyServer(expired()) as server:
        assert caller(server.url).call() == Outcome.rejected("-16", "timestamp expires")
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", ["-1", "-15", "-18", "-22", "16"])
def test_nothing_but_an_expired_timestamp_is_tried_again(status: str, caller: MakeCaller) -> None:
    body: dict[str, object] = {"status": status}
    with FaultyServer(answers(body, date=formatdate(TRUE_TIME, usegmt=True))) as server:
        assert caller(server.url).call() == Outcome.rejected(status)
    assert len(server.requests) == 1


def test_the_second_answer_is_the_outcome(caller: MakeCaller) -> None:
    refused = answers(b'{"status":"-10","reason":"balance"}')
    with FaultyServer(in_turn(expired(), refused)) as server:
        assert caller(server.url).call() == Outcome.rejected("-10", "balance")
    assert len(server.requests) == 2


def test_a_second_request_that_is_lost_is_unknown_and_the_last(caller: MakeCaller) -> None:
    with FaultyServer(in_turn(expired(), closes_after_reading)) as server:
        outcome = caller(server.url).call()
    assert (outcome.kind, outcome.cause) == (OutcomeKind.UNKNOWN, Cause.BROKEN_OFF)
    assert len(server.requests) == 2


def test_both_requests_share_one_deadline(caller: MakeCaller) -> None:
    with FaultyServer(in_turn(expired(), hangs_after_reading)) as server:
        client = caller(server.url)
        outcome = client.call(0.5)
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert client.seconds < 0.8


def test_a_second_request_that_cannot_leave_leaves_the_refusal_as_the_outcome(
    caller: MakeCaller,
) -> None:
    """The provider was reached and refused: "not sent" would not be true."""
    waiting = Patience(5.0)

    def refuse_and_stop_the_call(visit: object) -> None:
        waiting.stop()
        expired().act(visit)  # type: ignore[arg-type]

    with FaultyServer(Behaviour("refuses, then stops", refuse_and_stop_the_call)) as server:
        outcome = caller(server.url).call(waiting)
    assert outcome == Outcome.rejected("-16", "timestamp expires")
    assert len(server.requests) == 1


def test_a_clock_serves_every_client_it_is_given_to(caller: MakeCaller) -> None:
    """A profile's balance check and its calls learn from one another."""
    body = b'{"status":"0","balance":"1"}'
    with FaultyServer(in_turn(expired(), answers(body), answers(PLACED))) as server:
        client = caller(server.url, now=lambda: TRUE_TIME - 3600.0)
        assert client.client.balance("/sms/getBalance", Patience(5.0)).amounts.balance == "1"
        assert client.call().kind is OutcomeKind.PLACED
    assert [each.method for each in server.requests] == ["GET", "GET", "POST"]
