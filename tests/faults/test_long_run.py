"""A working day of the window in compressed time: nothing grows, stalls, or asks anybody."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dialer.calls.credentials import Credentials
from dialer.sandbox.server import SandboxServer
from dialer.sandbox.store import SandboxCalls
from doubles.secret_service import SecretService
from faults.tally import Tally
from program.credentials import keyring_with_credentials
from program.program import KEY, SECRET, Program, until

pytestmark = [
    pytest.mark.keyring,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux's"),
]

SPEED = 60.0
"""As in long_run_process.py: the day goes so much faster than a day."""
GROWTH_KIB = 5 * 1024
"""How much the memory may grow after the first hour."""
STALL_S = 0.05
QUIET = 0.02
"""The share of its time that a program may have waited for a core on a computer that is quiet."""
SECONDS = 3 * 3600.0

_SCRIPT = Path(__file__).with_name("long_run_process.py")


@pytest.mark.parametrize(
    ("calls", "polls", "samples"),
    [
        pytest.param(24, 50, 8, id="24", marks=pytest.mark.more),
        pytest.param(3_000, 20_000, 16, id="3000", marks=pytest.mark.long),
    ],
)
def test_a_day_of_calls_leaves_nothing_behind(
    tmp_path: Path, tally: Tally, calls: int, polls: int, samples: int
) -> None:
    (tmp_path / "first").mkdir()
    (tmp_path / "home").mkdir()
    provider = tmp_path / "provider.db"
    with (
        keyring_with_credentials(tmp_path / "first") as keyring,
        SandboxServer(provider, credentials=Credentials(KEY, SECRET), speed=SPEED) as sandbox,
    ):
        program = Program(tmp_path / "home/dialer", keyring.environ)
        program.environ["QT_QPA_PLATFORM"] = "offscreen"
        program.with_profile(sandbox.url)
        log = SandboxCalls(provider)
        seen = work(program, lambda: bool(log.received()), keyring, (calls, polls, samples))
        notes = [call.callee for call in log.received()]
        log.close()
    print(described(seen))
    assert seen["asked"]["keyring"] == 1, "the keyring was asked out of nowhere"
    assert set(seen["outcomes"]) == {"placed"}
    assert sum(count for what, count in seen["asked"].items() if "recordSip" in what) >= polls
    with program.journal() as journal:
        rows = [row.request.callee for row in journal.newest(1_000_000)]
    assert len(notes) == len(rows) == seen["outcomes"]["placed"] >= calls
    tally.compared("long run", notes, rows, cases=len(rows))
    assert_nothing_grew(seen["samples"])
    if calls >= 3_000:
        assert_nothing_stalled(seen)


def work(
    program: Program,
    has_called: Callable[[], bool],
    keyring: SecretService,
    work: tuple[int, int, int],
) -> dict[str, Any]:
    """Have the program work; its keyring is locked once it has been read."""
    process = subprocess.Popen(
        [sys.executable, str(_SCRIPT), *map(str, work)],
        env=program.whole_environ,
        cwd=program.home.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        until(lambda: process.poll() is not None or has_called(), "no call is placed")
        if process.poll() is None:
            keyring.lock()
        out, err = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
    assert process.returncode == 0, err.decode()
    assert b"Traceback" not in err, err.decode()
    seen: dict[str, Any] = json.loads(out)
    return seen


def assert_nothing_grew(samples: list[dict[str, float]]) -> None:
    """Compare what was held after the first hour, an eighth of the day, with all that came after.

    At each sample something may be under way that was not at another: what grows is above the
    most of the day's beginning whenever one looks at its end.
    """
    eighth = len(samples) // 8
    begin, end = samples[: 2 * eighth + 1], samples[-2 * eighth :]
    for what in ("threads", "descriptors", "sockets"):
        most = max(each[what] for each in begin)
        assert min(each[what] for each in end) <= most, f"{what} grow: {samples}"
    memory = [each["memory"] for each in samples]
    # A day so short has all the windows' first time after its first hour.
    since = eighth if len(samples) > 8 else len(samples) // 2
    assert memory[-1] - memory[since] < GROWTH_KIB, f"memory grows: {memory}"


def assert_nothing_stalled(seen: dict[str, Any]) -> None:
    """No gap on the UI thread was longer than may be, but for what the machine took.

    On a computer that is busy with something else, nothing can be said.
    """
    lacked = sum(machine for _, machine, _ in seen["gaps"])
    whole = sum(gap for gap, _, _ in seen["gaps"]) + seen["ticks"] * 0.005
    if lacked > QUIET * whole:
        pytest.skip(f"the computer is too busy to see stalls: {lacked / whole:.0%} without a core")
    longest = [(gap, doing) for gap, machine, doing in seen["gaps"] if gap - machine > STALL_S]
    assert not longest


def described(seen: dict[str, Any]) -> str:
    """The figures, for who reads the run."""
    own = sorted(((gap - machine, doing) for gap, machine, doing in seen["gaps"]), reverse=True)
    return (
        f"load {os.getloadavg()[0]:.1f}, asked {seen['asked']}\n"
        + "\n".join(map(str, seen["samples"]))
        + f"\n{seen['ticks']} ticks, longest gaps without the machine's: {own[:5]}"
    )
