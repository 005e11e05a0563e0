"""Where the display goes away under the window, as at the end of a session, Dialer ends too."""

from collections.abc import Iterator

import pytest

from doubles import bare_screen
from doubles.bare_screen import BareScreen, until
from program.program import Program

pytestmark = pytest.mark.desktop


@pytest.fixture
def screen() -> Iterator[BareScreen]:
    if reason := bare_screen.why_not():
        pytest.skip(reason)
    with BareScreen() as made:
        yield made


def test_it_ends_and_lets_go_of_its_journal(program: Program, screen: BareScreen) -> None:
    program.environ |= {"DISPLAY": screen.display, "QT_QPA_PLATFORM": "xcb"}
    lifelines = program.folders.lifelines
    with program.start("--sandbox") as running:
        until(lambda: lifelines.exists() and any(lifelines.iterdir()), "no journal was opened")
        screen.kill()
        ended = running.end()
    assert "X11 connection broke" in ended.err
    assert not any(lifelines.iterdir()), "its journal is not let go of"
