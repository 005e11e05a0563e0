"""Asking `dialer call` to end: what has left gets five seconds, what has not never goes."""

import json
import os
import re
import signal
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
import trustme

from dialer.calls.call import Cause
from dialer.calls.credentials import Credentials
from dialer.sandbox.store import SandboxCalls
from doubles.faulty_server import (
    Behaviour,
    FaultyServer,
    Visit,
    answers,
    hangs_after_reading,
    hangs_in_handshake,
    tls_for,
)
from faults.caller import CallerProcess
from program.program import Program, Running, until

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")

ASKING = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if os.name == "posix" else [])]
AT_ONCE = 3.0
"""Seconds that are far from the grace of five, on a slow computer too."""
CREDENTIALS = Credentials("EXAMPLEKEY", "Xq7-the-secret-of-a-test-vB2")
NEVER_ANSWERED = "9990001001"


def hears(process_id: int, number: signal.Signals) -> bool:
    """Whether the process has a handler for the signal: Python itself has none for SIGTERM."""
    status = Path(f"/proc/{process_id}/status").read_text()
    caught = re.search(r"^SigCgt:\s*([0-9a-f]+)$", status, re.MULTILINE)
    return bool(caught and int(caught[1], 16) >> (number - 1) & 1)


def received(program: Program) -> int:
    """How many calls the sandbox has taken."""
    if not program.folders.sandbox_calls.exists():
        return 0
    with closing(SandboxCalls(program.folders.sandbox_calls)) as calls:
        return len(calls.received())


def test_a_call_that_was_sent_is_waited_for_five_seconds_and_then_unknown(tmp_path: Path) -> None:
    programs = [Program(tmp_path / number.name / "home") for number in ASKING]
    started: list[Running] = []
    for program in programs:
        program.home.parent.mkdir()
        started.append(program.start("call", NEVER_ANSWERED, "--sandbox", "--json"))
    for program, running, number in zip(programs, started, ASKING, strict=True):
        until(lambda program=program: received(program), "the sandbox got no call")  # type: ignore[misc]
        running.signal(number)
    begun = time.monotonic()
    for program, running in zip(programs, started, strict=True):
        ended = running.end()
        assert 3.5 < time.monotonic() - begun < 6.0
        assert ended.code == 5
        assert json.loads(ended.out)["outcome"] == "unknown"
        (call,) = program.calls()
        assert call.outcome
        assert call.outcome.cause is Cause.CLOSED


def test_an_answer_within_the_grace_counts(tmp_path: Path) -> None:
    signalled = threading.Event()

    def act(visit: Visit) -> None:
        signalled.wait(10)
        answers().act(visit)

    with FaultyServer(Behaviour("answers after the signal", act)) as server:
        Program(tmp_path).with_profile(server.url)
        with CallerProcess(tmp_path, CREDENTIALS) as caller:
            caller.run(["call", "932111111111"])
            server.wait_for_request(seconds=20.0)
            caller.process.send_signal(signal.SIGTERM)
            signalled.set()
            code, out, _ = caller.end()
    assert (code, out) == (0, "2203031113381000002\n")
    assert Program(tmp_path).calls()[0].outcome_name == "placed"


@pytest.mark.parametrize("number", ASKING)
def test_a_second_signal_waits_no_longer(tmp_path: Path, number: signal.Signals) -> None:
    with FaultyServer(hangs_after_reading) as server:
        Program(tmp_path).with_profile(server.url, timeout=60.0)
        with CallerProcess(tmp_path, CREDENTIALS) as caller:
            caller.run(["call", "932111111111"])
            server.wait_for_request(seconds=20.0)
            caller.no_more()
            begun = time.monotonic()
            # Of two that come at the same moment one is lost, so: as an impatient person does.
            until(lambda: ended_by(caller.process, number), "the call goes on")
            code, out, err = caller.end()
        assert time.monotonic() - begun < AT_ONCE
    assert (code, out) == (5, "")
    assert "The phones may ring" in err
    assert "Traceback" not in err
    (call,) = Program(tmp_path).calls()
    assert call.outcome
    assert call.outcome.cause is Cause.CLOSED


def ended_by(process: subprocess.Popen[bytes], number: signal.Signals) -> bool:
    """Send the signal once more; whether the process has ended."""
    process.send_signal(number)
    return process.poll() is not None


@pytest.mark.parametrize("number", ASKING)
def test_a_call_that_is_still_connecting_is_never_sent(
    tmp_path: Path, number: signal.Signals
) -> None:
    with FaultyServer(hangs_in_handshake, tls=tls_for(trustme.CA())) as server:
        Program(tmp_path).with_profile(server.url, timeout=60.0)
        with CallerProcess(tmp_path, CREDENTIALS) as caller:
            caller.run(["call", "932111111111", "--json"])
            server.wait_for_connection(seconds=20.0)
            begun = time.monotonic()
            caller.process.send_signal(number)
            code, out, err = caller.end()
        assert time.monotonic() - begun < AT_ONCE
        assert not server.saw_request_bytes
    assert code == 4
    assert json.loads(out)["outcome"] == "not_sent"
    assert "Traceback" not in err
    (call,) = Program(tmp_path).calls()
    assert call.outcome
    assert call.outcome.cause is Cause.CANCELLED


@pytest.mark.parametrize("number", ASKING)
def test_a_call_that_waits_for_its_keyring_is_stopped_without_a_row(
    program: Program, number: signal.Signals
) -> None:
    program.environ["PYTHON_KEYRING_BACKEND"] = "doubles.keyring_that_hangs.HangingKeyring"
    with FaultyServer(answers()) as server:
        program.with_profile(server.url)
        with program.start("call", "932111111111", "--json") as running:
            until(lambda: hears(running.process.pid, signal.SIGTERM), "no handler")
            begun = time.monotonic()
            running.signal(number)
            ended = running.end()
        assert time.monotonic() - begun < AT_ONCE
        assert server.connections == 0
    assert ended.code == 4
    told = json.loads(ended.out)
    assert (told["outcome"], told["call_id"]) == ("not_sent", None)
    assert program.calls() == []
