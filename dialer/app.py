"""The composition root of the window: every part is made here and joined to the others."""

import argparse
import builtins
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from dialer.desktop.display import import_obstacle, obstacle, without_window

log = logging.getLogger(__name__)


def run_window(arguments: Sequence[str]) -> int:
    """Open the window and run until it ends; the result is the exit code.

    Where no window can open, says why and what works without one, and returns 1.
    """
    options = _read(arguments)
    if stands_in_the_way := obstacle():
        print(f"dialer: {stands_in_the_way}\n{without_window()}", file=sys.stderr)
        return 1
    try:
        import PySide6.QtCore  # noqa: F401 - so that what it does to imports can be undone

        import_plainly()
        from dialer.program import Program
    except ImportError as error:
        if "PySide6" not in f"{error.name} {error.path}" and ".so" not in str(error):
            raise
        print(f"dialer: {import_obstacle(error)}\n{without_window()}", file=sys.stderr)
        return 1
    from dialer.settings.folders import Folders

    folders = Folders.of_user()
    try:
        folders.create()
    except OSError as error:
        # The window opens all the same and says what cannot be kept.
        print(f"dialer: {error.filename}: {error.strerror}", file=sys.stderr)
    early = EarlyLog(folders.log_file)
    sys.excepthook = early.log_defect
    return Program.run(
        folders, sandbox=options.sandbox, profile=options.profile, on_screen=early.write_down
    )


def _read(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dialer", description="Open the window.")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--sandbox", action="store_true", help="call in the sandbox: nothing rings")
    where.add_argument("--profile", metavar="NAME", help="call with this profile")
    return parser.parse_args(arguments)


def import_plainly() -> None:
    """Put back Python's own `__import__`, which PySide6 replaces for `from __feature__ import`.

    Its own reads the source of each module that is imported later and keeps it (11 MB), and
    swaps itself out and in meanwhile, which no other thread expects that imports too:
    https://bugreports.qt.io/browse/PYSIDE-2029
    """
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)


class EarlyLog(logging.Handler):
    """Keeps what is logged until the log's file is begun: the window does not wait for that."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._records: list[logging.LogRecord] = []
        logging.getLogger().addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        self._records.append(record)

    def write_down(self) -> None:
        """Begin the log with what was kept. Asked again, it does nothing."""
        root = logging.getLogger()
        if self not in root.handlers:
            return
        from dialer.settings.log import start_log

        root.removeHandler(self)
        file = start_log(self._path)
        for record in self._records:
            file.handle(record)
        self._records.clear()

    def log_defect(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """A defect of ours: the log gets the trace, the program goes on."""
        self.write_down()
        log.critical("defect", exc_info=(kind, error, trace))
        sys.__excepthook__(kind, error, trace)
