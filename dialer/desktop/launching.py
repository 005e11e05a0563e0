"""What starts this very program again: for entries of the desktop, links and the login."""

import os
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from dialer.settings.folders import HOME_VARIABLE

_SCRIPT_LIMIT = 1 << 16
"""The most that is read of a script to see whose it is, in bytes."""


def command(*arguments: str) -> list[str]:
    """The program and its arguments, to be started without a shell. Never a relative path.

    That is the bundle's executable where the program is frozen, else the script `dialer` that
    belongs to this Python, else this Python with `-m dialer`.
    """
    return [*_program(), *arguments]


def with_home(command: list[str], environ: Mapping[str, str] = os.environ) -> list[str]:
    """`command` so that it finds the same home: who starts it later has no `DIALER_HOME`.

    Without it the started program would use the user's usual folders, and would not find the
    window that is open. Windows has no command for this: there `command` comes back as it is.
    """
    home = environ.get(HOME_VARIABLE)
    if not home or sys.platform == "win32":
        return command
    return ["/usr/bin/env", f"{HOME_VARIABLE}={Path(home).expanduser().absolute()}", *command]


def _program() -> list[str]:
    python = Path(sys.executable).absolute()
    if getattr(sys, "frozen", False):
        # An AppImage runs from a folder that is gone when it ends; the image itself stays.
        image = os.environ.get("APPIMAGE", "")
        mounted = os.environ.get("APPDIR", "")
        inside = mounted and python.is_relative_to(mounted)
        return [image if inside and Path(image).is_absolute() else str(python)]
    if sys.platform == "win32":
        # The script `dialer.exe` would open a console window with every link.
        windowed = python.with_name("pythonw.exe")
        return [str(windowed if windowed.exists() else python), "-m", "dialer"]
    for folder in (python.parent, Path(sysconfig.get_path("scripts"))):
        script = (folder / "dialer").absolute()
        if _is_ours(script):
            return [str(script)]
    return [str(python), "-m", "dialer"]


def _is_ours(script: Path) -> bool:
    """Whether `script` starts this program: others of the same name do exist."""
    try:
        with script.open("rb") as file:
            text = file.read(_SCRIPT_LIMIT)
    except OSError:
        return False
    return b"dialer.__main__" in text and os.access(script, os.X_OK)
