"""The contract's table of outcomes: every answer over a real socket and through `responses`."""

from collections.abc import Callable

import pytest
import requests
import responses

from dialer.calls.call import Cause, Outcome, OutcomeKind
from doubles.faulty_server import FaultyServer, answers
from provider.caller import MakeCaller

placed, rejected, unknown = Outcome.placed, Outcome.rejected, Outcome.unknown
ID = "2203031113381000002"
BIG = "220303111338100000212"  # 21 digits: a float would keep 16 of them


def no_id(status: str = "0", reason: str | None = None) -> Outcome:
    return unknown(Cause.NO_RECORDING_ID, status=status, reason=reason)


def no_envelope(http_status: int = 200) -> Outcome:
    return unknown(Cause.NO_ENVELOPE, f"HTTP {http_status}")


def data(written: str) -> bytes:
    return b'{"status":"0","data":%s}' % written.encode()


TABLE: dict[str, tuple[int, bytes, Outcome]] = {
    # placed
    "the contract's sample": (
        200,
        b'{"status":"0","reason":"success","data":"%s"}' % ID.encode(),
        placed(ID, reason="success"),
    ),
    "status is a number": (200, b'{"status":0,"data":"1"}', placed("1")),
    "status is padded": (200, b'{"status":" 0 ","data":"1"}', placed("1")),
    "ID is a number": (200, b'{"status":0,"data":220303}', placed("220303")),
    "ID is a number of 21 digits": (200, data(BIG), placed(BIG)),
    "ID is text of 21 digits": (200, data(f'"{BIG}"'), placed(BIG)),
    "ID is padded": (200, data(f'" {ID}\\n"'), placed(ID)),
    "ID has leading zeros": (200, data('"0007"'), placed("0007")),
    "ID is no number at all": (200, data('"a-b_c/../%"'), placed("a-b_c/../%")),
    "ID of 64 characters": (200, data(f'"{"x" * 64}"'), placed("x" * 64)),
    "more fields": (
        200,
        b'{"traceId":1.5e3,"status":"0","data":"1","page":{"n":[null]}}',
        placed("1"),
    ),
    "null reason": (200, b'{"status":"0","reason":null,"data":"1"}', placed("1")),
    "a BOM": (200, b"\xef\xbb\xbf" + data('"1"'), placed("1")),
    "blank around": (200, b"\r\n " + data('"1"') + b"\r\n", placed("1")),
    "placed at HTTP 201": (201, data('"1"'), placed("1")),
    "placed at HTTP 500": (500, data('"1"'), placed("1")),
    # status 0 and no ID that can be used
    "no data": (200, b'{"status":"0","reason":"success"}', no_id(reason="success")),
    "data null": (200, data("null"), no_id()),
    "data true": (200, data("true"), no_id()),
    "data a float": (200, data("2203031113381000002.0"), no_id()),
    "data with an exponent": (200, data("22e17"), no_id()),
    "data a list": (200, data(f'["{ID}"]'), no_id()),
    "data an object": (200, data(f'{{"voiceId":"{ID}"}}'), no_id()),
    "data empty": (200, data('""'), no_id()),
    "data blank": (200, data('"  "'), no_id()),
    "data of 65 characters": (200, data(f'"{"x" * 65}"'), no_id()),
    "data of 5,000 digits": (200, data("7" * 5000), no_id()),
    "data with a space": (200, data('"22 03"'), no_id()),
    "data with a control character": (200, data('"22\\u000003"'), no_id()),
    "data not in ASCII": (200, data('"２２０３"'), no_id()),
    # any other status
    "-1": (200, b'{"status":"-1","reason":"auth error"}', rejected("-1", "auth error")),
    "-22 as a number": (200, b'{"status":-22,"reason":"x"}', rejected("-22", "x")),
    "-22 padded": (200, b'{"status":" -22\\t","reason":" x "}', rejected("-22", "x")),
    "-18": (200, b'{"status":"-18","reason":"system error"}', rejected("-18", "system error")),
    "a code nobody documented": (200, b'{"status":"E77"}', rejected("E77")),
    "00 is not 0": (200, b'{"status":"00","data":"1"}', rejected("00")),
    "rejected and data": (200, b'{"status":"-10","data":"1"}', rejected("-10")),
    "reason missing": (200, b'{"status":"-10"}', rejected("-10")),
    "reason null": (200, b'{"status":"-10","reason":null}', rejected("-10")),
    "reason in Chinese": (
        200,
        '{"status":"-10","reason":"余额不足"}'.encode(),
        rejected("-10", "余额不足"),
    ),
    "reason with control characters": (
        200,
        b'{"status":"-10","reason":"\\u001b[2J<b>low\\r\\nbalance</b>\\u202e"}',
        rejected("-10", "[2J<b>low balance</b>"),
    ),
    "rejected at HTTP 401": (401, b'{"status":"-1","reason":"x"}', rejected("-1", "x")),
    "rejected at HTTP 403": (403, b'{"status":"-2"}', rejected("-2")),
    "rejected at HTTP 500": (500, b'{"status":"-18"}', rejected("-18")),
    "rejected at HTTP 502": (502, b'{"status":"-18"}', rejected("-18")),
    # anything else
    "empty": (200, b"", no_envelope()),
    "HTML": (200, b"<!doctype html><p>Log in to the hotel's network", no_envelope()),
    "HTTP 401 without an envelope": (401, b"Unauthorized", no_envelope(401)),
    "HTTP 403 without an envelope": (403, b"<h1>Forbidden</h1>", no_envelope(403)),
    "HTTP 500 without an envelope": (500, b"", no_envelope(500)),
    "HTTP 502 without an envelope": (502, b"<h1>Bad gateway</h1>", no_envelope(502)),
    "status null": (200, b'{"status":null,"data":"1"}', no_envelope()),
    "status true": (200, b'{"status":true,"data":"1"}', no_envelope()),
    "status missing": (200, b'{"data":"1"}', no_envelope()),
    "status twice": (200, b'{"status":"0","status":"-1","data":"1"}', no_envelope()),
    "a list": (200, b'[{"status":"0","data":"1"}]', no_envelope()),
    "NaN": (200, data("NaN"), no_envelope()),
    "cut off": (200, data('"1"')[:-1], no_envelope()),
    "not UTF-8": (200, b'{"status":"0","data":"1","reason":"\xe9"}', no_envelope()),
    "100,000 levels": (200, data("[" * 100_000 + "]" * 100_000), no_envelope()),
    "a redirect": (302, b"", unknown(Cause.REDIRECTED, "HTTP 302")),
    "HTTP 304": (304, b"", unknown(Cause.REDIRECTED, "HTTP 304")),
    "HTTP 204": (204, b"", no_envelope(204)),
}

Placing = Callable[[int, bytes], Outcome]


@pytest.fixture(params=["wire", "responses"])
def place(request: pytest.FixtureRequest, caller: MakeCaller) -> Placing:
    def over_the_wire(http_status: int, body: bytes) -> Outcome:
        with FaultyServer(answers(body, http_status)) as server:
            outcome = caller(server.url).call()
        assert len(server.requests) == 1
        return outcome

    def through_responses(http_status: int, body: bytes) -> Outcome:
        with responses.RequestsMock() as mock:
            mock.post("https://api.example.test/voice/sendSip", body=body, status=http_status)
            return caller("https://api.example.test").call()

    return over_the_wire if request.param == "wire" else through_responses


@pytest.mark.parametrize(("http_status", "body", "outcome"), TABLE.values(), ids=TABLE.keys())
def test_an_answer_has_the_outcome_that_the_contract_gives_it(
    http_status: int, body: bytes, outcome: Outcome, place: Placing
) -> None:
    assert place(http_status, body) == outcome


def test_what_fails_before_any_connection_is_not_sent(caller: MakeCaller) -> None:
    with responses.RequestsMock() as mock:
        mock.post(
            "https://api.example.test/voice/sendSip", body=requests.ConnectionError("no network")
        )
        outcome = caller("https://api.example.test").call()
    assert outcome.kind is OutcomeKind.NOT_SENT
    assert outcome.cause is Cause.CONNECTION_LOST


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int, caller: MakeCaller) -> None:
    with FaultyServer(answers()) as elsewhere:
        location = f"Location: {elsewhere.url}/voice/sendSip"
        with FaultyServer(answers(b"", status, location)) as server:
            outcome = caller(server.url).call()
    assert outcome == unknown(Cause.REDIRECTED, f"HTTP {status}")
    assert len(server.requests) == 1
    assert elsewhere.connections == 0


def test_an_envelope_is_believed_even_where_the_status_says_redirect(caller: MakeCaller) -> None:
    with FaultyServer(answers(b'{"status":"-22"}', 302, "Location: http://127.0.0.1:1/")) as server:
        assert caller(server.url).call() == rejected("-22")
