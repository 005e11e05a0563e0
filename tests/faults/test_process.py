"""What becomes of a call when its process is told to end, is stopped, or gets no memory."""

import json
import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dialer.calls.call import Cause, OutcomeKind
from doubles.faulty_server import Behaviour, FaultyServer, Visit, answers
from faults.caller import CallerProcess
from faults.tally import Tally
from faults.window import CREDENTIALS, WindowProcess
from program.program import Program, until

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")

CALLEE = "932111111111"
DEADLINE = 1.0
"""The shortest deadline that a profile can have, in seconds."""
_SCRIPT = Path(__file__).with_name("memory_process.py")


@pytest.fixture
def program(tmp_path: Path) -> Program:
    (tmp_path / "home").mkdir()
    return Program(tmp_path / "home/dialer")


@contextmanager
def answering_later() -> Iterator[tuple[FaultyServer, threading.Event]]:
    """A server that answers once the event is set."""
    now = threading.Event()

    def act(visit: Visit) -> None:
        now.wait(20.0)
        answers().act(visit)

    with FaultyServer(Behaviour("answers later", act)) as server:
        try:
            yield server, now
        finally:
            now.set()


def heeds(process_id: int, number: signal.Signals) -> bool:
    """Whether the process has a handler for the signal."""
    status = Path(f"/proc/{process_id}/status").read_text()
    caught = re.search(r"^SigCgt:\s*([0-9a-f]+)$", status, re.MULTILINE)
    return bool(caught and int(caught[1], 16) >> (number - 1) & 1)


@pytest.mark.parametrize(
    "number", [signal.SIGHUP, pytest.param(signal.SIGTERM, marks=pytest.mark.more)]
)
def test_an_answer_counts_that_comes_after_the_logout_that_ends_the_window(
    program: Program, tally: Tally, number: signal.Signals
) -> None:
    with answering_later() as (server, now):
        program.with_profile(server.url)
        with WindowProcess(program, CALLEE) as window:
            window.wait("ready")
            window.call()
            window.wait("begun")
            until(lambda: server.calls, "no call is received")
            window.signal(number)
            now.set()
            window.wait("placed 0")
            code, _, _ = window.end()
    assert code == 0
    (call,) = program.calls()
    assert call.outcome_name == "placed"
    tally.compared("process", [CALLEE] * len(server.calls), [call.request.callee])


@pytest.mark.more
def test_a_closed_terminal_does_not_end_what_was_started_to_outlive_it(
    program: Program, tally: Tally
) -> None:
    program.through = ("nohup",)
    with answering_later() as (server, now):
        program.with_profile(server.url)
        with WindowProcess(program, CALLEE) as window:
            window.wait("ready")
            assert heeds(window.process.pid, signal.SIGTERM)
            assert not heeds(window.process.pid, signal.SIGHUP)
            window.call()
            window.wait("begun")
            until(lambda: server.calls, "no call is received")
            window.signal(signal.SIGHUP)
            now.set()
            window.wait("placed 0")
            assert window.process.poll() is None
            assert window.close()[0] == 0
    tally.compared("process", [CALLEE] * len(server.calls), [CALLEE])


def test_a_process_that_is_stopped_for_longer_than_the_deadline_sends_once_and_says_so(
    program: Program, tally: Tally
) -> None:
    # As in a computer that sleeps: the answer is there when it wakes, and so is the deadline.
    with answering_later() as (server, now):
        program.with_profile(server.url, timeout=DEADLINE)
        with CallerProcess(program.home, CREDENTIALS) as caller:
            caller.run(["call", CALLEE, "--json"])
            until(lambda: server.calls, "no call is received")
            begun = time.monotonic()
            caller.process.send_signal(signal.SIGSTOP)
            until(lambda: state_of(caller.process.pid) == "T", "it does not stop")
            now.set()
            until(lambda: time.monotonic() > begun + DEADLINE + 0.1, "time stands still")
            caller.process.send_signal(signal.SIGCONT)
            code, out, _ = caller.end()
    told = json.loads(out)
    (call,) = program.calls()
    assert (call.outcome_name, code) in (("placed", 0), ("unknown", 5))
    assert told["outcome"] == call.outcome_name
    assert call.outcome
    assert call.outcome.cause in (None, Cause.NO_ANSWER)
    tally.compared("process", [CALLEE] * len(server.calls), [CALLEE])


def test_a_call_that_was_asked_for_before_the_computer_slept_is_not_placed_after(
    program: Program, tally: Tally
) -> None:
    with FaultyServer(answers()) as server:
        program.with_profile(server.url)
        with WindowProcess(program, CALLEE, CALLEE) as window:
            window.wait("ready")
            asked = time.monotonic()
            window.call()
            # Wherever it is by now, it has not come to its end.
            window.signal(signal.SIGSTOP)
            until(lambda: time.monotonic() > asked + 1.2, "time stands still")
            sent = len(server.calls)
            window.signal(signal.SIGCONT)
            said = [window.line()]
            if said == ["begun"]:
                said.append(window.line())
            window.close()
    rows = program.calls()
    if said[0].startswith("refused"):
        assert (sent, server.calls, rows) == (0, [], [])
    else:
        (call,) = rows
        assert call.outcome
        late = call.outcome.kind is OutcomeKind.NOT_SENT
        assert len(server.calls) == (0 if late else 1), call.outcome
    tally.compared("process", [CALLEE] * len(server.calls), [row.request.callee for row in rows])


def state_of(process_id: int) -> str:
    """Whether a process runs, sleeps or is stopped, as one letter."""
    return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]


def test_without_memory_a_call_is_refused_or_has_its_row_and_is_never_called_not_sent(
    program: Program, tally: Tally
) -> None:
    with FaultyServer(answers()) as server:
        program.with_profile(server.url)
        ended = program.python(str(_SCRIPT), server.url)
        assert ended.code == 0, ended.err
        received = {json.loads(each.body)["calledInfo"] for each in server.calls}
        sent = [json.loads(each.body)["calledInfo"] for each in server.calls]
    tried: list[dict[str, Any]] = [json.loads(line) for line in ended.out.splitlines()]
    rows = {row.request.note or "": row for row in program.calls()}
    without = 0
    for each in tried:
        note = each["note"]
        row = rows.get(note)
        if each["refused"]:
            assert note not in received, "told that nothing was called"
        if row is None:
            assert note not in received
            continue
        assert row.outcome, "the process is over"
        if row.outcome.kind is OutcomeKind.NOT_SENT:
            assert note not in received
        if each["outcome"] == "placed":
            assert row.outcome_name == "placed"
        without += each["outcome"] != "placed"
    assert 0 < without < len(tried), "nothing was tried"
    tally.compared("process", sent, rows, cases=len(tried))
