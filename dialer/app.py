"""The composition root of the window: every part is made here and joined to the others."""

import argparse
import logging
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from dialer.desktop.display import import_obstacle, obstacle, without_window

if TYPE_CHECKING:
    from dialer.settings.folders import Folders

log = logging.getLogger(__name__)


def run_window(arguments: Sequence[str]) -> int:
    """Open the window and run until it ends; the result is the exit code.

    Where no window can open, says why and what works without one, and returns 1.
    """
    parser = argparse.ArgumentParser(prog="dialer", description="Open the window.")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--sandbox", action="store_true", help="call in the sandbox: nothing rings")
    where.add_argument("--profile", metavar="NAME", help="call with this profile")
    options = parser.parse_args(arguments)
    if stands_in_the_way := obstacle():
        print(f"dialer: {stands_in_the_way}\n{without_window()}", file=sys.stderr)
        return 1
    try:
        from dialer.program import Program
    except ImportError as error:
        if "PySide6" not in f"{error.name} {error.path}" and ".so" not in str(error):
            raise
        print(f"dialer: {import_obstacle(error)}\n{without_window()}", file=sys.stderr)
        return 1
    from dialer.settings.folders import Folders

    folders = Folders.of_user()
    _start_log(folders)
    return Program.run(folders, sandbox=options.sandbox, profile=options.profile)


def _start_log(folders: "Folders") -> None:
    from dialer.settings.log import start_log

    try:
        folders.create()
    except OSError as error:
        # The window opens all the same and says what cannot be kept.
        print(f"dialer: {error.filename}: {error.strerror}", file=sys.stderr)
    start_log(folders.log_file)
    sys.excepthook = _log_defect


def _log_defect(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """A defect of ours: the log gets the trace, the program goes on."""
    log.critical("defect", exc_info=(kind, error, trace))
    sys.__excepthook__(kind, error, trace)
