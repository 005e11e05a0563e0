"""Never twice, never lost: seeded schedules of faults, the journal and the provider's log beside.

A schedule is a few calls through a relay that resets, closes, cuts off, holds back or answers
for the provider at moments drawn from a seed, with connections that die before they are used,
clocks that are refused, stops at any moment and Enter pressed more than once. What is found
names the seed: `PYTHONPATH=.:tests python tests/faults/schedule_process.py FOLDER SEED 1`.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from dialer.calls.call import CallRecord, CallRequest, Cause, Outcome
from dialer.sandbox.store import ReceivedCall
from faults.schedule import schedule_of
from faults.schedule_ground import Findings, compare
from faults.tally import Tally
from program.program import Program

A_SHARE = 1_000
"""How many schedules a process carries out."""
SECONDS = 600.0
MUST_COME_ABOUT = {
    "placed 0",
    "unknown broken_off",
    "unknown no_envelope",
    "unknown no_answer",
    "unknown closed",
    "not_sent cancelled",
    "not_sent refused",
    "rejected -16",
}
"""Without these, schedules would not try what they are for."""

_PROCESS = Path(__file__).with_name("schedule_process.py")
_IN_MEMORY = Path("/dev/shm")  # a file there is written with all the same calls, and fast


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where the journals lie: in memory, where that can be."""
    if not (_IN_MEMORY.is_dir() and os.access(_IN_MEMORY, os.W_OK)):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="dialer-schedules-", dir=_IN_MEMORY) as made:
        yield Path(made)


@pytest.mark.parametrize(
    ("first", "count"),
    [
        pytest.param(0, 150, id="150"),
        pytest.param(1_000_000, 2_500, id="2500", marks=pytest.mark.more),
        pytest.param(2_000_000, 100_000, id="100000", marks=pytest.mark.long),
    ],
)
def test_no_schedule_of_faults_sends_a_call_twice_or_loses_one(
    folder: Path, first: int, count: int, tally: Tally
) -> None:
    found = all_of(folder, first, count)
    outcomes = sum((Counter(each["outcomes"]) for each in found), Counter[str]())
    calls, received = (sum(each[name] for each in found) for name in ("calls", "received"))
    print(f"{count} schedules, {calls} calls, {received} received: {dict(outcomes)}")
    lost, twice, false = (
        [one for each in found for one in each[name]] for name in ("lost", "twice", "false")
    )
    assert not false
    tally.held("schedules", count, lost=len(lost), twice=len(twice))
    assert outcomes.keys() >= MUST_COME_ABOUT
    assert calls > received > 0


def all_of(folder: Path, first: int, count: int) -> list[dict[str, Any]]:
    """What processes found that share the seeds from `first` on."""
    shares = range(first, first + count, A_SHARE)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(
            pool.map(
                lambda start: found_in(folder, start, min(A_SHARE, first + count - start)), shares
            )
        )


def found_in(folder: Path, first: int, count: int) -> dict[str, Any]:
    """What a process found that carried out these schedules."""
    with tempfile.TemporaryDirectory(dir=folder) as made:
        program = Program(Path(made) / "home")
        ended = subprocess.run(
            [sys.executable, str(_PROCESS), made, str(first), str(count)],
            env=program.whole_environ,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def test_a_seed_makes_the_same_schedule_each_time() -> None:
    assert [schedule_of(seed).calls[0].note for seed in (1, 2)] == ["1-0", "2-0"]
    assert schedule_of(7).calls[0].callee == schedule_of(7).calls[0].callee
    assert schedule_of(7).calls[0].presses == schedule_of(7).calls[0].presses
    assert len({len(schedule_of(seed).calls) for seed in range(100)}) == 4


class TestWhatIsFound:
    """The comparison itself, which must not find everything in order."""

    NOTE = "1-0"
    RECEIVED = ReceivedCall(
        "4420794601", "test_001", None, None, NOTE, "2601010000000000001", 0, 1.0
    )
    PLACED = Outcome.placed("2601010000000000001")
    UNKNOWN = Outcome.unknown(Cause.BROKEN_OFF)
    NOT_SENT = Outcome.not_sent(Cause.CANCELLED)

    def found(self, received: int, *outcomes: Outcome | None, asked: int = 1) -> Findings:
        findings = Findings()
        compare(findings, [self.RECEIVED] * received, self.rows(outcomes), {self.NOTE: asked})
        return findings

    def rows(self, outcomes: Sequence[Outcome | None]) -> list[CallRecord]:
        request = CallRequest("4420794601", "test_001", note=self.NOTE)
        return [CallRecord(row, str(row), 0, request, each) for row, each in enumerate(outcomes)]

    @pytest.mark.parametrize("outcomes", [(PLACED,), (UNKNOWN,), (NOT_SENT, PLACED)])
    def test_all_is_well(self, outcomes: tuple[Outcome, ...]) -> None:
        findings = self.found(1, *outcomes)
        assert not (findings.lost or findings.twice or findings.false)

    def test_a_call_that_stands_nowhere_is_lost(self) -> None:
        assert self.found(1).lost == [self.NOTE]

    def test_a_call_that_was_received_twice(self) -> None:
        assert self.found(2, self.PLACED).twice

    def test_two_calls_where_one_was_asked_for(self) -> None:
        assert self.found(2, self.PLACED, self.UNKNOWN).twice
        assert not self.found(2, self.PLACED, self.UNKNOWN, asked=2).twice

    def test_not_sent_of_what_was_received(self) -> None:
        assert self.found(1, self.NOT_SENT).false

    def test_placed_of_what_was_not_received(self) -> None:
        assert self.found(0, self.PLACED).false

    def test_a_call_without_an_outcome(self) -> None:
        assert self.found(0, None).false
