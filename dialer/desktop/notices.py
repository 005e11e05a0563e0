"""Notifications of the desktop over D-Bus, sent and heard on a thread of their own. Linux only.

https://specifications.freedesktop.org/notification-spec/latest/
"""

import html
import logging
import os
import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from jeepney import DBusAddress, HeaderFields, MatchRule, Message, message_bus

from dialer.calls.plain import plain
from dialer.calls.sentence import QT_TRANSLATE_NOOP
from dialer.desktop.hotkey import session_bus
from dialer.desktop.session_bus import Bus, BusEnded, BusLost, BusRefused, BusSilent, Stop

log = logging.getLogger(__name__)

PROGRAM = "Dialer"
DESKTOP_ENTRY = "dialer"
"""Under which name the desktop knows the program, its icon and the user's choices for it."""

OPEN = QT_TRANSLATE_NOOP("dialer", "Open")
"""What a click on a notice does, for the desktops that say it."""

_NAME = "org.freedesktop.Notifications"
_SERVER = DBusAddress("/org/freedesktop/Notifications", bus_name=_NAME, interface=_NAME)
_BUS = "org.freedesktop.DBus"

_PATIENCE = 5.0
_LAST_NOTICE_SECONDS, _END_SECONDS = 0.5, 0.4
_HEADLINE_LENGTH, _LINE_LENGTH, _LINES = 200, 500, 20
_LONGEST_TOKEN = 512

_DEFAULT = "default"
_NORMAL, _CRITICAL = 1, 2  # a critical one stays until it is read
_AS_THE_SERVER_LIKES = -1
_HIGHEST_NUMBER = 2**32 - 1


@dataclass(frozen=True, slots=True)
class _Notice:
    headline: str
    text: str
    urgent: bool


class Notices:
    """Tells one thing at a time: a newer notice takes the place of the one before.

    `on_chosen` is called on the thread `dialer-notice` when a notice is clicked, with a token
    that lets the window come to the front on Wayland, or "". `address` is the bus's, that of the
    user's session unless it is given; `patience` are the seconds that an answer may take; `action`
    is the word for what a click does. Nothing here raises, or waits for the desktop: with no bus
    or nobody on it who shows notices, nothing is shown, and the log says so.
    """

    def __init__(
        self,
        on_chosen: Callable[[str], None],
        *,
        address: str | None = None,
        action: str = OPEN,
        patience: float = _PATIENCE,
    ) -> None:
        self._on_chosen = on_chosen
        self._address = session_bus(os.environ) if address is None else address
        self._action = action
        self._patience = patience
        self._lock = threading.Lock()
        self._wanted: _Notice | None = None
        self._withdraws = False
        self._over = False
        self._rests = False
        self._given_up = False
        self._available = False
        self._bell = _Bell()
        self._thread = threading.Thread(target=self._run, name="dialer-notice", daemon=True)
        self._thread.start()

    def available(self) -> bool:
        """Whether the desktop showed what it was last asked to, or would. Any thread.

        False until it has answered for the first time.
        """
        return self._available

    def tell(self, headline: str, text: str, urgent: bool) -> None:
        """Show a notice in place of the one before. Returns at once. Any thread.

        Both texts are shown as they are. One that is `urgent` stays until it is read.
        """
        with self._lock:
            if not self._over:
                self._wanted = _Notice(headline, text, urgent)
                self._withdraws = False
                self._wake()

    def withdraw(self) -> None:
        """Take the notice back that is shown, or would be. Returns at once. Any thread."""
        with self._lock:
            self._wanted = None
            self._withdraws = True
            self._wake()

    def close(self) -> None:
        """End the thread. Waits for that, less than a second.

        What was told just before is still shown, and an urgent notice stays there to be read;
        another one is taken back, for it speaks of a program that runs.
        """
        with self._lock:
            self._over = True
            self._wake()
        if threading.current_thread() is self._thread:
            return
        self._thread.join(_LAST_NOTICE_SECONDS)
        with self._lock:
            self._given_up = True
            self._bell.set()
        self._thread.join(_END_SECONDS)

    # The thread

    def _run(self) -> None:
        try:
            # Once without being asked: who shows notices is started by that, and known in time.
            goes_on = True
            while goes_on:
                self._talk()
                self._available = False
                # A bus that is gone is looked for when there is something to tell, and then once.
                goes_on = self._rest_without_bus()
        except BusEnded:
            log.info("the last notice was given up")
        finally:
            self._available = False
            with self._lock:
                self._bell.let_go()

    def _talk(self) -> None:
        """Tell what is to be told over one connection, for as long as it holds."""
        try:
            with Bus(self._address, self._bell, self._patience) as bus:
                server = _Server(bus, self._action, self._chosen)
                server.find()
                self._available = server.answers
                while self._work(bus, server):
                    self._available = server.answers
                    self._rest(bus, server)
        except (BusLost, BusSilent, BusRefused) as trouble:
            log.info("no notices: the session bus does not answer (%s)", _words(trouble))
            with self._lock:
                self._wanted = None

    def _work(self, bus: Bus, server: "_Server") -> bool:
        """Do what there is to do; false if that was the last."""
        while True:
            # The server may be another one by now.
            with suppress(BusSilent):
                while True:
                    server.hear(bus.signal(time.monotonic()))
            with self._lock:
                notice, withdraws, over = self._wanted, self._withdraws, self._over
                self._wanted, self._withdraws = None, False
            if withdraws:
                server.withdraw()
            if notice is not None:
                server.show(notice)
            elif over:
                server.leave()
                return False
            elif not withdraws:
                return True

    def _rest(self, bus: Bus, server: "_Server") -> None:
        """Listen to the server until there is something to do."""
        while self._begin_rest():
            message = None
            try:
                message = bus.signal(None)
            except BusEnded:
                pass
            finally:
                self._end_rest()
            if message is None:
                return
            server.hear(message)
            self._available = server.answers

    def _rest_without_bus(self) -> bool:
        """Wait until there is something to tell; false if nothing will be any more."""
        while True:
            with self._lock:
                if self._wanted is not None or self._over:
                    return self._wanted is not None
                self._rests = True
            select.select([self._bell.fileno()], [], [])
            self._end_rest()

    def _begin_rest(self) -> bool:
        with self._lock:
            self._rests = not (self._wanted or self._withdraws or self._over)
            return self._rests

    def _end_rest(self) -> None:
        with self._lock:
            self._rests = False
            if not self._given_up:
                self._bell.clear()

    def _wake(self) -> None:
        # Only a thread that rests: rung at any other time, the bell would break off an answer.
        if self._rests:
            self._bell.set()

    def _chosen(self, token: str) -> None:
        if not self._over:
            self._on_chosen(token)


class _Bell(Stop):
    """Ends a wait as often as it is rung."""

    def clear(self) -> None:
        """Have it as if it had not been rung. For the thread that waits."""
        while select.select([self._read], [], [], 0)[0]:
            self._read.recv(64)


class _Server:
    """Whoever shows the notices, and the one of ours that it shows."""

    def __init__(self, bus: Bus, action: str, on_chosen: Callable[[str], None]) -> None:
        self._bus = bus
        self._action = action
        self._on_chosen = on_chosen
        self._owner = ""
        self._capabilities: frozenset[str] | None = None
        self._id = 0
        self._stands = False
        self._stays = False
        self._token = ""
        self.answers = False
        """Whether it did what it was last asked."""

    def find(self) -> None:
        """Hear the server from now on, and start it if it does not run."""
        owners = MatchRule(type="signal", sender=_BUS, member="NameOwnerChanged")
        owners.add_arg_condition(0, _NAME)
        self._bus.listen(owners)
        self._bus.listen(MatchRule(type="signal", sender=_NAME, interface=_NAME))
        with self._asking():
            self._know()

    def show(self, notice: _Notice) -> None:
        """Show a notice in place of the one that stands."""
        with self._asking():
            can = self._know()
            lines = [plain(line, _LINE_LENGTH) for line in notice.text.splitlines()[:_LINES]]
            headline, text = plain(notice.headline, _HEADLINE_LENGTH), "\n".join(lines)
            if "body" not in can:
                headline = plain(f"{headline} {text}", _LINE_LENGTH)
            if "body-markup" in can:
                text = html.escape(text, quote=False)
            # Some servers make a question of a notice with actions, where they have none.
            actions = [_DEFAULT, self._action] if "actions" in can else []
            hints = {
                "urgency": ("y", _CRITICAL if notice.urgent else _NORMAL),
                "desktop-entry": ("s", DESKTOP_ENTRY),
            }
            replaces = self._id if self._stands else 0
            self._stands = False
            (number,) = self._bus.ask(
                *(_SERVER, "Notify", "susssasa{sv}i", PROGRAM, replaces, DESKTOP_ENTRY),
                *(headline, text, actions, hints, _AS_THE_SERVER_LIKES),
            )
            if not isinstance(number, int) or not 0 < number <= _HIGHEST_NUMBER:
                raise ValueError("no number of a notice")
            self._id, self._token = number, ""
            self._stands, self._stays = True, notice.urgent

    def withdraw(self) -> None:
        """Take back the notice that stands."""
        if self._stands:
            self._stands = False
            # It is refused where the notice is gone already.
            with self._asking(), suppress(BusRefused):
                self._bus.ask(_SERVER, "CloseNotification", "u", self._id)

    def leave(self) -> None:
        """Take back what speaks of a program that runs."""
        if not self._stays:
            self.withdraw()

    def hear(self, message: Message) -> None:
        """What became of the notice, or of the server."""
        fields = message.header.fields
        sender, member = fields.get(HeaderFields.sender), fields.get(HeaderFields.member)
        # A signal that was sent to us alone comes past every rule, and may be anybody's.
        if sender == _BUS and member == "NameOwnerChanged" and message.body[0] == _NAME:
            if message.body[2] != self._owner:
                self._owner = message.body[2]
                self.answers = bool(self._owner)
                # The next server numbers its notices anew.
                self._capabilities, self._stands, self._id = None, False, 0
        elif sender == self._owner and len(message.body) == 2 and message.body[0] == self._id:
            self._hear_of_notice(str(member), str(message.body[1]))

    def _hear_of_notice(self, member: str, value: str) -> None:
        if member == "ActivationToken":
            known = len(value) <= _LONGEST_TOKEN and value.isprintable()
            self._token = value if known else ""
        elif member == "ActionInvoked" and value == _DEFAULT:
            token, self._token = self._token, ""
            self._on_chosen(token)
        elif member == "NotificationClosed":
            # Its number is kept: with some servers a click is told after that.
            self._stands = False

    def _know(self) -> frozenset[str]:
        """What the server can do; asked once of each."""
        if self._capabilities is None:
            (told,) = self._bus.ask(_SERVER, "GetCapabilities")
            (self._owner,) = self._bus.ask(message_bus, "GetNameOwner", "s", _NAME)
            self._capabilities = frozenset(map(str, told))
        return self._capabilities

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """What is asked within may fail: nothing is shown then, and the log says so."""
        self.answers = False
        try:
            yield
            self.answers = True
        # The last ones are an answer of another shape than the specification's.
        except (BusSilent, BusRefused, LookupError, TypeError, ValueError) as trouble:
            log.info("no notice: the desktop does not show it (%s)", _words(trouble))


def _words(trouble: Exception) -> str:
    return plain(f"{type(trouble).__name__} {trouble}", 120)
