"""`dialer sandbox` as a process: a provider that any client of the contract can call."""

import hashlib
import http.client
import json
import os
import signal
import socket
import time
from urllib.parse import urlsplit

import pytest

from dialer.calls.credentials import Credentials
from dialer.sandbox.magic import CALLEES, KINDS
from program.program import Program
from sandbox.signed_client import SignedClient


def test_a_client_that_knows_only_the_contract_places_a_call(program: Program) -> None:
    with program.start("sandbox") as sandbox:
        lines = [sandbox.line() for _ in range(3)]
        names, values = zip(*(line.split(": ") for line in lines), strict=True)
        assert names == ("URL", "API key", "API secret")
        url, key, secret = values
        timestamp = str(int(time.time()))
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
        connection.request(
            "POST",
            "/voice/sendSip",
            json.dumps({"callee": "932111111111", "account": "test_001", "appId": "4luaKsL2"}),
            {
                "Content-Type": "application/json;charset=UTF-8",
                "Api-Key": key,
                "Timestamp": timestamp,
                "Sign": hashlib.md5(f"{key}{secret}{timestamp}".encode()).hexdigest(),
            },
        )
        answer = json.loads(connection.getresponse().read())
        connection.close()
        assert answer["status"] == "0"
        assert answer["data"].isdigit()
        sandbox.signal(signal.SIGTERM)
        ended = sandbox.end()
    assert (ended.code, ended.out, ended.err) == (0, "", "")


@pytest.mark.skipif(os.name != "posix", reason="no SIGINT to another process on Windows")
def test_ctrl_c_ends_it_well(program: Program) -> None:
    with program.start("sandbox") as sandbox:
        assert sandbox.line().startswith("URL: http://127.0.0.1:")
        sandbox.signal(signal.SIGINT)
        ended = sandbox.end()
    assert (ended.code, ended.err) == (0, "")


def test_it_listens_on_the_port_that_is_asked_for_or_says_why_not(program: Program) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = program.run("sandbox", "--port", str(port))
        assert refused.code == 4
        assert f"cannot listen on port {port}" in refused.err
    with program.start("sandbox", "--port", str(port)) as sandbox:
        assert sandbox.line() == f"URL: http://127.0.0.1:{port}"


@pytest.mark.parametrize("port", ["65536", "-1", "http", "0000000000070000"])
def test_a_port_that_is_none_is_bad_input(program: Program, port: str) -> None:
    ended = program.run("sandbox", f"--port={port}")
    assert (ended.code, ended.out) == (2, "")
    assert "must be 0 to 65535" in ended.err


def test_a_call_can_live_faster_and_money_be_short(program: Program) -> None:
    with program.start("sandbox", "--speed", "10000", "--balance", "0.25") as sandbox:
        url, key, secret = (sandbox.line().partition(": ")[2] for _ in range(3))
        client = SignedClient(url, Credentials(key, secret))
        assert client.request("GET", "/sms/getBalance").json["balance"] == "0.250000"
        recording_id = client.send_sip("9990000480").json["data"]
        deadline = time.monotonic() + 10
        while not (record := client.record(recording_id).json["data"] or {}).get("hangupTime"):
            assert time.monotonic() < deadline
    assert record["terminationCode"] == "480"


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--speed=0", "must be 0.01 to 10000"),
        ("--speed=fast", "must be 0.01 to 10000"),
        ("--speed=1e3", "must be 0.01 to 10000"),
        ("--speed=10001", "must be 0.01 to 10000"),
        ("--balance=-1", "must be 0 to 1000000"),
        ("--balance=0.0000001", "must be 0 to 1000000"),
        ("--balance=1000000.1", "must be 0 to 1000000"),
    ],
)
def test_a_speed_or_a_balance_that_is_none_is_bad_input(
    program: Program, option: str, said: str
) -> None:
    ended = program.run("sandbox", option)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


def test_help_lists_every_documented_callee(program: Program) -> None:
    ended = program.run("sandbox", "--help")
    assert ended.code == 0
    for callee, magic in CALLEES.items():
        assert f"  {callee}      {magic.tells}\n" in ended.out
    for kind, _ in KINDS:
        assert f"\n{kind}:\n" in ended.out
    assert max(map(len, ended.out.splitlines())) <= 100
