"""A defect of Dialer's own: the journal is safe, one place tells it, and no value gets out."""

import json
import os
import re
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from doubles import broken_dialer
from doubles.desktop_session import SECONDS, DesktopSession, Role, State, why_not
from faults.tally import Tally
from program.program import SECRET, Ended, Program

BROKEN = str(Path(broken_dialer.__file__))
NUMBER = "932111111111"
IN_THE_TEXT = (SECRET.encode(), b"442079460018", b"Invalid header")
assert all(part.decode() in broken_dialer.TEXT for part in IN_THE_TEXT)


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[DesktopSession]:
    if reason := why_not():
        pytest.skip(reason)
    with DesktopSession(tmp_path) as session:
        yield session


@pytest.fixture
def home(tmp_path: Path) -> Program:
    """The program that looks into the desktop's home."""
    return Program(tmp_path / "home/dialer")


@pytest.fixture
def program(tmp_path: Path) -> Program:
    (tmp_path / "home").mkdir()
    (tmp_path / "home/dialer/log").mkdir(parents=True, mode=0o700)
    return Program(tmp_path / "home/dialer")


def let_out(home: Program, *said: str) -> int:
    """How many parts of the defects' texts stand on disk, or were said."""
    seen = home.kept() + "".join(said).encode()
    return sum(part in seen for part in IN_THE_TEXT)


@pytest.mark.desktop
def test_defects_on_every_thread_are_told_once_and_calls_go_on(
    desktop: DesktopSession, home: Program, tally: Tally
) -> None:
    broken = "slot,worker,painting,thread,ghost"
    program = desktop.start_script(BROKEN, broken, "--sandbox")
    callee = desktop.find(program, Role.TEXT, "Callee", State.FOCUSED)
    account = desktop.find(program, Role.TEXT, "Account")
    desktop.until(program, lambda: account.text == "sandbox", "the sandbox does not run")
    desktop.find(program, Role.PUSH_BUTTON, "Copy report")
    report = desktop.find(program, Role.TEXT, "Report")
    desktop.press("F1", "F1")
    kinds = ("ValueError", "TypeError", "RuntimeError", "OSError")
    desktop.until(
        program, lambda: all(kind in report.text for kind in kinds), "not all of them are told"
    )
    # The keyboard is where it was, so that a number in the middle of being typed is not lost.
    assert State.FOCUSED in callee.states
    desktop.type(NUMBER)
    desktop.press("Return")
    desktop.find(program, Role.LABEL, "Placed.")
    buttons = [each.name for each in desktop.all(program, Role.PUSH_BUTTON)]
    assert buttons.count("Copy report") == 1
    shown = report.text
    desktop.press("alt+F4")
    assert program.wait(SECONDS) == 0
    assert program.stdout
    said = program.stdout.read().decode()
    (call,) = home.calls()
    assert call.outcome
    assert call.outcome.recording_id
    log = home.folders.log_file.read_text()
    for where in ("(MainThread)", "(dialer-doomed)", "(where nothing can be raised)"):
        assert f"a defect {where}" in log
    # Each of them once, and the worker's by the worker, which has caught it.
    assert sorted(re.findall(r"in fail\\n(\w+)", log)) == sorted((*kinds, "KeyError"))
    assert "Traceback" not in said
    tally.held("crashes", len(broken.split(",")), let_in=let_out(home, said, shown))


@pytest.mark.desktop
def test_a_crash_in_c_code_leaves_the_journal_whole_and_is_told_at_the_next_start(
    desktop: DesktopSession, home: Program, tally: Tally
) -> None:
    program = desktop.start_script(BROKEN, "native", "--sandbox")
    desktop.find(program, Role.TEXT, "Callee", State.FOCUSED)
    account = desktop.find(program, Role.TEXT, "Account")
    desktop.until(program, lambda: account.text == "sandbox", "the sandbox does not run")
    desktop.type(NUMBER)
    desktop.press("Return")
    desktop.find(program, Role.LABEL, "Placed.")
    desktop.press("F1")
    assert program.wait(SECONDS) == -signal.SIGSEGV
    left = home.folders.crash_file
    assert stat.S_IMODE(left.stat().st_mode) == 0o600
    assert left.stat().st_size
    (call,) = home.calls()
    assert call.outcome
    assert call.outcome.recording_id

    again = desktop.start("--sandbox")
    report = desktop.find(again, Role.TEXT, "Report")
    desktop.until(again, lambda: "Segmentation fault" in report.text, "no report of the crash")
    assert str(home.home) not in report.text
    desktop.until(again, lambda: left.stat().st_size == 0, "it would be told again")
    again.send_signal(signal.SIGTERM)
    assert again.wait(SECONDS) == 0
    tally.held("crashes", lost=0 if call.outcome.recording_id else 1, let_in=let_out(home))


@pytest.mark.desktop
def test_a_window_that_cannot_be_made_ends_with_words(
    desktop: DesktopSession, home: Program, tally: Tally
) -> None:
    program = desktop.start_script(BROKEN, "start", "--sandbox")
    said, _ = program.communicate(timeout=SECONDS)
    assert program.returncode == 1
    assert said.decode().startswith("dialer: An error in Dialer (ValueError, dialer/ui/main_window")
    assert said.count(b"\n") == 1
    assert "in fail" in home.folders.log_file.read_text()
    tally.held("crashes", let_in=let_out(home, said.decode()))


def test_a_defect_in_a_command_is_words_and_a_code(program: Program, tally: Tally) -> None:
    ended = program.python(BROKEN, "command", "history")
    assert ended.code == 70
    assert ended.out == ""
    assert ended.err.startswith("dialer: An error in Dialer (ValueError, dialer/cli/")
    assert "`dialer history` says what became of it" in ended.err
    log = program.folders.log_file
    assert str(log) in ended.err
    assert "in fail" in log.read_text()
    if os.name == "posix":
        assert stat.S_IMODE(log.stat().st_mode) == 0o600
    tally.held("crashes", let_in=let_out(program, ended.err))


def test_a_thread_that_ends_in_an_exception_leaves_a_command_its_answer(
    program: Program, tally: Tally
) -> None:
    ended = program.python(BROKEN, "command-thread", "history", "--json")
    assert ended.code == 0
    assert json.loads(ended.out) == []
    assert "dialer-doomed" in program.folders.log_file.read_text()
    tally.held("crashes", let_in=let_out(program, ended.err))


@pytest.mark.skipif(os.name != "posix", reason="ends by a signal where signals are")
def test_a_crash_of_a_command_is_kept_for_the_next_window(program: Program, tally: Tally) -> None:
    ended: Ended = program.python(BROKEN, "command-native", "history")
    assert ended.code == -signal.SIGSEGV
    assert "Segmentation fault" in program.folders.crash_file.read_text()
    tally.held("crashes", let_in=let_out(program, ended.err, ended.out))


def test_without_a_defect_a_command_begins_no_log(program: Program) -> None:
    assert program.run("history").code == 0
    assert not program.folders.log_file.exists()
