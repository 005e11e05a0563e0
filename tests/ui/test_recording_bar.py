"""The bar of a recording: fetching, playing, pausing, seeking, and what can go wrong."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from dialer.calls.call import Following
from dialer.calls.sentence import Sentence
from dialer.ui.icons import Icons
from dialer.ui.recording_bar import BarState, RecordingBar
from dialer.ui.recording_player import SystemPlayer
from dialer.ui.recordings import PlayEnd, PlayNews
from dialer.ui.theme import Theme
from ui.operating import words_in
from ui.recorded_calls import ANSWERED, BARE, DETAILS, RememberingPlayer

# What the offscreen platform says of windows with a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

HERE = PlayEnd(ANSWERED.call_id, Path("/private/1.wav"))
SPACE = Qt.Key.Key_Space


class Desk:
    """The bar in a window, with what it asked for."""

    def __init__(self, qtbot: QtBot, theme: Theme, players: list[object]) -> None:
        self.window = QWidget()
        self.players: list[RememberingPlayer] = []
        self.asked: list[str] = []

        def make(parent: object) -> object:
            made = players.pop(0) if players else RememberingPlayer(self.bar)
            self.players.append(made)  # type: ignore[arg-type]
            return made

        self.bar = RecordingBar(theme, Icons(theme), self.window, make)  # type: ignore[arg-type]
        layout = QVBoxLayout(self.window)
        layout.addWidget(self.bar)
        layout.addWidget(self.bar.save_button)
        self.bar.fetch_asked.connect(lambda record, _: self.asked.append(f"fetch {record.call_id}"))
        self.bar.cancel_asked.connect(lambda call_id: self.asked.append(f"cancel {call_id}"))
        self.bar.save_asked.connect(lambda record, _: self.asked.append(f"save {record.call_id}"))
        self.window.resize(280, 140)
        qtbot.addWidget(self.window)
        with qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()

    @property
    def words(self) -> str:
        return " ".join(words_in(self.bar))

    @property
    def told(self) -> list[str]:
        return self.players[-1].told

    def click(self, widget: QWidget) -> None:
        assert widget.isVisible()
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def play(self) -> None:
        """Play the call's recording, which comes at once."""
        self.bar.show_call(ANSWERED, DETAILS)
        self.click(self.bar.play_button)
        self.bar.take_end(HERE)


@pytest.fixture
def players() -> list[object]:
    return []


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, players: list[object]) -> Iterator[Desk]:
    yield Desk(qtbot, Theme(qapp, "light"), players)


def test_a_call_without_recording_has_no_bar(desk: Desk) -> None:
    for record, details in (
        (BARE, None),
        (ANSWERED, replace(DETAILS, recording_file_id=None)),
        (ANSWERED, replace(DETAILS, recording_file_id="", answered_at=None)),
    ):
        desk.bar.show_call(record, details)
        assert not desk.bar.isVisible()
        assert not desk.bar.save_button.isVisible()


def test_a_recording_that_is_not_there_yet_comes_with_the_news(desk: Desk) -> None:
    open_call = replace(ANSWERED, following=Following.OPEN)
    desk.bar.show_call(open_call, replace(DETAILS, recording_file_id=None))
    assert desk.words == "The recording is not there yet."
    assert not desk.bar.play_button.isVisible()
    desk.bar.show_call(ANSWERED, DETAILS)
    assert desk.bar.play_button.isVisible()
    assert desk.words == "0:00 / 1:23"


def test_play_fetches_with_progress_and_then_plays(desk: Desk) -> None:
    desk.bar.show_call(ANSWERED, DETAILS)
    desk.click(desk.bar.play_button)
    assert desk.asked == ["fetch call-1"]
    assert desk.words == "Fetching the recording…"
    desk.bar.take_news(PlayNews("call-1", 45, 100))
    assert desk.words == "Fetching the recording… 45 %"
    desk.bar.take_news(PlayNews("call-1", 312_000))
    assert desk.words == "Fetching the recording… 312 kB"
    desk.bar.take_news(PlayNews("call-9", 99, 100))
    assert desk.words == "Fetching the recording… 312 kB"
    desk.bar.take_end(replace(HERE, call_id="call-9"))
    assert desk.bar.state is BarState.LOADING
    desk.bar.take_end(HERE)
    assert desk.told == ["play 1.wav"]
    assert desk.bar.play_button.text() == "Pause"
    desk.players[0].moved.emit(28_000, 83_400)
    assert desk.words == "0:28 / 1:23"
    assert desk.bar.slider.value() == 28_000


def test_space_pauses_and_goes_on_wherever_the_focus_is(desk: Desk) -> None:
    desk.play()
    desk.players[0].moved.emit(1_000, 83_000)
    assert desk.bar.play_button.hasFocus()
    for widget in (desk.bar.play_button, desk.bar.slider):
        widget.setFocus()
        QTest.keyClick(widget, SPACE)
        assert desk.told[-1] == "pause"
        assert desk.bar.play_button.text() == "Play"
        QTest.keyClick(widget, SPACE)
        assert desk.told[-1] == "go on"


def test_arrow_keys_and_a_press_on_the_line_seek(desk: Desk) -> None:
    desk.play()
    desk.players[0].moved.emit(10_000, 80_000)
    slider = desk.bar.slider
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert desk.told[-1] == "seek 15000"
    QTest.keyClick(slider, Qt.Key.Key_Left)
    assert desk.told[-1] == "seek 10000"
    place = QPoint(slider.width() - 1, slider.height() // 2)
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=place)
    assert desk.told[-1] == "seek 80000"
    desk.players[0].moved.emit(11_000, 80_000)
    assert slider.value() == 80_000  # a hand is on it
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=place)
    desk.players[0].moved.emit(12_000, 80_000)
    assert slider.value() == 12_000


def test_news_of_the_same_call_does_not_disturb_another_call_ends_it(desk: Desk) -> None:
    desk.play()
    desk.bar.show_call(replace(ANSWERED, settled=True), replace(DETAILS, charged_s=1))
    assert desk.told == ["play 1.wav"]
    assert desk.bar.state is BarState.OPEN
    desk.bar.show_call(
        replace(ANSWERED, call_id="call-8"), replace(DETAILS, recording_file_id="F8")
    )
    assert desk.told[-1] == "stop"
    assert desk.bar.state is BarState.READY
    assert desk.asked == ["fetch call-1"]


def test_leaving_while_it_is_fetched_cancels(desk: Desk) -> None:
    desk.bar.show_call(ANSWERED, DETAILS)
    desk.click(desk.bar.play_button)
    desk.bar.show_call(BARE, None)
    assert desk.asked == ["fetch call-1", "cancel call-1"]
    desk.bar.take_end(HERE)
    assert not desk.players
    assert not desk.bar.isVisible()


def test_cancel_leaves_it_ready_and_keeps_the_focus_in_the_bar(desk: Desk) -> None:
    desk.bar.show_call(ANSWERED, DETAILS)
    desk.bar.play_button.setFocus()
    QTest.keyClick(desk.bar.play_button, SPACE)
    assert desk.bar.link.hasFocus()
    QTest.keyClick(desk.bar.link, SPACE)
    assert desk.asked == ["fetch call-1", "cancel call-1"]
    assert desk.bar.state is BarState.READY
    assert desk.bar.play_button.hasFocus()


def test_trouble_is_told_and_tried_again(desk: Desk) -> None:
    desk.bar.show_call(ANSWERED, DETAILS)
    desk.click(desk.bar.play_button)
    desk.bar.take_end(PlayEnd("call-1", trouble=Sentence("It is cut off. Try again.")))
    assert desk.words == "It is cut off. Try again."
    assert desk.bar.link.text() == "Try again"
    desk.bar.show_call(ANSWERED, replace(DETAILS, charged_s=1))  # news does not wipe it away
    assert desk.words == "It is cut off. Try again."
    desk.click(desk.bar.link)
    assert desk.asked == ["fetch call-1", "fetch call-1"]
    assert desk.bar.state is BarState.LOADING


def test_saving_is_asked_for(desk: Desk) -> None:
    desk.bar.show_call(ANSWERED, DETAILS)
    desk.click(desk.bar.save_button)
    assert desk.asked == ["save call-1"]


def test_without_multimedia_the_systems_player_opens_the_file(
    qtbot: QtBot, qapp: QApplication
) -> None:
    opened: list[Path] = []

    def open_it(path: Path) -> bool:
        opened.append(path)
        return len(opened) < 2

    desk = Desk(qtbot, Theme(qapp, "light"), [SystemPlayer(None, open_it)])
    desk.play()
    assert opened == [HERE.path]
    assert desk.words == "Opened in the system's player."
    assert not desk.bar.slider.isVisible()
    desk.click(desk.bar.play_button)
    desk.bar.take_end(HERE)
    assert desk.words == (
        "No program of this computer opens recordings. Save it, and open it yourself,"
        " or install Dialer with its extra “audio”."
    )


def test_what_cannot_be_played_here_goes_to_the_systems_player(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        "dialer.ui.recording_player.QDesktopServices.openUrl",
        lambda url: opened.append(url.toLocalFile()) or True,
    )
    desk.play()
    desk.players[0].failed.emit()
    assert desk.told[-1] == "stop"
    assert opened == ["/private/1.wav"]
    assert desk.words == "Opened in the system's player."


def test_release_lets_go_of_the_file(desk: Desk) -> None:
    desk.play()
    desk.bar.release()
    assert desk.told[-1] == "stop"
    assert desk.bar.state is BarState.READY
