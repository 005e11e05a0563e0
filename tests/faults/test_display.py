"""The display goes away under the window, as it does when somebody is logged out of X11."""

import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dialer.calls.call import Cause, Outcome
from dialer.calls.patience import STOP_GRACE
from doubles.faulty_server import Behaviour, FaultyServer, Visit, answers, hangs_after_reading
from faults.tally import Tally
from faults.window import WindowProcess
from program.program import Program, until

pytestmark = pytest.mark.desktop

CALLEE = "932111111111"
SECONDS = 20.0
AT_ONCE = 3.0
"""Seconds that are far from the grace of five, on a slow computer too."""


class Display:
    """An X server that can be taken away. Use as a context manager."""

    def __init__(self) -> None:
        self._server: subprocess.Popen[bytes] | None = None
        self.name = ""

    def go(self) -> None:
        """Be gone, at once."""
        assert self._server
        self._server.kill()
        self._server.wait(SECONDS)

    def __enter__(self) -> "Display":
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._server.stdout
        self.name = f":{self._server.stdout.readline().decode().strip()}"
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server
        self._server.kill()
        self._server.communicate()


@pytest.fixture
def program(tmp_path: Path) -> Program:
    (tmp_path / "home").mkdir()
    return Program(tmp_path / "home/dialer")


@contextmanager
def window_on_display(program: Program) -> Iterator[tuple[WindowProcess, Display]]:
    """The program's window on a display of its own, ready to call CALLEE."""
    if shutil.which("Xvfb") is None:
        pytest.skip("needs xvfb (so is Debian's package named)")
    with Display() as display:
        program.environ["DISPLAY"] = display.name
        with WindowProcess(program, CALLEE) as window:
            window.wait("ready")
            yield window, display


def assert_ended_well(program: Program, window: WindowProcess) -> None:
    """No abort and no hang; nothing that says that the process still lives."""
    code, _, _ = window.end()
    assert code == 1, "an abort would be -6, a broken pipe -13"
    assert list(program.folders.lifelines.iterdir()) == []


def test_without_a_call_the_program_ends_at_once(program: Program, tally: Tally) -> None:
    program.with_profile("http://127.0.0.1:9")
    with window_on_display(program) as (window, display):
        display.go()
        begun = time.monotonic()
        assert_ended_well(program, window)
        assert time.monotonic() - begun < AT_ONCE
    tally.held("display")


def test_the_answer_to_a_call_under_way_still_stands_in_the_journal(
    program: Program, tally: Tally
) -> None:
    gone = threading.Event()

    def act(visit: Visit) -> None:
        gone.wait(SECONDS)
        answers().act(visit)

    with FaultyServer(Behaviour("answers without a display", act)) as server:
        program.with_profile(server.url)
        with window_on_display(program) as (window, display):
            window.call()
            window.wait("begun")
            until(lambda: server.calls, "no call is received")
            display.go()
            gone.set()
            assert_ended_well(program, window)
        received = [CALLEE for _ in server.calls]
    (call,) = program.calls()
    assert call.outcome_name == "placed"
    tally.compared("display", received, [call.request.callee])


@pytest.mark.more
def test_a_call_that_is_not_answered_is_unknown_after_five_seconds(
    program: Program, tally: Tally
) -> None:
    with FaultyServer(hangs_after_reading) as server:
        program.with_profile(server.url, timeout=60.0)
        with window_on_display(program) as (window, display):
            window.call()
            window.wait("begun")
            until(lambda: server.calls, "no call is received")
            display.go()
            begun = time.monotonic()
            assert_ended_well(program, window)
            assert time.monotonic() - begun < STOP_GRACE + AT_ONCE
        received = [CALLEE for _ in server.calls]
    (call,) = program.calls()
    assert call.outcome == Outcome.unknown(Cause.CLOSED)
    tally.compared("display", received, [call.request.callee])
