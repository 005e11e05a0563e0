"""Where the measured programs run: a screen and a home of their own, nothing of the user's."""

import itertools
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

PROGRAMS = Path(__file__).resolve().parent / "programs"
"""The programs that Dialer is measured against, and the one that drives it."""

XVFB = (
    *("Xvfb", "-displayfd", "1", "-screen", "0", "1280x900x24", "-dpi", "96"),
    *("-nolisten", "tcp", "-noreset"),
)

_KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")


class Surroundings:
    """Makes environments in `folder` for programs of `checkout`.

    Compiled files and caches (fonts) are shared by all programs, as they are on a computer
    that is in use: the runs that fill them are not counted. Long journals are written into
    `journals`, and taken from there where they stand already.
    """

    def __init__(self, folder: Path, checkout: Path, journals: Path | None = None) -> None:
        self._folder = folder
        self._journals = journals or folder / "journals"
        self._checkout = checkout
        self._numbers = itertools.count(1)

    def described(self) -> str:
        """What is measured, and on what."""
        load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
        return (
            f"Python {platform.python_version()}, PySide6 {version('PySide6-Essentials')},"
            f" {os.cpu_count()} cores{load}"
        )

    def home(self) -> Path:
        """A new, empty folder."""
        home = self._folder / f"home-{next(self._numbers)}"
        home.mkdir()
        return home

    def journal(self, rows: int) -> Path:
        """A folder with a journal of so many calls, to be copied and not changed."""
        folder = self._journals / f"calls-{rows}"
        if not folder.exists():
            from bench import long_journal

            half = self._journals / f"calls-{rows}.part"
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir(parents=True)
            long_journal.write(half, rows)
            half.rename(folder)
        return folder

    def environment(self, home: Path, display: str | None = None) -> dict[str, str]:
        """The variables of a program with this home; offscreen without a display."""
        variables = {name: os.environ[name] for name in _KEPT if name in os.environ}
        return variables | {
            "HOME": str(home),
            "XDG_CACHE_HOME": str(self._folder / "cache"),
            "PYTHONPYCACHEPREFIX": str(self._folder / "compiled"),
            "PYTHONPATH": str(self._checkout),
            **({"DISPLAY": display} if display else {"QT_QPA_PLATFORM": "offscreen"}),
        }

    def start(
        self, arguments: list[str], environment: dict[str, str], *, says: bool = False
    ) -> "subprocess.Popen[str]":
        """Start a Python program; its standard output can be read where it `says` something."""
        return subprocess.Popen(
            [sys.executable, *arguments],
            env=environment,
            cwd=environment["HOME"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if says else subprocess.DEVNULL,
            text=True,
        )


def dialer() -> list[str]:
    """Dialer's arguments, as the command of an installed one calls it."""
    return ["-c", "import sys; from dialer.__main__ import main; sys.exit(main())"]


def program(name: str, *arguments: str) -> list[str]:
    """The arguments of one of the programs beside this module."""
    return [str(PROGRAMS / f"{name}.py"), *arguments]


def missing(*tools: str) -> list[str]:
    """Which of these commands are not installed."""
    return [tool for tool in tools if shutil.which(tool) is None]


@contextmanager
def screen() -> Iterator[str]:
    """A virtual X display of its own, by its name; without a window manager."""
    server = subprocess.Popen(
        [
            "Xvfb",
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1280x900x24",
            "-dpi",
            "96",
            "-nolisten",
            "tcp",
            "-noreset",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout is not None
        yield f":{server.stdout.readline().strip()}"
    finally:
        end(server)


def end(process: "subprocess.Popen[str]") -> None:
    """End a process that was started here, by force where it does not go by itself."""
    process.terminate()
    try:
        process.wait(10.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
