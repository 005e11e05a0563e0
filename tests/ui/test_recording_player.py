"""The players: the system's own, and Qt's where it is installed."""

import sys
import wave
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dialer.ui.recording_player import MediaPlayer, SystemPlayer, player_here


def test_without_qts_multimedia_the_system_plays(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "PySide6.QtMultimedia", None)
    assert isinstance(player_here(), SystemPlayer)


def test_where_nothing_can_sound_the_system_plays(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Silent:
        class QMediaDevices:
            @staticmethod
            def audioOutputs() -> list[object]:  # noqa: N802
                return []

    monkeypatch.setitem(sys.modules, "PySide6.QtMultimedia", Silent)
    assert isinstance(player_here(), SystemPlayer)


def test_the_file_is_handed_to_the_desktop(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        "dialer.ui.recording_player.QDesktopServices.openUrl",
        lambda url: opened.append(url.toLocalFile()) or True,
    )
    assert SystemPlayer().play(tmp_path / "a b#c.wav")
    assert opened == [(tmp_path / "a b#c.wav").as_posix()]


# What multimedia says of a system without sound and without hardware that decodes video.
@pytest.mark.qt_log_ignore("Couldn't", "No audio device", "PulseAudio", "Could not open media")
def test_qts_player_plays_pauses_seeks_and_lets_go(qtbot: QtBot, tmp_path: Path) -> None:
    pytest.importorskip(
        "PySide6.QtMultimedia", reason="the extra `audio` is not installed", exc_type=ImportError
    )
    path = tmp_path / "tone.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        file.writeframes(b"\0\0" * 8_000 * 20)
    player = MediaPlayer()
    seen: list[tuple[int, int]] = []
    playing: list[bool] = []
    failed: list[bool] = []
    player.moved.connect(lambda at, length: seen.append((at, length)))
    player.playing_changed.connect(playing.append)
    player.failed.connect(lambda: failed.append(True))
    assert player.play(path)
    qtbot.waitUntil(lambda: bool(playing) and seen[-1:] != [] and seen[-1][1] == 20_000)
    player.pause()
    qtbot.waitUntil(lambda: playing[-1] is False)
    player.seek(10_000)
    qtbot.waitUntil(lambda: seen[-1][0] >= 10_000)
    player.stop()
    (tmp_path / "no.wav").write_bytes(b"<html>not a recording</html>")
    player.play(tmp_path / "no.wav")
    qtbot.waitUntil(lambda: bool(failed))
    player.stop()
