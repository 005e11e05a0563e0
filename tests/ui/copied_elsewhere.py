"""Other programs that own what was copied, for windows that are on no screen themselves."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QClipboard

from doubles.bare_screen import BareScreen
from doubles.selection_owner import SelectionOwner


class Elsewhere:
    """An X session beside the windows under test, which ask there as if they were on it."""

    def __init__(self, screen: BareScreen, monkeypatch: pytest.MonkeyPatch) -> None:
        self.display = screen.display
        self._owners = ExitStack()
        monkeypatch.setattr("dialer.ui.copied_text.x_display", lambda: screen.display)
        monkeypatch.setattr(QClipboard, "supportsSelection", lambda _: True)
        monkeypatch.setattr(QClipboard, "ownsClipboard", lambda _: False)
        monkeypatch.setattr(QClipboard, "ownsSelection", lambda _: False)

    def copy(
        self, text: str | bytes, way: str = "answers", selection: str = "CLIPBOARD"
    ) -> SelectionOwner:
        """Have another program own this text from now on, and behave in that way."""
        raw = text.encode() if isinstance(text, str) else text
        return self._owners.enter_context(SelectionOwner(self.display, way, raw, selection))

    def close(self) -> None:
        """End the other programs."""
        self._owners.close()


@contextmanager
def ticking() -> Iterator[list[float]]:
    """How long the window did nothing else, in seconds: each time between two ticks of 10 ms."""
    gaps: list[float] = []
    owner = QObject()
    timer = QTimer(owner)
    last = time.monotonic()

    def tick() -> None:
        nonlocal last
        now = time.monotonic()
        gaps.append(now - last)
        last = now

    timer.timeout.connect(tick)
    timer.start(10)
    yield gaps
    tick()
    timer.stop()
