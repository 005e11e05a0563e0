"""Who may ask the sandbox, and when."""

from email.utils import parsedate_to_datetime

import pytest

from dialer.calls.credentials import Credentials
from dialer.sandbox.server import SandboxServer
from dialer.sandbox.signing import signature
from sandbox.signed_client import SignedClient, sign

BALANCE = "/sms/getBalance"
WRONG = {"status": "-1", "reason": "authentication error"}
EXPIRED = {"status": "-16", "reason": "timestamp expires"}


def test_the_signature_is_that_of_the_contract():
    credentials = Credentials("EXAMPLEKEY", "EXAMPLESECRET")
    assert signature(credentials, "1700000000") == "1b2b8627b510bcd6f7cdfbc2e541af31"
    assert sign("EXAMPLEKEY", "EXAMPLESECRET", "1700000000") == "1b2b8627b510bcd6f7cdfbc2e541af31"


def test_the_contracts_test_vector_is_let_in(calls_file):
    credentials = Credentials("EXAMPLEKEY", "EXAMPLESECRET")
    with SandboxServer(calls_file, credentials=credentials, clock=lambda: 1_700_000_000) as server:
        headers = {
            "Content-Type": "application/json;charset=UTF-8",
            "Api-Key": "EXAMPLEKEY",
            "Timestamp": "1700000000",
            "Sign": "1b2b8627b510bcd6f7cdfbc2e541af31",
        }
        response = SignedClient(server.url, credentials).request("GET", BALANCE, headers=headers)
    assert response.json["status"] == "0"


@pytest.mark.parametrize(
    "changed",
    [
        {"Api-Key": "OTHERKEY"},
        {"Api-Key": "examplekey"},
        {"Api-Key": None},
        {"Api-Key": ""},
        {"Sign": "0" * 32},
        {"Sign": None},
        {"Sign": ""},
        {"Timestamp": None},
        {"Sign": sign("EXAMPLEKEY", "OTHERSECRET", "1767294245")},
    ],
)
def test_a_wrong_or_missing_signing_header_is_an_authentication_error(client, changed):
    response = client.request("GET", BALANCE, headers=client.headers(**changed))
    assert (response.status, response.json) == (200, WRONG)


def test_the_signature_is_lower_case(client):
    headers = client.headers()
    headers["Sign"] = headers["Sign"].upper()
    assert client.request("GET", BALANCE, headers=headers).json == WRONG


def test_a_timestamp_that_was_not_signed_is_an_authentication_error(client, clock):
    headers = client.headers()
    headers["Timestamp"] = str(int(clock()) + 1)
    assert client.request("GET", BALANCE, headers=headers).json == WRONG


@pytest.mark.parametrize("off", [-1800, -60, 0, 60, 1800])
def test_a_timestamp_within_thirty_minutes_is_taken(client, clock, off):
    clock.now = float(int(clock.now))
    headers = client.headers(Timestamp=str(int(clock()) + off))
    assert client.request("GET", BALANCE, headers=headers).json["status"] == "0"


@pytest.mark.parametrize("off", [-100_000, -1801, 1801, 3600])
def test_a_timestamp_further_off_expires(client, clock, off):
    clock.now = float(int(clock.now))
    headers = client.headers(Timestamp=str(int(clock()) + off))
    assert client.request("GET", BALANCE, headers=headers).json == EXPIRED


@pytest.mark.parametrize("timestamp", ["now", "1e9", "-1", "9" * 13, "1767294245.5"])
def test_a_signed_timestamp_that_is_no_time_expires(client, timestamp):
    headers = client.headers(Timestamp=timestamp)
    assert client.request("GET", BALANCE, headers=headers).json == EXPIRED


def test_the_date_header_tells_the_servers_clock_also_when_the_timestamp_expires(client, clock):
    headers = client.headers(Timestamp="1700000000")
    response = client.request("GET", BALANCE, headers=headers)
    assert response.json == EXPIRED
    assert parsedate_to_datetime(response.headers["Date"]).timestamp() == int(clock())


def test_authentication_comes_before_the_parameters(client):
    headers = client.headers(Sign="0" * 32)
    assert client.request("POST", "/voice/sendSip", b"no JSON", headers).json == WRONG


def test_credentials_with_letters_outside_ascii_are_signed_as_utf8(calls_file):
    credentials = Credentials("schlüssel", "geheimnis-密")
    with SandboxServer(calls_file, credentials=credentials) as server:
        client = SignedClient(server.url, credentials)
        headers = client.headers()
        headers["Api-Key"] = headers["Api-Key"].encode()
        assert client.request("GET", BALANCE, headers=headers).json["status"] == "0"


def test_every_server_makes_credentials_of_its_own(tmp_path):
    first, second = (SandboxServer(tmp_path / name).credentials for name in ("a", "b"))
    assert first.api_key != second.api_key
    assert first.api_secret != second.api_secret
    assert len(first.api_secret) >= 32
