"""Dialer with defects put into it, to see what becomes of them; run as a script.

    python broken_dialer.py slot,thread --sandbox

Names, parted by commas, of what is broken, then Dialer's own arguments. Every defect carries a
secret and a callee in its text.
"""

import ctypes
import sys
import threading
from collections.abc import Callable
from typing import NoReturn

TEXT = "Invalid header value 'Xq7-the-secret-of-a-test-vB2' for 442079460018"


def failing(kind: type[Exception]) -> Callable[..., NoReturn]:
    """A function that raises what nobody expects, whatever it is called with."""

    def fail(*_: object) -> NoReturn:
        raise kind(TEXT)

    return fail


def in_a_slot() -> None:
    """The help, which F1 asks for."""
    from dialer.program import Program

    Program._show_help = failing(ValueError)  # type: ignore[method-assign]


def on_the_workers_thread() -> None:
    """What the thread of the calls does first."""
    from PySide6.QtCore import Slot

    from dialer.ui.call_worker import CallWorker

    CallWorker.warm = Slot()(failing(KeyError))  # type: ignore[method-assign]


def while_painting() -> None:
    """Each time that the status line is painted."""
    from dialer.ui.status_line import StatusLine

    StatusLine.paintEvent = failing(TypeError)  # type: ignore[method-assign]


def on_a_daemon_thread() -> None:
    """A thread that ends in an exception, once the window is there."""

    def begin(*_: object) -> None:
        doomed = failing(RuntimeError)
        threading.Thread(target=doomed, name="dialer-doomed", daemon=True).start()

    _at_first_painting(begin)


def in_an_object_that_goes_away() -> None:
    """An object that cannot even be let go of."""

    class Ghost:
        __del__ = failing(OSError)

    _at_first_painting(lambda *_: Ghost())


def in_c_code() -> None:
    """The help, which F1 asks for, follows a null pointer."""
    from dialer.program import Program

    Program._show_help = lambda _: ctypes.string_at(0)  # type: ignore[method-assign,assignment]


def before_the_window() -> None:
    """The window cannot be made."""
    from dialer.ui import main_window

    main_window.StatusLine = failing(ValueError)  # type: ignore[misc,assignment]


def in_a_command() -> None:
    """The history cannot be listed."""
    from dialer.cli import history

    history.run = failing(ValueError)  # type: ignore[assignment]


def on_a_commands_thread() -> None:
    """The history is listed beside a thread that ends in an exception."""
    from dialer.cli import history

    listed = history.run

    def run(*arguments: object) -> int:
        thread = threading.Thread(target=failing(ValueError), name="dialer-doomed")
        thread.start()
        thread.join()
        return listed(*arguments)  # type: ignore[arg-type]

    history.run = run


def in_c_code_of_a_command() -> None:
    """The history follows a null pointer."""
    from dialer.cli import history

    history.run = lambda *_: ctypes.string_at(0)  # type: ignore[assignment,return-value]


BROKEN: dict[str, Callable[[], None]] = {
    "slot": in_a_slot,
    "worker": on_the_workers_thread,
    "painting": while_painting,
    "thread": on_a_daemon_thread,
    "ghost": in_an_object_that_goes_away,
    "native": in_c_code,
    "start": before_the_window,
    "command": in_a_command,
    "command-thread": on_a_commands_thread,
    "command-native": in_c_code_of_a_command,
}


def _at_first_painting(act: Callable[..., object]) -> None:
    from dialer.program import Program

    begin = Program._begin_to_call

    def begin_and_act(self: Program) -> None:
        begin(self)
        act()

    Program._begin_to_call = begin_and_act  # type: ignore[method-assign]


def main() -> int:
    """Break what is named, then run Dialer."""
    names, *arguments = sys.argv[1:]
    for name in names.split(","):
        BROKEN[name]()
    from dialer import __main__ as entrance

    sys.argv[1:] = arguments
    return entrance.main()


if __name__ == "__main__":
    sys.exit(main())
