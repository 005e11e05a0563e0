"""A key lent by the X server: grabbed on every screen, over a connection of its own.

It speaks xcb, whose libraries Qt's own plug-in needs, and not Xlib, whose handler of errors is
the whole process's: a refused grab must not end the program.
"""

import logging
from itertools import combinations

from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.desktop.hotkey import Hotkey, HotkeyTrouble, instead
from dialer.desktop.hotkey_xcb import Grab, Xcb

log = logging.getLogger(__name__)

_KEY_PRESS, _KEY_RELEASE, _MAPPING_NOTIFY = 2, 3, 34
_MAPPING_POINTER = 2
_BAD_ACCESS = 10

_SHIFT, _CAPS_LOCK, _CONTROL = 1, 2, 4
# The five other modifiers have no fixed meaning: it lies in the keys that set them.
_ALT = (0xFFE9, 0xFFEA), 1 << 3
_SUPER = (0xFFEB, 0xFFEC), 1 << 6
_NUM_LOCK, _SCROLL_LOCK = 0xFF7F, 0xFF14

_SILENT = QT_TRANSLATE_NOOP(
    "dialer", "No key can be taken: the display {display} does not answer. {instead}"
)
_TAKEN = QT_TRANSLATE_NOOP(
    "dialer",
    "{key} does not reach Dialer: another program, or the desktop itself, has it already. Choose"
    " another key, or free it there.",
)
_REFUSED = QT_TRANSLATE_NOOP(
    "dialer", "{key} does not reach Dialer: the X server refuses it (error {code}). {instead}"
)
_NOT_THERE = QT_TRANSLATE_NOOP(
    "dialer",
    "{key} does not reach Dialer: the keyboard's layout has no such key. Choose another key.",
)
_LOST = QT_TRANSLATE_NOOP(
    "dialer",
    "{key} does not reach Dialer any more: the connection to the X server is lost. Start Dialer"
    " again.",
)


class X11Grab:
    """The key on the X display `display`, ours from the start. See `hotkey.WatchedGrab`.

    Raises HotkeyTrouble. Belongs to the thread that made it.
    """

    def __init__(self, hotkey: Hotkey, display: str) -> None:
        self._hotkey = hotkey
        self._xcb = Xcb(display)
        self._held: set[Grab] = set()
        self._released: tuple[int, int] | None = None
        try:
            if self._xcb.broken():
                raise HotkeyTrouble(instead(_SILENT, display=display))
            wanted = self._wanted()
            if not wanted:
                raise HotkeyTrouble(Sentence(_NOT_THERE, key=hotkey))
            self._hold(wanted)
        except BaseException:
            # What was granted of it goes with the connection.
            self.close()
            raise

    def fileno(self) -> int:
        """The connection's file descriptor, -1 once closed.

        What arrived while the key was being grabbed is in memory already: ask `presses` once
        before it is watched.
        """
        return self._xcb.fileno()

    def presses(self) -> list[int]:
        """The X server's times, in ms, at which the key was pressed; held down it counts once.

        Raises HotkeyTrouble when the key is lost; then this is to be closed.
        """
        found: list[int] = []
        changed = True
        while changed:
            changed = False
            for kind, detail, at, request in self._xcb.events():
                if kind == _KEY_PRESS and self._is_ours(detail):
                    # A key that repeats is released and pressed at one and the same time.
                    if self._released != (detail, at):
                        found.append(at)
                elif kind == _KEY_RELEASE:
                    self._released = (detail, at)
                elif kind == _MAPPING_NOTIFY and request != _MAPPING_POINTER:
                    changed = True
            if changed:
                self._follow_layout()
        if self._xcb.broken():
            raise self._lost()
        return found

    def close(self) -> None:
        """Let go of the key, which the server does with the end of the connection."""
        self._xcb.close()

    def _is_ours(self, keycode: int) -> bool:
        """While the key is down every other one comes to us too."""
        return any(grab.keycode == keycode for grab in self._held)

    def _follow_layout(self) -> None:
        wanted = self._wanted()
        if not wanted or wanted == self._held:
            # A layout without the letter leaves the key where it was. And this comes, with
            # nothing changed, whenever another of several keyboards is typed on.
            return
        log.info("the keyboard's layout changed: the hotkey is taken again")
        self._xcb.let_go(self._held - wanted)
        self._hold(wanted)

    def _hold(self, wanted: set[Grab]) -> None:
        new = wanted - self._held
        self._held = wanted
        code = self._xcb.take(new)
        if self._xcb.broken():
            raise self._lost()
        if code == _BAD_ACCESS:
            raise HotkeyTrouble(Sentence(_TAKEN, key=self._hotkey))
        if code:
            raise HotkeyTrouble(instead(_REFUSED, key=self._hotkey, code=code))

    def _lost(self) -> HotkeyTrouble:
        return HotkeyTrouble(Sentence(_LOST, key=self._hotkey))

    def _wanted(self) -> set[Grab]:
        """What to grab on the keyboard as it is now.

        The key is wherever any group of the layout has it, so that it works in the second too.
        """
        with self._xcb.keyboard() as keyboard:
            wanted = 0
            if "Shift" in self._hotkey.modifiers:
                wanted |= _SHIFT
            if "Ctrl" in self._hotkey.modifiers:
                wanted |= _CONTROL
            if "Alt" in self._hotkey.modifiers:
                wanted |= keyboard.modifier(_ALT[0]) or _ALT[1]
            if "Meta" in self._hotkey.modifiers:
                wanted |= keyboard.modifier(_SUPER[0]) or _SUPER[1]
            locks = {_CAPS_LOCK}
            locks |= {keyboard.modifier([key]) for key in (_NUM_LOCK, _SCROLL_LOCK)}
            free = [lock for lock in locks if lock and not lock & wanted]
            return {
                Grab(keycode, wanted | sum(some))
                for keycode in keyboard.keycodes(self._hotkey.key.keysym)
                for size in range(len(free) + 1)
                for some in combinations(free, size)
            }
