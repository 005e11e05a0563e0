"""Plays a recording: in the window where Qt's multimedia is installed, else outside."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices


class Player(QObject):
    """Whoever plays files. Times are milliseconds. UI thread."""

    moved = Signal(object, object)
    """Position and length of what is played."""
    playing_changed = Signal(bool)
    failed = Signal()
    """The file cannot be played here."""

    in_window = True
    """Whether the window can pause, and knows where in the recording one is."""

    def play(self, path: Path) -> bool:
        """Play a file from its beginning; whether that could be begun."""
        raise NotImplementedError

    def pause(self) -> None:
        """Stop for a moment."""

    def go_on(self) -> None:
        """Go on after a pause, or from the beginning if the end was reached."""

    def seek(self, position: int) -> None:
        """Go to a place."""

    def stop(self) -> None:
        """End playing, and let go of the file."""


class MediaPlayer(Player):
    """Plays in the window. Raises ImportError where Qt's multimedia cannot be loaded."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # By name: it is not installed everywhere, and only a press of Play needs it.
        media: Any = importlib.import_module("PySide6.QtMultimedia")
        self._player = media.QMediaPlayer(self)
        self._player.setAudioOutput(media.QAudioOutput(self))
        self._playing_state = media.QMediaPlayer.PlaybackState.PlayingState
        self._player.positionChanged.connect(self._tell_position)
        self._player.durationChanged.connect(self._tell_position)
        self._player.playbackStateChanged.connect(self._tell_state)
        self._player.errorOccurred.connect(self._tell_error)

    def play(self, path: Path) -> bool:
        """Play a file from its beginning."""
        self._player.setSource(QUrl.fromLocalFile(str(path)))
        self._player.play()
        return True

    def pause(self) -> None:
        """Stop for a moment."""
        self._player.pause()

    def go_on(self) -> None:
        """Go on after a pause, or from the beginning if the end was reached."""
        self._player.play()

    def seek(self, position: int) -> None:
        """Go to a place."""
        self._player.setPosition(position)

    def stop(self) -> None:
        """End playing, and let go of the file."""
        self._player.stop()
        self._player.setSource(QUrl())

    @Slot()
    def _tell_position(self, *_: object) -> None:
        self.moved.emit(self._player.position(), self._player.duration())

    @Slot()
    def _tell_state(self, state: object) -> None:
        self.playing_changed.emit(state == self._playing_state)

    @Slot()
    def _tell_error(self, *_: object) -> None:
        self.failed.emit()


def open_outside(path: Path) -> bool:
    """Ask the desktop for the program that opens such files; whether it took the file."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


class SystemPlayer(Player):
    """Hands files to the system's own player, of which nothing is heard again."""

    in_window = False

    def __init__(
        self, parent: QObject | None = None, opened: Callable[[Path], bool] = open_outside
    ) -> None:
        super().__init__(parent)
        self._opened = opened

    def play(self, path: Path) -> bool:
        """Open a file in the system's player; whether there is one."""
        return self._opened(path)


def player_here(parent: QObject | None = None) -> Player:
    """The player of this computer: in the window where that works and something can sound."""
    try:
        media: Any = importlib.import_module("PySide6.QtMultimedia")
        if media.QMediaDevices.audioOutputs():
            return MediaPlayer(parent)
    except ImportError:
        # Not installed, or a library of the system that it needs is missing.
        pass
    return SystemPlayer(parent)
