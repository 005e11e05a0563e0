"""A connection that the server drops at the worst moment, under a program that calls again."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from dialer.calls.credentials import Credentials
from doubles import faulty_server as faults
from doubles.faulty_server import Behaviour, FaultyServer, Visit, answers
from faults.caller import LINE, CallerProcess
from faults.tally import Tally
from program.program import KEY, SECRET, Program


def first_then_answers(name: str, first: Callable[[Visit], None]) -> Behaviour:
    """The first connection ends as `first` has it; whoever comes on another is answered."""

    def act(visit: Visit) -> None:
        if visit.number == 1:
            first(visit)
        while not visit.over and visit.read_request():
            answers().act(visit)

    return Behaviour(name, act, reads=False)


@dataclass(frozen=True)
class Course:
    """What one process does, one step after the other, and what must come of it."""

    behaviour: Behaviour
    steps: tuple[tuple[str, ...], ...]
    told: tuple[str, ...]
    read: int
    """How many requests the server reads."""
    connections: int

    def __str__(self) -> str:
        return str(self.behaviour)


def reset_unread(visit: Visit) -> None:
    visit.wait_for_bytes()
    visit.reset()


AHEAD, ONE, TWO = ("ahead",), ("call", "932111111111"), ("call", "932111111112")
COURSES = (
    Course(faults.closes_kept, (ONE, TWO), ("placed", "placed"), 2, 2),
    Course(faults.resets_kept, (ONE, TWO), ("placed", "placed"), 2, 2),
    Course(
        first_then_answers("closes what was opened ahead", Visit.close),
        (AHEAD, ONE, TWO),
        ("ahead", "placed", "placed"),
        2,
        3,
    ),
    # The request had begun when the connection broke, so nobody may say that it was not sent.
    Course(
        first_then_answers("resets what was opened ahead as it is used", reset_unread),
        (AHEAD, ONE, TWO),
        ("ahead", "unknown", "placed"),
        1,
        2,
    ),
)


@pytest.mark.parametrize("course", COURSES, ids=str)
def test_a_connection_dropped_as_it_is_used_repeats_no_call(
    course: Course, tmp_path: Path, tally: Tally
) -> None:
    program = Program(tmp_path)
    with FaultyServer(course.behaviour) as server:
        program.with_profile(server.url)
        with CallerProcess(tmp_path, Credentials(KEY, SECRET), LINE) as line:
            told = []
            for step in course.steps:
                line.run(step)
                told.append(line.line())
            code, _, err = line.end()
    received = [json.loads(request.body)["callee"] for request in server.requests]
    tally.compared("network", received, [call.request.callee for call in program.calls()])
    assert (tuple(told), code, err) == (course.told, 0, "")
    assert len(received) == course.read
    assert server.connections == course.connections
    rows = {call.request.callee: call.outcome_name for call in program.calls()}
    assert rows == {
        callee: outcome
        for (step, *callees), outcome in zip(course.steps, course.told, strict=True)
        if step == "call"
        for callee in callees
    }
    assert SECRET.encode() not in program.kept()
