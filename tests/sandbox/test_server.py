"""The sandbox as an HTTP server: what is no contract but manners, limits and the end."""

import socket
import subprocess
import sys
import threading
import time
from decimal import Decimal

import pytest

from dialer.calls.credentials import Credentials
from dialer.sandbox.server import ACCOUNT, APP_ID, SandboxServer
from sandbox.signed_client import SignedClient


def exchange(address, request: bytes) -> bytes:
    """Send bytes, and read until the server closes."""
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(request)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


def connection_threads():
    return [thread for thread in threading.enumerate() if thread.name == "sandbox connection"]


def test_the_sandboxes_own_account_and_application_are_accepted(client):
    assert client.send_sip(account=ACCOUNT, appId=APP_ID).json["status"] == "0"


@pytest.mark.parametrize(
    "path", ["/", "/voice", "/voice/sendsip", "/voice/recordSip/", "/voice/recordSip/1/2", "/x?y"]
)
def test_an_unknown_path_is_404_without_an_envelope(client, path):
    response = client.request("GET", path)
    assert response.status == 404
    assert response.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/voice/sendSip", "POST"),
        ("PUT", "/voice/sendSip", "POST"),
        ("HEAD", "/voice/sendSip", "POST"),
        ("POST", "/voice/recordSip/1", "GET"),
        ("GET", "/voice/recordSipQuery", "POST"),
        ("GET", "/voice/sipQuery", "POST"),
        ("POST", "/voice/getRecordingFileUrl", "GET"),
        ("DELETE", "/sms/getBalance", "GET"),
    ],
)
def test_another_method_is_405_without_an_envelope(client, method, path, allowed):
    response = client.request(method, path, b"{}")
    assert (response.status, response.headers["Allow"]) == (405, allowed)
    assert not response.body.startswith(b"{")


def test_a_query_is_no_part_of_the_path(client):
    assert client.request("GET", "/sms/getBalance?a=b").json["status"] == "0"


def test_a_get_says_that_it_is_json_too(client):
    headers = client.headers(**{"Content-Type": None})
    assert client.request("GET", "/sms/getBalance", headers=headers).json["status"] == "-22"


def test_a_connection_serves_several_requests(client):
    with socket.create_connection(client.address, timeout=10) as connection:
        for _ in range(3):
            connection.sendall(client.raw_send_sip("442079460018"))
            answer = connection.recv(65536)
            # In one piece, so nothing waits for an acknowledgement in between.
            assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
            assert answer.endswith(b"}")


def test_a_body_over_64_kib_is_refused_unread(client):
    for size in (64 * 1024 + 1, 300_000):
        assert client.request("POST", "/voice/sendSip", b" " * size).status == 413


def test_a_body_of_64_kib_is_read(client):
    body = b'{"callee":"442079460018","account":"a"}'.ljust(64 * 1024)
    assert client.request("POST", "/voice/sendSip", body).json["status"] == "0"


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"Content-Length: -1", 400),
        (b"Content-Length: x", 400),
        (b"Content-Length: 1_0", 400),
        (b"Content-Length: 2\r\nContent-Length: 3", 400),
        (b"Content-Length: 99999999999999999999", 400),
        (b"Transfer-Encoding: chunked", 411),
        (b"\r\n".join(b"X-%d: y" % number for number in range(200)), 431),
        (b"X: " + b"y" * 70_000, 431),
    ],
)
def test_a_request_that_cannot_be_read_ends_the_connection(client, head, status):
    request = b"POST /voice/sendSip HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\n{}"
    answer = exchange(client.address, request)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert b"\r\nConnection: close\r\n" in answer


@pytest.mark.parametrize(
    "request_line", [b"\x16\x03\x01\x02", b"BREW /pot HTTP/1.1", b"GET / HTTP/9.9", b"a b c d"]
)
def test_what_is_no_http_gets_an_error_and_the_end(client, request_line):
    answer = exchange(client.address, request_line + b"\r\nHost: x\r\n\r\n")
    assert answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 5"))


def test_a_request_that_breaks_off_anywhere_is_no_call(client, received):
    whole = client.raw_send_sip("442079460018")
    for length in range(0, len(whole), 3):
        with socket.create_connection(client.address, timeout=10) as connection:
            connection.sendall(whole[:length])
            connection.shutdown(socket.SHUT_WR)
            while answer := connection.recv(65536):
                assert b'"data"' not in answer
    assert received() == []


@pytest.mark.parametrize("callee", ["9990001001", "9990001005"])
def test_closing_ends_hanging_and_dripping_answers_at_once(calls_file, received, callee):
    server = SandboxServer(calls_file)
    server.start()
    client = SignedClient(server.url, server.credentials)
    with socket.create_connection(client.address, timeout=10) as connection:
        connection.sendall(client.raw_send_sip(callee))
        until(received)
        begun = time.monotonic()
        server.close()
        assert time.monotonic() - begun < 0.9
        assert connection.recv(1) in (b"", b"H")
    assert connection_threads() == []


def test_closing_ends_connections_that_say_nothing(calls_file):
    server = SandboxServer(calls_file)
    server.start()
    address = SignedClient(server.url, server.credentials).address
    silent = [socket.create_connection(address, timeout=10) for _ in range(5)]
    until(lambda: len(connection_threads()) == 5)
    begun = time.monotonic()
    server.close()
    assert time.monotonic() - begun < 0.9
    assert [connection.recv(1) for connection in silent] == [b""] * 5
    for connection in silent:
        connection.close()
    assert connection_threads() == []


def test_a_client_that_goes_ends_the_hanging_answer(client, received):
    with socket.create_connection(client.address, timeout=10) as connection:
        connection.sendall(client.raw_send_sip("9990001001"))
        until(received)
        assert len(connection_threads()) == 1
    until(lambda: connection_threads() == [])


def test_a_silent_connection_does_not_keep_its_thread(calls_file, received, monkeypatch):
    monkeypatch.setattr("dialer.sandbox.connection.Connection.timeout", 0.05)
    with SandboxServer(calls_file) as server:
        client = SignedClient(server.url, server.credentials)
        assert exchange(client.address, b"") == b""
        assert exchange(client.address, client.raw_send_sip("442079460018")[:-1]) == b""
        assert received() == []


def test_a_taken_port_is_an_oserror_and_leaves_nothing_open(server, tmp_path):
    port = int(server.url.rpartition(":")[2])
    second = SandboxServer(tmp_path / "other.sqlite3", port=port)
    with pytest.raises(OSError, match=r"in use|forbidden|permission"):
        second.start()
    second.close()
    with pytest.raises(RuntimeError):
        _ = second.url


def test_a_port_can_be_chosen_and_is_free_again_after_closing(calls_file):
    with SandboxServer(calls_file) as server:
        port = int(server.url.rpartition(":")[2])
        client = SignedClient(server.url, server.credentials)
        assert client.send_sip().json["status"] == "0"
    with SandboxServer(calls_file, port=port) as again:
        assert again.url == f"http://127.0.0.1:{port}"


def test_a_server_can_be_closed_twice_and_started_again(calls_file):
    server = SandboxServer(calls_file)
    server.close()
    for _ in range(2):
        server.start()
        with pytest.raises(RuntimeError):
            server.start()
        client = SignedClient(server.url, server.credentials)
        assert client.send_sip().json["status"] == "0"
        server.close()
        server.close()


@pytest.mark.parametrize(
    "wrong",
    [
        {"port": -1},
        {"port": 65536},
        {"speed": 0},
        {"speed": 1e9},
        {"balance": Decimal(-1)},
        {"balance": Decimal(10**7)},
    ],
)
def test_a_port_a_speed_or_a_balance_out_of_range_is_refused(calls_file, wrong):
    with pytest.raises(ValueError, match="must be"):
        SandboxServer(calls_file, **wrong)


def test_nothing_is_printed_whatever_the_clients_do(calls_file, received, capfd):
    with SandboxServer(calls_file, credentials=Credentials("KEY", "SECRET")) as server:
        client = SignedClient(server.url, server.credentials)
        client.send_sip()
        client.request("GET", "/nowhere")
        exchange(client.address, b"nonsense\r\n\r\n")
        for callee in ("9990001001", "9990001002", "9990001005"):
            connection = socket.create_connection(client.address, timeout=10)
            connection.sendall(client.raw_send_sip(callee))
            connection.close()
        until(lambda: len(received()) == 4)
    assert capfd.readouterr() == ("", "")


def test_a_defect_is_logged_without_the_secret(server, client, monkeypatch, caplog):
    def fail(*_):
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("dialer.sandbox.endpoints.Endpoints.answer", fail)
    assert exchange(client.address, client.raw_send_sip("442079460018")) == b""
    until(lambda: caplog.records)
    assert "a defect" in caplog.text
    assert server.credentials.api_secret not in caplog.text


def test_the_sandbox_shares_no_code_with_the_client_and_imports_nothing_heavy():
    script = "import sys, dialer.sandbox.server; print(*sorted(sys.modules))"
    modules = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "dialer.sandbox.server" in modules
    for unwanted in ("dialer.provider", "PySide6", "requests", "urllib3", "keyring", "asyncio"):
        assert unwanted not in modules


def until(condition):
    """Wait for a condition, ten seconds at most."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.005)
