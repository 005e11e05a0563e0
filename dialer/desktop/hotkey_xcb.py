"""The little of xcb that a key needs, besides a connection."""

import ctypes
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from itertools import count, takewhile
from typing import Any, NamedTuple

from dialer.calls.sentence import QT_TRANSLATE_NOOP
from dialer.desktop.hotkey import HotkeyTrouble, instead
from dialer.desktop.xcb import Cookie, XcbConnection, XcbMissing, bound

_ASYNC = 1

_MISSING = QT_TRANSLATE_NOOP(
    "dialer", "No key can be taken from the X server: {library} is not installed. {instead}"
)


class Grab(NamedTuple):
    """One key with one combination of modifiers."""

    keycode: int
    modifiers: int


_here, _byte, _mask, _number = ctypes.c_void_p, ctypes.c_uint8, ctypes.c_uint16, ctypes.c_uint32

# Every function with what it returns and what it takes.
_XCB: dict[str, tuple[Any, ...]] = {
    "xcb_grab_key_checked": (Cookie, _here, _byte, _number, _mask, _byte, _byte, _byte),
    "xcb_ungrab_key_checked": (Cookie, _here, _byte, _number, _mask),
    "xcb_request_check": (_here, _here, Cookie),
    "xcb_get_modifier_mapping": (Cookie, _here),
    "xcb_get_modifier_mapping_reply": (_here, _here, Cookie, _here),
    "xcb_get_modifier_mapping_keycodes": (ctypes.POINTER(_byte), _here),
}
_KEYSYMS: dict[str, tuple[Any, ...]] = {
    "xcb_key_symbols_alloc": (_here, _here),
    "xcb_key_symbols_free": (None, _here),
    "xcb_key_symbols_get_keycode": (_here, _here, _number),
}


class Xcb(XcbConnection):
    """A connection to the X display `display`, for the one thread that made it.

    Raises HotkeyTrouble where the libraries are not there, and only then: see `broken`.
    """

    def __init__(self, display: str) -> None:
        try:
            self._keysyms = bound("libxcb-keysyms.so.1", _KEYSYMS)
            super().__init__(display, _XCB)
        except XcbMissing as missing:
            raise HotkeyTrouble(instead(_MISSING, library=missing.library)) from None

    def events(self) -> Iterator[tuple[int, int, int, int]]:
        """What has come: the kind, the keycode, the time, and what a MappingNotify is about."""
        for raw in self._arrived():
            # The highest bit says that another client sent it.
            yield raw[0] & 0x7F, raw[1], int.from_bytes(raw[4:8], sys.byteorder), raw[4]

    def take(self, grabs: Collection[Grab]) -> int:
        """Grab on every screen; the code of the first error, 0 for none."""
        cookies = [
            self._xcb.xcb_grab_key_checked(
                self._connection, 0, root, grab.modifiers, grab.keycode, _ASYNC, _ASYNC
            )
            for root in self._roots()
            for grab in grabs
        ]
        codes = [self._outcome(cookie) for cookie in cookies]
        return next((code for code in codes if code), 0)

    def let_go(self, grabs: Collection[Grab]) -> None:
        """Ungrab on every screen, and wait until that is done."""
        cookies = [
            self._xcb.xcb_ungrab_key_checked(self._connection, grab.keycode, root, grab.modifiers)
            for root in self._roots()
            for grab in grabs
        ]
        for cookie in cookies:
            self._outcome(cookie)

    @contextmanager
    def keyboard(self) -> "Iterator[Keyboard]":
        """The keyboard as it is now, to be asked within."""
        symbols = self._keysyms.xcb_key_symbols_alloc(self._connection)
        cookie = self._xcb.xcb_get_modifier_mapping(self._connection)
        reply = self._xcb.xcb_get_modifier_mapping_reply(self._connection, cookie, None)
        try:
            setters: list[list[int]] = []
            if reply:
                each = ctypes.string_at(reply, 2)[1]
                codes = self._xcb.xcb_get_modifier_mapping_keycodes(reply)
                setters = [list(codes[at * each : (at + 1) * each]) for at in range(8)]
            yield Keyboard(lambda keysym: self._keycodes(symbols, keysym), setters)
        finally:
            self._free(reply)
            self._keysyms.xcb_key_symbols_free(symbols)

    def _keycodes(self, symbols: int | None, keysym: int) -> list[int]:
        found = self._keysyms.xcb_key_symbols_get_keycode(symbols, keysym) if symbols else None
        if not found:
            return []
        try:
            codes = ctypes.cast(found, ctypes.POINTER(ctypes.c_uint8))
            return list(takewhile(bool, (codes[at] for at in count())))
        finally:
            self._free(found)

    def _outcome(self, cookie: Cookie) -> int:
        error = self._xcb.xcb_request_check(self._connection, cookie)
        if not error:
            return 0
        code = ctypes.string_at(error, 2)[1]
        self._free(error)
        return code


class Keyboard(NamedTuple):
    """Which keys have a symbol, and which set each of the eight modifiers."""

    keycodes: Callable[[int], list[int]]
    setters: list[list[int]]

    def modifier(self, keysyms: Iterable[int]) -> int:
        """The modifier that a key with one of these symbols sets, 0 if none does."""
        keys = {keycode for keysym in keysyms for keycode in self.keycodes(keysym)}
        return next((1 << at for at, codes in enumerate(self.setters) if keys & {*codes}), 0)
