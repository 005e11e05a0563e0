"""What another program copied, as a window gets it: at once, late or never, and never waiting."""

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QClipboard, QGuiApplication
from pytestqt.qtbot import QtBot

from dialer.ui.copied_text import PATIENCE_MS, CopiedText, x_display
from ui.copied_elsewhere import Elsewhere, ticking

pytestmark = pytest.mark.desktop

COPIED, SELECTED = QClipboard.Mode.Clipboard, QClipboard.Mode.Selection
LONDON = "+44 20 7946 0018"


class Window(QObject):
    """Asks, and keeps what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str | None] = []
        self.copied = CopiedText(self)
        self.copied.came.connect(self.told.append)
        self.copied.silent.connect(lambda: self.told.append(None))

    def under_way(self) -> list[QObject]:
        """What is asked at the moment, whether it is waited for or not."""
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return self.copied.children()


@pytest.fixture
def window(qtbot: QtBot, elsewhere: Elsewhere) -> Window:
    return Window()


def test_the_text_comes_while_the_window_goes_on(
    qtbot: QtBot, elsewhere: Elsewhere, window: Window
) -> None:
    elsewhere.copy(LONDON)
    elsewhere.copy("selected", selection="PRIMARY")
    window.copied.ask(COPIED)
    assert window.copied.under_way
    qtbot.waitUntil(lambda: window.told == [LONDON])
    assert not window.copied.under_way
    window.copied.ask(SELECTED)
    qtbot.waitUntil(lambda: window.told == [LONDON, "selected"])
    qtbot.waitUntil(lambda: window.under_way() == [])


@pytest.mark.parametrize("way", ["hangs", "hangs midway"])
def test_an_owner_that_hangs_is_told_once_and_the_window_goes_on_meanwhile(
    qtbot: QtBot, elsewhere: Elsewhere, window: Window, way: str
) -> None:
    elsewhere.copy(LONDON, way)
    with ticking() as gaps:
        began = time.monotonic()
        window.copied.ask(COPIED)
        qtbot.waitUntil(lambda: bool(window.told))
        took = time.monotonic() - began
    assert window.told == [None]
    assert PATIENCE_MS / 1000 - 0.1 < took < 4.0, "it was not the deadline that ended it"
    assert max(gaps) < 0.7, "the window stood still"
    assert len(gaps) > 30
    assert window.under_way() == []


def test_an_owner_that_ends_when_it_is_asked_is_told_before_the_deadline(
    qtbot: QtBot, elsewhere: Elsewhere, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.ui.copied_text.PATIENCE_MS", 60_000)
    elsewhere.copy(LONDON, "dies")
    window.copied.ask(COPIED)
    qtbot.waitUntil(lambda: window.told == [None])


def test_ten_megabytes_come_in_part_and_their_owner_is_not_left_in_the_middle(
    qtbot: QtBot, elsewhere: Elsewhere, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.ui.copied_text.PATIENCE_MS", 20_000)
    text = (LONDON + "\n") * 600_000
    owner = elsewhere.copy(text)
    with ticking() as gaps:
        window.copied.ask(COPIED)
        qtbot.waitUntil(lambda: bool(window.told))
        assert window.told[0] is not None
        assert 32_767 <= len(window.told[0]) < 200_000
        assert text.startswith(window.told[0])
        qtbot.waitUntil(lambda: window.under_way() == [], timeout=20_000)
    assert max(gaps) < 0.7, "the window stood still"
    assert owner.gave == len(text)
    assert len(window.told) == 1


def test_what_is_no_text_comes_as_none(qtbot: QtBot, elsewhere: Elsewhere, window: Window) -> None:
    elsewhere.copy("", "has no text")
    window.copied.ask(COPIED)
    qtbot.waitUntil(lambda: window.told == [""])


def test_a_newer_question_takes_the_place_of_an_earlier_one(
    qtbot: QtBot, elsewhere: Elsewhere, window: Window
) -> None:
    first = elsewhere.copy("first")
    first.stop()
    window.copied.ask(COPIED)
    elsewhere.copy("second")
    window.copied.ask(COPIED)
    qtbot.waitUntil(lambda: window.told == ["second"])
    first.go_on()
    qtbot.waitUntil(lambda: window.under_way() == [])
    assert window.told == ["second"]


@pytest.mark.parametrize("way", ["answers", "hangs"])
def test_nothing_is_told_of_a_question_that_was_dropped(
    qtbot: QtBot, elsewhere: Elsewhere, window: Window, way: str
) -> None:
    owner = elsewhere.copy(LONDON, way)
    window.copied.ask(COPIED)
    window.copied.drop()
    assert not window.copied.under_way
    owner.wait_for("asked UTF8_STRING")
    qtbot.waitUntil(lambda: window.under_way() == [])
    assert window.told == []


def test_a_text_that_lies_there_is_taken_however_late_the_window_looks(
    qtbot: QtBot, elsewhere: Elsewhere, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.ui.copied_text.PATIENCE_MS", 0)
    owner = elsewhere.copy(LONDON)
    window.copied.ask(COPIED)
    owner.wait_for(f"gave {len(LONDON)}")  # and the window does nothing meanwhile
    qtbot.waitUntil(lambda: window.told == [LONDON])


def test_a_window_that_goes_meanwhile_leaves_nothing_open(
    qtbot: QtBot, elsewhere: Elsewhere
) -> None:
    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    elsewhere.copy(LONDON, "hangs")
    before = open_files()
    window = Window()
    window.copied.ask(COPIED)
    assert open_files() > before
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert open_files() == before


def test_qt_gives_what_it_owns_and_what_no_x_server_has(
    qtbot: QtBot, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    QGuiApplication.clipboard().setText("our own")
    elsewhere.copy(LONDON, "hangs")
    monkeypatch.setattr(QClipboard, "ownsClipboard", lambda _: True)
    window = Window()
    window.copied.ask(COPIED)
    assert window.told == ["our own"]
    monkeypatch.setattr(QClipboard, "ownsClipboard", lambda _: False)
    for display in ("", ":54321"):
        monkeypatch.setattr("dialer.ui.copied_text.x_display", lambda d=display: d)
        window = Window()
        window.copied.ask(COPIED)
        assert window.told == ["our own"]


def test_windows_on_no_screen_have_no_display(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    assert x_display() == ""
