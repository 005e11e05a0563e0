"""An X server of one test's own, with a window manager and a keyboard, and nothing on it.

with BareScreen() as screen:
    window = screen.window()
    screen.xdotool("key", "a")
    assert window.got() == ["A"]
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TypeVar

SECONDS = 20.0
"""How long is waited for what takes a fraction of a second."""

_TOOLS = {"Xvfb": "xvfb", "openbox": "openbox", "xdotool": "xdotool"}
_T = TypeVar("_T")


def why_not(**more: str) -> str | None:
    """Why there can be no such screen here, or None where there can; `more` tools by package."""
    if not sys.platform.startswith("linux"):
        return "the X server is Linux's"
    missing = [package for tool, package in (_TOOLS | more).items() if not shutil.which(tool)]
    return f"needs {', '.join(missing)} (so are Debian's packages named)" if missing else None


def until(look: Callable[[], _T], else_say: str) -> _T:
    """Wait until `look` finds something."""
    deadline = time.monotonic() + SECONDS
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(else_say)
        time.sleep(0.01)
    return found


class BareScreen:
    """Use as a context manager."""

    def __init__(self) -> None:
        self.display = ""
        self._folder = Path()
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "BareScreen":
        self._folder = Path(tempfile.mkdtemp(prefix="db."))
        try:
            # It would begin anew whenever its last client leaves, and be away meanwhile.
            self._server = self._begin("Xvfb", "-displayfd", "1", "-noreset")
            assert self._server.stdout is not None
            number = self._server.stdout.readline().decode().strip()
            assert number, "Xvfb did not start"
            self.display = f":{number}"
            self._begin("openbox", "--sm-disable")
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

    @property
    def environ(self) -> dict[str, str]:
        """What a program on this screen is started with."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self._folder),
            "XDG_RUNTIME_DIR": str(self._folder),
            "LANG": "C.UTF-8",
            "DISPLAY": self.display,
            "QT_QPA_PLATFORM": "xcb",
        }

    def window(self) -> "KeyWindow":
        """Another program's window, which has the keyboard once this returns."""
        code = Path(__file__).with_name("key_window.py")
        window = KeyWindow(self._begin(sys.executable, str(code)))
        until(lambda: "focus" in window.lines(), "the window did not get the keyboard")
        return window

    def xdotool(self, *arguments: str) -> None:
        """Let the X server have keys pressed, by its own names, such as `ctrl+alt+d`."""
        self.run("xdotool", *arguments)

    def run(self, *command: str) -> None:
        """Run one of X's tools."""
        subprocess.run(command, env=self.environ, check=True, timeout=SECONDS)

    def kill(self) -> None:
        """End the X server at once."""
        self._server.kill()
        self._server.wait(SECONDS)

    def _begin(self, *command: str) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            command,
            env=self.environ if self.display else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._processes.append(process)
        return process

    def _end(self) -> None:
        for process in reversed(self._processes):
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(5.0)
            process.kill()
            process.wait(SECONDS)
            if process.stdout is not None:
                process.stdout.close()
        shutil.rmtree(self._folder, ignore_errors=True)


class KeyWindow:
    """A window that says which keys it gets."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout is not None
        self._out = process.stdout
        os.set_blocking(self._out.fileno(), False)
        self._said = b""

    def lines(self) -> list[str]:
        """All that it has said so far."""
        self._said += self._out.read() or b""
        return self._said.decode().splitlines()

    def got(self) -> list[str]:
        """The keys that it got so far, as Qt writes them."""
        return [line.removeprefix("key ") for line in self.lines() if line.startswith("key ")]

    def forget(self) -> None:
        """Have it as if it had got none."""
        self.lines()
        self._said = b""
