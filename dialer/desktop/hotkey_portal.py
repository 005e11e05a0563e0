"""A key lent by the desktop's portal, as on Wayland: the user is asked, and may choose another.

https://flatpak.github.io/xdg-desktop-portal/docs/doc-org.freedesktop.portal.GlobalShortcuts.html
"""

import logging
import secrets
import threading
import time
from typing import Any

from jeepney import DBusAddress, HeaderFields, MatchRule, Message, message_bus

from dialer.calls.plain import plain
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.desktop.hotkey import Hotkey, HotkeyNews, HotkeyTrouble, instead
from dialer.desktop.session_bus import (
    PATIENCE,
    Bus,
    BusEnded,
    BusLost,
    BusRefused,
    BusSilent,
    Stop,
)

log = logging.getLogger(__name__)

APP_ID = "dialer"
"""Under which name the desktop knows the program: that of its desktop entry."""

SHORTCUT = "bring-up"
"""What the desktop calls the one shortcut; the user's choice of its key is kept under it."""

_PORTAL = "org.freedesktop.portal.Desktop"
_PATH = "/org/freedesktop/portal/desktop"
_SHORTCUTS = "org.freedesktop.portal.GlobalShortcuts"
_REQUEST = "org.freedesktop.portal.Request"
_SESSION = "org.freedesktop.portal.Session"
_REGISTRY = "org.freedesktop.host.portal.Registry"

_CLOSE_SECONDS = 0.9
_LONGEST_TOKEN = 512

_GRANTED, _CANCELLED = 0, 1

_Options = dict[str, tuple[str, object]]
"""D-Bus's variants by name, each with its type."""

_NOT_THERE = QT_TRANSLATE_NOOP(
    "dialer",
    "{key} does not reach Dialer: this desktop lends no keys to programs (its portal has no"
    " global shortcuts). {instead}",
)
_NO_BUS = QT_TRANSLATE_NOOP(
    "dialer",
    "{key} does not reach Dialer: the desktop's portal cannot be asked, for the D-Bus session"
    " does not answer. Sign in to the desktop again.",
)
_SILENT = QT_TRANSLATE_NOOP(
    "dialer",
    "{key} does not reach Dialer: the desktop's portal does not answer. Sign in to the desktop"
    " again.",
)
_CHOSEN_NOT = QT_TRANSLATE_NOOP(
    "dialer",
    "{key} does not reach Dialer: the desktop asked whether it may, and was not told yes. Set the"
    " key again to be asked once more.",
)
_FAILED = QT_TRANSLATE_NOOP(
    "dialer", "{key} does not reach Dialer: the desktop's portal refuses it ({why}). {instead}"
)
_GONE = QT_TRANSLATE_NOOP(
    "dialer",
    "{key} does not reach Dialer any more: the desktop's portal has ended. Set the key again, or"
    " sign in to the desktop again.",
)
_TAKEN_BACK = QT_TRANSLATE_NOOP(
    "dialer",
    "{key} does not reach Dialer any more: the desktop has taken it back. Set the key again to"
    " ask for it.",
)


class _Declined(HotkeyTrouble):
    """The user or the portal said no to one question."""


class PortalGrab:
    """A key asked for from the portal on the session bus at `address`. See `hotkey.HotkeyGrab`.

    `description` says to the user what the key does. Returns at once; what becomes of it is
    told on a thread of its own. `patience` is how many seconds everything may take but the
    user's answer, which may take any time.
    """

    def __init__(
        self,
        hotkey: Hotkey,
        news: HotkeyNews,
        *,
        address: str,
        description: str,
        patience: float = PATIENCE,
    ) -> None:
        self._hotkey = hotkey
        self._news = news
        self._address = address
        self._description = description
        self._patience = patience
        self._stop = Stop()
        self._thread = threading.Thread(target=self._run, name="dialer-portal", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Give the key back. Waits for that, which takes a moment and never a second."""
        self._stop.set()
        if threading.current_thread() is not self._thread:
            self._thread.join(_CLOSE_SECONDS)

    def _run(self) -> None:
        try:
            with Bus(self._address, self._stop, self._patience) as bus:
                talk = _Talk(bus, self._hotkey, self._news, self._patience)
                try:
                    talk.bind(self._description)
                    talk.listen()
                finally:
                    talk.end()
        except BusEnded:
            pass
        except HotkeyTrouble as trouble:
            self._tell(trouble.sentence)
        except BusLost as lost:
            log.info("the portal cannot be reached: %s", lost)
            self._tell(Sentence(_NO_BUS, key=self._hotkey))
        except BusSilent:
            self._tell(Sentence(_SILENT, key=self._hotkey))
        except BusRefused as refused:
            why = plain(str(refused), 100)
            self._tell(instead(_FAILED, key=self._hotkey, why=why))
        # An answer of another shape than the portal's.
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            why = type(error).__name__
            self._tell(instead(_FAILED, key=self._hotkey, why=why))
        finally:
            self._stop.let_go()

    def _tell(self, sentence: Sentence) -> None:
        log.info("no hotkey from the portal")
        self._news.on_trouble(sentence)


class _Talk:
    """One conversation with the portal, over one session of shortcuts."""

    def __init__(self, bus: Bus, hotkey: Hotkey, news: HotkeyNews, patience: float) -> None:
        self._bus = bus
        self._hotkey = hotkey
        self._news = news
        self._patience = patience
        self._portal = DBusAddress(_PATH, bus_name=_PORTAL, interface=_SHORTCUTS)
        self._owner = ""
        self._session = ""
        self._request = ""
        self._answers: dict[str, tuple[int, dict[str, Any]]] = {}

    def bind(self, description: str) -> None:
        """Ask for the key, and wait for the user if the desktop asks."""
        self._find()
        session: _Options = {"session_handle_token": ("s", _token())}
        made = self._asked("CreateSession", "", (), session, limit=True)
        self._session = str(made["session_handle"][1])
        shortcut: _Options = {
            "description": ("s", description),
            "preferred_trigger": ("s", self._hotkey.trigger),
        }
        values = (self._session, [(SHORTCUT, shortcut)], "")
        bound = self._asked("BindShortcuts", "oa(sa{sv})s", values, {}, limit=False)
        key = _given(bound["shortcuts"][1])
        if key is None:
            raise HotkeyTrouble(Sentence(_CHOSEN_NOT, key=self._hotkey))
        if not key:
            key = self._listed()
        log.info("the portal lends a hotkey")
        self._news.on_bound(key)

    def listen(self) -> None:
        """Tell of every press until there is trouble."""
        while True:
            self._take(self._bus.signal(None))

    def end(self) -> None:
        """Give the key back, and close the desktop's question if it is still open."""
        for path, interface in ((self._request, _REQUEST), (self._session, _SESSION)):
            if path:
                whom = DBusAddress(path, bus_name=self._owner, interface=interface)
                self._bus.tell(whom, "Close")

    def _listed(self) -> str:
        """What the key is called in the portal's list. It is ours even where that is not told."""
        try:
            listed = self._asked("ListShortcuts", "o", (self._session,), {}, limit=True)
        except (_Declined, BusRefused, BusSilent):
            return ""
        return _given(listed["shortcuts"][1]) or ""

    def _find(self) -> None:
        """Start the portal if it does not run, and hear it from before the first question."""
        for interface in (_SHORTCUTS, _REQUEST, _SESSION):
            self._bus.listen(MatchRule(type="signal", sender=_PORTAL, interface=interface))
        owners = MatchRule(type="signal", sender=message_bus.bus_name, member="NameOwnerChanged")
        owners.add_arg_condition(0, _PORTAL)
        self._bus.listen(owners)
        try:
            self._owner = self._found()
        except BusRefused:
            raise HotkeyTrouble(instead(_NOT_THERE, key=self._hotkey)) from None
        registry = self._portal.with_interface(_REGISTRY)
        try:
            self._bus.ask(registry, "Register", "sa{sv}", APP_ID, {})
        except BusRefused as refused:
            # Older portals have none, and newer ones want a desktop entry: it goes without.
            log.debug("the portal does not register the program: %s", refused)

    def _found(self) -> str:
        try:
            (owner,) = self._bus.ask(message_bus, "GetNameOwner", "s", _PORTAL)
        except BusRefused:
            # Asked first it would refuse a portal that somebody has started by hand.
            self._bus.ask(message_bus, "StartServiceByName", "su", _PORTAL, 0)
            (owner,) = self._bus.ask(message_bus, "GetNameOwner", "s", _PORTAL)
        return str(owner)

    def _asked(
        self,
        method: str,
        types: str,
        values: tuple[object, ...],
        options: _Options,
        *,
        limit: bool,
    ) -> dict[str, Any]:
        """What the portal answers to a method, which it does by a signal of its own."""
        token = _token()
        sender = self._bus.name.removeprefix(":").replace(".", "_")
        self._request = f"{_PATH}/request/{sender}/{token}"
        options = {**options, "handle_token": ("s", token)}
        try:
            (path,) = self._bus.ask(self._portal, method, f"{types}a{{sv}}", *values, options)
        except BusRefused as refused:
            self._request = ""
            # The portal is there, but the desktop's part of it has no shortcuts.
            if str(refused).endswith((".UnknownMethod", ".UnknownInterface", ".NotSupported")):
                raise HotkeyTrouble(instead(_NOT_THERE, key=self._hotkey)) from None
            raise
        # Portals before 0.9 made up a path of their own.
        paths = {self._request, str(path)}
        self._request = str(path)
        deadline = time.monotonic() + self._patience if limit else None
        while not paths & self._answers.keys():
            self._take(self._bus.signal(deadline))
        self._request = ""
        code, results = self._answers.pop((paths & self._answers.keys()).pop())
        if code == _CANCELLED:
            raise _Declined(Sentence(_CHOSEN_NOT, key=self._hotkey))
        if code != _GRANTED:
            raise _Declined(instead(_FAILED, key=self._hotkey, why=f"{method} {code}"))
        return results

    def _take(self, message: Message) -> None:
        fields = message.header.fields
        path, member = str(fields.get(HeaderFields.path)), fields.get(HeaderFields.member)
        sender, body = fields.get(HeaderFields.sender), message.body
        if sender == message_bus.bus_name:
            if member == "NameOwnerChanged" and self._owner in body[1:2]:
                self._session = self._request = ""
                raise HotkeyTrouble(Sentence(_GONE, key=self._hotkey))
        elif sender != self._owner:
            return
        elif member == "Response":
            self._answers[path] = body[0], body[1]
        elif member == "Closed" and path == self._session:
            self._session = ""
            raise HotkeyTrouble(Sentence(_TAKEN_BACK, key=self._hotkey))
        elif member == "Activated" and tuple(body[:2]) == (self._session, SHORTCUT):
            token = str(body[3].get("activation_token", ("s", ""))[1])
            self._news.on_pressed(token if len(token) <= _LONGEST_TOKEN else "")
        elif member == "ShortcutsChanged" and body[0] == self._session:
            self._news.on_bound(_given(body[1]) or "")


def _given(shortcuts: list[tuple[str, dict[str, tuple[str, Any]]]]) -> str | None:
    """What the desktop calls the key it gave, "" if it does not say; None if it gave none."""
    for name, about in shortcuts:
        if name == SHORTCUT:
            return plain(str(about.get("trigger_description", ("s", ""))[1]), 100)
    return None


def _token() -> str:
    return f"dialer_{secrets.token_hex(8)}"
