"""All that goes over a D-Bus, byte for byte, as root and every program of the user can hear it."""

import socket
import threading
from contextlib import suppress
from types import TracebackType

from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import open_dbus_connection


class BusMonitor:
    """Use as a context manager; it listens on a thread of its own."""

    def __init__(self, address: str) -> None:
        self._connection = open_dbus_connection(bus=address)
        self._heard = bytearray()
        monitoring = DBusAddress(
            "/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus.Monitoring"
        )
        become = new_method_call(monitoring, "BecomeMonitor", "asu", ([], 0))
        self._connection.send_and_get_reply(become, timeout=10.0)
        self._thread = threading.Thread(target=self._listen, daemon=True)

    @property
    def heard(self) -> bytes:
        return bytes(self._heard)

    def _listen(self) -> None:
        while piece := self._receive():
            self._heard += piece

    def _receive(self) -> bytes:
        try:
            return self._connection.sock.recv(1 << 16)
        except OSError:
            return b""

    def __enter__(self) -> "BusMonitor":
        self._connection.sock.settimeout(None)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self._connection.sock.shutdown(socket.SHUT_RDWR)
        self._connection.close()
        self._thread.join(10.0)
