"""A real Secret Service (gnome-keyring) on a D-Bus session of its own, in a throw-away home."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Literal

ROOT = Path(__file__).resolve().parents[2]
DEADLINE = 20.0

Mode = Literal["unlocked", "locked", "new", "none"]

_BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={bus}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
"""


def why_not() -> str | None:
    """Why no Secret Service can be run here, or None where it can."""
    if not sys.platform.startswith("linux"):
        return "the Secret Service is Linux's keyring"
    missing = [one for one in ("dbus-daemon", "gnome-keyring-daemon") if not shutil.which(one)]
    if missing:
        return f"needs {' and '.join(missing)} (Debian: dbus-daemon gnome-keyring)"
    return None


class SecretService:
    """Use as a context manager.

    Modes: `unlocked`; `locked` with nobody to answer a prompt; `new` for a user who has no
    collection yet, with nobody to choose its password either; `none`, a bus without a keyring.
    """

    def __init__(self, mode: Mode = "unlocked") -> None:
        self._mode = mode
        self._folder = Path()
        self._bus: subprocess.Popen[bytes] | None = None
        self._daemon: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "SecretService":
        # Not pytest's folder: the path of a socket may have no more than 107 characters.
        self._folder = Path(tempfile.mkdtemp(prefix="dk."))
        try:
            for name in ("home", "run"):
                (self._folder / name).mkdir(mode=0o700)
            (self._folder / "home/.local/share/keyrings").mkdir(parents=True)
            self._start_bus()
            if self._mode != "none":
                self.start_keyring()
            if self._mode == "locked":
                self.lock()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop_keyring()
        self.stop_bus()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def address(self) -> str:
        return f"unix:path={self._folder}/run/bus"

    @property
    def environ(self) -> dict[str, str]:
        """What a process needs to use this session, and nothing of the user's own."""
        home = self._folder / "home"
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(self._folder / "run"),
            "XDG_DATA_HOME": str(home / ".local/share"),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "XDG_CACHE_HOME": str(home / ".cache"),
            "DBUS_SESSION_BUS_ADDRESS": self.address,
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}",
        }

    def start_keyring(self) -> None:
        self._daemon = subprocess.Popen(
            [
                "gnome-keyring-daemon",
                "--foreground",
                "--components=secrets",
                f"--control-directory={self._folder / 'run/keyring'}",
                *([] if self._mode == "new" else ["--unlock"]),
            ],
            env=self.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert self._daemon.stdin
        self._daemon.stdin.write(b"the password of a test")
        self._daemon.stdin.close()
        _wait_until(self._has_owner, "the Secret Service is not on the bus")

    def stop_keyring(self) -> None:
        self.thaw()
        _end(self._daemon)
        self._daemon = None

    def stop_bus(self) -> None:
        _end(self._bus)
        self._bus = None

    def freeze(self) -> None:
        """Make the service hang: it stays on the bus and answers nothing."""
        assert self._daemon
        self._daemon.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        if self._daemon:
            self._daemon.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End the service at once, also one that hangs: what it was asked it never answers."""
        assert self._daemon
        self._daemon.kill()
        self._daemon.wait(DEADLINE)
        self._daemon = None

    def guests(self) -> int:
        """How many processes are connected to the bus, this one among them."""
        from jeepney import message_bus

        (names,) = self._call(message_bus.ListNames())
        assert isinstance(names, list)
        return sum(name.startswith(":") for name in names)

    def lock(self) -> None:
        """Lock the collection; nobody here can answer a prompt."""
        from jeepney import DBusAddress, new_method_call

        service = DBusAddress(
            "/org/freedesktop/secrets", "org.freedesktop.secrets", "org.freedesktop.Secret.Service"
        )
        login = "/org/freedesktop/secrets/collection/login"
        self._call(new_method_call(service, "Lock", "ao", ([login],)))

    def kept_files(self) -> bytes:
        """All that lies in the home folder, to look for a secret in."""
        files = (path for path in (self._folder / "home").rglob("*") if path.is_file())
        return b"\n".join(path.read_bytes() for path in files)

    def _start_bus(self) -> None:
        config = self._folder / "bus.conf"
        config.write_text(_BUS_CONFIG.format(bus=self._folder / "run/bus"))
        self._bus = subprocess.Popen(
            ["dbus-daemon", "--nofork", f"--config-file={config}"],
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _wait_until(self._listens, "the bus does not listen")

    def _listens(self) -> bool:
        # Its socket is there a moment before anybody can connect to it.
        with socket.socket(socket.AF_UNIX) as sock:
            return sock.connect_ex(str(self._folder / "run/bus")) == 0

    def _has_owner(self) -> bool:
        from jeepney import message_bus

        return bool(self._call(message_bus.NameHasOwner("org.freedesktop.secrets"))[0])

    def _call(self, message: object) -> tuple[object, ...]:
        from jeepney.io.blocking import open_dbus_connection
        from jeepney.wrappers import unwrap_msg

        with open_dbus_connection(bus=self.address) as connection:
            body = unwrap_msg(connection.send_and_get_reply(message, timeout=DEADLINE))
        assert isinstance(body, tuple)
        return body


def _wait_until(condition: Callable[[], bool], complaint: str) -> None:
    deadline = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(complaint)
        time.sleep(0.02)


def _end(process: subprocess.Popen[bytes] | None) -> None:
    if process:
        process.terminate()
        try:
            process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(DEADLINE)
