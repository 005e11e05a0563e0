"""The sandbox's file: nothing lost, nothing doubled, nobody else's business."""

import json
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from dialer.calls.credentials import Credentials
from dialer.sandbox.server import SandboxServer
from dialer.sandbox.store import VERSION, SandboxCalls
from sandbox.signed_client import SignedClient

SANDBOX_PROCESS = """
import json, sys
from pathlib import Path
from dialer.sandbox.server import SandboxServer
with SandboxServer(Path(sys.argv[1]), clock=lambda: 1_767_294_245.0) as server:
    print(json.dumps([server.url, server.credentials.api_key, server.credentials.api_secret]))
    sys.stdout.flush()
    sys.stdin.read()
"""


FIRST_VERSION = """
    CREATE TABLE calls (
        number INTEGER PRIMARY KEY AUTOINCREMENT, recording_id TEXT UNIQUE,
        submitted_at INTEGER NOT NULL, speed REAL NOT NULL, ends_at INTEGER NOT NULL,
        cost INTEGER NOT NULL, callee TEXT NOT NULL, account TEXT NOT NULL,
        display_number TEXT, app_id TEXT, note TEXT
    ) STRICT;
    INSERT INTO calls VALUES (7, '2601011904000000007', 1767294240000, 0.7, 1767294300000, 5,
        '932111111111', 'test_001', NULL, NULL, NULL);
    PRAGMA user_version = 1;
"""


def at_that_second():
    return 1_767_294_245.0


def test_ids_go_on_after_a_restart_in_the_same_second(calls_file, received, clock):
    ids = []
    for _ in range(3):
        with SandboxServer(calls_file, clock=clock) as server:
            client = SignedClient(server.url, server.credentials, clock)
            ids += [client.send_sip().json["data"] for _ in range(3)]
    assert len(set(ids)) == 9
    assert ids == sorted(ids)
    assert [call.recording_id for call in received()] == ids


def test_a_number_is_not_given_again_after_its_call_was_deleted(calls_file, clock):
    with SandboxServer(calls_file, clock=clock) as server:
        first = SignedClient(server.url, server.credentials, clock).send_sip().json["data"]
    with closing(sqlite3.connect(calls_file)) as connection, connection:
        connection.execute("DELETE FROM calls")
    with SandboxServer(calls_file, clock=clock) as server:
        second = SignedClient(server.url, server.credentials, clock).send_sip().json["data"]
    assert first != second


def test_processes_that_share_a_file_never_give_the_same_id(calls_file, received):
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", SANDBOX_PROCESS, str(calls_file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    try:
        clients = []
        for process in processes:
            url, key, secret = json.loads(process.stdout.readline())
            clients.append(SignedClient(url, Credentials(key, secret), at_that_second))
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda turn: clients[turn % 3].send_sip().json, range(90)))
    finally:
        ends = [process.communicate(timeout=10) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert [errors for _, errors in ends] == ["", "", ""]
    assert {answer["status"] for answer in answers} == {"0"}
    ids = {answer["data"] for answer in answers}
    assert len(ids) == 90
    assert {call.recording_id for call in received()} == ids


def test_many_clients_of_one_server_each_get_an_id_of_their_own(client, received):
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _: client.send_sip().json["data"], range(80)))
    assert len(set(ids)) == 80
    assert {call.recording_id for call in received()} == set(ids)


def test_many_openings_of_a_new_file_at_once_all_work(calls_file):
    def open_and_close(_):
        SandboxCalls(calls_file).close()

    with ThreadPoolExecutor(8) as pool:
        assert len(list(pool.map(open_and_close, range(24)))) == 24


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_only_the_owner_may_read_the_file_and_its_companions(client, calls_file):
    client.send_sip()
    files = list(calls_file.parent.iterdir())
    assert {file.name for file in files} >= {calls_file.name, f"{calls_file.name}-wal"}
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(calls_file.parent.stat().st_mode) == 0o700


def test_the_answer_comes_after_the_call_is_committed(client, received):
    recording_id = client.send_sip().json["data"]
    assert received()[-1].recording_id == recording_id


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "sandbox.sqlite3"
    path.write_text("not a database, " * 100)
    with pytest.raises(OSError, match="not a database"):
        SandboxServer(path).start()
    assert path.read_text() == "not a database, " * 100


def test_a_file_of_the_first_version_keeps_its_calls_and_gets_their_records(calls_file, clock):
    calls_file.parent.mkdir()
    with closing(sqlite3.connect(calls_file)) as connection, connection:
        connection.executescript(FIRST_VERSION)
    with SandboxServer(calls_file, clock=clock) as server:
        client = SignedClient(server.url, server.credentials, clock)
        period = {"strTime": "2026-01-01T19:00:00Z", "endTime": "2026-01-01T19:04:05Z"}
        found = client.query("/voice/recordSipQuery", period | {"phoneName": "Test phone"}).json
        (record,) = found["data"]["records"]
        assert record == client.record("2601011904000000007").json["data"]
        assert client.send_sip().json["data"].endswith("0000008")


def test_a_file_of_a_newer_version_is_refused(calls_file):
    SandboxCalls(calls_file).close()
    with closing(sqlite3.connect(calls_file)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(OSError, match="newer version"):
        SandboxCalls(calls_file)


def test_a_file_that_fails_under_way_is_a_system_error(client, calls_file):
    with closing(sqlite3.connect(calls_file)) as connection:
        connection.execute("DROP TABLE calls")
    answer = client.send_sip().json
    assert list(answer) == ["status", "reason"]
    assert answer["status"] == "-18"
    assert "no such table" in answer["reason"]
