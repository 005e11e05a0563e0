"""What goes over the wire for one call: exactly the contract's headers and body."""

import json

import pytest

from dialer import __version__
from dialer.calls.call import CallRequest
from dialer.calls.patience import Patience
from dialer.calls.records import Balance
from dialer.provider.balance import BalanceAnswer
from dialer.provider.signing import signed_headers
from dialer.provider.transport import Lost, NotSent
from doubles.faulty_server import FaultyServer, Received, answers, html, refuses
from provider.caller import CREDENTIALS, PATIENT, MakeCaller


def sent(caller: MakeCaller, request: CallRequest, path: str = "") -> Received:
    with FaultyServer(answers()) as server:
        outcome = caller(server.url + path).client.send_sip(request, Patience(PATIENT))
    assert outcome.recording_id == "2203031113381000002"
    (received,) = server.requests
    return received


def test_the_providers_sample_goes_out_as_the_contract_has_it(caller: MakeCaller) -> None:
    received = sent(
        caller,
        CallRequest(
            callee="932111111111",
            display_number="1008122211",
            account="test_001",
            app_id="4luaKsL2",
            note="Ask for Zoë, 中文",
        ),
    )
    assert (received.method, received.target) == ("POST", "/voice/sendSip")
    assert json.loads(received.body.decode("utf-8")) == {
        "callee": "932111111111",
        "displayNum": "1008122211",
        "account": "test_001",
        "appId": "4luaKsL2",
        "calledInfo": "Ask for Zoë, 中文",
    }
    assert "Zoë, 中文".encode() in received.body


def test_what_there_is_not_is_left_out(caller: MakeCaller) -> None:
    received = sent(caller, CallRequest(callee="932111111111", account="test_001"))
    assert json.loads(received.body) == {"callee": "932111111111", "account": "test_001"}


def test_the_headers_are_these_and_no_others(caller: MakeCaller) -> None:
    with FaultyServer(answers()) as server:
        caller(server.url, now=lambda: 1700000000.0).call()
    (received,) = server.requests
    assert received.headers == {
        "host": f"127.0.0.1:{server.port}",
        "accept": "application/json",
        "accept-encoding": "identity",
        "user-agent": f"Dialer/{__version__}",
        "content-length": str(len(received.body)),
        "content-type": "application/json;charset=UTF-8",
        "timestamp": "1700000000",
        "api-key": CREDENTIALS.api_key,
        "sign": signed_headers(CREDENTIALS, "1700000000")["Sign"],
    }
    assert len(received.header_lines) == len(received.headers)


def test_the_secret_is_in_no_byte_of_the_request(caller: MakeCaller) -> None:
    received = sent(caller, CallRequest(callee="932111111111", account="test_001"))
    assert CREDENTIALS.api_secret not in repr(received)


def test_a_base_url_may_have_a_path(caller: MakeCaller) -> None:
    received = sent(caller, CallRequest(callee="932111111111", account="test_001"), "/v3")
    assert received.target == "/v3/voice/sendSip"


def test_no_cookie_is_kept(caller: MakeCaller) -> None:
    with FaultyServer(answers(b"", 200, "Set-Cookie: session=1; Path=/")) as server:
        again = caller(server.url)
        again.call()
        again.call()
    assert len(server.requests) == 2
    assert all("cookie" not in received.headers for received in server.requests)


def test_the_balance_is_asked_with_a_signed_get(caller: MakeCaller) -> None:
    body = b'{"status":"0","reason":"success","balance":"99.990000","gift":"0.00000","credit":0}'
    with FaultyServer(answers(body)) as server:
        balance = caller(server.url).client.balance("/sms/getBalance", Patience(PATIENT))
    assert balance == BalanceAnswer("0", "success", Balance("99.990000", "0.00000", "0"))
    (received,) = server.requests
    assert (received.method, received.target, received.body) == ("GET", "/sms/getBalance", b"")
    assert received.headers["content-type"] == "application/json;charset=UTF-8"
    assert received.headers["sign"]


def test_a_refused_balance_says_why(caller: MakeCaller) -> None:
    with FaultyServer(answers(b'{"status":"-1","reason":"auth error"}')) as server:
        balance = caller(server.url).client.balance("/sms/getBalance", Patience(PATIENT))
    assert balance == BalanceAnswer("-1", "auth error", Balance(None))


def test_a_balance_that_cannot_be_had_is_a_transport_fault(caller: MakeCaller) -> None:
    with FaultyServer(html) as server, pytest.raises(Lost):
        caller(server.url).client.balance("/sms/getBalance", Patience(PATIENT))
    with FaultyServer(refuses) as server, pytest.raises(NotSent):
        caller(server.url).client.balance("/sms/getBalance", Patience(PATIENT))
