"""Starting at login, in the background: an entry, a value or an agent of the user's own.

The ways of Windows and macOS were not run; what they write is tested.
"""

import os
import plistlib
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.desktop.desktop_entry import LOGIN, NAME, is_ours, login_entry, read
from dialer.desktop.launching import command, with_home
from dialer.desktop.links_registry import Registry, Value
from dialer.desktop.own_files import FileTrouble, content, replace
from dialer.settings.folders import HOME_VARIABLE

BACKGROUND = "--background"
"""Has the program start without showing its window."""

_FOREIGN = QT_TRANSLATE_NOOP(
    "dialer",
    "The file {path} was not written by Dialer and stays as it is. Change what starts at login in"
    " the desktop's settings, or delete the file and try again.",
)
_REFUSED = QT_TRANSLATE_NOOP(
    "dialer",
    "Windows refuses the change to the registry ({why}), so what starts at login stays as it is."
    " Ask whoever looks after this computer.",
)


class AutostartTrouble(Exception):
    """What starts at login cannot be seen or changed; `sentence` says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


class Autostart(Protocol):
    """Whether Dialer starts at login. Every method raises AutostartTrouble; quick, any thread."""

    def is_on(self) -> bool:
        """Whether it does: an entry that the desktop's settings have turned off does not count."""
        ...

    def turn_on(self) -> None:
        """Start this very program, in the background, at every login from now on."""
        ...

    def turn_off(self) -> None:
        """Do not any more. Takes away nothing but what Dialer wrote."""
        ...


def autostart(environ: Mapping[str, str] = os.environ) -> Autostart:
    """This system's way."""
    if sys.platform == "win32":
        from dialer.desktop.links_registry import UserRegistry  # noqa: PLC0415 - Windows alone

        return RunKey(UserRegistry())
    home = Path(environ.get("HOME") or Path.home())
    if sys.platform == "darwin":
        return LaunchAgent(home / "Library" / "LaunchAgents", environ)
    named = Path(environ.get("XDG_CONFIG_HOME", ""))
    config = named if named.is_absolute() else home / ".config"
    return AutostartEntry(config / "autostart", environ)


class AutostartEntry:
    """A .desktop file in the folder `autostart`.

    https://specifications.freedesktop.org/autostart-spec/latest/
    """

    def __init__(self, folder: Path, environ: Mapping[str, str] = os.environ) -> None:
        self.path = folder / NAME
        self._environ = environ

    def is_on(self) -> bool:
        """Whether there is an entry that starts something and is not turned off."""
        found = _content(self.path)
        if found is None:
            return False
        entry = read(found.decode("utf-8", "replace"))
        # How the settings of GNOME, Xfce and others turn an entry off without deleting it.
        off = entry.get("Hidden") == "true" or entry.get("X-GNOME-Autostart-enabled") == "false"
        program = entry.get("TryExec", "")
        gone = program.startswith("/") and not os.access(program, os.X_OK)
        return not off and not gone

    def turn_on(self) -> None:
        """Write the entry, over an earlier one of ours."""
        found = _content(self.path)
        if found is not None and not is_ours(found, LOGIN):
            if self.is_on():
                return
            raise AutostartTrouble(Sentence(_FOREIGN, path=self.path))
        start = with_home(command(BACKGROUND), self._environ)
        _replace(self.path, login_entry(start, command()[0]).encode())

    def turn_off(self) -> None:
        """Delete our entry."""
        found = _content(self.path)
        if is_ours(found, LOGIN):
            _replace(self.path, None)
        elif found is not None and self.is_on():
            raise AutostartTrouble(Sentence(_FOREIGN, path=self.path))


class RunKey:
    """A value in Windows' Run key."""

    KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"
    NAME = "Dialer"
    _APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def is_on(self) -> bool:
        """Whether the value is there, and not turned off in the settings or the task manager."""
        with _registry_told():
            line = self._registry.get(self.KEY, self.NAME)
            return line is not None and not self._is_turned_off()

    def turn_on(self) -> None:
        """Set the value, and take back that it was turned off."""
        with _registry_told():
            line = subprocess.list2cmdline(command(BACKGROUND))
            self._registry.put(Value(self.KEY, self.NAME, line))
            if self._is_turned_off():
                self._registry.take_away(self._APPROVED, self.NAME)

    def turn_off(self) -> None:
        """Delete the value if it is ours."""
        with _registry_told():
            line = self._registry.get(self.KEY, self.NAME)
            if line is not None and line.endswith(BACKGROUND):
                self._registry.take_away(self.KEY, self.NAME)

    def _is_turned_off(self) -> bool:
        """Windows writes bytes there, of which the first is odd for what was turned off."""
        first = self._registry.get_bytes(self._APPROVED, self.NAME)[:1]
        return bool(first) and first[0] % 2 == 1


class LaunchAgent:
    """A property list in the folder for launch agents of macOS."""

    LABEL = "dialer.background"

    def __init__(self, folder: Path, environ: Mapping[str, str] = os.environ) -> None:
        self.path = folder / f"{self.LABEL}.plist"
        self._environ = environ

    def is_on(self) -> bool:
        """Whether the agent is there and not turned off."""
        agent = self._agent()
        return agent.get("Label") == self.LABEL and agent.get("Disabled") is not True

    def turn_on(self) -> None:
        """Write the agent, over an earlier one of ours."""
        if _content(self.path) is not None and self._agent().get("Label") != self.LABEL:
            raise AutostartTrouble(Sentence(_FOREIGN, path=self.path))
        agent: dict[str, object] = {
            "Label": self.LABEL,
            "ProgramArguments": command(BACKGROUND),
            "RunAtLoad": True,
            "LimitLoadToSessionType": "Aqua",
            "ProcessType": "Interactive",
        }
        if home := self._environ.get(HOME_VARIABLE):
            absolute = str(Path(home).expanduser().absolute())
            agent["EnvironmentVariables"] = {HOME_VARIABLE: absolute}
        _replace(self.path, plistlib.dumps(agent))

    def turn_off(self) -> None:
        """Delete our agent."""
        if self._agent().get("Label") == self.LABEL:
            _replace(self.path, None)

    def _agent(self) -> Mapping[str, object]:
        found = _content(self.path)
        try:
            agent = plistlib.loads(found) if found else {}
        except (ValueError, plistlib.InvalidFileException):
            return {}
        return agent if isinstance(agent, dict) else {}


def _content(path: Path) -> bytes | None:
    try:
        return content(path)
    except FileTrouble as trouble:
        raise AutostartTrouble(trouble.sentence) from None


def _replace(path: Path, new: bytes | None) -> None:
    try:
        replace(path, new)
    except FileTrouble as trouble:
        raise AutostartTrouble(trouble.sentence) from None


@contextmanager
def _registry_told() -> Iterator[None]:
    """Have what the registry refuses told as AutostartTrouble."""
    try:
        yield
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise AutostartTrouble(Sentence(_REFUSED, why=why)) from None
