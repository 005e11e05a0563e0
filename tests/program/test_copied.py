"""Copying between real programs on a real desktop, one of which hangs."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from doubles.desktop_session import DesktopSession, Role, State, why_not
from doubles.selection_owner import SelectionOwner

pytestmark = pytest.mark.desktop

LONDON, OTHER = "+442079460018", "+442079460019"
SILENT = "The program that was copied from does not answer."


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[DesktopSession]:
    if reason := why_not():
        pytest.skip(reason)
    pytest.importorskip("Xlib", reason="needs python-xlib")
    with DesktopSession(tmp_path) as session:
        yield session


@pytest.mark.parametrize("keys", ["ctrl+v", "ctrl+shift+v"])
def test_the_window_goes_on_while_a_program_hangs_and_takes_the_next_copy(
    desktop: DesktopSession, keys: str
) -> None:
    program = desktop.start("--sandbox")
    callee = desktop.find(program, Role.TEXT, "Callee", State.FOCUSED)
    account = desktop.find(program, Role.TEXT, "Account")
    desktop.until(program, lambda: account.text == "sandbox", "the sandbox does not run")
    display = desktop.environ["DISPLAY"]
    desktop.type("020")
    desktop.until(program, lambda: callee.text == "020", "nothing is typed")

    slowest = 0.0

    def is_told() -> bool:
        nonlocal slowest
        began = time.monotonic()
        assert callee.text == "020", "the window does not answer, or shows something else"
        slowest = max(slowest, time.monotonic() - began)
        return any(label.name == SILENT for label in desktop.all(program, Role.LABEL))

    with SelectionOwner(display, "hangs", OTHER.encode()) as owner:
        desktop.press(keys, "Return")
        owner.wait_for("asked UTF8_STRING")
        desktop.until(program, is_told, "it is not told")
        assert slowest < 1.5, "the window stood still"
        assert len([line for line in owner.lines() if line.startswith("asked")]) == 1
    with SelectionOwner(display, "answers", LONDON.encode()):
        desktop.press("ctrl+a", keys)
        desktop.until(program, lambda: callee.text == LONDON, "the number does not come")
    desktop.press("Return")
    desktop.find(program, Role.LABEL, "Placed.")
    history = desktop.run(sys.executable, "-m", "dialer", "history", "--json")
    assert history.stdout.count(LONDON[1:]) == 1
    assert OTHER[1:] not in history.stdout


def test_a_start_for_the_clipboard_takes_what_is_selected(desktop: DesktopSession) -> None:
    display = desktop.environ["DISPLAY"]
    with (
        SelectionOwner(display, "answers", f"Bob: {OTHER}".encode()),
        SelectionOwner(display, "in pieces", f"Ann: {LONDON}".encode(), "PRIMARY"),
    ):
        desktop.start()
        desktop.wait_for(lambda: desktop.callee() == "", "no window")
        ended = desktop.run(sys.executable, "-m", "dialer", "--from-clipboard")
        assert ended.returncode == 0, ended.stderr
        desktop.wait_for(lambda: desktop.callee() == LONDON, "the number does not come")
