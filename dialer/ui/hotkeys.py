"""The key that brings the window up from anywhere: chosen, asked for, told of when pressed."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot
from PySide6.QtGui import QGuiApplication

from dialer.calls.sentence import Sentence
from dialer.desktop.hotkey import (
    DESCRIPTION,
    Hotkey,
    HotkeyGrab,
    HotkeyNews,
    HotkeyRefused,
    HotkeyTrouble,
    Offer,
    WatchedGrab,
    offer,
    unnamed,
)
from dialer.ui.words import told

OpenGrab = Callable[[Offer, Hotkey, HotkeyNews], HotkeyGrab]
"""Asks whoever lends keys for one. Raises HotkeyTrouble."""


@dataclass(frozen=True)
class _News:
    """What was told on another thread, and of which key."""

    which: int
    what: Literal["pressed", "trouble", "bound"]
    value: object


class Hotkeys(QObject):
    """One key at a time, from whoever lends them on this desktop, or `lender`. UI thread."""

    pressed = Signal(str)
    """With a token that lets the window come to the front on Wayland, "" where there is none."""
    changed = Signal()
    """Something else is to be said of the key."""
    _told = Signal(object)

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        lender: Offer | None = None,
        open_grab: OpenGrab | None = None,
    ) -> None:
        super().__init__(parent)
        self._offer = lender or offer(os.environ, QGuiApplication.platformName())
        self._open = open_grab or _open
        self._grab: HotkeyGrab | None = None
        self._notifier: QSocketNotifier | None = None
        self._which = 0
        self._hotkey: Hotkey | None = None
        self._text = ""
        self._trouble: Sentence | None = None
        self._bound = ""
        self._asking = False
        self._told.connect(self._take)

    @property
    def offered(self) -> bool:
        """Whether anybody lends a key here."""
        return self._offer.way is not None

    @property
    def why_not(self) -> Sentence | None:
        """Why nobody does, and what to do instead."""
        return self._offer.why_not

    @property
    def text(self) -> str:
        """The key that was chosen, as Qt writes it; as it was chosen where it is none; or ""."""
        return self._text

    @property
    def trouble(self) -> Sentence | None:
        """Why the key does not work, or may not."""
        return self._trouble

    @property
    def bound(self) -> str:
        """What the desktop says the key is that works now, which may be another one; or ""."""
        return self._bound

    @property
    def asking(self) -> bool:
        """Whether the desktop has not answered yet: it may be asking the user."""
        return self._asking

    def use(self, text: str) -> None:
        """Have this key from now on, and no other; "" for none. Qt's portable text.

        Whether it can be had is told by `changed`. Where nobody lends one it is only kept. The
        key that is ours or asked for already is not asked for again; one that was refused is.
        """
        if self._grab is not None and text.strip() == self._text:
            return
        self._let_go()
        self._text, self._trouble = text.strip(), None
        if self._text and self.offered:
            self._ask()
        self.changed.emit()

    def close(self) -> None:
        """Give the key back: from then on nothing is told."""
        self._let_go()

    def _ask(self) -> None:
        try:
            self._hotkey = Hotkey.parse(self._text)
            self._text = str(self._hotkey)
            self._asking = True
            self._grab = self._open(self._offer, self._hotkey, self._news_of(self._which))
        except (HotkeyRefused, HotkeyTrouble) as refusal:
            self._asking = False
            self._trouble = refusal.sentence
            return
        if isinstance(self._grab, WatchedGrab):
            self._asking = False
            self._bound = self._text
            self._notifier = QSocketNotifier(self._grab.fileno(), QSocketNotifier.Type.Read, self)
            self._notifier.activated.connect(self._read)
            self._read()

    def _news_of(self, which: int) -> HotkeyNews:
        """What tells of this key and no later one. Other threads call it."""
        return HotkeyNews(
            on_pressed=lambda token: self._told.emit(_News(which, "pressed", token)),
            on_trouble=lambda sentence: self._told.emit(_News(which, "trouble", sentence)),
            on_bound=lambda name: self._told.emit(_News(which, "bound", name)),
        )

    @Slot(object)
    def _take(self, news: _News) -> None:
        if news.which != self._which:
            return  # of a key that was given back meanwhile
        if news.what == "pressed":
            self.pressed.emit(str(news.value))
            return
        if isinstance(news.value, Sentence):
            self._fail(news.value)
            return
        self._asking = False
        self._bound = str(news.value)
        unsaid = self._hotkey if not self._bound else None
        self._trouble = unnamed(unsaid) if unsaid else None
        self.changed.emit()

    @Slot()
    def _read(self) -> None:
        if not isinstance(self._grab, WatchedGrab):
            return
        try:
            presses = self._grab.presses()
        except HotkeyTrouble as trouble:
            self._fail(trouble.sentence)
            return
        for _ in presses:
            self.pressed.emit("")

    def _fail(self, sentence: Sentence) -> None:
        self._let_go()
        self._trouble = sentence
        self.changed.emit()

    def _let_go(self) -> None:
        self._which += 1
        self._asking, self._bound, self._hotkey = False, "", None
        if self._notifier is not None:
            self._notifier.setEnabled(False)
            self._notifier.deleteLater()
            self._notifier = None
        if self._grab is not None:
            self._grab.close()
            self._grab = None


def _open(lender: Offer, hotkey: Hotkey, news: HotkeyNews) -> HotkeyGrab:
    """Ask the system. Each way is imported where it is gone: no system has them all."""
    if lender.way == "x11":
        from dialer.desktop.hotkey_x11 import X11Grab  # noqa: PLC0415

        return X11Grab(hotkey, lender.address)
    if lender.way == "portal":
        from dialer.desktop.hotkey_portal import PortalGrab  # noqa: PLC0415

        return PortalGrab(hotkey, news, address=lender.address, description=told(DESCRIPTION))
    if sys.platform == "win32":
        from dialer.desktop.hotkey_windows import User32, WindowsGrab  # noqa: PLC0415

        return WindowsGrab(hotkey, news, User32())
    raise ValueError(lender.way)
