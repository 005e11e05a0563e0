"""A key that reaches the program from anywhere: which one it may be, and who lends it."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, runtime_checkable

from dialer.calls.plain import plain
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence

COMMAND = "dialer --from-clipboard"
"""What a key of the desktop's own settings can be bound to, to the same effect."""

DESCRIPTION = Sentence(
    QT_TRANSLATE_NOOP("dialer", "Bring Dialer up with the selected or copied number")
)
"""What the key does, for a desktop that asks its user."""

Way = Literal["x11", "portal", "windows"]
"""Who can lend a key: the X server, the desktop's portal, or Windows."""

MODIFIERS = ("Meta", "Ctrl", "Alt", "Shift")
"""The modifiers in the order in which Qt writes them; Meta is the Super or Windows key."""


class Key(NamedTuple):
    """One key, under the names that the systems have for it."""

    name: str
    """Qt's."""
    keysym: int
    """X11's number."""
    trigger: str
    """That of the XDG shortcuts specification, which is X11's name."""
    virtual: int
    """Windows' virtual key."""


# Numbers from X11/keysymdef.h and from
# https://learn.microsoft.com/windows/win32/inputdev/virtual-key-codes
_KEYS = {
    key.name.upper(): key
    for key in (
        *(Key(c, ord(c.lower()), c.lower(), ord(c)) for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        *(Key(c, ord(c), c, ord(c)) for c in "0123456789"),
        *(Key(f"F{n}", 0xFFBD + n, f"F{n}", 0x6F + n) for n in range(1, 25)),
        Key("Space", 0x20, "space", 0x20),
        Key("Ins", 0xFF63, "Insert", 0x2D),
        Key("Del", 0xFFFF, "Delete", 0x2E),
        Key("Home", 0xFF50, "Home", 0x24),
        Key("End", 0xFF57, "End", 0x23),
        Key("PgUp", 0xFF55, "Page_Up", 0x21),
        Key("PgDown", 0xFF56, "Page_Down", 0x22),
        Key("Left", 0xFF51, "Left", 0x25),
        Key("Up", 0xFF52, "Up", 0x26),
        Key("Right", 0xFF53, "Right", 0x27),
        Key("Down", 0xFF54, "Down", 0x28),
        Key("Pause", 0xFF13, "Pause", 0x13),
        Key("Print", 0xFF61, "Print", 0x2C),
        Key("ScrollLock", 0xFF14, "Scroll_Lock", 0x91),
    )
}
_ALIASES = {"INSERT": "INS", "DELETE": "DEL"}  # Qt reads these too
_TRIGGERS = {"Ctrl": "CTRL", "Alt": "ALT", "Shift": "SHIFT", "Meta": "LOGO"}
# Taken from every program, copying would be impossible while Dialer runs.
_EVERYBODYS = frozenset(f"Ctrl+{letter}" for letter in "ACVXZ")

_BIND_IT = QT_TRANSLATE_NOOP(
    "dialer", "Instead, bind a key to the command {command} in the desktop's own settings."
)
_UNREADABLE = QT_TRANSLATE_NOOP(
    "dialer", "“{typed}” is not a key. Press the keys together, such as Ctrl+Alt+D."
)
_SEVERAL = QT_TRANSLATE_NOOP(
    "dialer",
    "“{typed}” are several keys, one after the other. One that works from anywhere is pressed at"
    " once, such as Ctrl+Alt+D.",
)
_NOT_LENT = QT_TRANSLATE_NOOP(
    "dialer",
    "The key {key} cannot be used from anywhere. Choose a letter, a digit, F1 to F24, an arrow,"
    " Space, Ins, Del, Home, End, PgUp, PgDown, Print, Pause or ScrollLock.",
)
_NO_MODIFIER = QT_TRANSLATE_NOOP(
    "dialer",
    "{key} alone would be missing in every other program. Press Ctrl, Alt or the Super key with"
    " it, such as Ctrl+Alt+D.",
)
_NEEDED_ELSEWHERE = QT_TRANSLATE_NOOP(
    "dialer",
    "Every other program needs {key}, and would not get it any more. Choose another key, such as"
    " Ctrl+Alt+D.",
)
_MACOS = QT_TRANSLATE_NOOP(
    "dialer",
    "Dialer cannot have a key of its own on macOS. Instead, make a shortcut in the program"
    " Shortcuts that runs the command {command}, and give it a key there.",
)
_NO_DESKTOP = QT_TRANSLATE_NOOP(
    "dialer", "There is no desktop here that could lend Dialer a key. {instead}"
)
_NO_BUS = QT_TRANSLATE_NOOP(
    "dialer",
    "On Wayland a key comes from the desktop's portal, and there is no D-Bus session to ask it"
    " over. {instead}",
)
_UNNAMED = QT_TRANSLATE_NOOP(
    "dialer",
    "The desktop took the shortcut, but does not say which key it gave it. If {key} does nothing,"
    " choose a key for Dialer in the desktop's own settings.",
)


class HotkeyRefused(ValueError):
    """A text names no key that can be used from anywhere; `sentence` says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


class HotkeyTrouble(Exception):
    """The key is not ours, or no longer; `sentence` says why and what to do."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


@dataclass(frozen=True)
class Hotkey:
    """One key with its modifiers. Valid if made by `parse`."""

    modifiers: frozenset[str]
    key: Key

    @classmethod
    def parse(cls, text: str) -> "Hotkey":
        """Read Qt's portable text, such as "Ctrl+Alt+D", in any case and order.

        Raises HotkeyRefused.
        """
        shown = plain(text, 60)
        # A comma is a key of its own too, as in "Ctrl+,".
        if "," in text.strip().rstrip(",") and not text.strip().endswith("+,"):
            raise HotkeyRefused(Sentence(_SEVERAL, typed=shown))
        *names, last = (part.strip() for part in text.split("+"))
        modifiers = [name.capitalize() for name in names]
        if not last and len(modifiers) > 1 and not modifiers[-1]:
            last = "+"  # "Ctrl++" is Ctrl and the plus sign
            modifiers.pop()
        if not last or len(modifiers) != len(set(modifiers)):
            raise HotkeyRefused(Sentence(_UNREADABLE, typed=shown))
        if last.capitalize() in MODIFIERS or not set(modifiers) <= {*MODIFIERS, "Num"}:
            raise HotkeyRefused(Sentence(_UNREADABLE, typed=shown))
        key = _KEYS.get(_ALIASES.get(last.upper(), last.upper()))
        if key is None or "Num" in modifiers:  # Qt's word for the keypad's keys
            raise HotkeyRefused(Sentence(_NOT_LENT, key=plain(last, 60)))
        hotkey = cls(frozenset(modifiers), key)
        if hotkey.modifiers <= {"Shift"}:
            raise HotkeyRefused(Sentence(_NO_MODIFIER, key=hotkey))
        if str(hotkey) in _EVERYBODYS:
            raise HotkeyRefused(Sentence(_NEEDED_ELSEWHERE, key=hotkey))
        return hotkey

    def __str__(self) -> str:
        """The text as Qt writes it."""
        return "+".join([*self._ordered(), self.key.name])

    @property
    def trigger(self) -> str:
        """The key in the notation of the XDG shortcuts specification, such as "CTRL+ALT+d".

        https://specifications.freedesktop.org/shortcuts-spec/latest/
        """
        return "+".join([*(_TRIGGERS[name] for name in self._ordered()), self.key.trigger])

    def _ordered(self) -> list[str]:
        return [name for name in MODIFIERS if name in self.modifiers]


@dataclass(frozen=True)
class HotkeyNews:
    """Who is told what becomes of a key; called on the thread of whoever lends it."""

    on_pressed: Callable[[str], object]
    """With a token that lets the window come to the front on Wayland, or ""."""
    on_trouble: Callable[[Sentence], object]
    """At most once: nothing comes after it."""
    on_bound: Callable[[str], object]
    """The key is ours. With what the desktop calls the key it gave, or "" if it does not say."""


class HotkeyGrab(Protocol):
    """A key that is ours, or asked for, until `close`."""

    def close(self) -> None:
        """Let go of the key. Any thread; after it hardly a second passes."""


@runtime_checkable
class WatchedGrab(HotkeyGrab, Protocol):
    """One without a thread of its own: whoever holds it watches a file descriptor."""

    def fileno(self) -> int:
        """What becomes readable when `presses` has something to say."""

    def presses(self) -> list[int]:
        """When the key was pressed since this was last asked. Raises HotkeyTrouble."""


@dataclass(frozen=True)
class Offer:
    """Who lends a key here; `why_not` tells where nobody does."""

    way: Way | None
    why_not: Sentence | None = None
    address: str = ""
    """Where it is reached: the X display, or the D-Bus address of the session."""


def offer(environ: Mapping[str, str], platform: str, system: str = sys.platform) -> Offer:
    """Say who lends a key on this desktop. `platform` is QGuiApplication.platformName()."""
    if system == "win32":
        return Offer("windows")
    if system == "darwin":
        return Offer(None, Sentence(_MACOS, command=COMMAND))
    wayland = environ.get("WAYLAND_DISPLAY") or environ.get("XDG_SESSION_TYPE") == "wayland"
    display = environ.get("DISPLAY", "")
    # There the X server sees only the keys of the windows that are its own.
    if platform.startswith("wayland") or (platform == "xcb" and wayland):
        address = session_bus(environ)
        return Offer("portal", address=address) if address else Offer(None, instead(_NO_BUS))
    if platform == "xcb" and display:
        return Offer("x11", address=display)
    return Offer(None, instead(_NO_DESKTOP))


def session_bus(environ: Mapping[str, str]) -> str:
    """The D-Bus address of the user's session, "" where there is none."""
    if address := environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return address
    runtime = environ.get("XDG_RUNTIME_DIR")
    # Where sd-bus and GDBus look too.
    return f"unix:path={runtime}/bus" if runtime else ""


def instead(text: str, **values: object) -> Sentence:
    """`text` with how to bind the command for its {instead}."""
    return Sentence(text, instead=Sentence(_BIND_IT, command=COMMAND), **values)


def unnamed(hotkey: Hotkey) -> Sentence:
    """What to say of a desktop that took the shortcut without saying which key it gave."""
    return Sentence(_UNNAMED, key=hotkey)
