"""A running sandbox with a clock that stands, and a client that signs for it."""

from contextlib import closing

import pytest

from dialer.calls.credentials import Credentials
from dialer.sandbox.server import SandboxServer
from dialer.sandbox.store import SandboxCalls
from sandbox.signed_client import SignedClient, StepClock

START = 1_767_294_245.25  # 2026-01-01T19:04:05.25Z, the next day in the provider's zone


@pytest.fixture
def calls_file(tmp_path):
    return tmp_path / "data" / "sandbox.sqlite3"


@pytest.fixture
def received(calls_file):
    """Read the calls that the file has, past any server."""

    def read():
        with closing(SandboxCalls(calls_file)) as calls:
            return calls.received()

    return read


@pytest.fixture
def clock():
    return StepClock(START)


@pytest.fixture
def server(calls_file, clock):
    credentials = Credentials("EXAMPLEKEY", "EXAMPLESECRET")
    with SandboxServer(calls_file, credentials=credentials, clock=clock) as server:
        yield server


@pytest.fixture
def client(server, clock):
    return SignedClient(server.url, server.credentials, clock)
