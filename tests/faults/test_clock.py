"""The computer's clock is put back or forward, or means another zone, between calls and in them."""

import itertools
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from dialer.calls.call import CallRecord, Following, OutcomeKind
from dialer.sandbox.server import SandboxServer
from dialer.sandbox.store import SandboxCalls
from faults.tally import Tally
from faults.window import WindowProcess
from program.program import Ended, Program, until

PLACED, UNKNOWN = "932111111111", "9990001008"
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def library() -> str:
    """What makes a program believe in another time."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        pytest.skip("needs faketime (so is Debian's package named)")
    return str(found[0])


@pytest.fixture
def program(tmp_path: Path) -> Program:
    (tmp_path / "home").mkdir()
    return Program(tmp_path / "home/dialer")


@pytest.fixture
def elsewhen(program: Program, library: str) -> Program:
    """The program under a clock that can be put off."""
    program.environ.update({"LD_PRELOAD": library, "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
    return program


def at(program: Program, time: datetime, *arguments: str, zone: str = "UTC") -> Ended:
    """Run a command of the program by a clock that stands so, in a zone."""
    seconds = round((time - datetime.now(UTC)).total_seconds())
    program.environ.update({"FAKETIME": f"{seconds:+d}", "TZ": zone})
    return program.run(*arguments)


def call(program: Program, time: datetime, callee: str) -> str:
    """Place a call in the sandbox by such a clock; what was said beside the answer."""
    ended = at(program, time, "call", callee, "--sandbox")
    return str(ended.err)


@pytest.mark.desktop
def test_a_clock_that_is_put_back_neither_turns_the_history_round_nor_hides_what_may_ring(
    elsewhen: Program, tally: Tally
) -> None:
    assert "no certain outcome" not in call(elsewhen, NOON, UNKNOWN)
    assert "a few seconds ago" not in call(elsewhen, NOON + timedelta(seconds=5), PLACED)
    hour_back = NOON - timedelta(hours=1)
    assert "no certain outcome" in call(elsewhen, hour_back, UNKNOWN)
    assert "a few seconds ago" in call(elsewhen, hour_back, PLACED)
    callees = [row.request.callee for row in elsewhen.calls()]
    assert callees == [PLACED, UNKNOWN, PLACED, UNKNOWN]
    compare(elsewhen, elsewhen.folders.sandbox_calls, tally)


@pytest.mark.more
@pytest.mark.desktop
def test_days_are_those_of_the_zone_that_the_clock_means_whatever_their_length(
    elsewhen: Program, tally: Tally
) -> None:
    # In Berlin 29 March has 23 hours, from 23:00 to 22:00 in Greenwich.
    moments = (
        datetime(2026, 3, 28, 22, 59, 40, tzinfo=UTC),
        datetime(2026, 3, 28, 23, 0, 10, tzinfo=UTC),
        datetime(2026, 3, 29, 21, 59, 40, tzinfo=UTC),
        datetime(2026, 3, 29, 22, 0, 10, tzinfo=UTC),
    )
    for number, moment in enumerate(moments):
        call(elsewhen, moment, f"44207946{number:04d}")
    assert days(elsewhen, moments[-1], "Europe/Berlin") == [1, 2, 1]
    assert days(elsewhen, moments[-1], "Asia/Tokyo") == [0, 2, 2]
    compare(elsewhen, elsewhen.folders.sandbox_calls, tally)


def days(program: Program, now: datetime, zone: str) -> list[int]:
    """How many calls stand by each of three days."""
    first = date(2026, 3, 28)
    period = ("--since", first.isoformat(), "--until", (first + timedelta(days=2)).isoformat())
    ended = at(program, now, "stats", "--sandbox", "--json", *period, zone=zone)
    figures = json.loads(ended.out)["days"]
    assert [each["date"] for each in figures] == [
        (first + timedelta(days=number)).isoformat() for number in range(3)
    ]
    return [each["calls"] for each in figures]


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[SandboxServer]:
    with SandboxServer(tmp_path / "provider.db", speed=100.0) as server:
        yield server


@pytest.mark.parametrize("follow", [False, pytest.param(True, marks=pytest.mark.more)])
def test_a_clock_that_jumps_under_the_window_harms_no_call_and_no_record(
    program: Program, sandbox: SandboxServer, tmp_path: Path, tally: Tally, follow: bool
) -> None:
    clock = tmp_path / "clock"
    set_clock(clock, 0)
    program.with_profile(sandbox.url)
    # Two hours are more than the provider takes: it is asked again with the right time.
    jumps = (0, -7200, 86_400, -90_000)
    callees = [f"44207946{number:04d}" for number in range(len(jumps))]
    with WindowProcess(program, *callees, credentials=sandbox.credentials, clock=clock) as window:
        window.wait("ready")
        for jump in jumps:
            set_clock(clock, jump)
            window.call()
            window.wait("begun")
            window.wait("placed 0")
        if follow:
            # A record that was not there yet is looked for again within a minute.
            until(
                lambda: all(is_final(row) for row in program.calls()),
                "a record is not final",
                seconds=150.0,
            )
        assert window.close()[0] == 0
    rows = program.calls()
    assert [row.request.callee for row in rows] == list(reversed(callees))
    begun = [row.begun_at for row in reversed(rows)]
    steps = [round((after - before) / 1000) for before, after in itertools.pairwise(begun)]
    wanted = [after - before for before, after in itertools.pairwise(jumps)]
    assert all(abs(step - jump) < 60 for step, jump in zip(steps, wanted, strict=True))
    assert all(row.ended_at and row.ended_at >= row.begun_at for row in rows)
    compare(program, tmp_path / "provider.db", tally)


def set_clock(file: Path, seconds: int) -> None:
    """Put the clock so many seconds off, at once."""
    half = file.with_suffix(".half")
    half.write_text(str(seconds))
    half.rename(file)


def is_final(row: CallRecord) -> bool:
    """Whether all is known that the provider will say, and it is what the sandbox says."""
    return row.following is Following.FINAL and row.duration_s is not None


def compare(program: Program, provider: Path, tally: Tally) -> None:
    """Every call that was received is in the journal, once."""
    calls = SandboxCalls(provider)
    received = [each.callee for each in calls.received()]
    calls.close()
    rows = program.calls()
    rings = [
        row.request.callee
        for row in rows
        if row.outcome and row.outcome.kind is not OutcomeKind.NOT_SENT
    ]
    assert sorted(received) == sorted(rings)
    tally.held("clock", lost=len(set(received) - set(rings)))
