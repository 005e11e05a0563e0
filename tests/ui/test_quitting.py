"""How the program ends: hidden at once, a call under way waited for, nothing left behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QThread, QTimer
from pytestqt.qtbot import QtBot

from dialer.calls.call import Cause, Outcome, OutcomeKind
from dialer.calls.patience import STOP_GRACE, Patience
from dialer.sandbox.store import SandboxCalls
from dialer.settings.folders import Folders
from dialer.settings.profile import Profile
from dialer.ui.quitting import Quitting
from doubles.faulty_server import HEAD, Behaviour, FaultyServer, Visit
from doubles.faulty_server import PLACED as ANSWER
from program.program import Program as ProgramAsProcess
from ui.journal_on_disk import JournalOnDisk
from ui.operating import CTRL, ENTER, Operator, Start

# What the offscreen platform says of windows with a smallest size, and of lists that drop down.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

HANGING = "9990001001"
SECONDS = 20.0

posix_only = pytest.mark.skipif(os.name != "posix", reason="these signals are POSIX's")


def close(operator: Operator) -> None:
    operator.window.close()


def choose_quit(operator: Operator) -> None:
    operator.menu("Calls", "Quit")


def press_ctrl_q(operator: Operator) -> None:
    operator.press(Qt.Key.Key_Q, modifier=CTRL)


def terminate(_: Operator) -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def interrupt(_: Operator) -> None:
    os.kill(os.getpid(), signal.SIGINT)


WAYS = [
    close,
    choose_quit,
    press_ctrl_q,
    pytest.param(terminate, marks=posix_only),
    pytest.param(interrupt, marks=posix_only),
]


def hang(operator: Operator, folders: Folders) -> None:
    """Have a call under way that the provider has taken and never answers."""
    operator.write(HANGING)
    operator.press(ENTER)
    with closing(SandboxCalls(folders.sandbox_calls)) as provider:
        operator.until(provider.received)
    assert operator.busy


@pytest.fixture
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = Patience.stop
    monkeypatch.setattr(Patience, "stop", lambda patience, grace=0.1: stop(patience, 0.1))


def test_closing_during_a_call_hides_at_once_waits_five_seconds_and_journals_unknown(
    sandbox: Operator, folders: Folders, journal: JournalOnDisk
) -> None:
    hang(sandbox, folders)
    closed = time.monotonic()
    sandbox.window.close()
    assert not sandbox.window.isVisible()
    assert time.monotonic() - closed < 0.5
    sandbox.quit()
    assert STOP_GRACE - 0.5 < time.monotonic() - closed < STOP_GRACE + 2
    (call,) = journal.calls()
    assert call.outcome == Outcome.unknown(Cause.CLOSED)


@pytest.mark.usefixtures("short_grace")
@pytest.mark.parametrize("ask", WAYS)
def test_every_way_to_end_lets_a_hanging_call_end_as_unknown(
    sandbox: Operator,
    folders: Folders,
    journal: JournalOnDisk,
    ask: Callable[[Operator], None],
) -> None:
    hang(sandbox, folders)
    ask(sandbox)
    sandbox.until(lambda: not sandbox.window.isVisible())
    sandbox.wait_for_the_end()
    (call,) = journal.calls()
    assert call.outcome == Outcome.unknown(Cause.CLOSED)


@pytest.mark.parametrize("ask", WAYS)
def test_without_a_call_the_program_ends_at_once(
    sandbox: Operator, folders: Folders, ask: Callable[[Operator], None]
) -> None:
    assert list(folders.lifelines.iterdir())
    asked = time.monotonic()
    ask(sandbox)
    sandbox.wait_for_the_end()
    assert time.monotonic() - asked < 3
    assert not sandbox.window.isVisible()
    assert list(folders.lifelines.iterdir()) == []
    assert not any(thread.name == "sandbox" for thread in threading.enumerate())


def test_an_answer_that_comes_while_the_program_ends_is_journalled(
    start: Start,
    provider: Callable[[Behaviour], FaultyServer],
    add_profile: Callable[..., Profile],
    journal: JournalOnDisk,
) -> None:
    hidden = threading.Event()

    def answer_late(visit: Visit) -> None:
        hidden.wait(SECONDS)
        visit.send(HEAD + b"Content-Length: %d\r\n\r\n" % len(ANSWER) + ANSWER)

    server = provider(Behaviour("answers late", answer_late))
    add_profile(base_url=server.url)
    operator = start()
    operator.write("932111111111")
    operator.press(ENTER)
    operator.until(lambda: server.calls)
    operator.window.close()
    assert not operator.window.isVisible()
    assert journal.calls()[0].outcome is None
    hidden.set()
    operator.quit()
    (call,) = journal.calls()
    assert call.outcome
    assert call.outcome.kind is OutcomeKind.PLACED


def test_a_keyring_that_asks_does_not_hold_up_the_end(
    start: Start, add_profile: Callable[..., Profile], store
) -> None:
    add_profile(base_url="http://127.0.0.1:9")
    store.prompt()
    operator = start()
    operator.write("932111111111")  # opens ahead, and so asks for the credentials
    operator.until(lambda: store.readings)
    asked = time.monotonic()
    operator.quit()
    assert time.monotonic() - asked < 3


def test_the_window_s_size_is_kept(start: Start) -> None:
    operator = start(sandbox=True)
    operator.window.resize(700, 500)
    operator.quit()
    again = start(sandbox=True)
    assert (again.window.width(), again.window.height()) == (700, 500)


# As a process


@posix_only
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_program_with_exit_code_0(home: Path, number: signal.Signals) -> None:
    environ = {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": os.environ["XDG_RUNTIME_DIR"]}
    program = ProgramAsProcess(home, environ=environ)
    home.parent.mkdir(exist_ok=True)
    with program.start("--sandbox") as running:
        wait_for(program.folders.sandbox_calls.exists, running.process)
        running.signal(number)
        ended = running.end(seconds=SECONDS)
    assert ended.code == 0, ended.err
    assert list(program.folders.lifelines.iterdir()) == []


LAST_RESORT = """
import threading
from PySide6.QtCore import QCoreApplication, QThread, QTimer
from dialer.ui import quitting

class Hanging(QThread):
    def run(self):
        threading.Event().wait()

quitting.LAST_RESORT_MS = 100
app = QCoreApplication([])
ending = quitting.Quitting()
thread = Hanging()
thread.start()
ending.join(thread)
QTimer.singleShot(0, ending.quit)
app.exec()
print("not reached")
"""


def test_a_part_that_never_ends_does_not_keep_the_program_nor_dump_a_core() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LAST_RESORT],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, filter(None, sys.path)))},
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "a part did not end in time" in ended.stderr


def wait_for(condition: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    """Wait until `condition` holds, as long as the process lives."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert process.poll() is None, f"it ended with {process.returncode}"
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)


# The stages


class Stages:
    """What a quitting told, in its order."""

    def __init__(self, quitting: Quitting) -> None:
        self.told: list[str] = []
        quitting.stopping.connect(self._on_stopping)
        quitting.leaving.connect(self._on_leaving)

    def _on_stopping(self) -> None:
        self.told.append("stopping")

    def _on_leaving(self) -> None:
        self.told.append("leaving")


def test_the_stages_come_once_and_in_their_order(qtbot: QtBot) -> None:
    quitting = Quitting()
    stages = Stages(quitting)
    busy = True
    quitting.wait_for(lambda: busy)
    assert not quitting.begun
    quitting.quit()
    quitting.quit()
    assert quitting.begun
    assert stages.told == ["stopping"]
    quitting.look()
    assert stages.told == ["stopping"]
    busy = False
    quitting.look()
    quitting.quit()
    quitting.look()
    assert stages.told == ["stopping", "leaving"]


def test_a_quick_end_still_leaves_time_to_hide(qtbot: QtBot) -> None:
    quitting = Quitting()
    stages = Stages(quitting)
    quitting.quit()
    assert stages.told == ["stopping"]
    qtbot.waitUntil(lambda: stages.told == ["stopping", "leaving"])


def test_a_thread_is_waited_for_and_ended_by_who_owns_it(qtbot: QtBot) -> None:
    quitting = Quitting()
    thread = QThread()
    thread.start()
    quitting.join(thread)
    quitting.leaving.connect(thread.quit)
    quitting.quit()
    qtbot.waitUntil(thread.isFinished)


@pytest.mark.parametrize("wait_ms", [0, 5, 20, 50, 100, 200])
def test_who_closes_the_window_while_it_still_begins_is_let_go_at_once(
    start: Start, wait_ms: int
) -> None:
    operator = start(wait=False)
    QTimer.singleShot(wait_ms, operator.window, operator.window.close)
    asked = time.monotonic()
    operator.wait_for_the_end()
    assert time.monotonic() - asked < 5
