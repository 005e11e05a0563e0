"""A desktop for one test: a virtual screen, a window manager, keys, and a screen reader's ear.

    with DesktopSession(tmp_path) as desktop:
        program = desktop.start("--sandbox")
        desktop.find(program, Role.TEXT, "Callee")

What assistive technology is told is asked of the program over D-Bus (AT-SPI), as a screen
reader does, and keys come from the X server.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import dialer

SECONDS = 20.0
"""How long is waited for what takes a fraction of a second."""

_TOOLS = {
    "Xvfb": "xvfb",
    "openbox": "openbox",
    "xdotool": "xdotool",
    "dbus-daemon": "dbus-daemon",
}
_AT_SPI = "dbus-1/services/org.a11y.Bus.service"
_PYTHONPATH = Path(dialer.__file__).parents[1]
_TAKEN = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "XDG_DATA_DIRS")

_T = TypeVar("_T")


def why_not() -> str | None:
    """Why there can be no such desktop here, or None where there can."""
    if not sys.platform.startswith("linux"):
        return "the X server and AT-SPI are Linux's"
    packages = [package for tool, package in _TOOLS.items() if not shutil.which(tool)]
    shared = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    if not any((Path(folder) / _AT_SPI).is_file() for folder in shared.split(":")):
        packages.append("at-spi2-core")
    if packages:
        return f"needs {', '.join(packages)} (so are Debian's packages named)"
    if importlib.util.find_spec("jeepney") is None:
        return "needs jeepney, which keyring brings on Linux"
    return None


class Role(IntEnum):
    """What a widget says it is, by AT-SPI's numbers."""

    FRAME = 23
    LABEL = 29
    PASSWORD_TEXT = 40
    PUSH_BUTTON = 43
    TABLE = 55
    TABLE_CELL = 56
    TEXT = 61


class State(IntEnum):
    """What can be said of a widget now, by AT-SPI's numbers."""

    FOCUSED = 12
    SHOWING = 25


class Vanished(Exception):
    """What was asked about is not there any more, or its program does not answer."""


class DesktopSession:
    """Use as a context manager. `folder` becomes the user's home."""

    def __init__(self, folder: Path, desktop: str = "") -> None:
        self._home = folder / "home"
        self._desktop = desktop
        self._runtime = Path()
        self._environ: dict[str, str] = {}
        self._servers: list[subprocess.Popen[bytes]] = []
        self._programs: list[subprocess.Popen[bytes]] = []
        self._bus: _Bus | None = None
        self._accessibility_bus = ""

    def __enter__(self) -> "DesktopSession":
        self._home.mkdir(parents=True, exist_ok=True)
        # Not pytest's folder: the path of a socket may have no more than 107 characters.
        self._runtime = Path(tempfile.mkdtemp(prefix="dd."))
        self._environ = {name: os.environ[name] for name in _TAKEN if name in os.environ} | {
            "HOME": str(self._home),
            "DIALER_HOME": str(self._home / "dialer"),
            "PYTHONPATH": str(_PYTHONPATH),
            "XDG_RUNTIME_DIR": str(self._runtime),
            "XDG_CURRENT_DESKTOP": self._desktop,
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
        }
        try:
            # Without -noreset it is gone for a moment when its first visitor leaves.
            screen = self._serve(
                *("Xvfb", "-noreset", "-displayfd", "1", "-screen", "0", "1280x900x24")
            )
            self._environ["DISPLAY"] = f":{screen}"
            address = self._serve("dbus-daemon", "--session", "--nofork", "--print-address=1")
            self._environ["DBUS_SESSION_BUS_ADDRESS"] = address
            self._begin("openbox", "--sm-disable")
            session = _Bus(address)
            (address,) = session.call(("org.a11y.Bus", "/org/a11y/bus"), "org.a11y.Bus.GetAddress")
            session.close()
            self._accessibility_bus = address
            self._bus = _Bus(address)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end()

    # What the user does

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start the program with its window."""
        return self.start_script("-m", "dialer", *arguments)

    def start_through(self, prefix: Sequence[str], *arguments: str) -> "subprocess.Popen[bytes]":
        """Start the program by a command that becomes it, such as a tracer that steps aside."""
        return self._start(*prefix, sys.executable, "-m", "dialer", *arguments)

    def start_script(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start the program through a script of Python's."""
        return self._start(sys.executable, *arguments)

    def _start(self, *command: str) -> "subprocess.Popen[bytes]":
        program = self._begin(*command, says=True)
        self._servers.remove(program)
        self._programs.append(program)
        return program

    @property
    def environ(self) -> dict[str, str]:
        """What every program of this desktop finds in its environment."""
        return dict(self._environ)

    @property
    def runtime(self) -> Path:
        """What is the user's alone and goes with the session."""
        return self._runtime

    @property
    def accessibility_bus(self) -> str:
        """The address of the bus that assistive technology listens at."""
        return self._accessibility_bus

    def has_on_bus(self, name: str) -> bool:
        """Whether somebody has that name on the session's bus."""
        bus = _Bus(self._environ["DBUS_SESSION_BUS_ADDRESS"])
        try:
            daemon = ("org.freedesktop.DBus", "/org/freedesktop/DBus")
            return bool(bus.ask(daemon, "org.freedesktop.DBus.NameHasOwner", False, "s", (name,)))
        finally:
            bus.close()

    def add(self, name: str, value: str) -> None:
        """Add a variable to what programs find from now on."""
        self._environ[name] = value

    def without(self, name: str) -> None:
        """Take a variable out of what programs find from now on."""
        del self._environ[name]

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of this desktop to its end."""
        return subprocess.run(
            command,
            env=self._environ,
            cwd=self._home,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def begin(self, *command: str) -> "subprocess.Popen[bytes]":
        """Start another program; it ends with the desktop."""
        return self._begin(*command)

    def windows(self) -> "list[Accessible]":
        """The windows of every Dialer that assistive technology is told of."""
        assert self._bus
        root = Accessible(self._bus, ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root"))
        return [
            window
            for application in root.children()
            if application.name in ("Dialer", "dialer")
            for window in application.children()
            if window.name == "Dialer"
        ]

    def callee(self) -> str | None:
        """What stands in the callee field of the one Dialer there is, None where there is none."""
        fields = [
            each
            for window in self.windows()
            for each in window.descendants()
            if each.role == Role.TEXT and each.name == "Callee"
        ]
        return fields[0].text if len(fields) == 1 else None

    def wait_for(self, look: "Callable[[], _T | None]", else_say: str) -> _T:
        """Wait until `look` finds something."""
        deadline = time.monotonic() + SECONDS
        while not (found := look()):
            if time.monotonic() > deadline:
                raise AssertionError(else_say)
            time.sleep(0.03)
        return found

    def type(self, text: str) -> None:
        """Type into whatever has the keyboard."""
        self._xdotool("type", "--delay", "5", "--", text)

    def press(self, *keys: str) -> None:
        """Press keys by the X server's names, such as `Return` and `alt+F4`."""
        self._xdotool("key", *keys)

    # What a screen reader finds

    def find(
        self, program: "subprocess.Popen[bytes]", role: Role, name: str, *states: State
    ) -> "Accessible":
        """Wait for something to be seen of this role and name, in these states too."""

        def look() -> Accessible | None:
            wanted = {State.SHOWING, *states}
            found = self.all(program, role)
            return next((e for e in found if e.name == name and wanted <= e.states), None)

        return self.until(program, look, f"no {role.name} “{name}”")

    def all(self, program: "subprocess.Popen[bytes]", role: Role) -> "Iterator[Accessible]":
        """All there is of one role in the program's window now."""
        assert self._bus
        root = Accessible(self._bus, ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root"))
        for application in root.children():
            if application.process_id == program.pid:
                yield from (each for each in application.descendants() if each.role == role)

    def until(
        self, program: "subprocess.Popen[bytes]", look: Callable[[], _T | None], else_say: str
    ) -> _T:
        """Wait until `look` finds something, as long as the program lives."""
        deadline = time.monotonic() + SECONDS
        while not (found := look()):
            if program.poll() is not None:
                raise AssertionError(f"it ended with {program.returncode}: {program.communicate()}")
            if time.monotonic() > deadline:
                raise AssertionError(else_say)
            time.sleep(0.03)
        return found

    # The servers

    def _begin(self, *command: str, says: bool = False) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            command,
            env=self._environ,
            cwd=self._home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if says else subprocess.DEVNULL,
            stderr=subprocess.STDOUT if sys.executable in command else subprocess.DEVNULL,
            start_new_session=True,
        )
        self._servers.append(process)
        return process

    def _serve(self, *command: str) -> str:
        """Start a server; the line it prints once it serves."""
        server = self._begin(*command, says=True)
        assert server.stdout is not None
        line = server.stdout.readline().decode().strip()
        assert line, f"{command[0]} did not start"
        return line

    def _xdotool(self, *arguments: str) -> None:
        subprocess.run(["xdotool", *arguments], env=self._environ, check=True, timeout=SECONDS)

    def _end(self) -> None:
        if self._bus is not None:
            self._bus.close()
        for process in (*self._programs, *reversed(self._servers)):
            # The whole session: what the bus has started ends with the bus.
            for kind in (signal.SIGTERM, signal.SIGKILL):
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, kind)
                try:
                    process.wait(5.0)
                    break
                except subprocess.TimeoutExpired:
                    continue
            if process.stdout is not None:
                process.stdout.close()
        shutil.rmtree(self._runtime, ignore_errors=True)


@dataclass(frozen=True)
class Accessible:
    """One thing as assistive technology is told of it. Every answer is asked for anew."""

    _bus: "_Bus"
    _address: tuple[str, str]

    @property
    def name(self) -> str:
        return str(self._bus.property(self._address, "org.a11y.atspi.Accessible", "Name", ""))

    @property
    def role(self) -> int:
        return int(self._bus.ask(self._address, "org.a11y.atspi.Accessible.GetRole", 0))

    @property
    def states(self) -> set[int]:
        words = self._bus.ask(self._address, "org.a11y.atspi.Accessible.GetState", ())
        return {
            32 * at + bit for at, word in enumerate(words) for bit in range(32) if word >> bit & 1
        }

    @property
    def text(self) -> str:
        """What stands in a field."""
        return str(self._bus.ask(self._address, "org.a11y.atspi.Text.GetText", "", "ii", (0, -1)))

    @property
    def process_id(self) -> int:
        bus = ("org.freedesktop.DBus", "/org/freedesktop/DBus")
        method = "org.freedesktop.DBus.GetConnectionUnixProcessID"
        return int(self._bus.ask(bus, method, 0, "s", (self._address[0],)))

    def take_focus(self) -> None:
        """Ask for the keyboard."""
        self._bus.call(self._address, "org.a11y.atspi.Component.GrabFocus")

    def children(self) -> "list[Accessible]":
        found = self._bus.ask(self._address, "org.a11y.atspi.Accessible.GetChildren", ())
        return [Accessible(self._bus, (name, path)) for name, path in found]

    def descendants(self) -> "Iterator[Accessible]":
        for child in self.children():
            yield child
            yield from child.descendants()


class _Bus:
    """A connection to one D-Bus."""

    def __init__(self, address: str) -> None:
        from jeepney.io.blocking import open_dbus_connection

        self._connection = open_dbus_connection(bus=address)

    def call(
        self,
        address: tuple[str, str],
        method: str,
        signature: str = "",
        values: tuple[object, ...] = (),
    ) -> tuple[Any, ...]:
        """Call a method by its interface and name. Raises Vanished where nobody answers it."""
        from jeepney import DBusAddress, MessageType, new_method_call

        interface, _, member = method.rpartition(".")
        target = DBusAddress(address[1], bus_name=address[0], interface=interface)
        message = new_method_call(target, member, signature or None, values)
        try:
            reply = self._connection.send_and_get_reply(message, timeout=SECONDS)
        except TimeoutError:
            raise Vanished(method) from None
        if reply.header.message_type is MessageType.error:
            raise Vanished(f"{method}: {reply.body}")
        return tuple(reply.body)

    def ask(
        self,
        address: tuple[str, str],
        method: str,
        without: Any,
        signature: str = "",
        values: tuple[object, ...] = (),
    ) -> Any:
        """The first value of a method's answer; `without` one from what has vanished."""
        try:
            return self.call(address, method, signature, values)[0]
        except Vanished:
            return without

    def property(self, address: tuple[str, str], interface: str, name: str, without: Any) -> Any:
        """The value of a property; `without` one from what has vanished."""
        method = "org.freedesktop.DBus.Properties.Get"
        return self.ask(address, method, ("", without), "ss", (interface, name))[1]

    def close(self) -> None:
        self._connection.close()
