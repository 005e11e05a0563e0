"""A desktop's portal of one test's own, with shortcuts, on a D-Bus session of its own.

with PrivateBus() as bus, ShortcutsPortal(bus.address) as portal:
    ...
    portal.press("a token")
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageType,
    message_bus,
    new_error,
    new_method_return,
    new_signal,
)
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.wrappers import unwrap_msg

SECONDS = 20.0

Mode = Literal["grant", "refuse", "fail", "grant nothing", "no shortcuts", "silent", "ask"]
"""`ask` waits for `answer` as for its user; `silent` takes the questions and says nothing."""

_SERVICE = """[D-BUS Service]
Name=org.freedesktop.portal.Desktop
Exec={python} {script}
"""
_BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir={folder}</listen><auth>EXTERNAL</auth>
<servicedir>{folder}</servicedir>
<policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
"""
_NAME = "org.freedesktop.portal.Desktop"
_PATH = "/org/freedesktop/portal/desktop"
_SHORTCUTS = "org.freedesktop.portal.GlobalShortcuts"
_REGISTRY = "org.freedesktop.host.portal.Registry"
_UNKNOWN = "org.freedesktop.DBus.Error.UnknownMethod"


def why_not() -> str | None:
    """Why there can be no such bus here, or None where there can."""
    if not sys.platform.startswith("linux"):
        return "the portal is Linux's"
    return None if shutil.which("dbus-daemon") else "needs dbus-daemon (Debian: dbus-daemon)"


class PrivateBus:
    """A D-Bus session of which nothing else knows. Use as a context manager.

    If it `starts_portal`, it does so when asked for it; else it starts nothing.
    """

    def __init__(self, *, starts_portal: bool = False) -> None:
        self._starts_portal = starts_portal

    def __enter__(self) -> "PrivateBus":
        # Not pytest's folder: the path of a socket may have no more than 107 characters.
        self._folder = Path(tempfile.mkdtemp(prefix="db."))
        config = self._folder / "bus.conf"
        config.write_text(_BUS_CONFIG.format(folder=self._folder))
        if self._starts_portal:
            service = _SERVICE.format(python=sys.executable, script=Path(__file__).resolve())
            (self._folder / "portal.service").write_text(service)
        self._daemon = subprocess.Popen(
            ["dbus-daemon", "--nofork", f"--config-file={config}", "--print-address=1"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._daemon.stdout
        self.address = self._daemon.stdout.readline().decode().strip()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()
        assert self._daemon.stdout
        self._daemon.stdout.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def kill(self) -> None:
        """End it at once."""
        self._daemon.kill()
        self._daemon.wait(SECONDS)


class ShortcutsPortal:
    """Use as a context manager; it answers on a thread of its own.

    `trigger` is what it calls the key that it gives, None for nothing, and `listed` what it calls
    it in its list. It may answer `early`, before the question has returned, or under a path
    `of_its_own`, as old portals do.
    """

    def __init__(
        self,
        address: str,
        mode: Mode = "grant",
        *,
        trigger: str | None = "Ctrl+Alt+D",
        listed: str | None = None,
        early: bool = False,
        of_its_own: bool = False,
        registry: Literal["takes", "refuses", "has none"] = "has none",
    ) -> None:
        self.asked: list[tuple[str, tuple[Any, ...]]] = []
        """Every method that was called, with its values, in order."""
        self._address = address
        self._client = ""
        self._mode = mode
        self._trigger = trigger
        self._listed = listed
        self._early = early
        self._of_its_own = of_its_own
        self._registry = registry
        self._session = ""
        self._open_request: tuple[str, str] | None = None
        self._connection: DBusConnection = open_dbus_connection(bus=address)
        self._sending = threading.Lock()
        self._over = False
        self._thread = threading.Thread(target=self._serve, name="test-portal", daemon=True)

    def __enter__(self) -> "ShortcutsPortal":
        reply = self._connection.send_and_get_reply(message_bus.RequestName(_NAME), timeout=SECONDS)
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

    # What the desktop and its user do

    def press(self, token: str | None = None, *, name: str = "bring-up") -> None:
        """Press the key."""
        options = {} if token is None else {"activation_token": ("s", token)}
        self._shortcuts("Activated", "osta{sv}", (self._session, name, 1234, options))

    def press_elsewhere(self) -> None:
        """Press a key of another program's session."""
        self._shortcuts("Activated", "osta{sv}", (f"{self._session}x", "bring-up", 1234, {}))

    def be_forged(self) -> None:
        """Another program says to ours that the key was pressed."""
        values = (self._session, "bring-up", 1234, {"activation_token": ("s", "forged")})
        message = new_signal(
            DBusAddress(_PATH, interface=_SHORTCUTS), "Activated", "osta{sv}", values
        )
        message.header.fields[HeaderFields.destination] = self._client
        with open_dbus_connection(bus=self._address) as forger:
            forger.send(message)
            # So that the bus has passed it on.
            forger.send_and_get_reply(message_bus.GetId(), timeout=SECONDS)

    def rename(self, trigger: str) -> None:
        """Give another key."""
        given = [("bring-up", {"trigger_description": ("s", trigger)})]
        self._shortcuts("ShortcutsChanged", "oa(sa{sv})", (self._session, given))

    def end_session(self) -> None:
        """Take the key back."""
        self._signal(self._session, "org.freedesktop.portal.Session", "Closed", "", ())

    def answer(self, code: int = 0) -> None:
        """Answer the question that is open."""
        assert self._open_request
        self._respond(self._open_request[0], code, self._bound())

    def serve(self) -> None:
        """Answer until the bus ends."""
        self._thread.join()

    def vanish(self) -> None:
        """Leave the bus at once."""
        self._over = True
        if self._thread.is_alive():
            self._thread.join(SECONDS)
        self._connection.close()

    def wait_for(self, method: str) -> tuple[Any, ...]:
        """The values with which a method was called, once it was."""
        deadline = time.monotonic() + SECONDS
        while True:
            for name, values in tuple(self.asked):
                if name == method:
                    return values
            assert time.monotonic() < deadline, f"{method} was never called: {self.asked}"
            time.sleep(0.005)

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
        self._client = call.header.fields[HeaderFields.sender]
        method = call.header.fields[HeaderFields.member]
        interface = call.header.fields[HeaderFields.interface]
        self.asked.append((method, tuple(call.body)))
        if self._mode == "silent":
            return
        if interface == _REGISTRY:
            if self._registry == "takes":
                self._send(new_method_return(call))
            elif self._registry == "refuses":
                self._send(new_error(call, "org.freedesktop.portal.Error.Failed"))
            else:
                self._send(new_error(call, _UNKNOWN))
        elif interface != _SHORTCUTS:
            self._open_request = None  # Close, of a request or a session
        elif self._mode == "no shortcuts":
            self._send(new_error(call, _UNKNOWN))
        else:
            self._question(call, method)

    def _question(self, call: Message, method: str) -> None:
        options = call.body[-1]
        sender = call.header.fields[HeaderFields.sender].removeprefix(":").replace(".", "_")
        token = "t42" if self._of_its_own else options["handle_token"][1]
        path = f"{_PATH}/request/{sender}/{token}"
        if not self._early:
            self._send(new_method_return(call, "o", (path,)))
        if method == "CreateSession":
            self._session = f"{_PATH}/session/{sender}/{options['session_handle_token'][1]}"
            self._respond(path, 0, {"session_handle": ("s", self._session)})
        elif method == "ListShortcuts":
            self._respond(path, 0, {"shortcuts": ("a(sa{sv})", self._shortcut(self._listed))})
        elif self._mode == "ask":
            self._open_request = path, sender
        else:
            self._respond(path, {"refuse": 1, "fail": 2}.get(self._mode, 0), self._bound())
        if self._early:
            self._send(new_method_return(call, "o", (path,)))

    def _bound(self) -> dict[str, Any]:
        given = [] if self._mode == "grant nothing" else self._shortcut(self._trigger)
        return {"shortcuts": ("a(sa{sv})", given)}

    def _shortcut(self, trigger: str | None) -> list[tuple[str, dict[str, Any]]]:
        about = {} if trigger is None else {"trigger_description": ("s", trigger)}
        return [("bring-up", {"description": ("s", "Bring up"), **about})]

    def _respond(self, path: str, code: int, results: dict[str, Any]) -> None:
        values = (code, results if code == 0 else {})
        self._signal(path, "org.freedesktop.portal.Request", "Response", "ua{sv}", values)

    def _shortcuts(self, member: str, types: str, values: tuple[Any, ...]) -> None:
        self._signal(_PATH, _SHORTCUTS, member, types, values)

    def _signal(
        self, path: str, interface: str, member: str, types: str, values: tuple[Any, ...]
    ) -> None:
        emitter = DBusAddress(path, interface=interface)
        self._send(new_signal(emitter, member, types or None, values))

    def _send(self, message: Message) -> None:
        with self._sending:
            self._connection.send(message)


if __name__ == "__main__":
    with ShortcutsPortal(os.environ["DBUS_STARTER_ADDRESS"]) as portal:
        portal.serve()
