"""A desktop's notifications of one test's own, on a D-Bus session of its own.

with PrivateBus() as bus, NotificationServer(bus.address) as server:
    ...
    server.click("a token")
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageType,
    message_bus,
    new_error,
    new_method_call,
    new_method_return,
    new_signal,
)
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.wrappers import unwrap_msg

SECONDS = 20.0

_NAME = "org.freedesktop.Notifications"
_PATH = "/org/freedesktop/Notifications"


@dataclass(frozen=True)
class Shown:
    """A notice as the server was asked to show it."""

    number: int
    program: str
    replaces: int
    icon: str
    headline: str
    body: str
    actions: tuple[str, ...]
    hints: dict[str, tuple[str, Any]]
    milliseconds: int


class NotificationServer:
    """Use as a context manager; it answers on a thread of its own.

    One that `hangs` is on the bus and answers nothing; one that `fails` refuses to show anything.
    The numbers of its notices begin after `first`. With `clicked` each is clicked as soon as it
    is shown, with the number of the one that it replaces as the token.
    """

    def __init__(
        self,
        address: str,
        capabilities: Iterable[str] = ("body", "body-markup", "actions"),
        *,
        hangs: bool = False,
        fails: bool = False,
        answer: tuple[str, Any] | None = None,
        first: int = 0,
        clicked: bool = False,
    ) -> None:
        self.shown: list[Shown] = []
        """Every notice, in order."""
        self.closed: list[int] = []
        """The numbers of the notices that were taken back, in order."""
        self.asked: list[str] = []
        """Every method that was called, in order."""
        self.hangs = hangs
        self.fails = fails
        self._capabilities = list(capabilities)
        self._answer_instead = answer
        self._number = first
        self._clicked = clicked
        self._address = address
        self._client = ""
        self._connection: DBusConnection = open_dbus_connection(bus=address)
        self._sending = threading.Lock()
        self._over = False
        self._thread = threading.Thread(target=self._serve, name="test-notices", daemon=True)

    def __enter__(self) -> "NotificationServer":
        # Whoever had it started is passed on before the name is confirmed.
        serial = next(self._connection.outgoing_serial)
        self._connection.send(message_bus.RequestName(_NAME), serial=serial)
        early = []
        while True:
            message = self._connection.receive(timeout=SECONDS)
            if message.header.fields.get(HeaderFields.reply_serial) == serial:
                assert unwrap_msg(message) == (1,)
                break
            early.append(message)
        for message in early:
            self._take(message)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.vanish()

    def serve(self) -> None:
        """Answer until the bus ends."""
        self._thread.join()

    def vanish(self) -> None:
        """Leave the bus at once."""
        self._over = True
        if self._thread.is_alive():
            self._thread.join(SECONDS)
        self._connection.close()

    # What the user does

    def click(self, token: str | None = None, *, number: int = 0, action: str = "default") -> None:
        """Click on the last notice, or on that of a number."""
        number = number or self._number
        if token is not None:
            self._signal("ActivationToken", "us", (number, token))
        self._signal("ActionInvoked", "us", (number, action))

    def dismiss(self) -> None:
        """Close the last notice unread."""
        self._signal("NotificationClosed", "uu", (self._number, 2))

    def be_forged(self, member: str = "ActionInvoked", types: str = "us") -> None:
        """Another program says to ours that the last notice was clicked."""
        values = (self._number, "default")
        message = new_signal(DBusAddress(_PATH, interface=_NAME), member, types, values)
        message.header.fields[HeaderFields.destination] = self._client
        with open_dbus_connection(bus=self._address) as forger:
            forger.send(message)
            # So that the bus has passed it on.
            forger.send_and_get_reply(message_bus.GetId(), timeout=SECONDS)

    def say_nonsense(self) -> None:
        """Send signals that are of another shape than the specification's."""
        self._signal("ActionInvoked", "", ())
        self._signal("ActionInvoked", "s", ("default",))
        self._signal("NotificationClosed", "a{sv}", ({},))

    def last(self, count: int = 1) -> Shown:
        """The last notice, once there were as many."""
        wait_until(lambda: len(self.shown) >= count, f"only these were shown: {self.shown}")
        return self.shown[-1]

    # How it answers

    def _serve(self) -> None:
        while not self._over:
            try:
                message = self._connection.receive(timeout=0.02)
            except TimeoutError:
                continue
            except OSError:
                return
            self._take(message)

    def _take(self, message: Message) -> None:
        if message.header.message_type is MessageType.method_call:
            self._answer(message)

    def _answer(self, call: Message) -> None:
        method = call.header.fields[HeaderFields.member]
        self._client = call.header.fields[HeaderFields.sender]
        self.asked.append(method)
        if self.hangs:
            return
        if method == "GetCapabilities":
            self._send(new_method_return(call, "as", (self._capabilities,)))
        elif self.fails:
            self._send(new_error(call, f"{_NAME}.Error.ExcessNotificationGeneration"))
        elif method == "Notify" and self._answer_instead is not None:
            types, value = self._answer_instead
            self._send(new_method_return(call, types, (value,)))
        elif method == "Notify":
            program, replaces, icon, headline, body, actions, hints, milliseconds = call.body
            self._number = replaces or self._number + 1
            self._send(new_method_return(call, "u", (self._number,)))
            self.shown.append(
                Shown(
                    *(self._number, program, replaces, icon, headline, body),
                    *(tuple(actions), hints, milliseconds),
                )
            )
            if self._clicked:
                self.click(str(replaces))
        elif method == "CloseNotification" and call.body[0] in self.closed:
            self._send(new_error(call, f"{_NAME}.Error.NoSuch"))
        elif method == "CloseNotification":
            self.closed.append(call.body[0])
            self._send(new_method_return(call))
            self._signal("NotificationClosed", "uu", (call.body[0], 3))

    def _signal(self, member: str, types: str, values: tuple[Any, ...]) -> None:
        emitter = DBusAddress(_PATH, interface=_NAME)
        self._send(new_signal(emitter, member, types or None, values))

    def _send(self, message: Message) -> None:
        with self._sending:
            self._connection.send(message)


def start_on_demand(address: str, folder: Path) -> None:
    """Have a bus start a server, whose notices are clicked, when one is asked for.

    `folder` is where the bus looks for services.
    """
    script = Path(__file__).resolve()
    service = f"[D-BUS Service]\nName={_NAME}\nExec={sys.executable} {script}\n"
    (folder / "notices.service").write_text(service)
    with open_dbus_connection(bus=address) as connection:
        reload = new_method_call(message_bus, "ReloadConfig")
        unwrap_msg(connection.send_and_get_reply(reload, timeout=SECONDS))


def end_started(address: str) -> None:
    """End the server that the bus has started."""
    with open_dbus_connection(bus=address) as connection:
        ask = new_method_call(message_bus, "GetConnectionUnixProcessID", "s", (_NAME,))
        (process,) = unwrap_msg(connection.send_and_get_reply(ask, timeout=SECONDS))
    os.kill(process, signal.SIGTERM)


def wait_until(condition: Callable[[], object], complaint: str) -> None:
    """Wait until the condition holds."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.005)


if __name__ == "__main__":
    with NotificationServer(os.environ["DBUS_STARTER_ADDRESS"], clicked=True) as server:
        server.serve()
