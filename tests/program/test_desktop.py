"""The real thing: a window on a screen, keys from the keyboard, and a screen reader listening."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from doubles.desktop_session import SECONDS, Accessible, DesktopSession, Role, State, why_not

pytestmark = pytest.mark.desktop

NUMBER = "932111111111"
QUESTION = "Call +93 2111111111 again?"
Program = subprocess.Popen[bytes]


@pytest.fixture
def desktop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DesktopSession]:
    """A desktop, of the kind that the test's parameter names."""
    if reason := why_not():
        pytest.skip(reason)
    with DesktopSession(tmp_path, getattr(request, "param", "")) as session:
        yield session


def start(desktop: DesktopSession) -> Program:
    """Start the program, and wait until it is the one to type into."""
    program = desktop.start("--sandbox")
    desktop.find(program, Role.TEXT, "Callee", State.FOCUSED)
    account = desktop.find(program, Role.TEXT, "Account")
    desktop.until(program, lambda: account.text == "sandbox", "the sandbox does not run")
    return program


def recording_ids(desktop: DesktopSession, program: Program) -> list[Accessible]:
    cells = desktop.all(program, Role.TABLE_CELL)
    return [cell for cell in cells if re.fullmatch("[0-9]{19,21}", cell.name)]


def test_a_screen_reader_finds_all_by_name_and_the_recording_id_survives_a_restart(
    desktop: DesktopSession,
) -> None:
    program = start(desktop)
    desktop.type(NUMBER)
    call = desktop.find(program, Role.PUSH_BUTTON, "Call")
    assert call.name == "Call"
    desktop.press("Return")
    desktop.find(program, Role.LABEL, "Placed.")
    desktop.find(program, Role.TEXT, "Display number")
    desktop.find(program, Role.TEXT, "Note")
    desktop.find(program, Role.TEXT, "Search history")
    desktop.find(program, Role.TABLE, "History")
    (recording_id,) = desktop.until(
        program, lambda: recording_ids(desktop, program), "no recording ID"
    )
    shown = recording_id.name
    assert desktop.find(program, Role.TEXT, "Callee", State.FOCUSED).text == NUMBER
    desktop.press("alt+F4")
    assert program.wait(SECONDS) == 0

    again = start(desktop)
    (recording_id,) = desktop.until(again, lambda: recording_ids(desktop, again), "no recording ID")
    assert recording_id.name == shown


@pytest.mark.parametrize("desktop", ["GNOME"], indirect=True)
def test_enter_on_a_button_never_calls_where_the_desktop_has_it_press_buttons(
    desktop: DesktopSession,
) -> None:
    program = start(desktop)
    desktop.type(NUMBER)
    desktop.press("Return")
    desktop.find(program, Role.LABEL, "Placed.")
    desktop.press("Return")
    desktop.find(program, Role.LABEL, QUESTION)
    for name in ("Do not call", "Call anyway", "Call"):
        desktop.find(program, Role.PUSH_BUTTON, name).take_focus()
        button = desktop.find(program, Role.PUSH_BUTTON, name, State.FOCUSED)
        desktop.press("Return", "Tab")
        desktop.until(program, lambda b=button: State.FOCUSED not in b.states, "Tab did nothing")
        desktop.find(program, Role.LABEL, QUESTION)
    assert len(recording_ids(desktop, program)) == 1
    # What does press a button there, and so shows that the above was a real question:
    desktop.find(program, Role.PUSH_BUTTON, "Call anyway").take_focus()
    desktop.find(program, Role.PUSH_BUTTON, "Call anyway", State.FOCUSED)
    desktop.press("space")
    desktop.until(program, lambda: len(recording_ids(desktop, program)) == 2, "no second call")
