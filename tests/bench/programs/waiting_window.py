"""Dialer's own program that says, for each number that comes into its field, when that was.

Prints a line for each, with time.monotonic(), which is one clock for the whole computer; the
first is printed once the window lets others in. Names that begin with an underscore are the
program's own.
"""

import os
import sys
import time

import PySide6.QtCore  # noqa: F401

from dialer.app import import_plainly

import_plainly()

from PySide6.QtCore import QTimer  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from dialer.desktop import handoff  # noqa: E402
from dialer.desktop.doorway import claim  # noqa: E402
from dialer.desktop.visit import Visit  # noqa: E402
from dialer.program import Program  # noqa: E402
from dialer.settings.folders import Folders  # noqa: E402
from dialer.settings.profile import Profile  # noqa: E402
from dialer.settings.profiles import ProfileFile  # noqa: E402


def main() -> int:
    """Open the window and wait until it is closed."""
    folders = Folders.of_user()
    folders.create()
    ProfileFile(folders.profiles_file).add(Profile("bench", account="bench_001"))
    doorway, _ = claim(handoff.address(os.environ, sandbox=False), b"")
    assert doorway is not None
    app = QApplication(["dialer"])
    app.setQuitOnLastWindowClosed(False)
    program = Program(app, folders, Visit(handoff.RAISE), sandbox=False, doorway=doorway)
    ready = QTimer()

    def look() -> None:
        if program._outside is not None:
            ready.stop()
            print("ready", flush=True)

    def told(text: str) -> None:
        if text:
            print(time.monotonic(), flush=True)

    ready.timeout.connect(look)
    ready.start(20)
    program.window.bar.callee.textChanged.connect(told)
    program.show()
    app.exec()
    program.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
