"""A desktop's tray of one test's own, spoken to over D-Bus, as KDE and others have it.

with PrivateBus() as bus, StatusNotifierHost(bus.address) as host:
    item = host.item()
    host.click()

https://specifications.freedesktop.org/status-notifier-item-spec/latest/
"""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageType,
    message_bus,
    new_method_call,
    new_method_return,
)
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.wrappers import unwrap_msg

SECONDS = 20.0

_WATCHER = "org.kde.StatusNotifierWatcher"
_ITEM = "org.kde.StatusNotifierItem"
_MENU = "com.canonical.dbusmenu"
_PROPERTIES = "org.freedesktop.DBus.Properties"

_T = TypeVar("_T")


class StatusNotifierHost:
    """Use as a context manager; it answers on a thread of its own."""

    def __init__(self, address: str) -> None:
        self.items: list[str] = []
        """Who has registered an icon, by their names on the bus."""
        self._over = False
        self._connection: DBusConnection = open_dbus_connection(bus=address)
        self._asking: DBusConnection = open_dbus_connection(bus=address)
        self._thread = threading.Thread(target=self._serve, name="test-tray", daemon=True)

    def __enter__(self) -> "StatusNotifierHost":
        reply = self._connection.send_and_get_reply(
            message_bus.RequestName(_WATCHER), timeout=SECONDS
        )
        assert unwrap_msg(reply) == (1,)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.vanish()

    def vanish(self) -> None:
        """Leave the bus at once."""
        self._over = True
        if self._thread.is_alive():
            self._thread.join(SECONDS)
        self._connection.close()
        self._asking.close()

    # What the user does, and sees

    def click(self) -> None:
        """Click on the icon."""
        self._ask(_ITEM, "Activate", "ii", 5, 5)

    def choose(self, *path: str) -> None:
        """Choose an item of the menu: its label, after those of the menus on the way."""
        number = 0
        for label in path:
            self._ask(_MENU, "AboutToShow", "i", number)
            number = _wait(lambda n=number, w=label: self._children(n).get(w), f"no item {label}")
        self._ask(_MENU, "Event", "isvu", number, "clicked", ("i", 0), int(time.time()))

    def menu(self, *path: str) -> list[str]:
        """The labels of the menu, or of one in it."""
        number = 0
        for label in path:
            number = self._children(number)[label]
        return list(self._children(number))

    def tooltip(self) -> str:
        """What is said of the icon under the mouse."""
        (value,) = self._ask(_PROPERTIES, "Get", "ss", _ITEM, "ToolTip")
        return str(value[1][2])

    def has_icon(self) -> bool:
        """Whether there is a picture to show."""
        (value,) = self._ask(_PROPERTIES, "Get", "ss", _ITEM, "IconPixmap")
        return bool(value[1])

    def item(self) -> str:
        """Who has registered the icon, once somebody has."""
        return _wait(lambda: self.items and self.items[-1], "no icon was registered")

    def _children(self, number: int) -> dict[str, int]:
        _, (_, _, children) = self._ask(_MENU, "GetLayout", "iias", number, 1, [])
        items = [(properties, child) for _, (child, properties, _) in children]
        return {
            properties["label"][1]: child for properties, child in items if "label" in properties
        }

    def _ask(self, interface: str, method: str, types: str, *values: object) -> tuple[Any, ...]:
        path = "/MenuBar" if interface == _MENU else "/StatusNotifierItem"
        whom = DBusAddress(path, bus_name=self.item(), interface=interface)
        reply = self._asking.send_and_get_reply(
            new_method_call(whom, method, types, values), timeout=SECONDS
        )
        return tuple(unwrap_msg(reply))

    # How it answers

    def _serve(self) -> None:
        while not self._over:
            try:
                message = self._connection.receive(timeout=0.02)
            except TimeoutError:
                continue
            except OSError:
                return
            if message.header.message_type is MessageType.method_call:
                self._answer(message)

    def _answer(self, call: Message) -> None:
        method = call.header.fields[HeaderFields.member]
        if method == "RegisterStatusNotifierItem":
            self.items.append(call.header.fields[HeaderFields.sender])
            self._connection.send(new_method_return(call))
        elif method == "Get":
            self._connection.send(new_method_return(call, "v", (_VALUES[call.body[1]],)))
        elif method == "GetAll":
            self._connection.send(new_method_return(call, "a{sv}", (_VALUES,)))


_VALUES = {
    "IsStatusNotifierHostRegistered": ("b", True),
    "ProtocolVersion": ("i", 0),
    "RegisteredStatusNotifierItems": ("as", []),
}


def _wait(look: Callable[[], _T | None], else_say: str) -> _T:
    deadline = time.monotonic() + SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline, else_say
        time.sleep(0.01)
    return found
